"""The node's keys from its sealed file: one key, one role, each with its birth on record.

Spec: R62; docs/operators.md §Keys.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from sealane.adapters.outputs import write_whole
from sealane.base.errors import Misconfigured, declare
from sealane.base.values import format_instant
from sealane.crypto.keys import PrivateKey, PublicKey, Signer
from sealane.crypto.keystore import NO_KEY, Entropy, Keystore, OpenKeystore, SealedKey
from sealane.ports import Host
from sealane.sealing.keywrap import UNWRAP_FAILED, KemPrivateKey, KemPublicKey, KeyRing

SIGNING = {  # role: algorithms, in suite order
    "statement": ("ES384", "ML-DSA-87"),
    "head": ("ES384", "ML-DSA-87"),
    "log": ("Ed25519",),
    "witness": ("Ed25519",),
    "mirror": ("ML-DSA-44",),
}
WRAPPING = ("MLKEM1024-P384", "X-Wing", "RSA-2048-OAEP-SHA1", "EC-P256")
SECRETS = ("session",)
FILE = "keys.sealed"

KEYSTORE_EXISTS = declare(
    "keystore.exists",
    Misconfigured,
    "{path} already holds a keystore.",
    "{path} には既に鍵ストアがあります。",
    "Choose a new folder.",
    "新しいフォルダーを選んでください。",
)
NO_KEYSTORE = declare(
    "keystore.missing",
    Misconfigured,
    "{path} holds no keystore.",
    "{path} に鍵ストアがありません。",
    "Make the node with `sealane node init`.",
    "`sealane node init` でノードを作ってください。",
)


WITHHELD = declare(
    "keystore.withheld",
    Misconfigured,
    "This process does not hold the key {name}, which it has no business with.",
    "このプロセスは鍵 {name} を持っていません（用途がないため）。",
    "Ask a process whose part it is: `sealane node serve`, `node work` or `node run`.",
    "担当のプロセス（`sealane node serve`、`node work`、`node run`）に求めてください。",
)
SERVING = frozenset({"tls", "statement", "witness", "mirror", "session", "kas"})
"""Roles of the keys by which a process answers partners, people and clients."""
WORKING = frozenset({"tls", "statement", "log", "head", "witness", "mirror", "session"})
"""Roles of the keys by which a process publishes and delivers: it opens no share."""


class WithheldKey:
    """The public half of a signing key that this process does not hold."""

    def __init__(self, name: str, public: PublicKey) -> None:
        self._name, self.public = name, public

    def sign(self, data: bytes) -> bytes:
        """Raises: Misconfigured `keystore.withheld`."""
        raise WITHHELD(name=self._name)


class _Held:
    """The private bytes of some keys, and no way to those of others."""

    def __init__(self, held: dict[str, bytes]) -> None:
        self._held = held

    def private(self, key: SealedKey) -> bytes:
        """Raises: Misconfigured `keystore.withheld`."""
        if key.name not in self._held:
            raise WITHHELD(name=key.name)
        return self._held[key.name]

    def seal(self, private: bytes, description: SealedKey, entropy: Entropy) -> SealedKey:
        """Raises: Misconfigured `keystore.withheld`: the root key is not here."""
        raise WITHHELD(name=description.name)


class KeyToken(Protocol):
    """A PKCS#11 token that holds the key access service's keys."""

    def generate(self, suite: str) -> KemPublicKey: ...

    def unwrap(self, suite: str, blob: bytes, info: bytes, *, kid: str | None = None) -> bytes: ...

    def retire(self, kid: str) -> None: ...

    def close(self) -> None: ...


class NodeKeys:
    """Opened keys by role; private bytes never leave this object but into the library's own key
    objects.

    The key service's keys are `kas/<suite>`, and after a rotation `kas/<suite>/<kid>` for those
    that still open what was sealed to them. With a token only their public halves are here, under
    the root key's authentication.
    """

    def __init__(
        self,
        folder: Path,
        store: Keystore,
        opened: OpenKeystore | _Held,
        token: KeyToken | None = None,
    ) -> None:
        self._path, self._store, self._opened, self._token = folder / FILE, store, opened, token
        self._signers: dict[str, tuple[Signer, ...]] = {}
        self._rings: dict[str, KeyRing] = {}

    @classmethod
    def create(
        cls, folder: Path, passphrase: bytes, host: Host, token: KeyToken | None = None
    ) -> NodeKeys:
        """Make and seal every key a node needs. Raises: Misconfigured `keystore.exists`,
        `keystore.weak_passphrase`.
        """
        path = folder / FILE
        if path.exists():
            raise KEYSTORE_EXISTS(path=folder)
        store, opened = Keystore.create(passphrase, host.entropy)
        born = format_instant(host.now())
        for role, algorithms in SIGNING.items():
            for alg in algorithms:
                key = PrivateKey.generate(alg)
                store = store.with_key(
                    _sealed(
                        opened,
                        host,
                        born,
                        (f"{role}/{alg}", role, alg),
                        (key.public.data, key.private_bytes()),
                    )
                )
        for suite in WRAPPING:
            store = store.with_key(_wrapping_key(opened, suite, born, host, token))
        tls = PrivateKey.generate("ES384")
        store = store.with_key(
            _sealed(
                opened,
                host,
                born,
                ("tls/ES384", "tls", "ES384"),
                (tls.public.data, tls.private_bytes()),
            )
        )
        for name in SECRETS:
            store = store.with_key(
                _sealed(
                    opened, host, born, (f"{name}/secret", name, "secret"), (b"", host.entropy(32))
                )
            )
        write_whole(path, store.dump())
        return cls(folder, store, opened, token)

    @classmethod
    def open(cls, folder: Path, passphrase: bytes, token: KeyToken | None = None) -> NodeKeys:
        """Raises: Misconfigured `keystore.missing`, `keystore.sealed`."""
        path = folder / FILE
        if not path.is_file():
            raise NO_KEYSTORE(path=folder)
        store = Keystore.load(path.read_bytes())
        return cls(folder, store, store.unseal(passphrase), token)

    def only(self, roles: Collection[str]) -> NodeKeys:
        """The same keys with the private bytes of these roles alone: the root key, by which the
        others could be had, is not kept.
        """
        keys = [key for key in self._store.keys if key.role in roles]
        held = _Held({key.name: self._opened.private(key) for key in keys})
        token = self._token
        if token is not None and "kas" not in roles:
            token.close()
            token = None
        return NodeKeys(self._path.parent, self._store, held, token)

    def signers(self, role: str) -> tuple[Signer, ...]:
        """The role's signing keys in suite order; of a role that is not here they sign nothing."""
        if role not in self._signers:
            self._signers[role] = tuple(self._signer(f"{role}/{alg}") for alg in SIGNING[role])
        return self._signers[role]

    def _signer(self, name: str) -> Signer:
        key = self._store.get(name)
        try:
            return PrivateKey(key.alg, self.private(name))
        except Misconfigured as error:
            if error.code != WITHHELD.code:
                raise
            return WithheldKey(name, PublicKey(key.alg, key.public))

    def publics(self, role: str) -> tuple[PublicKey, ...]:
        """Every key that ever signed in a role here and is not erased: what old signatures are held
        against.
        """
        return tuple(PublicKey(key.alg, key.public) for key in self._store.keys if key.role == role)

    def kas_publics(self) -> tuple[KemPublicKey, ...]:
        """The key access service's public keys, one a suite: what is sealed to."""
        return tuple(
            KemPublicKey(suite, self._store.get(f"kas/{suite}").public) for suite in WRAPPING
        )

    def unwrapping(self) -> tuple[KemPublicKey, ...]:
        """Every key that still opens shares, those that a rotation put by included."""
        return tuple(
            KemPublicKey(key.alg, key.public) for key in self._store.keys if key.role == "kas"
        )

    def unwrap(self, suite: str, blob: bytes, info: bytes, *, kid: str | None = None) -> bytes:
        """One 32-byte share. Raises: Untrusted `key.unwrap_failed`, whatever went wrong;
        Unavailable `hsm.failed`.
        """
        known = [key for key in self._store.keys if key.role == "kas" and key.alg == suite]
        if self._token is not None:
            kids = [KemPublicKey(suite, key.public).kid for key in known]
            if not kids or (kid and kid not in kids):
                raise UNWRAP_FAILED()
            return self._token.unwrap(suite, blob, info, kid=kid or kids[-1])
        if suite not in self._rings:
            self._rings[suite] = KeyRing(
                [KemPrivateKey(suite, self._opened.private(key)) for key in known]
            )
        return self._rings[suite].unwrap(suite, blob, info, kid=kid)

    def rotate(self, suite: str, host: Host) -> tuple[KemPublicKey, KemPublicKey]:
        """A new key takes the suite's place; (the new, the old, which goes on opening what was
        sealed to it).

        Raises: NotFound `keystore.no_key`: no such suite; Unavailable `store.write_failed`,
        `hsm.failed`.
        """
        old = self._store.get(f"kas/{suite}")
        kept = KemPublicKey(suite, old.public)
        at = format_instant(host.now())
        moved = self._opened.seal(
            self._opened.private(old),
            replace(old, name=f"kas/{suite}/{kept.kid}", retired=at),
            host.entropy,
        )
        fresh = _wrapping_key(self._opened, suite, at, host, self._token)
        self._write(self._store.with_key(moved).with_key(fresh))
        return KemPublicKey(suite, fresh.public), kept

    def destroy(self, kid: str) -> KemPublicKey:
        """Erase a key that a rotation put by; what is still wrapped to it opens never again.

        Raises: NotFound `keystore.no_key`: none of that kid was put by.
        """
        for key in self._store.keys:
            public = (
                KemPublicKey(key.alg, key.public)
                if key.role == "kas" and key.retired is not None
                else None
            )
            if public is not None and public.kid == kid:
                if self._token is not None:
                    self._token.retire(kid)
                self._write(self._store.without(key.name))
                return public
        raise NO_KEY(name=kid)

    def private(self, name: str) -> bytes:
        """Private bytes of a named key, for the TLS library and for secrets."""
        return self._opened.private(self._store.get(name))

    def inventory(self) -> list[dict[str, str | None]]:
        """Name, role, algorithm, kid, birth and retirement of every key; nothing secret."""
        return [
            {
                "name": key.name,
                "role": key.role,
                "alg": key.alg,
                "born": key.born,
                "retired": key.retired,
                "kid": _kid(key),
            }
            for key in self._store.keys
        ]

    def close(self) -> None:
        """End the token's session, if there is one."""
        if self._token is not None:
            self._token.close()

    def _write(self, store: Keystore) -> None:
        write_whole(self._path, store.dump())
        self._store = store
        self._rings.clear()


def _wrapping_key(
    opened: OpenKeystore | _Held, suite: str, born: str, host: Host, token: KeyToken | None
) -> SealedKey:
    if token is not None:
        public, private = token.generate(suite), b""
    else:
        made = KemPrivateKey.generate(suite)
        public, private = made.public, made.private_bytes()
    return _sealed(opened, host, born, (f"kas/{suite}", "kas", suite), (public.data, private))


def _kid(key: SealedKey) -> str | None:
    if key.role == "kas":
        return KemPublicKey(key.alg, key.public).kid
    return PublicKey(key.alg, key.public).kid if key.public else None


def _sealed(
    opened: OpenKeystore | _Held,
    host: Host,
    born: str,
    names: tuple[str, str, str],
    key: tuple[bytes, bytes],
) -> SealedKey:
    """A key, public and private bytes, sealed under its name, role and algorithm."""
    name, role, alg = names
    description = SealedKey(
        name=name, role=role, alg=alg, public=key[0], born=born, retired=None, sealed=b""
    )
    return opened.seal(key[1], description, host.entropy)
