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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.base import canonical
from sealane.base.errors import Conflict, Malformed, SealaneError, Untrusted, declare
from sealane.base.values import Instant, format_instant, identifier, parse_instant
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey, Signer

TYP = "sealane-agreement+json"
SUITES = ("ES384", "ML-DSA-87")
MAX_PARTIES = 64
MAX_BYTES = 4 << 20
_MEMBERS = frozenset(
    (
        "v",
        "type",
        "agreement",
        "version",
        "previous",
        "sha384",
        "sha256",
        "bytes",
        "party",
        "authority",
        "time",
    )
)

BAD_SIGNATURES = declare(
    "agreement.signatures_malformed",
    Malformed,
    "The signatures beside the agreement cannot be read: {why}.",
    "取決めに添えられた署名を読み取れません：{why}。",
    "Ask the parties for the signatures exactly as they were made.",
    "署名を作成時のまま当事者から受け取り直してください。",
)
OTHER_BYTES = declare(
    "agreement.signature_other_bytes",
    Untrusted,
    "{party} signed other bytes than these.",
    "{party} が署名したのは、このバイト列ではありません。",
    "Compare the two files with `sealane agreement diff`; every party signs the same bytes.",
    "`sealane agreement diff` で二つのファイルを比べてください。"
    "全当事者が同一のバイト列に署名します。",
)
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
    "当事者の登録済みの鍵を --keys で渡してください。",
)
NOT_SIGNED = declare(
    "agreement.signature_missing",
    Untrusted,
    "{party} has not signed these bytes.",
    "{party} はこのバイト列に署名していません。",
    "Send the file to {party} to be signed with `sealane agreement sign`.",
    "ファイルを {party} に送り、`sealane agreement sign` で署名を受けてください。",
)
UNKNOWN_PARTY = declare(
    "agreement.signature_unknown_party",
    Untrusted,
    "{party} signed but is not a party to {agreement}.",
    "{party} は署名していますが、{agreement} の当事者ではありません。",
    "Remove the signature, or name the party in the agreement and sign anew.",
    "署名を取り除くか、当事者として定めたうえで署名し直してください。",
)
SIGNED_TWICE = declare(
    "agreement.signed_twice",
    Conflict,
    "{party} has already signed these bytes.",
    "{party} はすでに署名しています。",
    "Nothing is left to do for {party}.",
    "{party} がすべきことは残っていません。",
)
NOT_AUTHORITY = declare(
    "agreement.signature_authority",
    Untrusted,
    "{authority} was not a competent authority of {party} for this agreement at {at}.",
    "{at} の時点で、{authority} は {party} のこの協定についての権限ある当局ではありません。",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What one party's signature turned out to be; `error` is None exactly when it proves the
    party's assent.
    """

    party: str
    authority: str | None = None
    time: Instant | None = None
    kids: tuple[str, ...] = ()
    error: SealaneError | None = None

    def as_json(self) -> dict[str, Any]:
        state = (
            "signed"
            if self.error is None
            else "missing"
            if self.error.code == NOT_SIGNED.code
            else "invalid"
        )
        out: dict[str, Any] = {"party": self.party, "state": state}
        if self.time is not None:
            out |= {
                "authority": self.authority,
                "time": format_instant(self.time),
                "keys": list(self.kids),
            }
        if self.error is not None:
            out["error"] = self.error.as_json()
        return out


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


def add(
    beside: bytes | None, endorsement: bytes, paper: Paper, public: Iterable[PublicKey] = ()
) -> bytes:
    """The content of the signatures file with one more endorsement; order is that of the parties'
    ids.

    Args:
        public: the signer's public keys, carried along; they count only where the agreement names
            their ids.

    Raises: Malformed `agreement.signatures_malformed`; Conflict `agreement.signed_twice`.
    """
    held, keys = ([], {}) if beside is None else _read(beside)
    statement = _statement(endorsement)
    keys = {**keys, statement["party"]: tuple(public)}
    kept = []
    for other in held:
        theirs = _statement(other)
        if theirs["party"] == statement["party"]:
            if theirs["sha384"] == paper.digest:
                raise SIGNED_TWICE(party=statement["party"])
            continue  # a signature over an earlier draft gives way to one over these bytes
        kept.append((theirs["party"], other))
    kept.append((statement["party"], endorsement))
    return canonical.encode(
        {
            "v": 1,
            "endorsements": [canonical.parse(one) for _, one in sorted(kept)],
            "keys": {
                party: [key.as_json() for key in keys.get(party, ())] for party, _ in sorted(kept)
            },
        }
    )


def named_keys(beside: bytes | None, paper: Paper) -> dict[str, tuple[PublicKey, ...]]:
    """The keys carried beside the signatures whose ids the agreement itself names for an authority
    of that party.

    They prove that who signed is whom the file names; that the file is the right one, its digest
    has to say.
    Raises: Malformed `agreement.signatures_malformed`, `key.*`.
    """
    carried = {} if beside is None else _read(beside)[1]
    pinned = {
        party: {kid for one in paper.signatories if one.party == party for kid in one.kids}
        for party in carried
    }
    return {
        party: named
        for party, keys in carried.items()
        if (named := tuple(k for k in keys if k.kid in pinned[party]))
    }


def _read(beside: bytes) -> tuple[list[bytes], dict[str, tuple[PublicKey, ...]]]:
    """The endorsements, each as its exact JWS bytes, and the keys carried along; nothing is trusted
    yet.
    """
    value = canonical.parse(beside, limit=MAX_BYTES)
    if (
        not isinstance(value, dict)
        or set(value) != {"v", "endorsements", "keys"}
        or value["v"] != 1
    ):
        raise BAD_SIGNATURES(why="its members are not v, endorsements and keys")
    found = value["endorsements"]
    if not isinstance(found, list) or len(found) > MAX_PARTIES:
        raise BAD_SIGNATURES(why=f"endorsements is not a list of at most {MAX_PARTIES}")
    return [canonical.encode(one) for one in found], keys_from_json(value["keys"])


def examine(
    beside: bytes | None, paper: Paper, keys: Mapping[str, Sequence[PublicKey]]
) -> tuple[Signature, ...]:
    """Who signed these bytes, who did not, and what is wrong with the rest: one row a party, then
    strangers.

    Args:
        beside: the signatures file; None when there is none.
        keys: each party's enrolled statement keys.
    Raises: Malformed `agreement.signatures_malformed`: the file as a whole is not readable.
    """
    by_party: dict[str, Signature] = {}
    for endorsement in [] if beside is None else _read(beside)[0]:
        party = _statement(endorsement)["party"]
        if party in by_party:
            raise BAD_SIGNATURES(why=f"{party} occurs twice")
        by_party[party] = _judge(endorsement, paper, party, keys.get(party, ()))
    rows = [
        by_party.get(party) or Signature(party=party, error=NOT_SIGNED(party=party))
        for party in paper.parties
    ]
    return (*rows, *(row for party, row in by_party.items() if party not in paper.parties))


def times(beside: bytes) -> dict[str, Instant]:
    """When each party says it signed; for signatures that were proven before. Raises: Malformed."""
    statements = [_statement(one) for one in _read(beside)[0]]
    return {str(one["party"]): parse_instant(one["time"]) for one in statements}


def complete(signatures: Iterable[Signature]) -> bool:
    """True when every party's signature proves its assent and no stranger signed."""
    found = tuple(signatures)
    return bool(found) and all(signature.error is None for signature in found)


def require(signatures: Iterable[Signature]) -> None:
    """Silence when complete. Raises: the first thing wrong, in the order of `examine`."""
    for signature in signatures:
        if signature.error is not None:
            raise signature.error


def keys_from_json(value: Any) -> dict[str, tuple[PublicKey, ...]]:
    """Each party's enrolled statement keys, from `{"AUS": [{"alg", "public"}, ...], ...}`.

    Raises: Malformed `agreement.signatures_malformed`, `key.malformed`, `key.unknown_algorithm`.
    """
    if not isinstance(value, dict) or len(value) > MAX_PARTIES:
        raise BAD_SIGNATURES(why="keys are an object of parties")
    out: dict[str, tuple[PublicKey, ...]] = {}
    for party, keys in value.items():
        if not isinstance(keys, list) or len(keys) > 64:
            raise BAD_SIGNATURES(
                why=f"the keys of {identifier(party)} are not a list of at most 64"
            )
        out[identifier(party)] = tuple(PublicKey.from_json(key) for key in keys)
    return out


def chained(older: Paper, newer: Paper) -> bool:
    """True when the newer version names exactly the older one's bytes as what it replaces."""
    return newer.agreement == older.agreement and newer.previous == older.digest


def _judge(endorsement: bytes, paper: Paper, party: str, keys: Sequence[PublicKey]) -> Signature:
    statement = _statement(endorsement)
    seen = {"authority": statement["authority"], "time": parse_instant(statement["time"])}
    error: SealaneError | None = None
    kids: tuple[str, ...] = ()
    if party not in paper.parties:
        error = UNKNOWN_PARTY(party=party, agreement=paper.agreement)
    elif not keys:
        error = NO_KEYS(party=party)
    else:
        try:
            kids = prove(endorsement, party, keys, typ=TYP)
            signatory = paper.signatory(
                party, statement["authority"], parse_instant(statement["time"])
            )
            if signatory.kids and not signatory.kids.issuperset(kids):
                error = WRONG_KEY(party=party)
            elif any(statement[name] != value for name, value in paper.names().items()):
                error = OTHER_BYTES(party=party)
        except SealaneError as failure:
            error = failure
    return Signature(party=party, kids=kids, error=error, **seen)


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


def _statement(endorsement: bytes) -> dict[str, Any]:
    value = canonical.decode(jws.peek(endorsement), limit=4096)
    if (
        not isinstance(value, dict)
        or set(value) != _MEMBERS
        or value["v"] != 1
        or value["type"] != "agreement.signed"
    ):
        raise BAD_SIGNATURES(why="a statement has other members")
    texts = ("agreement", "sha384", "sha256", "party", "authority", "time")
    numbers = ("version", "bytes")
    if not all(type(value[name]) is str for name in texts) or not all(
        type(value[name]) is int for name in numbers
    ):
        raise BAD_SIGNATURES(why="a statement's member has the wrong type")
    identifier(value["party"])
    parse_instant(value["time"])
    return value
