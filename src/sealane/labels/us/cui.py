"""US marks of controlled unclassified information: `CUI//SP-CTI//NOFORN`, in portions
`(CUI//SP-CTI//NF)`.

    CUI [// categories, SP- first] [// limited dissemination controls], each list alphabetical,
    separated by `/`

Nothing of it is classified; a label of its own scheme, never merged with classified portions.
Spec: CUI Registry (banner format); 32 CFR 2002.20; R14, R15.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from sealane.base.errors import SealaneError
from sealane.base.values import Instant
from sealane.labels.marks.gate import clean
from sealane.labels.marks.syntax import Parsed, Remark, Syntax
from sealane.labels.model.errors import (
    DUPLICATE,
    NOT_EXPRESSIBLE,
    ORDER,
    REQUIRES,
    SPACING,
    TRUNCATED,
    unknown,
)
from sealane.labels.model.label import RELEASABLE_TO, Category, Label
from sealane.labels.model.scheme import Scheme, Schemes
from sealane.labels.rules.acceptance import country

POLICY, CATEGORY, LIMITED = "CUI", "Category", "Limited Dissemination"
LIST, SPECIFIED = "REL TO ", "SP-"
OLD_CONTROL = Remark(
    "label.control_word",
    "CONTROLLED means the same and is written CUI.",
    "CONTROLLED は同義で、CUI と書きます。",
)
SPACED = Remark("label.spacing", "Spacing was put right.", "空白を直しました。")
ORDERED = Remark(
    "label.reordered",
    "Parts were put into the standard's order.",
    "部分を標準の順に並べ直しました。",
)


@dataclass(frozen=True, slots=True)
class _CuiWords:
    """The spellings of one form: of limited dissemination controls, and back."""

    controls: dict[str, str]
    written: dict[str, str]


def _words(form: str, scheme: Scheme) -> _CuiWords:
    tag = scheme.tag(LIMITED)
    values = () if tag is None else tag.values.values()
    written = {value.name: value.marks.get(form, (value.name,))[0] for value in values}
    return _CuiWords({mark: name for name, mark in written.items()}, written)


def _of(scheme: Scheme, form: str) -> _CuiWords:
    return scheme.derived(f"cui:{form}", partial(_words, form))


def _read(form: str, text: str, schemes: Schemes, at: Instant | None, lenient: bool) -> Parsed:
    gated = clean(text, lenient=lenient)
    scheme, notes, body = schemes[POLICY], list(gated.notes), gated.text
    if lenient and (tidy := " ".join(body.split()).replace(" /", "/").replace("/ ", "/")) != body:
        body = tidy
        notes.append(SPACED)
    inside, start = body, 0
    if form == "us-cui-portion":
        if not body.startswith("(") or not body.endswith(")"):
            raise TRUNCATED(
                position=0 if not body.startswith("(") else len(body), expected="( ... )"
            )
        inside, start = body[1:-1], 1
    if body != body.strip() or "  " in body:
        raise SPACING(position=len(body) - len(body.lstrip()))
    try:
        label, old = _label(inside, start, scheme, form)
        scheme.check(label, at=at)
    except SealaneError as error:
        if isinstance(error.position, int):
            error.position = gated.at(error.position)
        else:
            error.position = start
        raise
    canonical = _write(form, label, schemes)
    written = canonical.replace("CUI", "CONTROLLED", 1) if old else canonical
    if written != body:
        if not lenient:
            raise ORDER(
                position=next(
                    (
                        place
                        for place, (one, two) in enumerate(zip(body, written, strict=False))
                        if one != two
                    ),
                    0,
                ),
                what="A part of the mark",
            )
        notes.append(ORDERED)
    return Parsed(label, canonical, (*notes, *((OLD_CONTROL,) if old else ())))


def _label(inside: str, start: int, scheme: Scheme, form: str) -> tuple[Label, bool]:
    control, *sections = inside.split("//")
    level = next((one for one in scheme.levels if control in one.marks.get(form, ())), None)
    if level is None:
        raise unknown(control, start) if control else TRUNCATED(position=start, expected="CUI")
    position = start + len(control) + 2
    values: dict[str, list[str]] = {}
    for section in sections:
        at = position
        for token in section.split("/"):
            if not token:
                raise TRUNCATED(position=at, expected="a value")
            for tag, value in _token(token, at, scheme, form):
                if value in values.setdefault(tag, []):
                    raise DUPLICATE(position=at, what="A value")
                values[tag].append(value)
            at += len(token) + 1
        position += len(section) + 2
    categories = sorted(
        Category(tag, found.type, tuple(sorted(held)))
        for tag, held in values.items()
        if (found := scheme.tag(tag)) is not None
    )
    return (
        Label(
            policy=POLICY,
            classification=level.name,
            categories=tuple(categories),
            originator=scheme.country,
        ),
        control != level.name,
    )


def _token(token: str, at: int, scheme: Scheme, form: str) -> list[tuple[str, str]]:
    control = _of(scheme, form).controls.get(token)
    if control is not None:
        return [(LIMITED, control)]
    categories, list_tag = scheme.tag(CATEGORY), scheme.tag(RELEASABLE_TO)
    if categories is not None and token in categories.values:
        return [(CATEGORY, token)]
    if not token.startswith(LIST) or list_tag is None:
        raise unknown(token, at)
    places, at = token[len(LIST) :].split(", "), at + len(LIST)
    if "USA" not in places or len(places) < 2:
        raise REQUIRES(
            position=at, details={"requires": "USA" if "USA" not in places else "another than USA"}
        )
    for place in places:
        country(list_tag, place, scheme.groups, at)
        at += len(place) + 2
    return [(RELEASABLE_TO, place) for place in places]


def _write(form: str, label: Label, schemes: Schemes) -> str:
    scheme = schemes[POLICY]
    if (
        label.privacy_mark
        or label.review
        or label.succession
        or label.originator not in (None, scheme.country)
    ):
        raise NOT_EXPRESSIBLE(member="anything beside its categories")
    categories = sorted(
        label.values(CATEGORY), key=lambda one: (not one.startswith(SPECIFIED), one)
    )
    controls = sorted(_of(scheme, form).written[one] for one in label.values(LIMITED))
    if places := label.values(RELEASABLE_TO):
        if "USA" not in places or len(places) < 2:
            raise NOT_EXPRESSIBLE(member=RELEASABLE_TO)
        countries = scheme.groups.vocabularies.get("genc", scheme.groups.countries)
        controls.append(
            LIST
            + ", ".join(sorted(places, key=lambda one: (one != "USA", one not in countries, one)))
        )
    level = scheme.level(label.classification)
    control = label.classification if level is None else level.marks[form][0]
    mark = "//".join(
        [
            control,
            *(["/".join(categories)] if categories else []),
            *(["/".join(sorted(controls))] if controls else []),
        ]
    )
    return f"({mark})" if form == "us-cui-portion" else mark


def _syntax(form: str) -> Syntax:
    return Syntax(name=form, read=partial(_read, form), write=partial(_write, form), policy=POLICY)


BANNER, PORTION = _syntax("us-cui"), _syntax("us-cui-portion")
