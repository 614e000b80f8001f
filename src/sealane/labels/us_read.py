"""US banners and portions, read strictly: sections by `//`, values by `/`, four list grammars, nothing unknown.

Order and spacing are judged by comparing the text with the one canonical text of what it says, so a mark that reads
well and is written badly is refused with the place where it first differs; the lenient reading flags it instead.
Spec: CAPCO Register and Manual 2016; label semantics S6-S8, S23, S26; R15.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from sealane.base.errors import SealaneError
from sealane.labels.errors import AMBIGUOUS, DUPLICATE, ORDER, REQUIRES, SPACING, TRUNCATED, UNKNOWN_TOKEN
from sealane.labels.label import RELEASABLE_TO, Category, Label
from sealane.labels.marking import Note
from sealane.labels.text import Clean
from sealane.labels.us_vocabulary import (
    AEA,
    CONCEALED,
    DISPLAY,
    DISSEM,
    EYES,
    FGI,
    JOINT,
    LIST_MARKERS,
    OWNER,
    RANKS,
    SAP,
    SCI,
    SECTIONS,
    Vocabulary,
)
from sealane.labels.us_write import nato_level, write_mark

AEA_FAMILY = re.compile(r"(RD|FRD)(-CNWDI|-N)?(?:-(?:SIGMA|SG)((?: [0-9]{1,2})+))?", re.ASCII)
SHORTENED = Note("label.long_form", "A long form was read as its abbreviation.", "正式名称を略号として読みました。")
SPACED = Note("label.spacing", "Spacing was put right.", "空白を直して読みました。")
REORDERED = Note("label.order", "Order was put right.", "順序を直して読みました。")
BAD_SPACE = re.compile(r"^ | $|  | (?=/)|(?<=/) |(?<=\() | (?=\))|,(?! )| ,")
AROUND_SLASH = re.compile(r" *([/()]) *")
MANY_SPACES = re.compile(r" {2,}")
COMMAS = re.compile(r" *, *")
FIRST = ("USA",)
DISSEM_SECTION = SECTIONS.index(DISSEM)
PLACE = re.compile(r"categories\[(\d{1,4})\]")
HINT_SECTIONS = "Separate categories with // and values with /."
HINT_SECTIONS_JA = "区分は //、値は / で区切ってください。"


class Reading:
    """One mark being read; `written` is the text with every long form replaced by the spelling written out.

    `rank` rises with every token while the mark is `straight`: in canonical order and spelling as far as can be told
    on the way, so that its canonical text need not be made to be compared.
    """

    __slots__ = ("level", "originator", "places", "rank", "section", "straight", "text", "values", "vocabulary", "written")

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text, self.vocabulary = text, vocabulary
        self.level, self.originator = "", "USA"
        self.values: dict[str, dict[str, None]] = {}
        self.section = self.rank = -1
        self.straight = True
        self.written: list[str] = []
        self.places: dict[str, int] = {}

    def add(self, tag: str, value: str, position: int) -> None:
        found = self.values.get(tag)
        if found is None:
            self.values[tag] = {value: None}
            self.places[tag] = position
        elif value in found:
            raise DUPLICATE(position=position, what="A value")
        else:
            found[value] = None

    def follows(self, rank: int) -> None:
        """A token of this rank comes next."""
        if rank <= self.rank:
            self.straight = False
        self.rank = rank

    def unknown(self, token: str, position: int) -> Exception:
        return UNKNOWN_TOKEN(
            position=position, token=token[:80], details={"token": token[:80]},
            hint=HINT_SECTIONS, hint_ja=HINT_SECTIONS_JA,
        )

    def label(self) -> Label:
        scheme = self.vocabulary.scheme
        types = self.vocabulary.types
        categories = [
            Category(tag, types[tag], tuple(sorted(self.values[tag]))) for tag in sorted(self.values)
        ]
        return Label(
            policy=scheme.id, classification=self.level, categories=tuple(categories), originator=self.originator or None
        )


def read_mark(
    gate: Clean, vocabulary: Vocabulary, accept: Callable[[Label], None], *, lenient: bool = False
) -> tuple[Label, str, tuple[Note, ...]]:
    """The label a mark means, the one canonical text of that label, and the notes on how it was written.

    Args:
        gate: the mark after the text gate: printable ASCII.
        accept: the scheme's verdict on the label, asked before the writing is judged.
        lenient: accept slips of order and spacing; membership never changes.
    Raises: Malformed `label.truncated`, `label.unknown_token`, `label.duplicate`, `label.order`, `label.spacing`,
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
        canonical = text if reading.straight else write_mark(label, vocabulary)
        notes = _judge_writing(reading, canonical, start, lenient)
    except SealaneError as error:
        if isinstance(error.position, int):
            error.position = gate.at(error.position)
        raise
    return label, canonical, notes if slip is None else (SPACED, *(note for note in notes if note is not SPACED))


def _accepted(accept: Callable[[Label], None], label: Label, reading: Reading) -> None:
    """The scheme's verdict, its position turned from a place in the label into a place in the text."""
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
            raise TRUNCATED(position=0 if not text.startswith("(") else len(text), expected="( ... )")
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
        known = max((len(one) for one in reading.vocabulary.levels if segment.startswith(one + " ")), default=0)
        raise reading.unknown(segment[known:].strip(), position + known + (1 if known else 0))
    reading.level = level
    reading.straight = reading.vocabulary.level_text[level] == segment


def _foreign_head(reading: Reading, segment: str, position: int) -> None:
    vocabulary = reading.vocabulary
    reading.straight = False
    if not segment:
        raise TRUNCATED(position=position, expected="owner and classification")
    for level in vocabulary.level_text:
        if segment == nato_level(level, vocabulary):
            reading.level, reading.originator = level, ""
            reading.add(OWNER, "NATO", position)
            return
    owner, _, rest = segment.partition(" ")
    if owner == "JOINT":
        spelling = max((one for one in vocabulary.levels if rest.startswith(one + " ")), key=len, default="")
        if not spelling:
            raise TRUNCATED(position=position + len(segment), expected="classification and owners of JOINT")
        at = position + 6 + len(spelling) + 1
        for token in rest[len(spelling) + 1:].split(" "):
            _place(reading, JOINT, token, at)
            at += len(token) + 1
        reading.level = vocabulary.levels[spelling]
        if "USA" not in reading.values[JOINT]:
            raise REQUIRES(position=position, details={"requires": "USA"})
        return
    level_name = vocabulary.levels.get(rest)
    if level_name is None or owner == "USA" or owner == "NATO":
        raise reading.unknown(segment, position)
    if owner != CONCEALED:
        _place(reading, OWNER, owner, position)
    else:
        reading.add(OWNER, CONCEALED, position)
    reading.level = level_name
    reading.originator = owner if vocabulary.country(owner) else ""


def _segment(reading: Reading, segment: str, position: int) -> None:
    if not segment:
        raise TRUNCATED(position=position, expected="a value")
    simple = reading.vocabulary.simple.get(segment)
    if simple is not None and simple.section > reading.section and simple.tag not in reading.values:
        reading.values[simple.tag] = {simple.value: None}
        reading.places[simple.tag] = position
        reading.rank = simple.rank
        reading.section = simple.section
        reading.written.append(segment)
        return
    tokens = segment.split("/")
    at, written, section = position, [], None
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token == "":
            raise TRUNCATED(position=at, expected="a value")
        kind, spelled, used = _token(reading, tokens, index, at, section)
        if section is None:
            section = kind
        elif kind != section:
            raise reading.unknown(token, at)
        written.append(spelled)
        at += len(token) + 1 if used == 1 else sum(len(one) + 1 for one in tokens[index:index + used])
        index += used
    if section == reading.section:
        raise DUPLICATE(position=position, what="A category")
    reading.section = section if section is not None else reading.section
    reading.written.append("/".join(written))


def _token(reading: Reading, tokens: list[str], index: int, at: int, section: int | None) -> tuple[int, str, int]:
    """The section of one token, its spelling as written out, and how many `/`-parts it took."""
    vocabulary, token = reading.vocabulary, tokens[index]
    known = vocabulary.tokens.get(token)
    if known is not None and not (known.tag == AEA and AEA_FAMILY.fullmatch(token)):
        if known.section < 0 or (known.tag == DISSEM and known.value in LIST_MARKERS):
            raise AMBIGUOUS(position=at, why="its list is the banner's", why_ja="一覧がバナーに依存するため")
        if known.tag == SCI:
            _sci(reading, known.value, at)
        else:
            reading.add(known.tag, known.value, at)
        if known.preferred:
            reading.follows(known.rank)
        else:
            reading.straight = False
        return known.section, token if known.preferred else vocabulary.spelling[known.tag, known.value], 1
    if token.startswith("REL TO "):
        reading.follows(DISSEM_SECTION * RANKS + vocabulary.order[DISSEM, "REL"])
        _list(reading, RELEASABLE_TO, token[7:], at + 7)
        return DISSEM_SECTION, token, 1
    if token.startswith("DISPLAY ONLY "):
        reading.follows(DISSEM_SECTION * RANKS + RANKS - 1)
        _list(reading, DISPLAY, token[13:], at + 13)
        return DISSEM_SECTION, token, 1
    reading.straight = False
    if token == CONCEALED or token.startswith("FGI "):
        _fgi(reading, token, at)
        return SECTIONS.index(FGI), token, 1
    if token.startswith("SAR-") or section == SECTIONS.index(SAP):
        reading.add(SAP, _shaped(reading, SAP, token.removeprefix("SAR-"), at), at)
        return SECTIONS.index(SAP), token, 1
    family = AEA_FAMILY.fullmatch(token)
    if family is not None:
        _aea(reading, family, at)
        return SECTIONS.index(AEA), token, 1
    if vocabulary.country(token) or token.endswith((" EYES ONLY", " EYES")):
        return DISSEM_SECTION, *_eyes(reading, tokens, index, at)
    if section in (None, SECTIONS.index(SCI)):
        _sci(reading, token, at)
        return SECTIONS.index(SCI), token, 1
    raise reading.unknown(token, at)


def _shaped(reading: Reading, tag: str, value: str, at: int) -> str:
    if not reading.vocabulary.allows(tag, value):
        raise reading.unknown(value, at)
    return value


def _place(reading: Reading, tag: str, token: str, at: int) -> None:
    if not token:
        raise TRUNCATED(position=at, expected="a country or group")
    if not reading.vocabulary.place(token):
        raise reading.vocabulary.scheme.groups.unknown(token, at)
    reading.add(tag, token, at)


def _list(reading: Reading, tag: str, text: str, at: int) -> None:
    """A comma list; `REL TO` names USA and somebody else, `DISPLAY ONLY` never USA."""
    start = at
    countries = reading.vocabulary.countries
    last = (0, "")
    for token in text.split(", "):
        _place(reading, tag, token, at)
        at += len(token) + 2
        here = (0, "") if token in FIRST and tag == RELEASABLE_TO else (1 if token in countries else 2, token)
        if here < last:
            reading.straight = False
        last = here
    values = reading.values[tag]
    if tag == RELEASABLE_TO and ("USA" not in values or len(values) < 2):
        raise REQUIRES(position=start, details={"requires": "USA" if "USA" not in values else "another than USA"})
    if tag == DISPLAY and "USA" in values:
        raise reading.unknown("USA", start)


def _fgi(reading: Reading, token: str, at: int) -> None:
    if FGI in reading.values:
        raise DUPLICATE(position=at, what="FGI")
    if token == CONCEALED:
        reading.add(FGI, CONCEALED, at)
        return
    at += 4
    for place in token[4:].split(" "):
        if place == "USA":
            raise reading.unknown(place, at)
        _place(reading, FGI, place, at)
        at += len(place) + 1


def _aea(reading: Reading, family: re.Match[str], at: int) -> None:
    name, critical, sigmas = family.groups()
    values = [name]
    if critical:
        values.append(f"{name}-CNWDI")
    values += [f"{name}-SIGMA {number}" for number in (sigmas or "").split()]
    for value in values:
        if not reading.vocabulary.allows(AEA, value):
            raise reading.unknown(family[0], at)
        reading.add(AEA, value, at)


def _sci(reading: Reading, token: str, at: int) -> None:
    control, *compartments = token.split("-")
    if not compartments and SCI not in reading.values:
        reading.add(SCI, _shaped(reading, SCI, control, at), at)
        return
    names = [compartment.partition(" ")[0] for compartment in compartments]
    twice = any(value.partition("-")[0] == control for value in reading.values.get(SCI, ()))
    if twice or len(set(names)) != len(names):
        raise DUPLICATE(position=at, what="A control system or compartment")
    atoms = [] if compartments else [control]
    for compartment in compartments:
        name, *subs = compartment.split(" ")
        atoms += [f"{control}-{name} {sub}" for sub in subs] or [f"{control}-{name}"]
    for atom in atoms:
        reading.add(SCI, _shaped(reading, SCI, atom, at), at)


def _eyes(reading: Reading, tokens: list[str], index: int, at: int) -> tuple[str, int]:
    suffix = " EYES" if reading.vocabulary.form == "us-portion" else " EYES ONLY"
    end = next((place for place in range(index, len(tokens)) if tokens[place].endswith(suffix)), None)
    if end is None:
        raise reading.unknown(tokens[index], at)
    written = "/".join(tokens[index:end + 1])
    for token in tokens[index:end + 1]:
        _place(reading, RELEASABLE_TO, token.removesuffix(suffix), at)
        at += len(token) + 1
    reading.add(DISSEM, EYES, at)
    if "USA" not in reading.values[RELEASABLE_TO]:
        raise REQUIRES(position=at, details={"requires": "USA"})
    return written, end + 1 - index


def _judge_writing(reading: Reading, canonical: str, start: int, lenient: bool) -> tuple[Note, ...]:
    """Whether the text is the canonical one, long forms apart; what differs is order or spacing."""
    text = reading.text
    if text == canonical:
        return ()
    head = text[: start + (2 if text[start:].startswith("//") else 0)]
    written = head + "//".join(reading.written) + text[len(text) - start:]
    if written == canonical:
        return (SHORTENED,)
    place = next((at for at, (one, two) in enumerate(zip(written, canonical, strict=False)) if one != two), 0)
    if not lenient:
        raise ORDER(position=place, what="A value")
    return (REORDERED,)

