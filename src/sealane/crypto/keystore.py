"""The sealed keystore: Argon2id, m of n custodians or a token opens a root key, which gives a key
for each role, which opens that role's named keys; wrong passphrase and damage look alike.

So a process can be given the way to the keys of its roles, those that are renewed later too, and to
no others.

File form (canonical JSON): `{v, kdf {name, memory_kib, passes, lanes, salt}, root, keys [{name,
role, alg, public, born, retired, sealed, until?}]}`; under custodians or a token `kdf` is what
`Custody.kdf` or `TokenLock.kdf` gives, and that secret opens the root key. `root` and `sealed` are
12-byte nonce || AES-256-GCM ciphertext, base64; the header or the key's own description is the
associated data, so nothing in the file can be swapped. `root` is opened by the derivation's 32
bytes, `sealed` by HKDF-SHA384 of the root key with the info `sealane keystore role ROLE`; in a file
of before 0.2.0 by the root key itself.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sealane.base import canonical
from sealane.base.errors import Malformed, Misconfigured, NotFound, declare
from sealane.crypto import custodians, token_lock
from sealane.crypto.custodians import Custody
from sealane.crypto.token_lock import Token, TokenLock

MEMORY_KIB, PASSES, LANES = 64 * 1024, 3, 1
MIN_PASSPHRASE = 8

Entropy = Callable[[int], bytes]

BAD_KEYSTORE = declare(
    "keystore.malformed",
    Malformed,
    "The keystore file cannot be read: {why}.",
    "鍵庫を読み取れません：{why}。",
    "Restore it from your backup.",
    "バックアップから復元してください。",
)
WRONG_PASSPHRASE = declare(
    "keystore.sealed",
    Misconfigured,
    "The keystore did not open: the passphrase is wrong or the file is damaged.",
    "鍵庫を開けません。パスフレーズが違うか、ファイルが壊れています。",
    "Give the passphrase with --passphrase-file.",
    "--passphrase-file で正しいパスフレーズを渡してください。",
)
WEAK_PASSPHRASE = declare(
    "keystore.weak_passphrase",
    Misconfigured,
    "The passphrase has fewer than {least} characters.",
    "パスフレーズが {least} 文字未満です。",
    "Choose a longer one.",
    "より長いものにしてください。",
)
NO_KEY = declare(
    "keystore.no_key",
    NotFound,
    "The keystore holds no key named {name!r}.",
    "鍵庫に {name!r} という鍵はありません。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedKey:
    """One named key as the file holds it; `sealed` opens only under the root key and this very
    description.
    """

    name: str
    role: str
    alg: str
    public: bytes
    born: str
    retired: str | None
    sealed: bytes
    until: str | None = None
    """When it ends; None in a file of before keys ended."""

    def described(self) -> bytes:
        ends = {} if self.until is None else {"until": self.until}
        return canonical.encode(
            {
                "name": self.name,
                "role": self.role,
                "alg": self.alg,
                "public": _b64(self.public),
                "born": self.born,
                **ends,
            }
        )

    def as_json(self) -> dict[str, Any]:
        """The key as the file says it."""
        return {
            "name": self.name,
            "role": self.role,
            "alg": self.alg,
            "public": _b64(self.public),
            "born": self.born,
            "retired": self.retired,
            "sealed": _b64(self.sealed),
            **({} if self.until is None else {"until": self.until}),
        }

    @classmethod
    def read(cls, key: Any) -> SealedKey:
        """Raises: Malformed `keystore.malformed`."""
        try:
            return cls(
                name=key["name"],
                role=key["role"],
                alg=key["alg"],
                public=_unb64(key["public"]),
                born=key["born"],
                retired=key["retired"],
                sealed=_unb64(key["sealed"]),
                until=key.get("until"),
            )
        except (KeyError, TypeError, AttributeError):
            raise BAD_KEYSTORE(why="members are missing or mistyped") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keystore:
    """A keystore file's content, sealed."""

    header: dict[str, Any]
    root: bytes
    keys: tuple[SealedKey, ...] = ()

    @classmethod
    def create(cls, passphrase: bytes, entropy: Entropy) -> tuple[Keystore, OpenKeystore]:
        """A new empty keystore and its opened form. Raises: Misconfigured
        `keystore.weak_passphrase`.
        """
        require_strong(passphrase)
        kdf = new_kdf(entropy)
        return cls._empty({"v": 1, "kdf": kdf}, derive(kdf, passphrase), entropy)

    @classmethod
    def _empty(
        cls, header: dict[str, Any], opening: bytes, entropy: Entropy
    ) -> tuple[Keystore, OpenKeystore]:
        root, nonce = entropy(32), entropy(12)
        sealed = nonce + AESGCM(opening).encrypt(nonce, root, canonical.encode(header))
        return cls(header=header, root=sealed), OpenKeystore(root)

    def under(
        self, opened: KeyOpener, lock: Custody | TokenLock, secret: bytes, entropy: Entropy
    ) -> tuple[Keystore, OpenKeystore]:
        """The same keys under a new root key, which opens to these custodians, or this token,
        alone; whoever could open this keystore opens nothing of that one.

        Raises: Misconfigured `keystore.sealed`: a key was altered.
        """
        store, fresh = self._empty({"v": 1, "kdf": lock.kdf()}, secret, entropy)
        for key in self.keys:
            store = store.with_key(fresh.seal(opened.private(key), key, entropy))
        return store, fresh

    @property
    def custody(self) -> Custody | None:
        """Whose shares open it; None: a passphrase or a token does. Raises: Malformed
        `custodian.malformed`, `value.identifier`; Misconfigured `custodian.bounds`.
        """
        kdf = self.header["kdf"]
        held = isinstance(kdf, dict) and kdf.get("name") == custodians.NAME
        return Custody.read(kdf) if held else None

    @property
    def lock(self) -> TokenLock | None:
        """The token that opens it; None: none does. Raises: `keystore.token_malformed`."""
        kdf = self.header["kdf"]
        held = isinstance(kdf, dict) and kdf.get("name") == token_lock.NAME
        return TokenLock.read(kdf) if held else None

    @classmethod
    def load(cls, data: bytes) -> Keystore:
        """Raises: Malformed `keystore.malformed`."""
        value = canonical.decode(data)
        try:
            keys = tuple(SealedKey.read(key) for key in value["keys"])
            header = {"v": value["v"], "kdf": value["kdf"]}
            if header["v"] != 1 or set(value) != {"v", "kdf", "root", "keys"}:
                raise BAD_KEYSTORE(why="another version")
            return cls(header=header, root=_unb64(value["root"]), keys=keys)
        except (KeyError, TypeError, AttributeError):
            raise BAD_KEYSTORE(why="members are missing or mistyped") from None

    def dump(self) -> bytes:
        """The file's canonical bytes."""
        return canonical.encode(
            {
                **self.header,
                "root": _b64(self.root),
                "keys": [key.as_json() for key in self.keys],
            }
        )

    def unseal(self, passphrase: bytes, token: Token | None = None) -> OpenKeystore:
        """Derive (about 0.2 s, 64 MiB), join what custodians gave (`custodians.given`), or ask the
        token, and open the root key.

        Raises: Misconfigured `keystore.sealed`, `custodian.not_asked`; and as `custodians.join` and
        `TokenLock.open`.
        """
        try:
            secret = AESGCM(self._opening(passphrase, token))
            return OpenKeystore(
                secret.decrypt(self.root[:12], self.root[12:], canonical.encode(self.header))
            )
        except (InvalidTag, ValueError, KeyError, TypeError):
            raise WRONG_PASSPHRASE() from None

    def _opening(self, passphrase: bytes, token: Token | None) -> bytes:
        custody, lock = self.custody, self.lock
        if lock is not None:
            return lock.open(passphrase, token)
        if custody is not None:
            return custodians.join(custody, passphrase)
        if custodians.are_given(passphrase):
            raise custodians.NOT_ASKED()
        return derive(self.header["kdf"], passphrase)

    def with_key(self, key: SealedKey) -> Keystore:
        """This keystore with one more key; a key of that name is replaced."""
        return replace(self, keys=(*(old for old in self.keys if old.name != key.name), key))

    def without(self, name: str) -> Keystore:
        """This keystore without the key of that name."""
        return replace(self, keys=tuple(old for old in self.keys if old.name != name))

    def get(self, name: str) -> SealedKey:
        """Raises: NotFound `keystore.no_key`."""
        for key in self.keys:
            if key.name == name:
                return key
        raise NO_KEY(name=name)


class KeyOpener(Protocol):
    """What gives the private bytes of keys."""

    def private(self, key: SealedKey) -> bytes: ...


class OpenRole:
    """The opened key of one role: opens that role's keys, and tells nothing of the root key."""

    __slots__ = ("_aead",)

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def seal(self, private: bytes, description: SealedKey, entropy: Entropy) -> SealedKey:
        """The key's record with its private bytes sealed into it."""
        nonce = entropy(12)
        return replace(
            description, sealed=nonce + self._aead.encrypt(nonce, private, description.described())
        )

    def private(self, key: SealedKey) -> bytes:
        """The private bytes. Raises: Misconfigured `keystore.sealed`: the record was altered, is of
        another role, or of before 0.2.0.
        """
        try:
            return self._aead.decrypt(key.sealed[:12], key.sealed[12:], key.described())
        except InvalidTag:
            raise WRONG_PASSPHRASE() from None

    def __repr__(self) -> str:
        return "OpenRole()"


class OpenKeystore:
    """The opened root key; gives private bytes to whoever holds it, and never prints them."""

    __slots__ = ("_root",)

    def __init__(self, root: bytes) -> None:
        self._root = root

    @property
    def word(self) -> str:
        """Which root key this is, in a word that tells nothing of it: 32 hex digits."""
        return self._derived("word", 16).hex()

    def role(self, role: str) -> OpenRole:
        """The key that opens the keys of this role alone."""
        return OpenRole(self._derived(f"role {role}", 32))

    def seal(self, private: bytes, description: SealedKey, entropy: Entropy) -> SealedKey:
        """The key's record with its private bytes sealed into it, for its role."""
        return self.role(description.role).seal(private, description, entropy)

    def private(self, key: SealedKey) -> bytes:
        """The private bytes. Raises: Misconfigured `keystore.sealed`: the record was altered."""
        try:
            return self.role(key.role).private(key)
        except Misconfigured:
            return OpenRole(self._root).private(key)

    def _derived(self, what: str, size: int) -> bytes:
        info = f"sealane keystore {what}".encode()
        return HKDF(hashes.SHA384(), size, None, info).derive(self._root)

    def __repr__(self) -> str:
        return "Opened()"


def require_strong(passphrase: bytes) -> None:
    """Raises: Misconfigured `keystore.weak_passphrase`, `custodian.not_asked`: what custodians
    gave, or stands for a token, is no passphrase to choose.
    """
    if custodians.are_given(passphrase) or passphrase == token_lock.ASKED:
        raise custodians.NOT_ASKED()
    if len(passphrase.decode("utf-8", "replace")) < MIN_PASSPHRASE:
        raise WEAK_PASSPHRASE(least=MIN_PASSPHRASE)


def new_kdf(entropy: Entropy) -> dict[str, Any]:
    """How a key is derived from a passphrase that is given now."""
    return {
        "name": "argon2id",
        "memory_kib": MEMORY_KIB,
        "passes": PASSES,
        "lanes": LANES,
        "salt": _b64(entropy(16)),
    }


def derive(kdf: dict[str, Any], passphrase: bytes) -> bytes:
    """32 bytes out of a passphrase. Raises: Malformed `keystore.malformed`; ValueError, KeyError,
    TypeError: members that are no derivation's.
    """
    if (
        kdf["name"] != "argon2id"
        or not 1024 <= kdf["memory_kib"] <= 4 << 20
        or not 1 <= kdf["passes"] <= 64
    ):
        raise BAD_KEYSTORE(why="its key derivation is not one we accept")
    return Argon2id(
        salt=_unb64(kdf["salt"]),
        length=32,
        iterations=kdf["passes"],
        lanes=kdf["lanes"],
        memory_cost=kdf["memory_kib"],
    ).derive(passphrase)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unb64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise BAD_KEYSTORE(why="base64") from None
