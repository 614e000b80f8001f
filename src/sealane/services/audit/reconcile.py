"""Two registers and two ledgers, copy by copy and receipt by receipt: each difference, whose claim
has proof, what to do.

Nobody's database is believed: both registers are held against what the statements in the two logs
prove; ours is read, the partner's is its signed `inventory`. Nobody's clock is believed either:
instants are compared, never relied upon.
Spec: R52, R59; spec/ledger.md §11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.base.values import SECOND, parse_instant
from sealane.ledger import bodies, entries, receipt, telling
from sealane.ledger.telling import Told
from sealane.ports import Log, Shelf, Tx
from sealane.registry.bound_tables import TABLES
from sealane.services.audit import inventory, no_difference
from sealane.services.audit.compare_logs import compare
from sealane.services.audit.expected_rows import Bodies, Expected, expected
from sealane.services.audit.findings import Finding
from sealane.services.ledgers.pair import Partnership
from sealane.services.node import Node
from sealane.services.register import equivocations
from sealane.services.statements.journal import record, statement_bytes

SKEW = 120 * SECOND
SPEAKS = frozenset({"inventory", "inventory.request", "statements", "statements.request"})
"""Statements of the audit itself: that the partner has not logged the newest of them yet is no
difference.
"""


def reconcile(
    node: Node,
    partner: str,
    agreement: str,
    partnership: Partnership,
    *,
    theirs: inventory.Claimed | None = None,
    troubles: Iterable[Finding] = (),
) -> dict[str, Any]:
    """Every difference between the two sides; recorded in the ledger.

    Args:
        theirs: the partner's register as it signed it, None where it was not asked or did not
            answer.
        troubles: what was found while the partner's log was fetched.
    """
    own, mirror = _begun(node, partnership)
    found = list(troubles)
    with node.store.reading() as tx:
        found += _walked(tx, own)
        marks = partnership.publisher.marks(tx)
        pair = {node.party, partner}
        bodies, ours, others = _bodies(node, tx), _told(tx, own, pair), _told(tx, mirror, pair)
        told = ([one for _, one in ours], [one for _, one in others])
        proofs = ({one.statement for one in told[0]}, {one.statement for one in told[1]})
        lapsed = no_difference.lapsed(told[0] + told[1], proofs[0] ^ proofs[1])
        unlike = [
            one
            for one in compare(tx, own, mirror, marks.cosigned)
            if one.statement in (proofs[0] | proofs[1]) - set(lapsed) and one.type not in SPEAKS
        ]
        coming = no_difference.under_way(unlike, told, _queued(node, tx, partner))
        found += [Finding.of_ledger(one, partner) for one in unlike if one.statement not in coming]
        held = _held(node, tx, partner, agreement)
        half_done = no_difference.half_done_here(coming, told[0], node.party)
        rows = _against(held, expected(told[0], bodies, node.party), node.party, own.origin)
        found += [one for one in rows if one.item not in half_done]
        found += _bytes(tx, node, ours)
        found += directory_rows(node, tx)
        if theirs is not None:
            moving = {one.item for one in coming.values()}
            proven = expected(told[1], bodies, partner)
            rows = _against(theirs.items, proven, partner, mirror.origin)
            found += [one for one in rows if one.item not in moving]
        found += clocks(ours, node.party)
        found += _equivocations(node, tx, partner, mirror.origin)
    report = {
        "with": partner,
        "agreement": agreement,
        "items": len(held),
        **_report(found, proofs, (own.origin, mirror.origin), theirs),
        "lapsed": _listed(lapsed),
        "under_way": _listed(coming),
    }
    _record(node, report)
    return report


def _begun(node: Node, partnership: Partnership) -> tuple[Log, Log]:
    """Our log and our mirror of the partner's: before the first round there is none yet, which is
    no difference.
    """
    own, mirror = partnership.publisher.log, partnership.mirror.log
    with node.store.writing() as tx:
        for log in (own, mirror):
            log.open(tx)
    return own, mirror


def directory_rows(node: Node, tx: Tx) -> list[Finding]:
    """Rows of the bound tables that are not what our ledger says was entered, and such as it tells
    of and are gone.
    """
    bound, found = node.bound, []
    if bound is None:
        return []
    here = set()
    for name, table in TABLES.items():
        shelf: Shelf[Any] = getattr(node.records, name)
        for row in shelf.find(tx, order=table.order, limit=1_000_000):
            if not table.ours(row):
                continue
            here.add(bound.row_of(name, table.key(row)))
            if not bound.holds(tx, name, row):
                about = {"table": name, "name": table.key(row)}
                found.append(Finding(kind="directory.altered", about=about))
    if gone := bound.rows(tx) - here:
        found.append(Finding(kind="directory.missing", about={"count": str(len(gone))}))
    return found


def _record(node: Node, report: dict[str, Any]) -> None:
    """What was found, in the ledger: how much, and the digest of the whole report."""
    count = len(report["differences"])
    with node.store.writing() as tx:
        record(
            node,
            tx,
            "audit.reconciled",
            agreement=report["agreement"],
            partners=[report["with"]],
            peer=report["with"],
            settled=not count,
            count=count,
            record=canonical.digest(report),
        )


def _held(node: Node, tx: Tx, partner: str, agreement: str) -> list[dict[str, Any]]:
    """Our register's rows of the items between the two under this agreement."""
    found: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        lines, after = inventory.page_of(node, tx, partner, agreement, after)
        found += lines
        if after is None:
            return found


def _report(
    found: list[Finding],
    proofs: tuple[set[str], set[str]],
    origins: tuple[str, str],
    theirs: inventory.Claimed | None,
) -> dict[str, Any]:
    """What was found, in the members that people and machines read."""
    differences = [one.as_json(proofs, origins) for one in found]
    register = None
    if theirs is not None:
        register = {"statement": theirs.statement, "items": len(theirs.items)}
    return {
        "statements": len(proofs[0] | proofs[1]),
        "their_register": register,
        "differences": differences,
        "agree": not differences,
    }


def _listed(told: Mapping[str, Told]) -> list[dict[str, Any]]:
    return [
        {"item": one.item, "type": one.type, "by": one.by, "statement": name, "at": one.said}
        for name, one in told.items()
    ]


def _queued(node: Node, tx: Tx, partner: str) -> set[str]:
    """Statements that have not left for this partner, or whose answer is not here."""
    rows = node.records.outbox.find(tx, order="id", limit=1_000_000, partner=partner, done=None)
    return {row.statement for row in rows}


def _told(tx: Tx, log: Log, pair: set[str]) -> list[tuple[int, Told]]:
    """What a log tells of statements between the two, in its order, each once, with the instant it
    wrote that down.
    """
    found: dict[str, tuple[int, Told]] = {}
    for entry in log.entries(tx, 0, log.size(tx)):
        one = telling.told(entry)
        if one is not None and one.statement not in found and {one.by, one.to} == pair:
            found[one.statement] = (int(entries.read(entry).at), one)
    return list(found.values())


def _bodies(node: Node, tx: Tx) -> Bodies:
    """Bodies of statements whose held bytes are those that the logs name."""

    def body(name: str) -> Mapping[str, Any] | None:
        data = statement_bytes(node, tx, name)
        if data is None or receipt.digest(data) != name:
            return None
        return bodies.as_json(receipt.peek(data).body)

    return body


def _equivocations(node: Node, tx: Tx, partner: str, origin: str) -> list[Finding]:
    """Two histories that the partner signed of this very log, until two people settled it."""
    return [
        Finding(kind="ledger.equivocation", about={"held": row["proof"]})
        for row in equivocations.told(node, tx)
        if (row["party"], row["origin"], row["settled"]) == (partner, origin, None)
    ]


def _walked(tx: Tx, log: Log) -> list[Finding]:
    try:
        log.walk(tx)
    except SealaneError as error:
        return [
            Finding(
                kind="ledger.altered", about={"where": error.message, "where_ja": error.message_ja}
            )
        ]
    return []


def _against(
    held: Iterable[Mapping[str, Any]], wanted: Mapping[str, Expected], party: str, origin: str
) -> list[Finding]:
    """One party's register against what the statements in its own log prove."""
    found, known = [], set()
    for row in held:
        known.add(row["id"])
        proven = wanted.get(row["id"])
        if proven is not None:
            found += _differing(row, proven, party)
        else:
            found.append(Finding(kind="item.unproven", item=row["id"], about={"whose": party}))
    for item, proven in wanted.items():
        if item not in known:
            by, name = proven.because["state"]
            found.append(
                Finding(
                    kind="item.missing",
                    item=item,
                    by=by,
                    statement=name,
                    about={"whose": party, "origin": origin},
                )
            )
    return found


def _differing(row: Mapping[str, Any], proven: Expected, party: str) -> list[Finding]:
    found = []

    def differ(kind: str, member: str, what: tuple[object, object]) -> None:
        by, name = proven.because[member]
        found.append(
            Finding(
                kind=kind,
                item=row["id"],
                by=by,
                statement=name,
                about={
                    "whose": party,
                    "member": member,
                    "held": str(what[0]),
                    "proven": str(what[1]),
                },
            )
        )

    for member in ("container", "policy_uuid", "decision"):
        wanted = getattr(proven, member)
        if wanted is not None and row[member] != wanted:
            differ("row.altered", member, (row[member], wanted))
    if proven.label is not None and row["label"] != canonical.digest(dict(proven.label)):
        differ("row.altered", "label", (row["label"], canonical.digest(dict(proven.label))))
    if row["state"] != proven.state:
        differ("transfer.state", "state", (row["state"], proven.state))
    if row["recalled"] != proven.recalled:
        differ("recall.differs", "recalled", (row["recalled"], proven.recalled))
    copies = {int(number): state for number, state in row["copies"].items()}
    for number in sorted(set(copies) | set(proven.copies)):
        have, want = copies.get(number), proven.copies.get(number)
        if have != want:
            kind = (
                "copy.missing"
                if have is None
                else "copy.unproven"
                if want is None
                else "copy.state"
            )
            differ(kind, "copies", (f"{number}: {have}", f"{number}: {want}"))
    return found


def _bytes(tx: Tx, node: Node, told: Iterable[tuple[int, Told]]) -> list[Finding]:
    """Statements that our log tells of, whose bytes are gone or are not those that it names;
    disposed ones are neither.
    """
    found = []
    for _, one in told:
        row = node.records.statements.get(tx, digest=one.statement)
        if row is None or (
            row.data is not None and receipt.digest(bytes(row.data)) != one.statement
        ):
            kind = "bytes.missing" if row is None else "bytes.altered"
            found.append(
                Finding(
                    kind=kind,
                    item=one.item,
                    by=one.by,
                    statement=one.statement,
                    about={"type": one.type},
                )
            )
    return found


def clocks(told: list[tuple[int, Told]], party: str) -> list[Finding]:
    """The widest gap between the partner's instants and ours: its answer lies between our question
    and our note of it.
    """
    asked = {one.statement: parse_instant(one.said) for _, one in told if one.by == party}
    widest: tuple[int, Told] | None = None
    for noted, one in told:
        if one.by == party or one.answers not in asked:
            continue
        said, since = parse_instant(one.said), asked[one.answers]
        gap = since - said if said < since else max(0, said - noted)
        if gap > SKEW and (widest is None or gap > widest[0]):
            widest = (gap, one)
    if widest is None:
        return []
    return [
        Finding(
            kind="clock.differs",
            item=widest[1].item,
            by=widest[1].by,
            statement=widest[1].statement,
            about={"seconds": str(widest[0] // SECOND)},
        )
    ]
