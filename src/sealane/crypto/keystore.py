"""The sealed keystore: Argon2id opens a root key, the root key opens named keys; wrong passphrase
and damage look alike.

File form (canonical JSON): `{v, kdf {name, memory_kib, passes, lanes, salt}, root, keys [{name,
role, alg, public, born, retired, sealed, until?}]}`. `root` and `sealed` are 12-byte nonce ||
AES-256-GCM ciphertext, base64; the header or the key's own description is the associated data, so
nothing in the file can be swapped.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from sealane.base import canonical
from sealane.base.errors import Malformed, Misconfigured, NotFound, declare

MEMORY_KIB, PASSES, LANES = 64 * 1024, 3, 1
MIN_PASSPHRASE = 8

Entropy = Callable[[int], bytes]

BAD_KEYSTORE = declare(
    "keystore.malformed",
    Malformed,
    "The keystore file cannot be read: {why}.",
    "鍵ストアを読み取れません：{why}。",
    "Restore it from your backup.",
    "バックアップから復元してください。",
)
WRONG_PASSPHRASE = declare(
    "keystore.sealed",
    Misconfigured,
    "The keystore did not open: the passphrase is wrong or the file is damaged.",
    "鍵ストアを開けません。パスフレーズが違うか、ファイルが壊れています。",
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
    "鍵ストアに {name!r} という鍵はありません。",
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
        if len(passphrase.decode("utf-8", "replace")) < MIN_PASSPHRASE:
            raise WEAK_PASSPHRASE(least=MIN_PASSPHRASE)
        header = {
            "v": 1,
            "kdf": {
                "name": "argon2id",
                "memory_kib": MEMORY_KIB,
                "passes": PASSES,
                "lanes": LANES,
                "salt": _b64(entropy(16)),
            },
        }
        root, nonce = entropy(32), entropy(12)
        sealed = nonce + AESGCM(_derive(header, passphrase)).encrypt(
            nonce, root, canonical.encode(header)
        )
        store = cls(header=header, root=sealed)
        return store, OpenKeystore(root)

    @classmethod
    def load(cls, data: bytes) -> Keystore:
        """Raises: Malformed `keystore.malformed`."""
        value = canonical.decode(data)
        try:
            keys = tuple(
                SealedKey(
                    name=key["name"],
                    role=key["role"],
                    alg=key["alg"],
                    public=_unb64(key["public"]),
                    born=key["born"],
                    retired=key["retired"],
                    sealed=_unb64(key["sealed"]),
                    until=key.get("until"),
                )
                for key in value["keys"]
            )
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
                "keys": [
                    {
                        "name": key.name,
                        "role": key.role,
                        "alg": key.alg,
                        "public": _b64(key.public),
                        "born": key.born,
                        "retired": key.retired,
                        "sealed": _b64(key.sealed),
                        **({} if key.until is None else {"until": key.until}),
                    }
                    for key in self.keys
                ],
            }
        )

    def unseal(self, passphrase: bytes) -> OpenKeystore:
        """Derive (about 0.2 s, 64 MiB) and open the root key. Raises: Misconfigured
        `keystore.sealed`.
        """
        try:
            secret = AESGCM(_derive(self.header, passphrase))
            return OpenKeystore(
                secret.decrypt(self.root[:12], self.root[12:], canonical.encode(self.header))
            )
        except (InvalidTag, ValueError, KeyError, TypeError):
            raise WRONG_PASSPHRASE() from None

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


class OpenKeystore:
    """The opened root key; gives private bytes to whoever holds it, and never prints them."""

    __slots__ = ("_aead",)

    def __init__(self, root: bytes) -> None:
        self._aead = AESGCM(root)

    def seal(self, private: bytes, description: SealedKey, entropy: Entropy) -> SealedKey:
        """The key's record with its private bytes sealed into it."""
        nonce = entropy(12)
        return replace(
            description, sealed=nonce + self._aead.encrypt(nonce, private, description.described())
        )

    def private(self, key: SealedKey) -> bytes:
        """The private bytes. Raises: Misconfigured `keystore.sealed`: the record was altered."""
        try:
            return self._aead.decrypt(key.sealed[:12], key.sealed[12:], key.described())
        except InvalidTag:
            raise WRONG_PASSPHRASE() from None

    def __repr__(self) -> str:
        return "Opened()"


def _derive(header: dict[str, Any], passphrase: bytes) -> bytes:
    kdf = header["kdf"]
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
