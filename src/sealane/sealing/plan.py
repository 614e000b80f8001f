"""What is to be sealed, for whom and under which terms; and what came of it.

Spec: spec/container.md §3, §6.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sealane.base.errors import Malformed, declare
from sealane.base.values import parse_instant
from sealane.crypto.keys import Signer
from sealane.labels.model.label import Label
from sealane.sealing.kem import INTEROP_SUITES, KemPublicKey
from sealane.sealing.origin import PROFILES
from sealane.sealing.segments import SEGMENT

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_MEDIA_TYPE = re.compile(r"[\x20-\x7e]{1,200}", re.ASCII)

BAD_PLAN = declare(
    "seal.plan",
    Malformed,
    "This cannot be sealed: {why}.",
    "このままでは封緘できません：{why}。",
    "Correct the request; nothing was written.",
    "依頼を直してください。何も書かれていません。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyService:
    """One key service that gets a share: services under one `sid` are alternatives, different
    `sid`s are all needed.

    Example:
        >>> key = sealane.KemPrivateKey.generate("MLKEM1024-P384").public
        >>> sealane.KeyService(sid="JPN", url="https://kas.jpn.example", kid=key.kid, key=key).sid
        'JPN'
    """

    sid: str
    url: str
    kid: str
    key: KemPublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class SealPlan:
    """Everything a sealing needs besides the bytes.

    Attributes:
        policy_uuid: fresh and random for every sealing.
        agreement: id and version digest (SHA-384 hex), or None for an object of the own node.
        media_type: of the plaintext, e.g. `application/pdf`.
        services: `sovereign` under an agreement needs two sids at least; `interop` has RSA or P-256
            keys only.
        signers: the national statement keys; all sign.
        sealed_at: RFC 3339 instant.
        entropy: bytes of the machine's generator; the key and its shares come from it.
        size: plaintext bytes when known beforehand; the sink is then laid out plainly below 4 GiB.
        supersedes: digest of the seal this one replaces, for a re-wrap.
        digests: whether to hash the whole file too (SHA-384, about 800 MB/s, a second pass over the
            sink).
        plaintext_digest: whether to hash the plaintext too, as it passes.
    """

    policy_uuid: str
    label: Label
    agreement: tuple[str, str] | None
    profile: str
    media_type: str
    services: Sequence[KeyService]
    signers: Sequence[Signer]
    sealed_at: str
    entropy: Callable[[int], bytes]
    size: int | None = None
    supersedes: str | None = None
    digests: bool = True
    plaintext_digest: bool = False
    segment: int = SEGMENT

    def check(self) -> None:
        """Refuse what no reader would open, before a byte is written. Raises: Malformed
        `seal.plan`, `value.instant`.
        """
        parse_instant(self.sealed_at)
        if _UUID.fullmatch(self.policy_uuid) is None or self.policy_uuid.strip("0-") == "":
            raise BAD_PLAN(why="the policy uuid is not a fresh lower-case UUID")
        if self.profile not in PROFILES:
            raise BAD_PLAN(why="the profile is neither sovereign nor interop")
        if _MEDIA_TYPE.fullmatch(self.media_type) is None:
            raise BAD_PLAN(why="the media type is not plain ASCII text")
        if not self.signers or not self.services:
            raise BAD_PLAN(why="a signer or a key service is missing")
        if not 16 << 10 <= self.segment <= SEGMENT:
            raise BAD_PLAN(why="segments have 16 KiB to 2 MiB")
        sids = {service.sid for service in self.services}
        if len(sids) > 1 and "" in sids:
            raise BAD_PLAN(why="a split needs a name on every part")
        if any(
            (service.key.suite in INTEROP_SUITES) != (self.profile == "interop")
            for service in self.services
        ):
            raise BAD_PLAN(why=f"a key's suite does not belong to the profile {self.profile}")
        if self.profile == "sovereign" and self.agreement is not None and len(sids) < 2:
            raise BAD_PLAN(
                why="sovereign sealing for a partner splits the key between both nations"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What a sealing made: the digests a registry and a ledger
    keep, and the seal statement itself.

    Example:
        >>> from io import BytesIO
        >>> key = sealane.KemPrivateKey.generate("RSA-2048-OAEP-SHA1").public
        >>> kas = sealane.KeyService(sid="", url="https://kas.example", kid=key.kid, key=key)
        >>> made = sealane.seal(BytesIO(b"tides"), BytesIO(), profile="interop", services=[kas],
        ...     label=sealane.Label(policy="AUS", classification="SECRET"),
        ...     signers=[sealane.PrivateKey.generate("ES384")], at="2026-11-22T00:00:00Z")
        >>> made.plaintext_bytes, len(made.seal_digest)
        (5, 96)
    """

    policy_uuid: str
    label_digest: str
    policy_digest: str
    key_access_digest: str
    key_access: tuple[str, ...]
    aggregate_digest: str
    manifest_digest: str
    seal_digest: str
    file_digest: str | None
    plaintext_digest: str | None
    file_bytes: int
    plaintext_bytes: int
    seal: bytes = field(repr=False)
