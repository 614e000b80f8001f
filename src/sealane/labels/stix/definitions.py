"""STIX 2.1 marking definitions: TLP 1 and 2 by their fixed objects, ACS 3.0 where a US label can
say it, any label in the extension of ours; nothing else.

A marking whose meaning we cannot keep is refused with the reason, because a receiver who ignores it
shares too much.
Spec: STIX 2.1 §7.2; OASIS extension definition 60a3c5c5 (TLP 2.0) and OASIS extension definition
3a65884d (ACS 3.0); spec/labels.md §Nothing unknown.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Malformed, Refused, declare
from sealane.base.values import Instant, parse_instant
from sealane.labels.marks.syntax import Parsed, Remark, Syntax
from sealane.labels.model.errors import DUPLICATE, NOT_EXPRESSIBLE, WRONG_SYNTAX
from sealane.labels.model.label import MAX_TEXT, Category, Label
from sealane.labels.model.scheme import Schemes
from sealane.labels.stix.acs import ACS, read_acs, write_acs
from sealane.labels.stix.own import OWN, read_own, write_own
from sealane.labels.stix.vendors import HARMLESS, OTHER_NAMES, OWN_IDS, UNUSED, known_form

TLP2 = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
TLP2_CREATED, TLP1_CREATED = "2022-10-01T00:00:00.000Z", "2017-01-20T00:00:00.000Z"
TLP2_IDS = {
    "clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
TLP1_IDS = {
    "white": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    "green": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "amber": "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    "red": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
}
OLD_TLP = Remark("stix.tlp1", "This is a marking of TLP 1.0.", "TLP 1.0 の標示です。")
TO_THE_LETTER = frozenset(
    {
        "type",
        "spec_version",
        "id",
        "created",
        "created_by_ref",
        "name",
        "extensions",
        "definition_type",
        "definition",
        "external_references",
        "object_marking_refs",
        "granular_markings",
    }
)
"""What a predefined object may hold, beside properties that are named as nobody's standard."""
PROPERTY = re.compile(r"[a-z0-9_]{3,250}", re.ASCII)
"""A name that a property may have; those that the reader does not know decide nothing."""
SHORTENED = Remark(
    "stix.statement",
    "A statement was put on one line, or shortened; it decides nothing.",
    "声明を一行にまとめ、または短縮しました。判断には影響しません。",
)
VENDOR = Remark(
    "stix.vendor_form",
    "A marking in a product's own form was read by table.",
    "製品独自の形式の標示を対応表により読みました。",
)
STATEMENT = "Statement"
MAX_MARKINGS = 16
_ID = re.compile(
    r"[a-z0-9-]{1,64}--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII
)

STIX_MALFORMED = declare(
    "stix.malformed",
    Malformed,
    "This is not a STIX 2.1 marking definition: {why}.",
    "STIX 2.1 の marking-definition ではありません：{why}。",
    "Send the marking-definition object as the specification gives it.",
    "仕様のとおりの marking-definition オブジェクトを渡してください。",
)
STIX_UNSUPPORTED = declare(
    "stix.unsupported",
    Refused,
    "The marking cannot be kept by a label: {why}.",
    "この標示はラベルで保てません：{why}。",
    "Mark the object with TLP, or with ACS controls that a label can carry.",
    "TLP か、ラベルで表せる ACS の制御で印付けしてください。",
)


def read_stix(data: str | bytes, schemes: Schemes, notes: list[Remark]) -> Label:
    """The label that one marking definition, or a bundle or list of them, gives.

    A statement marking is kept as an informative category beside TLP; alone it is no label.
    Raises: Malformed `json.*`, `stix.malformed`, `label.duplicate`; Refused `stix.unsupported`.
    """
    return read_markings(_objects(canonical.parse(data)), schemes, notes)


def read_markings(markings: list[dict[str, Any]], schemes: Schemes, notes: list[Remark]) -> Label:
    """The label that marking definitions give together: one that decides, and statements beside it.
    Raises: as `read_stix`.
    """
    labels: list[Label] = []
    statements: list[str] = []
    for marking in markings:
        found = read_each(marking, schemes, notes)
        if isinstance(found, Label):
            labels.append(found)
        else:
            statements.append(found)
    if len(labels) > 1:
        raise DUPLICATE(what="A marking that decides")
    if not labels:
        raise STIX_UNSUPPORTED(why="a statement alone says nothing about who may have the object")
    if not statements:
        return labels[0]
    if schemes[labels[0].policy].tag(STATEMENT) is None:
        raise STIX_UNSUPPORTED(why="a statement beside ACS controls")
    return _with_statements(labels[0], statements)


def read_each(marking: dict[str, Any], schemes: Schemes, notes: list[Remark]) -> Label | str:
    """What one marking definition says: a label that decides, or the words of a statement, which
    decide nothing. Raises: as `read_stix`.
    """
    _check_members(marking)
    # What has no definition of any type is an extension's, and read as such.
    if "definition" not in marking and "definition_type" not in marking:
        return _read_one(marking, schemes, notes)
    known = known_form(marking)
    if known is not None:
        notes.append(VENDOR)
    if known is not None and known.level is not None:
        _not_another(marking, known.level)
        return Label(policy="TLP", classification=_tlp_level(known.level, schemes))
    if known is not None and known.words is not None:
        return known.words
    if _is_statement(marking):
        return _statement(marking, notes)
    return _read_one(marking, schemes, notes)


def is_id(value: Any) -> bool:
    """Whether a value is a STIX identifier, type and UUID."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def predefined(identifier: str) -> dict[str, Any]:
    """The TLP object that everybody knows by this identifier. Raises: KeyError for any other."""
    base = {"type": "marking-definition", "spec_version": "2.1", "id": identifier}
    for colour, known in TLP2_IDS.items():
        if known == identifier:
            return {
                **base,
                "created": TLP2_CREATED,
                "name": f"TLP:{colour.upper()}",
                "extensions": {TLP2: {"extension_type": "property-extension", "tlp_2_0": colour}},
            }
    if identifier in OWN_IDS:
        return predefined(TLP2_IDS[OWN_IDS[identifier]])
    colour = {known: name for name, known in TLP1_IDS.items()}[identifier]
    return {
        **base,
        "created": TLP1_CREATED,
        "name": f"TLP:{colour.upper()}",
        "definition_type": "tlp",
        "definition": {"tlp": colour},
    }


def _with_statements(label: Label, statements: list[str]) -> Label:
    category = Category(STATEMENT, "informative", tuple(sorted(set(statements))))
    return Label(
        policy=label.policy,
        classification=label.classification,
        categories=tuple(sorted([*label.categories, category])),
        originator=label.originator,
        created=label.created,
    )


def _objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict) and value.get("type") == "bundle":
        if unknown := sorted(set(value) - {"type", "id", "objects"}):
            raise STIX_MALFORMED(why=f"a bundle has no member {unknown[0][:40]!r}")
        value = value.get("objects")
    found = value if isinstance(value, list) else [value]
    if not found or len(found) > MAX_MARKINGS or not all(isinstance(one, dict) for one in found):
        raise STIX_MALFORMED(why=f"not 1 to {MAX_MARKINGS} objects")
    return found


def _check_members(marking: dict[str, Any]) -> None:
    if marking.get("type") != "marking-definition":
        raise STIX_MALFORMED(position="type", why="type is not marking-definition")
    if marking.get("spec_version") != "2.1":
        raise STIX_MALFORMED(position="spec_version", why="spec_version is not 2.1")
    for name in () if TO_THE_LETTER.issuperset(marking) else marking.keys() - TO_THE_LETTER:
        if not PROPERTY.fullmatch(name):
            raise STIX_MALFORMED(position=name[:40], why=f"{name[:40]!r} is no name of a property")
    identifier = marking.get("id")
    if (
        not isinstance(identifier, str)
        or not identifier.startswith("marking-definition--")
        or not _ID.fullmatch(identifier)
    ):
        raise STIX_MALFORMED(position="id", why="id is not marking-definition--UUID")
    if not isinstance(marking.get("created"), str):
        raise STIX_MALFORMED(position="created", why="created is missing")
    parse_instant(marking["created"])
    if not isinstance(marking.get("name", ""), str):
        raise STIX_MALFORMED(position="name", why="name is not a text")
    if marking.get("revoked"):
        raise STIX_MALFORMED(position="revoked", why="a revoked marking says nothing")
    if not isinstance(marking.get("extensions", {}), dict):
        raise STIX_MALFORMED(position="extensions", why="extensions is not an object")


def _is_statement(marking: dict[str, Any]) -> bool:
    """Whether the marking is a statement; nothing else about it may say who may have an object."""
    if ("definition_type" in marking) != ("definition" in marking):
        raise STIX_MALFORMED(
            position="definition", why="definition_type and definition come together"
        )
    means = any(name not in HARMLESS for name in marking.get("extensions", ()))
    if means == ("definition" in marking):
        raise STIX_MALFORMED(why="either a definition or one extension says what the marking means")
    return marking.get("definition_type") == "statement"


def _not_another(marking: dict[str, Any], level: str) -> None:
    """An identifier that everybody knows as one level is never read as another."""
    levels = {known: OTHER_NAMES.get(colour, colour) for colour, known in TLP1_IDS.items()}
    levels |= {known: colour for colour, known in TLP2_IDS.items()} | OWN_IDS
    if levels.get(marking["id"], level) != level:
        raise STIX_MALFORMED(position="id", why=f"this id is that of TLP:{levels[marking['id']]}")


def _statement(marking: dict[str, Any], notes: list[Remark]) -> str:
    definition = marking["definition"]
    if not isinstance(definition, dict) or set(definition) != {"statement"}:
        raise STIX_MALFORMED(
            position="definition", why="a statement marking has exactly a statement"
        )
    text = definition["statement"]
    line = " ".join(text.split()) if isinstance(text, str) else ""
    if not line or not line.isprintable():
        raise STIX_MALFORMED(position="definition", why="the statement is not a printable text")
    if len(line) > MAX_TEXT:
        digest = hashlib.sha256(line.encode()).hexdigest()
        line = f"{line[: MAX_TEXT - 76]} ... sha256:{digest}"
    if line != text:
        notes.append(SHORTENED)
    return line


def _read_one(marking: dict[str, Any], schemes: Schemes, notes: list[Remark]) -> Label:
    if "definition" in marking:
        return _tlp1(marking, schemes, notes)
    given = marking.get("extensions", {})
    extensions = {name: body for name, body in given.items() if name not in HARMLESS}
    if len(extensions) != 1:
        raise STIX_MALFORMED(position="extensions", why="exactly one extension is read")
    ((name, body),) = extensions.items()
    if name == TLP2:
        return _tlp2(marking, body, schemes)
    if name == ACS:
        return read_acs(marking, body, schemes, notes)
    if name == OWN:
        return read_own(body)
    raise STIX_UNSUPPORTED(position="extensions", why=f"extension {UNUSED.get(name, name[:80])}")


def _tlp1(marking: dict[str, Any], schemes: Schemes, notes: list[Remark]) -> Label:
    if marking["definition_type"] != "tlp":
        raise STIX_UNSUPPORTED(
            position="definition_type",
            why=f"definition_type {str(marking['definition_type'])[:40]!r}",
        )
    definition = marking["definition"]
    colour = (
        definition.get("tlp")
        if isinstance(definition, dict) and set(definition) == {"tlp"}
        else None
    )
    if not isinstance(colour, str) or colour not in TLP1_IDS:
        raise STIX_MALFORMED(
            position="definition", why="STIX 2.1 itself knows white, green, amber and red only"
        )
    _fixed(marking, TLP1_IDS[colour], TLP1_CREATED, f"TLP:{colour.upper()}")
    notes.append(OLD_TLP)
    return Label(
        policy="TLP", classification=_tlp_level("clear" if colour == "white" else colour, schemes)
    )


def _tlp2(marking: dict[str, Any], body: Any, schemes: Schemes) -> Label:
    if not isinstance(body, dict) or set(body) != {"extension_type", "tlp_2_0"}:
        raise STIX_MALFORMED(
            position="extensions",
            why="the TLP 2.0 extension has exactly extension_type and tlp_2_0",
        )
    colour = body["tlp_2_0"]
    if (
        body["extension_type"] != "property-extension"
        or not isinstance(colour, str)
        or colour not in TLP2_IDS
    ):
        raise STIX_MALFORMED(position="extensions", why="not a TLP 2.0 value")
    _fixed(marking, TLP2_IDS[colour], TLP2_CREATED, f"TLP:{colour.upper()}")
    return Label(policy="TLP", classification=_tlp_level(colour, schemes))


def _fixed(marking: dict[str, Any], identifier: str, created: str, name: str) -> None:
    """The predefined objects are what they are to the letter; a twin with another id or date is a
    forgery or a slip.
    """
    for member in () if TO_THE_LETTER.issuperset(marking) else sorted(marking):
        if member not in TO_THE_LETTER and not member.startswith("x_"):
            raise STIX_MALFORMED(position=member[:40], why=f"{name} has no member {member[:40]!r}")
    if marking["id"] != identifier:
        raise STIX_MALFORMED(position="id", why=f"{name} has the fixed id {identifier}")
    if parse_instant(marking["created"]) != parse_instant(created):
        raise STIX_MALFORMED(position="created", why=f"{name} was created at {created}")
    if marking.get("name", name) != name:
        raise STIX_MALFORMED(position="name", why=f"the name of this object is {name}")
    if "created_by_ref" in marking:
        raise STIX_MALFORMED(
            position="created_by_ref", why="the predefined objects have no creator"
        )


def _tlp_level(colour: str, schemes: Schemes) -> str:
    scheme = schemes["TLP"]
    for name in (f"TLP:{colour.upper()}", colour.upper()):
        if scheme.level(name) is not None:
            return name
    raise STIX_UNSUPPORTED(why="the TLP scheme that is loaded lacks this level")


def write_stix(label: Label, schemes: Schemes) -> str:
    """The marking definition of a TLP label (TLP 2.0), or of a US label read from ACS; compact
    JSON.

    Raises: Malformed `label.wrong_syntax`; Refused `label.not_expressible`.
    """
    if label.policy == "USA":
        return write_acs(label, schemes)
    if label.policy != "TLP":
        raise WRONG_SYNTAX(syntax="stix-marking", right="TLP", given=label.policy[:40])
    colour = label.classification.removeprefix("TLP:").lower()
    if colour not in TLP2_IDS or any(category.tag != STATEMENT for category in label.categories):
        raise NOT_EXPRESSIBLE(member="classification" if colour not in TLP2_IDS else "categories")
    marking = predefined(TLP2_IDS[colour])
    statements = [_write_statement(text) for text in label.values(STATEMENT)]
    return json.dumps(
        [marking, *statements] if statements else marking, ensure_ascii=False, separators=(",", ":")
    )


def write_marking(label: Label, schemes: Schemes) -> str:
    """The same for a label of any loaded scheme: one that neither TLP nor ACS can say is carried
    whole. Raises: Refused `label.not_expressible`.
    """
    if label.policy in ("TLP", "USA"):
        return write_stix(label, schemes)
    return json.dumps(write_own(label), ensure_ascii=False, separators=(",", ":"))


def _write_statement(text: str) -> dict[str, Any]:
    """A statement marking whose identifier follows from its words, so that one label has
    one text.
    """
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": f"marking-definition--{uuid.uuid5(uuid.NAMESPACE_URL, f'{TLP2}/statement/{text}')}",
        "created": TLP2_CREATED,
        "definition_type": "statement",
        "definition": {"statement": text},
    }


def _read(text: str, schemes: Schemes, at: Instant | None, _lenient: bool) -> Parsed:
    notes: list[Remark] = []
    label = read_stix(text, schemes, notes)
    schemes.check(label, at=at)
    return Parsed(label, write_marking(label, schemes), tuple(notes))


STIX = Syntax(name="stix-marking", read=_read, write=write_stix, reads_back=True)
