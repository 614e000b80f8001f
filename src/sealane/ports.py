"""The seams between use cases and the world; narrow, and proven by contract suites."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sealane.base.values import Instant


class Host(Protocol):
    """The machine's clock and entropy, and the step marks that fault tests stop at."""

    def now(self) -> Instant: ...

    def entropy(self, size: int) -> bytes: ...

    def reached(self, step: str) -> None:
        """A step boundary was passed; production does nothing, fault tests kill the process here."""
        ...


Tx = Any
"""An open transaction; only adapters look inside."""


class Store(Protocol):
    """The node's one database: a consistent read, or one atomic durable step."""

    def reading(self) -> AbstractContextManager[Tx]: ...

    def writing(self) -> AbstractContextManager[Tx]: ...


class Log(Protocol):
    """One append-only log of this node; an entry becomes durable with the transaction it is appended in."""

    @property
    def origin(self) -> str: ...

    def append(self, tx: Tx, entries: Sequence[bytes]) -> int:
        """Append in order and give the index of the first; nothing is appended unless `tx` commits."""
        ...

    def size(self, tx: Tx) -> int: ...

    def entry(self, tx: Tx, index: int) -> bytes: ...
