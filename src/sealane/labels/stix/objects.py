"""Markings on STIX 2.1 objects: what the whole object may be shared as, and what single properties
may be.

References are resolved against the document and the predefined TLP objects; one that is not there
is refused. The product of an object is the merge of all its markings: whoever passes the object on
must meet every one of them. A granular marking on a property stands for that property; it never
lowers the product.
Spec: STIX 2.1 §7.2.2 (object markings), §7.2.3 (granular markings), §7.2.3.1 (selectors);
spec/labels.md §Nothing unknown.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Malformed, NotFound, declare
from sealane.base.values import Instant
from sealane.labels.marks.syntax import Remark
from sealane.labels.model.errors import DUPLICATE
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Schemes
from sealane.labels.rules.rollup import merge
from sealane.labels.stix.definitions import (
    STIX_MALFORMED,
    TLP1_IDS,
    TLP2_IDS,
    is_id,
    predefined,
    read_markings,
    write_stix,
)

MAX_DOCUMENT, MAX_OBJECTS, MAX_GRANULAR = 16 << 20, 20_000, 1_000
SELECTOR = re.compile(
    r"(?:id|[a-z0-9_-]{3,250}(?:\.(?:\[[0-9]{1,6}\]|[a-z0-9_-]{1,250}))*)", re.ASCII
)
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}", re.ASCII)
PREDEFINED = frozenset({*TLP1_IDS.values(), *TLP2_IDS.values()})

UNRESOLVED = declare(
    "stix.unresolved",
    NotFound,
    "The marking {reference} is not in the document.",
    "マーキング {reference} が文書にありません。",
    "Send the marking definition with the object; a marking nobody can read decides nothing.",
    "マーキング定義をオブジェクトと一緒に渡してください。読めないマーキングでは判断できません。",
)
BAD_SELECTOR = declare(
    "stix.selector",
    Malformed,
    "The selector {selector!r} {why}.",
    "セレクター {selector!r} が正しくありません：{why_ja}。",
    "Name a property of the object, such as description or labels.[0].",
    "description や labels.[0] のように、オブジェクトのプロパティーを指してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A granular marking: the properties it selects, and their label, or the language they
    are in.
    """

    selectors: tuple[str, ...]
    label: Label | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """One object: its own label, None when it carries none; its parts; the product, None when the
    object has no label.
    """

    id: str
    label: Label | None
    parts: tuple[Part, ...]
    product: Label | None
    notes: tuple[Remark, ...] = ()


def read_objects(data: str | bytes, schemes: Schemes, *, at: Instant) -> list[Marked]:
    """Every object of a bundle, list or single object, with its markings; marking definitions
    themselves are left out.

    Raises: Malformed `json.*`, `stix.malformed`, `stix.selector`, `label.duplicate`; NotFound
        `stix.unresolved`; Refused `stix.unsupported`, and as `merge`.
    """
    objects = _objects(canonical.parse(data, limit=MAX_DOCUMENT))
    definitions: dict[str, dict[str, Any]] = {}
    for one in objects:
        if one.get("type") == "marking-definition":
            if one.get("id") in definitions:
                raise DUPLICATE(position="id", what="A marking definition")
            definitions[str(one.get("id"))] = one
    reader = _Resolver(definitions, schemes, at)
    return [reader.marked(one) for one in objects if one.get("type") != "marking-definition"]


def _objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict) and value.get("type") == "bundle":
        value = value.get("objects")
    found = value if isinstance(value, list) else [value]
    if not found or len(found) > MAX_OBJECTS or not all(isinstance(one, dict) for one in found):
        raise STIX_MALFORMED(why=f"not 1 to {MAX_OBJECTS} objects")
    return found


class _Resolver:
    """Resolves references in one document; each set of references is read once."""

    def __init__(
        self, definitions: Mapping[str, dict[str, Any]], schemes: Schemes, at: Instant
    ) -> None:
        self.definitions, self.schemes, self.at = definitions, schemes, at
        self.read: dict[tuple[str, ...], tuple[Label, tuple[Remark, ...]]] = {}

    def marked(self, one: dict[str, Any]) -> Marked:
        identifier = one.get("id")
        if not is_id(identifier):
            raise STIX_MALFORMED(position="id", why="an object has an id of the form type--UUID")
        refs = one.get("object_marking_refs")
        own, notes = (None, ()) if refs is None else self.label(refs, "object_marking_refs")
        parts = tuple(self.part(row, one) for row in _rows(one))
        labels = [label for label in (own, *(part.label for part in parts)) if label is not None]
        product = None if own is None else merge(labels, self.schemes, at=self.at)
        return Marked(id=str(identifier), label=own, parts=parts, product=product, notes=notes)

    def label(self, refs: Any, where: str) -> tuple[Label, tuple[Remark, ...]]:
        if (
            not isinstance(refs, list)
            or not refs
            or len(refs) > 16
            or not all(isinstance(one, str) for one in refs)
        ):
            raise STIX_MALFORMED(position=where, why=f"{where} is a list of 1 to 16 identifiers")
        if len(set(refs)) != len(refs):
            raise DUPLICATE(position=where, what="A marking")
        key = tuple(sorted(refs))
        if key not in self.read:
            notes: list[Remark] = []
            label = read_markings([self.definition(one) for one in refs], self.schemes, notes)
            self.schemes.check(label, at=self.at)
            self.read[key] = label, tuple(notes)
        return self.read[key]

    def definition(self, reference: str) -> dict[str, Any]:
        if not is_id(reference) or not reference.startswith("marking-definition--"):
            raise STIX_MALFORMED(
                position="object_marking_refs",
                why="a marking is referred to by marking-definition--UUID",
            )
        found = self.definitions.get(reference)
        if found is not None:
            return found
        if reference not in PREDEFINED:
            raise UNRESOLVED(position="object_marking_refs", reference=reference)
        return predefined(reference)

    def part(self, row: Any, one: dict[str, Any]) -> Part:
        if not isinstance(row, dict) or set(row) not in (
            {"marking_ref", "selectors"},
            {"lang", "selectors"},
        ):
            raise STIX_MALFORMED(
                position="granular_markings",
                why="a granular marking has selectors and marking_ref or lang",
            )
        selectors = row["selectors"]
        if not isinstance(selectors, list) or not selectors or len(selectors) > MAX_GRANULAR:
            raise STIX_MALFORMED(
                position="granular_markings", why=f"selectors is a list of 1 to {MAX_GRANULAR}"
            )
        for selector in selectors:
            check_selector(selector, one)
        if len(set(selectors)) != len(selectors):
            raise DUPLICATE(position="granular_markings", what="A selector")
        if "lang" in row:
            if not isinstance(row["lang"], str) or not LANGUAGE.fullmatch(row["lang"]):
                raise STIX_MALFORMED(position="granular_markings", why="lang is not a language tag")
            return Part(selectors=tuple(selectors), language=row["lang"])
        return Part(
            selectors=tuple(selectors),
            label=self.label([row["marking_ref"]], "granular_markings")[0],
        )


def _rows(one: dict[str, Any]) -> list[Any]:
    rows = one.get("granular_markings", [])
    if (
        not isinstance(rows, list)
        or len(rows) > MAX_GRANULAR
        or ("granular_markings" in one and not rows)
    ):
        raise STIX_MALFORMED(
            position="granular_markings", why=f"granular_markings is a list of 1 to {MAX_GRANULAR}"
        )
    return rows


def check_selector(selector: Any, one: Mapping[str, Any]) -> None:
    """A selector follows the grammar and selects something that the object has. Raises: Malformed
    `stix.selector`.
    """
    if not isinstance(selector, str) or len(selector) > 4096 or not SELECTOR.fullmatch(selector):
        raise BAD_SELECTOR(
            position="granular_markings",
            selector=str(selector)[:80],
            why="is not a selector",
            why_ja="セレクターの文法に合いません",
        )
    here: Any = one
    for step in selector.split("."):
        number = int(step[1:-1]) if step.startswith("[") else None
        inside = (
            (isinstance(here, list) and number < len(here))
            if number is not None
            else (isinstance(here, dict) and step in here)
        )
        if not inside:
            raise BAD_SELECTOR(
                position="granular_markings",
                selector=selector[:80],
                why="selects nothing in the object",
                why_ja="オブジェクトの何も指していません",
            )
        here = here[step if number is None else number]


def mark_object(
    data: str | bytes, label: Label, schemes: Schemes, *, selectors: Sequence[str] = (), at: Instant
) -> str:
    """A bundle of one object marked with a label, as a whole or in the properties selected, and the
    definitions it needs.

    Raises: Malformed `stix.*`, `label.duplicate`: the whole, or one of these properties, is marked
        already; Refused `label.not_expressible`; as `read_objects`, which has read the result back.
    """
    objects = _objects(canonical.parse(data, limit=MAX_DOCUMENT))
    bare = [one for one in objects if one.get("type") != "marking-definition"]
    if len(bare) != 1:
        raise STIX_MALFORMED(why=f"{len(bare)} objects instead of one")
    written = json.loads(write_stix(label, schemes))
    new = written if isinstance(written, list) else [written]
    one = dict(bare[0])
    if selectors:
        taken = {
            selector
            for row in _rows(one)
            if isinstance(row, dict)
            for selector in row.get("selectors", ())
        }
        if not taken.isdisjoint(selectors):
            raise DUPLICATE(position="granular_markings", what="A marking of this property")
        rows = [
            {"marking_ref": definition["id"], "selectors": list(selectors)}
            for definition in new[:1]
        ]
        if len(new) > 1:
            raise STIX_MALFORMED(
                position="granular_markings",
                why="one granular marking holds one label without statements",
            )
        one["granular_markings"] = [*_rows(one), *rows]
    elif "object_marking_refs" in one:
        raise DUPLICATE(position="object_marking_refs", what="A marking of the whole object")
    else:
        one["object_marking_refs"] = [definition["id"] for definition in new]
    kept = [definition for definition in objects if definition.get("type") == "marking-definition"]
    known = {definition.get("id") for definition in kept}
    everything = [*kept, *(definition for definition in new if definition["id"] not in known), one]
    name = uuid.uuid5(
        uuid.NAMESPACE_URL, json.dumps(everything, sort_keys=True, ensure_ascii=False)
    )
    text = json.dumps(
        {"type": "bundle", "id": f"bundle--{name}", "objects": everything}, ensure_ascii=False
    )
    read_objects(text, schemes, at=at)
    return text
