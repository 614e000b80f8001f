"""US banners and portions, read strictly: sections by `//`, values by `/`, four list grammars,
nothing unknown.

Order and spacing are judged by comparing the text with the one canonical text of what it says, so a
mark that reads well and is written badly is refused with the place where it first differs; the
lenient reading flags it instead.
Spec: CAPCO Register and Manual 2016; spec/labels.md §Nothing unknown, §Order and
spacing; R15.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from sealane.base.errors import SealaneError
from sealane.labels.marks.gate import Clean
from sealane.labels.marks.syntax import Remark
from sealane.labels.model.errors import DUPLICATE, ORDER, REQUIRES, SPACING, TRUNCATED
from sealane.labels.model.label import Label
from sealane.labels.us.banner_write import nato_level, write_mark
from sealane.labels.us.tokens import Reading, add_place, read_token
from sealane.labels.us.vocabulary import CONCEALED, JOINT, OWNER, Vocabulary

SHORTENED = Remark(
    "label.long_form",
    "A long form was read as its abbreviation.",
    "正式名称を略号として読みました。",
)
SPACED = Remark("label.spacing", "Spacing was put right.", "空白を直して読みました。")
REORDERED = Remark("label.order", "Order was put right.", "順序を直して読みました。")
BAD_SPACE = re.compile(r"^ | $|  | (?=/)|(?<=/) |(?<=\() | (?=\))|,(?! )| ,")
AROUND_SLASH = re.compile(r" *([/()]) *")
MANY_SPACES = re.compile(r" {2,}")
COMMAS = re.compile(r" *, *")
PLACE = re.compile(r"categories\[(\d{1,4})\]")


def read_mark(
    gate: Clean, vocabulary: Vocabulary, accept: Callable[[Label], None], *, lenient: bool = False
) -> tuple[Label, str, tuple[Remark, ...]]:
    """The label a mark means, the one canonical text of that label, and the notes on how it was
    written.

    Args:
        gate: the mark after the text gate: printable ASCII.
        accept: the scheme's verdict on the label, asked before the writing is judged.
        lenient: accept slips of order and spacing; membership never changes.
    Raises: Malformed `label.truncated`, `label.unknown_token`, `label.duplicate`, `label.order`,
    `label.spacing`,
        `label.ambiguous`; Refused `label.requires`.
    """
    text = gate.text
    slip = BAD_SPACE.search(text)
    if slip is not None:
        if not lenient:
            raise SPACING(position=gate.at(slip.start()))
        text = COMMAS.sub(", ", MANY_SPACES.sub(" ", AROUND_SLASH.sub(r"\1", text.strip(" "))))
    reading = Reading(text, vocabulary)
    try:
        start = _read(reading)
        label = reading.label()
        _accepted(accept, label, reading)
        canonical = write_mark(label, vocabulary)
        notes = _judge_writing(reading, canonical, start, lenient)
    except SealaneError as error:
        if isinstance(error.position, int):
            error.position = gate.at(error.position)
        raise
    return (
        label,
        canonical,
        notes if slip is None else (SPACED, *(note for note in notes if note is not SPACED)),
    )


def _accepted(accept: Callable[[Label], None], label: Label, reading: Reading) -> None:
    """The scheme's verdict, its position turned from a place in the label
    into a place in the text.
    """
    try:
        accept(label)
    except SealaneError as error:
        found = PLACE.match(str(error.position))
        if found is not None and int(found[1]) < len(label.categories):
            error.position = reading.places.get(label.categories[int(found[1])].tag, 0)
        elif not isinstance(error.position, int):
            error.position = 0
        raise


def _read(reading: Reading) -> int:
    """Fill the reading; the index at which the mark proper starts."""
    vocabulary = reading.vocabulary
    text = body = reading.text
    start = 0
    if vocabulary.form == "us-portion":
        if not text.startswith("(") or not text.endswith(")"):
            raise TRUNCATED(
                position=0 if not text.startswith("(") else len(text), expected="( ... )"
            )
        start, body = 1, text[1:-1]
    segments = body.split("//")
    position = start
    if segments[0] == "" and len(segments) > 1:
        segments.pop(0)
        position += 2
        _foreign_head(reading, segments[0], position)
    else:
        _head(reading, segments[0], position)
    reading.written.append(segments[0])
    for before, segment in pairwise(segments):
        position += len(before) + 2
        _segment(reading, segment, position)
    return start


def _head(reading: Reading, segment: str, position: int) -> None:
    level = reading.vocabulary.levels.get(segment)
    if level is None or level == "RESTRICTED":
        if not segment:
            raise TRUNCATED(position=position, expected="classification")
        known = max(
            (len(one) for one in reading.vocabulary.levels if segment.startswith(one + " ")),
            default=0,
        )
        raise reading.unknown(segment[known:].strip(), position + known + (1 if known else 0))
    reading.level = level


def _foreign_head(reading: Reading, segment: str, position: int) -> None:
    vocabulary = reading.vocabulary
    if not segment:
        raise TRUNCATED(position=position, expected="owner and classification")
    for level in vocabulary.level_text:
        if segment == nato_level(level, vocabulary):
            reading.level, reading.originator = level, ""
            reading.add(OWNER, "NATO", position)
            return
    owner, _, rest = segment.partition(" ")
    if owner == "JOINT":
        spelling = max(
            (one for one in vocabulary.levels if rest.startswith(one + " ")), key=len, default=""
        )
        if not spelling:
            raise TRUNCATED(
                position=position + len(segment), expected="classification and owners of JOINT"
            )
        at = position + 6 + len(spelling) + 1
        for token in rest[len(spelling) + 1 :].split(" "):
            add_place(reading, JOINT, token, at)
            at += len(token) + 1
        reading.level = vocabulary.levels[spelling]
        if "USA" not in reading.values[JOINT]:
            raise REQUIRES(position=position, details={"requires": "USA"})
        return
    level_name = vocabulary.levels.get(rest)
    if level_name is None or owner == "USA" or owner == "NATO":
        raise reading.unknown(segment, position)
    if owner != CONCEALED:
        add_place(reading, OWNER, owner, position)
    else:
        reading.add(OWNER, CONCEALED, position)
    reading.level = level_name
    reading.originator = owner if vocabulary.country(owner) else ""


def _segment(reading: Reading, segment: str, position: int) -> None:
    if not segment:
        raise TRUNCATED(position=position, expected="a value")
    tokens = segment.split("/")
    at, written, section = position, [], None
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token == "":
            raise TRUNCATED(position=at, expected="a value")
        kind, spelled, used = read_token(reading, tokens, index, at, section)
        if section is None:
            section = kind
        elif kind != section:
            raise reading.unknown(token, at)
        written.append(spelled)
        at += (
            len(token) + 1
            if used == 1
            else sum(len(one) + 1 for one in tokens[index : index + used])
        )
        index += used
    if section == reading.section:
        raise DUPLICATE(position=position, what="A category")
    reading.section = section if section is not None else reading.section
    reading.written.append("/".join(written))


def _judge_writing(
    reading: Reading, canonical: str, start: int, lenient: bool
) -> tuple[Remark, ...]:
    """Whether the text is the canonical one, long forms apart; what differs is order or spacing."""
    text = reading.text
    if text == canonical:
        return ()
    head = text[: start + (2 if text[start:].startswith("//") else 0)]
    written = head + "//".join(reading.written) + text[len(text) - start :]
    if written == canonical:
        return (SHORTENED,)
    place = next(
        (at for at, (one, two) in enumerate(zip(written, canonical, strict=False)) if one != two), 0
    )
    if not lenient:
        raise ORDER(position=place, what="A value")
    return (REORDERED,)
