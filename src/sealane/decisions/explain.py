"""A refusal as cards a person can act on: the clause, what is missing, who can mend it, in both
languages.

The requester's cards name only what is about themselves. Spec: R36, R37, R66; spec/interfaces.md
§1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from sealane.agreements.agreement import Agreement
from sealane.base.values import Instant, format_instant
from sealane.decisions import activity
from sealane.decisions.asked import HeldClearance, Request
from sealane.decisions.decide import Audience, Decision
from sealane.decisions.terms import Reason

Lang = Literal["en", "ja"]
Pair = tuple[str, str]
Called = Callable[[str | None], Pair]
ACTS: Mapping[str, Pair] = MappingProxyType(
    {
        "onward": ("onward release", "第三国提供"),
        "new-purpose": ("use for a new purpose", "新たな目的への利用"),
        "downgrade": ("a lower level", "区分の引下げ"),
        "copy": ("a copy", "写しの作成"),
        "translate": ("a translation", "翻訳"),
        "export": ("taking it out", "持ち出し"),
        "visit": ("showing it to a visitor", "訪問者への開示"),
    }
)
"""How the acts are called that ask for a consent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalCard:
    """One thing to mend. Every text is in the language asked for."""

    clause: str
    code: str
    title: str
    text: str
    missing: str
    mend: str

    def as_json(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.__slots__}


def cards(
    decision: Decision,
    agreement: Agreement | None,
    *,
    lang: Lang = "en",
    audience: Audience = "officer",
) -> tuple[RefusalCard, ...]:
    """One card for each unmet clause that the audience may read, in the decision's order."""
    return tuple(
        _card(decision, agreement, reason, lang)
        for reason in decision.edition(audience)
        if not reason.met
    )


def card_text(
    decision: Decision,
    agreement: Agreement | None,
    *,
    lang: Lang = "en",
    audience: Audience = "officer",
    until: Instant | None = None,
) -> str:
    """The decision for a person to read: the verdict first, then a card for each thing to mend.

    Args:
        until: the earliest instant at which time alone can change the verdict; None: not told.
    """
    words = WORDS[lang]
    lines = _head(decision, agreement, lang)
    if until is not None:
        lines.append(words["until"].format(until=format_instant(until)))
    for card in cards(decision, agreement, lang=lang, audience=audience):
        lines.append(f"- {card.clause} {card.title}{words['colon']}{card.text}")
        if card.missing:
            lines.append(f"    {words['missing']}{card.missing}")
        if card.mend:
            lines.append(f"    {words['mend']}{card.mend}")
    for duty in decision.obligations:
        lines.append(f"* {duty.clause} {_in(lang, duty.text, duty.text_ja)}")
    return "\n".join(lines)


WORDS: dict[Lang, dict[str, str]] = {
    "en": {
        "permit": "PERMIT",
        "refuse": "REFUSE",
        "colon": ": ",
        "until": "Time alone does not change this before {until}.",
        "missing": "missing: ",
        "mend": "who can mend it: ",
        "model": "Model agreement: ",
        "unverified": "Note: unverified equivalence rows were accepted.",
    },
    "ja": {
        "permit": "許可",
        "refuse": "拒否",
        "colon": "：",
        "until": "{until} までは時の経過だけでは変わりません。",
        "missing": "足りないもの：",
        "mend": "対処できる者：",
        "model": "モデル取決め：",
        "unverified": "注意：未検証の対応表の行を受け入れています。",
    },
}
"""What stands around the clauses' own sentences."""


def _in(lang: Lang, english: str, japanese: str) -> str:
    if lang == "ja":
        return japanese
    return english


def _head(decision: Decision, agreement: Agreement | None, lang: Lang) -> list[str]:
    words, ref = WORDS[lang], decision.agreement
    verdict = words["permit"] if decision.permit else words["refuse"]
    version = "" if ref.version is None else f" v{ref.version}"
    lines = [f"{verdict}  {ref.id}{version}  {decision.digest[:16]}"]
    if agreement is not None and agreement.model:
        lines.append(words["model"] + _in(lang, agreement.notice.en, agreement.notice.ja))
    if decision.accepted_unverified:
        lines.append(words["unverified"])
    return lines


def _card(
    decision: Decision, agreement: Agreement | None, reason: Reason, lang: Lang
) -> RefusalCard:
    title = mend = ""
    if reason.clause == activity.CLAUSE:
        title, mend = _in(lang, *activity.TITLE), _in(lang, *activity.mend_of(reason.code))
    for clause in () if agreement is None else agreement.clauses:
        if agreement is not None and clause.id == reason.clause:
            article = agreement.article(clause.article)
            if article is not None:
                title = _in(lang, article.title.en, article.title.ja)
            if clause.mend is not None:
                mend = _in(lang, clause.mend.en, clause.mend.ja)
    return RefusalCard(
        clause=reason.clause,
        code=reason.code,
        text=_in(lang, reason.text, reason.text_ja),
        title=title,
        missing=_in(lang, *_missing(reason, decision.request, agreement)),
        mend=mend,
    )


def _missing(reason: Reason, request: Request, agreement: Agreement | None) -> Pair:
    tell = MISSING.get(reason.code)
    return ("", "") if tell is None else tell(request, _called(agreement))


def _called(agreement: Agreement | None) -> Called:
    """How people call what an agreement names by a code: its areas and purposes."""
    known: dict[str, Pair] = dict(ACTS)
    if agreement is not None:
        known |= {one.id: (one.name.en, one.name.ja) for one in agreement.areas}
        known |= {one.id: (one.name.en, one.name.ja) for one in agreement.purposes}
    return lambda code: known.get(code or "", (code or "-", code or "-"))


def _instant(at: Instant | None) -> str:
    return "-" if at is None else format_instant(at)


def _clearances(request: Request, _: Called) -> Pair:
    held = request.subject.clearances
    if not held:
        return "no clearance is recorded", "適格性の記録がありません"
    lines = [_clearance(one, request) for one in held]
    english = "; ".join(en for en, _ in lines)
    japanese = "；".join(ja for _, ja in lines)
    if any(one.status == "suspended" for one in held):
        english = f"a suspended clearance voids all; {english}"
        japanese = f"停止された適格性があるためすべて無効；{japanese}"
    return english, japanese


def _clearance(one: HeldClearance, request: Request) -> Pair:
    at = request.at
    why = "does not reach this level, area or basis", "この区分・分野・根拠に及ばない"
    if one.issuer != request.subject.organisation_country:
        why = "is not issued by the reader's own state", "自国の発行ではない"
    elif one.status != "active":
        why = f"is {one.status}", {"suspended": "停止中", "revoked": "取消し済み"}[one.status]
    elif one.sponsor is None:
        why = "has no sponsor", "保証人がいない"
    elif one.granted > at:
        why = f"begins only {_instant(one.granted)}", f"{_instant(one.granted)} に始まる"
    elif one.expires is None or one.expires <= at:
        why = f"ended {_instant(one.expires)}", f"{_instant(one.expires)} に失効"
    return f"{one.level} {why[0]}", f"{one.level} は{why[1]}"


def _briefings(request: Request, _: Called) -> Pair:
    last = max(
        (one.until or 0 for one in request.subject.briefings if one.agreement == request.agreement),
        default=None,
    )
    if last is None:
        return "no briefing on this agreement is recorded", "この取決めの事前説明の記録がありません"
    return (
        f"the last briefing runs until {_instant(Instant(last))}",
        f"最後の事前説明の期限は {_instant(Instant(last))}",
    )


def _authorisations(request: Request, _: Called) -> Pair:
    return (
        f"no authorisation for {request.item.id} is in effect at {_instant(request.at)}",
        f"{_instant(request.at)} に {request.item.id} への有効な認可がありません",
    )


def _facility(request: Request, _: Called) -> Pair:
    place = request.facility
    if place is None:
        return "no facility is given", "施設が示されていません"
    return (
        f"{place.id}: {place.country}, {place.policy} {place.level} until {_instant(place.until)}",
        f"{place.id}：{place.country}、{place.policy} {place.level}、期限 {_instant(place.until)}",
    )


def _purpose(request: Request, called: Called) -> Pair:
    english, japanese = called(request.purpose)
    return f"the purpose stated is {english}", f"示された目的は「{japanese}」"


def _consent(request: Request, called: Called) -> Pair:
    english, japanese = called(request.action)
    named = {"new-purpose": request.purpose, "downgrade": request.target}.get(request.action)
    if named is not None:
        english, japanese = f"{english} ({called(named)[0]})", f"{japanese}（{called(named)[1]}）"
    return (
        f"no standing yes of {request.item.provider} to {english} of {request.item.id}",
        f"{request.item.id} の{japanese}への {request.item.provider} の有効な同意がありません",
    )


def _target(request: Request, called: Called) -> Pair:
    now, new = request.label.classification, request.target or "-"
    english, japanese = called(request.item.area)
    return (
        f"{new} in {english} is not below {now}",
        f"{japanese}において {new} は {now} より下ではありません",
    )


def _activity(request: Request, _: Called) -> Pair:
    at, case = _instant(request.at), request.item.project
    return f"{case} at {at}", f"{at} の {case}"


MISSING: dict[str, Callable[[Request, Called], Pair]] = {
    "access.not_cleared": _clearances,
    "access.not_briefed": _briefings,
    "access.not_authorised": _authorisations,
    "access.facility": _facility,
    "request.purpose_not_allowed": _purpose,
    "request.purpose_not_listed": _purpose,
    "downgrade.no_lower_level": _target,
    "agreement.not_in_force": lambda r, _: (
        f"not in force at {_instant(r.at)}",
        f"{_instant(r.at)} に効力がありません",
    ),
    "agreement.unknown": lambda r, _: (
        f"{r.agreement} is not loaded",
        f"{r.agreement} は読み込まれていません",
    ),
    "agreement.above_ceiling": lambda r, called: (
        f"{r.label.classification} in {called(r.item.area)[0]}",
        f"{called(r.item.area)[1]}における {r.label.classification}",
    ),
    "label.no_equivalent": lambda r, called: (
        f"{r.label.policy} {r.label.classification} in {called(r.item.area)[0]}",
        f"{called(r.item.area)[1]}における {r.label.policy} {r.label.classification}",
    ),
    "release.recipient_not_releasable": lambda r, _: (
        f"{r.recipient} is not within it",
        f"{r.recipient} は含まれません",
    ),
    "release.recipient_not_party": lambda r, _: (
        f"the recipient is {r.recipient}",
        f"受領者は {r.recipient}",
    ),
    "access.not_releasable": lambda r, _: (
        (
            f"citizenships {', '.join(sorted(r.subject.nationality)) or '-'}, organisation"
            f" {r.subject.organisation_country}"
        ),
        (
            f"国籍 {'、'.join(sorted(r.subject.nationality)) or '-'}、所属"
            f" {r.subject.organisation_country}"
        ),
    ),
    "release.time_limit": lambda r, _: (
        f"the time limit is {_instant(r.item.until)}",
        f"期限は {_instant(r.item.until)}",
    ),
    "consent.missing": _consent,
    **dict.fromkeys(activity.CODES, _activity),
}
