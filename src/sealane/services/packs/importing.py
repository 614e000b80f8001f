"""Taking a partner's pack in: proven whole before anything of it is believed, recorded, then taken
statement by statement.

Each is judged as if it had come by the line. Answers wait for the next pack back; and they wait in
every pack until the partner's own packs show that they were heard.
Spec: spec/pack.md §5; R42, R57, R59, R65.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from sealane.base.errors import Untrusted, declare
from sealane.base.values import parse_instant
from sealane.ledger import bodies, receipt
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.protocol import pack_seal
from sealane.protocol.pack_form import (
    DAMAGED,
    PackEntry,
    PackPage,
    Told,
    check_parts,
    part_bytes,
    read_page,
)
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.packs import several
from sealane.services.packs.taking import Became, Fate, PackedStatement
from sealane.services.packs.trying import tried
from sealane.services.register import acts
from sealane.services.register.acts import Named
from sealane.services.statements.inbox import NOT_FOR_US, prove
from sealane.services.statements.journal import record

OTHER_PAGE = declare(
    "pack.other_page",
    Untrusted,
    "{party} signed another first page than the one that this pack has.",
    "{party} が署名したのは、このパックとは異なる先頭ページです。",
    "Take nothing of it; ask {party} for the pack again.",
    "取り込まずに、{party} に作り直しを求めてください。",
)


@dataclass(frozen=True, slots=True)
class PackTaken:
    """What became of each statement of a pack."""

    pack: str
    by: str
    at: str
    became: list[tuple[PackEntry, Became]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Each statement under what became of it, by digest and type."""
        told: dict[str, Any] = {"pack": self.pack, "by": self.by, "at": self.at}
        for fate in Fate:
            told[fate] = [
                {"digest": entry.digest, "type": entry.type}
                | ({} if one.code is None else {"code": one.code})
                for entry, one in self.became
                if one.fate is fate
            ]
        return told


def load(
    node: Node,
    file: BinaryIO,
    who: Named,
    *,
    dry_run: bool = False,
    told: Told = lambda _: None,
) -> PackTaken:
    """Take in a pack, or say what it would come to.

    Args:
        file: the pack, read at any place.
        told: called with how many bytes were proven so far.
    Raises: Untrusted `pack.damaged`, `pack.other_page`, `key.unwrap_failed`,
    `statement.stranger`, `statement.not_for_us`, `statement.key_ended`, `signature.invalid`,
    `jws.*`; Unavailable `node.in_doubt`, `node.behind`, `partner.card_waits`, and where this node
    can take nothing now; Malformed `usage.person`.
    """
    with node.store.reading() as tx:
        acts.require(node, tx, Act.CARRY, who)
        node.require_current(tx)
    # 1. No byte is another than was written: nothing is asked of a medium that fails.
    page = read_page(file)
    check_parts(file, page, told)
    # 2. Made by an enrolled partner, for this very node.
    with node.store.reading() as tx:
        _require_made(node, tx, page)
    # 3. Sealed to a key of ours, and every statement in it is the one that the page names.
    key = pack_seal.unwrapped(node.keys, page.head)
    for _ in _statements(file, page, key):
        pass
    by = page.head.by.party
    done = PackTaken(page.digest, by, page.head.at)
    if dry_run:
        earlier: set[str] = set()
        for one in _statements(file, page, key):
            done.became.append((one.entry, tried(node, by, one, earlier)))
        return done
    # 4. On record before anything of it is taken.
    with node.store.writing() as tx:
        actor = acts.require(node, tx, Act.CARRY, who)
        record(
            node,
            tx,
            "pack.imported",
            party=by,
            record=page.digest,
            count=len(page.entries),
            **actor.told(),
        )
    node.host.reached("pack.imported")
    # 5. Each statement as on the line, in the order in which it was said.
    done.became.extend(_taken(node, by, file, page, key))
    # 6. What was answered goes back by packs; what the partner asks no more, it has heard.
    with node.store.writing() as tx:
        _note_answers(node, tx, page)
    node.host.reached("pack.taken")
    return done


def _require_made(node: Node, tx: Tx, page: PackPage) -> None:
    heard = prove(node, tx, page.signed, types=("pack",)).statement
    head = page.head
    if heard.saying(bodies.PackMade).page != page.digest or heard.at != head.at:
        raise OTHER_PAGE(party=heard.by)
    if (head.by.party, head.by.node) != (heard.by, heard.node):
        raise OTHER_PAGE(party=heard.by)
    if (head.to.party, head.to.node) != (node.party, node.settings.node):
        to = f"{head.to.party}/{head.to.node}"
        raise NOT_FOR_US(to=to, party=f"{node.party}/{node.settings.node}")


def _statements(
    file: BinaryIO, page: PackPage, key: bytes, only: Sequence[int] | None = None
) -> Iterator[PackedStatement]:
    """The statements of a pack, one after another, each proven to be what the page says of it.
    Raises: Untrusted `pack.damaged`.
    """
    wanted, turn = None if only is None else frozenset(only), threading.Lock()
    for place, (entry, at) in enumerate(page.places()):
        if wanted is not None and place not in wanted:
            continue
        with turn:
            sealed = part_bytes(file, entry.sealed, at)
        data = pack_seal.opened(key, place, entry, sealed)
        said = receipt.peek(data)
        if said.type != entry.type or not _answers_so(entry, said):
            raise DAMAGED(why="its first page tells otherwise of a statement", position=at)
        yield PackedStatement(
            entry=entry,
            data=data,
            said=said,
            container_at=at + entry.sealed.size,
            file=file,
            turn=turn,
        )


def _answers_so(entry: PackEntry, said: Statement) -> bool:
    """Whether a statement answers what the page tells; an offer that answers a claim names none."""
    return entry.answers is None or said.type == "offer" or entry.answers == said.answers


def _taken(
    node: Node, by: str, file: BinaryIO, page: PackPage, key: bytes
) -> list[tuple[PackEntry, Became]]:
    """What became of each; what waits is tried again as long as something else was taken."""
    found: dict[str, Became] = {}
    places = range(len(page.entries))
    waits: Sequence[int] = list(places)
    while True:
        found.update(several.taken(node, by, _statements(file, page, key, waits)))
        still = [place for place in waits if found[page.entries[place].digest].fate is Fate.WAITING]
        if not still or len(still) == len(waits):
            break
        waits = still
    return [(one, found[one.digest]) for one in page.entries]


def _note_answers(node: Node, tx: Tx, page: PackPage) -> None:
    """Which of our answers go back by packs, and which were heard by now."""
    by, at = page.head.by.party, page.head.at
    carried = {one.digest for one in page.entries if one.answers is None}
    for statement in carried:
        if node.records.inbox.get(tx, statement=statement) is None:
            continue
        row = node.records.pack_answers.get(tx, statement=statement)
        if row is not None and row.heard is not None and _later(row.heard, at) == row.heard:
            continue  # an older pack says nothing of what was heard since
        asked = at if row is None else _later(row.asked, at)
        node.records.pack_answers.put(
            tx, {"statement": statement}, partner=by, asked=asked, heard=None
        )
    if not page.head.whole:
        return
    for row in node.records.pack_answers.find(
        tx, order="statement", limit=1_000_000, partner=by, heard=None
    ):
        if row.statement not in carried and parse_instant(row.asked) < parse_instant(at):
            node.records.pack_answers.change(tx, {"statement": row.statement}, heard=at)


def _later(one: str, other: str) -> str:
    return max(one, other, key=parse_instant)
