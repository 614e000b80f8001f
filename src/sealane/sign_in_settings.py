"""The settings of who may sign in at the console, by which means and through which door: a group
of `settings.Settings`, which inherits it.

Spec: spec/interfaces.md §5 (settings); docs/operators.md "Signing in".
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path

from sealane.base.origins import bracketed, host_of
from sealane.registry.means import CHOSEN, LOCAL, Means

_ISSUER = re.compile(r"https://[A-Za-z0-9.:\[\]-]{1,260}(/[A-Za-z0-9._~/-]{0,200})?", re.ASCII)
_NEAR = re.compile(r"http://(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
_WORD = re.compile(r"[A-Za-z0-9._:/-]{1,200}", re.ASCII)
_ACR = re.compile(r"[A-Za-z0-9._:/# -]{0,500}", re.ASCII)
_OID = re.compile(r"[0-2](\.[0-9]{1,10}){1,20}", re.ASCII)
FIELDS = (
    "subject.commonName",
    "subject.serialNumber",
    "subject.userId",
    "san.email",
    "san.uri",
    "san.upn",
)
"""Fields of a client certificate that may name its person."""
FILES = ("console_tls", "oidc_client_secret_file", "oidc_ca_file", "certificate_authorities")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSettings:
    """Who may sign in, how, and through which door."""

    sign_in: str = "passphrase passkey recovery"
    """The means by which people sign in, of `passphrase`, `passkey`, `recovery`, `oidc` and
    `certificate`, with spaces between; what is not named here is not offered and not taken.
    """
    console_url: str = ""
    """Address, `https://host[:port]`, by which people reach the console, through a TLS proxy or by
    `console_tls`: the only one it then answers to; empty: directly.
    """
    console_host: str = ""
    """With `console_url`, in production: address the console listens on, for people by
    `console_tls` or for the `trusted_proxies` on other machines; empty: loopback.
    """
    console_tls: str = ""
    """With an https `console_url`: absolute path of a PEM file with certificate chain and private
    key; the console's own port then speaks TLS, and no proxy stands before it. Empty: plain HTTP.
    """
    trusted_proxies: str = ""
    """Addresses or networks of the proxies before the console, with spaces between: what they say
    of a caller is believed, others are turned away; empty: this machine.
    """
    oidc_issuer: str = ""
    """With `oidc`: the issuer of the nation's OpenID Connect provider, exactly as it names itself.
    """
    oidc_client_id: str = ""
    """With `oidc`: this node's client id there."""
    oidc_client_secret_file: str = ""
    """Absolute path of a file with the client's secret; empty: a public client, by PKCE alone."""
    oidc_person_claim: str = "sub"
    """The claim of the ID token that names the person; one that is never given to another."""
    oidc_acr: str = ""
    """The levels of assurance (`acr`) that let in, with spaces between; the provider is asked for
    them, and an ID token without one of them is refused; empty: any.
    """
    oidc_ca_file: str = ""
    """Absolute path of the PEM file of authorities by which the provider's TLS is believed; empty:
    those of the system.
    """
    certificate_authorities: str = ""
    """With `certificate`: absolute path of the PEM file of authorities whose client certificates
    let in, with the revocation lists that they signed, which count where there are any.
    """
    certificate_person: str = "subject.commonName"
    """The field of a client certificate that names the person: `subject.commonName`,
    `subject.serialNumber`, `subject.userId`, `san.email`, `san.uri` or `san.upn`.
    """
    certificate_policy: str = ""
    """The policy OID that a client certificate must carry; empty: any."""
    certificate_port: int = 0
    """With `console_tls`: the port of a TLS door that asks for client certificates; 0: a proxy
    asks for them, and tells the certificate as `Client-Cert`.
    """

    @property
    def means(self) -> tuple[Means, ...]:
        """The means that are taken, in the order of the setting."""
        return tuple(Means(word) for word in self.sign_in.split())

    @property
    def console_origins(self) -> frozenset[str]:
        """The origins that forms of a console that is known by `console_url` stand on, as browsers
        write them: its own, and that of the door for client certificates.
        """
        own = self.console_url.removesuffix(":443")
        if not self.certificate_port:
            return frozenset({own})
        host = bracketed(host_of(self.console_url))
        card = f"https://{host}:{self.certificate_port}".removesuffix(":443")
        return frozenset({own, card})

    @property
    def proxies(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """From where forwarding headers are believed."""
        told = self.trusted_proxies.split() or ["127.0.0.0/8", "::1"]
        return tuple(ipaddress.ip_network(one) for one in told)


def trouble(settings: SignInSettings, console_url: str) -> str:
    """What is wrong with the group; empty: nothing."""
    return _means(settings) or _doors(settings, console_url) or _provider(settings)


def _means(settings: SignInSettings) -> str:
    words = settings.sign_in.split()
    if not words or len(set(words)) != len(words) or not set(words) <= set(CHOSEN):
        return f"sign_in is one or more of {' '.join(CHOSEN)}"
    if set(words) == {Means.RECOVERY}:
        return "recovery codes alone let nobody in twice: name another means in sign_in too"
    if Means.RECOVERY in words and not set(words) & set(LOCAL):
        return "recovery belongs to passphrase or passkey"
    for name in FILES:
        path: str = getattr(settings, name)
        if path and (not Path(path).is_absolute() or set(path) & set('"\\\n')):
            return f"{name} is an absolute path"
    return ""


def _doors(settings: SignInSettings, console_url: str) -> str:
    try:
        _ = settings.proxies
    except ValueError:
        return "trusted_proxies is addresses or networks, with spaces between"
    if settings.console_tls and not console_url.startswith("https://"):
        return "console_tls belongs to an https console_url"
    if settings.console_tls and settings.trusted_proxies:
        return "console_tls and trusted_proxies exclude each other: one of them ends TLS"
    certificate = Means.CERTIFICATE in settings.means
    if certificate != bool(settings.certificate_authorities):
        return "certificate_authorities belongs to sign_in = certificate"
    if settings.certificate_person not in FIELDS:
        return f"certificate_person is one of {', '.join(FIELDS)}"
    if settings.certificate_policy and not _OID.fullmatch(settings.certificate_policy):
        return "certificate_policy is an OID such as 2.16.840.1.101.3.2.1.3.13"
    if not 0 <= settings.certificate_port <= 65_535:
        return "a port is 0 to 65535"
    if settings.certificate_port and not (certificate and settings.console_tls):
        return "certificate_port belongs to console_tls and sign_in = certificate"
    if certificate and not settings.certificate_port and not settings.trusted_proxies:
        return "certificate needs certificate_port, or trusted_proxies that tell the certificate"
    return ""


def _provider(settings: SignInSettings) -> str:
    if Means.OIDC not in settings.means:
        return ""
    issuer = settings.oidc_issuer
    if not (_ISSUER.fullmatch(issuer) or _NEAR.fullmatch(issuer)):
        return "oidc_issuer is the provider's issuer, https://..."
    if not _WORD.fullmatch(settings.oidc_client_id):
        return "oidc_client_id is missing, or has a character that no id has"
    if not _WORD.fullmatch(settings.oidc_person_claim):
        return "oidc_person_claim is the name of a claim"
    if not _ACR.fullmatch(settings.oidc_acr):
        return "oidc_acr is a few words with spaces between"
    return ""
