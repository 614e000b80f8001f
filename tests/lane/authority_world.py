"""Three nations with an item in every state, what the table of authority expects of a statement
about each, and what a node holds before and after.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pytest

from sealane.base.errors import SealaneError
from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies, receipt
from sealane.ledger.bodies import Way
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
from tests import engines, mistyped, nations
from tests.nations import AGREEMENT
from tests.nations_three import LABEL, TRILATERAL, Three

PARTIES = {AGREEMENT: {"AUS", "JPN"}, TRILATERAL: {"AUS", "JPN", "USA"}}
NOBODYS = "0" * 96
HIS, NEXT = 1, 2
"""The number of the holder's copy, and one that it never used."""
ASKED = sorted(bodies.types_by(Way.ASKED) | bodies.types_by(Way.OFFERED))
MAY_GROW = ("log", "log_entry", "log_head", "log_tile", "entry_refs", "refusals")
"""Where the note of a refusal stands: the internal log, where to find its entry, and how many."""


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
    copies: frozenset[int] = frozenset()
    """The numbers of the holder's copies."""
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
        relabel.relabel(
            self.three.aus, item, label, reason="r", person=nations.two("aus.release", "aus.second")
        )

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
                whole = node.holding(tx, item)
                given = whole.given("JPN") or whole.given("AUS")
                assert given is not None
                holder = row.facts["released_to"] or [None]
                transfer = whole.transfer_to("JPN")
                offer = None if transfer is None else transfer.offer
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
                    holder=None if offer is None else holder[0],
                    direction=row.direction,
                    state=row.state,
                    offer=NOBODYS if offer is None else offer,
                    container=given.container,
                    order=by_type.get("recall.ordered"),
                    called_back={copy.state for copy in copies}
                    <= {CopyState.RECALLED, CopyState.DESTROYED}
                    and bool(copies),
                    copies=frozenset(copy.number for copy in copies),
                    share=by_type.get("key.released") if party == "AUS" else None,
                )
            )


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
    if row.copies is Copies.HELD and HIS not in case.copies:
        nameable = False
    return None if nameable else "statement.other_named"


def words(kind: str, case: Situation) -> dict[str, Any]:
    """A body of the type that names what was said and made about this item."""
    refers = {"offer": case.offer, "recall.ordered": case.order, "key.released": case.share}
    named: dict[str, Any] = {
        "answers": refers.get(str(TABLE[kind].refers)) or NOBODYS,
        "container": case.container,
        "copies": [HIS],
        "copy": NEXT if TABLE[kind].copies is Copies.NEW else HIS,
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
        held: dict[str, Any] = {
            name: rows for name, rows in engines.rows(tx).items() if name not in MAY_GROW
        }
        shared = [nations.log_of(node, agreement) for agreement in PARTIES]
        held["shared logs"] = [log.size(tx) for log in shared]
    folder = root / node.party.lower() / "containers"
    held["containers"] = sorted(path.name for path in folder.iterdir())
    return held


def notes(node: Node) -> int:
    with node.store.reading() as tx:
        return len(
            node.records.entry_refs.find(tx, order="index", limit=20_000, kind="peer.refused")
        )
