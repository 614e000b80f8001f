"""A request in the domain's own values: instants as integers, sets as sets, the label parsed.

Unknown words, missing or unknown members, doubled members and wrong types are errors; everything
else is for `decide`.
Spec: spec/interfaces.md §4 (everywhere; members of a request).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec

from sealane.agreements.vocabulary import ACTIONS, BASES_BY_CONSENT
from sealane.base import canonical
from sealane.base.errors import Malformed, SealaneError, declare
from sealane.base.values import format_instant, parse_instant
from sealane.decisions import wire as shape
from sealane.decisions.asked import (
    Assurance,
    Facility,
    Request,
    Subject,
)
from sealane.decisions.from_wire import (
    MALFORMED,
    consent_from_wire,
    facility_from_wire,
    instant_from_wire,
    item_from_wire,
    part_from_wire,
    subject_from_wire,
    visit_from_wire,
)
from sealane.decisions.markings import LabelCheck
from sealane.decisions.normal import normal
from sealane.decisions.words import Words
from sealane.labels.model.label import Label, label_from_json

UNKNOWN_WORD = declare(
    "request.unknown_word",
    Malformed,
    "{word!r} is no {what} that the agreement knows.",
    "{word!r} は、取決めの {what} にありません。",
    "Use one of: {known}.",
    "次のいずれかを使ってください：{known}。",
)

KEPT_LABEL = 2048
TIMES = frozenset({"at", "until", "granted", "expires", "on", "from"})


_decoder = msgspec.json.Decoder(shape.WireRequest)
_encoder = msgspec.json.Encoder()


def request_from_bytes(
    data: bytes, *, words: Words | None = None, labels: LabelCheck | None = None
) -> Request:
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
                return _request(wire, words, labels)
        except (msgspec.MsgspecError, SealaneError, UnicodeDecodeError, RecursionError):
            pass  # the strict reader below finds the same fault and names it
    return request_from_json(canonical.parse(data), words=words, labels=labels)


def request_from_json(
    value: Any, *, words: Words | None = None, labels: LabelCheck | None = None
) -> Request:
    """A request from parsed JSON, strictly; the caller has refused doubled members.

    Args:
        words: controlled words; without them an area or purpose is any text, and the agreement
            decides.
        labels: what judges the label; without it, `decide` refuses what it would call
            malformed.
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
    return _request(wire, words, labels)


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
        if isinstance(text, str) and not _in_one_text(text):
            out[name] = format_instant(parse_instant(text))
    return out


def _in_one_text(text: str) -> bool:
    """Whether a time, if it is one, is in its one text: without decimals, or none of them idle."""
    return len(text) == 20 or (text[19:20] == "." and text[-2:-1] in "123456789")


def _label(raw: bytes) -> tuple[Label, bytes]:
    """The label and its canonical text; small ones are kept, for labels repeat (at most 16 MiB of
    text in all).
    """
    return _kept_label(raw) if len(raw) <= KEPT_LABEL else _read_label(raw)


def _read_label(raw: bytes) -> tuple[Label, bytes]:
    label = label_from_json(canonical.parse(raw), whole=True)
    return label, canonical.encode(label.as_json())


_kept_label = lru_cache(maxsize=1 << 13)(_read_label)


def _request(wire: shape.WireRequest, words: Words | None, labels: LabelCheck | None) -> Request:
    label, label_text = _label(bytes(wire.label))
    _require_vocabulary(wire)
    _require_members_of_the_act(wire)
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
                at=instant_from_wire(assurance.at),
            )
        ),
        consents=tuple([consent_from_wire(one) for one in wire.consents]),
        agreement=wire.agreement,
        at=instant_from_wire(wire.at),
        accept_unverified=wire.accept_unverified is True,
        third_agreement=wire.third_agreement or None,
        target=wire.target or None,
        visit=visit_from_wire(wire.visit),
        activity=part_from_wire(wire.activity),
        normal=lambda: normal(wire, label_text),
    )
    if words is not None:
        require_words(request, words)
    if labels is not None:
        labels.require(label, request.agreement)
    return request


def unknown_word(word: str, what: str, known: Iterable[str], *, position: str) -> SealaneError:
    """The error for a word that is none of these, with the list of those that are."""
    listed = ", ".join(sorted(known))
    return UNKNOWN_WORD(
        position=position, word=word, what=what, known=listed or "-", details={"known": listed}
    )


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
        *(
            ("consents", one.purpose, "purpose", known.purposes)
            for one in request.consents
            if one.purpose is not None
        ),
    ):
        if word not in of:
            raise unknown_word(word, what, of, position=position)


def _require_vocabulary(wire: shape.WireRequest) -> None:
    if wire.action not in ACTIONS:
        raise unknown_word(wire.action, "action", ACTIONS, position="action")
    for consent in wire.consents:
        if consent.act not in BASES_BY_CONSENT and consent.act not in ACTIONS:
            acts = ACTIONS | BASES_BY_CONSENT
            raise unknown_word(consent.act, "act", acts, position="consents")


def _require_members_of_the_act(wire: shape.WireRequest) -> None:
    """`target` stands for a downgrade and nothing else, `visit` for nothing but a visit."""
    if (wire.target is msgspec.UNSET) is (wire.action == "downgrade"):
        there = wire.target is not msgspec.UNSET
        raise MALFORMED(
            position="target",
            where="target",
            why="it belongs to downgrade alone" if there else "a downgrade names the new level",
            why_ja="downgrade だけのメンバー" if there else "新しい区分が示されていない",
        )
    if wire.visit is not msgspec.UNSET and wire.action != "visit":
        why, why_ja = "it belongs to visit alone", "visit だけのメンバー"
        raise MALFORMED(position="visit", where="visit", why=why, why_ja=why_ja)
