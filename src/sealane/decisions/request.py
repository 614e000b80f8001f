"""A request in the domain's own values: instants as integers, sets as sets, the label parsed.

Unknown words, missing or unknown members, doubled members and wrong types are errors; everything
else is for `decide`.
Spec: spec/interfaces.md §4 (everywhere; members of a request).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec

from sealane.agreements.vocabulary import ACTIONS, BASES_BY_CONSENT
from sealane.base import canonical
from sealane.base.errors import Malformed, SealaneError, declare
from sealane.base.values import BAD_INSTANT, Instant, format_instant, parse_instant
from sealane.decisions import wire as shape
from sealane.decisions.asked import (
    AskedItem,
    Assurance,
    Authorisation,
    Briefing,
    Consent,
    Facility,
    HeldClearance,
    Request,
    Subject,
)
from sealane.decisions.normal import normal
from sealane.decisions.words import Words
from sealane.labels.model.label import Label, label_from_json

MALFORMED = declare(
    "request.malformed",
    Malformed,
    "The request's member {where} is wrong: {why}.",
    "要求のメンバー {where} が正しくありません：{why_ja}。",
    "Write every member of spec/interfaces.md §4, and no other.",
    "spec/interfaces.md §4 のメンバーをすべて、それだけを書いてください。",
)
UNKNOWN_WORD = declare(
    "request.unknown_word",
    Malformed,
    "{word!r} is no {what} that the agreement knows.",
    "{word!r} は、協定の {what} にありません。",
    "Use a word that an agreement defines.",
    "協定が定める語を使ってください。",
)

KEPT_LABEL = 2048
TIMES = frozenset({"at", "until", "granted", "expires", "on", "from"})
DUTIES = {"originator": 0, "releaseofficer": 1, "secondsigner": 2, "registryclerk": 3, "auditor": 4}


_decoder = msgspec.json.Decoder(shape.WireRequest)
_encoder = msgspec.json.Encoder()


def request_from_bytes(data: bytes, *, words: Words | None = None) -> Request:
    """A request from JSON text, strictly.

    The quick way is taken when it proves itself. Without escapes or space before a colon, `":`
    stands in a text once for each member and nowhere else; what was kept is written again, and as
    many of them show that no member stood twice. Otherwise the strict reader decides, and names
    what is wrong. docs/adr/0008-quick-request-reader.md says who needs the quick way.
    Raises: Malformed: `json.*`, `request.malformed`, `request.unknown_word`, `value.instant`,
    `label.*`.
    """
    if (
        b"\\" not in data
        and len(data) <= canonical.MAX_BYTES
        and not (b" :" in data or b"\t:" in data or b"\n:" in data or b"\r:" in data)
    ):
        try:
            wire = _decoder.decode(data)
            if data.count(b'":') == _encoder.encode(wire).count(b'":'):
                return _request(wire, words)
        except (msgspec.MsgspecError, SealaneError, UnicodeDecodeError, RecursionError):
            pass  # the strict reader below finds the same fault and names it
    return request_from_json(canonical.parse(data), words=words)


def request_from_json(value: Any, *, words: Words | None = None) -> Request:
    """A request from parsed JSON, strictly; the caller has refused doubled members.

    Args:
        words: controlled words; without them an area or purpose is any text, and the agreement
            decides.
    Raises: Malformed: `request.malformed`, `request.unknown_word`, `value.instant`, `label.*`.
    Spec: spec/interfaces.md §4.
    """
    if not isinstance(value, dict):
        raise MALFORMED(where="request", why="not an object", why_ja="オブジェクトではない")
    try:
        wire = _decoder.decode(msgspec.json.encode(_one_time_text(value)))
    except msgspec.ValidationError as error:
        why, _, where = str(error).partition(" - at ")
        where = where.strip("`$.")
        raise MALFORMED(
            position=where or None, where=where or "request", why=why, why_ja=_in_japanese(why)
        ) from None
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        raise MALFORMED(
            where="request", why=type(error).__name__, why_ja="読み取れない値"
        ) from None
    return _request(wire, words)


_JAPANESE = (
    (re.compile(r"Object contains unknown field (`.*`)"), "未知のメンバー {0}"),
    (re.compile(r"Object missing required field (`.*`)"), "メンバー {0} がない"),
    (re.compile(r"Expected (`.*`), got (`.*`)"), "{0} であるべきところ {1}"),
    (re.compile(r"Invalid enum value (.*)"), "{0} という語はない"),
    (re.compile(r"Expected `str` matching regex .*"), "ISO 3166-1 alpha-3 の符号ではない"),
)


def _in_japanese(why: str) -> str:
    for pattern, sentence in _JAPANESE:
        if found := pattern.fullmatch(why):
            return sentence.format(*found.groups())
    return "長さや形が違う"


def person_from_json(value: Any) -> tuple[Subject, Facility | None]:
    """A person and their place, as the members `subject` and `facility` of a request, as strictly.

    Raises: Malformed: `request.malformed`, `value.instant`.
    """
    if not isinstance(value, dict) or set(value) != {"subject", "facility"}:
        raise MALFORMED(
            where="person",
            why="exactly subject and facility",
            why_ja="subject と facility だけを書く",
        )
    try:
        plain = _one_time_text(value)
        subject = msgspec.convert(plain["subject"], shape.WireSubject)
        facility: shape.WireFacility | None = msgspec.convert(
            plain["facility"], shape.WireFacility | None
        )
    except msgspec.ValidationError as error:
        why, _, where = str(error).partition(" - at ")
        raise MALFORMED(
            where=where.strip("`$.") or "person", why=why, why_ja=_in_japanese(why)
        ) from None
    return subject_from_wire(subject), None if facility is None else facility_from_wire(facility)


def _one_time_text(value: Any) -> Any:
    """The same value with every time in its one text, so that equal instants make equal digests."""
    if isinstance(value, list):
        return [_one_time_text(member) for member in value]
    if not isinstance(value, dict):
        return value
    out = {
        name: member if name == "label" else _one_time_text(member)
        for name, member in value.items()
    }
    for name in TIMES & out.keys():
        text = out[name]
        if isinstance(text, str) and len(text) != 20:
            out[name] = format_instant(parse_instant(text))
    return out


@lru_cache(maxsize=1 << 16)
def _instant(text: str) -> Instant:
    instant = parse_instant(text)
    if len(text) != 20 and format_instant(instant) != text:
        raise BAD_INSTANT(text=text)  # the strict reader writes it in its one text first
    return instant


def _label(raw: bytes) -> tuple[Label, bytes]:
    """The label and its canonical text; small ones are kept, for labels repeat (at most 16 MiB of
    text in all).
    """
    return _kept_label(raw) if len(raw) <= KEPT_LABEL else _read_label(raw)


def _read_label(raw: bytes) -> tuple[Label, bytes]:
    label = label_from_json(canonical.parse(raw))
    return label, canonical.encode(label.as_json())


_kept_label = lru_cache(maxsize=1 << 13)(_read_label)


def _end(text: str | None) -> Instant | None:
    return None if text is None else _instant(text)


@lru_cache(maxsize=1 << 12)
def _duty(text: str) -> int | None:
    return DUTIES.get(re.sub(r"[\s_-]", "", text).lower())


def _request(wire: shape.WireRequest, words: Words | None) -> Request:
    label, label_text = _label(bytes(wire.label))
    _require_vocabulary(wire)
    facility, assurance = wire.facility, wire.assurance
    request = Request(
        action=wire.action,
        label=label,
        item=item_from_wire(wire.item),
        subject=subject_from_wire(wire.subject),
        recipient=wire.recipient,
        purpose=wire.purpose,
        facility=None if facility is None else facility_from_wire(facility),
        assurance=(
            None
            if assurance is None
            else Assurance(
                clearance=assurance.clearance,
                need=assurance.need,
                protection=assurance.protection,
                by=assurance.by,
                at=_instant(assurance.at),
            )
        ),
        consents=tuple([consent_from_wire(one) for one in wire.consents]),
        agreement=wire.agreement,
        at=_instant(wire.at),
        accept_unverified=wire.accept_unverified is True,
        third_agreement=wire.third_agreement or None,
        normal=lambda: normal(wire, label_text),
    )
    if words is not None:
        require_words(request, words)
    return request


def require_words(request: Request, words: Words) -> None:
    """Silence when the request uses only words that its agreement knows. Raises: Malformed
    `request.unknown_word`.
    """
    item, known = request.item, words.under.get(request.agreement, words)
    for position, word, what, of in (
        ("action", request.action, "action", known.actions),
        ("item.area", item.area, "area", known.areas),
        ("purpose", request.purpose, "purpose", known.purposes),
        *(
            ("item.purposes", purpose, "purpose", known.purposes)
            for purpose in sorted(item.purposes)
        ),
    ):
        if word not in of:
            raise UNKNOWN_WORD(position=position, word=word, what=what)


def _require_vocabulary(wire: shape.WireRequest) -> None:
    if wire.action not in ACTIONS:
        raise UNKNOWN_WORD(position="action", word=wire.action, what="action")
    for consent in wire.consents:
        if consent.act not in BASES_BY_CONSENT and consent.act not in ACTIONS:
            raise UNKNOWN_WORD(position="consents", word=consent.act, what="act")


def item_from_wire(wire: shape.WireItem) -> AskedItem:
    """The item in the domain's values. Raises: Malformed `value.instant`."""
    return AskedItem(
        id=wire.id,
        area=wire.area,
        kind=wire.kind,
        provider=wire.provider,
        purposes=frozenset(wire.purposes),
        released_to=frozenset(wire.released_to),
        recalled=wire.recalled,
        project=wire.project or None,
        until=_end(wire.until),
        originator=wire.originator or None,
        release_officer=wire.release_officer or None,
        second_signer=wire.second_signer or None,
        joint_committee_ref=wire.joint_committee_ref or None,
    )


def subject_from_wire(wire: shape.WireSubject) -> Subject:
    """The person in the domain's values. Raises: Malformed `value.instant`, `request.malformed`."""
    return Subject(
        id=wire.id,
        nationality=frozenset(wire.nationality),
        organisation=wire.organisation,
        organisation_country=wire.organisation_country,
        clearances=tuple(
            [
                HeldClearance(
                    issuer=one.issuer,
                    policy=one.policy,
                    level=one.level,
                    basis=one.basis,
                    granted=_instant(one.granted),
                    expires=_end(one.expires),
                    sponsor=one.sponsor or None,
                    status=one.status,
                )
                for one in wire.clearances
            ]
        ),
        briefings=tuple(
            [
                Briefing(agreement=one.agreement, on=_instant(one.on), until=_end(one.until))
                for one in wire.briefings
            ]
        ),
        authorisations=tuple([_authorisation(one) for one in wire.authorisations]),
        roles=frozenset(wire.roles),
        duties=frozenset([duty for text in wire.duties if (duty := _duty(text)) is not None]),
    )


def _authorisation(wire: shape.WireAuthorisation) -> Authorisation:
    item = wire.item if isinstance(wire.item, str) else None
    project = wire.project if isinstance(wire.project, str) else None
    if (item is None) == (project is None):
        raise MALFORMED(
            position="subject.authorisations",
            where="subject.authorisations",
            why="exactly one of item and project",
            why_ja="item と project のどちらか一方だけを書く",
        )
    return Authorisation(
        item=item or None,
        project=project or None,
        by=wire.by,
        since=_instant(wire.since),
        until=_end(wire.until),
    )


def facility_from_wire(wire: shape.WireFacility) -> Facility:
    """The facility in the domain's values. Raises: Malformed `value.instant`."""
    return Facility(
        id=wire.id,
        country=wire.country,
        policy=wire.accredited.policy,
        level=wire.accredited.level,
        until=_end(wire.until),
    )


def consent_from_wire(wire: shape.WireConsent) -> Consent:
    """The consent in the domain's values. Raises: Malformed `value.instant`."""
    return Consent(
        act=wire.act,
        item=wire.item,
        to=wire.to,
        by=wire.by,
        answer=wire.answer,
        at=_instant(wire.at),
        until=_end(wire.until),
    )
