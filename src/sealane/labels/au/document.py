"""Australian marks on documents: `SECRET//AUSTEO`, `OFFICIAL: Sensitive//Legal Privilege`,
`SECRET//REL AUS/JPN`.

    level [//FGI text] [//CODEWORD text] [//caveat ...] [//REL list] [//information management
    marker ...] [//PROVIDED BY JPN]

The order of kinds is PSPF Policy 8's; `FGI` and `CODEWORD` introduce free words, so that no unknown
word passes as one. `PROVIDED BY` is ours: what was received is marked with the provider's name
(R12).
Spec: PSPF Policy 8 (text-based markings); R14, R15.
"""

from __future__ import annotations

import dataclasses

from sealane.base.values import Instant
from sealane.labels.au.terms import (
    POLICY,
    REORDERED,
    RETIRED_LEVEL,
    AustralianWords,
    Builder,
    countries,
    free_text,
    restricted_release,
    terms,
)
from sealane.labels.marks.gate import clean
from sealane.labels.marks.syntax import Parsed, Remark, Syntax
from sealane.labels.model.errors import (
    DUPLICATE,
    NOT_EXPRESSIBLE,
    ORDER,
    SPACING,
    TRUNCATED,
    unknown,
)
from sealane.labels.model.label import RELEASABLE_TO, Label
from sealane.labels.model.scheme import Scheme, Schemes

SHOWN = frozenset({"Foreign Government", "Codeword", "Caveat", RELEASABLE_TO, "Access"})
FREE = (("FGI ", "Foreign Government", 0), ("CODEWORD ", "Codeword", 1))
CAVEAT, REL, ACCESS, PROVIDED = 2, 3, 4, 5
PROVIDED_BY = "PROVIDED BY "
SPACED = Remark(
    "label.spacing", "Spacing or separators were put right.", "空白または区切りを直しました。"
)
ORDERED = Remark(
    "label.reordered",
    "Parts were put into the standard's order.",
    "部分を標準の順に並べ直しました。",
)


def _terms(scheme: Scheme) -> AustralianWords:
    return terms(scheme, "au-document")


class _DocumentReader:
    """One document mark being read, part by part."""

    __slots__ = ("builder", "lenient", "notes", "provider", "rank", "schemes", "terms")

    def __init__(self, schemes: Schemes, lenient: bool, notes: list[Remark]) -> None:
        scheme = schemes[POLICY]
        self.builder = Builder(scheme)
        self.terms: AustralianWords = scheme.derived("au-document", _terms)
        self.lenient = lenient
        self.notes = notes
        self.rank = 0
        self.provider = POLICY

    def part(self, text: str, position: int) -> None:
        rank = self._read(text, position)
        if rank < self.rank:
            if not self.lenient:
                raise ORDER(position=position, what="A part of the mark")
            self._flag(ORDERED)
        self.rank = max(rank, self.rank)

    def _read(self, text: str, position: int) -> int:
        for start, tag, rank in FREE:
            if text.startswith(start):
                self.builder.add(
                    tag, free_text(text[len(start) :], position + len(start), tag), position
                )
                return rank
        if (name := self.terms.caveats.get(text)) is not None:
            self.builder.add("Caveat", name, position)
            return CAVEAT
        if text.startswith("REL "):
            scheme = self.builder.scheme
            tokens, moved = countries(self.terms, scheme, text[4:], position + 4, self.lenient)
            if moved:
                self._flag(REORDERED)
            self.builder.once(RELEASABLE_TO, tokens, position)
            return REL
        if (name := self.terms.access.get(text)) is not None:
            self.builder.add("Access", name, position)
            return ACCESS
        if text.startswith(PROVIDED_BY):
            self._provided(text[len(PROVIDED_BY) :], position + len(PROVIDED_BY))
            return PROVIDED
        for start, name in self.terms.prefixes:
            if text.startswith(start):
                person = free_text(text[len(start) :], position + len(start), "Caveat")
                self.builder.add("Caveat", f"{name} {person}", position)
                return CAVEAT
        raise unknown(text, position)

    def _provided(self, token: str, position: int) -> None:
        groups = self.builder.scheme.groups
        if token not in groups.countries or token == POLICY:
            raise groups.unknown(token, position)
        if self.provider != POLICY:
            raise DUPLICATE(position=position, what="The provider")
        self.provider = token

    def _flag(self, note: Remark) -> None:
        if note not in self.notes:
            self.notes.append(note)


def _read(text: str, schemes: Schemes, _at: Instant | None, lenient: bool) -> Parsed:
    gated = clean(text, lenient=lenient)
    notes = list(gated.notes)
    reader = _DocumentReader(schemes, lenient, notes)
    body = gated.text
    parts = body.split("//")
    position = 0
    level = None
    for number, raw in enumerate(parts):
        part, start = raw, position
        if not raw or raw[0] in " /" or raw[-1] in " /":
            part = _trimmed(raw, position, lenient, notes)
            start = position + raw.index(part)
        if number == 0:
            level = reader.terms.levels.get(part)
            if level is None and lenient and part.replace(" ", "") == "OFFICIAL:Sensitive":
                level = reader.terms.levels["OFFICIAL: Sensitive"]
                notes.append(SPACED)
            if level is None:
                raise unknown(part, start)
            reader.builder.places["classification"] = start
        else:
            reader.part(part, start)
        position += len(raw) + 2
    assert level is not None
    if level.obsolete:
        notes.append(RETIRED_LEVEL)
    label = reader.builder.label(level, reader.terms.rel_floor)
    if reader.provider != POLICY:
        label = dataclasses.replace(label, originator=reader.provider)
    return Parsed(label, _write(label, schemes), tuple(notes))


def _trimmed(raw: str, position: int, lenient: bool, notes: list[Remark]) -> str:
    part = raw.strip(" ")
    if not part:
        raise TRUNCATED(position=position + len(raw), expected="part")
    if part != raw:
        if not lenient:
            raise SPACING(position=position)
        if SPACED not in notes:
            notes.append(SPACED)
    if part[0] == "/" or part[-1] == "/":
        raise SPACING(position=position)
    return part


def _write(label: Label, schemes: Schemes) -> str:
    scheme = schemes[POLICY]
    found: AustralianWords = scheme.derived("au-document", _terms)
    groups = {category.tag: category.values for category in label.categories}
    if (
        not groups.keys() <= SHOWN
        or label.privacy_mark is not None
        or label.succession is not None
        or label.review is not None
    ):
        raise NOT_EXPRESSIBLE(
            member=next((tag for tag in groups if tag not in SHOWN), "dates or privacy mark")
        )
    out = [found.level_marks[label.classification]]
    if groups:
        restricted_release(label, found, found.levels[out[0]])
        _parts(groups, found, scheme, out)
    if label.originator is not None and label.originator != POLICY:
        out.append(PROVIDED_BY + label.originator)
    return "//".join(out)


def _parts(
    groups: dict[str, tuple[str, ...]], found: AustralianWords, scheme: Scheme, out: list[str]
) -> None:
    """Every category in the standard's order."""
    for start, tag, _ in FREE:
        if tag in groups:
            out += [start + _plain(value) for value in groups[tag]]
    if "Caveat" in groups:
        out += sorted([_caveat(value, found) for value in groups["Caveat"]])
    if RELEASABLE_TO in groups:
        tokens = groups[RELEASABLE_TO]
        if not scheme.groups.countries.issuperset(tokens):
            raise NOT_EXPRESSIBLE(member="Releasable To")
        out.append(f"REL {'/'.join(tokens)}")
    if "Access" in groups:
        out += [found.access_marks[value] for value in groups["Access"]]


def _caveat(value: str, found: AustralianWords) -> str:
    mark = found.caveat_marks.get(value)
    if mark is None:
        start, name = next(known for known in found.prefixes if value.startswith(known[1] + " "))
        mark = start + _plain(value[len(name) + 1 :])
    return mark


def _plain(text: str) -> str:
    """Free text that cannot be mistaken for a separator."""
    if "//" in text or text[0] == "/" or text[-1] == "/":
        raise NOT_EXPRESSIBLE(member="free text")
    return text


DOCUMENT = Syntax(name="au-document", read=_read, write=_write, policy=POLICY, reads_back=True)
