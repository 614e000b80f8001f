"""Client certificates of people, such as those of smart cards: whether one lets in now, and which
name it gives its holder.

TLS has proven that the caller holds the key; what the certificate says is judged here, in this
order, whichever door or proxy it came by:

1. its chain leads to one of the named authorities, every signature holds, and none has ended;
2. it is made for signing in by TLS (extended key usage clientAuth, said and not only not denied);
3. it carries the policy that is asked for, where one is;
4. where its issuer published revocation lists here, the newest is current and does not name it;
   an old list lets nobody in, for nobody knows what happened since;
5. the named field is there once.

Spec: RFC 5280 §4.2.1.12, §6; RFC 9440; docs/operators.md "Smart cards".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from sealane.base import base64url
from sealane.base.errors import Malformed, Misconfigured, Untrusted, declare
from sealane.base.values import SECOND, Instant

CERTIFICATE = "sealane.certificate"
"""Where a connection's state holds the caller's certificate (DER)."""
MAX_PEM = 16 << 20
MAX_CERTIFICATE = 16 << 10
_PEM = re.compile(
    rb"-----BEGIN (CERTIFICATE|X509 CRL)-----.+?-----END (?:CERTIFICATE|X509 CRL)-----", re.DOTALL
)
_ESCAPED = re.compile(rb"%([0-9A-Fa-f]{2})")
UPN = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")

BAD_AUTHORITIES = declare(
    "certificate.authorities",
    Misconfigured,
    "The file of `certificate_authorities` cannot be used: {why}.",
    "`certificate_authorities` のファイルを使えません：{why}。",
    "Give a PEM file with the issuing authorities and their revocation lists.",
    "発行認証局の証明書と失効リストを PEM ファイルで指定してください。",
)
BAD_HEADER = declare(
    "certificate.header",
    Malformed,
    "The proxy's `Client-Cert` is no certificate.",
    "プロキシの `Client-Cert` が証明書ではありません。",
    "Have the proxy send it as RFC 9440 says, or as PEM in percent-encoding.",
    "RFC 9440 の形式、又はパーセント符号化した PEM で送るようプロキシを設定してください。",
)
NOT_GOOD = declare(
    "certificate.not_good",
    Untrusted,
    "The client certificate does not let in: {why}.",
    "クライアント証明書ではサインインできません：{why}。",
    "Choose another certificate, or ask who issued the card.",
    "別の証明書を選ぶか、カードの発行者に問い合わせてください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorities:
    """Who may issue client certificates, and what they revoked."""

    certificates: tuple[x509.Certificate, ...]
    lists: tuple[x509.CertificateRevocationList, ...]


def authorities(pem: bytes) -> Authorities:
    """The authorities of a PEM file. Raises: Misconfigured `certificate.authorities`."""
    certificates, lists = [], []
    try:
        if len(pem) > MAX_PEM:
            raise ValueError("too long")
        for found in _PEM.finditer(pem):
            if found[1] == b"CERTIFICATE":
                certificates.append(x509.load_pem_x509_certificate(found[0]))
            else:
                lists.append(x509.load_pem_x509_crl(found[0]))
        if not certificates:
            raise ValueError("it has no certificate")
    except ValueError as error:
        raise BAD_AUTHORITIES(why=str(error)[:80]) from None
    return Authorities(certificates=tuple(certificates), lists=tuple(lists))


def told_by_proxy(header: str) -> bytes:
    """The certificate (DER) as a proxy tells it: RFC 9440, or PEM in percent-encoding. Raises:
    Malformed `certificate.header`.
    """
    try:
        if len(header) > MAX_CERTIFICATE:
            raise ValueError
        if header.startswith(":") and header.endswith(":") and len(header) > 2:
            text = header[1:-1].rstrip("=").replace("+", "-").replace("/", "_")
            return base64url.decode(text)
        pem = _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), header.encode())
        return x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)
    except ValueError:
        raise BAD_HEADER() from None


def person_name(der: bytes, trusted: Authorities, *, field: str, policy: str, at: Instant) -> str:
    """The name that a certificate gives its holder, if it lets in. Raises: Untrusted
    `certificate.not_good`.
    """
    try:
        leaf = x509.load_der_x509_certificate(der)
        # 1. and 2.
        _verify(leaf, trusted, at)
        # 3. the policy
        if policy and policy not in _policies(leaf):
            raise NOT_GOOD(why="policy")
        # 4. not revoked
        _require_not_revoked(leaf, trusted, at)
        # 5. one name
        names = [name for name in FIELDS[field](leaf) if name]
    except VerificationError as error:
        raise NOT_GOOD(why=str(error)[:100]) from None
    except (ValueError, x509.DuplicateExtension, InvalidSignature) as error:
        raise NOT_GOOD(why=type(error).__name__) from None
    if len(names) != 1:
        raise NOT_GOOD(why=f"{field} is there {len(names)} times")
    return names[0]


def _verify(leaf: x509.Certificate, trusted: Authorities, at: Instant) -> None:
    def made_for_clients(_: object, __: x509.Certificate, usage: x509.ExtendedKeyUsage) -> None:
        if ExtendedKeyUsageOID.CLIENT_AUTH not in usage:
            raise ValueError("it is not made for signing in")

    ours = (
        ExtensionPolicy.permit_all()
        .require_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, made_for_clients)
        .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, _no_authority)
    )
    verifier = (
        PolicyBuilder()
        .store(Store(list(trusted.certificates)))
        .time(_moment(at))
        .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ours)
        .build_client_verifier()
    )
    verifier.verify(leaf, list(trusted.certificates))


def _no_authority(_: object, __: x509.Certificate, told: x509.BasicConstraints | None) -> None:
    if told is not None and told.ca:
        raise ValueError("it is an authority's own")


def _require_not_revoked(leaf: x509.Certificate, trusted: Authorities, at: Instant) -> None:
    published = [one for one in trusted.lists if one.issuer == leaf.issuer]
    if not published:
        return
    newest = max(published, key=lambda one: one.last_update_utc)
    signed = any(
        one.subject == leaf.issuer and newest.is_signature_valid(one.public_key())  # type: ignore[arg-type]
        for one in trusted.certificates
    )
    ends = newest.next_update_utc
    if not signed or ends is None or ends <= _moment(at):
        raise NOT_GOOD(why="its issuer's revocation list is old or not signed")
    if newest.get_revoked_certificate_by_serial_number(leaf.serial_number) is not None:
        raise NOT_GOOD(why="it is revoked")


def _policies(leaf: x509.Certificate) -> set[str]:
    try:
        found = leaf.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return set()
    return {one.policy_identifier.dotted_string for one in found}


def _subject(oid: x509.ObjectIdentifier) -> Callable[[x509.Certificate], list[str]]:
    return lambda leaf: [str(one.value) for one in leaf.subject.get_attributes_for_oid(oid)]


def _alternative(kind: type[x509.GeneralName]) -> Callable[[x509.Certificate], list[str]]:
    def read(leaf: x509.Certificate) -> list[str]:
        return [str(one.value) for one in _names(leaf) if isinstance(one, kind)]

    return read


def _upn(leaf: x509.Certificate) -> list[str]:
    return [
        _utf8(one.value)
        for one in _names(leaf)
        if isinstance(one, x509.OtherName) and one.type_id == UPN
    ]


def _utf8(der: bytes) -> str:
    """A short UTF8String. Raises: ValueError."""
    if len(der) < 2 or der[0] != 0x0C or der[1] != len(der) - 2 or der[1] > 127:
        raise ValueError("not a short UTF8String")
    return der[2:].decode()


def _names(leaf: x509.Certificate) -> list[x509.GeneralName]:
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return list(found)


def _moment(at: Instant) -> datetime:
    return datetime.fromtimestamp(at // SECOND, UTC)


FIELDS: Mapping[str, Callable[[x509.Certificate], list[str]]] = {
    "subject.commonName": _subject(NameOID.COMMON_NAME),
    "subject.serialNumber": _subject(NameOID.SERIAL_NUMBER),
    "subject.userId": _subject(NameOID.USER_ID),
    "san.email": _alternative(x509.RFC822Name),
    "san.uri": _alternative(x509.UniformResourceIdentifier),
    "san.upn": _upn,
}
"""How each field that may name a person is read."""
