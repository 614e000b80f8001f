"""A node's containers: sealed for a partner or for itself, proven on arrival, unpacked.

What is proven is the seal's claims, by every statement key of the party's enrolment card; what is
compared with them is this node's own record (`key_parts.ItemTerms`).
Spec: spec/container.md; R31, R56, R62.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from sealane.agreements.loaded import Agreements
from sealane.base.errors import Misconfigured, Untrusted, declare
from sealane.base.values import Instant, format_instant, parse_instant
from sealane.crypto import jws
from sealane.labels.model.label import Label
from sealane.protocol.card import Card
from sealane.protocol.card_chain import KEY_ENDED, PARTNER_KEY_ENDED
from sealane.sealing import container as containers
from sealane.sealing import origin, terms
from sealane.sealing.container import Container
from sealane.sealing.keywrap import HYBRID, RSA, SUITES, KemPublicKey
from sealane.sealing.origin import SealClaims
from sealane.sealing.plan import KeyService, Sealed, SealPlan
from sealane.sealing.shape import Secret
from sealane.sealing.writing import rewrap as write_anew
from sealane.sealing.writing import seal_several
from sealane.services.deciding.accreditation import require_accredited
from sealane.services.node import Node
from sealane.services.opening.key_parts import OTHER_TERMS, ItemTerms, KeyAccessView

NO_KEY_SERVICE = declare(
    "seal.no_key_service",
    Misconfigured,
    "{party} has no key service for the suite {suite}.",
    "{party} に方式 {suite} の鍵サービスがありません。",
    "Exchange enrolment cards again.",
    "登録カードを交換し直してください。",
)


SEALED_TOO_LATE = declare(
    "container.key_ended",
    Untrusted,
    "The container was sealed at {at} by a key of {party} that had ended by then.",
    "コンテナは {at} に、その時点で期限の切れていた {party} の鍵で封緘されています。",
    "{party} renews its keys and releases it anew.",
    "{party} が鍵を更新し、改めて提供します。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A sealed container: its SHA-384, its size, its policy, and the record that arrival must find
    again.
    """

    container: str
    size: int
    policy_uuid: str
    record: dict[str, Any]
    document: str | None = None
    """SHA-384 of the plaintext, where it was seen in the clear; for this node alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is sealed, for whomever: its label, its agreement and version, its form and its size.

    `interop_url` is the key access URL that OpenTDF clients reach; default: the partners' one.
    `digest` asks for the plaintext's SHA-384, made as it passes. `origin` is the nation whose item
    it is, where a holder passes it on: its key service holds a part as well.
    """

    label: Label
    agreement: tuple[str, str] | None
    media_type: str
    profile: str = "sovereign"
    size: int | None = None
    interop_url: str | None = None
    digest: bool = False
    origin: Card | None = None


def pack(
    node: Node,
    source: BinaryIO,
    sink: BinaryIO,
    document: Document,
    *,
    partner: Card | None,
    agreements: Agreements | None = None,
) -> Packed:
    """Seal a stream for a partner (both nations' services hold a part) or, without one, for the own
    node.

    Args:
        agreements: when given, the agreement's suites and their last use are enforced.
    Raises: Malformed `seal.plan`; Misconfigured `seal.no_key_service`; Refused
    `container.suite_not_allowed`, `node.not_accredited`.
    """
    return pack_several(node, source, [(sink, partner)], document, agreements=agreements)[0]


def pack_several(
    node: Node,
    source: BinaryIO,
    wanted: Sequence[tuple[BinaryIO, Card | None]],
    document: Document,
    *,
    agreements: Agreements | None = None,
    own: BinaryIO | None = None,
) -> list[Packed]:
    """`pack` for several partners from one reading of the source: a container for each, under a key
    and a policy that no other of them has.

    Args:
        own: where one more goes, the last, for this nation alone and under no agreement.
    Raises: as `pack`. Spec: spec/exchange.md §4; spec/container.md §3.
    """
    label = document.label
    require_accredited(node, label.policy, label.classification)
    at = node.host.now()
    governing = None
    if document.agreement is not None and agreements is not None:
        governing = agreements.at(document.agreement[0], at)
    plans = []
    for sink, partner in wanted:
        plan = _plan(node, document, partner, at)
        if governing is not None:
            terms.check_plan(plan, governing, at)
        plans.append((sink, plan))
    if own is not None:
        alone = replace(document, agreement=None, profile="sovereign")
        plans.append((own, _plan(node, alone, None, at)))
    made = seal_several(source, plans)
    return [_packed(sealed, sink) for sealed, (sink, _) in zip(made, plans, strict=True)]


def _plan(node: Node, document: Document, partner: Card | None, at: Instant) -> SealPlan:
    suite = HYBRID if document.profile == "sovereign" else RSA
    alone = document.profile == "interop"
    own = _own(node, partner)
    parties = [own] if partner is None or alone else [own, partner]
    parties += [] if document.origin is None else [document.origin]
    url = document.interop_url
    return SealPlan(
        policy_uuid=fresh_uuid(node),
        label=document.label,
        agreement=document.agreement,
        profile=document.profile,
        media_type=document.media_type,
        services=[_service(node, card, suite, alone=alone, url=url) for card in parties],
        signers=node.signers_for(None if partner is None else partner.party),
        sealed_at=format_instant(at),
        entropy=node.host.entropy,
        size=document.size,
        plaintext_digest=document.digest,
    )


def _packed(sealed: Sealed, sink: BinaryIO) -> Packed:
    assert sealed.file_digest is not None
    return Packed(
        container=sealed.file_digest,
        size=sealed.file_bytes,
        policy_uuid=sealed.policy_uuid,
        record=record_of(containers.read(sink)),
        document=sealed.plaintext_digest,
    )


def repack(
    node: Node,
    source: BinaryIO,
    sink: BinaryIO,
    *,
    dek: bytes,
    partner: Card | None,
    suite: str,
    label: Label | None = None,
) -> Packed:
    """The own container under another suite, or another label: same payload, a new seal that names
    the old one.

    An undivided key stays so, at the same address. Raises: as `writing.rewrap`; Misconfigured
    `seal.no_key_service`.
    """
    found = containers.read(source)
    own = _own(node, partner)
    claims = proven(found, node.own_card())
    alone = KeyAccessView(container=found).undivided
    url = found.manifest.key_access[0].url
    parties = [own] if partner is None or alone else [own, partner]
    stated = label or claims.label
    require_accredited(node, stated.policy, stated.classification)
    plan = SealPlan(
        policy_uuid=claims.policy_uuid,
        label=stated,
        agreement=claims.agreement,
        profile=claims.profile,
        media_type=claims.media_type,
        services=[_service(node, card, suite, alone=alone, url=url) for card in parties],
        signers=node.signers_for(None if partner is None else partner.party),
        sealed_at=format_instant(node.host.now()),
        entropy=node.host.entropy,
        supersedes=claims.seal_digest,
    )
    return _packed(write_anew(found, source, sink, plan, dek=dek, claims=claims), sink)


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
    node: Node,
    source: BinaryIO,
    *,
    partner: Card,
    label: Label,
    agreement: tuple[str, str],
    policy_uuid: str,
    agreements: Agreements | None = None,
    of: Card | None = None,
) -> dict[str, Any]:
    """Prove a container that a partner sent, without a key, and give its record.

    Args:
        of: the nation whose item it is, where the partner passed it on.
    Raises: Malformed, Untrusted `container.*`; Refused `container.suite_not_allowed`.
    Spec: spec/container.md §9 (steps 1 to 4).
    """
    # 1. The structure is read strictly, and all of the partner's statement keys signed the seal:
    #    only then do its claims count for anything. The label is held against the policy's
    #    attributes with them.
    found = containers.read(source)
    claims = proven(found, partner)
    # 2. It was sealed under the terms that the partner stated: a container of another offer is none
    #    of this one's.
    stated = {
        "label": label == claims.label,
        "agreement": claims.agreement == agreement,
        "policy_uuid": claims.policy_uuid == policy_uuid,
    }
    if wrong := [what for what, same in stated.items() if not same]:
        raise OTHER_TERMS(what=", ".join(wrong))
    # 3. Its key is held by these nations' services alone, and divided as its profile says: nobody
    #    else can open it.
    parties = [partner] if of is None else [partner, of]
    _require_services(node, parties, found)
    _require_division(node, parties, found, claims.profile)
    # 4. The agreement allows its suites today.
    at = node.host.now()
    governing = None if agreements is None else agreements.at(agreement[0], at)
    if governing is not None:
        terms.check_container(found, governing, at)
    # 5. Every segment has the hash that the seal lists: what is stored is what was sealed, to the
    #    last byte.
    containers.check_payload(found, source)
    return record_of(found)


def _require_services(node: Node, parties: Sequence[Card], found: Container) -> None:
    """Silence when every key part names a key service of ours or of these. Raises: Untrusted
    `container.foreign_service`.
    """
    addresses = _urls(node.own_card())
    ours = [(url, key.kid) for key in node.keys.unwrapping() for url in addresses]
    theirs = [
        (url, key.kid) for card in parties for key in _wrapping_keys(card) for url in _urls(card)
    ]
    containers.check_services(found, [*ours, *theirs])


def _require_division(node: Node, parties: Sequence[Card], found: Container, profile: str) -> None:
    """Silence when the key is divided between all the nations, or for `interop` whole at the
    partner's; what was passed on is always divided. Raises: Untrusted `container.other_terms`.
    """
    parts, partner = found.manifest.key_access, parties[0]
    if profile == "sovereign":
        if {part.sid for part in parts} != {node.party, *(card.party for card in parties)}:
            raise OTHER_TERMS(what="parts of the key")
    elif profile == "interop":
        whole = len(parts) == 1 and parts[0].sid == "" and parts[0].url in _urls(partner)
        whole = whole and len(parties) == 1
        if not whole:
            raise OTHER_TERMS(what="parts of the key")


def unpack(
    source: BinaryIO, dek: Secret, sink: BinaryIO, *, provider: Card, held: ItemTerms
) -> SealClaims:
    """Write the verified plaintext to a private spool, which the caller hands over only afterwards.

    Args:
        provider: the card of the party that sealed it.
        held: this node's own record of the item.
    Raises: Untrusted `container.*`; nothing of the spool may be shown then.
    """
    found = containers.read(source)
    claims = proven(found, provider)
    sealed_under = ItemTerms(
        policy_uuid=claims.policy_uuid, agreement=claims.agreement, label=claims.label
    )
    if sealed_under != held:
        raise OTHER_TERMS(what="this node's record")
    containers.open_container(found, source, dek, sink, claims=claims)
    return claims


def fresh_uuid(node: Node) -> str:
    """A random version 4 UUID of the node's entropy."""
    raw = bytearray(node.host.entropy(16))
    raw[6], raw[8] = raw[6] & 0x0F | 0x40, raw[8] & 0x3F | 0x80
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def proven(found: Container, card: Card) -> SealClaims:
    """The seal's claims, signed by both statement keys of one card of the party, while they
    counted. Raises: Untrusted `container.*`, `jws.*`, `container.key_ended`.
    """
    signed = jws.kids(origin.statement(found.manifest))
    keys = {key.kid: key for key in card.signed_with(signed)}
    claims = origin.verify(found.manifest, keys=keys, required=list(keys))
    at = parse_instant(claims.sealed_at)
    if any(card.ended(kid, at) for kid in keys):
        raise SEALED_TOO_LATE(party=card.party, at=claims.sealed_at)
    return claims


def _own(node: Node, partner: Card | None) -> Card:
    """Our card as the other side of a container knows it."""
    return node.own_card(None if partner is None else partner.party)


def _service(
    node: Node, card: Card, suite: str, *, alone: bool, url: str | None = None
) -> KeyService:
    """Where a part of the key goes. Raises: Misconfigured `seal.no_key_service`, `key.ended`,
    `partner.key_ended`.
    """
    key = card.wrapping_key(suite)
    if key is None:
        raise NO_KEY_SERVICE(party=card.party, suite=suite)
    now, end = node.host.now(), card.until(key.kid)
    if end is not None and now >= end:
        refusal = KEY_ENDED if card.party == node.party else PARTNER_KEY_ENDED
        raise refusal(party=card.party, role="kas", kid=key.kid, until=format_instant(end))
    return KeyService(
        sid="" if alone else card.party,
        url=url if alone and url else card.kas_url,
        kid=key.kid,
        key=key,
    )


def _wrapping_keys(card: Card) -> list[KemPublicKey]:
    return [key for suite in SUITES for key in card.wrapping_keys(suite)]


def _urls(card: Card) -> list[str]:
    """Every key access address that a party ever had: containers go on naming it."""
    return list(dict.fromkeys(url for one in card.line for url in one.kas_urls))
