"""The node's keys from its sealed file: one key, one role, each with its birth on record.

Spec: R62; ledger-crypto-identity §4.
"""

from __future__ import annotations

from pathlib import Path

from sealane.adapters.files import write_whole
from sealane.base.errors import Misconfigured, declare
from sealane.base.values import format_instant
from sealane.crypto.keys import PrivateKey
from sealane.crypto.keystore import Keystore, Opened, SealedKey
from sealane.ports import Host
from sealane.sealing.keywrap import KemPrivateKey, KemPublicKey, KeyRing

SIGNING = {  # role: algorithms, in suite order
    "statement": ("ES384", "ML-DSA-87"),
    "head": ("ES384", "ML-DSA-87"),
    "log": ("Ed25519",),
    "witness": ("Ed25519",),
    "mirror": ("Ed25519",),
}
WRAPPING = ("MLKEM1024-P384", "X-Wing", "RSA-2048-OAEP-SHA1", "EC-P256")
SECRETS = ("session",)
FILE = "keys.sealed"

KEYSTORE_EXISTS = declare(
    "keystore.exists", Misconfigured,
    "{path} already holds a keystore.", "{path} には既に鍵ストアがあります。",
    "Choose a new folder.", "新しいフォルダーを選んでください。",
)
NO_KEYSTORE = declare(
    "keystore.missing", Misconfigured,
    "{path} holds no keystore.", "{path} に鍵ストアがありません。",
    "Make the node with `sealane node init`.", "`sealane node init` でノードを作ってください。",
)


class NodeKeys:
    """Opened keys by role; private bytes never leave this object but into the library's own key objects."""

    def __init__(self, store: Keystore, opened: Opened) -> None:
        self._store, self._opened = store, opened
        self._signers: dict[str, tuple[PrivateKey, ...]] = {}
        self._wrapping: dict[str, KemPrivateKey] = {}

    @classmethod
    def create(cls, folder: Path, passphrase: bytes, host: Host) -> NodeKeys:
        """Make and seal every key a node needs. Raises: Misconfigured `keystore.exists`, `keystore.weak_passphrase`."""
        path = folder / FILE
        if path.exists():
            raise KEYSTORE_EXISTS(path=folder)
        store, opened = Keystore.create(passphrase, host.entropy)
        born = format_instant(host.now())
        for role, algorithms in SIGNING.items():
            for alg in algorithms:
                key = PrivateKey.generate(alg)
                store = store.with_key(_sealed(opened, f"{role}/{alg}", role, alg, key.public.data, key.private_bytes(), born, host))
        for suite in WRAPPING:
            kem = KemPrivateKey.generate(suite)
            store = store.with_key(_sealed(opened, f"kas/{suite}", "kas", suite, kem.public.data, kem.private_bytes(), born, host))
        tls = PrivateKey.generate("ES384")
        store = store.with_key(_sealed(opened, "tls/ES384", "tls", "ES384", tls.public.data, tls.private_bytes(), born, host))
        for name in SECRETS:
            store = store.with_key(_sealed(opened, f"{name}/secret", name, "secret", b"", host.entropy(32), born, host))
        write_whole(path, store.dump())
        return cls(store, opened)

    @classmethod
    def open(cls, folder: Path, passphrase: bytes) -> NodeKeys:
        """Raises: Misconfigured `keystore.missing`, `keystore.sealed`."""
        path = folder / FILE
        if not path.is_file():
            raise NO_KEYSTORE(path=folder)
        store = Keystore.load(path.read_bytes())
        return cls(store, store.unseal(passphrase))

    def signers(self, role: str) -> tuple[PrivateKey, ...]:
        """The role's signing keys in suite order."""
        if role not in self._signers:
            names = [f"{role}/{alg}" for alg in SIGNING[role]]
            self._signers[role] = tuple(PrivateKey(self._store.get(name).alg, self.private(name)) for name in names)
        return self._signers[role]

    def kem(self, suite: str) -> KemPrivateKey:
        """The key access service's unwrapping key of a suite."""
        if suite not in self._wrapping:
            self._wrapping[suite] = KemPrivateKey(suite, self.private(f"kas/{suite}"))
        return self._wrapping[suite]

    def kas_publics(self) -> tuple[KemPublicKey, ...]:
        """The key access service's public keys, one a suite."""
        return tuple(KemPublicKey(suite, self._store.get(f"kas/{suite}").public) for suite in WRAPPING)

    def unwrap(self, suite: str, blob: bytes, info: bytes, *, kid: str | None = None) -> bytes:
        """One 32-byte share. Raises: Untrusted `key.unwrap_failed`, whatever went wrong."""
        return KeyRing([self.kem(suite)] if suite in WRAPPING else []).unwrap(suite, blob, info, kid=kid)

    def private(self, name: str) -> bytes:
        """Private bytes of a named key, for the TLS library and for secrets."""
        return self._opened.private(self._store.get(name))

    def inventory(self) -> list[dict[str, str]]:
        """Name, role, algorithm and birth of every key; nothing secret."""
        return [{"name": key.name, "role": key.role, "alg": key.alg, "born": key.born} for key in self._store.keys]


def _sealed(
    opened: Opened, name: str, role: str, alg: str, public: bytes, private: bytes, born: str, host: Host
) -> SealedKey:
    description = SealedKey(name=name, role=role, alg=alg, public=public, born=born, retired=None, sealed=b"")
    return opened.seal(private, description, host.entropy)
