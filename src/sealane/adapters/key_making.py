"""Keys as they are made: at one instant, each sealed with its role, its birth and its end.

Spec: R62; docs/operators.md §Renew every key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sealane.base.values import DAY, Instant, format_instant
from sealane.crypto.keys import PrivateKey
from sealane.crypto.keystore import Entropy, SealedKey
from sealane.ports import Host
from sealane.sealing.keywrap import KemPrivateKey, KemPublicKey


class RootKey(Protocol):
    """Whoever holds the root key."""

    def seal(self, private: bytes, description: SealedKey, entropy: Entropy) -> SealedKey: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTerms:
    """How many days keys count, and certificates."""

    key_days: int
    tls_days: int

    def until(self, role: str, at: Instant) -> str:
        """When a key of a role that is made now ends."""
        days = self.tls_days if role == "tls" else self.key_days
        return format_instant(Instant(at + days * DAY))


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewedKey:
    """A key that took another's place, by ids, and until when it counts."""

    role: str
    suite: str
    kid: str
    kept: str
    until: str


TERMS = KeyTerms(key_days=1096, tls_days=825)
"""What `settings.Settings` says unless it is told otherwise."""


class KeyToken(Protocol):
    """A PKCS#11 token that holds the key access service's keys."""

    def generate(self, suite: str) -> KemPublicKey: ...

    def unwrap(self, suite: str, blob: bytes, info: bytes, *, kid: str | None = None) -> bytes: ...

    def retire(self, kid: str) -> None: ...

    def hide(self, secret: bytes) -> bytes: ...

    def reveal(self, hidden: bytes) -> bytes: ...

    def close(self) -> None: ...


class KeyMaker:
    """Makes keys at one instant, each sealed with its role, its birth and its end."""

    def __init__(
        self, opened: RootKey, host: Host, token: KeyToken | None, terms: KeyTerms
    ) -> None:
        self._opened, self._host, self._token, self._terms = opened, host, token, terms
        self._now = host.now()
        self.at = format_instant(self._now)

    def signing(self, role: str, alg: str) -> SealedKey:
        key = PrivateKey.generate(alg)
        return self._sealed((f"{role}/{alg}", role, alg), key.public.data, key.private_bytes())

    def wrapping(self, suite: str) -> SealedKey:
        if self._token is not None:
            public, private = self._token.generate(suite), b""
        else:
            made = KemPrivateKey.generate(suite)
            public, private = made.public, made.private_bytes()
        return self._sealed((f"kas/{suite}", "kas", suite), public.data, private)

    def secret(self, name: str) -> SealedKey:
        """A secret that no card names; it has no end."""
        secret = self._host.entropy(32)
        return self._sealed((f"{name}/secret", name, "secret"), b"", secret, ends=False)

    def _sealed(
        self, names: tuple[str, str, str], public: bytes, private: bytes, *, ends: bool = True
    ) -> SealedKey:
        name, role, alg = names
        described = SealedKey(
            name=name,
            role=role,
            alg=alg,
            public=public,
            born=self.at,
            retired=None,
            sealed=b"",
            until=self._terms.until(role, self._now) if ends else None,
        )
        return self._opened.seal(private, described, self._host.entropy)
