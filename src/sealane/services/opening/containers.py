"""A node's containers: packing for a partner or for itself, what arrives, each nation's share,
unpacking.

Key services' answers come from this node's own record of the item (`ItemTerms`), never from the
asker's; a part of the key is named (`sid`) by the party whose service holds it.
Spec: spec/container.md §5, §9; spec/key-access.md §7; R31, R56, R62.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Protocol

from sealane.agreements.agreement import Agreements
from sealane.base.errors import Conflict, Misconfigured, Untrusted, declare
from sealane.base.values import Instant, format_instant
from sealane.crypto.keys import PublicKey, Signer
from sealane.labels.model.label import Label, label_from_json
from sealane.sealing import container as containers
from sealane.sealing import origin, terms
from sealane.sealing.container import Container
from sealane.sealing.kao import KeyAccess, unwrap_key_access
from sealane.sealing.keywrap import HYBRID, RSA, SUITES, KemPublicKey, KeyProvider
from sealane.sealing.origin import SealClaims
from sealane.sealing.plan import KeyService, SealPlan
from sealane.sealing.shape import Secret
from sealane.sealing.writing import rewrap as write_anew
from sealane.sealing.writing import seal

NO_KEY_SERVICE = declare(
    "seal.no_key_service",
    Misconfigured,
    "{party} has no key service for the suite {suite}.",
    "{party} に方式 {suite} の鍵サービスがありません。",
    "Exchange enrolment cards again.",
    "登録カードを交換し直してください。",
)
OTHER_TERMS = declare(
    "container.other_terms",
    Untrusted,
    "The container was sealed under other terms than stated: {what}.",
    "コンテナが示された条件と異なる条件で封緘されています：{what}。",
    "Refuse it and tell the originator.",
    "受け取りを拒み、作成元に知らせてください。",
)
NO_SHARE = declare(
    "key.no_share",
    Conflict,
    "The container holds no key part for {party}.",
    "コンテナに {party} 向けの鍵の分割片がありません。",
    "Ask the originator to seal it again for both nations.",
    "両国向けに封緘し直すよう作成元に求めてください。",
)


class Clockwork(Protocol):
    """The part of `ports.Host` that sealing needs."""

    def now(self) -> Instant: ...

    def entropy(self, size: int) -> bytes: ...


class SigningKeys(KeyProvider, Protocol):
    """The part of a node's keys that sealing needs."""

    def signers(self, role: str) -> Sequence[Signer]: ...

    def unwrapping(self) -> Sequence[KemPublicKey]: ...


class PartyCard(Protocol):
    """The part of a party's enrolment card that sealing needs."""

    @property
    def party(self) -> str: ...

    @property
    def kas_url(self) -> str: ...

    @property
    def kas_urls(self) -> Sequence[str]: ...

    @property
    def statement(self) -> Sequence[PublicKey]: ...

    def wrapping_key(self, suite: str) -> KemPublicKey | None: ...


class Sealer(Protocol):
    """The part of a node that sealing needs."""

    @property
    def host(self) -> Clockwork: ...

    @property
    def keys(self) -> SigningKeys: ...

    @property
    def card(self) -> PartyCard: ...


class ContainersHeld(Protocol):
    """The part of `ports.Blobs` that a key service needs."""

    def read(self, digest: str) -> AbstractContextManager[BinaryIO]: ...


class Keeper(Sealer, Protocol):
    """A node that holds containers."""

    @property
    def blobs(self) -> ContainersHeld: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A sealed container: its SHA-384, its size, its policy, and the record that arrival must find
    again.
    """

    container: str
    size: int
    policy_uuid: str
    record: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTerms:
    """What a node recorded of an item: the only facts its key service builds `info` from."""

    policy_uuid: str
    agreement: tuple[str, str] | None
    label: Label

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> ItemTerms:
        """From a register row with `policy_uuid`, `agreement`, `agreement_digest` and `label`."""
        agreement = (
            (str(row["agreement"]), str(row["agreement_digest"])) if row["agreement"] else None
        )
        return cls(
            policy_uuid=str(row["policy_uuid"]),
            agreement=agreement,
            label=label_from_json(row["label"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAccessView:
    """A container's key parts by the party whose service holds each."""

    container: Container

    def part(self, party: str) -> KeyAccess:
        """The party's part, or the only one of an
        undivided key. Raises: Conflict `key.no_share`.
        """
        for kao in self.container.manifest.key_access:
            if kao.sid in (party, ""):
                return kao
        raise NO_SHARE(party=party)

    @property
    def undivided(self) -> bool:
        """Whether one key service, the originator's, holds the
        whole key: an `interop` container.
        """
        return set(self.container.parts()) == {""}

    def digest_for(self, party: str) -> str:
        """The digest of a party's key access object, as both nations recorded it."""
        return self.part(party).digest()


def pack(
    node: Sealer,
    source: BinaryIO,
    sink: BinaryIO,
    *,
    label: Label,
    agreement: tuple[str, str] | None,
    partner: PartyCard | None,
    media_type: str,
    profile: str = "sovereign",
    size: int | None = None,
    agreements: Agreements | None = None,
    interop_url: str | None = None,
) -> Packed:
    """Seal a stream for a partner (both nations' services hold a part) or, without one, for the own
    node.

    Args:
        agreements: when given, the agreement's suites and their last use are enforced.
        interop_url: the key access URL that OpenTDF clients reach; default: the one partners reach.
    Raises: Malformed `seal.plan`; Misconfigured `seal.no_key_service`; Refused
    `container.suite_not_allowed`.
    """
    at = node.host.now()
    suite = HYBRID if profile == "sovereign" else RSA
    parties = [node.card] if partner is None or profile == "interop" else [node.card, partner]
    plan = SealPlan(
        policy_uuid=fresh_uuid(node),
        label=label,
        agreement=agreement,
        profile=profile,
        media_type=media_type,
        services=[
            _service(card, suite, alone=profile == "interop", url=interop_url) for card in parties
        ],
        signers=node.keys.signers("statement"),
        sealed_at=format_instant(at),
        entropy=node.host.entropy,
        size=size,
    )
    if (
        agreement is not None
        and agreements is not None
        and (found := agreements.at(agreement[0], at)) is not None
    ):
        terms.check_plan(plan, found, at)
    sealed = seal(source, sink, plan)
    assert sealed.file_digest is not None
    return Packed(
        container=sealed.file_digest,
        size=sealed.file_bytes,
        policy_uuid=sealed.policy_uuid,
        record=record_of(containers.read(sink)),
    )


def repack(
    node: Sealer,
    source: BinaryIO,
    sink: BinaryIO,
    *,
    dek: bytes,
    partner: PartyCard | None,
    suite: str,
    label: Label | None = None,
) -> Packed:
    """The own container under another suite, or another label: same payload, a new seal that names
    the old one.

    An undivided key stays so, at the same address. Raises: as `writing.rewrap`; Misconfigured
    `seal.no_key_service`.
    """
    found = containers.read(source)
    claims = proven(found, node.card)
    alone = KeyAccessView(container=found).undivided
    url = found.manifest.key_access[0].url
    parties = [node.card] if partner is None or alone else [node.card, partner]
    plan = SealPlan(
        policy_uuid=claims.policy_uuid,
        label=label or claims.label,
        agreement=claims.agreement,
        profile=claims.profile,
        media_type=claims.media_type,
        services=[_service(card, suite, alone=alone, url=url) for card in parties],
        signers=node.keys.signers("statement"),
        sealed_at=format_instant(node.host.now()),
        entropy=node.host.entropy,
        supersedes=claims.seal_digest,
    )
    sealed = write_anew(found, source, sink, plan, dek=dek, claims=claims)
    assert sealed.file_digest is not None
    return Packed(
        container=sealed.file_digest,
        size=sealed.file_bytes,
        policy_uuid=sealed.policy_uuid,
        record=record_of(containers.read(sink)),
    )


def record_of(found: Container) -> dict[str, Any]:
    """What both nations keep of a container: digests only, no wrapped key."""
    claims = origin.read(found.manifest)
    return {
        "aggregate": claims.aggregate_digest,
        "key_access": {kao.sid: kao.digest() for kao in found.manifest.key_access},
        "manifest": found.manifest_digest,
        "plaintext_bytes": claims.plaintext_bytes,
        "policy": claims.policy_digest,
        "profile": claims.profile,
        "seal": claims.seal_digest,
        "supersedes": claims.supersedes,
    }


def verify_arrival(
    node: Sealer,
    source: BinaryIO,
    *,
    partner: PartyCard,
    label: Label,
    agreement: tuple[str, str],
    policy_uuid: str,
    agreements: Agreements | None = None,
) -> dict[str, Any]:
    """Prove a container that a partner sent, without a key, and give its record.

    Structure, seal by all of the partner's statement keys, label against attributes, the stated
    terms, key services of the two nations only, every segment's listed hash, and the agreement's
    suites.
    Raises: Malformed, Untrusted `container.*`; Refused `container.suite_not_allowed`.
    Spec: spec/container.md §9 (steps 1 to 4).
    """
    found = containers.read(source)
    claims = proven(found, partner)
    stated = {
        "label": label == claims.label,
        "agreement": claims.agreement == agreement,
        "policy_uuid": claims.policy_uuid == policy_uuid,
    }
    if wrong := [what for what, same in stated.items() if not same]:
        raise OTHER_TERMS(what=", ".join(wrong))
    ours = [(url, key.kid) for key in node.keys.unwrapping() for url in node.card.kas_urls]
    containers.check_services(
        found,
        [*ours, *((url, key.kid) for key in _wrapping_keys(partner) for url in partner.kas_urls)],
    )
    if claims.profile == "sovereign" and {kao.sid for kao in found.manifest.key_access} != {
        node.card.party,
        partner.party,
    }:
        raise OTHER_TERMS(what="parts of the key")
    if claims.profile == "interop" and [
        (kao.sid, kao.url in partner.kas_urls) for kao in found.manifest.key_access
    ] != [("", True)]:
        raise OTHER_TERMS(what="parts of the key")
    at = node.host.now()
    if agreements is not None and (governing := agreements.at(agreement[0], at)) is not None:
        terms.check_container(found, governing, at)
    containers.check_payload(found, source)
    return record_of(found)


def manifest_of(source: BinaryIO) -> KeyAccessView:
    """The key parts of a container. Raises: Malformed, Untrusted `container.*`."""
    return KeyAccessView(container=containers.read(source))


def share_of(node: Sealer, view: KeyAccessView, held: ItemTerms, *, party: str) -> bytes:
    """This node's share of an item, by its own record of the terms; the policy binding is checked.

    Raises: Untrusted `key.unwrap_failed`: whatever does not fit the record; Conflict
    `key.no_share`.
    """
    kao = view.part(party)
    info = kao.info(
        policy_uuid=held.policy_uuid, agreement=held.agreement, label_digest=held.label.digest()
    )
    return unwrap_key_access(kao, view.container.manifest.policy.text, node.keys, info=info)


def own_share(node: Sealer, view: KeyAccessView, row: Mapping[str, Any]) -> bytes:
    """`share_of` this node's own party, by a register row. Raises: as `share_of`."""
    return share_of(node, view, ItemTerms.of(row), party=node.card.party)


def sealed_share(node: Sealer, view: KeyAccessView, row: Mapping[str, Any]) -> bytes:
    """This node's share under the label that the recorded container was sealed with, for sealing it
    anew.

    The register's label may be another by now: then nothing opens until it is sealed anew.
    Raises: Untrusted `container.other_terms`: this is not the recorded container; as `share_of`.
    """
    claims = origin.read(view.container.manifest)
    if claims.seal_digest != row["sealed"]["seal"]:
        raise OTHER_TERMS(what="its seal")
    return share_of(
        node, view, replace(ItemTerms.of(row), label=claims.label), party=node.card.party
    )


def require_suites(
    node: Sealer, view: KeyAccessView, row: Mapping[str, Any], agreements: Agreements
) -> None:
    """Silence while the item's agreement allows every suite of its key now; re-wrapping alone does
    without this question.

    Raises: Refused `container.suite_not_allowed`. Spec: R62.
    """
    at = node.host.now()
    if row["agreement"] and (governing := agreements.at(str(row["agreement"]), at)) is not None:
        terms.check_container(view.container, governing, at)


def provider_share(
    node: Keeper, row: Mapping[str, Any], agreements: Agreements | None = None
) -> bytes:
    """`own_share` from the container this node holds; for an opening with `require_suites` before
    it.

    Raises: as `share_of` and `require_suites`; NotFound: the container is not here.
    """
    with node.blobs.read(str(row["container"])) as source:
        view = manifest_of(source)
        if agreements is not None:
            require_suites(node, view, row, agreements)
        return own_share(node, view, row)


def provider_key_access(row: Mapping[str, Any]) -> str:
    """The recorded digest of the key access object that the item's provider serves."""
    parts = row["sealed"]["key_access"]
    return str(parts.get(row["provider"]) or parts[""])


def unpack(
    source: BinaryIO, dek: Secret, sink: BinaryIO, *, provider: PartyCard, held: ItemTerms
) -> SealClaims:
    """Write the verified plaintext to a private spool, which the caller hands over only afterwards.

    Args:
        provider: the card of the party that sealed it.
        held: this node's own record of the item.
    Raises: Untrusted `container.*`; nothing of the spool may be shown then.
    """
    found = containers.read(source)
    claims = proven(found, provider)
    if (claims.policy_uuid, claims.agreement, claims.label) != (
        held.policy_uuid,
        held.agreement,
        held.label,
    ):
        raise OTHER_TERMS(what="this node's record")
    containers.open_container(found, source, dek, sink, claims=claims)
    return claims


def fresh_uuid(node: Sealer) -> str:
    """A random version 4 UUID of the node's entropy."""
    raw = bytearray(node.host.entropy(16))
    raw[6], raw[8] = raw[6] & 0x0F | 0x40, raw[8] & 0x3F | 0x80
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def proven(found: Container, card: PartyCard) -> SealClaims:
    """The seal's claims, signed by every statement key of the card's party. Raises: Untrusted
    `container.*`, `jws.*`.
    """
    keys = {key.kid: key for key in card.statement}
    return origin.verify(found.manifest, keys=keys, required=list(keys))


def _service(card: PartyCard, suite: str, *, alone: bool, url: str | None = None) -> KeyService:
    key = card.wrapping_key(suite)
    if key is None:
        raise NO_KEY_SERVICE(party=card.party, suite=suite)
    return KeyService(
        sid="" if alone else card.party,
        url=url if alone and url else card.kas_url,
        kid=key.kid,
        key=key,
    )


def _wrapping_keys(card: PartyCard) -> list[KemPublicKey]:
    return [key for key in map(card.wrapping_key, SUITES) if key is not None]
