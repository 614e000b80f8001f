"""The JSON form of a 4774 label as OpenTDF assertion statements carry it; experimental, because no
schema is normative.

Spec: OpenTDF assertion statement (schema = the 4774 namespace, format = json-structured);
docs/labels.md.
"""

from __future__ import annotations

import json
from typing import Any

from sealane.base import canonical
from sealane.labels.marks.syntax import Remark
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Schemes
from sealane.labels.model.xml_tree import Element
from sealane.labels.nato.schema import SCHEMA_INVALID
from sealane.labels.nato.xml_label import TYPES, read_label
from sealane.labels.nato.xml_write import NAMESPACE, PARTY

EXPERIMENTAL = Remark(
    "nato.experimental",
    "The JSON form of 4774 labels is experimental: no normative schema is public.",
    "4774 ラベルの JSON 形式は試行的です。公開された規範的スキーマはありません。",
)
TOP = ("Xmlns", "CreationTime", "ReviewTime", "Originator", "ConfidentialityInformation")
INFORMATION = ("PolicyIdentifier", "Classification", "PrivacyMark", "Category")


def read_json(data: str | bytes, schemes: Schemes, notes: list[Remark]) -> Label:
    """The label of a JSON statement value, judged by the same rules as the XML.

    Raises: Malformed `json.*`, `label.schema_invalid`; as `nato.read_label`.
    """
    value = _unwrapped(canonical.parse(data))
    _members(value, TOP, ("CreationTime", "ConfidentialityInformation"), "statement")
    if value.get("Xmlns", NAMESPACE) != NAMESPACE:
        raise SCHEMA_INVALID(why=f"Xmlns is not {NAMESPACE}")
    information = value["ConfidentialityInformation"]
    _members(
        information,
        INFORMATION,
        ("PolicyIdentifier", "Classification"),
        "ConfidentialityInformation",
    )
    children = [
        _leaf(name, information[name])
        for name in INFORMATION[:3]
        if information.get(name) is not None
    ]
    given = information.get("Category", [])
    children += [_category(one) for one in (given if isinstance(given, list) else [given])]
    body = [_element("ConfidentialityInformation", children=children)]
    if value.get("Originator") is not None:
        originator = _leaf("OriginatorID", value["Originator"])
        body.append(
            _element(
                "OriginatorID",
                {"IDType": "uniformResourceIdentifier"},
                text=PARTY + originator.text,
            )
        )
    body.append(_leaf("CreationDateTime", value["CreationTime"]))
    review = value.get("ReviewTime")
    attributes = {} if review is None else {"ReviewDateTime": _leaf("ReviewTime", review).text}
    label = read_label(
        _element("originatorConfidentialityLabel", attributes, children=body), schemes, notes
    )
    notes.append(EXPERIMENTAL)
    return label


def write_json(label: Label) -> str:
    """The statement value of a label, compact. Raises: Malformed `label.schema_invalid`: no
    creation date, or succession.
    """
    if label.created is None or label.succession is not None:
        raise SCHEMA_INVALID(why="the JSON form needs a creation date and carries no succession")
    information: dict[str, Any] = {
        "PolicyIdentifier": label.policy,
        "Classification": label.classification,
    }
    if label.privacy_mark is not None:
        information["PrivacyMark"] = label.privacy_mark
    information["Category"] = [
        {"Type": one.type.upper(), "TagName": one.tag, "GenericValues": list(one.values)}
        for one in label.categories
    ]
    out: dict[str, Any] = {"Xmlns": NAMESPACE, "CreationTime": label.created}
    if label.review is not None:
        out["ReviewTime"] = label.review
    if label.originator is not None:
        out["Originator"] = label.originator
    return json.dumps(
        {**out, "ConfidentialityInformation": information},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _unwrapped(value: Any) -> Any:
    """A statement's value out of the statement that holds it: an object, the text of one, or, as
    once published, nested.
    """
    if not isinstance(value, dict) or "value" not in value:
        return value
    _members(value, ("schema", "format", "value"), ("schema", "format"), "statement")
    if value["schema"] != NAMESPACE or value["format"] != "json-structured":
        raise SCHEMA_INVALID(
            why=f"the statement's schema is not {NAMESPACE} or its format not json-structured"
        )
    inner = value["value"]
    if isinstance(inner, str):
        inner = canonical.parse(inner)
    return inner["value"] if isinstance(inner, dict) and set(inner) == {"value"} else inner


def _members(value: Any, allowed: tuple[str, ...], required: tuple[str, ...], what: str) -> None:
    if not isinstance(value, dict):
        raise SCHEMA_INVALID(why=f"{what} is not an object")
    for name in value:
        if name not in allowed:
            raise SCHEMA_INVALID(why=f"{what} has no member {name[:60]!r}")
    for name in required:
        if name not in value:
            raise SCHEMA_INVALID(why=f"{what} lacks {name}")


def _element(
    name: str,
    attributes: dict[str, str] | None = None,
    *,
    children: list[Element] | None = None,
    text: str = "",
) -> Element:
    return Element(
        namespace=NAMESPACE,
        name=name,
        attributes=attributes or {},
        position=0,
        children=children or [],
        text=text,
    )


def _leaf(name: str, value: Any) -> Element:
    if not isinstance(value, str):
        raise SCHEMA_INVALID(why=f"{name} is not a text")
    return _element(name, text=value)


def _category(value: Any) -> Element:
    _members(
        value,
        ("Type", "TagName", "GenericValues", "URI"),
        ("Type", "TagName", "GenericValues"),
        "Category",
    )
    values = value["GenericValues"]
    if not isinstance(values, list):
        raise SCHEMA_INVALID(why="GenericValues is not a list")
    attributes = {
        name: _leaf(name, value[name]).text for name in ("Type", "TagName", "URI") if name in value
    }
    if attributes["Type"].upper() in TYPES:
        attributes["Type"] = attributes["Type"].upper()
    return _element("Category", attributes, children=[_leaf("GenericValue", one) for one in values])
