"""Signed statements between nodes: what is said, by whom, to whom, under which agreement; both
suites sign or nothing.

A statement is canonical JSON `{v, type, agreement {id, digest}, by, to, node, item, at, nonce,
body}` in a JWS with the party's statement keys (ES384 and ML-DSA-87). `body` is the record of the
type in `bodies.TYPES`; nothing untyped becomes a `Statement`. A receipt is a statement that answers
another and names it by digest in `answers`.

Spec: spec/receipt.md; ETSI EN 319 522 (event words); R42, R44, R59.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from sealane.base import canonical
from sealane.base.errors import Malformed, SealaneError, Untrusted, declare
from sealane.base.values import country, identifier, parse_instant
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey, Signer
from sealane.ledger import bodies
from sealane.ledger.bodies import BAD_STATEMENT, Body
from sealane.ledger.bodies.sizes import most_bytes

TYP = "sealane-statement"
SUITE = ("ES384", "ML-DSA-87")
MEMBERS = {"v", "type", "agreement", "by", "to", "node", "item", "at", "nonce", "body"}
_HEX = frozenset("0123456789abcdef")
MAX_BYTES = jws.MAX_BYTES
"""The most that a whole signed statement may hold."""

Kind = TypeVar("Kind", bound=Body)
Record: TypeAlias = type[Kind]

WRONG_SUITE = declare(
    "statement.suite",
    Untrusted,
    "{party} signs statements with {have}, but {need} are required.",
    "{party} の署名方式は {have} ですが、{need} が必要です。",
    "Enrol both statement keys.",
    "両方の署名鍵を登録してください。",
)


WRONG_TYPE = declare(
    "statement.wrong_type",
    Malformed,
    "A statement of type {kind} is not expected here.",
    "種類 {kind} の文書はここでは受け付けません。",
)
TOO_LONG = declare(
    "statement.too_long",
    Malformed,
    "The statement of type {kind} would hold {size} bytes; at most {limit} are read.",
    "種類 {kind} の文書は {size} バイトで、上限 {limit} バイトを超えます。",
    "Shorten what it says.",
    "内容を短くしてください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing said by a party; `digest` names the signed bytes for ever."""

    agreement: str
    agreement_digest: str
    by: str
    to: str
    node: str
    item: str | None
    at: str
    nonce: str
    body: Body

    @property
    def type(self) -> str:
        """The type, which the body's record decides."""
        return bodies.type_of(self.body)

    @property
    def answers(self) -> str | None:
        """Digest of the statement that this one answers; None for a type that answers nothing."""
        return getattr(self.body, "answers", None)

    def saying(self, record: Record[Kind]) -> Kind:
        """The body as a record of this type. Raises: Malformed `statement.wrong_type`."""
        if not isinstance(self.body, record):
            raise WRONG_TYPE(kind=self.type)
        return self.body

    def payload(self) -> bytes:
        """The canonical bytes that are signed."""
        return canonical.encode(
            {
                "v": 1,
                "type": self.type,
                "agreement": {"id": self.agreement, "digest": self.agreement_digest},
                "by": self.by,
                "to": self.to,
                "node": self.node,
                "item": self.item,
                "at": self.at,
                "nonce": self.nonce,
                "body": bodies.as_json(self.body),
            }
        )


def sign(statement: Statement, signers: Sequence[Signer]) -> bytes:
    """JWS bytes with every signature of the suite, in suite order.

    What is signed is judged as strictly as what is heard. Raises: Malformed `statement.malformed`,
    `statement.too_long`; Untrusted `statement.suite`.
    """
    bodies.read(statement.type, bodies.as_json(statement.body))
    if tuple(signer.public.alg for signer in signers) != SUITE:
        raise WRONG_SUITE(
            party=statement.by, have=[signer.public.alg for signer in signers], need=list(SUITE)
        )
    data = jws.sign(statement.payload(), signers, typ=TYP)
    _require_short(statement, data)
    return data


def hear(data: bytes, keys_of: Callable[[Statement], Sequence[PublicKey]]) -> Statement:
    """A statement proven by the keys of the party that it claims to be by; read once.

    Args:
        keys_of: the statement keys of whom the claim names; raises for a stranger.
    Raises: Untrusted: a signature is missing, unknown or wrong; Malformed `statement.malformed`;
        and what `keys_of` raises.
    """
    payload = jws.peek(data)
    claimed = parse(payload)
    _require_short(claimed, data)
    keys = keys_of(claimed)
    # The signatures are over these very bytes, so what was read from them before is proven now.
    if _proven(data, keys) != payload:
        raise jws.BAD_JWS(why="the signed bytes are others")
    return claimed


def verify(data: bytes, keys: Sequence[PublicKey]) -> Statement:
    """The statement, proven to be signed by all of a party's statement keys, and well formed.

    Raises: Untrusted: a signature is missing, unknown or wrong; Malformed `statement.malformed`.
    """
    said = parse(_proven(data, keys))
    _require_short(said, data)
    return said


def _require_short(statement: Statement, data: bytes) -> None:
    """No longer than its type's members can be. Raises: Malformed `statement.too_long`."""
    limit = most_bytes(statement.type)
    if len(data) > limit:
        raise TOO_LONG(kind=statement.type, size=len(data), limit=limit)


def _proven(data: bytes, keys: Sequence[PublicKey]) -> bytes:
    if tuple(key.alg for key in keys) != SUITE:
        raise WRONG_SUITE(party="-", have=[key.alg for key in keys], need=list(SUITE))
    ring = {key.kid: key for key in keys}
    return jws.verify(data, keys=ring, required=ring, typ=TYP).payload


def peek(data: bytes) -> Statement:
    """What a statement claims, trusted in nothing; for bytes that a log of ours proves."""
    return parse(jws.peek(data))


def digest(data: bytes) -> str:
    """SHA-384 hex of the signed bytes: the statement's name."""
    return canonical.sha384(data)


def parse(payload: bytes) -> Statement:
    """Strictly from canonical bytes. Raises: Malformed `statement.malformed`, `value.*`, `json.*`;
    `position` names the member.
    """
    value = canonical.decode(payload, limit=MAX_BYTES)
    if (
        not isinstance(value, dict)
        or set(value) != MEMBERS
        or value["v"] != 1
        or value["v"] is True
    ):
        raise _wrong("its members are not those of version 1", "版 1 のメンバーと異なる")
    agreement = value["agreement"]
    if not isinstance(agreement, dict) or set(agreement) != {"id", "digest"}:
        raise _wrong("agreement is not id and digest", "agreement が id と digest でない")
    if not isinstance(value["type"], str):
        raise _wrong("type is not text", "type が文字列でない", "type")
    parse_instant(value["at"])
    return Statement(
        agreement=_agreement(agreement["id"]),
        agreement_digest=_hex("agreement", agreement["digest"], 96, 0),
        by=country(value["by"]),
        to=country(value["to"]),
        node=identifier(value["node"]),
        item=None if value["item"] is None else identifier(value["item"]),
        at=value["at"],
        nonce=_hex("nonce", value["nonce"], 32),
        body=bodies.read(value["type"], value["body"]),
    )


def _wrong(why: str, why_ja: str, member: str | None = None) -> SealaneError:
    return BAD_STATEMENT(position=member, why=why, why_ja=why_ja)


def _agreement(text: Any) -> str:
    return "" if text == "" else identifier(text)


def _hex(member: str, text: Any, *lengths: int) -> str:
    if not isinstance(text, str) or len(text) not in lengths or not _HEX.issuperset(text):
        raise _wrong(
            f"{member} is not lower-case hex of its length",
            f"{member} が所定の長さの小文字十六進でない",
            member,
        )
    return text
