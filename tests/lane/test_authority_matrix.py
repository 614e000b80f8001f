"""Every type of statement, from every nation, about every item in every state: what the table of
authority does not give is refused by the table's code, noted once, and changes nothing.

What is expected is worked out here from the table's columns and from how each item was made, never
by the code that the door runs.
"""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import pytest

from sealane.base.errors import SealaneError
from sealane.base.values import DAY, SECOND, Instant, format_instant, parse_instant
from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies, receipt
from sealane.ledger.bodies import Way
from sealane.protocol import authority
from sealane.protocol.authority_table import TABLE, Copies, Version, Who
from sealane.registry.records import CopyState, Direction, ItemState
from sealane.services import dispatch
from sealane.services.exchange import (
    arrival,
    container_files,
    outbox,
    recall,
    relabel,
    release,
    withdrawal,
)
from sealane.services.node import Node
from sealane.services.statements import inbox
from sealane.services.statements.journal import compose, log_statement
from tests import mistyped, nations, nations_three
from tests.clock import START, Clock
from tests.nations import AGREEMENT
from tests.nations_three import LABEL, TRILATERAL, Three

PARTIES = {AGREEMENT: {"AUS", "JPN"}, TRILATERAL: {"AUS", "JPN", "USA"}}
NOBODYS = "0" * 96
ASKED = sorted(bodies.types_by(Way.ASKED) | bodies.types_by(Way.OFFERED))
MAY_GROW = ("log", "log_entry", "log_head", "log_tile", "entry_refs")
"""Where the note of a refusal stands: the internal log, and where to find its entry."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """One item as it stands at one nation, by the acts that made it; an item that is not there has
    no provider.
    """

    name: str
    receiver: str
    item: str
    agreement: str = AGREEMENT
    provider: str | None = None
    holder: str | None = None
    direction: Direction | None = None
    state: ItemState | None = None
    offer: str = NOBODYS
    container: str = NOBODYS
    order: str | None = None
    called_back: bool = False
    share: str | None = None


class World:
    """Three nations with an item in every state, made once."""

    def __init__(self, three: Three) -> None:
        self.three = three
        self.situations: list[Situation] = []
        self._made = 0
        self._seal_own()
        self._release("awaiting", second=None)
        self._release("queued")
        self._released_and("withdrawn unseen", lambda item: self._withdraw(item))
        for name in ("delivered", "accepted", "rejected", "recalled", "destroyed"):
            self._released_and(name, getattr(self, f"_{name}"))
        self._released_and("withdrawn", self._withdrawn_after_delivery)
        self._released_and("trilateral", self._delivered, agreement=TRILATERAL)
        self._released_and("trilateral recalled", self._recalled, agreement=TRILATERAL)
        for receiver in ("AUS", "JPN"):
            for owner in ("AUS", "JPN", "USA"):
                for agreement in PARTIES:
                    number = f"{owner}-2026-000777"
                    self.situations.append(
                        Situation(
                            name=f"unknown {owner}",
                            receiver=receiver,
                            item=number,
                            agreement=agreement,
                        )
                    )

    def node(self, party: str) -> Node:
        return self.three.line.nodes[party]

    def _seal_own(self) -> None:
        asked = container_files.Sealing(
            label=label_from_json(nations.LABEL),
            profile="sovereign",
            to=None,
            agreement=None,
            purpose=None,
            media_type="text/plain",
        )
        item = container_files.seal_to(self.three.aus, io.BytesIO(b"own"), io.BytesIO(), asked)
        self._see("sealed", item["item"])

    def _release(
        self, name: str, *, agreement: str = AGREEMENT, see: bool = True, **terms: Any
    ) -> str:
        self._made += 1
        label = LABEL if agreement == TRILATERAL else nations.LABEL
        asked = nations.wanted(
            self.three.aus,
            agreement=agreement,
            label=label_from_json(label),
            reference=f"matrix-{self._made}",
            **terms,
        )
        item = release.release(self.three.aus, asked, io.BytesIO(b"harbour")).item
        if see:
            self._see(name, item)
        return item

    def _released_and(self, name: str, act: Any, *, agreement: str = AGREEMENT) -> None:
        item = self._release(name, agreement=agreement, see=False)
        act(item)
        self._see(name, item)

    def _delivered(self, item: str) -> None:
        outbox.deliver_due(self.three.aus, item=item)
        self._share(item)

    def _accepted(self, item: str) -> None:
        self._delivered(item)
        arrival.accept(self.three.jpn, item, "jpn.clerk")
        outbox.deliver_due(self.three.jpn, item=item)

    def _rejected(self, item: str) -> None:
        self._delivered(item)
        arrival.reject(self.three.jpn, item, "jpn.clerk", reason="torn")
        outbox.deliver_due(self.three.jpn, item=item)

    def _recalled(self, item: str) -> None:
        self._accepted(item)
        recall.recall(self.three.aus, item, reason="r", person="aus.release")

    def _relabelled(self, item: str) -> None:
        self._delivered(item)
        label = label_from_json({**nations.LABEL, "classification": "PROTECTED"})
        relabel.relabel(self.three.aus, item, label, reason="r", person="aus.release")

    def _destroyed(self, item: str) -> None:
        self._recalled(item)
        outbox.deliver_due(self.three.aus, item=item)

    def _withdraw(self, item: str) -> None:
        withdrawal.withdraw(self.three.aus, item, "aus.release", reason="r")

    def _withdrawn_after_delivery(self, item: str) -> None:
        self.three.line.lose_answers = True
        outbox.deliver_due(self.three.aus, item=item)
        self.three.line.lose_answers = False
        self._withdraw(item)
        outbox.deliver_due(self.three.aus, item=item)

    def _share(self, item: str) -> None:
        """What AUS answers to a reader of JPN's, as far as its books go."""
        with self.three.aus.store.writing() as tx:
            row = self.three.aus.item(tx, item)
            share = compose(
                self.three.aus,
                bodies.read("key.released", mistyped.good("key.released")),
                to="JPN",
                agreement=(row.agreement, row.agreement_digest),
                item=item,
            )
            log_statement(self.three.aus, tx, share)

    def _see(self, name: str, item: str) -> None:
        """Write down how the item stands at AUS, and at JPN where it is there."""
        for party in ("AUS", "JPN"):
            node = self.node(party)
            with node.store.reading() as tx:
                row = node.records.items.get(tx, id=item)
                if row is None:
                    continue
                holder = row.facts["released_to"] or [None]
                transfer = node.records.transfers.get(tx, item=item, to="JPN")
                copies = node.records.copies.find(tx, order="number", item=item, holder="JPN")
                kept = node.records.statements.find(tx, order="kept", item=item)
            by_type = {one.type: one.digest for one in kept}
            self.situations.append(
                Situation(
                    name=name,
                    receiver=party,
                    item=item,
                    agreement=row.agreement or AGREEMENT,
                    provider="AUS",
                    holder=None if transfer is None else holder[0],
                    direction=row.direction,
                    state=row.state,
                    offer=NOBODYS if transfer is None else transfer.offer,
                    container=row.container,
                    order=by_type.get("recall.ordered"),
                    called_back={copy.state for copy in copies} == {CopyState.RECALLED},
                    share=by_type.get("key.released") if party == "AUS" else None,
                )
            )


@pytest.fixture(scope="module")
def world(template: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("matrix") / "three"
    three = nations_three.build(template, root, Clock(START + 600 * SECOND))
    yield World(three)
    three.close()


def expected(kind: str, speaker: str, case: Situation, agreement: str) -> str | None:
    """What the table's columns say of a statement that names all that is right to name."""
    row = TABLE[kind]
    if speaker not in PARTIES[agreement]:
        return "agreement.not_held"
    if row.direction is None:
        return "statement.no_standing"  # it speaks of an item, and no item is meant
    if row.unseen and not case.item.startswith(f"{speaker}-"):
        return "statement.other_number"
    if case.provider is None:
        return None if row.unseen else "statement.no_standing"
    role = {case.provider: Who.PROVIDER, case.holder: Who.HOLDER}.get(speaker)
    theirs = role is row.who and case.direction == row.direction
    if (
        not theirs
        or agreement != case.agreement
        or row.version not in (Version.ITEM, Version.GOVERNING)
    ):
        return "statement.no_standing"
    if case.state not in row.states:
        return "statement.out_of_turn"
    nameable = {
        None: True,
        "offer": True,
        "recall.ordered": case.order is not None,
        "key.released": case.share is not None,
    }[row.refers]
    if row.copies is Copies.THEIRS and not case.called_back:
        nameable = False
    return None if nameable else "statement.other_named"


def words(kind: str, case: Situation) -> dict[str, Any]:
    """A body of the type that names what was said and made about this item."""
    refers = {"offer": case.offer, "recall.ordered": case.order, "key.released": case.share}
    named: dict[str, Any] = {
        "answers": refers.get(str(TABLE[kind].refers)) or NOBODYS,
        "container": case.container,
        "copies": [1],
    }
    known = bodies.members(kind)
    return mistyped.good(kind, **{name: held for name, held in named.items() if name in known})


def spoken(
    world: World, kind: str, speaker: str, case: Situation, agreement: str, **changes: Any
) -> bytes:
    """The statement as its speaker signs it, whether or not it holds that agreement."""
    with world.three.aus.store.reading() as tx:
        digest = str(world.three.aus.agreement_row(tx, agreement).digest)
    members = {
        "to": case.receiver,
        "item": case.item,
        "agreement": {"id": agreement, "digest": digest},
    }
    body = changes.pop("body", None) or words(kind, case)
    return mistyped.said(world.node(speaker), kind, body, **{**members, **changes})


def door(node: Node, data: bytes) -> bytes:
    """The door that takes this type."""
    if Way.OFFERED in bodies.TYPES[receipt.peek(data).type][1]:
        return arrival.receive(node, data, io.BytesIO(b"not looked at"))
    return dispatch.answer(node, data)


def code_at_door(node: Node, data: bytes) -> str:
    with pytest.raises(SealaneError) as caught:
        door(node, data)
    return caught.value.code


def code_of(node: Node, data: bytes) -> str | None:
    """What the door asks before anything counts; nothing is done here."""
    try:
        with node.store.reading() as tx:
            inbox.accept_envelope(node, tx, data, types=ASKED)
    except SealaneError as error:
        return error.code
    return None


def books(node: Node, root: Any) -> dict[str, Any]:
    """Everything that a node holds, but the note of a refusal."""
    with node.store.reading() as tx:
        names = [
            row[0]
            for row in tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        held: dict[str, Any] = {
            name: tx.exec_driver_sql(f"SELECT * FROM {name}").fetchall()
            for name in names
            if name not in MAY_GROW
        }
        shared = [node.log(agreement) for agreement in PARTIES]
        held["shared logs"] = [log.size(tx) for log in shared]
    folder = root / node.party.lower() / "containers"
    held["containers"] = sorted(path.name for path in folder.iterdir())
    return held


def notes(node: Node) -> int:
    with node.store.reading() as tx:
        return len(
            node.records.entry_refs.find(tx, order="index", limit=20_000, kind="peer.refused")
        )


def test_the_table_has_one_row_for_every_type():
    assert set(TABLE) == set(bodies.TYPES)
    for kind, row in TABLE.items():
        answers_only = bodies.TYPES[kind][1] == (Way.ANSWER,)
        if row.who is Who.ASKED:
            assert answers_only, kind


@pytest.mark.parametrize("speaker", ["AUS", "JPN", "USA"])
def test_what_the_table_does_not_give_changes_nothing_and_is_noted_once(world, speaker):
    told: Counter[str | None] = Counter()
    for case in world.situations:
        if case.receiver == speaker:
            continue
        node = world.node(case.receiver)
        before, known = books(node, world.three.root), notes(node)
        refused: list[bytes] = []
        for agreement in PARTIES:
            for kind in ASKED:
                what = (kind, speaker, case.name, case.receiver, agreement)
                data = spoken(world, kind, speaker, case, agreement)
                wanted = expected(kind, speaker, case, agreement)
                told[wanted] += 1
                if wanted is None:
                    assert code_of(node, data) is None, what
                    continue
                assert code_at_door(node, data) == wanted, what
                refused.append(data)
        for data in (refused[0], refused[-1]):  # said again, it is noted no more
            code_at_door(node, data)
        assert notes(node) == known + len(refused), case
        after = books(node, world.three.root)
        assert [name for name in before if before[name] != after[name]] == [], case
    assert told[None] or speaker == "USA"
    assert len(told) > 2


@pytest.mark.parametrize("agreement", PARTIES)
@pytest.mark.parametrize("speaker", ["AUS", "JPN", "USA"])
def test_what_names_no_item_is_for_parties_of_the_agreement(world, speaker, agreement):
    for kind, row in TABLE.items():
        if kind not in ASKED:
            continue
        for receiver in {"AUS", "JPN"} - {speaker}:
            case = Situation(name="no item", receiver=receiver, item="AUS-2026-000777")
            data = spoken(world, kind, speaker, case, agreement, item=None)
            if speaker not in PARTIES[agreement]:
                wanted = "agreement.not_held"
            else:
                wanted = None if row.direction is None else "statement.no_standing"
            assert code_of(world.node(receiver), data) == wanted, (kind, speaker, receiver)


def permitted(world: World) -> dict[str, tuple[str, Situation]]:
    """One case for each type that the table gives: who says it, and about what."""
    found: dict[str, tuple[str, Situation]] = {}
    for case in world.situations:
        for speaker in {"AUS", "JPN"} - {case.receiver}:
            for kind in ASKED:
                if expected(kind, speaker, case, case.agreement) is None and case.provider:
                    found.setdefault(kind, (speaker, case))
    return found


def test_every_type_about_items_is_given_to_somebody(world):
    about_items = {kind for kind in ASKED if TABLE[kind].direction is not None}
    assert set(permitted(world)) == about_items


def test_what_is_not_the_speakers_to_name_is_refused(world):
    tried = set()
    for kind, (speaker, case) in permitted(world).items():
        node, row = world.node(case.receiver), TABLE[kind]
        wrong: list[dict[str, Any]] = []
        if row.refers is not None:
            wrong.append({"answers": NOBODYS})
        if row.copies is not None:
            wrong += [{"copies": []}, {"copies": [0]}, {"copies": [1, 2]}]
        if row.container:
            wrong.append({"container": NOBODYS})
        for members in wrong:
            body = {**words(kind, case), **members}
            data = spoken(world, kind, speaker, case, case.agreement, body=body)
            assert code_at_door(node, data) == "statement.other_named", (kind, members)
            tried.add(kind)
    assert tried == {
        "transfer.accepted",
        "transfer.rejected",
        "withdrawn",
        "opened",
        "recall.ordered",
        "destroyed",
    }


def test_what_comes_later_than_the_agreement_lets_it_is_refused(world):
    now = world.three.clock.now()
    just, late = (
        format_instant(Instant(now - authority.LATE_DAYS * DAY + ahead * SECOND))
        for ahead in (60, -1)
    )
    for kind, (speaker, case) in permitted(world).items():
        node = world.node(case.receiver)
        data = spoken(world, kind, speaker, case, case.agreement, at=late)
        assert code_at_door(node, data) == "statement.too_old", kind
        assert code_of(node, spoken(world, kind, speaker, case, case.agreement, at=just)) is None
    assert parse_instant(late) < now


class Answering:
    """The line, at whose other end a partner gives one answer and no other."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def say(self, party: str, statement: bytes) -> bytes:
        return self.data

    def offer(self, party: str, statement: bytes, container: Any) -> bytes:
        return self.data


def outstanding(world: World) -> list[tuple[Node, Any]]:
    """What waits at AUS and JPN for its answer, one row of each type."""
    found: dict[tuple[str, str], tuple[Node, Any]] = {}
    for node in (world.three.aus, world.three.jpn):
        with node.store.reading() as tx:
            for row in node.records.outbox.find(tx, order="id", done=None):
                found.setdefault((node.party, row.type), (node, row))
    return list(found.values())


def answering(node: Node, row: Any, kind: str, **changes: Any) -> bytes:
    """An answer to the row in everything but its type and what is changed."""
    with node.store.reading() as tx:
        asked = node.records.statements.get(tx, digest=row.statement)
        held = node.records.items.get(tx, id=row.item)
    known = bodies.members(kind)
    named = {"answers": row.statement, "copies": [1], "container": held.container}
    body = mistyped.good(kind, **{name: it for name, it in named.items() if name in known})
    body |= {name: it for name, it in changes.items() if name in known}
    digest = receipt.peek(asked.data).agreement_digest
    members = {
        "to": node.party,
        "item": row.item,
        "agreement": {"id": asked.agreement, "digest": digest},
        **{name: it for name, it in changes.items() if name not in known},
    }
    speaker = members.pop("speaker")
    return mistyped.said(speaker, kind, body, **members)


def wrongly(kind: str, row: Any, world: World) -> list[dict[str, Any]]:
    """The ways in which an answer of this type is not the partner's to give to this row."""
    partner = {"speaker": world.node(row.partner)}
    ways: list[dict[str, Any]] = [
        {"speaker": world.three.usa},
        {**partner, "item": "AUS-2026-000777"},
        {**partner, "agreement": {"id": TRILATERAL, "digest": NOBODYS}},
        {**partner, "to": "USA"},
    ]
    if kind not in bodies.ANSWERS[row.type]:
        return [*ways, partner]
    ways.append({**partner, "answers": NOBODYS})
    if "copies" in bodies.members(kind):
        ways += [{**partner, "copies": held} for held in ([], [0], [1, 9])]
    return ways


def test_an_answer_that_the_table_does_not_give_changes_nothing(world):
    """Every type that may answer anything, as the answer to every row that waits: by the partner
    asked, by another nation, about another item, under another agreement, naming other copies.
    """
    world._released_and("relabelled", world._relabelled)
    rows = outstanding(world)
    assert {row.type for _, row in rows} >= {"offer", "withdrawn", "recall.ordered", "relabelled"}
    for node, row in rows:
        before = books_but_tries(node, world)
        for kind in sorted(bodies.types_by(Way.ANSWER)):
            for changes in wrongly(kind, row, world):
                sent = tried_once(world, node, row, answering(node, row, kind, **changes))
                what = (row.type, kind, changes)
                assert sent.answer is None, what
                assert sent.trouble not in (None, "partner.unavailable"), what
                assert not sent.trouble.startswith("internal."), what
        assert books_but_tries(node, world) == before, row.type


def tried_once(world: World, node: Node, row: Any, data: bytes) -> outbox.Sent:
    """What becomes of the row when its partner gives this answer."""
    world.three.clock.now_ += 120 * SECOND
    sent = outbox.deliver_due(replace(node, peers=Answering(data)), item=row.item)
    (found,) = [one for one in sent if one.type == row.type]
    return found


def books_but_tries(node: Node, world: World) -> dict[str, Any]:
    """`books` without the rows that wait: a try is counted there."""
    held = books(node, world.three.root)
    return {name: rows for name, rows in held.items() if name != "outbox"}
