"""The keys of a process's part, and no way to those of others: the root key is not kept.

Keys of its roles that are renewed later are opened too, for each role has a key of its own.
Spec: R62; docs/operators.md "Several processes".
"""

from __future__ import annotations

from collections.abc import Collection

from sealane.base.errors import Misconfigured, declare
from sealane.crypto.keys import PublicKey
from sealane.crypto.keystore import Entropy, OpenKeystore, SealedKey

WITHHELD = declare(
    "keystore.withheld",
    Misconfigured,
    "This process does not hold the key {name}, which it has no business with.",
    "このプロセスは鍵 {name} を持っていません（用途がないため）。",
    "Ask a process whose part it is: `sealane node serve`, `node work` or `node run`.",
    "担当のプロセス（`sealane node serve`、`node work`、`node run`）に求めてください。",
)


class WithheldKey:
    """The public half of a signing key that this process does not hold."""

    def __init__(self, name: str, public: PublicKey) -> None:
        self._name, self.public = name, public

    def sign(self, data: bytes) -> bytes:
        """Raises: Misconfigured `keystore.withheld`."""
        raise WITHHELD(name=self._name)


class HeldRoles:
    """What opens the keys of some roles, and no way to those of others."""

    def __init__(
        self, opened: OpenKeystore, roles: Collection[str], keys: Collection[SealedKey]
    ) -> None:
        """Args: keys: those there are now; of them some may be sealed as before 0.2.0."""
        self.word, self.roles = opened.word, frozenset(roles)
        self._roles = {role: opened.role(role) for role in roles}
        self._held = {key.described(): opened.private(key) for key in keys if key.role in roles}

    def private(self, key: SealedKey) -> bytes:
        """Raises: Misconfigured `keystore.withheld`; `keystore.sealed`: the record was altered."""
        if key.role not in self._roles:
            raise WITHHELD(name=key.name)
        held = self._held.get(key.described())
        return self._roles[key.role].private(key) if held is None else held

    def seal(self, private: bytes, description: SealedKey, entropy: Entropy) -> SealedKey:
        """Raises: Misconfigured `keystore.withheld`: nothing is made or moved here."""
        raise WITHHELD(name=description.name)
