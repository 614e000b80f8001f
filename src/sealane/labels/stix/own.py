"""A label of any loaded scheme as a STIX marking, and back: the whole label, in the extension that
`spec/feeds.md` publishes.

TLP and ACS cannot say what most nations' marks say; the label is carried as it is, so that nothing
is lost or guessed.
Spec: spec/feeds.md §Marks; STIX 2.1 §7.3 (extension definitions).
"""

from __future__ import annotations

import uuid
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Malformed, declare
from sealane.labels.model.label import Label, label_from_json

OWN = "extension-definition--889e017a-7d67-45d4-b4e0-a75c2a33a7f9"
UNDATED = "2026-01-01T00:00:00.000Z"
"""When a marking was made whose label does not say; one label has one marking."""

BAD_OWN = declare(
    "stix.label",
    Malformed,
    "The marking carries no label: {why}.",
    "標示にラベルがありません：{why}。",
    "Write it with `sealane label mark`, which puts the whole label into the extension.",
    "`sealane label mark` で書いてください。ラベル全体が拡張に入ります。",
)


def read_own(body: Any) -> Label:
    """The label that an extension of ours carries. Raises: Malformed `stix.label`, `label.*`."""
    if not isinstance(body, dict) or set(body) != {"extension_type", "label"}:
        raise BAD_OWN(
            position="extensions", why="the extension has exactly extension_type and label"
        )
    if body["extension_type"] != "property-extension":
        raise BAD_OWN(position="extensions", why="extension_type is property-extension")
    return label_from_json(body["label"])


def write_own(label: Label) -> dict[str, Any]:
    """The marking definition of a label, whose identifier follows from it."""
    told = label.as_json()
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{OWN}/{canonical.sha384(canonical.encode(told))}")
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": f"marking-definition--{name}",
        "created": label.created or UNDATED,
        "extensions": {OWN: {"extension_type": "property-extension", "label": told}},
    }
