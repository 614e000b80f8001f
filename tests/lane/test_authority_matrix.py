"""Every type of statement, from every nation, about every item in every state: what the table of
authority does not give is refused by the table's code, noted once, and changes nothing.

What is expected is worked out here from the table's columns and from how each item was made, never
by the code that the door runs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from sealane.base.values import DAY, SECOND, Instant, format_instant, parse_instant
from sealane.ledger import bodies, receipt
from sealane.ledger.bodies import Way
from sealane.protocol import authority
from sealane.protocol.authority_table import TABLE, Copies, Who
from sealane.services.exchange import (
    outbox,
)
from sealane.services.node import Node
from sealane.services.statements import inbox
from tests import mistyped, nations_three
from tests.clock import START, Clock
from tests.lane.authority_world import (
    ASKED,
    NOBODYS,
    PARTIES,
    Situation,
    World,
    books,
    code_at_door,
    code_of,
    expected,
    notes,
    spoken,
    words,
)
from tests.nations_three import TRILATERAL


@pytest.fixture(autouse=True)
def every_refusal_is_noted(monkeypatch):
    """More is refused in this one day than is noted of one partner in a day."""
    monkeypatch.setattr(inbox, "NOTED_A_DAY", 1_000_000)


@pytest.fixture(scope="module")
def world(template: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("matrix") / "three"
    three = nations_three.build(template, root, Clock(START + 600 * SECOND))
    yield World(three)
    three.close()


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
        if row.copies is not None and "copies" in bodies.members(kind):
            wrong += [{"copies": []}, {"copies": [0]}, {"copies": [1, 2]}]
        elif row.copies is not None:
            wrong += [{"copy": 0}, {"copy": 1 if row.copies is Copies.NEW else 2}]
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
        "copied",
        "copy.destroyed",
        "copy.returned",
        "onward.offered",
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
        held = node.given(tx, row.item, "JPN")
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
