"""The tokens of US marks: a mark being read, and what each token adds to it; four list grammars,
one list type.

Spec: CAPCO Register and Manual 2016; spec/labels.md §Nothing unknown.
"""

from __future__ import annotations

import re

from sealane.labels.model.errors import AMBIGUOUS, DUPLICATE, REQUIRES, TRUNCATED, unknown_token
from sealane.labels.model.label import RELEASABLE_TO, Category, Label
from sealane.labels.us.vocabulary import (
    AEA,
    CONCEALED,
    CRITICAL,
    DISPLAY,
    DISSEM,
    EYES,
    EYES_ONLY,
    FAMILIES,
    FGI,
    LIST_MARKERS,
    SAP,
    SCI,
    SECTIONS,
    SIGMA,
    MarkToken,
    Vocabulary,
)

AEA_FAMILY = re.compile(r"([A-Z ]+)(?:-([A-Z ]+?))?(?:-(SIGMA|SG)((?: [0-9]{1,2})+))?", re.ASCII)
RELEASE_TITLE, FGI_TITLE = "AUTHORIZED FOR RELEASE TO ", "FOREIGN GOVERNMENT INFORMATION"
SAR_PREFIXES = ("SAR-", "SPECIAL ACCESS REQUIRED-")
DISSEM_SECTION = SECTIONS.index(DISSEM)
HINT_SECTIONS = "Separate categories with // and values with /."
HINT_SECTIONS_JA = "区分は //、値は / で区切ってください。"


class Reading:
    """One mark being read; `written` is the text with every long form replaced by the spelling
    written out.
    """

    __slots__ = (
        "level",
        "originator",
        "places",
        "section",
        "text",
        "values",
        "vocabulary",
        "written",
    )

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text, self.vocabulary = text, vocabulary
        self.level, self.originator = "", "USA"
        self.values: dict[str, dict[str, None]] = {}
        self.section = -1
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

    def unknown(self, token: str, position: int) -> Exception:
        return unknown_token(token, position, HINT_SECTIONS, HINT_SECTIONS_JA)

    def label(self) -> Label:
        scheme = self.vocabulary.scheme
        types = self.vocabulary.types
        categories = [
            Category(tag, types[tag], tuple(sorted(self.values[tag])))
            for tag in sorted(self.values)
        ]
        return Label(
            policy=scheme.id,
            classification=self.level,
            categories=tuple(categories),
            originator=self.originator or None,
        )


def read_token(
    reading: Reading, tokens: list[str], index: int, at: int, section: int | None
) -> tuple[int, str, int]:
    """The section of one token, its spelling as written out, and how many `/`-parts it took.

    Raises: Malformed `label.unknown_token`, `label.ambiguous`, `label.duplicate`,
        `label.truncated`; Refused `label.requires`.
    """
    vocabulary, token = reading.vocabulary, tokens[index]
    family = _family(vocabulary, token)
    if family is not None:
        return SECTIONS.index(AEA), _aea(reading, family, at), 1
    known = vocabulary.tokens.get(token)
    if known is not None:
        return known.section, _known(reading, token, known, at), 1
    for title in ("REL TO ", RELEASE_TITLE):
        if token.startswith(title) and (title != RELEASE_TITLE or not vocabulary.portions):
            _list(reading, RELEASABLE_TO, token[len(title) :], at + len(title))
            return DISSEM_SECTION, "REL TO " + token[len(title) :], 1
    if token.startswith("DISPLAY ONLY "):
        _list(reading, DISPLAY, token[13:], at + 13)
        return DISSEM_SECTION, token, 1
    for title in (CONCEALED, FGI_TITLE):
        if (token == title or token.startswith(title + " ")) and (
            title != FGI_TITLE or not vocabulary.portions
        ):
            _fgi(reading, token[len(title) :], at + len(title))
            return SECTIONS.index(FGI), CONCEALED + token[len(title) :], 1
    if token.startswith(SAR_PREFIXES) or section == SECTIONS.index(SAP):
        program = token.removeprefix(SAR_PREFIXES[1]).removeprefix(SAR_PREFIXES[0])
        reading.add(SAP, _shaped(reading, SAP, program, at), at)
        return SECTIONS.index(SAP), token if program == token else SAR_PREFIXES[0] + program, 1
    if vocabulary.country(token) or token.endswith((" EYES ONLY", " EYES")):
        return DISSEM_SECTION, *_eyes(reading, tokens, index, at)
    if section in (None, SECTIONS.index(SCI)):
        return SECTIONS.index(SCI), _sci(reading, token, at), 1
    raise reading.unknown(token, at)


def _known(reading: Reading, token: str, known: MarkToken, at: int) -> str:
    """Take a listed token; the spelling it is written out with."""
    if known.section < 0 or (known.tag == DISSEM and known.value in LIST_MARKERS):
        raise AMBIGUOUS(
            position=at, why="its list is the banner's", why_ja="一覧がバナーに依存するため"
        )
    if known.tag == SCI:
        _sci(reading, known.value, at)
    else:
        reading.add(known.tag, known.value, at)
    if known.preferred:
        return token
    return reading.vocabulary.spelling[known.tag, known.value]


def _shaped(reading: Reading, tag: str, value: str, at: int) -> str:
    if not reading.vocabulary.allows(tag, value):
        raise reading.unknown(value, at)
    return value


def add_place(reading: Reading, tag: str, token: str, at: int) -> None:
    """A country or group of a list. Raises: Malformed `label.truncated`, `label.unknown_token`,
    `label.duplicate`.
    """
    if not token:
        raise TRUNCATED(position=at, expected="a country or group")
    if not reading.vocabulary.place(token):
        raise reading.vocabulary.scheme.groups.unknown(token, at)
    reading.add(tag, token, at)


def _list(reading: Reading, tag: str, text: str, at: int) -> None:
    """A comma list; `REL TO` names USA and somebody else, `DISPLAY ONLY` never USA."""
    start = at
    for token in text.split(", "):
        add_place(reading, tag, token, at)
        at += len(token) + 2
    values = reading.values[tag]
    if tag == RELEASABLE_TO and ("USA" not in values or len(values) < 2):
        raise REQUIRES(
            position=start,
            details={"requires": "USA" if "USA" not in values else "another than USA"},
        )
    if tag == DISPLAY and "USA" in values:
        raise reading.unknown("USA", start)


def _fgi(reading: Reading, places: str, at: int) -> None:
    """What follows the title: nothing, for a concealed source, or a space and each place."""
    if FGI in reading.values:
        raise DUPLICATE(position=at - len(CONCEALED), what="FGI")
    if not places:
        reading.add(FGI, CONCEALED, at - len(CONCEALED))
        return
    at += 1
    for place in places[1:].split(" "):
        if place == "USA":
            raise reading.unknown(place, at)
        add_place(reading, FGI, place, at)
        at += len(place) + 1


def _family(vocabulary: Vocabulary, token: str) -> re.Match[str] | None:
    """A token that starts with Restricted Data or Formerly Restricted Data, in any spelling of this
    form.
    """
    known = vocabulary.tokens.get(token.partition("-")[0])
    if known is None or known.tag != AEA or known.value not in FAMILIES:
        return None
    return AEA_FAMILY.fullmatch(token)


def _aea(reading: Reading, family: re.Match[str], at: int) -> str:
    """Add a family with what hangs under it; its canonical spelling, in the order of writing."""
    title, critical, sigma, numbers = family.groups()
    vocabulary = reading.vocabulary
    name = vocabulary.tokens[title].value
    words, sigma_words = CRITICAL[vocabulary.portions], SIGMA[vocabulary.portions]
    if (critical or words[0]) not in words or (sigma or sigma_words[0]) not in sigma_words:
        raise reading.unknown(family[0], at)
    values, written = [name], name
    if critical:
        values.append(f"{name}-CNWDI")
        written += f"-{words[0]}"
    values += [f"{name}-SIGMA {number}" for number in (numbers or "").split()]
    for value in values:
        if not vocabulary.allows(AEA, value):
            raise reading.unknown(family[0], at)
        reading.add(AEA, value, at)
    return f"{written}-{sigma_words[0]}{numbers}" if numbers else written


def _sci(reading: Reading, token: str, at: int) -> str:
    """Add a control system with what hangs under it; its canonical spelling, in the order of
    writing.
    """
    if reading.vocabulary.form != "us-ism":
        token = _short_titles(reading.vocabulary, token)
    control, *compartments = token.split("-")
    if not compartments and SCI not in reading.values:
        reading.add(SCI, _shaped(reading, SCI, control, at), at)
        return token
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
    return token


def _short_titles(vocabulary: Vocabulary, token: str) -> str:
    """A control system and its compartments by their abbreviations; what has none stays."""
    control, *compartments = token.split("-")
    known = vocabulary.tokens.get(control)
    if known is not None and known.tag == SCI:
        control = known.value
    parts = [control]
    for compartment in compartments:
        name, space, subs = compartment.partition(" ")
        listed = vocabulary.tokens.get(f"{control}-{name}")
        if listed is not None and listed.tag == SCI:
            name = listed.value.partition("-")[2]
        parts.append(name + space + subs)
    return "-".join(parts)


def _eyes(reading: Reading, tokens: list[str], index: int, at: int) -> tuple[str, int]:
    """A list that ends in EYES ONLY; a portion may leave the second word out."""
    suffixes = (EYES_ONLY, " EYES") if reading.vocabulary.portions else (EYES_ONLY,)
    end = next(
        (place for place in range(index, len(tokens)) if tokens[place].endswith(suffixes)), None
    )
    if end is None:
        raise reading.unknown(tokens[index], at)
    places = [
        token.removesuffix(EYES_ONLY).removesuffix(" EYES") for token in tokens[index : end + 1]
    ]
    written = "/".join(places) + EYES_ONLY
    for place in places:
        add_place(reading, RELEASABLE_TO, place, at)
        at += len(place) + 1
    reading.add(DISSEM, EYES, at)
    if "USA" not in reading.values[RELEASABLE_TO]:
        raise REQUIRES(position=at, details={"requires": "USA"})
    return written, end + 1 - index
