"""US marks of controlled unclassified information: `CUI//SP-CTI//NOFORN`, in portions
`(CUI//SP-CTI//NF)`.

    CUI [// categories, SP- first] [// limited dissemination controls], each list alphabetical,
    separated by `/`; `(U)` for the portions of such a document that hold none

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
    """A CUI banner or portion: spacing, then words, then whether it is written as it should be."""
    gated = clean(text, lenient=lenient)
    scheme, remarks, body = schemes[POLICY], list(gated.notes), gated.text
    if lenient:
        tidy = " ".join(body.split()).replace(" /", "/").replace("/ ", "/")
        if tidy != body:
            body = tidy
            remarks.append(SPACED)
    inside, start = _unwrapped(body, form)
    if body != body.strip() or "  " in body:
        raise SPACING(position=len(body) - len(body.lstrip()))
    try:
        label, old_control = _label(inside, start, scheme, form)
        scheme.check(label, at=at)
    except SealaneError as error:
        error.position = gated.at(error.position) if isinstance(error.position, int) else start
        raise
    canonical = _write(form, label, schemes)
    expected = canonical.replace("CUI", "CONTROLLED", 1) if old_control else canonical
    if body != expected:
        if not lenient:
            raise ORDER(position=_first_difference(body, expected), what="A part of the mark")
        remarks.append(ORDERED)
    if old_control:
        remarks.append(OLD_CONTROL)
    return Parsed(label, canonical, tuple(remarks))


def _unwrapped(body: str, form: str) -> tuple[str, int]:
    """A portion without its parentheses, and where it starts."""
    if form != "us-cui-portion":
        return body, 0
    if not body.startswith("("):
        raise TRUNCATED(position=0, expected="( ... )")
    if not body.endswith(")"):
        raise TRUNCATED(position=len(body), expected="( ... )")
    return body[1:-1], 1


def _first_difference(text: str, other: str) -> int:
    """The index at which two texts first differ; 0 when one only goes on where the other ends."""
    for index, (here, there) in enumerate(zip(text, other, strict=False)):
        if here != there:
            return index
    return 0


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
        control != level.marks[form][0],
    )


def _token(token: str, at: int, scheme: Scheme, form: str) -> list[tuple[str, str]]:
    """What one token says, as tag and value: a control, a category, or a release list."""
    control = _of(scheme, form).controls.get(token)
    if control is not None:
        return [(LIMITED, control)]
    categories, list_tag = scheme.tag(CATEGORY), scheme.tag(RELEASABLE_TO)
    if categories is not None and token in categories.values:
        return [(CATEGORY, token)]
    if not token.startswith(LIST) or list_tag is None:
        raise unknown(token, at)
    places = token.removeprefix(LIST).split(", ")
    at += len(LIST)
    if "USA" not in places:
        raise REQUIRES(position=at, details={"requires": "USA"})
    if len(places) < 2:
        raise REQUIRES(position=at, details={"requires": "another than USA"})
    for place in places:
        country(list_tag, place, scheme.groups, at)
        at += len(place) + 2
    return [(RELEASABLE_TO, place) for place in places]


def _write(form: str, label: Label, schemes: Schemes) -> str:
    """The mark: control, categories with the specified ones first, limited dissemination."""
    scheme = schemes[POLICY]
    beside = label.privacy_mark or label.review or label.succession
    if beside or label.originator not in (None, scheme.country):
        raise NOT_EXPRESSIBLE(member="anything beside its categories")
    categories = sorted(
        label.values(CATEGORY), key=lambda name: (not name.startswith(SPECIFIED), name)
    )
    written = _of(scheme, form).written
    controls = sorted(written[control] for control in label.values(LIMITED))
    places = label.values(RELEASABLE_TO)
    if places:
        if "USA" not in places or len(places) < 2:
            raise NOT_EXPRESSIBLE(member=RELEASABLE_TO)
        countries = scheme.groups.vocabularies.get("genc", scheme.groups.countries)
        ordered = sorted(places, key=lambda place: (place != "USA", place not in countries, place))
        controls.append(LIST + ", ".join(ordered))
    level = scheme.level(label.classification)
    parts = [label.classification if level is None else level.marks[form][0]]
    if categories:
        parts.append("/".join(categories))
    if controls:
        parts.append("/".join(sorted(controls)))
    mark = "//".join(parts)
    return f"({mark})" if form == "us-cui-portion" else mark


def _syntax(form: str) -> Syntax:
    return Syntax(name=form, read=partial(_read, form), write=partial(_write, form), policy=POLICY)


BANNER, PORTION = _syntax("us-cui"), _syntax("us-cui-portion")
