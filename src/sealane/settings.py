"""One frozen, validated Settings a node, from its one TOML file; unknown keys are refused."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from sealane.base.errors import Misconfigured, declare
from sealane.base.exercise import not_its_world
from sealane.base.origins import bracketed, host_of, is_origin
from sealane.base.values import country, identifier
from sealane.mail_settings import MailSettings, mail_trouble
from sealane.sign_in_settings import trouble

BAD_SETTINGS = declare(
    "settings.malformed",
    Misconfigured,
    "node.toml is wrong: {why}.",
    "node.toml に誤りがあります：{why}。",
    "Correct it; docs/operators.md lists every setting.",
    "docs/operators.md の設定一覧を見て直してください。",
)
BAD_ADDRESS = declare(
    "settings.address",
    Misconfigured,
    "The address {host}, port {port}, cannot serve this node: {why}.",
    "アドレス {host}、ポート {port} ではこのノードを動かせません：{why}。",
    "Give an address of this machine and a port that this user may open in node.toml; with all"
    " interfaces, `peer_url` too.",
    "この機器のアドレスと、この利用者が開けるポートを node.toml に指定してください。"
    "すべてのインターフェースで待ち受ける場合は `peer_url` も指定してください。",
)

_COLLECTOR = re.compile(r"https?://[a-z0-9.\[\]:-]{1,260}", re.ASCII)
_INTERNAL = re.compile(r"internal(-[1-9][0-9]{0,3})?", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{96}", re.ASCII)
_ADDRESS = re.compile(r"postgres(ql)?://[^\s\x00-\x1f\x7f\"\\\\]{0,1000}", re.ASCII)
_PASSWORD = re.compile(r"//[^/@?]*:[^/@?]+@|[?&](ssl)?password=[^&]", re.ASCII)
CHOICES = {
    "profile": ("embedded", "production"),
    "language": ("en", "ja"),
    "custody": ("sealed-file", "pkcs11"),
    "log_level": ("debug", "info", "warning", "error"),
}
"""Settings that are one of a few words."""
PLACES = (
    "heads",
    "blobs",
    "blobs_credentials_file",
    "metrics_token_file",
    "sensitivity_labels",
    "wake_credentials_file",
)
_WAKE = re.compile(r"(nats|tls)://[a-z0-9.:\[\]-]{1,200}", re.ASCII)
MOST = {
    "refusals_a_minute": 6000,
    "key_days": 3660,
    "tls_days": 825,
    "partner_calls": 1000,
    "partner_offers": 100,
    "partner_statements_a_minute": 100_000,
    "partner_statements_a_day": 10_000_000,
    "partner_mib_a_day": 100_000_000,
    "partner_mib_unsettled": 100_000_000,
}
"""Settings that are a number from 1 on, and the highest that each may be."""
SQLITE = "sqlite"
BUCKET = "s3://"
"""How the address of a bucket begins."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not listened on
"""Addresses that mean all interfaces, and so name no place that anybody could call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(MailSettings):
    """What a node is told; every member is documented in docs/operators.md and a test says so."""

    party: str
    """ISO 3166-1 alpha-3 code of the nation (or the organisation's registered code)."""
    node: str
    """The node's name, the first part of its ledgers' origins, such as `canberra.aus.example`."""
    host: str = "127.0.0.1"
    """Address the node listens on for partners; the console stays on loopback whatever this says,
    unless `console_host` moves it.
    """
    peer_url: str = ""
    """Address, `https://host[:port]`, by which partners reach the node, which its card and its
    certificate name; empty: `host` and `peer_port`. Needed where `host` is all interfaces.
    """
    peer_port: int = 0
    """Mutually authenticated TLS 1.3 port for partners; 0 chooses a free one at init."""
    console_port: int = 0
    """Console and API port, plain HTTP on loopback unless `console_tls`; 0 chooses a free one."""
    opentdf_url: str = ""
    """Address, `https://host[:port]`, by which OpenTDF clients reach the local door through a TLS
    proxy; empty: directly.
    """
    opentdf_port: int = 0
    """With `opentdf_tls`: the port of a TLS door for OpenTDF clients alone, HTTP/2 and HTTP/1.1, on
    `host`; 0: none.
    """
    opentdf_tls: str = ""
    """Absolute path of a PEM file with the certificate chain and the private key of that door."""
    custody: str = "sealed-file"
    """Where the key access service's unwrapping keys live: `sealed-file` (under the passphrase) or
    `pkcs11` (in a token).
    """
    pkcs11_module: str = ""
    """With `pkcs11`: absolute path of the token's PKCS#11 library."""
    pkcs11_token: str = ""
    """With `pkcs11`: the token's label."""
    pkcs11_pin: str = ""
    """With `pkcs11`: absolute path of the file with the PIN, or `/dev/fd/N`; never the PIN."""
    profile: str = "embedded"
    """`embedded` (listens on loopback only) or `production` (refuses unverified rows)."""
    accredited: str = ""
    """Highest classification this deployment is accredited for, in its own scheme: what is above it
    is neither sealed, released, taken in nor opened here; empty claims none and stops nothing.
    Once signed (`node policy --accredited`) a line in node.toml cannot lift it.
    """
    people_mark: str = ""
    """Level of the nation's own scheme that every sheet with people and their clearances bears;
    empty: what the node is accredited for, and the marks of the items that such a sheet names.
    """
    exercise: bool = False
    """Whether the node is of an exercise: its party is an invented nation, from ZZA to ZZZ."""
    language: str = "en"
    """Language of the console before a person chooses: `en` or `ja`."""
    accept_unverified: bool = False
    """The operator's policy on equivalence rows without a primary source; recorded in `node.toml`
    by who may write it.
    """
    overlay: str = ""
    """SHA-384 of the nation's own forbids, `overlay.cedar` in the node's folder; counts only with
    the signed policy; empty: none.
    """
    domains: str = ""
    """SHA-384 of the nation's domains for the guarded export, `domains.toml` in the node's folder;
    counts only with the signed policy; empty: in the embedded profile those that ship, else none.
    """
    refusals_a_minute: int = 60
    """Calls and sign-ins that prove nothing, from one address in a minute, before the rest is
    answered 429 and recorded in sums; 1 to 6000, and no more than the operator signed.
    """
    grace_seconds: int = 900
    """Longest age of a ledger tail without the partner's cosignature before keys stop being
    released, where the agreement's own limit is not stricter; 1 to 86400, and no more than the
    operator signed.
    """
    partner_calls: int = 16
    """Calls that one partner may have open here at once, offers apart, before 429; 1 to 1000."""
    partner_offers: int = 4
    """Offers that one partner may have under way here at once; 1 to 100."""
    partner_statements_a_minute: int = 600
    """Statements and offers of one partner in a minute before it is answered 429; 1 to 100000."""
    partner_statements_a_day: int = 100_000
    """Statements and offers of one partner in a day before it is answered 429; 1 to 10000000."""
    partner_mib_a_day: int = 262_144
    """MiB that one partner may send here in a day, before it is answered 429; 1 to 100000000."""
    partner_mib_unsettled: int = 262_144
    """MiB of one partner's items that may wait for our clerk before offers do; 1 to 100000000."""
    key_days: int = 1096
    """Days that a key made here counts until `node renew` made the next; 1 to 3660."""
    tls_days: int = 825
    """Days that a certificate for the partners' line counts; 1 to 825."""
    heads: str = ""
    """Absolute path of an existing folder, on storage that is not restored with the node's, for the
    last head each log signed, or `s3://bucket/prefix?endpoint=URL`, best with object lock at
    another operator; empty: `heads/` in the node's folder.
    """
    blobs: str = ""
    """Where sealed containers lie: `s3://bucket/prefix?endpoint=URL&region=NAME`, without versions,
    replication and object lock, for destruction is signed; empty: `containers/` in the node's
    folder. What is being written is spooled there in either case.
    """
    wake: str = ""
    """`nats://host:port` or `tls://host:port`: wake-ups between the machines of one node; empty:
    each looks by itself after a pause of at most five seconds.
    """
    wake_credentials_file: str = ""
    """Absolute path of a NATS credentials file for it; empty: none is shown."""
    blobs_credentials_file: str = ""
    """Absolute path of a file in the form of AWS's shared credentials, profile `default`, for every
    bucket of this node; empty: `AWS_*` of the environment, or the machine's role.
    """
    internal_log: str = "internal"
    """Name of the log that is never shared; `ledger recover` begins another after a loss."""

    database: str = SQLITE
    """Where the node's records and logs are: `sqlite`, a file in its folder, or the libpq address
    of a PostgreSQL database, `postgresql://...`, without a password: that stands in a service or
    password file.
    """
    log_level: str = "info"
    """How much the process says on stderr: `debug`, `info`, `warning` or `error`."""
    tracing_url: str = ""
    """`http(s)://host[:port]` of an OpenTelemetry collector that spans are sent to by OTLP over
    HTTP, with the extra `otel`; empty: none.
    """
    metrics_token_file: str = ""
    """Absolute path of a file; its content (16 characters or more) opens `/metrics` elsewhere."""
    sensitivity_labels: str = ""
    """Absolute path of a TOML file with the Microsoft sensitivity labels of the nation's tenant,
    which `label bind --node` writes beside its own; empty: none.
    """

    def __post_init__(self) -> None:
        country(self.party)
        identifier(self.node)
        for name, words in CHOICES.items():
            if getattr(self, name) not in words:
                raise BAD_SETTINGS(why=f"{name} is one of {', '.join(words)}")
        for port in (self.peer_port, self.console_port, self.opentdf_port):
            if not 0 <= port <= 65535:
                raise BAD_SETTINGS(why="a port is 0 to 65535")
        if self.profile == "production" and self.accept_unverified:
            raise BAD_SETTINGS(why="a production node does not accept unverified rows")
        if any(one and not _DIGEST.fullmatch(one) for one in (self.overlay, self.domains)):
            raise BAD_SETTINGS(why="overlay and domains are SHA-384 of their files, 96 hex digits")
        if not 1 <= self.grace_seconds <= 86_400:
            raise BAD_SETTINGS(why="grace_seconds is 1 to 86400")
        if not _INTERNAL.fullmatch(self.internal_log):
            raise BAD_SETTINGS(why="internal_log is internal or internal-N")
        self._database()
        if self.tracing_url and not _COLLECTOR.fullmatch(self.tracing_url):
            raise BAD_SETTINGS(why="tracing_url is http(s)://host or http(s)://host:port")
        if self.wake and not _WAKE.fullmatch(self.wake):
            raise BAD_SETTINGS(why="wake is nats://host:port or tls://host:port, without a secret")
        self._places()
        self._measures()
        self._addresses()
        self._door()
        self._custody()
        other = not_its_world(self.party, exercise=self.exercise)
        if why := other or trouble(self, self.console_url) or mail_trouble(self):
            raise BAD_SETTINGS(why=why)

    def _database(self) -> None:
        """A file of our own, or an address that gives no secret away."""
        if self.database == SQLITE:
            return
        if not _ADDRESS.fullmatch(self.database):
            raise BAD_SETTINGS(why="database is sqlite or postgresql://...")
        if _PASSWORD.search(self.database):
            raise BAD_SETTINGS(why="database holds no password: use a service or password file")

    def _places(self) -> None:
        """Files, folders and buckets that the node is pointed at."""
        for name in PLACES:
            place: str = getattr(self, name)
            if set(place) & set('"\\\n'):
                raise BAD_SETTINGS(why=f"{name} has a character that no such place has")
            bucket = name in ("heads", "blobs") and place.startswith(BUCKET)
            if place and not bucket and (name == "blobs" or not Path(place).is_absolute()):
                said = {"heads": "an absolute path or s3://", "blobs": "s3://"}
                raise BAD_SETTINGS(why=f"{name} is {said.get(name, 'an absolute path')}")

    def _measures(self) -> None:
        for name, most in MOST.items():
            if not 1 <= getattr(self, name) <= most:
                raise BAD_SETTINGS(why=f"{name} is 1 to {most}")

    def _addresses(self) -> None:
        """Where the node is known is an origin; where it listens is an address of this machine."""
        for name in ("peer_url", "console_url", "opentdf_url"):
            text = getattr(self, name)
            if text and not is_origin(text):
                raise BAD_SETTINGS(why=f"{name} is https://host or https://host:port")
        why = ""
        if self.host in EVERYWHERE and not self.peer_url:
            why = "all interfaces, without peer_url"
        elif self.host not in LOOPBACK and self.profile != "production":
            why = "an embedded node listens on loopback only"
        if why:
            raise BAD_ADDRESS(host=self.host or "-", port=self.peer_port, why=why)
        reached = self.console_url and self.profile == "production"
        if self.console_host not in ("", *LOOPBACK) and not reached:
            raise BAD_SETTINGS(why="console_host belongs to console_url, in production")

    def _custody(self) -> None:
        """All three facts of a token, or none of them."""
        told = (self.pkcs11_module, self.pkcs11_token, self.pkcs11_pin)
        if (all if self.custody == "pkcs11" else any)(told) != (self.custody == "pkcs11"):
            raise BAD_SETTINGS(
                why=(
                    'pkcs11_module, pkcs11_token and pkcs11_pin belong to custody = "pkcs11", all'
                    " of them"
                )
            )
        if any(set(one) & set('"\\\n') for one in told) or not all(
            Path(one).is_absolute() for one in (told[0], told[2]) if one
        ):
            raise BAD_SETTINGS(why="pkcs11_module and pkcs11_pin are absolute paths")

    def _door(self) -> None:
        """How OpenTDF clients reach the node: directly, through a TLS proxy, or at a TLS door of
        its own.
        """
        if bool(self.opentdf_port) != bool(self.opentdf_tls) or (
            self.opentdf_port and not self.opentdf_url
        ):
            raise BAD_SETTINGS(why="opentdf_port, opentdf_tls and opentdf_url belong together")
        if self.opentdf_tls and (
            not Path(self.opentdf_tls).is_absolute() or set(self.opentdf_tls) & set('"\\\n')
        ):
            raise BAD_SETTINGS(why="opentdf_tls is an absolute path")

    @property
    def internal_origin(self) -> str:
        """The ledger origin of the log that is never shared. Spec: C2SP tlog-checkpoint."""
        return f"{self.node}/{self.internal_log}"

    @property
    def peer_origin(self) -> str:
        """Where partners reach this node: what its card says."""
        return self.peer_url or f"https://{bracketed(self.host)}:{self.peer_port}"

    @property
    def peer_name(self) -> str:
        """The host by which partners reach this node: what its certificate names."""
        return host_of(self.peer_origin)

    @property
    def console_bind(self) -> str:
        """Where the console listens: `console_host`, else the node's address when it is loopback,
        else 127.0.0.1.
        """
        return self.console_host or (self.host if self.host in LOOPBACK else "127.0.0.1")

    @property
    def local_url(self) -> str:
        """Where the console and the local API listen."""
        scheme = "https" if self.console_tls else "http"
        return f"{scheme}://{bracketed(self.console_bind)}:{self.console_port}"

    @property
    def console_origin(self) -> str:
        """Where people and programs reach the console and the API."""
        return self.console_url or self.local_url

    @property
    def console_names(self) -> frozenset[str]:
        """The hosts that a call to the console may name: behind a proxy its own alone, and no
        loopback.
        """
        if self.console_url:
            return frozenset({host_of(self.console_url)})
        return frozenset({*LOOPBACK, self.host})

    @property
    def proxied(self) -> bool:
        """Whether a proxy stands before the console's port: then loopback exempts nobody from
        anything.
        """
        known = bool(self.console_url) and not self.console_tls
        return known or bool(self.opentdf_url and not self.opentdf_port)

    @property
    def kas_origin(self) -> str:
        """Where OpenTDF clients reach this node: what containers name, proofs are made for and
        tokens are issued by.
        """
        return self.opentdf_url or self.console_origin

    def dump(self) -> str:
        """The TOML text that `load` reads back."""
        lines = ["# A Sealane node's settings; see docs/operators.md."]
        group = {field.name for field in fields(MailSettings)}
        for name, value in sorted(asdict(self).items(), key=lambda one: one[0] in group):
            lines.append(f"{name} = {json.dumps(value, ensure_ascii=False)}")
        return "\n".join(lines) + "\n"


def load_settings(path: Path) -> Settings:
    """The node's settings. Raises: Misconfigured `settings.malformed`; Malformed for a bad party or
    name.
    """
    try:
        value: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BAD_SETTINGS(why=str(error)[:120]) from None
    kinds = {field.name: field.type for field in fields(Settings)}
    for name, member in value.items():
        if name not in kinds:
            raise BAD_SETTINGS(why=f"unknown setting {name!r}")
        if type(member).__name__ != kinds[name]:
            raise BAD_SETTINGS(why=f"{name} is a {kinds[name]}")
    try:
        return Settings(**value)
    except TypeError:
        raise BAD_SETTINGS(why="party and node are required") from None
