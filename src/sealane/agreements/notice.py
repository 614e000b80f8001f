"""Signed notices that change an agreement's life without a new version: suspension, end,
authorities, changes of law.

A notice binds its own party only. It names the exact version, the authority that gives it, when it
takes effect, and that party's notice before it, so that none can be left out unseen. It never takes
effect before it was given.
Spec: spec/agreement.md §5; R8, R10, R11.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from sealane.agreements.agreement import Agreement, Authority, Party, Period
from sealane.agreements.noticefile import Notice, file_of, given_by, notice_of, read, statement_of
from sealane.agreements.signing import (
    NO_KEYS,
    NOT_BOTH_SUITES,
    SUITES,
    UNKNOWN_PARTY,
    WRONG_KEY,
    Paper,
    Signatory,
    prove,
)
from sealane.base import canonical
from sealane.base.errors import Malformed, Untrusted, declare
from sealane.base.values import DAY, Instant, format_instant, parse_instant
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey, Signer

TYP = "sealane-agreement-notice+json"

BACKDATED = declare(
    "agreement.notice_backdated",
    Malformed,
    "The notice would take effect before it was given.",
    "通告が、出された時点より前に効力を生じることになります。",
    "Let it take effect now or later.",
    "効力の発生を現在以後にしてください。",
)
TOO_SHORT = declare(
    "agreement.notice_too_short",
    Malformed,
    "The agreement ends no sooner than {days} days after notice.",
    "取決めの終了は通告から {days} 日以上後でなければなりません。",
    "Name a later end.",
    "より遅い終了日を定めてください。",
)
GAP = declare(
    "agreement.notice_chain",
    Untrusted,
    "A notice of {party} does not follow its notice before it: one is missing, doubled or out of"
    " order.",
    "{party} の通告が直前の通告に続いていません。欠落、重複又は順序の誤りがあります。",
    "Ask {party} for all of its notices.",
    "{party} からすべての通告を受け取ってください。",
)
OTHER_VERSION = declare(
    "agreement.notice_other_version",
    Untrusted,
    "The notice is about other bytes than this version.",
    "通告はこの版とは別のバイト列についてのものです。",
    "Take the version that the notice names.",
    "通告が指す版を使ってください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a party wants to give notice of."""

    kind: str
    party: str
    effective: Instant
    detail: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    authority: str | None = None


def give(
    agreement: Agreement,
    paper: Paper,
    draft: Draft,
    *,
    beside: bytes | None,
    at: Instant,
    signers: Sequence[Signer],
) -> bytes:
    """The notices file with one more, signed by both suites, following the party's notice before
    it.

    Raises: Malformed `agreement.notice_*`; Untrusted `agreement.signature_authority`,
    `agreement.signature_suite`,
        `agreement.signature_unknown_party`, `agreement.signature_wrong_key`.
    """
    if draft.party not in paper.parties:
        raise UNKNOWN_PARTY(party=draft.party, agreement=paper.agreement)
    if sorted(signer.public.alg for signer in signers) != sorted(SUITES):
        raise NOT_BOTH_SUITES(party=draft.party, suites=" + ".join(SUITES))
    held = read(beside)
    own = given_by(beside, draft.party)
    known = tuple(notice_of(statement_of(one)) for one in own)
    signatory = paper_at(agreement, paper, known, at).signatory(draft.party, draft.authority, at)
    if signatory.kids and not {signer.public.kid for signer in signers} <= signatory.kids:
        raise WRONG_KEY(party=draft.party)
    statement = {
        "v": 1,
        "type": "agreement.notice",
        "agreement": paper.agreement,
        "version": paper.version,
        "sha384": paper.digest,
        "kind": draft.kind,
        "party": draft.party,
        "authority": signatory.authority,
        "time": format_instant(at),
        "effective": format_instant(draft.effective),
        "prev": canonical.sha384(own[-1]) if own else None,
        "detail": dict(draft.detail),
    }
    _fits(agreement, notice_of(statement))
    signed = jws.sign(canonical.encode(statement), signers, typ=TYP)
    return file_of([*held, signed])


def accept(
    beside: bytes | None,
    agreement: Agreement,
    paper: Paper,
    keys: Mapping[str, Sequence[PublicKey]],
) -> tuple[Notice, ...]:
    """Every notice, proven: signed by an authority that its party had named by then, none missing,
    all of this version.

    One notice that does not hold refuses all of them: a life with a gap is no life to decide by.
    Raises: Malformed `agreement.notice_*`; Untrusted `agreement.notice_*`, `agreement.signature_*`,
    `signature.invalid`.
    """
    accepted: list[Notice] = []
    before: dict[str, str] = {}
    for signed in read(beside):
        statement = statement_of(signed)
        notice = notice_of(statement)
        party = notice.party
        if party not in paper.parties:
            raise UNKNOWN_PARTY(party=party, agreement=paper.agreement)
        if (statement["agreement"], statement["version"], statement["sha384"]) != (
            paper.agreement,
            paper.version,
            paper.digest,
        ):
            raise OTHER_VERSION()
        if not keys.get(party):
            raise NO_KEYS(party=party)
        kids = prove(signed, party, keys[party], typ=TYP)
        own = tuple(one for one in accepted if one.party == party)
        if statement["prev"] != before.get(party) or (own and notice.time < own[-1].time):
            raise GAP(party=party)
        signatory = paper_at(agreement, paper, own, notice.time).signatory(
            party, notice.authority, notice.time
        )
        if signatory.kids and not signatory.kids.issuperset(kids):
            raise WRONG_KEY(party=party)
        _fits(agreement, notice)
        before[party] = canonical.sha384(signed)
        accepted.append(notice)
    return tuple(accepted)


def current(agreement: Agreement, notices: Sequence[Notice], *, at: Instant) -> Agreement:
    """The agreement as its notices have made it by the instant: authorities, suspensions, end. Its
    digest stays.

    A suspension lasts until every party that suspended has resumed. What takes effect later does
    not count yet, but a notice of end already given sets the end.
    """
    given = [notice for notice in notices if notice.time <= at]
    ends = [
        parse_instant(notice.detail["until"]) for notice in given if notice.kind == "give-notice"
    ]
    until = agreement.period.until
    if ends:
        until = Instant(min([*ends, *([] if until is None else [until])]))
    return dataclasses.replace(
        agreement,
        parties=tuple(_party(party, given, at) for party in agreement.parties),
        period=Period(since=agreement.period.since, until=until),
        suspensions=(*agreement.suspensions, *_suspensions(given)),
    )


def paper_at(agreement: Agreement, paper: Paper, notices: Sequence[Notice], at: Instant) -> Paper:
    """The same paper with the authorities that the parties had named by the instant."""
    changed = current(agreement, [notice for notice in notices if notice.effective <= at], at=at)
    return dataclasses.replace(
        paper,
        signatories=tuple(
            Signatory(
                party=party.id,
                authority=one.id,
                since=parse_instant(one.since),
                until=None if one.until is None else parse_instant(one.until),
                kids=frozenset(one.keys),
            )
            for party in changed.parties
            for one in party.authorities
            if one.role == "agreement"
        ),
    )


def _party(party: Party, notices: Sequence[Notice], at: Instant) -> Party:
    authorities = {one.id: one for one in party.authorities}
    for notice in notices:
        if (
            notice.kind == "change-authority"
            and notice.party == party.id
            and notice.effective <= at
        ):
            one = msgspec.convert(notice.detail, Authority)
            authorities[one.id] = one
    return msgspec.structs.replace(party, authorities=tuple(authorities.values()))


def _suspensions(notices: Sequence[Notice]) -> tuple[Period, ...]:
    """Intervals in which at least one party had suspended."""
    out: list[Period] = []
    waiting: set[str] = set()
    since = Instant(0)
    for notice in sorted(
        (one for one in notices if one.kind in ("suspend", "resume")), key=lambda one: one.effective
    ):
        if notice.kind == "suspend":
            since = since if waiting else notice.effective
            waiting.add(notice.party)
        elif notice.party in waiting:
            waiting.discard(notice.party)
            if not waiting and notice.effective > since:
                out.append(Period(since=since, until=notice.effective))
    return (*out, Period(since=since, until=None)) if waiting else tuple(out)


def _fits(agreement: Agreement, notice: Notice) -> None:
    """What holds of one notice by itself: dates, and the length
    of notice that the agreement asks.
    """
    if notice.effective < notice.time:
        raise BACKDATED()
    if notice.kind == "give-notice":
        soonest = agreement.due("termination", notice.effective) or notice.effective
        if parse_instant(notice.detail["until"]) < soonest:
            raise TOO_SHORT(days=(soonest - notice.effective) // DAY)
