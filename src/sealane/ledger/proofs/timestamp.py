"""Independent time: RFC 3161 tokens in an evidence file, judged against authorities that the reader
names.

A token is `proven` when a certificate that the reader named, or one that stands below it, signed it
over a part of this file; `unverifiable` when no named certificate is the one it was made with or
stands above it; and `failed` otherwise.
Nothing waits for a token; the record is complete without.
Spec: RFC 3161 §2.4; RFC 5652 §5; RFC 5035 (signing certificate); spec/evidence.md §6.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from sealane.base.errors import Malformed, SealaneError, Untrusted, declare
from sealane.ledger.proofs import der, tsa_chain
from sealane.ledger.proofs.der import INTEGER, OCTETS, OID, SEQUENCE, SET, TIME, Value

MAX_TOKEN = 64 << 10
SIGNED_DATA, TST_INFO = bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d0109100104")
CONTENT_TYPE, DIGEST = bytes.fromhex("2a864886f70d010903"), bytes.fromhex("2a864886f70d010904")
ESS, ESS2 = bytes.fromhex("2a864886f70d010910020c"), bytes.fromhex("2a864886f70d010910022f")
HASHES: dict[bytes, tuple[str, hashes.HashAlgorithm]] = {
    bytes.fromhex("608648016503040201"): ("sha256", hashes.SHA256()),
    bytes.fromhex("608648016503040202"): ("sha384", hashes.SHA384()),
    bytes.fromhex("608648016503040203"): ("sha512", hashes.SHA512()),
}
SHA384 = bytes.fromhex("608648016503040202")
SIGNED_WITH = {
    bytes.fromhex(f"2a864886f70d0101{tail}"): "sha" + size
    for tail, size in (("0b", "256"), ("0c", "384"), ("0d", "512"))
} | {
    bytes.fromhex(f"2a8648ce3d0403{tail}"): "sha" + size
    for tail, size in (("02", "256"), ("03", "384"), ("04", "512"))
}
PSS, MGF1 = bytes.fromhex("2a864886f70d01010a"), bytes.fromhex("2a864886f70d010108")
BARE = {bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2b6570")}
"""rsaEncryption, where the digest is the signer's, and Ed25519."""

FAILED = declare(
    "timestamp.failed",
    Untrusted,
    "The time-stamp does not hold: {why}.",
    "タイムスタンプが成り立ちません：{why}。",
    "Do not rely on it; ask the authority for another.",
    "依拠せず、時刻認証局から取り直してください。",
)
BAD_CERTIFICATE = declare(
    "timestamp.certificate",
    Malformed,
    "This is no X.509 certificate.",
    "X.509 証明書ではありません。",
    "Give the authority's certificate as PEM or DER.",
    "時刻認証局の証明書を PEM か DER で指定してください。",
)
NO_TOKEN = declare(
    "timestamp.not_granted",
    Malformed,
    "The authority's reply holds no time-stamp (status {status}).",
    "時刻認証局の応答にタイムスタンプがありません（状態 {status}）。",
    "Send the query again, or ask the authority why.",
    "問い合わせを送り直すか、時刻認証局に確認してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampToken:
    """What a token says, before anybody believes it."""

    imprint: tuple[str, bytes]
    at: datetime
    nonce: int | None
    signed: Value
    info: bytes


def query(data: bytes, nonce: int) -> bytes:
    """A DER request for a time-stamp over SHA-384 of the data, asking for the certificate. Spec:
    RFC 3161 §2.4.1.
    """
    imprint = der.write(
        SEQUENCE,
        der.write(SEQUENCE, der.write(OID, SHA384)),
        der.write(OCTETS, hashlib.sha384(data).digest()),
    )
    number = nonce.to_bytes(nonce.bit_length() // 8 + 1, "big", signed=True)
    return der.write(
        SEQUENCE,
        der.write(INTEGER, b"\x01"),
        imprint,
        der.write(INTEGER, number),
        der.write(0x01, b"\xff"),
    )


def nonce_of(asked: bytes) -> int | None:
    """The nonce of a query. Raises: Malformed `der.malformed`."""
    return next(
        (one.number for one in der.read(_bounded(asked)).parts[2:] if one.tag == INTEGER), None
    )


def granted(reply: bytes, *, nonce: int | None = None) -> bytes:
    """The token of an authority's reply. Raises: Malformed `timestamp.not_granted`,
    `der.malformed`; Untrusted `timestamp.failed`.
    """
    whole = der.read(_bounded(reply))
    status = whole.part(0, SEQUENCE).part(0, INTEGER).number
    if status not in (0, 1) or len(whole.parts) < 2:
        raise NO_TOKEN(status=status)
    token = whole.part(1, SEQUENCE).raw
    if nonce is not None and parse(token).nonce != nonce:
        raise FAILED(why="it answers another query")
    return token


def parse(data: bytes) -> TimestampToken:
    """A token's statement, unproven. Raises: Malformed `der.malformed`; Untrusted
    `timestamp.failed`.
    """
    outer = der.read(_bounded(data))
    if outer.part(0, OID).content != SIGNED_DATA:
        raise FAILED(why="it is not signed data")
    signed = outer.part(1, 0xA0).part(0, SEQUENCE)
    content = signed.part(2, SEQUENCE)
    if content.part(0, OID).content != TST_INFO:
        raise FAILED(why="it holds no time-stamp")
    info = content.part(1, 0xA0).part(0, OCTETS).content
    said = der.read(info)
    imprint = said.part(2, SEQUENCE)
    name = HASHES.get(imprint.part(0, SEQUENCE).part(0, OID).content)
    if said.part(0, INTEGER).number != 1 or name is None:
        raise FAILED(why="another version, or an imprint by an unknown hash")
    nonce = next((one.number for one in said.parts[5:] if one.tag == INTEGER), None)
    return TimestampToken(
        imprint=(name[0], imprint.part(1, OCTETS).content),
        at=_time(said.part(4, TIME).content),
        nonce=nonce,
        signed=signed,
        info=info,
    )


def judge(
    data: bytes, parts: Mapping[str, bytes], authorities: Sequence[x509.Certificate]
) -> dict[str, Any]:
    """One token as `{state, of, at, authority, root, why}`; never raises for what a token holds.

    Args:
        parts: what it may have been made over, by name.
        authorities: certificates that the reader trusts: of time-stamping authorities, or of roots
            above them.
    """
    found: dict[str, Any] = {
        "state": "failed",
        "of": None,
        "at": None,
        "authority": None,
        "root": None,
        "why": None,
    }
    try:
        token = parse(data)
        found["at"] = token.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        found["of"] = next(
            (
                name
                for name, part in parts.items()
                if hashlib.new(token.imprint[0], part).digest() == token.imprint[1]
            ),
            None,
        )
        if found["of"] is None:
            raise FAILED(why="it was made over nothing in this file")
        # 1. The certificate that the token says made it: one named here, or one that it carries.
        own = tsa_chain.carried(token.signed)
        signer = next((one for one in (*authorities, *own) if _made_with(token, one)), None)
        if signer is None:
            return found | {"state": "unverifiable", "why": "no certificate at hand made it"}
        # 2. That certificate is named here, or its chain ends in one that is.
        root = tsa_chain.anchor(signer, own, authorities, token.at)
        if root is None:
            why = "no certificate named here stands at or above the one that made it"
            return found | {"state": "unverifiable", "why": why}
        found["authority"] = signer.subject.rfc4514_string()
        found["root"] = root.subject.rfc4514_string()
        # 3. Signature, purpose and time.
        _prove(token, signer)
    except SealaneError as error:
        return found | {"why": error.message}
    except ValueError:
        return found | {"why": "malformed"}
    return found | {"state": "proven"}


def _signer(token: TimestampToken) -> Value:
    infos = token.signed.parts[-1]
    if infos.tag != SET or len(infos.parts) != 1:
        raise FAILED(why="it has not exactly one signer")
    return infos.parts[0]


def _attributes(token: TimestampToken) -> dict[bytes, Value]:
    """Signed attributes by OID, each with one value. Raises: Untrusted."""
    found = _signer(token).tagged(0xA0)
    held: dict[bytes, Value] = {}
    for one in () if found is None else found.parts:
        name, values = one.part(0, OID).content, one.part(1, SET).parts
        if name in held or len(values) != 1:
            raise FAILED(why="an attribute stands twice")
        held[name] = values[0]
    return held


def _made_with(token: TimestampToken, certificate: x509.Certificate) -> bool:
    """Whether the token's signed attributes name this certificate by digest."""
    raw, held = certificate.public_bytes(Encoding.DER), _attributes(token)
    if (named := held.get(ESS2)) is not None:
        first = named.part(0, SEQUENCE).part(0, SEQUENCE)
        named_hash = first.parts[0] if first.parts and first.parts[0].tag == SEQUENCE else None
        known = (
            ("sha256", None) if named_hash is None else HASHES.get(named_hash.part(0, OID).content)
        )
        digest = first.tagged(OCTETS)
        return (
            known is not None
            and digest is not None
            and digest.content == hashlib.new(known[0], raw).digest()
        )
    if (named := held.get(ESS)) is not None:
        digest = named.part(0, SEQUENCE).part(0, SEQUENCE).tagged(OCTETS)
        return (
            digest is not None
            and digest.content == hashlib.sha1(raw, usedforsecurity=False).digest()
        )
    return False


def _prove(token: TimestampToken, certificate: x509.Certificate) -> None:
    """Signature, purpose and time. Raises: Untrusted `timestamp.failed`."""
    held, signer = _attributes(token), _signer(token)
    algorithm = HASHES.get(signer.part(2, SEQUENCE).part(0, OID).content)
    content, digest = held.get(CONTENT_TYPE), held.get(DIGEST)
    if algorithm is None or content is None or digest is None or content.content != TST_INFO:
        raise FAILED(why="its signed attributes are not those of a time-stamp")
    if digest.content != hashlib.new(algorithm[0], token.info).digest():
        raise FAILED(why="what is signed is another statement")
    if not certificate.not_valid_before_utc <= token.at <= certificate.not_valid_after_utc:
        raise FAILED(why="the authority's certificate was not valid then")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise FAILED(why="the certificate is not one for time-stamping") from None
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise FAILED(why="the certificate is not one for time-stamping alone")
    attributes = signer.tagged(0xA0)
    assert attributes is not None
    method, signature = signer.part(4, SEQUENCE), signer.part(5, OCTETS).content
    name = method.part(0, OID).content
    # What is signed is the set in its canonical order, in whatever order it stands.
    data = der.write(SET, *sorted(one.raw for one in attributes.parts))
    if name == PSS:
        _verify(certificate.public_key(), signature, data, *_pss(method))
        return
    hashed = (
        algorithm[1]
        if name in BARE
        else next((one for key, one in HASHES.values() if key == SIGNED_WITH.get(name)), None)
    )
    if hashed is None:
        raise FAILED(why="an unknown signature algorithm")
    _verify(certificate.public_key(), signature, data, hashed, padding.PKCS1v15())


def _pss(method: Value) -> tuple[hashes.HashAlgorithm, padding.AsymmetricPadding]:
    """Hash and padding of RSASSA-PSS; both of its hashes are one of SHA-2. Raises: Untrusted."""
    stated = method.part(1, SEQUENCE)
    first, second, salt = (stated.tagged(tag) for tag in (0xA0, 0xA1, 0xA2))
    if first is None or second is None:
        raise FAILED(why="its signature rests on SHA-1")
    made = second.part(0, SEQUENCE)
    one = HASHES.get(first.part(0, SEQUENCE).part(0, OID).content)
    other = HASHES.get(made.part(1, SEQUENCE).part(0, OID).content)
    if one is None or other is None or made.part(0, OID).content != MGF1:
        raise FAILED(why="an unknown signature algorithm")
    length = 20 if salt is None else salt.part(0, INTEGER).number
    if not 0 <= length <= 64:
        raise FAILED(why="an unknown signature algorithm")
    return one[1], padding.PSS(padding.MGF1(other[1]), length)


def _verify(
    key: object,
    signature: bytes,
    data: bytes,
    hashed: hashes.HashAlgorithm,
    padded: padding.AsymmetricPadding,
) -> None:
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padded, hashed)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(hashed))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, data)
        else:
            raise FAILED(why="an unknown kind of key")
    except InvalidSignature:
        raise FAILED(why="the signature is not the authority's") from None


def _time(text: bytes) -> datetime:
    """GeneralizedTime in UTC, with or without a fraction. Raises: Untrusted."""
    whole, _, fraction = text.decode("ascii", "replace").removesuffix("Z").partition(".")
    if (
        not text.endswith(b"Z")
        or len(whole) != 14
        or not whole.isdecimal()
        or (fraction and not fraction.isdecimal())
    ):
        raise FAILED(why="its time is not in UTC")
    try:
        return datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise FAILED(why="its time is no time") from None


def certificates(data: bytes) -> list[x509.Certificate]:
    """The certificates in a PEM or DER file. Raises: Malformed `timestamp.certificate`."""
    try:
        return (
            x509.load_pem_x509_certificates(data)
            if data.lstrip().startswith(b"-----")
            else [x509.load_der_x509_certificate(data)]
        )
    except ValueError:
        raise BAD_CERTIFICATE() from None


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_TOKEN:
        raise FAILED(why="it is too large")
    return data
