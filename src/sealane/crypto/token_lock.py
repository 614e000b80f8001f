"""A token in the place of a passphrase: what opens the keystore is random, lies in the keystore's
header sealed by a key that never leaves the token, and is had by whoever has the token and its PIN.

Nothing is typed then: verbs carry `ASKED` where a passphrase goes.
Spec: R62; docs/operators.md §Key ceremony.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any, Protocol

from sealane.base.errors import Malformed, Misconfigured, declare

NAME = "pkcs11"
ASKED = b"\x00sealane token\x00"
"""What stands in a passphrase's place; it opens nothing by itself."""
SECRET, MOST = 32, 4096
_MEMBERS = {"name", "token", "sealed"}

BAD_LOCK = declare(
    "keystore.token_malformed",
    Malformed,
    "What says which token opens the keystore cannot be read.",
    "鍵庫を開くトークンの情報を読み取れません。",
    "Restore the keystore from your backup.",
    "鍵庫をバックアップから復元してください。",
)
BY_TOKEN = declare(
    "keystore.by_token",
    Misconfigured,
    "This keystore opens to the token {token!r}, and to nothing that is typed.",
    "この鍵庫はトークン {token!r} で開きます。入力されたものでは開きません。",
    "Leave out --passphrase-file and --custodian-file: the PIN comes from what `pkcs11_pin` names.",
    "--passphrase-file と --custodian-file を外してください。"
    "PIN は `pkcs11_pin` が指すものから読まれます。",
)
NO_TOKEN = declare(
    "keystore.no_token",
    Misconfigured,
    "The settings of this node name no token.",
    "このノードの設定にはトークンがありません。",
    "A node has one from `sealane node init --custody pkcs11` on; `pkcs11_*` in node.toml name it.",
    "トークンは `sealane node init --custody pkcs11` で作ったノードにあり、"
    "node.toml の `pkcs11_*` で指定します。",
)


class Token(Protocol):
    """What hides and reveals bytes by a key that never leaves it."""

    def hide(self, secret: bytes) -> bytes: ...

    def reveal(self, hidden: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLock:
    """Which token opens a keystore: as its header says, in clear and under the root key's
    authentication.
    """

    token: str
    """Its label."""
    sealed: bytes = field(repr=False)

    def kdf(self) -> dict[str, Any]:
        """The member `kdf` of a keystore's header."""
        sealed = base64.b64encode(self.sealed).decode()
        return {"name": NAME, "token": self.token, "sealed": sealed}

    @classmethod
    def read(cls, kdf: Any) -> TokenLock:
        """Raises: Malformed `keystore.token_malformed`."""
        if not isinstance(kdf, dict) or set(kdf) != _MEMBERS or kdf["name"] != NAME:
            raise BAD_LOCK()
        label, sealed = kdf["token"], kdf["sealed"]
        if not isinstance(label, str) or not isinstance(sealed, str) or len(sealed) > MOST:
            raise BAD_LOCK()
        try:
            return cls(token=label, sealed=base64.b64decode(sealed, validate=True))
        except ValueError:  # no base64, or not even ASCII
            raise BAD_LOCK() from None

    def open(self, given: bytes, token: Token | None) -> bytes:
        """The secret of 32 bytes. Raises: Misconfigured `keystore.by_token`: a passphrase or shares
        were given; `keystore.no_token`; Unavailable `hsm.failed`.
        """
        if given != ASKED:
            raise BY_TOKEN(token=self.token)
        if token is None:
            raise NO_TOKEN()
        return token.reveal(self.sealed)
