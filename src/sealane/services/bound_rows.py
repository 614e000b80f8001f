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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sealane.base import canonical
from sealane.base.errors import SealaneError, Untrusted, declare
from sealane.ledger import entries
from sealane.ports import Log, Tx
from sealane.registry.bound_tables import TABLES

MARK = '"row":'
"""What the bytes of such an entry hold, and few others."""

SEEN_MOST = 4096
"""Rows remembered at most."""

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


@dataclass(slots=True)
class BoundRows:
    """The tie between a node's directory and its internal log.

    Args:
        secret: the key of the digests, from the keystore.
        logs: the internal logs that this node ever wrote, oldest first.
    """

    secret: bytes
    logs: Callable[[], Sequence[Log]]
    _known: dict[str, tuple[int, str]] = field(default_factory=dict)
    _read: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    _names: dict[tuple[str, str], str] = field(default_factory=dict)
    _seen: dict[tuple[str, str], tuple[tuple[int, str], Any]] = field(default_factory=dict)
    """Rows that held, with the entry by which they did: the same again needs no digest."""
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def seal(self, tx: Tx, table: str, row: Any) -> dict[str, Any]:
        """The fields of the entry that makes this row count; to be recorded in the same step."""
        key, values = TABLES[table].key(row), dict(TABLES[table].members(row))
        with self._turn:
            known = self._latest(tx)
            count = 1 + max((one[0] for one in known.values()), default=0)
        return {
            "row": self.row_of(table, key),
            "count": count,
            "record": self._digest("record", table, key, count, values),
        }

    def holds(self, tx: Tx, table: str, row: Any) -> bool:
        """Whether the newest entry about this row says exactly this of it."""
        place = table, TABLES[table].key(row)
        with self._turn:
            known, seen = self._latest(tx).get(self._name(place)), self._seen.get(place)
        if known is None:
            return False
        if seen == (known, row):
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
            about = TABLES[table]
            raise ALTERED(kind=about.kind, kind_ja=about.kind_ja, name=about.key(row))

    def _name(self, place: tuple[str, str]) -> str:
        if place not in self._names:
            if len(self._names) >= SEEN_MOST:
                self._names.clear()
            self._names[place] = self.row_of(*place)
        return self._names[place]

    def row_of(self, table: str, key: str) -> str:
        """The digest by which the ledger names a row."""
        return self._digest("row", table, key)

    def rows(self, tx: Tx) -> set[str]:
        """Every row that the ledger tells of."""
        with self._turn:
            return set(self._latest(tx))

    def _latest(self, tx: Tx) -> dict[str, tuple[int, str]]:
        """For each row the newest count and record, read on from where the last reading ended."""
        logs = list(self.logs())
        if not all(self._continues(tx, log) for log in logs):
            # What another transaction had entered, and never kept, was read before.
            self._known.clear()
            self._read.clear()
        for log in logs:
            self._follow(tx, log)
        return self._known

    def _continues(self, tx: Tx, log: Log) -> bool:
        size, last = self._read.get(log.origin, (0, b""))
        return size == 0 or (_size(tx, log) >= size and log.entry(tx, size - 1) == last)

    def _follow(self, tx: Tx, log: Log) -> None:
        start, size = self._read.get(log.origin, (0, b""))[0], _size(tx, log)
        if size > start:
            for _, data in log.mentioning(tx, [MARK], size, start):
                self._take(data)
            self._read[log.origin] = (size, log.entry(tx, size - 1))

    def _take(self, data: bytes) -> None:
        try:
            told = entries.read(data).fields
        except SealaneError:
            return
        row, count, record = told.get("row"), told.get("count"), told.get("record")
        if not isinstance(row, str) or not isinstance(count, int) or not isinstance(record, str):
            return
        if count > self._known.get(row, (0, ""))[0]:
            self._known[row] = (count, record)

    def _digest(self, *parts: Any) -> str:
        return hmac.new(self.secret, canonical.encode(list(parts)), hashlib.sha384).hexdigest()


def _size(tx: Tx, log: Log) -> int:
    try:
        return log.size(tx)
    except SealaneError:
        return 0
