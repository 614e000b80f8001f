"""Confidentiality labels written as ADatP-4774 XML: one text a label.

Spec: ADatP-4774 App. 1.
"""

from __future__ import annotations

from sealane.labels.model.errors import NOT_EXPRESSIBLE
from sealane.labels.model.label import Category, Label, Succession
from sealane.labels.model.scheme import Scheme, Schemes
from sealane.labels.model.xml_tree import escaped, write_element

NAMESPACE = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
ORIGINATOR_LABEL = "originatorConfidentialityLabel"
PARTY = "urn:x-sealane:party:"
ORIGINATOR_TAG = "Originator"


def write_label(label: Label, schemes: Schemes, root: str = ORIGINATOR_LABEL) -> str:
    """The one XML text of a label: children in the schema's order, categories by tag, no white
    space between elements.

    Raises: Refused `label.not_expressible`: no creation date; Malformed `label.unknown_policy`.
    Spec: ADatP-4774 App. 1.
    """
    attributes = {"xmlns:slab": NAMESPACE}
    return write_element(
        f"slab:{root}",
        attributes | _review(label),
        *_write_body(label, schemes[label.policy], schemes),
    )


def _review(label: Label) -> dict[str, str]:
    return {} if label.review is None else {"ReviewDateTime": label.review}


def _write_body(label: Label, scheme: Scheme, schemes: Schemes) -> list[str]:
    if label.created is None:
        raise NOT_EXPRESSIBLE(member="created")
    policy = {"URI": f"urn:oid:{scheme.oid}"} if scheme.oid else {}
    information = [
        write_element("slab:PolicyIdentifier", policy, escaped(scheme.id)),
        write_element("slab:Classification", {}, escaped(label.classification)),
    ]
    if label.privacy_mark is not None:
        information.append(write_element("slab:PrivacyMark", {}, escaped(label.privacy_mark)))
    originator = (
        ""
        if label.originator is None
        else write_element(
            "slab:OriginatorID",
            {"IDType": "uniformResourceIdentifier"},
            escaped(PARTY + label.originator),
        )
    )
    for category in label.categories:
        if category.tag == ORIGINATOR_TAG and category.type == "informative" and not originator:
            kind, _, value = category.values[0].partition(":")
            originator = write_element("slab:OriginatorID", {"IDType": kind}, escaped(value))
        else:
            information.append(_write_category(category, scheme))
    out = [
        write_element("slab:ConfidentialityInformation", {}, *information),
        *([originator] if originator else []),
        write_element("slab:CreationDateTime", {}, label.created),
    ]
    return out if label.succession is None else [*out, _write_succession(label.succession, schemes)]


def _write_category(category: Category, scheme: Scheme) -> str:
    tag = scheme.tag(category.tag)
    attributes = {"Type": category.type.upper(), "TagName": category.tag}
    if tag is not None and tag.oid:
        attributes["URI"] = f"urn:oid:{tag.oid}"
    return write_element(
        "slab:Category",
        attributes,
        *(write_element("slab:GenericValue", {}, escaped(one)) for one in category.values),
    )


def _write_succession(succession: Succession, schemes: Schemes) -> str:
    label = succession.label
    if label is None:
        raise NOT_EXPRESSIBLE(member="succession")
    return write_element(
        "slab:SuccessionHandling",
        {},
        write_element("slab:SuccessionDateTime", {}, succession.at),
        write_element(
            "slab:SuccessorConfidentialityLabel",
            _review(label),
            *_write_body(label, schemes[label.policy], schemes),
        ),
    )
