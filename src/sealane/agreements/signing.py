"""Signatures of all parties over the exact bytes of one agreement file, kept beside it.

Each party signs one statement: "this version, these bytes, is what we agreed". The statement names
the bytes by SHA-384, SHA-256 and length, the version it replaces, the party and its competent
authority. Two suites sign each statement, ES384 and ML-DSA-87; either missing or failing makes the
party's signature no signature. The keys come from enrolment or from the caller's file, never from
the signatures.
Spec: spec/agreement.md §6; RFC 7515 §7.2.1; R10, R62.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.base import canonical
from sealane.base.errors import Untrusted, declare
from sealane.base.values import Instant, format_instant, parse_instant
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey, Signer

TYP = "sealane-agreement+json"
SUITES = ("ES384", "ML-DSA-87")

WRONG_KEY = declare(
    "agreement.signature_wrong_key",
    Untrusted,
    "The signature in the name of {party} was not made by an enrolled key of {party}.",
    "{party} 名義の署名は、{party} の登録済みの鍵によるものではありません。",
    "Check the key's fingerprint with the competent authority of {party} before enrolling it.",
    "登録の前に、鍵の指紋を {party} の権限ある当局に確かめてください。",
)
NO_KEYS = declare(
    "agreement.signature_key_unknown",
    Untrusted,
    "No key of {party} is known here, so its signature proves nothing yet.",
    "{party} の鍵が未登録のため、その署名はまだ何も証明しません。",
    "Give the party's enrolled keys with --keys.",
    "当事国の登録済みの鍵を --keys で渡してください。",
)
UNKNOWN_PARTY = declare(
    "agreement.signature_unknown_party",
    Untrusted,
    "{party} signed but is not a party to {agreement}.",
    "{party} は署名していますが、{agreement} の当事国ではありません。",
    "Remove the signature, or name the party in the agreement and sign anew.",
    "署名を取り除くか、当事国として定めたうえで署名し直してください。",
)
NOT_AUTHORITY = declare(
    "agreement.signature_authority",
    Untrusted,
    "{authority} was not a competent authority of {party} for this agreement at {at}.",
    "{at} の時点で、{authority} は {party} のこの取決めについての権限ある当局ではありません。",
    "Have an authority with the role `agreement` sign within its dates.",
    "役割 `agreement` の当局が、その期間内に署名してください。",
)
NOT_BOTH_SUITES = declare(
    "agreement.signature_suite",
    Untrusted,
    "{party} must sign with both {suites}.",
    "{party} は {suites} の両方で署名しなければなりません。",
    "Sign with a key file that holds one key of each suite.",
    "両方式の鍵を含む鍵ファイルで署名してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """A competent authority that may sign for its party, from when until when, and by which keys if
    the file says so.
    """

    party: str
    authority: str
    since: Instant
    until: Instant | None = None
    kids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What is signed: the identity of a version and its exact bytes."""

    agreement: str
    version: int
    previous: str | None
    """SHA-384 of the version this one replaces; null for the first."""
    parties: tuple[str, ...]
    signatories: tuple[Signatory, ...]
    data: bytes

    @classmethod
    def of(cls, agreement: Agreement, data: bytes) -> Paper:
        """The paper of an agreement that was parsed from exactly these bytes."""
        return cls(
            agreement=agreement.id,
            version=agreement.version,
            previous=agreement.previous,
            data=data,
            parties=tuple(party.id for party in agreement.parties),
            signatories=tuple(
                Signatory(
                    party=party.id,
                    authority=one.id,
                    since=parse_instant(one.since),
                    until=None if one.until is None else parse_instant(one.until),
                    kids=frozenset(one.keys),
                )
                for party in agreement.parties
                for one in party.authorities
                if one.role == "agreement"
            ),
        )

    def signatory(self, party: str, authority: str | None, at: Instant) -> Signatory:
        """The party's authority of this name (any, when None) that may sign at the instant.

        Raises: Untrusted `agreement.signature_authority`.
        """
        for one in self.signatories:
            named = one.party == party and authority in (None, one.authority)
            if named and one.since <= at and (one.until is None or at < one.until):
                return one
        raise NOT_AUTHORITY(authority=authority or "-", party=party, at=format_instant(at))

    @property
    def digest(self) -> str:
        """SHA-384 hex of the exact bytes."""
        return canonical.sha384(self.data)

    def names(self) -> dict[str, Any]:
        """The members of a statement that every party signs alike."""
        return {
            "agreement": self.agreement,
            "version": self.version,
            "previous": self.previous,
            "sha384": self.digest,
            "sha256": hashlib.sha256(self.data).hexdigest(),
            "bytes": len(self.data),
        }


def endorse(
    paper: Paper,
    *,
    party: str,
    at: Instant,
    signers: Sequence[Signer],
    authority: str | None = None,
) -> bytes:
    """One party's assent to exactly these bytes, as canonical JWS JSON with one signature a suite.

    Args:
        authority: the party's authority that signs; None: the first that may at the instant.
    Raises: Untrusted `agreement.signature_unknown_party`, `agreement.signature_suite`,
    `agreement.signature_authority`,
        `agreement.signature_wrong_key` where the file names the authority's keys and these are
        others.
    """
    if party not in paper.parties:
        raise UNKNOWN_PARTY(party=party, agreement=paper.agreement)
    if sorted(signer.public.alg for signer in signers) != sorted(SUITES):
        raise NOT_BOTH_SUITES(party=party, suites=" + ".join(SUITES))
    signatory = paper.signatory(party, authority, at)
    if signatory.kids and not {signer.public.kid for signer in signers} <= signatory.kids:
        raise WRONG_KEY(party=party)
    statement = {
        "v": 1,
        "type": "agreement.signed",
        **paper.names(),
        "party": party,
        "authority": signatory.authority,
        "time": format_instant(at),
    }
    return jws.sign(canonical.encode(statement), signers, typ=TYP)


def chained(older: Paper, newer: Paper) -> bool:
    """True when the newer version names exactly the older one's bytes as what it replaces."""
    return newer.agreement == older.agreement and newer.previous == older.digest


def prove(signed: bytes, party: str, keys: Sequence[PublicKey], *, typ: str) -> tuple[str, ...]:
    """The ids of the party's keys that signed, one of each suite.

    Raises: Untrusted `agreement.signature_wrong_key`, `agreement.signature_suite`,
    `signature.invalid`, `jws.header`.
    """
    by_kid = {key.kid: key for key in keys if key.alg in SUITES}
    try:
        verified = jws.verify(signed, keys=by_kid, required=(), typ=typ)
    except Untrusted as error:
        if error.code == jws.UNKNOWN_KEY.code:
            raise WRONG_KEY(party=party) from None
        raise
    if {by_kid[kid].alg for kid in verified.kids} != set(SUITES):
        raise NOT_BOTH_SUITES(party=party, suites=" + ".join(SUITES))
    return verified.kids
