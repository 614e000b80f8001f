"""The node's keys from its sealed file: one key, one role, each with its birth and its end on
record.

A key that is renewed keeps its place in the file under its own id: what it signed is still known,
and what was sealed to it still opens. Another process may renew while this one runs, so the file is
read again when it changed; and another machine, so what the node's machines tell one another is
asked too (`follow`).
Spec: R62; docs/operators.md §Keys.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sealane.adapters import key_file
from sealane.adapters.held_keys import HeldRoles, WithheldKey
from sealane.adapters.key_file import KeyFile, key_id, kid_of
from sealane.adapters.key_making import TERMS, KeyMaker, KeyTerms, KeyToken, RenewedKey
from sealane.adapters.outputs import write_whole
from sealane.base.errors import Misconfigured, SealaneError, declare
from sealane.crypto.custodians import Custody
from sealane.crypto.keys import PrivateKey, PublicKey, Signer
from sealane.crypto.keystore import NO_KEY, Keystore, OpenKeystore, SealedKey
from sealane.crypto.token_lock import NO_TOKEN, SECRET, TokenLock
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
    "{path} には既に鍵庫があります。",
    "Choose a new folder.",
    "新しいフォルダーを選んでください。",
)
SERVING = frozenset({"tls", "statement", "witness", "mirror", "session", "kas"})
"""Roles of the keys by which a process answers partners, people and clients."""
WORKING = frozenset({"tls", "statement", "log", "head", "witness", "mirror", "session"})
"""Roles of the keys by which a process publishes and delivers: it opens no share."""


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
        opened: OpenKeystore | HeldRoles,
        token: KeyToken | None = None,
    ) -> None:
        self._opened, self._token = opened, token
        self._file = KeyFile(folder / FILE, store)
        self._now = self._file.now

    def follow(self, ask: Callable[[], Iterable[SealedKey]]) -> None:
        """Take up what another machine renews: ask for it now, whenever a key is missing, and at
        each `take_up`.
        """
        self._file.follow(ask)
        self.take_up()

    def take_up(self) -> bool:
        """Ask for keys that another machine made; whether there are new ones. What does not open
        under a key of this process's part is no key: nobody is believed to have made it.
        """
        return self._file.take_up(self._opens)

    def _opens(self, key: SealedKey) -> bool:
        try:
            self._opened.private(key)
        except SealaneError:
            return False
        return True

    def keep(self) -> None:
        """Write what was taken up into the file, for the next start; needs the root key."""
        found = self._now()
        store = found.store
        for key in found.told:
            store = self._beside(store, key)
        if store is not found.store:
            self._file.write(store)

    def _beside(self, store: Keystore, key: SealedKey) -> Keystore:
        """A keystore with one more key; of two that claim one name the older is put by."""
        held = next((one for one in store.keys if one.name == key.name), None)
        if held is None:
            return store.with_key(key)
        older, newer = sorted((held, key), key=lambda one: one.born)
        return store.with_key(newer).with_key(self._put_by(older, newer.born))

    def _put_by(self, key: SealedKey, at: str) -> SealedKey:
        moved = replace(key, name=f"{key.name}/{key_id(key)}", retired=at)
        return self._opened.seal(self._opened.private(key), moved, os.urandom)

    @property
    def word(self) -> str:
        """Which root key this is."""
        return self._opened.word

    def sealed_keys(self) -> tuple[SealedKey, ...]:
        """Every key as it lies in the file: sealed."""
        return self._now().store.keys

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
        """Raises: Misconfigured `keystore.missing`, `keystore.sealed`, `keystore.by_token`."""
        store = cls.sealed(folder)
        return cls(folder, store, store.unseal(passphrase, token), token)

    @staticmethod
    def sealed(folder: Path) -> Keystore:
        """The keystore as it lies there. Raises: as `key_file.sealed`."""
        return key_file.sealed(folder / FILE)

    def only(self, roles: Collection[str]) -> NodeKeys:
        """The same keys with the private bytes of these roles alone: the root key, by which the
        others could be had, is not kept. Keys of these roles that are renewed later are opened too.
        """
        if frozenset(roles) >= SERVING | WORKING:
            return self  # with every part there is no key to keep from this process
        assert isinstance(self._opened, OpenKeystore)
        store, token = self._now().store, self._token
        if token is not None and "kas" not in roles:
            token.close()
            token = None
        held = HeldRoles(self._opened, roles, store.keys)
        part = NodeKeys(self._file.path.parent, store, held, token)
        part._file.follow(self._file.ask)
        return part

    def signers(self, role: str) -> tuple[Signer, ...]:
        """The role's newest keys in suite order; of a role that is not here they sign nothing."""
        found = self._now()
        if role not in found.signers:
            newest = (found.newest(role, alg) for alg in SIGNING[role])
            found.signers[role] = tuple(self._signer(key) for key in newest)
        return found.signers[role]

    def signers_of(self, keys: Sequence[PublicKey]) -> tuple[Signer, ...]:
        """The private halves of these signing keys, in this order; of a role that is not here they
        sign nothing. Raises: NotFound `keystore.no_key`.
        """
        return tuple(self._of(key) for key in keys)

    def _of(self, wanted: PublicKey) -> Signer:
        for _ in self._twice():
            found = self._now()
            if wanted.kid in found.signers:
                return found.signers[wanted.kid][0]
            for key in found.keys:
                if (key.alg, key.public) == (wanted.alg, wanted.data):
                    found.signers[wanted.kid] = (self._signer(key),)
                    return found.signers[wanted.kid][0]
        if not isinstance(self._opened, HeldRoles):
            raise NO_KEY(name=wanted.kid)
        # of another part, made by another machine: asked for once, until something changes
        self._now().signers[wanted.kid] = (WithheldKey(wanted.kid, wanted),)
        return self._now().signers[wanted.kid][0]

    def _twice(self) -> Iterator[None]:
        """Look here, and once more where another machine made a key meanwhile."""
        yield
        if self.take_up():
            yield

    def _signer(self, key: SealedKey) -> Signer:
        public = PublicKey(key.alg, key.public)
        if isinstance(self._opened, HeldRoles) and key.role not in self._opened.roles:
            return WithheldKey(key.name, public)
        return PrivateKey(key.alg, self._opened.private(key))

    def publics(self, role: str) -> tuple[PublicKey, ...]:
        """Every key that ever signed in a role here and is not erased: what old signatures are held
        against.
        """
        return tuple(PublicKey(key.alg, key.public) for key in self._now().keys if key.role == role)

    def kas_publics(self) -> tuple[KemPublicKey, ...]:
        """The key access service's public keys, one a suite: what is sealed to."""
        found = self._now()
        return tuple(KemPublicKey(suite, found.newest("kas", suite).public) for suite in WRAPPING)

    def unwrapping(self) -> tuple[KemPublicKey, ...]:
        """Every key that still opens shares, those that a rotation put by included."""
        return tuple(
            KemPublicKey(key.alg, key.public) for key in self._now().keys if key.role == "kas"
        )

    def unwrap(self, suite: str, blob: bytes, info: bytes, *, kid: str | None = None) -> bytes:
        """One 32-byte share. Raises: Untrusted `key.unwrap_failed`, whatever went wrong;
        Unavailable `hsm.failed`.
        """
        if kid is not None:
            self._seek(suite, kid)
        found = self._now()
        known = sorted(found.wrapping(suite), key=lambda key: key.retired is None)
        if self._token is not None:
            kids = [key_id(key) for key in known]
            if not kids or (kid and kid not in kids):
                raise UNWRAP_FAILED()
            return self._token.unwrap(suite, blob, info, kid=kid or kids[-1])
        if suite not in found.rings:
            found.rings[suite] = KeyRing(
                [KemPrivateKey(suite, self._opened.private(key)) for key in known]
            )
        return found.rings[suite].unwrap(suite, blob, info, kid=kid)

    def _seek(self, suite: str, kid: str) -> None:
        for _ in self._twice():
            if any(key_id(key) == kid for key in self._now().wrapping(suite)):
                return

    def renew(
        self, roles: Collection[str], host: Host, terms: KeyTerms, suites: Sequence[str] = WRAPPING
    ) -> list[RenewedKey]:
        """A new key takes the place of each key of these roles, in one step; the old ones stay, put
        by: they go on opening what was sealed to them, and sign until the partners know the new.

        Args:
            suites: of the role `kas`, the suites that get a new key.
        Raises: Unavailable `store.write_failed`, `hsm.failed`.
        """
        self.keep()
        maker = KeyMaker(self._opened, host, self._token, terms)
        store, renewed = self._now().store, list[RenewedKey]()
        for old in store.keys:
            if old.role not in roles or old.retired is not None:
                continue
            if old.role == "kas" and old.alg not in suites:
                continue
            fresh = maker.wrapping(old.alg) if old.role == "kas" else maker.signing(*_kind(old))
            store = store.with_key(self._put_by(old, maker.at)).with_key(fresh)
            renewed.append(
                RenewedKey(
                    role=old.role,
                    suite=old.alg,
                    kid=key_id(fresh),
                    kept=key_id(old),
                    until=str(fresh.until),
                )
            )
        self._file.write(store)
        return renewed

    def destroy(self, kid: str) -> KemPublicKey:
        """Erase a key that a rotation put by; what is still wrapped to it opens never again.

        Raises: NotFound `keystore.no_key`: none of that kid was put by.
        """
        store = self._now().store
        for key in store.keys:
            public = (
                KemPublicKey(key.alg, key.public)
                if key.role == "kas" and key.retired is not None
                else None
            )
            if public is not None and public.kid == kid:
                if self._token is not None:
                    self._token.retire(kid)
                self._file.write(store.without(key.name))
                return public
        raise NO_KEY(name=kid)

    def locked_by_token(self, label: str, host: Host) -> tuple[TokenLock, bytes]:
        """A lock that this node's token, of that label, opens, and its secret, for `hold`. Raises:
        Misconfigured `keystore.no_token`; Unavailable `hsm.failed`.
        """
        if self._token is None:
            raise NO_TOKEN()
        secret = host.entropy(SECRET)
        return TokenLock(token=label, sealed=self._token.hide(secret)), secret

    def hold(self, lock: Custody | TokenLock, secret: bytes, host: Host) -> None:
        """Seal the whole keystore anew for these custodians, or this token: opened by what opened
        it before, or by them, and never by both. Raises: Unavailable `store.write_failed`.
        """
        store, opened = self._now().store.under(self._opened, lock, secret, host.entropy)
        self._file.write(store)
        self._opened = opened

    def private(self, name: str) -> bytes:
        """Private bytes of the newest key, `ROLE/SUITE`: for the TLS library and for secrets."""
        role, _, alg = name.partition("/")
        return self._opened.private(self._now().newest(role, alg))

    def tls_private(self, public: bytes) -> bytes:
        """Private bytes of the certificate key with this public half. Raises: NotFound
        `keystore.no_key`.
        """
        for _ in self._twice():
            for key in self._now().keys:
                if key.public == public:
                    return self._opened.private(key)
        raise NO_KEY(name=TLS)

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
                "kid": kid_of(key),
            }
            for key in self._now().keys
        ]

    def close(self) -> None:
        """End the token's session, if there is one."""
        if self._token is not None:
            self._token.close()


def _kind(key: SealedKey) -> tuple[str, str]:
    return key.role, key.alg
