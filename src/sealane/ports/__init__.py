"""The seams between use cases and the world; narrow, and proven by contract suites."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, BinaryIO, Protocol

from sealane.base.values import Instant
from sealane.crypto.keys import PublicKey, Signer
from sealane.ledger.log.checkpoint import Head, NoteSigner
from sealane.ledger.log.merkle import Nodes
from sealane.ledger.log.tiles import Tile
from sealane.ports.register import Outbox, Passing, Records, Shelf, Tx

__all__ = [
    "Anchor",
    "Bell",
    "Blobs",
    "Host",
    "Keys",
    "Log",
    "LogPeer",
    "Outbox",
    "Passing",
    "Peers",
    "Records",
    "Seat",
    "Shelf",
    "Spool",
    "Store",
    "Tx",
    "Wake",
    "WitnessBook",
]


class Host(Protocol):
    """The machine's clock and entropy, and the step marks that fault tests stop at."""

    def now(self) -> Instant: ...

    def elapsed(self) -> int:
        """Nanoseconds on a clock that nobody sets, from a beginning that means nothing."""

    def entropy(self, size: int) -> bytes: ...

    def reached(self, step: str) -> None:
        """A step boundary was passed; fault tests kill the process here."""


class Store(Protocol):
    """The node's one database: a consistent read, or one atomic durable step."""

    def reading(self) -> AbstractContextManager[Tx]: ...

    def writing(self) -> AbstractContextManager[Tx]: ...

    def hinting(self) -> AbstractContextManager[Tx]:
        """An atomic step that a loss of power may undo: for leases and retries alone."""

    def together(self, tx: Tx) -> AbstractContextManager[object]:
        """What is added within waits for the database once; nothing is read from shelves there."""

    def let_go(self) -> tuple[str, ...]:
        """Let go of the bytes of statements that a durable step erased, as far as the database can;
        where they may still lie: `pages`, `journal`, `replicas`. Backups are apart.
        """


class Log(Protocol):
    """One append-only log of this node; an entry becomes durable with the transaction it is
    appended in.
    """

    @property
    def origin(self) -> str: ...

    def open(self, tx: Tx) -> None:
        """Make the log, empty, unless it exists."""

    def append(self, tx: Tx, entries: Sequence[bytes]) -> int:
        """Append in order, if `tx` commits; the index of the first."""

    def take_back(self, tx: Tx, start: int) -> list[bytes]:
        """Remove and give the entries from `start` on, over which no head was ever signed."""

    def size(self, tx: Tx) -> int: ...

    def entry(self, tx: Tx, index: int) -> bytes: ...

    def entries(self, tx: Tx, start: int, end: int) -> Iterator[bytes]: ...

    def mentioning(
        self, tx: Tx, words: Sequence[str], below: int, above: int = 0
    ) -> Iterator[tuple[int, bytes]]: ...

    def signed(self, tx: Tx, *, below: int | None = None) -> Iterator[tuple[int, int, bytes]]: ...

    def floor(self, tx: Tx) -> int: ...

    def set_floor(self, tx: Tx, floor: int) -> None: ...

    def walk(self, tx: Tx) -> Head: ...

    def walk_in(
        self, reading: Callable[[], AbstractContextManager[Tx]], pause: Callable[[], None] = ...
    ) -> Head:
        """Everything stored of the log compared, a short transaction for each slice."""

    def head(self, tx: Tx) -> Head: ...

    def root_at(self, tx: Tx, size: int) -> bytes: ...

    def nodes(self, tx: Tx, size: int) -> Nodes: ...

    def consistency(self, tx: Tx, old_size: int, size: int | None = None) -> list[bytes]: ...

    def inclusion(self, tx: Tx, index: int, size: int | None = None) -> list[bytes]: ...

    def tile(self, tx: Tx, tile: Tile) -> bytes: ...

    def publish(
        self,
        tx: Tx,
        signers: Sequence[NoteSigner],
        at: Instant,
        *,
        shadow_signers: Sequence[Signer] = (),
        before: Callable[[Head], None] | None = None,
    ) -> bytes:
        """Sign the newest head, re-derived from storage; `before` gets it and may refuse."""

    def put_checkpoint(
        self, tx: Tx, size: int, at: int, note: bytes, shadow: bytes | None = None
    ) -> None: ...

    def checkpoint(self, tx: Tx, *, covering: int = 0) -> bytes | None: ...

    def shadow_checkpoint(self, tx: Tx) -> bytes | None: ...


class Seat(Protocol):
    """Where what the node has said lies, its folder or its database server, in a word that no copy
    and no restored backup of it keeps.
    """

    def is_at(self, tx: Tx, word: str) -> bool:
        """Whether it still lies where this word was given."""

    def word(self, tx: Tx) -> str:
        """The word of where it lies now."""

    def take(self, tx: Tx) -> str:
        """Sit down anew; the new word. What was noted of another seat in a folder fits no more."""


class WitnessBook(Protocol):
    """What a witness remembers, and how far logs are proven; in the caller's transaction."""

    def last(self, tx: Tx, origin: str) -> bytes | None: ...

    def save(self, tx: Tx, origin: str, size: int, note: bytes, at: Instant) -> None: ...

    def keep(
        self,
        tx: Tx,
        origin: str,
        note: bytes,
        *,
        against: bytes | None,
        fraud: bytes | None,
        at: Instant,
    ) -> bool: ...

    def set_mark(self, tx: Tx, origin: str, name: str, size: int, at: Instant) -> None: ...

    def mark(self, tx: Tx, origin: str, name: str) -> int: ...

    def marked_at(self, tx: Tx, origin: str, name: str) -> Instant: ...


class Anchor(Protocol):
    """The last signed head, on storage of its own."""

    def load(self) -> Head | None: ...

    def save(self, head: Head) -> None: ...


class LogPeer(Protocol):
    """The partner's log surface: static resources and the witness's door."""

    def fetch(self, path: str) -> bytes | None:
        """A resource's bytes, None where there is none. Raises: Unavailable."""

    def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of a POST. Raises: Unavailable."""


class Spool(Protocol):
    """A container being written; nameless until kept."""

    @property
    def file(self) -> BinaryIO: ...

    def expect(self, size: int | None) -> None:
        """How much will be written; None when unknown."""

    def take(self, data: bytes) -> None:
        """The next bytes, checked by `digest` as they are stored."""

    def digest(self) -> str: ...

    def keep(self, digest: str) -> object: ...


class Blobs(Protocol):
    """Sealed containers by SHA-384."""

    def has(self, digest: str) -> bool: ...

    def read(self, digest: str) -> AbstractContextManager[BinaryIO]: ...

    def adding(self) -> AbstractContextManager[Spool]: ...

    def destroy(self, digest: str) -> bool: ...

    def sweep(self) -> int: ...

    def strays(self, known: Collection[str], *, older: int) -> list[str]: ...

    def require_forgetting(self) -> None:
        """What is destroyed here is gone. Raises: Misconfigured where the place keeps it."""


class Keys(Protocol):
    """Signing and unwrapping by role; private bytes stay behind this seam."""

    def signers(self, role: str) -> Sequence[Signer]:
        """The role's newest keys, in suite order: for what stays in this node."""
        ...

    def signers_of(self, keys: Sequence[PublicKey]) -> Sequence[Signer]:
        """The private halves of these, in order. Raises: NotFound `keystore.no_key`."""
        ...

    def publics(self, role: str) -> Sequence[PublicKey]:
        """Every key that the role ever had here: for what this node signed long ago."""
        ...

    def unwrapping(self) -> Sequence[Any]:
        """The public halves of every key that still opens shares, those put by included."""

    def unwrap(self, suite: str, blob: bytes, info: bytes, *, kid: str | None = None) -> bytes:
        """One share from its wrapping. Raises one generic error whatever went wrong."""


class Peers(Protocol):
    """Partners' nodes: bytes out, bytes back. Raises: Unavailable `partner.unavailable`."""

    def say(self, party: str, statement: bytes) -> bytes: ...

    def offer(self, party: str, statement: bytes, container: BinaryIO) -> bytes: ...


class Bell(Protocol):
    """One waiter's ear for rings."""

    def wait(self, seconds: float) -> bool:
        """Wait for a ring, so long at most; whether there was one since the last wait."""


class Wake(Protocol):
    """Wake-ups between those who have work and those who do it; one that is lost costs a pause."""

    def ring(self) -> None: ...

    def bell(self) -> Bell: ...

    def close(self) -> None:
        """Let everybody who waits go on; no bell waits any more."""
