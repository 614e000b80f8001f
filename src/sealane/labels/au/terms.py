"""The words of the Australian scheme as lookup tables, and the label that a mark's parts add up to.

Spec: Email Protective Marking Standard (SEC, CAVEAT, ACCESS), PSPF Policy 8.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sealane.labels.marks.places import check_in_text
from sealane.labels.marks.syntax import Remark
from sealane.labels.model.errors import (
    DUPLICATE,
    EMPTY_CATEGORY,
    LEVEL_CONFLICT,
    NOT_EXPRESSIBLE,
    ORDER,
    TRUNCATED,
    unknown,
)
from sealane.labels.model.label import RELEASABLE_TO, Category, Label, Succession
from sealane.labels.model.scheme import Level, Scheme, Tag
from sealane.labels.rules.acceptance import country

POLICY = "AUS"
CLASSIFIED = "PROTECTED"
MAX_TEXT = 128
REORDERED = Remark(
    "label.reordered",
    "Values were put into the standard's order.",
    "値を標準の順に並べ直しました。",
)
RETIRED_LEVEL = Remark(
    "label.retired_level",
    "The classification is retired; it may be read but not put on new material.",
    "廃止された区分です。読むことはできますが、新たには付けられません。",
)


@dataclass(frozen=True, slots=True)
class AustralianWords:
    """Per syntax: the words it reads, and per label fact the word it writes."""

    levels: dict[str, Level]
    caveats: dict[str, str]
    prefixes: tuple[tuple[str, str], ...]
    access: dict[str, str]
    level_marks: dict[str, str]
    caveat_marks: dict[str, str]
    access_marks: dict[str, str]
    caveat_rank: dict[str, int]
    rel_floor: int
    tags: dict[str, Tag]


def terms(scheme: Scheme, syntax: str) -> AustralianWords:
    """The tables of one syntax, made once from the scheme."""
    caveat, access = scheme.tag("Caveat"), scheme.tag("Access")
    assert caveat is not None
    assert access is not None
    whole = {name: value for name, value in caveat.values.items() if name not in caveat.prefixes}
    written = {name: value.marks[syntax][0] for name, value in caveat.values.items()}
    floor = scheme.level(CLASSIFIED)
    assert floor is not None
    return AustralianWords(
        levels={mark: level for level in scheme.levels for mark in level.marks.get(syntax, ())},
        caveats={
            mark: name for name, value in whole.items() for mark in value.marks.get(syntax, ())
        },
        prefixes=tuple((f"{written[name]} ", name) for name in caveat.prefixes),
        access={
            (value.marks.get(syntax) or (name,))[0]: name for name, value in access.values.items()
        },
        level_marks={level.name: level.marks[syntax][0] for level in scheme.levels},
        caveat_marks=written,
        access_marks={
            name: (value.marks.get(syntax) or (name,))[0] for name, value in access.values.items()
        },
        caveat_rank={name: number for number, name in enumerate(caveat.values)},
        rel_floor=floor.order,
        tags={tag.name: tag for tag in scheme.tags},
    )


def countries(
    found: AustralianWords, scheme: Scheme, text: str, position: int, lenient: bool
) -> tuple[tuple[str, ...], bool]:
    """The countries of a slash-separated list, each known and once; whether they had to be put into
    order.

    Groups are refused here: the standard lists citizenships by country code.
    Raises: Malformed `label.unknown_token`, `label.duplicate`, `label.order` (strict),
        `label.truncated`.
    """
    tokens = text.split("/")
    known = scheme.groups.countries
    for token in () if known.issuperset(tokens) else tokens:
        if token not in known:
            offset = position + text.index(token) if token else position + len(text)
            if not token:
                raise TRUNCATED(position=offset, expected="country code")
            country(found.tags[RELEASABLE_TO], token, scheme.groups, offset)
            raise scheme.groups.unknown(token, offset)
    ordered = sorted(tokens)
    if len(set(tokens)) != len(tokens):
        raise DUPLICATE(position=position, what="a country")
    if ordered != tokens and not lenient:
        raise ORDER(position=position, what="The list of countries")
    return tuple(ordered), ordered != tokens


class Builder:
    """Collects the parts of one mark; nothing leaves it until the scheme has accepted the whole."""

    __slots__ = ("categories", "classification", "places", "scheme", "values")

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.values: dict[str, list[str]] = {}
        self.places: dict[str, int] = {}

    def add(self, tag: str, value: str, position: int) -> None:
        """One value. Raises: Malformed `label.duplicate`."""
        held = self.values.get(tag)
        if held is None:
            self.values[tag] = [value]
            self.places[tag] = position
        elif value in held:
            raise DUPLICATE(position=position, what="A value")
        else:
            held.append(value)

    def once(self, tag: str, values: Iterable[str], position: int) -> None:
        """All values of a tag that may be given once only. Raises: Malformed `label.duplicate`."""
        if tag in self.values:
            raise DUPLICATE(position=position, what="A part that may stand once")
        self.values[tag] = list(values)
        self.places[tag] = position

    def label(
        self, level: Level, rel_floor: int, expires: str | None = None, later: Level | None = None
    ) -> Label:
        """The label, once the scheme accepts it. Raises: as `Scheme.check`, with the position in
        the text.
        """
        values = self.values
        categories = tuple(
            [self._category(tag) for tag in (sorted(values) if len(values) > 1 else values)]
        )
        succession = None
        if expires is not None and later is not None:
            succession = Succession(
                expires,
                Label(
                    policy=POLICY,
                    classification=later.name,
                    categories=categories,
                    originator=POLICY,
                ),
            )
        label = Label(
            policy=POLICY,
            classification=level.name,
            categories=categories,
            originator=POLICY,
            succession=succession,
        )
        if RELEASABLE_TO in values and level.order < rel_floor:
            raise LEVEL_CONFLICT(position=self.places[RELEASABLE_TO])
        check_in_text(self.scheme, label, self.places)
        return label

    def _category(self, name: str) -> Category:
        tag, values = self.scheme.tag(name), self.values[name]
        assert tag is not None
        return Category(name, tag.type, tuple(sorted(values) if len(values) > 1 else values))


def restricted_release(label: Label, found: AustralianWords, level: Level) -> None:
    """The REL caveat is written on classified material only. Raises: Refused
    `label.not_expressible`.
    """
    if level.order < found.rel_floor and label.category(RELEASABLE_TO) is not None:
        raise NOT_EXPRESSIBLE(member="Releasable To", position="categories")


def free_text(text: str, position: int, tag: str) -> str:
    """A text of 1 to 128 characters without spaces around it. Raises: Malformed
    `label.empty_category`, `label.unknown_token`.
    """
    if not text:
        raise EMPTY_CATEGORY(position=position, tag=tag)
    if len(text) > MAX_TEXT or text != text.strip():
        raise unknown(text, position)
    return text
