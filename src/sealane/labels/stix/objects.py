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
from sealane.base.errors import Malformed, NotFound, SealaneError, declare
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
    write_marking,
)
from sealane.labels.stix.vendors import OWN_IDS

MAX_DOCUMENT, MAX_OBJECTS, MAX_GRANULAR = 16 << 20, 20_000, 1_000
MAX_REFERENCES = 16
SELECTOR = re.compile(
    r"(?:id|[a-z0-9_-]{3,250}(?:\.(?:\[[0-9]{1,6}\]|[a-z0-9_-]{1,250}))*)", re.ASCII
)
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}", re.ASCII)
PREDEFINED = frozenset({*TLP1_IDS.values(), *TLP2_IDS.values(), *OWN_IDS})

UNRESOLVED = declare(
    "stix.unresolved",
    NotFound,
    "The marking {reference} is not in the document.",
    "標示 {reference} が文書にありません。",
    "Send the marking definition with the object; a marking nobody can read decides nothing.",
    "標示定義をオブジェクトと一緒に渡してください。読めない標示では判断できません。",
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
    object has no label. `error` says why its markings could not be read; then nothing else is said.
    """

    id: str
    label: Label | None = None
    parts: tuple[Part, ...] = ()
    product: Label | None = None
    notes: tuple[Remark, ...] = ()
    error: SealaneError | None = None


def read_objects(data: str | bytes, schemes: Schemes, *, at: Instant) -> list[Marked]:
    """Every object of a bundle, list or single object, with its markings or why they cannot be
    read; marking definitions themselves are left out. One that is unreadable silences no other.

    Raises: Malformed `json.*`, `stix.malformed`: the document as a whole is none.
    """
    objects = _objects(canonical.parse(data, limit=MAX_DOCUMENT))
    definitions: dict[str, dict[str, Any] | None] = {}
    marked_objects = []
    for stix_object in objects:
        if stix_object.get("type") != "marking-definition":
            marked_objects.append(stix_object)
            continue
        identifier = str(stix_object.get("id"))
        # Of two with one identifier nobody can know which is meant.
        definitions[identifier] = None if identifier in definitions else stix_object
    resolver = _Resolver(definitions, schemes, at)
    return [resolver.marked_or_not(stix_object) for stix_object in marked_objects]


def product_of(found: Sequence[Marked], schemes: Schemes, *, at: Instant) -> Label | None:
    """What somebody who passes all these objects on must meet; None when one of them has no product
    or the products are of several policies.
    """
    products = [one.product for one in found if one.product is not None]
    if len(products) < len(found) or len({product.policy for product in products}) > 1:
        return None
    try:
        return merge(products, schemes, at=at)
    except SealaneError:
        return None


def _objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict) and value.get("type") == "bundle":
        value = value.get("objects")
    found = value if isinstance(value, list) else [value]
    if not found or len(found) > MAX_OBJECTS or not all(isinstance(one, dict) for one in found):
        raise STIX_MALFORMED(why=f"not 1 to {MAX_OBJECTS} objects")
    if not any("type" in one for one in found):
        raise STIX_MALFORMED(position="type", why="no object has a type")
    return found


class _Resolver:
    """Resolves references in one document; each set of references is read once."""

    def __init__(
        self, definitions: Mapping[str, dict[str, Any] | None], schemes: Schemes, at: Instant
    ) -> None:
        self.definitions, self.schemes, self.at = definitions, schemes, at
        self.read: dict[tuple[str, ...], tuple[Label, tuple[Remark, ...]]] = {}

    def marked_or_not(self, stix_object: dict[str, Any]) -> Marked:
        """One object with its markings, or with the reason why they cannot be read."""
        try:
            return self.marked(stix_object)
        except SealaneError as error:
            return Marked(id=str(stix_object.get("id"))[:100], error=error)

    def marked(self, stix_object: dict[str, Any]) -> Marked:
        """One object with its markings; the product is what whoever passes it on must meet."""
        # 1. It has an identifier by which it can be spoken of.
        identifier = stix_object.get("id")
        if not is_id(identifier):
            raise STIX_MALFORMED(position="id", why="an object has an id of the form type--UUID")
        # 2. The markings of the whole, then those of single properties.
        own: Label | None = None
        remarks: tuple[Remark, ...] = ()
        references = stix_object.get("object_marking_refs")
        if references is not None:
            own, remarks = self.label(references, "object_marking_refs")
        parts = tuple(self.part(row, stix_object) for row in granular_rows(stix_object))
        # 3. All of them together. A part never lowers the whole, nor stands in for it.
        product = None
        if own is not None:
            labels = [own, *(part.label for part in parts if part.label is not None)]
            product = merge(labels, self.schemes, at=self.at)
        return Marked(id=str(identifier), label=own, parts=parts, product=product, notes=remarks)

    def label(self, references: Any, where: str) -> tuple[Label, tuple[Remark, ...]]:
        """The label of a set of markings, read once for each set."""
        if not isinstance(references, list) or not 1 <= len(references) <= MAX_REFERENCES:
            raise _not_references(where)
        if not all(isinstance(reference, str) for reference in references):
            raise _not_references(where)
        if len(set(references)) != len(references):
            raise DUPLICATE(position=where, what="A marking")
        key = tuple(sorted(references))
        if key not in self.read:
            remarks: list[Remark] = []
            markings = [self.definition(reference) for reference in references]
            label = read_markings(markings, self.schemes, remarks)
            self.schemes.check(label, at=self.at)
            self.read[key] = label, tuple(remarks)
        return self.read[key]

    def definition(self, reference: str) -> dict[str, Any]:
        if not is_id(reference) or not reference.startswith("marking-definition--"):
            raise STIX_MALFORMED(
                position="object_marking_refs",
                why="a marking is referred to by marking-definition--UUID",
            )
        if reference in self.definitions:
            found = self.definitions[reference]
            if found is None:
                raise DUPLICATE(position="object_marking_refs", what="A marking definition")
            return found
        if reference not in PREDEFINED:
            raise UNRESOLVED(position="object_marking_refs", reference=reference)
        return predefined(reference)

    def part(self, row: Any, stix_object: dict[str, Any]) -> Part:
        """One granular marking: a label, or a language, for properties that the object has."""
        if not isinstance(row, dict) or set(row) not in (
            {"marking_ref", "selectors"},
            {"lang", "selectors"},
        ):
            raise STIX_MALFORMED(
                position="granular_markings",
                why="a granular marking has selectors and marking_ref or lang",
            )
        selectors = row["selectors"]
        if not isinstance(selectors, list) or not 1 <= len(selectors) <= MAX_GRANULAR:
            raise STIX_MALFORMED(
                position="granular_markings", why=f"selectors is a list of 1 to {MAX_GRANULAR}"
            )
        for selector in selectors:
            check_selector(selector, stix_object)
        if len(set(selectors)) != len(selectors):
            raise DUPLICATE(position="granular_markings", what="A selector")
        if "lang" in row:
            if not isinstance(row["lang"], str) or not LANGUAGE.fullmatch(row["lang"]):
                raise STIX_MALFORMED(position="granular_markings", why="lang is not a language tag")
            return Part(selectors=tuple(selectors), language=row["lang"])
        label, _ = self.label([row["marking_ref"]], "granular_markings")
        return Part(selectors=tuple(selectors), label=label)


def _not_references(where: str) -> Exception:
    return STIX_MALFORMED(
        position=where, why=f"{where} is a list of 1 to {MAX_REFERENCES} identifiers"
    )


def granular_rows(stix_object: Mapping[str, Any]) -> list[Any]:
    """The granular markings of an object, none when it has no such member; an empty list is none
    of STIX. Raises: Malformed `stix.malformed`.
    """
    if "granular_markings" not in stix_object:
        return []
    rows = stix_object["granular_markings"]
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_GRANULAR:
        raise STIX_MALFORMED(
            position="granular_markings", why=f"granular_markings is a list of 1 to {MAX_GRANULAR}"
        )
    return rows


def check_selector(selector: Any, stix_object: Mapping[str, Any]) -> None:
    """A selector follows the grammar and selects something that the object has.

    Raises: Malformed `stix.selector`.
    """
    if not isinstance(selector, str) or len(selector) > 4096 or not SELECTOR.fullmatch(selector):
        raise BAD_SELECTOR(
            position="granular_markings",
            selector=str(selector)[:80],
            why="is not a selector",
            why_ja="セレクターの文法に合いません",
        )
    here: Any = stix_object
    for step in selector.split("."):
        number = int(step[1:-1]) if step.startswith("[") else None
        if number is not None and isinstance(here, list) and number < len(here):
            here = here[number]
        elif number is None and isinstance(here, dict) and step in here:
            here = here[step]
        else:
            raise BAD_SELECTOR(
                position="granular_markings",
                selector=selector[:80],
                why="selects nothing in the object",
                why_ja="オブジェクトの何も指していません",
            )


def mark_object(
    data: str | bytes, label: Label, schemes: Schemes, *, selectors: Sequence[str] = (), at: Instant
) -> str:
    """A bundle of one object marked with a label, as a whole or in the properties selected, and the
    definitions it needs.

    Raises: Malformed `stix.*`, `label.duplicate`: the whole, or one of these properties, is marked
        already; Refused `label.not_expressible`; as `read_objects`, which has read the result back.
    """
    objects = _objects(canonical.parse(data, limit=MAX_DOCUMENT))
    kept: list[dict[str, Any]] = []
    to_mark: list[dict[str, Any]] = []
    for stix_object in objects:
        is_definition = stix_object.get("type") == "marking-definition"
        (kept if is_definition else to_mark).append(stix_object)
    if len(to_mark) != 1:
        raise STIX_MALFORMED(why=f"{len(to_mark)} objects instead of one")
    written = json.loads(write_marking(label, schemes))
    definitions = written if isinstance(written, list) else [written]
    if selectors:
        marked = _with_granular(to_mark[0], definitions, selectors)
    elif "object_marking_refs" in to_mark[0]:
        raise DUPLICATE(position="object_marking_refs", what="A marking of the whole object")
    else:
        references = [definition["id"] for definition in definitions]
        marked = {**to_mark[0], "object_marking_refs": references}
    known = {definition.get("id") for definition in kept}
    added = [definition for definition in definitions if definition["id"] not in known]
    everything = [*kept, *added, marked]
    # One set of objects makes one bundle, so its identifier follows from them.
    name = uuid.uuid5(
        uuid.NAMESPACE_URL, json.dumps(everything, sort_keys=True, ensure_ascii=False)
    )
    bundle = {"type": "bundle", "id": f"bundle--{name}", "objects": everything}
    text = json.dumps(bundle, ensure_ascii=False)
    for one in read_objects(text, schemes, at=at):
        if one.error is not None:
            raise one.error
    return text


def _with_granular(
    stix_object: dict[str, Any], definitions: list[dict[str, Any]], selectors: Sequence[str]
) -> dict[str, Any]:
    """The object with one granular marking more; no property is marked twice."""
    rows = granular_rows(stix_object)
    taken: set[str] = set()
    for row in rows:
        if isinstance(row, dict):
            taken.update(row.get("selectors", ()))
    if not taken.isdisjoint(selectors):
        raise DUPLICATE(position="granular_markings", what="A marking of this property")
    if len(definitions) > 1:
        raise STIX_MALFORMED(
            position="granular_markings",
            why="one granular marking holds one label without statements",
        )
    row = {"marking_ref": definitions[0]["id"], "selectors": list(selectors)}
    return {**stix_object, "granular_markings": [*rows, row]}
