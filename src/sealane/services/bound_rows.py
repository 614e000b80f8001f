"""Rows that people entered or accepted, bound to the ledger: each is worth what an entry of the
internal log says of it, and nothing else. `registry.bound_tables` lists them.

An entry holds no name and nothing that could be guessed: which row it is about, and the row itself,
stand in it as keyed digests whose key the keystore holds. Whoever has the folder without the
passphrase can make neither; an older row, brought back with its older entry, has an older count.
Spec: spec/ledger.md §3; R57, R59.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sealane.base import canonical
from sealane.base.errors import NotFound, SealaneError, Untrusted, declare
from sealane.ledger import entries
from sealane.ports import Log, Tx
from sealane.registry.bound_tables import TABLES

R = TypeVar("R")
MARK = '"row":'
"""What the bytes of such an entry hold, and few others."""

SEEN_MOST, VIEWS_MOST = 1 << 14, 16
"""Rows, and states of the logs, remembered at most."""

Newest = tuple[int, str]
"""Of a row the count and the record of its newest entry."""
Known = Mapping[str, Newest]
"""For each row its newest count and record."""
_NOTHING: Known = {}
Tops = tuple[tuple[str, int, bytes], ...]
"""How far each log goes, and its last entry: its origin, size and bytes."""

ALTERED = declare(
    "directory.altered",
    Untrusted,
    "The record of {kind} {name!r} is not what the ledger says was entered: it was changed by"
    " hand.",
    "{kind_ja} {name!r} の記録は、台帳に記された登録内容と異なります。手作業で変更されています。",
    "The security officer: find out who had the folder, then enter the record anew; `sealane audit"
    " reconcile` lists every such row.",
    "保全責任者へ：フォルダーに触れた者を調べ、記録を登録し直してください。"
    "`sealane audit reconcile` で該当する行をすべて確認できます。",
)


def altered(table: str, key: str) -> SealaneError:
    """The refusal of a row that is not what the ledger says was entered."""
    about = TABLES[table]
    return ALTERED(kind=about.kind, kind_ja=about.kind_ja, name=key)


@dataclass(slots=True)
class BoundRows:
    """The tie between a node's directory and its internal log.

    Args:
        secret: the key of the digests, from the keystore.
        logs: the internal logs that this node ever wrote, oldest first.
    """

    secret: bytes
    logs: Callable[[], Sequence[Log]]
    _views: dict[Tops, Known] = field(default_factory=dict)
    """What the logs said at the few states in which they were read last, newest last: transactions
    of one moment see different ones, and none is read anew for another's sake.
    """
    _names: dict[tuple[str, str], str] = field(default_factory=dict)
    _seen: dict[tuple[str, str], tuple[tuple[int, str], Any]] = field(default_factory=dict)
    """Rows that held, with the entry by which they did: the same again needs no digest."""
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def seal(self, tx: Tx, table: str, row: Any) -> dict[str, Any]:
        """The fields of the entry that makes this row count; to be recorded in the same step."""
        key, values = TABLES[table].key(row), dict(TABLES[table].members(row))
        count = 1 + max((one[0] for one in self._latest(tx).values()), default=0)
        return {
            "row": self.row_of(table, key),
            "count": count,
            "record": self._digest("record", table, key, count, values),
        }

    def holds(self, tx: Tx, table: str, row: Any) -> bool:
        """Whether the newest entry about this row says exactly this of it."""
        return self._says(self._latest(tx), table, row)

    def holding(self, tx: Tx, table: str, rows: Sequence[R]) -> list[R]:
        """Those of the rows of which it does, in their order; the logs are looked at once."""
        latest = self._latest(tx)
        return [row for row in rows if self._says(latest, table, row)]

    def newest(self, tx: Tx, table: str, rows: Sequence[Any]) -> list[Newest | None]:
        """Of each row what its newest entry is."""
        latest, key = self._latest(tx), TABLES[table].key
        return [latest.get(self._name((table, key(row)))) for row in rows]

    def _says(self, latest: Known, table: str, row: Any) -> bool:
        place = table, TABLES[table].key(row)
        known = latest.get(self._name(place))
        if known is None:
            return False
        if self._seen.get(place) == (known, row):
            return True
        made = self._digest("record", *place, known[0], dict(TABLES[table].members(row)))
        if not hmac.compare_digest(made, known[1]):
            return False
        with self._turn:
            if len(self._seen) >= SEEN_MOST:
                self._seen.clear()
            self._seen[place] = known, copy.deepcopy(row)
        return True

    def require(self, tx: Tx, table: str, row: Any) -> None:
        """Raises: Untrusted `directory.altered`."""
        if not self.holds(tx, table, row):
            raise altered(table, TABLES[table].key(row))

    def _name(self, place: tuple[str, str]) -> str:
        name = self._names.get(place)
        if name is None:
            name = self.row_of(*place)
            with self._turn:
                if len(self._names) >= SEEN_MOST:
                    self._names.clear()
                self._names[place] = name
        return name

    def row_of(self, table: str, key: str) -> str:
        """The digest by which the ledger names a row."""
        return self._digest("row", table, key)

    def vouches(self, what: str, *parts: Any) -> str:
        """The word by which this node knows again what it gave out; nobody else can make it."""
        return self._digest("given", what, *parts)

    def tells(self, tx: Tx, table: str, key: str) -> bool:
        """Whether the ledger tells of such a row at all."""
        return self.row_of(table, key) in self._latest(tx)

    def rows(self, tx: Tx) -> set[str]:
        """Every row that the ledger tells of."""
        return set(self._latest(tx))

    def _latest(self, tx: Tx) -> Known:
        """For each row the newest count and record, in the logs as this transaction sees them."""
        logs = list(self.logs())
        tops = tuple(_top(tx, log) for log in logs)
        known = self._views.get(tops)
        if known is not None:
            return known
        # one thread reads on, and the others find what it read
        with self._turn:
            known = self._views.get(tops)
            if known is None:
                known = self._views[tops] = self._read_on(tx, logs, tops)
                while len(self._views) > VIEWS_MOST:
                    del self._views[next(iter(self._views))]
        return known

    def _read_on(self, tx: Tx, logs: Sequence[Log], tops: Tops) -> Known:
        """The view of these tops, from the newest view that it continues."""
        seen, known = next(
            (
                (before, held)
                for before, held in reversed(self._views.items())
                if _continues(tx, logs, tops, before)
            ),
            ((), _NOTHING),
        )
        starts = {origin: size for origin, size, _ in seen}
        fresh: dict[str, tuple[int, str]] = {}
        for log, (origin, size, _) in zip(logs, tops, strict=True):
            start = starts.get(origin, 0)
            told = log.mentioning(tx, [MARK], size, start) if size > start else ()
            for _, data in told:
                row, count, record = _said(data) or ("", 0, "")
                if count > fresh.get(row, known.get(row, (0, "")))[0]:
                    fresh[row] = count, record
        # others hold the view that this one goes on from
        return {**known, **fresh} if fresh else known

    def _digest(self, *parts: Any) -> str:
        return hmac.new(self.secret, canonical.encode(list(parts)), hashlib.sha384).hexdigest()


def _top(tx: Tx, log: Log) -> tuple[str, int, bytes]:
    """How far a log goes, and its last entry."""
    try:
        size = log.size(tx)
    except NotFound:  # it never began
        size = 0
    return log.origin, size, log.entry(tx, size - 1) if size else b""


def _continues(tx: Tx, logs: Sequence[Log], tops: Tops, before: Tops) -> bool:
    """Whether the logs as they are go on from what they were: what another transaction had entered,
    and never kept, may have been read before.
    """
    now = {log.origin: (log, top[1]) for log, top in zip(logs, tops, strict=True)}
    return all(
        size == 0
        or (origin in now and now[origin][1] >= size and now[origin][0].entry(tx, size - 1) == last)
        for origin, size, last in before
    )


def _said(data: bytes) -> tuple[str, int, str] | None:
    """The row that an entry is about, its count and its record; None: it is about none."""
    try:
        told = entries.read(data).fields
    except SealaneError:
        return None
    row, count, record = told.get("row"), told.get("count"), told.get("record")
    if isinstance(row, str) and isinstance(count, int) and isinstance(record, str):
        return row, count, record
    return None
