"""A custodian's share in a file: sealed under that custodian's own passphrase, or words on paper.

File form: one line of canonical JSON, `{v, node, ceremony, custodian, threshold, count, kdf, share,
sum}`. `kdf` is a keystore's; `share` is 12-byte nonce || AES-256-GCM of the words, base64, with the
members before it as associated data; `sum`, SHA-384 over all of them, tells damage from a wrong
passphrase, and proves nothing against who can compute it. A second line, where there is one, is the
passphrase: so one descriptor hands over what a service needs.
Spec: R62; docs/operators.md §Key ceremony.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sealane.base import canonical
from sealane.base.errors import Misconfigured, SealaneError, declare
from sealane.base.values import identifier
from sealane.crypto.custodians import (
    ALTERED,
    BAD_CUSTODY,
    MOST,
    Custody,
    OpenShare,
    ceremony_id,
    decode,
)
from sealane.crypto.keystore import Entropy, derive, new_kdf, require_strong

MAX_BYTES = 8192
LEAST_KIB, MAX_KIB, MAX_PASSES, MAX_LANES, SALT = 1024, 1 << 18, 16, 16, 16

WRONG_SHARE_PASSPHRASE = declare(
    "custodian.passphrase",
    Misconfigured,
    "The passphrase of the custodian {custodian} is wrong.",
    "保管者 {custodian} のパスフレーズが違います。",
    "Let {custodian} type it again, or ask another custodian.",
    "{custodian} に入力し直してもらうか、別の保管者に依頼してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedShare:
    """A share as its file holds it; opens under its custodian's passphrase alone."""

    node: str
    ceremony: str
    custodian: str
    threshold: int
    count: int
    kdf: dict[str, Any]
    share: bytes

    @classmethod
    def seal(
        cls, custody: Custody, index: int, words: str, passphrase: bytes, entropy: Entropy
    ) -> SealedShare:
        """The share of the custodian in this place. Raises: Misconfigured
        `keystore.weak_passphrase`.
        """
        require_strong(passphrase)
        made = cls(
            node=custody.node,
            ceremony=custody.ceremony,
            custodian=custody.custodians[index],
            threshold=custody.threshold,
            count=len(custody.custodians),
            kdf=new_kdf(entropy),
            share=b"",
        )
        nonce = entropy(12)
        sealed = AESGCM(derive(made.kdf, passphrase)).encrypt(nonce, words.encode(), made._told())
        return cls(**{**made._members(), "share": nonce + sealed})

    def open(self, passphrase: bytes) -> OpenShare:
        """Derive (about 0.2 s, 64 MiB) and open. Raises: Misconfigured `custodian.passphrase`;
        Malformed `custodian.altered`, `custodian.malformed`.
        """
        try:
            secret = AESGCM(derive(self.kdf, passphrase))
            words = secret.decrypt(self.share[:12], self.share[12:], self._told()).decode("ascii")
        except (InvalidTag, ValueError):
            raise WRONG_SHARE_PASSPHRASE(custodian=self.custodian) from None
        decode(words, self.custodian)
        return OpenShare(
            words=words, node=self.node, ceremony=self.ceremony, custodian=self.custodian
        )

    def dump(self) -> bytes:
        """The file's one line, its end included."""
        body = self._body()
        return canonical.encode({**body, "sum": canonical.sha384(canonical.encode(body))}) + b"\n"

    @classmethod
    def load(cls, data: bytes) -> SealedShare:
        """Raises: Malformed `custodian.malformed`, `custodian.altered`, `json.*`,
        `value.identifier`.
        """
        value = canonical.decode(data)
        if not isinstance(value, dict) or set(value) != _MEMBERS or value["v"] != 1:
            raise BAD_CUSTODY(why="it is no share file of this version")
        body = {name: held for name, held in value.items() if name != "sum"}
        custodian = identifier(value["custodian"])
        if canonical.sha384(canonical.encode(body)) != value["sum"]:
            raise ALTERED(custodian=custodian)
        return cls(
            node=identifier(value["node"]),
            ceremony=ceremony_id(value["ceremony"]),
            custodian=custodian,
            threshold=_number(value["threshold"], MOST),
            count=_number(value["count"], MOST),
            kdf=_kdf(value["kdf"]),
            share=_bytes(value["share"]),
        )

    def _members(self) -> dict[str, Any]:
        return {
            "node": self.node,
            "ceremony": self.ceremony,
            "custodian": self.custodian,
            "threshold": self.threshold,
            "count": self.count,
            "kdf": self.kdf,
        }

    def _told(self) -> bytes:
        return canonical.encode({"v": 1, **self._members()})

    def _body(self) -> dict[str, Any]:
        return {"v": 1, **self._members(), "share": base64.b64encode(self.share).decode()}


_MEMBERS = {
    "v",
    "node",
    "ceremony",
    "custodian",
    "threshold",
    "count",
    "kdf",
    "share",
    "sum",
}


def read_share(data: bytes) -> tuple[SealedShare | OpenShare, bytes | None]:
    """What a custodian's file holds: a sealed share, with its passphrase if there is a second line;
    or the words of a share.

    Raises: Malformed `custodian.malformed`, `custodian.altered`, `json.*`, `value.identifier`.
    """
    if len(data) > MAX_BYTES:
        raise BAD_CUSTODY(why="it is too long")
    if data.lstrip()[:1] != b"{":
        try:
            told = data.decode("ascii").lower().split()
        except UnicodeDecodeError:
            raise BAD_CUSTODY(why="it is neither a share file nor words") from None
        words = " ".join(word for word in told if not word.isdigit())  # they may be numbered
        decode(words)
        return OpenShare(words=words), None
    line, _, rest = data.partition(b"\n")
    passphrase = rest.removesuffix(b"\n").removesuffix(b"\r")
    return SealedShare.load(line.removesuffix(b"\r")), passphrase or None


def _number(value: object, most: int) -> int:
    if type(value) is not int or not 1 <= value <= most:
        raise BAD_CUSTODY(why="a number is out of its bounds")
    return value


def _kdf(value: Any) -> dict[str, Any]:
    """A derivation of bounded cost, so that a hostile file holds nobody up."""
    if not isinstance(value, dict) or set(value) != set(new_kdf(bytes)) or value["name"] != _ARGON:
        raise BAD_CUSTODY(why="its key derivation is not one we accept")
    memory = _number(value["memory_kib"], MAX_KIB)
    _number(value["passes"], MAX_PASSES)
    _number(value["lanes"], MAX_LANES)
    if memory < LEAST_KIB or len(_bytes(value["salt"])) != SALT:
        raise BAD_CUSTODY(why="its key derivation is not one we accept")
    return value


_ARGON = "argon2id"


def _bytes(value: Any) -> bytes:
    refused: SealaneError = BAD_CUSTODY(why="base64")
    if not isinstance(value, str):
        raise refused
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise refused from None
