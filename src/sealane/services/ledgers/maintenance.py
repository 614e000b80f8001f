"""Keep the ledgers: search twelve months, prune only under an authority.

Spec: R58, R61; C2SP tlog-tiles (pruning); spec/ledger.md §9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Conflict, declare
from sealane.base.values import DAY, Instant
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey
from sealane.ledger import entries
from sealane.ledger.entries import Entry
from sealane.ports import Host, Log, Store, Tx

SEARCHABLE = 365 * DAY
TYP = "sealane-log-verification"

NO_AUTHORITY = declare(
    "ledger.no_disposal_authority",
    Conflict,
    "Log {origin} is not pruned: {why}.",
    "ログ {origin} は廃棄できません：{why}。",
    "Record the disposal authority first; entries of the last twelve months always stay.",
    "先に廃棄の権限を記録してください。直近十二か月の記録は常に残ります。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to look for; every member narrows."""

    kind: str | None = None
    word: str | None = None
    """An identifier or digest that stands in the entry: an actor, an object, a decision."""
    since: Instant | None = None
    until: Instant | None = None
    limit: int = 1000


def _whole(entry: Entry) -> Entry | None:
    return entry


def search(
    tx: Tx, log: Log, query: Query, shown: Callable[[Entry], Entry | None] = _whole
) -> Iterator[tuple[int, Entry]]:
    """(index, entry) in log order, at most `limit`; entries that are not of the catalogue are
    passed over.

    Args: shown: what of an entry the reader may see; nothing else of it can be asked for.
    """
    found = 0
    for index, data in _candidates(tx, log, query):
        whole = entries.known(data)
        entry = None if whole is None else shown(whole)
        if entry is not None and fits(entry, query):
            yield index, entry
            found += 1
            if found >= query.limit:
                return


def _candidates(tx: Tx, log: Log, query: Query) -> Iterator[tuple[int, bytes]]:
    words = [word for word in (query.word,) if word]
    if words:
        return log.mentioning(tx, words, log.size(tx))
    return enumerate(log.entries(tx, 0, log.size(tx)))


def fits(entry: Entry, query: Query) -> bool:
    """Whether an entry is what is looked for, its `limit` aside."""
    return (
        (query.kind is None or entry.kind == query.kind)
        and (query.since is None or entry.at >= query.since)
        and (query.until is None or entry.at < query.until)
        and (query.word is None or _holds(entry.fields, query.word))
    )


def _holds(value: Any, word: str) -> bool:
    """Whether a whole string anywhere in a field is the word."""
    if isinstance(value, dict):
        return any(_holds(one, word) for one in value.values())
    if isinstance(value, list):
        return any(_holds(one, word) for one in value)
    return bool(value == word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Pruning for one node; `internal` is the log that records it."""

    store: Store
    host: Host
    internal: Log

    def prune(self, log: Log, below: int, authority: str) -> int:
        """Stop serving entries under an index, whole bundles only; nothing is erased, so proofs can
        still be made.

        Args:
            authority: SHA-384 of the recorded authority, which the caller held against it.
        Raises: Conflict `ledger.no_disposal_authority`: an entry of the last twelve months would
        go.
        """
        at = self.host.now()
        with self.store.writing() as tx:
            floor = below - below % 256
            if not log.floor(tx) < floor <= log.size(tx):
                raise NO_AUTHORITY(
                    origin=log.origin,
                    why="the index lies outside the log, or below what is pruned already",
                )
            if entries.read(log.entry(tx, floor - 1)).at > at - SEARCHABLE:
                raise NO_AUTHORITY(
                    origin=log.origin, why="an entry of the last twelve months would go"
                )
            self.internal.append(
                tx,
                [
                    entries.make(
                        "log.pruned",
                        at,
                        self.host.entropy(entries.SALT),
                        origin=log.origin,
                        to_index=floor,
                        record=authority,
                    )
                ],
            )
            log.set_floor(tx, floor)
        return floor


def verify_result(signed: bytes, keys: Sequence[PublicKey]) -> dict[str, Any]:
    """A monthly result proven to be signed by a key of each suite of these, which a node had one
    after another. Raises: Untrusted, Malformed as `jws.verify`.
    """
    value: dict[str, Any] = canonical.decode(
        jws.verify_by_suites(signed, keys=keys, typ=TYP).payload
    )
    return value
