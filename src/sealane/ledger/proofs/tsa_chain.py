"""From the certificate that made a time-stamp up to one that the reader named, by the certificates
that the token itself carries.

Names, signatures, validity at the token's own time, and the powers that each certificate states are
checked; what it states and is not understood here shuts the way. Revocation is not asked: no part
of Sealane calls an authority.
Spec: RFC 5280 §6.1; RFC 5652 §5.1; RFC 3161 §2.3; spec/evidence.md §6.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from sealane.ledger.proofs.der import Value

MAX_CARRIED, MAX_LENGTH = 32, 8
_UNDERSTOOD = (
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
)
_WEAK = ("md5", "sha1")


def carried(signed: Value) -> list[x509.Certificate]:
    """The X.509 certificates in signed data; other forms, and what cannot be read, are left out."""
    holder = signed.tagged(0xA0)
    found = []
    for one in () if holder is None else holder.parts[:MAX_CARRIED]:
        try:
            found.append(x509.load_der_x509_certificate(one.raw))
        except ValueError:
            continue
    return found


def anchor(
    certificate: x509.Certificate,
    between: Sequence[x509.Certificate],
    named: Sequence[x509.Certificate],
    at: datetime,
) -> x509.Certificate | None:
    """The named certificate that the chain ends in; None when no chain leads to one."""
    if certificate in named:
        return certificate
    waiting: list[tuple[x509.Certificate, ...]] = [(certificate,)]
    for _ in range(MAX_CARRIED * MAX_LENGTH):
        if not waiting:
            return None
        chain = waiting.pop(0)
        for above in named:
            if _issued(chain, above, at):
                return above
        if len(chain) < MAX_LENGTH:
            waiting.extend(
                (*chain, one) for one in between if one not in chain and _issued(chain, one, at)
            )
    return None


def _issued(chain: tuple[x509.Certificate, ...], issuer: x509.Certificate, at: datetime) -> bool:
    """Whether the issuer made the chain's last certificate and had the power to, at that time."""
    last = chain[-1]
    hashed = last.signature_hash_algorithm
    if hashed is not None and hashed.name in _WEAK:
        return False
    if not issuer.not_valid_before_utc <= at <= issuer.not_valid_after_utc:
        return False
    try:
        last.verify_directly_issued_by(issuer)
        return _may_issue(issuer, len(chain) - 1)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False


def _may_issue(issuer: x509.Certificate, below: int) -> bool:
    """Whether a certificate may issue one for time-stamping, with so many authorities below it."""
    held = {one.oid: one for one in issuer.extensions}
    if any(one.critical and oid not in _UNDERSTOOD for oid, one in held.items()):
        return False
    basic = held.get(ExtensionOID.BASIC_CONSTRAINTS)
    if basic is None or not isinstance(basic.value, x509.BasicConstraints) or not basic.value.ca:
        return False
    if basic.value.path_length is not None and below > basic.value.path_length:
        return False
    usage = held.get(ExtensionOID.KEY_USAGE)
    if usage is not None and not (
        isinstance(usage.value, x509.KeyUsage) and usage.value.key_cert_sign
    ):
        return False
    purposes = held.get(ExtensionOID.EXTENDED_KEY_USAGE)
    if purposes is None:
        return True
    allowed = (ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)
    return isinstance(purposes.value, x509.ExtendedKeyUsage) and any(
        one in allowed for one in purposes.value
    )
