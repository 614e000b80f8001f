"""A scheme from an Open XML SPIF file of version 1.0 to 3.0: everything in it understood and
honoured, or the file refused with the reason.

`hierarchy` orders classifications; `lacv` only names them. Types come from the file, never from
names.
Spec: Open XML SPIF 2.1 (http://www.xmlspif.org/spif); Open XML SPIF 3.0; X.841.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from lxml import etree

from sealane.base.values import Instant
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
from sealane.labels.sources.spif_document import SpifDocument, root_of

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
    """The scheme of a SPIF file.

    Raises: Malformed `scheme.malformed`: another version or namespace, a DTD, an element,
        attribute, type or code that the file's version does not have, a reference to nothing, a
        name or rung twice; the sentence names the line.
    """
    return _SpifReader(file, groups).scheme(root_of(data, file))


class _SpifReader(SpifDocument):
    """One file being read for what it means; every refusal names file, line and what was wrong."""

    def __init__(self, file: str, groups: CountryGroups) -> None:
        super().__init__(file)
        self.groups = groups
        self.places: dict[str, list[_TagPlace]] = {}
        self.levels: set[str] = set()

    def scheme(self, root: etree._Element) -> Scheme:
        self.version = root.get("schemaVersion", "")
        self.check_shape(root)
        policy = self.only_child(root, "securityPolicyId")
        classes = self.children(
            self.only_child(root, "securityClassifications"), "securityClassification"
        )
        # A policy's own dates bound every classification that has none.
        life = self.moment(root, "notBefore"), self.moment(root, "notAfter")
        levels = [_within(self._level(node), *life) for node in classes]
        self.levels = {level.name for level in levels}
        sets = [
            tag
            for parent in self.children(root, "securityCategoryTagSets")
            for tag in self.children(parent, "securityCategoryTagSet")
        ]
        tags = [tag for node in sets for tag in self._tags(node)]
        self.each_once([level.name for level in levels], "classification", root)
        self.each_once([level.order for level in levels], "hierarchy", root)
        self.each_once([level.lacv for level in levels], "lacv of a classification", root)
        self.each_once([tag.name for tag in tags], "tag", root)
        levels = [
            self._level_rules(level, node) for level, node in zip(levels, classes, strict=True)
        ]
        tags = self._tag_rules(tags, sets)
        self.note_unused(root)
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

    def _level(self, node: etree._Element) -> Level:
        name = self.name(node)
        return Level(
            name=name,
            order=self.number(node, "hierarchy"),
            lacv=str(self.number(node, "lacv")),
            branch="",
            obsolete=self.flag(node, "obsolete"),
            colour=node.get("color", ""),
            text=self.texts(node, name),
            not_before=self.moment(node, "notBefore"),
            not_after=self.moment(node, "notAfter"),
            origin=Origin(source="spif", status="read"),
        )

    def _tags(self, node: etree._Element) -> list[Tag]:
        place = self.places.setdefault(node.get("name", "").strip(), [])
        self.places.setdefault(node.get("id", ""), place)
        return [
            self._tag(tag, node.get("id", ""), place)
            for tag in self.children(node, "securityCategoryTag")
        ]

    def _tag(self, node: etree._Element, oid: str, places: list[_TagPlace]) -> Tag:
        name = self.name(node)
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
        for one in self.children(node, "tagCategory"):
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
        least = self.bound(node, "minSelection") or 0
        single = self.flag(node, "singleSelection")
        most = 1 if single else self.bound(node, "maxSelection")
        return Tag(
            name=name,
            type=kind,
            values=values,
            minimum=least,
            maximum=most,
            oid=oid,
            text=self.texts(node, name),
            origin=Origin(source="spif", status="read"),
        )

    def _value(self, node: etree._Element) -> TagValue:
        name = self.name(node)
        excluded = {self._class(one, one.text) for one in self.children(node, "excludedClass")}
        required = {self._class(one, one.text) for one in self.children(node, "requiredClass")}
        if node.get("requiredClass"):
            required.add(self._class(node, node.get("requiredClass")))
        allowed = (required or self.levels) - excluded
        return TagValue(
            name=name,
            lacv=self.lacv(node),
            text=self.texts(node, name),
            levels=frozenset(allowed) if excluded or required else None,
            obsolete=self.flag(node, "obsolete"),
            not_before=self.moment(node, "notBefore"),
            not_after=self.moment(node, "notAfter"),
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
        nodes = [tag for node in sets for tag in self.children(node, "securityCategoryTag")]
        out = []
        for tag, node in zip(tags, nodes, strict=True):
            values = dict(tag.values)
            for one in self.children(node, "tagCategory"):
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
        for one in self.children(node, "requiredCategory"):
            operation = one.get("operation")
            if operation not in ("onlyOne", "oneOrMore", "all"):
                raise self.refuse(one, f"operation {operation!r} is unknown")
            references = [
                name
                for group in self.children(one, "categoryGroup")
                for name in self._references(group)
            ]
            out.append(Needs(operation=cast(Operation, operation), references=tuple(references)))
        return tuple(out)

    def _excluded(self, node: etree._Element) -> tuple[str, ...]:
        return tuple(
            name
            for one in self.children(node, "excludedCategory")
            for name in self._references(one)
        )

    def _references(self, node: etree._Element) -> list[str]:
        """What a category reference points at: one value by its lacv, or with `all` the
        whole tag.
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
        if self.flag(node, "all"):
            return [place.tag for place in found]
        lacv = self.lacv(node)
        names = [f"{place.tag}={place.values[lacv]}" for place in found if lacv in place.values]
        if len(names) != 1:
            raise self.refuse(node, f"the lacv {lacv} names {len(names)} values of {reference!r}")
        return names


def _within(level: Level, start: Instant | None, end: Instant | None) -> Level:
    """A level in use no longer than its policy."""
    return replace(
        level,
        not_before=start if level.not_before is None else level.not_before,
        not_after=end if level.not_after is None else level.not_after,
    )


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
