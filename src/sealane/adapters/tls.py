"""The wall between nodes: TLS 1.3, both sides proven by the very certificate that the enrolment
pinned: not by one that it issued, and not by one that was replaced.

OpenSSL proves that the other side holds the key of a certificate that leads to one that was loaded.
What was loaded is never unloaded and may be an authority, so the certificate itself is compared
with those that are pinned now before the connection is used, at either side.

What a statement says is believed by its signatures; which partner's log is read, by this
certificate. Spec: R62; spec/exchange.md §2, §3.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import ssl
import tempfile
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sealane.adapters.outputs import STORE_FULL
from sealane.base.errors import Misconfigured, declare
from sealane.base.values import SECOND, Instant
from sealane.settings import BAD_ADDRESS, Settings

NO_DOOR = declare(
    "settings.door_tls",
    Misconfigured,
    "The certificate and key of the TLS door in {path} cannot be used: {why}.",
    "TLS の窓口の証明書と鍵（{path}）を使えません：{why}。",
    "Give one PEM file with the certificate chain and its private key.",
    "証明書チェーンと秘密鍵を一つの PEM ファイルで指定してください。",
)
LIFETIME, SKEW = datetime.timedelta(days=825), datetime.timedelta(minutes=5)
"""How long a certificate is good unless told otherwise, and how far a partner's clock may lag."""


def make_certificate(
    private_der: bytes,
    *,
    node: str,
    host: str,
    at: Instant,
    serial: int,
    days: int = LIFETIME.days,
) -> str:
    """A self-signed P-384 certificate, PEM, for one node and address, valid for so many days from
    `at`.
    """
    key = serialization.load_der_private_key(private_der, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, node)])
    now = datetime.datetime.fromtimestamp(at // SECOND, tz=datetime.UTC)
    start = now - SKEW
    names: list[x509.GeneralName] = [x509.DNSName(node), x509.DNSName("localhost")]
    try:
        names.append(x509.IPAddress(ipaddress.ip_address(host)))
    except ValueError:
        names.append(x509.DNSName(host))
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    return builder.sign(key, hashes.SHA384()).public_bytes(serialization.Encoding.PEM).decode()


@dataclass(frozen=True, slots=True)
class Identity:
    """This node's certificate (PEM) and its private key (PKCS#8 DER, in memory only)."""

    certificate: str
    private: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a partner is, by which certificates (PEM) it is known, and as whom we call it."""

    url: str
    certificates: tuple[str, ...]
    own: Identity


NO_CHECK_TIME = ssl.VerifyFlags(0x200000)
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, for which the standard library has no name."""
Seen = Callable[[bytes], object]
"""Told the certificate (DER) that was shown and found pinned."""
Pinned = Callable[[], Collection[bytes]]
"""The certificates (DER) that are pinned at the moment of asking."""


def server_context(
    identity: Identity, pinned: Pinned, seen: Seen = lambda _: None
) -> ssl.SSLContext:
    """Accepts partners' pinned certificates only; with no partner it accepts nobody. Those of
    partners that are enrolled while it serves are let in by `trust`.
    """
    context = _context(ssl.PROTOCOL_TLS_SERVER, identity, pinned, seen)
    context.num_tickets = 0  # a resumed session would bring back a certificate without its proof
    return context


def client_context(
    identity: Identity, *partner: str, seen: Seen = lambda _: None
) -> ssl.SSLContext:
    """Talks to exactly one partner, by its pinned certificates and its name or address.

    A context for a client checks the name by itself (`check_hostname`), so that a partner cannot
    stand in for another.
    Args:
        partner: its certificates (PEM) that let in now. seen: told which one (DER) was shown.
    """
    certificates = [der(one) for one in partner]
    context = _context(ssl.PROTOCOL_TLS_CLIENT, identity, lambda: certificates, seen)
    trust(context, certificates)
    return context


def show(context: ssl.SSLContext, identity: Identity) -> None:
    """Show this certificate from the next connection on."""
    _load(context, identity)


def require_loadable(path: str) -> None:
    """Fail before serving when a TLS door's certificate and key cannot be used. Raises:
    Misconfigured `settings.door_tls`.
    """
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(path)
    except (OSError, ssl.SSLError) as error:
        why = getattr(error, "reason", None) or error.strerror or "unreadable"
        raise NO_DOOR(path=path, why=why) from None


def card_context(path: str, authorities: str) -> ssl.SSLContext:
    """A door that asks for a client certificate of these authorities: TLS proves that the caller
    holds its key; what it says is judged by `protocol.client_certificate`. Raises: Misconfigured
    `settings.door_tls`.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    # an issuing authority may stand in the file without the root that signed it
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.num_tickets = 0
    context.options |= ssl.OP_NO_TICKET
    try:
        context.load_cert_chain(path)
        context.load_verify_locations(cafile=authorities)
    except (OSError, ssl.SSLError) as error:
        why = getattr(error, "reason", None) or error.strerror or "unreadable"
        raise NO_DOOR(path=authorities, why=why) from None
    return context


class CertificateFile:
    """The PEM file of TLS doors: what it holds is shown from the next connection on after it was
    replaced, once it can be used.
    """

    def __init__(self, path: str) -> None:
        """Raises: Misconfigured `settings.door_tls`."""
        require_loadable(path)
        self.path, self._seen = path, _stamp(path)
        self._contexts: list[ssl.SSLContext] = []

    def shown_by(self, context: ssl.SSLContext) -> None:
        """The context of a door, which has loaded the file."""
        self._contexts.append(context)

    def show_newest(self) -> bool:
        """Show what the file holds now; whether it is another than before. Raises: Misconfigured
        `settings.door_tls`: it cannot be used; the door shows what it showed.
        """
        stamp = _stamp(self.path)
        if not self._contexts or stamp == self._seen:
            return False
        self._seen = stamp
        # on a context of its own first: a chain without its key would leave the door with neither
        require_loadable(self.path)
        for context in self._contexts:
            context.load_cert_chain(self.path)
        return True


def door_certificates(settings: Settings) -> dict[str, str]:
    """The certificate (PEM) that each TLS door but the partners' shows, by role, as its file holds
    it now; a file that cannot be read has none.
    """
    found = {}
    for role, path in (
        ("console-tls", settings.console_tls),
        ("opentdf-tls", settings.opentdf_tls),
    ):
        with suppress(OSError, ValueError):
            shown = x509.load_pem_x509_certificate(Path(path).read_bytes() if path else b"")
            found[role] = shown.public_bytes(serialization.Encoding.PEM).decode()
    return found


def _stamp(path: str) -> tuple[int, int, int]:
    """What differs once the file is another; nothing while there is none."""
    try:
        found = Path(path).stat()
    except OSError:
        return 0, 0, 0
    return found.st_ino, found.st_mtime_ns, found.st_size


def public_key(certificate: str) -> bytes:
    """The public key of a PEM certificate, as the keystore names it."""
    found = x509.load_pem_x509_certificate(certificate.encode())
    return found.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def require_named(identity: Identity, host: str, port: int) -> None:
    """The node's certificate names the host by which partners reach it; they would refuse it
    otherwise. Raises: Misconfigured `settings.address`.
    """
    found = x509.load_pem_x509_certificate(identity.certificate.encode())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    known = [*names.get_values_for_type(x509.DNSName)]
    known += [str(one) for one in names.get_values_for_type(x509.IPAddress)]
    if host not in known:
        raise BAD_ADDRESS(host=host, port=port, why="this node's certificate does not name it")


def der(certificate: str) -> bytes:
    """A PEM certificate as connections show it."""
    found = x509.load_pem_x509_certificate(certificate.encode())
    return found.public_bytes(serialization.Encoding.DER)


class _PinningContext(ssl.SSLContext):
    """A context whose connections are made with pinned certificates alone."""

    pinned: Pinned
    seen: Seen


class _PinnedSocket(ssl.SSLSocket):
    def do_handshake(self, block: bool = False) -> None:
        super().do_handshake(block)
        _require_pinned(self.context, self.getpeercert(binary_form=True))


class _PinnedObject(ssl.SSLObject):
    def do_handshake(self) -> None:
        super().do_handshake()
        _require_pinned(self.context, self.getpeercert(binary_form=True))


def _require_pinned(context: ssl.SSLContext, shown: bytes | None) -> None:
    """Raises: ssl.SSLCertVerificationError: the certificate is none of those pinned now."""
    assert isinstance(context, _PinningContext)
    if shown is None or shown not in context.pinned():
        raise ssl.SSLCertVerificationError("the certificate is not pinned")
    context.seen(shown)


def _context(side: int, identity: Identity, pinned: Pinned, seen: Seen) -> ssl.SSLContext:
    """A context that trusts nobody yet, with this node's own certificate."""
    context = _PinningContext(side)
    context.pinned, context.seen = pinned, seen
    context.sslsocket_class, context.sslobject_class = _PinnedSocket, _PinnedObject
    # 0. a pinned certificate is trusted as it is, whoever issued it
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    #    and its end is the wall's to judge: a partner whose certificate ended while it was away has
    #    still to hear of the next one, and nothing else (`http.wall`)
    context.verify_flags |= NO_CHECK_TIME
    # 1. TLS 1.3 and nothing older: no renegotiation, no export suite, no downgrade
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # 2. the other side shows a certificate too; a server that asks for none would let anybody in
    context.verify_mode = ssl.CERT_REQUIRED
    # 3. no certificate of the system is loaded: only pinned ones will be trusted (`trust`), and
    #    of what leads to them only they themselves
    # 4. our own
    _load(context, identity)
    return context


def _load(context: ssl.SSLContext, identity: Identity) -> None:
    """Raises: Unavailable `store.write_failed`: no room where temporary files lie."""
    # The standard library loads keys from files only, so this one is encrypted under a
    #    password that exists here alone
    password = os.urandom(24).hex().encode()
    key = serialization.load_der_private_key(identity.private, password=None)
    sealed = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password),
    )
    try:
        with tempfile.NamedTemporaryFile(prefix="sealane-", suffix=".pem") as file:
            file.write(identity.certificate.encode() + sealed)
            file.flush()
            context.load_cert_chain(file.name, password=password)
    except ssl.SSLError:
        raise
    except OSError as error:
        raise STORE_FULL(why=(error.strerror or str(error))[:80]) from None


def trust(context: ssl.SSLContext, partners: Iterable[bytes]) -> None:
    """Add pinned certificates (DER) to a context, also while it serves."""
    for partner in partners:
        context.load_verify_locations(cadata=partner)
