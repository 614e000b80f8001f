"""ISM attributes in XML as a US label, and back: every token from the vocabulary, every companion
attribute demanded.

One element carries one label in attributes of the ISM namespace. What never weighs in a decision
(declassification, notices, versions) is kept as informative facts, so that the round trip loses
nothing.
Spec: IC ISM 2021-NOV (attributes, and the constraint rules ISM-ID-00030 to ISM-ID-00388,
ISM-ID-00219, ISM-ID-00302, ISM-ID-00377, ISM-ID-00523, ISM-ID-00526); spec/labels.md §What never
weighs, §XML.
"""

from __future__ import annotations

import re

from sealane.base.errors import Malformed, declare
from sealane.base.values import Instant
from sealane.labels.marks.syntax import Parsed, Remark, Syntax
from sealane.labels.model.errors import AMBIGUOUS, DUPLICATE, REQUIRES, unknown_token
from sealane.labels.model.label import RELEASABLE_TO, Category, Label
from sealane.labels.model.scheme import Schemes
from sealane.labels.model.xml_tree import Element, parse_xml, pointing
from sealane.labels.us.ism_write import (
    KEPT,
    LISTS,
    NAMESPACE,
    ORDER,
    PLACES,
    WATER_TOKENS,
    write_ism,
)
from sealane.labels.us.nato import LEVELS, WATER, of_nato
from sealane.labels.us.vocabulary import (
    AEA,
    COMPILATION,
    CONCEALED,
    DISPLAY,
    DISSEM,
    EXCLUDED,
    EYES,
    FGI,
    HIGH_WATER,
    ISM_FACTS,
    JOINT,
    ORCON,
    ORCON_USGOV,
    OWNER,
    SAP,
    SCI,
    Vocabulary,
    leaves,
)
from sealane.labels.us.vocabulary import vocabulary as words_of

UNSUPPORTED = (
    "cuiBasic",
    "cuiSpecified",
    "cuiDecontrolDate",
    "cuiDecontrolEvent",
    "cuiControlledBy",
    "cuiControlledByOffice",
    "cuiPOC",
    "secondBannerLine",
    "handleViaChannels",
)
MAX_TOKENS = 1024
SPACE = re.compile(r"[ \t\r\n]+")
"""What separates tokens in XML; other white space is part of a token, and so unknown."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

TEXT_IGNORED = Remark(
    "ism.text",
    "The element's text is not part of its label.",
    "要素の文字列はラベルに含まれません。",
)
WATER_TAKEN = Remark(
    "ism.nato_water",
    "The highest NATO level is not stated and was taken to be the element's own.",
    "NATO 情報の最高区分が示されていないため、要素自身の区分とみなしました。",
)
ISM_MALFORMED = declare(
    "ism.malformed",
    Malformed,
    "The ISM attributes are not valid: {why}.",
    "ISM 属性が妥当ではありません：{why}。",
    "Write them as the ISM specification says.",
    "ISM の仕様のとおりに書いてください。",
)


def read_ism(data: str | bytes, vocabulary: Vocabulary, notes: list[Remark]) -> Label:
    """The label in the ISM attributes of one element.

    Raises: Malformed `xml.*`, `ism.malformed`, `label.unknown_token`, `label.duplicate`; Refused
        `label.requires`.
    """
    root = parse_xml(data)
    if root.children:
        raise ISM_MALFORMED(
            position=root.children[0].position,
            why="one element carries one label; this one has children",
        )
    found = _attributes(root, notes)
    if root.text.strip(" \t\r\n"):
        notes.append(TEXT_IGNORED)
    values: dict[str, list[str]] = {}
    owners = _tokens(found, "ownerProducer", root)
    for name, tag in LISTS.items():
        for token in _tokens(found, name, root):
            _add(values, tag, _meaning(token, tag, vocabulary, root), root)
    for name, tag in PLACES.items():
        for token in _tokens(found, name, root):
            if not vocabulary.place(token):
                raise vocabulary.scheme.groups.unknown(token, root.position)
            _add(values, tag, token, root)
    _companions(values, found, root)
    owner = _owner(owners, found.get("joint", "false"), values, vocabulary, root)
    level = vocabulary.levels.get(found.get("classification", ""))
    if level is None or (level == "RESTRICTED" and not values.get(OWNER)):
        raise ISM_MALFORMED(
            position=root.position, why="classification is missing or not in the vocabulary"
        )
    _concealed(found, values, root)
    among_others = (*values.get(FGI, ()), *values.get(JOINT, ()))
    if of_nato(among_others) and HIGH_WATER not in values:
        values[HIGH_WATER] = [WATER[LEVELS.index(level)]]
        notes.append(WATER_TAKEN)
    _rest(found, values, root)
    return Label(
        policy=vocabulary.scheme.id,
        classification=level,
        categories=_categories(values, vocabulary),
        originator=owner,
        created=_created(found, root),
    )


def _attributes(root: Element, notes: list[Remark]) -> dict[str, str]:
    found: dict[str, str] = {}
    known = {*ORDER, *UNSUPPORTED}
    for written, value in root.attributes.items():
        namespace, _, name = written.rpartition(" ")
        if namespace == NAMESPACE:
            if name in UNSUPPORTED:
                raise ISM_MALFORMED(
                    position=root.position, why=f"{name} is not read; a label could not keep it"
                )
            if name not in known:
                raise ISM_MALFORMED(position=root.position, why=f"no attribute {name[:60]!r}")
            found[name] = value
        elif name in known:
            raise ISM_MALFORMED(position=root.position, why=f"{name[:60]} is not in {NAMESPACE}")
        else:
            notes.append(
                Remark(
                    "ism.other_attribute",
                    f"The attribute {name[:60]!r} is not ISM and not part of the label.",
                    f"属性 {name[:60]!r} は ISM ではなく、ラベルに含まれません。",
                    root.position,
                )
            )
    return found


def _tokens(found: dict[str, str], name: str, root: Element) -> list[str]:
    if name not in found:
        if name == "ownerProducer":
            raise ISM_MALFORMED(position=root.position, why="ownerProducer is missing")
        return []
    tokens = [token for token in SPACE.split(found[name]) if token]
    if not tokens:
        raise ISM_MALFORMED(position=root.position, why=f"{name} is empty")
    if len(tokens) > MAX_TOKENS:
        raise ISM_MALFORMED(position=root.position, why=f"{name} has more than {MAX_TOKENS} tokens")
    return tokens


def _add(values: dict[str, list[str]], tag: str, value: str, root: Element) -> None:
    held = values.setdefault(tag, [])
    if value in held:
        raise DUPLICATE(position=root.position, what="A value")
    held.append(value)


def _meaning(token: str, tag: str, vocabulary: Vocabulary, root: Element) -> str:
    known = vocabulary.tokens.get(token)
    if known is not None and known.tag == tag:
        return known.value
    shaped = token
    if tag == SCI and token.count("-") == 2:
        head, _, sub = token.rpartition("-")
        shaped = f"{head} {sub}"
    if tag == SAP and token.startswith("SAR-"):
        shaped = token[4:]
    shape = vocabulary.patterns.get(tag)
    if shape is None or shape.fullmatch(shaped) is None:
        raise unknown_token(
            token,
            root.position,
            "Use the tokens of the ISM vocabularies.",
            "ISM の語彙にある語を使ってください。",
        )
    return shaped


def _companions(values: dict[str, list[str]], found: dict[str, str], root: Element) -> None:
    """REL and EYES go with releasableTo, DISPLAYONLY with displayOnlyTo, sub-markings with what
    they hang under.
    """
    controls = values.get(DISSEM, [])
    lists = "REL" in controls or EYES in controls
    if lists != ("releasableTo" in found) or ("REL" in controls and EYES in controls):
        raise REQUIRES(
            position=root.position, details={"requires": "REL or EYES together with releasableTo"}
        )
    if ("DISPLAYONLY" in controls) != ("displayOnlyTo" in found):
        raise REQUIRES(
            position=root.position, details={"requires": "DISPLAYONLY together with displayOnlyTo"}
        )
    release = values.get(RELEASABLE_TO, ["USA", "USA"])
    if release[0] != "USA" or len(release) < 2:
        raise REQUIRES(position=root.position, details={"requires": "USA first, then another"})
    if "USA" in values.get(DISPLAY, []):
        raise ISM_MALFORMED(position=root.position, why="displayOnlyTo names USA")
    values[DISSEM] = [one for one in controls if one not in ("REL", "DISPLAYONLY")]
    if ORCON_USGOV in controls:
        if ORCON not in controls:
            raise REQUIRES(position=root.position, details={"requires": "OC beside OC-USGOV"})
        values[DISSEM].remove(ORCON)
    for tag in (SCI, AEA):
        held = set(values.get(tag, []))
        for value in held:
            head = value.rpartition(" ")[0] or value
            above = head if " " in value and tag == SCI else value.partition("-")[0]
            if above != value and above not in held:
                raise REQUIRES(position=root.position, details={"requires": above})
        if tag == SCI:
            values[tag] = list(leaves(held))


def _owner(
    owners: list[str],
    joint: str,
    values: dict[str, list[str]],
    vocabulary: Vocabulary,
    root: Element,
) -> str | None:
    for token in owners:
        if token != CONCEALED and not vocabulary.place(token):
            raise vocabulary.scheme.groups.unknown(token, root.position)
    if len(set(owners)) != len(owners):
        raise DUPLICATE(position=root.position, what="An owner")
    if joint not in ("true", "false", "1", "0"):
        raise ISM_MALFORMED(position=root.position, why="joint is not true or false")
    if joint in ("true", "1"):
        if len(owners) < 2 or "USA" not in owners:
            raise REQUIRES(
                position=root.position,
                details={"requires": "USA and another owner of what is JOINT"},
            )
        if not set(owners) <= set(values.get(RELEASABLE_TO, ())):
            raise REQUIRES(
                position=root.position,
                details={"requires": "every owner of what is JOINT by name in releasableTo"},
            )
        values[JOINT] = sorted(owners)
        return "USA"
    if len(owners) > 1:
        raise AMBIGUOUS(
            position=root.position,
            why="several owners, and not JOINT",
            why_ja="複数の所有者があるのに JOINT ではない",
        )
    if owners[0] != "USA":
        values[OWNER] = owners
    return owners[0] if vocabulary.country(owners[0]) else None


def _concealed(found: dict[str, str], values: dict[str, list[str]], root: Element) -> None:
    """One concealed source makes the whole mark bare FGI: no acknowledged name leaks beside it.

    Spec: spec/labels.md §Foreign sources.
    """
    if "FGIsourceProtected" in found:
        if found["FGIsourceProtected"].strip(" \t\r\n") != CONCEALED:
            raise ISM_MALFORMED(
                position=root.position, why="FGIsourceProtected names a source outside its agency"
            )
        values[FGI] = [CONCEALED]
    if values.get(OWNER) == [CONCEALED]:
        if "FGIsourceProtected" not in found or "FGIsourceOpen" in found:
            raise REQUIRES(
                position=root.position,
                details={"requires": "FGIsourceProtected alone with the owner FGI"},
            )
        del values[FGI]
    if "highWaterNATO" in found:
        water = WATER_TOKENS.get(found["highWaterNATO"])
        if water is None:
            raise ISM_MALFORMED(
                position=root.position, why="highWaterNATO is not in the vocabulary"
            )
        values[HIGH_WATER] = [water]


def _rest(found: dict[str, str], values: dict[str, list[str]], root: Element) -> None:
    excluded = found.get("excludeFromRollup", "false")
    if excluded not in ("true", "false", "1", "0"):
        raise ISM_MALFORMED(position=root.position, why="excludeFromRollup is not true or false")
    if excluded in ("true", "1"):
        values[EXCLUDED] = ["true"]
    facts = [f"{name}={found[name]}" for name in KEPT if name in found]
    if "compilationReason" in found:
        values[COMPILATION] = [found["compilationReason"]]
    if facts:
        values[ISM_FACTS] = facts
    for text in [*facts, *values.get(COMPILATION, [])]:
        if len(text) > 256 or not text.isprintable() or not text:
            raise ISM_MALFORMED(
                position=root.position,
                why="a text has more than 256 characters, or some that do not print",
            )


def _categories(values: dict[str, list[str]], vocabulary: Vocabulary) -> tuple[Category, ...]:
    out = []
    for tag, held in values.items():
        known = vocabulary.scheme.tag(tag)
        if held and known is not None:
            out.append(Category(tag, known.type, tuple(sorted(held))))
    return tuple(sorted(out))


def _created(found: dict[str, str], root: Element) -> str | None:
    date = found.get("createDate")
    if date is None:
        return None
    if not _DATE.fullmatch(date):
        raise ISM_MALFORMED(position=root.position, why="createDate is not YYYY-MM-DD")
    return f"{date}T00:00:00Z"


def _read(text: str, schemes: Schemes, at: Instant | None, _lenient: bool) -> Parsed:
    scheme = schemes["USA"]
    words, notes = words_of(scheme, "us-ism"), list[Remark]()
    with pointing(text):
        label = read_ism(text, words, notes)
        scheme.check(label, at=at)
    return Parsed(label, write_ism(label, words), tuple(notes))


def _write(label: Label, schemes: Schemes) -> str:
    return write_ism(label, words_of(schemes["USA"], "us-ism"))


ISM = Syntax(name="us-ism", read=_read, write=_write, policy="USA", reads_back=True)
