"""Signed statements between nodes: what is said, by whom, to whom, under which agreement; both
suites sign or nothing.

A statement is canonical JSON `{v, type, agreement {id, digest}, by, to, node, item, at, nonce,
body}` in a JWS with the party's statement keys (ES384 and ML-DSA-87). `body` holds exactly the
members that the type lists below. A receipt is a statement that answers another and names it by
digest in `answers`.

Spec: spec/receipt.md; ETSI EN 319 522 (event words); R42, R44, R59.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Malformed, Untrusted, declare
from sealane.base.values import country, identifier, parse_instant
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey, Signer

TYP = "sealane-statement"
SUITE = ("ES384", "ML-DSA-87")
MEMBERS = {"v", "type", "agreement", "by", "to", "node", "item", "at", "nonce", "body"}
_DESTROYED = ("answers", "copies", "what", "by_person")

TYPES: dict[str, tuple[str, ...]] = {
    # type: members of its body                           who says it
    "enrolment": ("card",),  # either, once, about itself
    "assurance.request": (
        "area",
        "level",
        "project",
        "purpose",
        "label",
    ),  # provider, before release
    "assurance": (
        "answers",
        "area",
        "level",
        "clearance",
        "need",
        "protection",
        "until",
        "by_person",
        "posts",
    ),  # recipient
    "offer": (
        "request",
        "label",
        "decision",
        "container",
        "policy_uuid",
        "size",
        "media_type",
        "title",
        "copy",
        "handle_as",
        "sealed",
    ),  # provider
    "claim": (
        "container",
        "policy_uuid",
        "seal",
    ),  # recipient: a container that came by hand; answered by its offer
    "transfer.received": (
        "answers",
        "container",
        "copy",
        "handle_as",
        "decision",
    ),  # recipient: stored, re-checked
    "transfer.rejected": ("answers", "container", "code", "reason"),  # recipient
    "transfer.accepted": ("answers", "by_person"),  # recipient's registry clerk
    "withdrawn": (
        "answers",
        "reason",
    ),  # provider: the offer is taken back, whether it arrived or not
    "open.request": (
        "request",
        "policy_uuid",
        "key_access",
        "client_key",
        "until",
        "decision",
    ),  # recipient
    "key.released": ("answers", "decision", "share"),  # provider's key service
    "key.refused": ("answers", "decision", "reasons"),  # provider's key service
    "opened": (
        "answers",
        "action",
        "post",
        "purpose",
        "decision",
    ),  # recipient: a key was used by this post
    "open.denied": (
        "post",
        "purpose",
        "action",
        "decision",
        "clauses",
    ),  # recipient: refused at home
    "recall.ordered": ("reason", "copies"),  # provider
    "destroyed": _DESTROYED,  # recipient: key share and ciphertext erased
    "destroy.failed": (*_DESTROYED, "reason"),  # recipient
    "rewrap.request": (
        "policy_uuid",
        "key_access",
        "suite",
        "client_key",
        "until",
    ),  # provider: the holder's share, to seal anew
    "rewrapped": (
        "container",
        "size",
        "suite",
        "sealed",
        "replaces",
    ),  # provider: the same item under another suite
    "relabelled": ("label", "replaces", "reason"),  # provider: another label from now on
    "agreement.state": ("notices",),  # either: its own notices about this version
    "statements.request": (
        "digests",
    ),  # either, after a loss: bytes of statements that our logs name
    "statements": (
        "answers",
        "held",
        "missing",
    ),  # either: those bytes, and the digests of which none are left
    "services": (
        "issuer",
        "named",
        "servers",
    ),  # either: its OpenTDF side, for the partner's operator to accept
    "inventory.request": ("after",),  # either: what does your register hold between us?
    "inventory": ("answers", "items", "next"),  # either: states and digests by item, a page
    "acknowledged": ("answers",),  # either: stored and logged
    "rejected": ("answers", "code", "reason"),  # either: not accepted, and why
}

BAD_STATEMENT = declare(
    "statement.malformed",
    Malformed,
    "A statement cannot be read: {why}.",
    "文書を読み取れません：{why}。",
    "Compare it with spec/receipt.md.",
    "spec/receipt.md と照らし合わせてください。",
)
WRONG_SUITE = declare(
    "statement.suite",
    Untrusted,
    "{party} signs statements with {have}, but {need} are required.",
    "{party} の署名方式は {have} ですが、{need} が必要です。",
    "Enrol both statement keys.",
    "両方の署名鍵を登録してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing said by a party; `digest` names the signed bytes for ever."""

    type: str
    agreement: str
    agreement_digest: str
    by: str
    to: str
    node: str
    item: str | None
    at: str
    nonce: str
    body: dict[str, Any]

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
                "body": self.body,
            }
        )


def sign(statement: Statement, signers: Sequence[Signer]) -> bytes:
    """JWS bytes with every signature of the suite, in suite order. Raises: Malformed, Untrusted
    `statement.suite`.
    """
    _check_body(statement.type, statement.body)
    if tuple(signer.public.alg for signer in signers) != SUITE:
        raise WRONG_SUITE(
            party=statement.by, have=[signer.public.alg for signer in signers], need=list(SUITE)
        )
    return jws.sign(statement.payload(), signers, typ=TYP)


def verify(data: bytes, keys: Sequence[PublicKey]) -> Statement:
    """The statement, proven to be signed by all of a party's statement keys, and well formed.

    Raises: Untrusted: a signature is missing, unknown or wrong; Malformed `statement.malformed`.
    """
    if tuple(key.alg for key in keys) != SUITE:
        raise WRONG_SUITE(party="-", have=[key.alg for key in keys], need=list(SUITE))
    ring = {key.kid: key for key in keys}
    return parse(jws.verify(data, keys=ring, required=ring, typ=TYP).payload)


def peek(data: bytes) -> Statement:
    """What a statement claims, trusted in nothing; for finding whose keys must verify it."""
    return parse(jws.peek(data))


def digest(data: bytes) -> str:
    """SHA-384 hex of the signed bytes: the statement's name."""
    return canonical.sha384(data)


def parse(payload: bytes) -> Statement:
    """Strictly from canonical bytes. Raises: Malformed `statement.malformed`."""
    value = canonical.decode(payload, limit=jws.MAX_BYTES)
    if not isinstance(value, dict) or set(value) != MEMBERS or value["v"] != 1:
        raise BAD_STATEMENT(why="its members are not those of version 1")
    agreement, body = value["agreement"], value["body"]
    if (
        not isinstance(agreement, dict)
        or set(agreement) != {"id", "digest"}
        or not isinstance(body, dict)
    ):
        raise BAD_STATEMENT(why="agreement or body is mistyped")
    for member in ("type", "at", "nonce"):
        if not isinstance(value[member], str):
            raise BAD_STATEMENT(why=f"{member} is not text")
    parse_instant(value["at"])
    _check_body(value["type"], body)
    return Statement(
        type=value["type"],
        agreement=_agreement(agreement["id"]),
        agreement_digest=_hex(agreement["digest"], 96, 0),
        by=country(value["by"]),
        to=country(value["to"]),
        node=identifier(value["node"]),
        item=None if value["item"] is None else identifier(value["item"]),
        at=value["at"],
        nonce=_hex(value["nonce"], 32),
        body=body,
    )


def _check_body(kind: str, body: dict[str, Any]) -> None:
    members = TYPES.get(kind)
    if members is None:
        raise BAD_STATEMENT(why=f"unknown type {kind[:40]!r}")
    if set(body) != set(members):
        raise BAD_STATEMENT(why=f"the body of {kind} has other members")


def _agreement(text: Any) -> str:
    return "" if text == "" else identifier(text)


def _hex(text: Any, *lengths: int) -> str:
    if (
        not isinstance(text, str)
        or len(text) not in lengths
        or not all(char in "0123456789abcdef" for char in text)
    ):
        raise BAD_STATEMENT(why="a digest or nonce is not lower-case hex of its length")
    return text
