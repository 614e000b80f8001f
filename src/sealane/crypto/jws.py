"""Signed statements: JWS JSON serialization over exact bytes; every required signature or nothing.

The token chooses neither key nor algorithm: both come from the caller's keys, by `kid`. A protected
header has exactly `alg`, `kid` and `typ`; anything else (`jwk`, `jku`, `x5c`, `crit`, `b64` ...) is
refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.base import base64url, canonical
from sealane.base.errors import Malformed, Untrusted, declare
from sealane.crypto.keys import PublicKey, Signer

MAX_BYTES = 4 << 20

BAD_JWS = declare(
    "jws.malformed",
    Malformed,
    "A signed statement cannot be read: {why}.",
    "署名付き文書を読み取れません：{why}。",
    "Send the statement exactly as it was signed.",
    "署名されたままの文書を送ってください。",
)
UNKNOWN_KEY = declare(
    "jws.unknown_key",
    Untrusted,
    "The statement is signed by key {kid}, which the agreement does not name.",
    "文書は、取決めにない鍵 {kid} で署名されています。",
    "Exchange enrolments again, or refuse the statement.",
    "登録情報を交換し直すか、文書を拒んでください。",
)
MISSING_SIGNATURE = declare(
    "jws.signature_missing",
    Untrusted,
    "A required signature is missing: {missing}.",
    "必要な署名がありません：{missing}。",
    "Every suite that the agreement names must sign.",
    "取決めが定めるすべての方式で署名してください。",
)
WRONG_HEADER = declare(
    "jws.header",
    Untrusted,
    "The statement's header asks for {what}, which is not accepted.",
    "文書のヘッダーは受け付けられない {what} を求めています。",
)


@dataclass(frozen=True, slots=True)
class Verified:
    """The payload bytes that were signed, and by which keys."""

    payload: bytes
    kids: tuple[str, ...]


def sign(payload: bytes, signers: Sequence[Signer], *, typ: str) -> bytes:
    """Canonical JWS JSON bytes, one signature a signer, in the given order. Spec: RFC 7515 §7.2.1;
    R62.
    """
    body = base64url.encode(payload)
    signatures = []
    for signer in signers:
        protected = base64url.encode(
            canonical.encode({"alg": signer.public.alg, "kid": signer.public.kid, "typ": typ})
        )
        signature = signer.sign(f"{protected}.{body}".encode())
        signatures.append({"protected": protected, "signature": base64url.encode(signature)})
    return canonical.encode({"payload": body, "signatures": signatures})


def verify(
    data: bytes, *, keys: Mapping[str, PublicKey], required: Iterable[str], typ: str
) -> Verified:
    """Prove that every required key signed exactly this payload under this type.

    Args:
        data: canonical JWS JSON bytes, at most 4 MiB.
        keys: the keys that may sign, by kid.
        required: kids that must all have signed.
    Raises:
        Malformed `jws.malformed`; Untrusted `jws.unknown_key`, `jws.signature_missing`,
        `jws.header`, `signature.invalid`.
    Spec: RFC 7515 §5.2; spec/receipt.md §2.
    """
    # Step 1: one shape only. Canonical bytes have one reading, so that what was hashed elsewhere
    # as this statement's name is what is verified here.
    body, signatures = read(data)
    signed: list[str] = []
    for protected, signature in signatures:
        # Step 2: the header says what it is and nothing more. `jwk`, `x5c` or `jku` would bring a
        # key of the signer's choice, `crit` and `b64` another way to compute; the type keeps a
        # statement of one kind from being shown as another.
        header = canonical.parse(_unb64(protected), limit=1024)
        if not isinstance(header, dict) or set(header) != {"alg", "kid", "typ"}:
            raise WRONG_HEADER(what="other members or another type")
        if header["typ"] != typ:
            raise WRONG_HEADER(what="other members or another type")
        # Step 3: the key is one that the caller named; the header only picks among them.
        kid = header["kid"]
        key = keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise UNKNOWN_KEY(kid=str(kid)[:64])
        # Step 4: the key knows its one algorithm. A token that could choose would choose `none`,
        # or a shared secret made of a public key.
        if header["alg"] != key.alg:
            raise WRONG_HEADER(what=f"algorithm {str(header['alg'])[:20]!r}")
        # Step 5: the signature holds over the bytes as they came, never over bytes written again.
        key.verify(_unb64(signature), f"{protected}.{body}".encode())
        # Step 6: each key counts once, or one key could stand for several.
        if kid in signed:
            raise BAD_JWS(why="one key signed twice")
        signed.append(kid)
    # Step 7: every required key signed. Two suites sign a statement, and one alone is none.
    missing = [kid for kid in required if kid not in signed]
    if missing:
        raise MISSING_SIGNATURE(missing=", ".join(missing))
    return Verified(_unb64(body), tuple(signed))


def verify_by_suites(data: bytes, *, keys: Collection[PublicKey], typ: str) -> Verified:
    """Prove that a key of each algorithm among these signed: of one's own keys, which came one
    after another. Raises: as `verify`.
    """
    ring = {key.kid: key for key in keys}
    found = verify(data, keys=ring, required=(), typ=typ)
    lacking = {key.alg for key in keys} - {ring[kid].alg for kid in found.kids}
    if lacking or not found.kids:
        raise MISSING_SIGNATURE(missing=", ".join(sorted(lacking)) or "-")
    return found


def read(data: bytes) -> tuple[str, list[tuple[str, str]]]:
    """The encoded payload and the (protected, signature) pairs; nothing is trusted yet. Raises:
    Malformed.
    """
    value: Any = canonical.decode(data, limit=MAX_BYTES)
    if not isinstance(value, dict) or set(value) != {"payload", "signatures"}:
        raise BAD_JWS(why="its members are not payload and signatures")
    payload, signatures = value["payload"], value["signatures"]
    if (
        not isinstance(payload, str)
        or not isinstance(signatures, list)
        or not 1 <= len(signatures) <= 16
    ):
        raise BAD_JWS(why="payload or signatures have the wrong type")
    pairs = []
    for item in signatures:
        if not isinstance(item, dict) or set(item) != {"protected", "signature"}:
            raise BAD_JWS(why="a signature has other members")
        if not isinstance(item["protected"], str) or not isinstance(item["signature"], str):
            raise BAD_JWS(why="a signature has the wrong type")
        pairs.append((item["protected"], item["signature"]))
    return payload, pairs


def kids(data: bytes) -> list[str]:
    """The ids of the keys that claim to have signed, without trust: to pick among keys that are
    trusted already. Raises: Malformed `jws.malformed`.
    """
    found = []
    for protected, _ in read(data)[1]:
        header = canonical.parse(_unb64(protected), limit=1024)
        kid = header.get("kid") if isinstance(header, dict) else None
        if not isinstance(kid, str):
            raise BAD_JWS(why="a signature names no key")
        found.append(kid)
    return found


def narrowed(data: bytes, wanted: Collection[str]) -> bytes:
    """The same payload with the signatures of these keys alone; the data itself where there are no
    others. Raises: Malformed `jws.malformed`.
    """
    payload, pairs = read(data)
    kept = [
        {"protected": protected, "signature": signature}
        for (protected, signature), kid in zip(pairs, kids(data), strict=True)
        if kid in wanted
    ]
    if not kept or len(kept) == len(pairs):
        return data
    return canonical.encode({"payload": payload, "signatures": kept})


def peek(data: bytes) -> bytes:
    """The payload bytes without trust, for routing to the right agreement only."""
    return _unb64(read(data)[0])


def _unb64(text: str) -> bytes:
    try:
        return base64url.decode(text)
    except ValueError as error:
        raise BAD_JWS(why=str(error)) from None
