"""The node's keys from its sealed file: one key, one role, each with its birth and its end on
record.

A key that is renewed keeps its place in the file under its own id: what it signed is still known,
and what was sealed to it still opens. Another process may renew while this one runs, so the file is
read again when it changed.
Spec: R62; docs/operators.md §Keys.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from sealane.adapters.key_making import TERMS, KeyMaker, KeyTerms, KeyToken, RenewedKey
from sealane.adapters.outputs import write_whole
from sealane.base.errors import Misconfigured, declare
from sealane.crypto.custodians import Custody
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
TLS = "tls/ES384"
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
        self._path, self._sealed, self._opened, self._token = folder / FILE, store, opened, token
        self._read = _stamp(self._path)
        self._signers: dict[str, tuple[Signer, ...]] = {}
        self._rings: dict[str, KeyRing] = {}

    @property
    def _store(self) -> Keystore:
        """What the file holds now; read again where another process renewed a key."""
        stamp = _stamp(self._path)
        if stamp != self._read and isinstance(self._opened, OpenKeystore):
            self._sealed, self._read = Keystore.load(self._path.read_bytes()), stamp
            self._signers.clear()
            self._rings.clear()
        return self._sealed

    @classmethod
    def create(
        cls,
        folder: Path,
        passphrase: bytes,
        host: Host,
        token: KeyToken | None = None,
        terms: KeyTerms = TERMS,
    ) -> NodeKeys:
        """Make and seal every key a node needs. Raises: Misconfigured `keystore.exists`,
        `keystore.weak_passphrase`.
        """
        path = folder / FILE
        if path.exists():
            raise KEYSTORE_EXISTS(path=folder)
        store, opened = Keystore.create(passphrase, host.entropy)
        maker = KeyMaker(opened, host, token, terms)
        for role, algorithms in {**SIGNING, "tls": ("ES384",)}.items():
            for alg in algorithms:
                store = store.with_key(maker.signing(role, alg))
        for suite in WRAPPING:
            store = store.with_key(maker.wrapping(suite))
        for name in SECRETS:
            store = store.with_key(maker.secret(name))
        write_whole(path, store.dump())
        return cls(folder, store, opened, token)

    @classmethod
    def open(cls, folder: Path, passphrase: bytes, token: KeyToken | None = None) -> NodeKeys:
        """Raises: Misconfigured `keystore.missing`, `keystore.sealed`."""
        store = cls.sealed(folder)
        return cls(folder, store, store.unseal(passphrase), token)

    @staticmethod
    def sealed(folder: Path) -> Keystore:
        """The keystore as it lies there. Raises: Misconfigured `keystore.missing`; Malformed
        `keystore.malformed`.
        """
        path = folder / FILE
        if not path.is_file():
            raise NO_KEYSTORE(path=folder)
        return Keystore.load(path.read_bytes())

    def only(self, roles: Collection[str]) -> NodeKeys:
        """The same keys with the private bytes of these roles alone: the root key, by which the
        others could be had, is not kept. Keys that are renewed later are had by a new start.
        """
        if frozenset(roles) >= SERVING | WORKING:
            return self  # with every part there is no key to keep from this process
        keys = [key for key in self._store.keys if key.role in roles]
        held = _Held({key.name: self._opened.private(key) for key in keys})
        token = self._token
        if token is not None and "kas" not in roles:
            token.close()
            token = None
        return NodeKeys(self._path.parent, self._store, held, token)

    def signers(self, role: str) -> tuple[Signer, ...]:
        """The role's newest keys in suite order; of a role that is not here they sign nothing."""
        store = self._store
        if role not in self._signers:
            names = [f"{role}/{alg}" for alg in SIGNING[role]]
            self._signers[role] = tuple(self._signer(store.get(name)) for name in names)
        return self._signers[role]

    def signers_of(self, keys: Sequence[PublicKey]) -> tuple[Signer, ...]:
        """The private halves of these signing keys, in this order. Raises: NotFound
        `keystore.no_key`.
        """
        return tuple(self._of(key) for key in keys)

    def _of(self, wanted: PublicKey) -> Signer:
        for key in self._store.keys:
            if (key.alg, key.public) == (wanted.alg, wanted.data):
                if key.name not in self._signers:
                    self._signers[key.name] = (self._signer(key),)
                return self._signers[key.name][0]
        raise NO_KEY(name=wanted.kid)

    def _signer(self, key: SealedKey) -> Signer:
        try:
            return PrivateKey(key.alg, self._opened.private(key))
        except Misconfigured as error:
            if error.code != WITHHELD.code:
                raise
            return WithheldKey(key.name, PublicKey(key.alg, key.public))

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
        known = [key for key in self._store.keys if (key.role, key.alg) == ("kas", suite)]
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

    def renew(
        self, roles: Collection[str], host: Host, terms: KeyTerms, suites: Sequence[str] = WRAPPING
    ) -> list[RenewedKey]:
        """A new key takes the place of each key of these roles, in one step; the old ones stay, put
        by: they go on opening what was sealed to them, and sign until the partners know the new.

        Args:
            suites: of the role `kas`, the suites that get a new key.
        Raises: Unavailable `store.write_failed`, `hsm.failed`.
        """
        store, maker, renewed = self._store, KeyMaker(self._opened, host, self._token, terms), []
        for old in self._store.keys:
            if old.role not in roles or old.retired is not None:
                continue
            if old.role == "kas" and old.alg not in suites:
                continue
            kept = str(_kid(old))
            moved = replace(old, name=f"{old.name}/{kept}", retired=maker.at)
            fresh = maker.wrapping(old.alg) if old.role == "kas" else maker.signing(*_kind(old))
            store = store.with_key(
                self._opened.seal(self._opened.private(old), moved, host.entropy)
            ).with_key(fresh)
            renewed.append(
                RenewedKey(
                    role=old.role,
                    suite=old.alg,
                    kid=str(_kid(fresh)),
                    kept=kept,
                    until=str(fresh.until),
                )
            )
        self._write(store)
        return renewed

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

    def hold(self, custody: Custody, secret: bytes, host: Host) -> None:
        """Seal the whole keystore anew for these custodians: opened by what opened it before, or by
        them, and never by both. Raises: Unavailable `store.write_failed`.
        """
        store, opened = self._store.under(self._opened, custody, secret, host.entropy)
        self._write(store)
        self._opened = opened

    def private(self, name: str) -> bytes:
        """Private bytes of a named key, for the TLS library and for secrets."""
        return self._opened.private(self._store.get(name))

    def tls_private(self, public: bytes) -> bytes:
        """Private bytes of the certificate key with this public half. Raises: NotFound
        `keystore.no_key`.
        """
        key = next((one for one in self._store.keys if one.public == public), None)
        if key is None:
            raise NO_KEY(name=TLS)
        return self._opened.private(key)

    def inventory(self) -> list[dict[str, str | None]]:
        """Name, role, algorithm, kid, birth, end and retirement of every key; nothing secret."""
        return [
            {
                "name": key.name,
                "role": key.role,
                "alg": key.alg,
                "born": key.born,
                "until": key.until,
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
        self._sealed, self._read = store, _stamp(self._path)
        self._signers.clear()
        self._rings.clear()


def _stamp(path: Path) -> tuple[int, int]:
    """What differs once the file is another; nothing where it is not yet."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


def _kind(key: SealedKey) -> tuple[str, str]:
    return key.role, key.alg


def _kid(key: SealedKey) -> str | None:
    if key.role == "kas":
        return KemPublicKey(key.alg, key.public).kid
    return PublicKey(key.alg, key.public).kid if key.public else None
