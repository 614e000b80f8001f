"""A node as one turn of key access sees it: what its register says is read once for all the callers
of a batch.

No other step of the node comes between the callers of one turn, so each of them would read the
same. Nothing outlives the turn: a recall, an ended key or a changed row counts at the very next.
Spec: docs/adr/0003-one-transaction.md; spec/key-access.md §7.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from sealane.ports import Records, Shelf, Tx
from sealane.services.bound_rows import BoundRows
from sealane.services.node import Node

T = TypeVar("T")
R = TypeVar("R")
READ_ONCE = (
    "items",
    "containers",
    "copies",
    "transfers",
    "people",
    "facilities",
    "partners",
    "cards",
    "card_standings",
    "services",
    "equivocations",
    "currency",
)
"""The shelves that a verdict reads, and that no step of key access writes."""


class Sitting:
    """`node` answers each question of one turn once; `begin` forgets what was answered before.

    Turns follow one another: `node` is for whoever has the turn, and for nobody else.
    """

    def __init__(self, node: Node) -> None:
        said = self._said = _Answers()
        self.node = replace(
            node,
            records=cast("Records", _Records(node.records, said)),
            bound=None if node.bound is None else cast("BoundRows", _Bound(node.bound, said)),
            agreements=lambda tx: said.once("agreements", lambda: node.agreements(tx)),
            proven=lambda tx, origin: said.once(
                ("proven", origin), lambda: node.proven(tx, origin)
            ),
        )

    def begin(self) -> None:
        """A new turn."""
        self._said.forget()


class _Answers:
    def __init__(self) -> None:
        self._answers: dict[Any, Any] = {}

    def forget(self) -> None:
        self._answers.clear()

    def once(self, question: Any, ask: Callable[[], T]) -> T:
        """The answer given before in this turn, or what is answered now; an error is no answer."""
        if question not in self._answers:
            self._answers[question] = ask()
        answer: T = self._answers[question]
        return answer


class _Records:
    """The register; shelves that a turn reads give the same row again without asking."""

    def __init__(self, records: Records, said: _Answers) -> None:
        self._records = records
        self._shelves = {name: _Shelf(name, getattr(records, name), said) for name in READ_ONCE}

    def __getattr__(self, name: str) -> Any:
        return self._shelves.get(name) or getattr(self._records, name)


class _Shelf(Shelf[R]):
    def __init__(self, name: str, shelf: Shelf[R], said: _Answers) -> None:
        self._name, self._shelf, self._said = name, shelf, said

    def get(self, tx: Tx, /, **key: object) -> R | None:
        asked = ("get", self._name, *key.items())
        return self._said.once(asked, lambda: self._shelf.get(tx, **key))

    def find(self, tx: Tx, /, **asked: Any) -> list[R]:
        question = ("find", self._name, *asked.items())
        return list(self._said.once(question, lambda: self._shelf.find(tx, **asked)))

    def among(self, tx: Tx, name: str, values: Collection[object], /) -> list[R]:
        return self._shelf.among(tx, name, values)

    def column(self, tx: Tx, name: str, /, **where: object) -> list[Any]:
        return self._shelf.column(tx, name, **where)

    def count(self, tx: Tx, /, **where: object) -> int:
        return self._shelf.count(tx, **where)

    def add(self, tx: Tx, record: R, /) -> None:
        self._said.forget()
        self._shelf.add(tx, record)

    def add_all(self, tx: Tx, records: Sequence[R], /) -> None:
        self._said.forget()
        self._shelf.add_all(tx, records)

    def put(self, tx: Tx, key: Mapping[str, object], /, **values: object) -> None:
        self._said.forget()
        self._shelf.put(tx, key, **values)

    def change(self, tx: Tx, key: Mapping[str, object], /, **values: object) -> int:
        self._said.forget()
        return self._shelf.change(tx, key, **values)


class _Bound:
    """The tie of rows to the ledger; a row that was given before holds, or does not, as before."""

    def __init__(self, bound: BoundRows, said: _Answers) -> None:
        self._bound, self._said = bound, said

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bound, name)

    def holds(self, tx: Tx, table: str, row: Any) -> bool:
        def ask() -> tuple[Any, bool]:
            return row, self._bound.holds(tx, table, row)  # the row is kept, so that its id is its

        return self._said.once(("holds", table, id(row)), ask)[1]

    def require(self, tx: Tx, table: str, row: Any) -> None:
        if not self.holds(tx, table, row):
            self._bound.require(tx, table, row)
