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
from dataclasses import dataclass

from sealane.base.errors import SealaneError
from sealane.base.values import Instant
from sealane.labels.marks.gate import alphabet, clean
from sealane.labels.marks.syntax import Parsed, Remark, Syntax
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
from sealane.labels.model.label import RELEASABLE_TO, Category, CategoryType, Label
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
    "表示を囲む括弧を除いて読みました。",
)
ROMAN = Remark(
    "label.script",
    "Read from Roman script; the canonical mark is Japanese.",
    "ローマ字の表示を読みました。正規形は日本語です。",
)
ALIAS = Remark(
    "label.alias", "Another spelling of the same mark was read.", "同じ表示の別表記を読みました。"
)
SPACED = Remark(
    "label.spacing", "Spacing or letter case was put right.", "空白または大小文字を直しました。"
)
ORDERED = Remark("label.reordered", "Parts were put into order.", "部分を順に並べ直しました。")
RETIRED_LEVEL = Remark(
    "label.retired_level",
    "The mark is retired; it may be read but not put on new material.",
    "廃止された表示です。読むことはできますが、新たには付けられません。",
)
_ROMAN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class _JapaneseWords:
    levels: dict[str, Level]
    values: dict[str, tuple[str, str]]
    written: dict[tuple[str, str], str]
    order: dict[tuple[str, str], int]
    alphabet: frozenset[str]


def _words(scheme: Scheme) -> _JapaneseWords:
    levels = {
        mark: level for level in scheme.levels for mark in level.marks.get("jp", (level.name,))
    }
    values: dict[str, tuple[str, str]] = {}
    written: dict[tuple[str, str], str] = {}
    for tag in scheme.tags:
        for value in tag.values.values():
            marks = value.marks.get("jp", (value.name,))
            written[tag.name, value.name] = marks[0]
            values.update((mark, (tag.name, value.name)) for mark in marks)
    tags = {tag.name: number for number, tag in enumerate(scheme.tags)}
    ranked = sorted(written, key=lambda said: (tags[said[0]], said[1]))
    order = {said: place for place, said in enumerate(ranked)}
    return _JapaneseWords(
        levels,
        values,
        written,
        order,
        alphabet([*levels, *values, *RELEASE, *PROVIDER, *BRACKETS, *BRACKETS.values(), "、"]),
    )


def _read(text: str, schemes: Schemes, _at: Instant | None, lenient: bool) -> Parsed:
    scheme = schemes[POLICY]
    words = scheme.derived("jp", _words)
    gated = clean(text, also=words.alphabet, lenient=lenient)
    notes = list(gated.notes)
    body, start = _unwrapped(gated.text, notes, lenient)
    level, rest = _level(body, words, start, lenient, notes)
    values, places = _parts(
        rest, start + len(body) - len(rest), words, scheme, lenient=lenient, notes=notes
    )
    provider = values.pop(PROVIDER[0], [POLICY])[0]
    label = Label(
        policy=POLICY,
        classification=level.name,
        originator=provider,
        categories=tuple(
            Category(tag, _type(scheme, tag), tuple(sorted(found)))
            for tag, found in sorted(values.items())
        ),
    )
    try:
        scheme.check(label)
    except SealaneError as error:
        error.position = places.get(str(error.position), start)
        raise
    if level.obsolete:
        notes.append(RETIRED_LEVEL)
    return Parsed(label, _write(label, schemes), tuple(dict.fromkeys(notes)))


def _type(scheme: Scheme, tag: str) -> CategoryType:
    found = scheme.tag(tag)
    assert found is not None
    return found.type


def _unwrapped(body: str, notes: list[Remark], lenient: bool) -> tuple[str, int]:
    trimmed = body.strip(" ")
    start = body.index(trimmed)
    if trimmed != body:
        if not lenient:
            raise SPACING(position=0)
        notes.append(SPACED)
    close = BRACKETS.get(trimmed[0])
    if close is not None:
        if len(trimmed) < 2 or trimmed[-1] != close:
            raise TRUNCATED(position=start + len(trimmed), expected=close)
        notes.append(STAMPED)
        trimmed, start = trimmed[1:-1], start + 1
    if not trimmed.strip(" "):
        raise TRUNCATED(position=start, expected="mark")
    return trimmed, start


def _level(
    body: str, words: _JapaneseWords, start: int, lenient: bool, notes: list[Remark]
) -> tuple[Level, str]:
    """The level by its longest spelling, and what follows; nothing but a parenthesis may follow."""
    for size in range(len(body), 0, -1):
        head, rest = body[:size], body[size:]
        if rest and rest.lstrip(" ")[:1] != "(":
            continue
        found = words.levels.get(head)
        if found is None and lenient:
            found = next(
                (
                    level
                    for mark, level in words.levels.items()
                    if mark.lower() == " ".join(head.split()).lower() and mark.isascii()
                ),
                None,
            )
            if found is not None:
                notes.append(SPACED)
        if found is not None:
            canonical = found.marks["jp"][0]
            if head != canonical:
                notes.append(ROMAN if _ROMAN.search(head) else ALIAS)
            return found, rest
    raise _refusal(body, words, start)


def _refusal(body: str, words: _JapaneseWords, start: int) -> Exception:
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


def _parts(
    rest: str,
    position: int,
    words: _JapaneseWords,
    scheme: Scheme,
    *,
    lenient: bool,
    notes: list[Remark],
) -> tuple[dict[str, list[str]], dict[str, int]]:
    values: dict[str, list[str]] = {}
    places: dict[str, int] = {}
    if not rest:
        return values, places
    if rest[0] == " ":
        if not lenient:
            raise SPACING(position=position)
        notes.append(SPACED)
        position += len(rest) - len(rest.lstrip(" "))
        rest = rest.lstrip(" ")
    if not rest.endswith(")"):
        raise (
            TRAILING(position=position + rest.rindex(")") + 1)
            if ")" in rest
            else TRUNCATED(position=position + len(rest), expected=")")
        )
    position += 1
    last = -1
    for raw in re.split(r"、|, |,", rest[1:-1]):
        part = raw.strip(" ") if lenient else raw
        if not part:
            raise TRUNCATED(position=position, expected="part")
        rank = _rank(part, words)
        if rank < last:
            if not lenient:
                raise ORDER(position=position, what="A part")
            notes.append(ORDERED)
        last = max(rank, last)
        _part(part, position, words, scheme, values, lenient=lenient, notes=notes)
        places.setdefault(f"categories[{len(places)}]", position)
        position += len(raw) + 1
    return values, places


def _rank(part: str, words: _JapaneseWords) -> int:
    """Where a part stands: the scheme's words in its order of tags, then REL, then the provider."""
    if part.startswith(PROVIDER):
        return len(words.order) + 1
    found = words.values.get(part)
    return len(words.order) if found is None else words.order[found]


def _part(
    part: str,
    position: int,
    words: _JapaneseWords,
    scheme: Scheme,
    values: dict[str, list[str]],
    *,
    lenient: bool,
    notes: list[Remark],
) -> None:
    start = next((one for one in (*RELEASE, *PROVIDER) if part.startswith(one)), None)
    if start in PROVIDER:
        _provider(part[len(start) :], position + len(start), scheme, values)
        return
    if start is not None:
        tag = scheme.tag(RELEASABLE_TO)
        assert tag is not None
        tokens = part[len(start) :].split("/")
        for token in tokens:
            if not token:
                raise TRUNCATED(position=position + len(part), expected="country code")
            country(tag, token, scheme.groups, position + len(start))
        if RELEASABLE_TO in values or len(set(tokens)) != len(tokens):
            raise DUPLICATE(position=position, what="A part")
        if tokens != sorted(tokens):
            if not lenient:
                raise ORDER(position=position, what="The list of countries")
            notes.append(ORDERED)
        values[RELEASABLE_TO] = tokens
        return
    found = words.values.get(part)
    if found is None:
        raise (
            SPACING(position=position)
            if part.strip(" ") in words.values
            else unknown(part, position)
        )
    if found[1] in values.get(found[0], ()):
        raise DUPLICATE(position=position, what="A part")
    values.setdefault(found[0], []).append(found[1])


def _provider(token: str, position: int, scheme: Scheme, values: dict[str, list[str]]) -> None:
    if token not in scheme.groups.countries or token == POLICY:
        raise scheme.groups.unknown(token, position)
    if PROVIDER[0] in values:
        raise DUPLICATE(position=position, what="A part")
    values[PROVIDER[0]] = [token]


def _write(label: Label, schemes: Schemes) -> str:
    scheme = schemes[POLICY]
    words = scheme.derived("jp", _words)
    if label.privacy_mark or label.review or label.succession:
        raise NOT_EXPRESSIBLE(member="dates or privacy mark")
    level = scheme.level(label.classification)
    assert level is not None
    said = [
        (category.tag, value)
        for category in label.categories
        if category.tag != RELEASABLE_TO
        for value in category.values
    ]
    parts = [words.written[one] for one in sorted(said, key=lambda one: words.order[one])]
    if tokens := label.values(RELEASABLE_TO):
        parts.append(RELEASE[0] + "/".join(tokens))
    if label.originator not in (None, POLICY):
        parts.append(f"{PROVIDER[0]}{label.originator}")
    return level.marks["jp"][0] + (f"({'、'.join(parts)})" if parts else "")


MARK = Syntax(name="jp", read=_read, write=_write, policy=POLICY, reads_back=True)
