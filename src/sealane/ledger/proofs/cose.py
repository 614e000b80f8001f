"""A view of our proofs for SCITT: a COSE receipt derived from a tlog-proof, and a transparent
statement around an entry.

The record stays the JWS and the C2SP proof; this is an export, with one more signature (ES384) over
the same root. The leaf is the log entry, which is the transparent statement's payload. Only writing
is here: readers exist elsewhere.
Spec: RFC 9942 (COSE receipts, RFC9162_SHA256), RFC 9943 (SCITT), RFC 9052; spec/evidence.md §5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sealane.base.errors import Malformed, declare
from sealane.crypto.keys import Signer
from sealane.ledger.log import merkle
from sealane.ledger.log.checkpoint import parse_checkpoint
from sealane.ledger.proofs.proof import LogProof

ALG, CONTENT_TYPE, KID, CWT_CLAIMS, RECEIPTS, VDS, VDP = 1, 3, 4, 15, 394, 395, 396
ISSUER, SUBJECT = 1, 2
RFC9162_SHA256, INCLUSION = 1, -1
ES384 = -35
SIGN1 = b"\xd2"
"""CBOR tag 18."""

Value = int | bytes | str | None | Sequence["Value"] | Mapping[int, "Value"]

NOT_EXPORTABLE = declare(
    "cose.not_exportable",
    Malformed,
    "This cannot be exported as COSE: {why}.",
    "COSE として書き出せません：{why}。",
)


def receipt(proof: LogProof, entry: bytes, signer: Signer) -> bytes:
    """A COSE receipt: the signer vouches for the checkpoint's root, the proof leads the entry to
    it.

    The proof is checked first; its checkpoint's signatures are the caller's matter.
    Raises: Untrusted `ledger.inclusion`; Malformed `cose.not_exportable`: not an ES384 key.
    """
    head = parse_checkpoint(proof.checkpoint).head
    merkle.verify_inclusion(merkle.leaf_hash(entry), proof.index, head.size, proof.path, head.root)
    protected: dict[int, Value] = {
        ALG: _alg(signer),
        KID: signer.public.kid.encode(),
        VDS: RFC9162_SHA256,
        CWT_CLAIMS: {ISSUER: head.origin},
    }
    inclusion = encode([head.size, proof.index, list(proof.path)])
    return _sign1(protected, {VDP: {INCLUSION: [inclusion]}}, (None, head.root), signer)


def transparent_statement(
    entry: bytes, names: tuple[str, str], signer: Signer, receipts: Sequence[bytes]
) -> bytes:
    """A COSE_Sign1 over the exact entry bytes, with its receipts attached.

    Args:
        names: issuer (the exporting party) and subject (the item).
    Raises: Malformed `cose.not_exportable`.
    """
    protected: dict[int, Value] = {
        ALG: _alg(signer),
        CONTENT_TYPE: "application/json",
        KID: signer.public.kid.encode(),
        CWT_CLAIMS: {ISSUER: names[0], SUBJECT: names[1]},
    }
    return _sign1(protected, {RECEIPTS: list(receipts)}, (entry, entry), signer)


def _sign1(
    protected: Mapping[int, Value],
    unprotected: Mapping[int, Value],
    payload: tuple[bytes | None, bytes],
    signer: Signer,
) -> bytes:
    """Tagged COSE_Sign1; `payload` is what travels (None: detached) and what is signed. Spec: RFC
    9052 §4.4.
    """
    header = encode(protected)
    signature = signer.sign(encode(["Signature1", header, b"", payload[1]]))
    return SIGN1 + encode([header, unprotected, payload[0], signature])


def _alg(signer: Signer) -> int:
    if signer.public.alg != "ES384":
        raise NOT_EXPORTABLE(why="the key is not ES384")
    return ES384


def encode(value: Value) -> bytes:
    """Deterministic CBOR of integers, bytes, text, null, arrays and maps with integer keys. Spec:
    RFC 8949 §4.2.1.
    """
    if value is None:
        return b"\xf6"
    if isinstance(value, int) and not isinstance(value, bool):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        raw = value.encode()
        return _head(3, len(raw)) + raw
    if isinstance(value, Mapping):
        pairs = sorted((encode(key), encode(member)) for key, member in value.items())
        return _head(5, len(pairs)) + b"".join(key + member for key, member in pairs)
    if isinstance(value, list | tuple):
        return _head(4, len(value)) + b"".join(encode(member) for member in value)
    raise NOT_EXPORTABLE(why=f"a {type(value).__name__}")


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for extra, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * size:
            return bytes([major << 5 | extra]) + number.to_bytes(size, "big")
    raise NOT_EXPORTABLE(why="a number beyond 64 bits")
