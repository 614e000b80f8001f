"""United Kingdom marks on documents: `OFFICIAL-SENSITIVE [COMMERCIAL]`, `UK SECRET - UK EYES ONLY`.

    [UK ]level [ - handling instruction or national caveat]... [ - REL list] [ [DESCRIPTOR]]...

Handling instructions, then national caveats, then REL, then descriptors, each in alphabetical order
when written. The parts are the 2024 policy's; the policy gives no grammar, so the separators are
ours.
Spec: Government Security Classifications Policy (August 2024); R14, R15.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sealane.base.values import Instant
from sealane.labels.marks.gate import clean
from sealane.labels.marks.places import check_in_text
from sealane.labels.marks.syntax import Parsed, Remark, Syntax
from sealane.labels.model.errors import (
    DUPLICATE,
    NOT_EXPRESSIBLE,
    ORDER,
    SPACING,
    TRUNCATED,
    unknown,
)
from sealane.labels.model.label import RELEASABLE_TO, Category, Label
from sealane.labels.model.scheme import Level, Scheme, Schemes
from sealane.labels.rules.acceptance import country

POLICY = "GBR"
SHOWN = ("Handling", "Caveat", RELEASABLE_TO, "Descriptor", "Prefix")
SPACED = Remark("label.spacing", "Spacing was put right.", "空白を直しました。")
ORDERED = Remark(
    "label.reordered",
    "Parts were put into the standard's order.",
    "部分を標準の順に並べ直しました。",
)
RETIRED_LEVEL = Remark(
    "label.retired_level",
    "The classification is retired; it may be read but not put on new material.",
    "廃止された区分です。読むことはできますが、新たには付けられません。",
)
_HYPHEN = re.compile(r" *- *(?=UK EYES|RECIPIENTS|ORGANISATIONAL|HMG|EMBARGOED|REL )")
_DESCRIPTOR = re.compile(r" \[([^\[\]]*)\]")


@dataclass(slots=True)
class _Mark:
    """The parts of one mark and where each stood."""

    level: Level
    values: dict[str, list[str]]
    places: dict[str, int]

    def add(self, tag: str, value: str, position: int) -> None:
        held = self.values.setdefault(tag, [])
        if value in held:
            raise DUPLICATE(position=position, what="A part")
        held.append(value)
        self.places.setdefault(tag, position)


def _read(text: str, schemes: Schemes, _at: Instant | None, lenient: bool) -> Parsed:
    gated = clean(text, lenient=lenient)
    scheme = schemes[POLICY]
    remarks = list(gated.notes)
    body = gated.text
    if lenient:
        tidy = _HYPHEN.sub(" - ", " ".join(body.split()))
        if tidy != body:
            body = tidy
            remarks.append(SPACED)
    mark = _parts(body, scheme, lenient, remarks)
    label = Label(
        policy=POLICY,
        classification=mark.level.name,
        originator=POLICY,
        categories=_categories(mark, scheme),
    )
    check_in_text(scheme, label, mark.places)
    if mark.level.obsolete:
        remarks.append(RETIRED_LEVEL)
    return Parsed(label, _write(label, schemes), tuple(dict.fromkeys(remarks)))


def _categories(mark: _Mark, scheme: Scheme) -> tuple[Category, ...]:
    out = []
    for tag in sorted(mark.values):
        found = scheme.tag(tag)
        assert found is not None
        out.append(Category(tag, found.type, tuple(sorted(mark.values[tag]))))
    return tuple(out)


def _parts(body: str, scheme: Scheme, lenient: bool, notes: list[Remark]) -> _Mark:
    """The level, instructions and caveats by ` - `, then descriptors in brackets."""
    bracket = body.find(" [")
    main = body if bracket < 0 else body[:bracket]
    pieces = main.split(" - ")
    mark = _level(pieces[0], scheme)
    position, last_rank = len(pieces[0]) + 3, 0
    for piece in pieces[1:]:
        tag = _part(piece, position, scheme, mark, lenient=lenient, notes=notes)
        rank = SHOWN.index(tag)
        if rank < last_rank:
            if not lenient:
                raise ORDER(position=position, what="A part of the mark")
            notes.append(ORDERED)
        last_rank = max(last_rank, rank)
        position += len(piece) + 3
    _descriptors(body[len(main) :], len(main), scheme, mark)
    return mark


def _levels(scheme: Scheme) -> dict[str, Level]:
    return {mark: level for level in scheme.levels for mark in level.marks["gb-document"]}


def _level(piece: str, scheme: Scheme) -> _Mark:
    levels = scheme.derived("gb-document", _levels)
    prefixed = piece.startswith("UK ")
    name = piece[3:] if prefixed else piece
    level = levels.get(name)
    start = 3 if prefixed else 0
    if level is None:
        if not name.strip():
            raise TRUNCATED(position=start, expected="classification")
        if name != name.strip() or name.strip("-") in levels:
            raise SPACING(position=start)
        raise unknown(name, start)
    mark = _Mark(level, {}, {"classification": start})
    if prefixed:
        mark.add("Prefix", "UK", 0)
    return mark


def _part(
    piece: str, position: int, scheme: Scheme, mark: _Mark, *, lenient: bool, notes: list[Remark]
) -> str:
    if not piece.strip():
        raise TRUNCATED(position=position, expected="part")
    for tag in ("Handling", "Caveat"):
        found = scheme.tag(tag)
        if found is not None and piece in found.values:
            mark.add(tag, piece, position)
            return tag
    if piece.startswith("REL "):
        if RELEASABLE_TO in mark.values:
            raise DUPLICATE(position=position, what="REL")
        tokens = piece[4:].split("/")
        _countries(tokens, position + 4, scheme, lenient, notes)
        for token in tokens:
            mark.add(RELEASABLE_TO, token, position)
        return RELEASABLE_TO
    raise SPACING(position=position) if piece != piece.strip() else unknown(piece, position)


def _countries(
    tokens: list[str], position: int, scheme: Scheme, lenient: bool, notes: list[Remark]
) -> None:
    tag = scheme.tag(RELEASABLE_TO)
    assert tag is not None
    for token in () if scheme.groups.codes(tag.vocabulary).issuperset(tokens) else tokens:
        if not token:
            raise TRUNCATED(position=position, expected="country code")
        country(tag, token, scheme.groups, position)
        position += len(token) + 1
    if tokens != sorted(tokens):
        if not lenient:
            raise ORDER(position=position, what="The list of countries")
        notes.append(ORDERED)


def _descriptors(tail: str, position: int, scheme: Scheme, mark: _Mark) -> None:
    """Each descriptor in brackets of its own, one space before it."""
    known = scheme.tag("Descriptor")
    assert known is not None
    while tail:
        match = _DESCRIPTOR.match(tail)
        if match is None:
            if "]" not in tail:
                raise TRUNCATED(position=position + len(tail), expected="]")
            raise SPACING(position=position)
        name = match[1]
        if not name:
            raise TRUNCATED(position=position + 2, expected="descriptor")
        if name not in known.values:
            raise unknown(name, position + 2)
        mark.add("Descriptor", name, position)
        tail = tail[match.end() :]
        position += match.end()


def _write(label: Label, schemes: Schemes) -> str:
    beside = label.privacy_mark or label.review or label.succession
    if beside or label.originator not in (None, POLICY):
        raise NOT_EXPRESSIBLE(member="dates, privacy mark or foreign originator")
    level = schemes[POLICY].level(label.classification)
    assert level is not None
    mark = level.marks["gb-document"][0]
    if label.category("Prefix") is not None:
        mark = f"UK {mark}"
    for tag in ("Handling", "Caveat"):
        for value in label.values(tag):
            mark += f" - {value}"
    if tokens := label.values(RELEASABLE_TO):
        mark += f" - REL {'/'.join(tokens)}"
    for value in label.values("Descriptor"):
        mark += f" [{value}]"
    return mark


DOCUMENT = Syntax(name="gb-document", read=_read, write=_write, policy=POLICY, reads_back=True)
