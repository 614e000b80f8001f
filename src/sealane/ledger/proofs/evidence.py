"""One file per item that proves what happened, to anybody, with no node and no network.

Members: `manifest.json` (canonical JSON, with the digest of every other member), `manifest.sha384`,
the agreement file, `statements/*.jws`, `entries/<party>/*.entry` with
`proofs/<party>/*.tlog-proof`, `policies/<party>.tlog-policy`, and `verify.html`. Verification
binds: statement to signer's keys, agreement and item; entry to statement, by digest and by every
member it tells; entry to log.
Spec: spec/evidence.md; R52, R59; spec/evidence.md §3 (a proof of some other entry is the classic
hole).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sealane.base import canonical
from sealane.base.values import Instant, country, format_instant, identifier
from sealane.crypto.keys import PublicKey
from sealane.ledger import receipt
from sealane.ledger.log.note import VerifierKey
from sealane.ledger.log.policy import LogPolicy
from sealane.ledger.proofs import archive, order
from sealane.ledger.proofs.evidence_check import (
    ALTERED,
    FORMAT,
    EvidenceCheck,
    Report,
    read_manifest,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One entry about the item, with its tlog-proof under a cosigned checkpoint."""

    entry: bytes
    proof: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyView:
    """What one party brings: its statement keys in suite order, its log's origin, the policy to
    judge it by, its entries.
    """

    party: str
    node: str
    keys: tuple[PublicKey, ...]
    origin: str
    policy: bytes
    logged: tuple[Logged, ...]
    cards: tuple[bytes, ...] = ()
    """Where its statement keys were renewed: its cards, oldest first, of which `keys` are the
    first's.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceInput:
    """All that an evidence file is made from; bytes are exactly as signed, logged or published."""

    item: str
    agreement: str
    agreement_file: bytes
    made: Instant
    statements: tuple[bytes, ...]
    parties: tuple[PartyView, ...]
    page: bytes
    extras: Mapping[str, bytes] = field(default_factory=dict)
    """Further files, for example RFC 3161 tokens, by a name under `extras/`."""


def build(given: EvidenceInput) -> bytes:
    """The evidence file; the same input gives the same bytes, and it verifies. Raises: Untrusted,
    Malformed as `verify`.
    """
    members = _members(given)
    digests = {name: canonical.sha384(data) for name, data in members.items()}
    manifest = canonical.encode(
        {
            "format": FORMAT,
            "item": identifier(given.item),
            "made": format_instant(given.made),
            "agreement": {"id": given.agreement, "digest": canonical.sha384(given.agreement_file)},
            "parties": [
                {
                    "party": country(one.party),
                    "node": one.node,
                    "origin": one.origin,
                    "keys": [key.as_json() for key in one.keys],
                }
                for one in given.parties
            ],
            "files": digests,
        }
    )
    whole = {
        "manifest.json": manifest,
        "manifest.sha384": f"{canonical.sha384(manifest)}\n".encode(),
        **members,
    }
    names = order.arranged(whole, [one.party for one in given.parties])
    data = archive.pack({name: whole[name] for name in names})
    verify(data)
    return data


def _members(given: EvidenceInput) -> dict[str, bytes]:
    members = {"agreement.toml": given.agreement_file, "verify.html": given.page}
    for at, statement in enumerate(order.as_said(given.statements), start=1):
        members[f"statements/{at:05d}-{receipt.peek(statement).type}.jws"] = statement
    for view in given.parties:
        for at, card in enumerate(view.cards, start=1):
            members[f"cards/{view.party}/{at:05d}.jws"] = card
        members[f"policies/{view.party}.tlog-policy"] = view.policy
        for at, logged in enumerate(view.logged, start=1):
            members[f"entries/{view.party}/{at:05d}.entry"] = logged.entry
            members[f"proofs/{view.party}/{at:05d}.tlog-proof"] = logged.proof
    return members | {f"extras/{identifier(name)}": data for name, data in given.extras.items()}


def verify(
    data: bytes, *, policies: Sequence[LogPolicy] = (), vkeys: Sequence[VerifierKey] = ()
) -> Report:
    """Prove everything the file claims, by the keys inside and by whatever the caller pins.

    Args:
        policies: tlog-policies the caller trusts; a log one of them names must satisfy it, and one
            log must be named.
        vkeys: log or cosigner keys; each must have signed the checkpoints of at least one log.
    Raises: Malformed `evidence.not_evidence`; Untrusted `evidence.altered`, `evidence.archive`,
    `evidence.pins`,
        `signature.invalid`, `jws.*`, `ledger.*`.
    Spec: spec/evidence.md §3.
    """
    members = archive.unpack(data)
    manifest = read_manifest(members)
    try:
        check = EvidenceCheck(members, manifest, policies, vkeys)
    except (KeyError, TypeError, AttributeError):
        raise ALTERED(why="the manifest's members have the wrong types") from None
    return check.report()
