"""A scheme from an Open XML SPIF 2.1 file: everything in it understood and honoured, or the file
refused with the reason.

`hierarchy` orders classifications; `lacv` only names them. Types come from the file, never from
names.
Spec: Open XML SPIF 2.1 (http://www.xmlspif.org/spif); X.841.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, cast

from lxml import etree

from sealane.base.errors import Malformed
from sealane.base.values import Instant, parse_instant
from sealane.labels.model.errors import SCHEME_MALFORMED
from sealane.labels.model.groups import CountryGroups
from sealane.labels.model.label import CategoryType
from sealane.labels.model.scheme import (
    Level,
    Needs,
    Operation,
    Origin,
    Scheme,
    Source,
    Tag,
    TagValue,
)
from sealane.labels.nations import rules_named
from sealane.labels.sources.spif_grammar import (
    CODES,
    MAX_FILE,
    NAMESPACE,
    SHAPES,
    UNUSED,
    VERSION,
    XML_LANG,
    XSI,
)

TYPES: dict[tuple[str, str | None], CategoryType] = {
    ("restrictive", None): "restrictive",
    ("permissive", None): "permissive",
    ("enumerated", "restrictive"): "restrictive",
    ("enumerated", "permissive"): "permissive",
    ("tagType7", None): "informative",
}


@dataclass(frozen=True, slots=True)
class _TagPlace:
    """Where a reference points: the tags of a set, by type, and their values by lacv."""

    tag: str
    kind: CategoryType
    values: dict[str, str]


def scheme_from_spif(data: bytes, *, groups: CountryGroups, file: str = "spif") -> Scheme:
    """The scheme of a SPIF 2.1 file.

    Raises: Malformed `scheme.malformed`: another version or namespace, a DTD, an element,
    attribute, type or code that
        2.1 does not have, a reference to nothing, a name or rung twice; the sentence names the
        line.
    """
    return _SpifReader(file, groups).scheme(_root(data, file))


def _root(data: bytes, file: str) -> etree._Element:
    if len(data) > MAX_FILE:
        raise SCHEME_MALFORMED(file=file, why=f"more than {MAX_FILE} bytes")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise SCHEME_MALFORMED(file=file, why="a document type declaration")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SCHEME_MALFORMED(file=file, why=f"not XML: {str(error)[:120]}") from None
    if root.getroottree().docinfo.doctype:
        raise SCHEME_MALFORMED(file=file, why="a document type declaration")
    name = etree.QName(root)
    if name.namespace != NAMESPACE or name.localname != "SPIF":
        raise SCHEME_MALFORMED(
            file=file,
            why=f"the root is {{{name.namespace}}}{name.localname}, not {{{NAMESPACE}}}SPIF",
        )
    if root.get("schemaVersion") != VERSION:
        raise SCHEME_MALFORMED(
            file=file, why=f"schemaVersion is {root.get('schemaVersion')!r}; only {VERSION} is read"
        )
    return root


class _SpifReader:
    """One file being read; every refusal names file, line and what was wrong."""

    def __init__(self, file: str, groups: CountryGroups) -> None:
        self.file = file
        self.groups = groups
        self.findings: list[str] = []
        self.places: dict[str, list[_TagPlace]] = {}
        self.levels: set[str] = set()

    def refuse(self, node: etree._Element, why: str) -> Exception:
        return SCHEME_MALFORMED(
            position=node.sourceline, file=self.file, why=f"line {node.sourceline}: {why}"
        )

    def scheme(self, root: etree._Element) -> Scheme:
        self._shape(root)
        policy = self._one(root, "securityPolicyId")
        classes = self._all(self._one(root, "securityClassifications"), "securityClassification")
        levels = [self._level(node) for node in classes]
        self.levels = {level.name for level in levels}
        sets = [
            tag
            for parent in self._all(root, "securityCategoryTagSets")
            for tag in self._all(parent, "securityCategoryTagSet")
        ]
        tags = [tag for node in sets for tag in self._tags(node)]
        self._once([level.name for level in levels], "classification", root)
        self._once([level.order for level in levels], "hierarchy", root)
        self._once([level.lacv for level in levels], "lacv of a classification", root)
        self._once([tag.name for tag in tags], "tag", root)
        levels = [
            self._level_rules(level, node) for level, node in zip(levels, classes, strict=True)
        ]
        tags = self._tag_rules(tags, sets)
        self._unused(root)
        name = policy.get("name", "").strip()
        return Scheme(
            rules=rules_named("generic"),
            id=name,
            country=None,
            oid=policy.get("id", ""),
            version=root.get("version", ""),
            status="read",
            name={"en": name, "ja": name},
            levels=tuple(levels),
            tags=tuple(tags),
            groups=self.groups,
            sources=(Source(id="spif", title=self.file, status="read"),),
            findings=tuple(self.findings),
        )

    def _unused(self, root: etree._Element) -> None:
        """Say what is read and has no effect here; none of it can make a label wider."""
        for path, sentence in UNUSED:
            count = len(root.findall(path, {"s": NAMESPACE}))
            if count:
                self.findings.append(f"{sentence} ({count})")

    def _shape(self, node: etree._Element, depth: int = 0) -> None:
        """Every element and attribute is one that 2.1 has, in the right place."""
        name = etree.QName(node)
        if name.namespace != NAMESPACE:
            raise self.refuse(node, f"element {name.localname!r} is not in the SPIF namespace")
        shape = SHAPES.get(name.localname)
        if shape is None or depth > 12:
            raise self.refuse(node, f"element {name.localname!r} is not of SPIF {VERSION}")
        children, attributes, required = shape
        for attribute in cast(Iterable[str], node.attrib):
            if attribute not in attributes and not attribute.startswith((XSI, XML_LANG)):
                raise self.refuse(
                    node, f"attribute {attribute!r} of {name.localname!r} is not understood"
                )
        for attribute in required:
            if not (node.get(attribute) or "").strip():
                raise self.refuse(node, f"{name.localname!r} has no {attribute!r}")
        if name.localname == "extensions":
            if len(node):
                raise self.refuse(node, "extensions are not understood")
            return
        for child in node:
            local = etree.QName(child).localname
            if local not in children and etree.QName(child).namespace == NAMESPACE:
                raise self.refuse(child, f"element {local!r} may not stand in {name.localname!r}")
            self._shape(child, depth + 1)
        if name.localname == "code" and (node.text or "").strip() not in CODES:
            # codes steer display only; ours shows every part, so an unknown one hides nothing
            self.findings.append(
                f"line {node.sourceline}: the marking code {(node.text or '').strip()[:40]!r} has"
                " no effect"
            )

    def _all(self, node: etree._Element, name: str) -> list[etree._Element]:
        return node.findall(f"{{{NAMESPACE}}}{name}")

    def _one(self, node: etree._Element, name: str) -> etree._Element:
        found = self._all(node, name)
        if len(found) != 1:
            raise self.refuse(node, f"{len(found)} {name!r} instead of one")
        return found[0]

    def _once(self, names: list[Any], what: str, node: etree._Element) -> None:
        seen: set[Any] = set()
        for name in names:
            if name in seen:
                raise self.refuse(node, f"the {what} {str(name)!r} occurs twice")
            seen.add(name)

    def _name(self, node: etree._Element) -> str:
        raw = node.get("name", "")
        if raw != raw.strip():
            self.findings.append(
                f"line {node.sourceline}: the name {raw!r} has space around it and is compared"
                " without"
            )
        return raw.strip()

    def _number(self, node: etree._Element, attribute: str) -> int:
        text = (node.get(attribute) or "").strip()
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise self.refuse(node, f"{attribute} {text!r} is not an integer")
        return int(text)

    def _flag(self, node: etree._Element, attribute: str) -> bool:
        text = node.get(attribute, "false").strip()
        if text not in ("true", "false", "1", "0"):
            raise self.refuse(node, f"{attribute} {text!r} is neither true nor false")
        return text in ("true", "1")

    def _moment(self, node: etree._Element, attribute: str) -> Instant | None:
        text = node.get(attribute)
        if text is None:
            return None
        if len(text) == 15 and text[:14].isdigit():
            text = f"{text[:4]}-{text[4:6]}-{text[6:8]}T{text[8:10]}:{text[10:12]}:{text[12:14]}Z"
        try:
            return parse_instant(text)
        except Malformed:
            raise self.refuse(node, f"{attribute} {text!r} is not an instant in UTC") from None

    def _texts(self, node: etree._Element, name: str) -> dict[str, str]:
        out = {"en": name, "ja": name}
        for marking in self._all(node, "markingData"):
            if phrase := (marking.get("phrase") or "").strip():
                out[marking.get(XML_LANG + "lang", "en")] = phrase
        return out

    def _level(self, node: etree._Element) -> Level:
        name = self._name(node)
        return Level(
            name=name,
            order=self._number(node, "hierarchy"),
            lacv=str(self._number(node, "lacv")),
            branch="",
            obsolete=self._flag(node, "obsolete"),
            colour=node.get("color", ""),
            text=self._texts(node, name),
            not_before=self._moment(node, "notBefore"),
            not_after=self._moment(node, "notAfter"),
            origin=Origin(source="spif", status="read"),
        )

    def _tags(self, node: etree._Element) -> list[Tag]:
        place = self.places.setdefault(node.get("name", "").strip(), [])
        self.places.setdefault(node.get("id", ""), place)
        return [
            self._tag(tag, node.get("id", ""), place)
            for tag in self._all(node, "securityCategoryTag")
        ]

    def _tag(self, node: etree._Element, oid: str, places: list[_TagPlace]) -> Tag:
        name = self._name(node)
        if not name:
            raise self.refuse(node, "a tag without a name")
        kind = TYPES.get((node.get("tagType", ""), node.get("enumType")))
        if kind is None:
            raise self.refuse(
                node,
                f"tagType {node.get('tagType')!r} with enumType {node.get('enumType')!r} is"
                " unknown",
            )
        values: dict[str, TagValue] = {}
        by_lacv: dict[str, str] = {}
        for one in self._all(node, "tagCategory"):
            value = self._value(one)
            if value.lacv in by_lacv:
                raise self.refuse(one, f"the lacv {value.lacv} occurs twice in tag {name!r}")
            by_lacv[value.lacv] = value.name
            if value.name in values:
                self.findings.append(
                    f"line {one.sourceline}: the value {value.name!r} occurs twice in tag {name!r}"
                )
                value = _stricter(values[value.name], value)
            values[value.name] = value
        places.append(_TagPlace(name, kind, by_lacv))
        least = self._number(node, "minSelection") if node.get("minSelection") else 0
        most = (
            1
            if self._flag(node, "singleSelection")
            else (self._number(node, "maxSelection") if node.get("maxSelection") else None)
        )
        return Tag(
            name=name,
            type=kind,
            values=values,
            minimum=least,
            maximum=most,
            oid=oid,
            text=self._texts(node, name),
            origin=Origin(source="spif", status="read"),
        )

    def _value(self, node: etree._Element) -> TagValue:
        name = self._name(node)
        excluded = {self._class(one, one.text) for one in self._all(node, "excludedClass")}
        required = {self._class(one, one.text) for one in self._all(node, "requiredClass")}
        if node.get("requiredClass"):
            required.add(self._class(node, node.get("requiredClass")))
        allowed = (required or self.levels) - excluded
        return TagValue(
            name=name,
            lacv=str(self._number(node, "lacv")),
            text=self._texts(node, name),
            levels=frozenset(allowed) if excluded or required else None,
            obsolete=self._flag(node, "obsolete"),
            not_before=self._moment(node, "notBefore"),
            not_after=self._moment(node, "notAfter"),
            origin=Origin(source="spif", status="read"),
        )

    def _class(self, node: etree._Element, text: str | None) -> str:
        name = (text or "").strip()
        if name not in self.levels:
            raise self.refuse(node, f"the classification {name!r} does not exist")
        return name

    def _level_rules(self, level: Level, node: etree._Element) -> Level:
        return replace(level, needs=self._needs(node), excludes=self._excluded(node))

    def _tag_rules(self, tags: list[Tag], sets: list[etree._Element]) -> list[Tag]:
        nodes = [tag for node in sets for tag in self._all(node, "securityCategoryTag")]
        out = []
        for tag, node in zip(tags, nodes, strict=True):
            values = dict(tag.values)
            for one in self._all(node, "tagCategory"):
                held = values[one.get("name", "").strip()]
                values[held.name] = replace(
                    held,
                    needs=held.needs + self._needs(one),
                    excludes=held.excludes + self._excluded(one),
                )
            out.append(replace(tag, values=values))
        return out

    def _needs(self, node: etree._Element) -> tuple[Needs, ...]:
        out = []
        for one in self._all(node, "requiredCategory"):
            operation = one.get("operation")
            if operation not in ("onlyOne", "oneOrMore", "all"):
                raise self.refuse(one, f"operation {operation!r} is unknown")
            references = [
                name
                for group in self._all(one, "categoryGroup")
                for name in self._references(group)
            ]
            out.append(Needs(operation=cast(Operation, operation), references=tuple(references)))
        return tuple(out)

    def _excluded(self, node: etree._Element) -> tuple[str, ...]:
        return tuple(
            name for one in self._all(node, "excludedCategory") for name in self._references(one)
        )

    def _references(self, node: etree._Element) -> list[str]:
        """What a category reference points at: one value by its lacv,
        or with `all` the whole tag.
        """
        kind = TYPES.get((node.get("tagType", ""), node.get("enumType")))
        if kind is None and node.get("tagType") not in ("enumerated", None):
            raise self.refuse(node, f"tagType {node.get('tagType')!r} is unknown")
        reference = (node.get("tagSetRef") or "").strip()
        found = [
            place for place in self.places.get(reference, []) if kind is None or place.kind == kind
        ]
        if not found:
            raise self.refuse(node, f"the tag set {reference!r} has no such tag")
        if self._flag(node, "all"):
            return [place.tag for place in found]
        lacv = str(self._number(node, "lacv"))
        names = [f"{place.tag}={place.values[lacv]}" for place in found if lacv in place.values]
        if len(names) != 1:
            raise self.refuse(node, f"the lacv {lacv} names {len(names)} values of {reference!r}")
        return names


def _stricter(first: TagValue, second: TagValue) -> TagValue:
    """Two values of one name as one: only what both may sit on, and gone when either is."""
    levels = (
        first.levels
        if second.levels is None
        else second.levels
        if first.levels is None
        else (first.levels & second.levels)
    )
    return replace(first, levels=levels, obsolete=first.obsolete or second.obsolete)
