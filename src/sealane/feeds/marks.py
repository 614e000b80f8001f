"""Every mark that an object answers for: of the whole, of its properties, and of later versions.

A reader may have an object who meets all of them. A property that is marked above the reader
withholds the object, and a version that is marked above the reader withholds those before it; so
marks are only ever added up.
Spec: STIX 2.1 §7.2; spec/feeds.md §Marks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sealane.base.errors import Malformed, declare
from sealane.base.values import Instant
from sealane.feeds.objects import DEFINITION
from sealane.labels.marks.syntax import Remark
from sealane.labels.model.label import Label, label_from_json
from sealane.labels.model.scheme import Schemes
from sealane.labels.stix.definitions import is_id, predefined, read_each
from sealane.labels.stix.objects import (
    MAX_GRANULAR,
    MAX_REFERENCES,
    PREDEFINED,
    check_selector,
    granular_rows,
)

Definitions = Callable[[str], Mapping[str, Any] | None]
"""A marking definition by its id, as the bundle or the feed has it."""

BAD_MARKS = declare(
    "feed.marks",
    Malformed,
    "The object's marks cannot be read: {why}.",
    "オブジェクトの標示を読めません：{why}。",
    "Mark it as STIX 2.1 says, or with `sealane label mark`.",
    "STIX 2.1 のとおりか、`sealane label mark` で標示してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectMarks:
    """What must all be met: labels, the feed's default where nothing marks the whole; what is
    missing withholds from everybody.
    """

    labels: frozenset[str] = frozenset()
    """Each as canonical JSON."""
    default: bool = False
    references: frozenset[str] = frozenset()
    """The marking definitions that say so, and the statements beside them."""
    missing: frozenset[str] = frozenset()
    """Marking definitions that nobody sent."""
    _digest: list[str] = field(default_factory=list, compare=False, repr=False)

    def joined(self, other: ObjectMarks) -> ObjectMarks:
        """Both together."""
        return ObjectMarks(
            labels=self.labels | other.labels,
            default=self.default or other.default,
            references=self.references | other.references,
            missing=self.missing | other.missing,
        )

    @property
    def digest(self) -> str:
        """By what the same marks are known again: SHA-256, hex."""
        if not self._digest:
            text = json.dumps(self.as_json(), sort_keys=True)
            self._digest.append(hashlib.sha256(text.encode()).hexdigest())
        return self._digest[0]

    def read_labels(self) -> list[Label]:
        """The labels, in the order of their texts."""
        return [label_from_json(json.loads(one)) for one in sorted(self.labels)]

    def as_json(self) -> dict[str, Any]:
        return {
            "labels": sorted(self.labels),
            "default": self.default,
            "references": sorted(self.references),
            "missing": sorted(self.missing),
        }


def marks_from_json(value: Mapping[str, Any]) -> ObjectMarks:
    """What `as_json` wrote."""
    return ObjectMarks(
        labels=frozenset(value["labels"]),
        default=value["default"],
        references=frozenset(value["references"]),
        missing=frozenset(value["missing"]),
    )


@dataclass(slots=True)
class MarkReader:
    """Reads the marks of objects; each set of references once."""

    schemes: Schemes
    at: Instant
    find: Definitions
    _read: dict[str, Label | str | None] = field(default_factory=dict)
    _sets: dict[tuple[str, ...], ObjectMarks] = field(default_factory=dict)

    def marks_of(self, value: Mapping[str, Any]) -> ObjectMarks:
        """All marks of an object. Raises: Malformed `feed.marks`, `stix.*`, `label.*`; Refused
        `stix.unsupported`.
        """
        references = value.get("object_marking_refs", [])
        if not isinstance(references, list) or len(references) > MAX_REFERENCES:
            raise BAD_MARKS(why=f"object_marking_refs is a list of at most {MAX_REFERENCES}")
        whole = self._together(references)
        if value["type"] == DEFINITION:
            # who may have what is marked so may know the mark
            whole = whole.joined(self._said(value))
        if not whole.labels and not whole.missing:
            whole = whole.joined(ObjectMarks(default=True))
        for row in granular_rows(value):
            whole = whole.joined(self._part(row, value))
        return whole

    def _said(self, value: Mapping[str, Any]) -> ObjectMarks:
        """What a marking definition says of the objects that it marks; a statement says nothing."""
        found = read_each(dict(value), self.schemes, [])
        return (
            ObjectMarks(labels=frozenset([_text(found)]))
            if isinstance(found, Label)
            else ObjectMarks()
        )

    def _part(self, row: Any, value: Mapping[str, Any]) -> ObjectMarks:
        if not isinstance(row, dict) or not isinstance(row.get("selectors"), list):
            raise BAD_MARKS(why="a granular marking has selectors")
        if not 1 <= len(row["selectors"]) <= MAX_GRANULAR:
            raise BAD_MARKS(why=f"a granular marking has 1 to {MAX_GRANULAR} selectors")
        for selector in row["selectors"]:
            check_selector(selector, value)
        if set(row) == {"lang", "selectors"}:
            return ObjectMarks()
        if set(row) != {"marking_ref", "selectors"}:
            raise BAD_MARKS(why="a granular marking has marking_ref or lang")
        return self._together([row["marking_ref"]])

    def _together(self, references: Iterable[Any]) -> ObjectMarks:
        key = tuple(references)
        if not all(is_id(one) and one.startswith(f"{DEFINITION}--") for one in key):
            raise BAD_MARKS(why="a marking is referred to by marking-definition--UUID")
        if key not in self._sets:
            found = {one: self._definition(one) for one in key}
            labels = [_text(one) for one in found.values() if isinstance(one, Label)]
            self._sets[key] = ObjectMarks(
                labels=frozenset(labels),
                references=frozenset(key),
                missing=frozenset(name for name, one in found.items() if one is None),
            )
        return self._sets[key]

    def _definition(self, reference: str) -> Label | str | None:
        """What a reference means: a label, a statement's words, or None: nobody sent it."""
        if reference not in self._read:
            # what everybody knows is what it is, whatever a bundle calls it
            known = predefined(reference) if reference in PREDEFINED else self.find(reference)
            notes: list[Remark] = []
            said = None if known is None else read_each(dict(known), self.schemes, notes)
            if isinstance(said, Label):
                self.schemes.check(said, at=self.at)
            self._read[reference] = said
        return self._read[reference]


def _text(label: Label) -> str:
    return json.dumps(label.as_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
