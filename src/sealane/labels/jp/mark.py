"""Japanese marks in both scripts: `極秘`, `特定秘密`, `機密性2情報(完全性1)`, `Gokuhi`; written in
Japanese.

    [bracket] level [ (part[, part]...) ] [bracket]        part: 複製禁止 | 開示先:AUS/JPN |
    提供国:AUS | 完全性1 | ...

The mark is the whole text, alone or in one pair of 【】〔〕「」［］; it is never searched for
inside other words, so 秘 is not found in 秘書 nor 機密 in 機密性1情報. No public syntax exists for
the parts in parentheses; theirs is ours.
Spec: 特定秘密保護法, 行政文書の管理に関するガイドライン, 統一基準 (the words); R14, R66.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sealane.base.values import Instant
from sealane.labels.marks.gate import alphabet, clean
from sealane.labels.marks.places import check_in_text
from sealane.labels.marks.syntax import ALIAS, Parsed, Remark, Syntax
from sealane.labels.model.errors import (
    AMBIGUOUS,
    DUPLICATE,
    NOT_EXPRESSIBLE,
    ORDER,
    SPACING,
    TRAILING,
    TRUNCATED,
    unknown,
)
from sealane.labels.model.label import RELEASABLE_TO, Category, Label
from sealane.labels.model.scheme import Level, Scheme, Schemes
from sealane.labels.rules.acceptance import country

POLICY = "JPN"
BRACKETS = {"【": "】", "〔": "〕", "「": "」", "[": "]"}
RELEASE = ("開示先:", "Releasable To: ")
PROVIDER = ("提供国:", "Provided By: ")
"""Whose information it is when not Japan's own: what was received is marked with the provider's
name (R12).
"""
AMBIGUOUS_WORDS = frozenset({"Himitsu", "himitsu", "秘密", "HIMITSU", "要機密情報"})
"""Words of several regimes, and 要機密情報, which covers two ratings."""
STAMPED = Remark(
    "label.bracket",
    "The brackets around the mark were left aside.",
    "標示を囲む括弧を除いて読みました。",
)
ROMAN = Remark(
    "label.script",
    "Read from Roman script; the canonical mark is Japanese.",
    "ローマ字の標示を読みました。正規形は日本語です。",
)
SPACED = Remark(
    "label.spacing", "Spacing or letter case was put right.", "空白または大小文字を直しました。"
)
ORDERED = Remark("label.reordered", "Parts were put into order.", "部分を順に並べ直しました。")
RETIRED_LEVEL = Remark(
    "label.retired_level",
    "The mark is retired; it may be read but not put on new material.",
    "廃止された標示です。読むことはできますが、新たには付けられません。",
)
_ROMAN = re.compile(r"[A-Za-z]")
_PART = re.compile(r"([^、,]*)(?:、|, |,)")


@dataclass(frozen=True, slots=True)
class _JapaneseWords:
    """The scheme's words: levels and values by every spelling, the spelling that is written, the
    order of the parts.
    """

    levels: dict[str, Level]
    values: dict[str, tuple[str, str]]
    written: dict[tuple[str, str], str]
    order: dict[tuple[str, str], int]
    alphabet: frozenset[str]


def _words(scheme: Scheme) -> _JapaneseWords:
    levels: dict[str, Level] = {}
    for level in scheme.levels:
        for mark in level.marks.get("jp", (level.name,)):
            levels[mark] = level
    values: dict[str, tuple[str, str]] = {}
    written: dict[tuple[str, str], str] = {}
    for tag in scheme.tags:
        for value in tag.values.values():
            marks = value.marks.get("jp", (value.name,))
            written[tag.name, value.name] = marks[0]
            for mark in marks:
                values[mark] = (tag.name, value.name)
    order_of_tags = {tag.name: number for number, tag in enumerate(scheme.tags)}
    ranked = sorted(written, key=lambda said: (order_of_tags[said[0]], said[1]))
    brackets = [*BRACKETS, *BRACKETS.values()]
    return _JapaneseWords(
        levels=levels,
        values=values,
        written=written,
        order={said: place for place, said in enumerate(ranked)},
        alphabet=alphabet([*levels, *values, *RELEASE, *PROVIDER, *brackets, "、"]),
    )


def _read(text: str, schemes: Schemes, _at: Instant | None, lenient: bool) -> Parsed:
    scheme = schemes[POLICY]
    words = scheme.derived("jp", _words)
    gated = clean(text, also=words.alphabet, lenient=lenient)
    reader = _MarkReader(scheme, words, lenient, list(gated.notes))
    # 1. The brackets of a stamp, then the level, then what stands in parentheses.
    body, start = reader.unwrapped(gated.text)
    level, rest = reader.level(body, start)
    reader.parts(rest, start + len(body) - len(rest))
    # 2. The scheme accepts the whole.
    label = reader.label(level)
    check_in_text(scheme, label, reader.places, start=start)
    if level.obsolete:
        reader.remarks.append(RETIRED_LEVEL)
    return Parsed(label, _write(label, schemes), tuple(dict.fromkeys(reader.remarks)))


@dataclass(slots=True)
class _MarkReader:
    """One mark being read: what it said so far, and where."""

    scheme: Scheme
    words: _JapaneseWords
    lenient: bool
    remarks: list[Remark]
    values: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    provider: str | None = None

    def unwrapped(self, text: str) -> tuple[str, int]:
        """The mark without the brackets of a stamp, and where it starts."""
        trimmed = text.strip(" ")
        start = text.index(trimmed)
        if trimmed != text:
            self._spacing(0)
        close = BRACKETS.get(trimmed[0])
        if close is not None:
            if len(trimmed) < 2 or trimmed[-1] != close:
                raise TRUNCATED(position=start + len(trimmed), expected=close)
            self.remarks.append(STAMPED)
            trimmed = trimmed[1:-1]
            start += 1
        if not trimmed.strip(" "):
            raise TRUNCATED(position=start, expected="mark")
        return trimmed, start

    def level(self, body: str, start: int) -> tuple[Level, str]:
        """The level by its longest spelling, and what follows; nothing but a parenthesis may."""
        for size in _sizes(body):
            head, rest = body[:size], body[size:]
            level = self.words.levels.get(head)
            if level is None and self.lenient:
                level = self._level_in_other_case(head)
            if level is not None:
                if head != level.marks["jp"][0]:
                    self.remarks.append(ROMAN if _ROMAN.search(head) else ALIAS)
                return level, rest
        raise _refusal(body, self.words, start)

    def _level_in_other_case(self, head: str) -> Level | None:
        tidy = " ".join(head.split()).lower()
        for mark, level in self.words.levels.items():
            if mark.isascii() and mark.lower() == tidy:
                self.remarks.append(SPACED)
                return level
        return None

    def parts(self, rest: str, position: int) -> None:
        """What stands in parentheses after the level, part by part, in the scheme's order."""
        if not rest:
            return
        inside = rest.lstrip(" ")
        if inside != rest:
            self._spacing(position)
            position += len(rest) - len(inside)
        if not inside.endswith(")"):
            if ")" in inside:
                raise TRAILING(position=position + inside.rindex(")") + 1)
            raise TRUNCATED(position=position + len(inside), expected=")")
        last_rank = -1
        for separated in _PART.finditer(inside[1:-1] + "、"):
            start = position + 1 + separated.start()
            part = separated[1].strip(" ") if self.lenient else separated[1]
            if not part:
                raise TRUNCATED(position=start, expected="part")
            rank = self._rank(part)
            if rank < last_rank:
                self._order(start, "A part")
            last_rank = max(rank, last_rank)
            self._part(part, start)

    def _rank(self, part: str) -> int:
        """Where a part stands: the scheme's words in their order, then REL, then the provider."""
        order = self.words.order
        if part.startswith(PROVIDER):
            return len(order) + 1
        said = self.words.values.get(part)
        return len(order) if said is None else order[said]

    def _part(self, part: str, position: int) -> None:
        for start in PROVIDER:
            if part.startswith(start):
                self._provider(part.removeprefix(start), position, position + len(start))
                return
        for start in RELEASE:
            if part.startswith(start):
                self._release(part.removeprefix(start), position, position + len(start))
                return
        said = self.words.values.get(part)
        if said is None:
            if part.strip(" ") in self.words.values:
                raise SPACING(position=position)
            raise unknown(part, position)
        tag, value = said
        held = self.values.setdefault(tag, [])
        if value in held:
            raise DUPLICATE(position=position, what="A part")
        held.append(value)
        self.places.setdefault(tag, position)

    def _release(self, text: str, position: int, at: int) -> None:
        tag = self.scheme.tag(RELEASABLE_TO)
        assert tag is not None
        tokens = text.split("/")
        for token in () if self.scheme.groups.codes(tag.vocabulary).issuperset(tokens) else tokens:
            if not token:
                raise TRUNCATED(position=at + len(text), expected="country code")
            country(tag, token, self.scheme.groups, at)
        if RELEASABLE_TO in self.values or len(set(tokens)) != len(tokens):
            raise DUPLICATE(position=position, what="A part")
        if tokens != sorted(tokens):
            self._order(position, "The list of countries")
        self.values[RELEASABLE_TO] = tokens
        self.places[RELEASABLE_TO] = position

    def _provider(self, token: str, position: int, at: int) -> None:
        if token not in self.scheme.groups.countries or token == POLICY:
            raise self.scheme.groups.unknown(token, at)
        if self.provider is not None:
            raise DUPLICATE(position=position, what="A part")
        self.provider = token

    def _spacing(self, position: int) -> None:
        """A space too many, which only the lenient reading passes, and remarks on."""
        if not self.lenient:
            raise SPACING(position=position)
        self.remarks.append(SPACED)

    def _order(self, position: int, what: str) -> None:
        """Something out of order, which only the lenient reading passes, and remarks on."""
        if not self.lenient:
            raise ORDER(position=position, what=what)
        self.remarks.append(ORDERED)

    def label(self, level: Level) -> Label:
        categories = []
        for name in sorted(self.values):
            tag = self.scheme.tag(name)
            assert tag is not None
            categories.append(Category(name, tag.type, tuple(sorted(self.values[name]))))
        return Label(
            policy=POLICY,
            classification=level.name,
            originator=self.provider or POLICY,
            categories=tuple(categories),
        )


def _sizes(body: str) -> Iterator[int]:
    """How much of a mark could be the level, the longest first: all of it, or what stands before a
    parenthesis and the spaces that lead to it.
    """
    yield len(body)
    place = body.rfind("(")
    while place > 0:
        size = place
        yield size
        while size > 1 and body[size - 1] == " ":
            size -= 1
            yield size
        place = body.rfind("(", 0, place)


def _refusal(body: str, words: _JapaneseWords, start: int) -> Exception:
    """Why no level begins the mark: ambiguous, missing, broken off, followed by more, unknown."""
    head = body.split("(")[0].strip()
    if head in AMBIGUOUS_WORDS:
        return AMBIGUOUS(
            position=start,
            why="several regimes or ratings use this word",
            why_ja="複数の制度又は格付けがこの語を使います",
        )
    if not head:
        return TRUNCATED(position=start, expected="mark")
    longest = max((mark for mark in words.levels if body.startswith(mark)), key=len, default="")
    if longest and body[len(longest)] in " /,、":
        return TRAILING(position=start + len(longest))
    if any(mark.startswith(body) for mark in words.levels):
        return TRUNCATED(position=start + len(body), expected="rest of the mark")
    return unknown(head, start)


def _write(label: Label, schemes: Schemes) -> str:
    scheme = schemes[POLICY]
    words = scheme.derived("jp", _words)
    if label.privacy_mark or label.review or label.succession:
        raise NOT_EXPRESSIBLE(member="dates or privacy mark")
    level = scheme.level(label.classification)
    assert level is not None
    said = []
    for category in label.categories:
        if category.tag != RELEASABLE_TO:
            said += [(category.tag, value) for value in category.values]
    parts = [words.written[word] for word in sorted(said, key=words.order.__getitem__)]
    if tokens := label.values(RELEASABLE_TO):
        parts.append(RELEASE[0] + "/".join(tokens))
    if label.originator not in (None, POLICY):
        parts.append(f"{PROVIDER[0]}{label.originator}")
    mark = level.marks["jp"][0]
    return f"{mark}({'、'.join(parts)})" if parts else mark


MARK = Syntax(name="jp", read=_read, write=_write, policy=POLICY, reads_back=True)
