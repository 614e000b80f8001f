"""The keystore's file, read again whenever it is another, and the keys that are told of beside it.

What was read at one time stays together: a process that signs while another renews uses the keys of
before, or those of after. Spec: R62; docs/operators.md §Keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sealane.adapters.outputs import write_whole
from sealane.base.errors import Misconfigured, declare
from sealane.crypto.keys import PublicKey, Signer
from sealane.crypto.keystore import NO_KEY, Keystore, SealedKey
from sealane.sealing.keywrap import KemPublicKey, KeyRing

NO_KEYSTORE = declare(
    "keystore.missing",
    Misconfigured,
    "{path} holds no keystore.",
    "{path} に鍵庫がありません。",
    "Make the node with `sealane node init`.",
    "`sealane node init` でノードを作ってください。",
)

Ask = Callable[[], Iterable[SealedKey]]
"""The sealed keys that the node's machines told one another."""


@dataclass(slots=True)
class FoundKeys:
    """The keys as they were found at one time, and what was made of them since."""

    stamp: tuple[int, int]
    store: Keystore
    told: tuple[SealedKey, ...]
    """Keys that are not in the file."""
    signers: dict[str, tuple[Signer, ...]] = field(default_factory=dict)
    rings: dict[str, KeyRing] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[SealedKey, ...]:
        return (*self.store.keys, *self.told)

    def newest(self, role: str, alg: str) -> SealedKey:
        """The key of a role and suite that was born last. Raises: NotFound `keystore.no_key`."""
        of = [key for key in self.keys if (key.role, key.alg) == (role, alg)]
        if not of:
            raise NO_KEY(name=f"{role}/{alg}")
        return max(of, key=lambda key: (key.born, key.retired is None))

    def wrapping(self, suite: str) -> list[SealedKey]:
        """The key access service's keys of a suite."""
        return [key for key in self.keys if (key.role, key.alg) == ("kas", suite)]


class KeyFile:
    """One keystore file; safe for several threads, since what was found is replaced as a whole."""

    def __init__(self, path: Path, store: Keystore) -> None:
        self.path = path
        self.ask: Ask = tuple
        self._found = FoundKeys(_stamp(path), store, ())

    def now(self) -> FoundKeys:
        """What there is now; the file is read again where another process renewed a key."""
        found, stamp = self._found, _stamp(self.path)
        if stamp != found.stamp:
            found = self._gathered(stamp, Keystore.load(self.path.read_bytes()), found.told)
        return found

    def follow(self, ask: Ask) -> None:
        """Ask there for keys that are not in the file."""
        self.ask = ask

    def take_up(self, opens: Callable[[SealedKey], bool]) -> bool:
        """Ask for keys that another machine made; whether some of them are new, and open."""
        found = self.now()
        known = {key_id(key) for key in found.keys}
        new = [key for key in self.ask() if key_id(key) not in known and opens(key)]
        if new:
            self._gathered(found.stamp, found.store, (*found.told, *new))
        return bool(new)

    def write(self, store: Keystore) -> None:
        """Put this keystore in the file's place. Raises: Unavailable `store.write_failed`."""
        told = self._found.told
        write_whole(self.path, store.dump())
        self._gathered(_stamp(self.path), store, told)

    def _gathered(
        self, stamp: tuple[int, int], store: Keystore, told: Iterable[SealedKey]
    ) -> FoundKeys:
        here = {key_id(key) for key in store.keys}
        left = {key_id(key): key for key in told if key_id(key) not in here}
        self._found = FoundKeys(stamp, store, tuple(left.values()))
        return self._found


def sealed(path: Path) -> Keystore:
    """The keystore as it lies there. Raises: Misconfigured `keystore.missing`; Malformed
    `keystore.malformed`.
    """
    if not path.is_file():
        raise NO_KEYSTORE(path=path.parent)
    return Keystore.load(path.read_bytes())


def key_id(key: SealedKey) -> str:
    """What a key is known by wherever it lies: the id of its public half; of a secret its name."""
    return kid_of(key) or key.name


def kid_of(key: SealedKey) -> str | None:
    """The id of a key's public half; None: it has none."""
    if key.role == "kas":
        return KemPublicKey(key.alg, key.public).kid
    return PublicKey(key.alg, key.public).kid if key.public else None


def _stamp(path: Path) -> tuple[int, int]:
    """What differs once the file is another; nothing where it is not yet."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns
