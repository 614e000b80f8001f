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
from itertools import pairwise

from sealane.base.errors import SealaneError
from sealane.base.values import Instant
from sealane.labels.marks.gate import Clean
from sealane.labels.marks.places import check_in_text
from sealane.labels.marks.syntax import Remark
from sealane.labels.model.errors import DUPLICATE, ORDER, REQUIRES, SPACING, TRUNCATED
from sealane.labels.model.label import Label
from sealane.labels.us.banner_write import nato_level, write_mark
from sealane.labels.us.tokens import Reading, add_place, read_token
from sealane.labels.us.vocabulary import CONCEALED, JOINT, OWNER, Vocabulary

SHORTENED = Remark(
    "label.long_form",
    "A long form or another spelling was read as the one that is written.",
    "正式名称または別の表記を、書くときの表記として読みました。",
)
SPACED = Remark("label.spacing", "Spacing was put right.", "空白を直して読みました。")
REORDERED = Remark("label.order", "Order was put right.", "順序を直して読みました。")
BAD_SPACE = re.compile(r"^ | $|  | (?=/)|(?<=/) |(?<=\() | (?=\))|,(?! )| ,")
AROUND_SLASH = re.compile(r" *([/()]) *")
MANY_SPACES = re.compile(r" {2,}")
COMMAS = re.compile(r" *, *")


def read_mark(
    gate: Clean, vocabulary: Vocabulary, *, at: Instant | None, lenient: bool
) -> tuple[Label, str, tuple[Remark, ...]]:
    """The label a mark means, the one canonical text of that label, and the notes on how it was
    written.

    Args:
        gate: the mark after the text gate: printable ASCII.
        at: the instant of reading; the scheme's verdict is asked before the writing is judged.
        lenient: accept slips of order and spacing; membership never changes.
    Raises: Malformed `label.truncated`, `label.unknown_token`, `label.duplicate`, `label.order`,
        `label.spacing`, `label.ambiguous`; Refused `label.requires`.
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
        check_in_text(vocabulary.scheme, label, reading.places, at=at)
        canonical = write_mark(label, vocabulary)
        notes = _judge_writing(reading, canonical, start, lenient)
    except SealaneError as error:
        if isinstance(error.position, int):
            error.position = gate.at(error.position)
        raise
    if slip is not None:
        notes = (SPACED, *notes)
    return label, canonical, notes


def _read(reading: Reading) -> int:
    """Fill the reading; the index at which the mark proper starts."""
    vocabulary = reading.vocabulary
    text = body = reading.text
    start = 0
    if vocabulary.form == "us-portion":
        if not text.startswith("("):
            raise TRUNCATED(position=0, expected="( ... )")
        if not text.endswith(")"):
            raise TRUNCATED(position=len(text), expected="( ... )")
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
    """The classification, alone in the first segment; RESTRICTED is never American."""
    levels = reading.vocabulary.levels
    level = levels.get(segment)
    if level is not None and level != "RESTRICTED":
        reading.level = level
        return
    if not segment:
        raise TRUNCATED(position=position, expected="classification")
    # Point behind a known level that something unknown follows, as in `SECRET NOFORN`.
    begins_with = [written for written in levels if segment.startswith(written + " ")]
    if begins_with:
        known = max(len(written) for written in begins_with)
        raise reading.unknown(segment[known:].strip(), position + known + 1)
    raise reading.unknown(segment.strip(), position)


def _foreign_head(reading: Reading, segment: str, position: int) -> None:
    """What follows a leading `//`: NATO's own levels, JOINT with its owners, or one owner."""
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
        _joint_head(reading, segment, position)
        return
    level_name = vocabulary.levels.get(rest)
    if level_name is None or owner in ("USA", "NATO"):
        raise reading.unknown(segment, position)
    if owner == CONCEALED:
        reading.add(OWNER, CONCEALED, position)
    else:
        add_place(reading, OWNER, owner, position)
    reading.level = level_name
    reading.originator = owner if vocabulary.country(owner) else ""


def _joint_head(reading: Reading, segment: str, position: int) -> None:
    """`JOINT SECRET AUS USA`: the level by its longest spelling, then the owners."""
    levels = reading.vocabulary.levels
    rest = segment.partition(" ")[2]
    spellings = [written for written in levels if rest.startswith(written + " ")]
    if not spellings:
        raise TRUNCATED(
            position=position + len(segment), expected="classification and owners of JOINT"
        )
    spelling = max(spellings, key=len)
    at = position + len("JOINT ") + len(spelling) + 1
    for token in rest[len(spelling) + 1 :].split(" "):
        add_place(reading, JOINT, token, at)
        at += len(token) + 1
    reading.level = levels[spelling]
    if "USA" not in reading.values[JOINT]:
        raise REQUIRES(position=position, details={"requires": "USA"})


def _segment(reading: Reading, segment: str, position: int) -> None:
    """One part between `//`: tokens of one section, which no other part of the mark has."""
    if not segment:
        raise TRUNCATED(position=position, expected="a value")
    tokens = segment.split("/")
    written: list[str] = []
    section: int | None = None
    at, index = position, 0
    while index < len(tokens):
        token = tokens[index]
        if token == "":
            raise TRUNCATED(position=at, expected="a value")
        # A list of EYES ONLY takes several tokens at once.
        kind, spelled, used = read_token(reading, tokens, index, at, section)
        if section is not None and kind != section:
            raise reading.unknown(token, at)
        section = kind
        written.append(spelled)
        at += sum(len(taken) + 1 for taken in tokens[index : index + used])
        index += used
    if section == reading.section:
        raise DUPLICATE(position=position, what="A category")
    if section is not None:
        reading.section = section
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
    if lenient:
        return (REORDERED,)
    place = 0
    for index, (here, there) in enumerate(zip(written, canonical, strict=False)):
        if here != there:
            place = index
            break
    raise ORDER(position=place, what="A value")
