"""The signatures file beside an agreement: each party's endorsement, and what it turns out to be.

Nothing in the file is trusted: keys come from enrolment or from the caller, and those carried along
count only where the agreement itself names their ids.
Spec: spec/agreement.md §6; RFC 7515 §7.2.1; R10, R62.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.agreements.signing import (
    NO_KEYS,
    TYP,
    UNKNOWN_PARTY,
    WRONG_KEY,
    Paper,
    prove,
)
from sealane.base import canonical
from sealane.base.errors import Conflict, Malformed, SealaneError, Untrusted, declare
from sealane.base.values import Instant, format_instant, identifier, parse_instant
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey

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
    "署名を作成時のまま当事国から受け取り直してください。",
)
OTHER_BYTES = declare(
    "agreement.signature_other_bytes",
    Untrusted,
    "{party} signed other bytes than these.",
    "{party} が署名したのは、このバイト列ではありません。",
    "Compare the two files with `sealane agreement diff`; every party signs the same bytes.",
    "`sealane agreement diff` で二つのファイルを比べてください。"
    "全当事国が同一のバイト列に署名します。",
)
NOT_SIGNED = declare(
    "agreement.signature_missing",
    Untrusted,
    "{party} has not signed these bytes.",
    "{party} はこのバイト列に署名していません。",
    "Send the file to {party} to be signed with `sealane agreement sign`.",
    "ファイルを {party} に送り、`sealane agreement sign` で署名を受けてください。",
)
SIGNED_TWICE = declare(
    "agreement.signed_twice",
    Conflict,
    "{party} has already signed these bytes.",
    "{party} はすでに署名しています。",
    "Nothing is left to do for {party}.",
    "{party} がすべきことは残っていません。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assent:
    """What one party's signature turned out to be; `error` is None exactly when it proves the
    party's assent.
    """

    party: str
    authority: str | None = None
    time: Instant | None = None
    kids: tuple[str, ...] = ()
    error: SealaneError | None = None

    def as_json(self) -> dict[str, Any]:
        state = "invalid"
        if self.error is None:
            state = "signed"
        elif self.error.code == NOT_SIGNED.code:
            state = "missing"
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
) -> tuple[Assent, ...]:
    """Who signed these bytes, who did not, and what is wrong with the rest: one row a party, then
    strangers.

    Args:
        beside: the signatures file; None when there is none.
        keys: each party's enrolled statement keys.
    Raises: Malformed `agreement.signatures_malformed`: the file as a whole is not readable.
    """
    by_party: dict[str, Assent] = {}
    for endorsement in [] if beside is None else _read(beside)[0]:
        party = _statement(endorsement)["party"]
        if party in by_party:
            raise BAD_SIGNATURES(why=f"{party} occurs twice")
        by_party[party] = _judge(endorsement, paper, party, keys.get(party, ()))
    rows = [
        by_party.get(party) or Assent(party=party, error=NOT_SIGNED(party=party))
        for party in paper.parties
    ]
    return (*rows, *(row for party, row in by_party.items() if party not in paper.parties))


def times(beside: bytes) -> dict[str, Instant]:
    """When each party says it signed; for signatures that were proven before. Raises: Malformed."""
    statements = [_statement(one) for one in _read(beside)[0]]
    return {str(one["party"]): parse_instant(one["time"]) for one in statements}


def complete(signatures: Iterable[Assent]) -> bool:
    """True when every party's signature proves its assent and no stranger signed."""
    found = tuple(signatures)
    return bool(found) and all(signature.error is None for signature in found)


def require(signatures: Iterable[Assent]) -> None:
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


def _judge(endorsement: bytes, paper: Paper, party: str, keys: Sequence[PublicKey]) -> Assent:
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
    return Assent(party=party, kids=kids, error=error, **seen)


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
