"""A toy card authority for tests: issuing certificates of people, and revocation lists."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Sequence
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sealane.base.values import SECOND, Instant

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
DAY = datetime.timedelta(days=1)
FOR_CLIENTS = (ExtendedKeyUsageOID.CLIENT_AUTH,)
UPN = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")


def moment(at: int) -> datetime.datetime:
    """An instant as certificates take it."""
    return datetime.datetime.fromtimestamp(Instant(at) // SECOND, tz=datetime.UTC)


def key_pem(key: Any) -> bytes:
    """A private key in the clear: of a test alone."""
    pkcs8, bare = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return bytes(key.private_bytes(PEM, pkcs8, bare))


class CardAuthority:
    """An authority that issues cards, valid around one instant."""

    def __init__(self, at: int, name: str = "Ministry cards") -> None:
        self.at, self.key = moment(at), ec.generate_private_key(ec.SECP384R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._signed(
            x509.CertificateBuilder()
            .subject_name(self.name)
            .public_key(self.key.public_key())
            .not_valid_before(self.at - 100 * DAY)
            .not_valid_after(self.at + 1000 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(self._usage(signs=True), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False
            )
        )

    def card(
        self,
        person: str,
        *,
        usage: Sequence[x509.ObjectIdentifier] | None = FOR_CLIENTS,
        names: Sequence[x509.GeneralName] = (),
        policy: str = "",
        begins: datetime.timedelta = -DAY,
        ends: datetime.timedelta = DAY,
        authority: bool = False,
        subject: Sequence[Any] = (),
    ) -> tuple[x509.Certificate, Any]:
        """A person's certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, person), *subject]))
            .public_key(key.public_key())
            .not_valid_before(self.at + begins)
            .not_valid_after(self.at + ends)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if usage is not None:
            made = made.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
        if names:
            made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
        if policy:
            told = x509.PolicyInformation(x509.ObjectIdentifier(policy), None)
            made = made.add_extension(x509.CertificatePolicies([told]), critical=False)
        return self._signed(made), key

    def server(self) -> bytes:
        """A certificate for this machine's own addresses with its key, in one PEM."""
        names = [
            x509.DNSName("localhost"),
            x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        ]
        made, key = self.card("localhost", usage=(ExtendedKeyUsageOID.SERVER_AUTH,), names=names)
        return made.public_bytes(PEM) + key_pem(key)

    def revoked(
        self, *cards: x509.Certificate, ends: datetime.timedelta = DAY, key: Any = None
    ) -> bytes:
        """A revocation list in PEM."""
        listed = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.name)
            .last_update(self.at - 2 * DAY)
            .next_update(self.at + ends)
        )
        for card in cards:
            gone = (
                x509.RevokedCertificateBuilder()
                .serial_number(card.serial_number)
                .revocation_date(self.at - 2 * DAY)
                .build()
            )
            listed = listed.add_revoked_certificate(gone)
        return listed.sign(key or self.key, hashes.SHA384()).public_bytes(PEM)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(PEM)

    def _signed(self, made: x509.CertificateBuilder) -> x509.Certificate:
        whole = made.issuer_name(self.name).serial_number(x509.random_serial_number())
        whole = whole.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
            critical=False,
        )
        return whole.sign(self.key, hashes.SHA384())

    @staticmethod
    def _usage(*, signs: bool) -> x509.KeyUsage:
        return x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=signs,
            crl_sign=signs,
            encipher_only=False,
            decipher_only=False,
        )
