"""Marks of any scheme, from its file alone: `LEVEL//VALUE//Tag=text//REL AUS/JPN`, named
`<id>-mark` in small letters.

What a nation gets by adding one file, before anybody writes its own syntax. Levels and values are
read in every spelling of their `mark` marks, else by name; a value whose name two tags share, and
free text, is written `Tag=value`.
Spec: spec/scheme.md §The plain mark.
"""

from __future__ import annotations

from dataclasses import dataclass

from sealane.labels.marks.gate import alphabet, clean
from sealane.labels.marks.places import check_in_text
from sealane.labels.marks.syntax import ALIAS, Parsed, Remark, Syntax
from sealane.labels.model.errors import (
    DUPLICATE,
    NOT_EXPRESSIBLE,
    ORDER,
    SPACING,
    TRUNCATED,
    unknown,
)
from sealane.labels.model.label import RELEASABLE_TO, Category, Label
from sealane.labels.model.scheme import Level, Scheme, Tag
from sealane.labels.rules.acceptance import country

MARK = "mark"
PLAIN = "-mark"
"""`kor-mark` is the plain syntax of the scheme KOR: every scheme has one, without code."""
RETIRED_LEVEL = Remark(
    "label.retired_level",
    "The mark is retired; it may be read but not put on new material.",
    "廃止された標示です。読むことはできますが、新たには付けられません。",
)
ORDERED = Remark(
    "label.reordered", "Parts were put into the scheme's order.", "部分を方式の順に並べ直しました。"
)


@dataclass(frozen=True, slots=True)
class _PlainWords:
    levels: dict[str, Level]
    values: dict[str, tuple[str, str]]
    written: dict[tuple[str, str], str]
    alphabet: frozenset[str]


def _words(scheme: Scheme) -> _PlainWords:
    levels = {}
    for level in scheme.levels:
        for mark in level.marks.get(MARK, (level.name,)):
            levels[mark] = level
    meanings: dict[str, list[tuple[str, str]]] = {}
    for tag in scheme.tags:
        for value in tag.values.values():
            for mark in value.marks.get(MARK, (value.name,)):
                meanings.setdefault(mark, []).append((tag.name, value.name))
    values: dict[str, tuple[str, str]] = {}
    written: dict[tuple[str, str], str] = {}
    for mark, said in meanings.items():
        # A word of two tags, one that is a level too, and one with "=" is written with its tag.
        alone = len(said) == 1 and mark not in levels and "=" not in mark
        for tag_name, name in said:
            text = mark if alone else f"{tag_name}={name}"
            values[text] = (tag_name, name)
            written.setdefault((tag_name, name), text)
    words = [*levels, *values, *(tag.name for tag in scheme.tags)]
    return _PlainWords(levels, values, written, alphabet(words))


def plain(policy: str, name: str) -> Syntax:
    """The plain syntax of one scheme."""
    return Syntax(
        name=name,
        policy=policy,
        reads_back=True,
        read=lambda text, schemes, _at, lenient: _read(schemes[policy], text, lenient),
        write=lambda label, schemes: _write(label, schemes[policy]),
    )


def _read(scheme: Scheme, text: str, lenient: bool) -> Parsed:
    words = scheme.derived("plain", _words)
    gated = clean(text, also=words.alphabet, lenient=lenient)
    remarks = list(gated.notes)
    parts = gated.text.split("//")
    # 1. The level comes first.
    level = _level(parts[0], words)
    # 2. Each part says values of one tag; none is said twice.
    values_by_tag: dict[str, list[str]] = {}
    places: dict[str, int] = {}
    position = len(parts[0]) + 2
    for part in parts[1:]:
        tag, values = _part(part, position, words, scheme, lenient=lenient, notes=remarks)
        before = values_by_tag.setdefault(tag, [])
        said_twice = not set(values).isdisjoint(before)
        second_list = bool(before) and len(values) > 1
        if said_twice or second_list:
            raise DUPLICATE(position=position, what="A part")
        before.extend(values)
        places.setdefault(tag, position)
        position += len(part) + 2
    # 3. The scheme accepts the whole, and the canonical text is told apart from what was given.
    label = _label(scheme, level, values_by_tag, places)
    canonical = _write(label, scheme)
    if level.obsolete:
        remarks.append(RETIRED_LEVEL)
    if canonical != gated.text and ORDERED not in remarks:
        same = sorted(parts) == sorted(canonical.split("//"))
        remarks.append(ORDERED if same else ALIAS)
    return Parsed(label, canonical, tuple(remarks))


def _level(part: str, words: _PlainWords) -> Level:
    level = words.levels.get(part)
    if level is not None:
        return level
    if part.strip() in words.levels:
        raise SPACING(position=0)
    if not part:
        raise TRUNCATED(position=0, expected="level")
    raise unknown(part, 0)


def _part(
    part: str,
    position: int,
    words: _PlainWords,
    scheme: Scheme,
    *,
    lenient: bool,
    notes: list[Remark],
) -> tuple[str, list[str]]:
    if not part:
        raise TRUNCATED(position=position, expected="part")
    if (known := words.values.get(part)) is not None:
        return known[0], [known[1]]
    name, equals, value = part.partition("=")
    if part.startswith("REL "):
        name, equals, value = RELEASABLE_TO, "=", part[4:]
    tag = scheme.tag(name) if equals else None
    if tag is None or not value or value != value.strip():
        if part.strip() in words.values:
            raise SPACING(position=position)
        raise unknown(part, position)
    if tag.domain == "countries":
        return name, _countries(
            tag, value.split("/"), scheme, position, lenient=lenient, notes=notes
        )
    if tag.domain == "text":
        return name, [value]
    raise unknown(part, position)


def _countries(
    tag: Tag,
    tokens: list[str],
    scheme: Scheme,
    position: int,
    *,
    lenient: bool,
    notes: list[Remark],
) -> list[str]:
    for token in tokens:
        if not token:
            raise TRUNCATED(position=position, expected="country code")
        country(tag, token, scheme.groups, position)
    if len(set(tokens)) != len(tokens):
        raise DUPLICATE(position=position, what="a country")
    if tokens != sorted(tokens):
        if not lenient:
            raise ORDER(position=position, what="The list of countries")
        notes.append(ORDERED)
    return sorted(tokens)


def _label(
    scheme: Scheme, level: Level, found: dict[str, list[str]], places: dict[str, int]
) -> Label:
    categories = []
    for name in sorted(found):
        tag = scheme.tag(name)
        assert tag is not None
        categories.append(Category(name, tag.type, tuple(sorted(found[name]))))
    label = Label(
        policy=scheme.id,
        classification=level.name,
        categories=tuple(categories),
        originator=scheme.country,
    )
    check_in_text(scheme, label, places)
    return label


def _write(label: Label, scheme: Scheme) -> str:
    words = scheme.derived("plain", _words)
    beside = label.privacy_mark or label.review or label.succession
    if beside or label.originator not in (None, scheme.country):
        raise NOT_EXPRESSIBLE(member="dates, privacy mark or foreign originator")
    level = scheme.level(label.classification)
    assert level is not None
    parts = [level.marks.get(MARK, (level.name,))[0]]
    for tag in scheme.tags:
        values = label.values(tag.name)
        if tag.domain == "countries" and values:
            start = "REL " if tag.name == RELEASABLE_TO else f"{tag.name}="
            parts.append(start + "/".join(values))
            continue
        for value in values:
            text = words.written.get((tag.name, value), f"{tag.name}={value}")
            if "//" in text or text.endswith("/"):
                raise NOT_EXPRESSIBLE(member=tag.name)
            parts.append(text)
    return "//".join(parts)
