"""The monthly verification: every log and mirror re-derived in slices, and the signed result on
record in the internal log, whatever it is.

It is due a month after the last one, and a task of this node's when it failed or did not run.
Spec: R61; spec/ledger.md §9.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sealane.base import canonical
from sealane.base.errors import SealaneError, Unavailable, Untrusted, declare
from sealane.base.values import DAY, Instant, format_instant, months_later
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey
from sealane.ledger import entries
from sealane.ledger.entries import Entry
from sealane.ports import Log, Tx
from sealane.services.ledgers.maintenance import TYP, verify_result
from sealane.services.ledgers.slices import MOST_ERROR, Pause, finding
from sealane.services.node import Node
from sealane.services.statements.journal import record
from sealane.services.watch import kept_counts

KIND = "log.verified"
A_RESULT = 80
"""Logs of one signed result, so that it stands whole in one entry."""
GRACE = DAY
"""How long after it was due it is a task that it did not run."""

OVERDUE = declare(
    "verification.overdue",
    Unavailable,
    "The monthly verification of the ledgers was due on {due} and did not run.",
    "台帳の月次検証は {due} が期限でしたが、実行されていません。",
    "Keep the node running; its log says what stopped it. By hand: `sealane ledger attest OUT`.",
    "ノードを稼働させてください。止まった理由はログにあります。手動では"
    " `sealane ledger attest OUT`。",
)
DIFFERS = declare(
    "verification.failed",
    Untrusted,
    "The monthly verification of {at} found a ledger that does not re-derive: {origins}.",
    "{at} の月次検証で、再計算と一致しない台帳がありました：{origins}。",
    "See `sealane ledger monthly` and `sealane ledger walk`; keep the folder as it is, and compare"
    " with the partner's mirror.",
    "`sealane ledger monthly` と `sealane ledger walk` を見て、フォルダーを保存し、"
    "相手国の写しと比べてください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How it stands with the monthly verification."""

    at: Instant | None
    """When the last one was signed; None: there was none yet."""
    held: bool
    origins: tuple[str, ...]
    """The logs that differed."""
    due: Instant

    def task(self, now: Instant) -> SealaneError | None:
        """What is to be done about it, or None."""
        if self.at is not None and not self.held:
            origins = ", ".join(self.origins) or "-"
            return DIFFERS(at=format_instant(self.at), origins=origins)
        if now >= self.due + GRACE:
            return OVERDUE(due=format_instant(self.due))
        return None

    def as_json(self, now: Instant) -> dict[str, Any]:
        task = self.task(now)
        return {
            "last": None if self.at is None else format_instant(self.at),
            "held": None if self.at is None else self.held,
            "differ": list(self.origins),
            "due": format_instant(self.due),
            "task": None if task is None else task.as_json(),
        }


def attest(
    node: Node, logs: Sequence[Log], pause: Pause = lambda: None
) -> tuple[list[bytes], bool]:
    """Re-derive every log in slices: the signed results, in the order of the logs, and whether all
    held. Each is on record before it is given.

    Args:
        logs: own ones and mirrors.
        pause: called between slices.
    Raises: Unavailable `store.*`: nothing is known, and nothing recorded; `node.in_doubt`,
    `node.behind`.
    """
    with node.store.reading() as tx:
        node.require_current(tx)
    found = [_found(node, log, pause) for log in logs]
    at = node.now()[1]
    results = []
    with node.store.writing() as tx:
        for start in range(0, max(1, len(found)), A_RESULT):
            part = found[start : start + A_RESULT]
            held = all(one["error"] is None for one in part)
            said = {"v": 1, "at": at, "held": held, "logs": part}
            signed = jws.sign(canonical.encode(said), node.keys.signers("statement"), typ=TYP)
            name = canonical.sha384(signed)
            text = signed.decode()
            record(
                node,
                tx,
                "log.verified",
                settled=held,
                count=len(part),
                statement=name,
                result=text,
            )
            results.append(signed)
    return results, all(one["error"] is None for one in found)


def _found(node: Node, log: Log, pause: Pause) -> dict[str, Any]:
    """What the walk of a log found; where it holds, what is wrong with the counts kept of it."""
    found = finding(node.store.reading, log, pause)
    wrong = kept_counts.recount(node, log, pause) if found["error"] is None else None
    if wrong is not None:
        found["error"] = f"{wrong.code}: {wrong.message}"[:MOST_ERROR]
    return found


def standing(node: Node, tx: Tx) -> Verification:
    """By the newest results on record: those that were signed together are one verification."""
    refs = node.records.entry_refs.find(
        tx, order="at", newest=True, limit=A_RESULT, kind=KIND, item=None
    )
    last: list[Entry] = []
    for ref in refs:
        entry = entries.read(node.log(ref.origin).entry(tx, ref.index))
        if last and _said_at(entry) != _said_at(last[0]):
            break
        last.append(entry)
    at = last[0].at if last else None
    return Verification(
        at=at,
        held=all(one.fields.get("settled") is True for one in last),
        origins=tuple(
            log["origin"] for one in last for log in logs_of(one) if log["error"] is not None
        ),
        due=months_later(at, 1) if at is not None else _founded(node, tx),
    )


def results(node: Node, tx: Tx, *, limit: int) -> dict[str, Any]:
    """The results on record, the newest first, and when the next verification is due."""
    refs = node.records.entry_refs.find(
        tx, order="at", newest=True, limit=limit, kind=KIND, item=None
    )
    keys = node.keys.publics("statement")
    found = [
        {
            "origin": ref.origin,
            "index": ref.index,
            **result_of(entries.read(node.log(ref.origin).entry(tx, ref.index)), keys),
        }
        for ref in refs
    ]
    return {"results": found, "due": format_instant(standing(node, tx).due)}


def result_of(entry: Entry, keys: Sequence[PublicKey]) -> dict[str, Any]:
    """One result; `signed` says whether these keys signed it, None where only its digest is on
    record.
    """
    told = {
        "at": format_instant(entry.at),
        "held": entry.fields.get("settled"),
        "digest": entry.fields.get("statement"),
        "logs": logs_of(entry),
        "signed": None,
        "trouble": None,
    }
    result = entry.fields.get("result")
    if result is None:
        return told
    try:
        verify_result(result.encode(), keys)
    except SealaneError as error:
        return {**told, "signed": False, "trouble": error.code}
    return {**told, "signed": True}


def logs_of(entry: Entry) -> list[dict[str, Any]]:
    """What a result on record says of each log; nothing where only its digest was recorded."""
    return list(_told(entry).get("logs", []))


def _said_at(entry: Entry) -> str:
    return str(_told(entry).get("at", entry.at))


def _told(entry: Entry) -> dict[str, Any]:
    result = entry.fields.get("result")
    told: dict[str, Any] = {} if result is None else canonical.decode(jws.peek(result.encode()))
    return told


def _founded(node: Node, tx: Tx) -> Instant:
    """A new node verifies at once: there is little to walk, and a first result stands from then
    on.
    """
    try:
        return entries.read(node.internal.entry(tx, 0)).at
    except SealaneError:
        return node.host.now()


@dataclass(slots=True)
class Monthly:
    """Lets the verification run when it is due; to be asked every so often.

    Args:
        logs: every log and mirror, as stored now.
        rest: called between slices; raises to end a walk that is under way.
    """

    node: Node
    logs: Callable[[], Sequence[Log]]
    rest: Pause
    _due: Instant | None = field(default=None)

    def run(self) -> bool | None:
        """Whether all held, or None where it was not due. Raises: as `attest`."""
        node = self.node
        if self._due is None:
            with node.store.reading() as tx:
                self._due = standing(node, tx).due
        if node.host.now() < self._due:
            return None
        with node.store.reading() as tx:
            self._due = standing(node, tx).due  # somebody may have run it by hand
        if node.host.now() < self._due:
            return None
        _, held = attest(node, self.logs(), self.rest)
        self._due = None
        return held
