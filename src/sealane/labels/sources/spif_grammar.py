"""What an Open XML SPIF 2.1 file may hold: per element its children, attributes and required
attributes.

Spec: Open XML SPIF 2.1 schema.
"""

from __future__ import annotations

NAMESPACE = "http://www.xmlspif.org/spif"
VERSION = "2.1"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}"
MAX_FILE = 4 << 20

CODES = frozenset(
    {
        "documentStart",
        "documentEnd",
        "pageTop",
        "pageBottom",
        "pageTopBottom",
        "portionMarking",
        "waterMark",
        "replacePolicy",
        "noNameDisplay",
        "noMarkingDisplay",
        "suppressClassName",
        "inputTitle",
        "firstPageTop",
        "firstPageBottom",
        "nameDisplay",
        "unused",
    }
)

UNUSED = (
    (".//s:privacyMark", "privacy marks are read as free text"),
    (
        ".//s:equivalentClassification",
        "equivalent classifications are not applied: only an agreement maps",
    ),
    (
        ".//s:equivalentSecCategoryTag",
        "equivalent categories are not applied: only an agreement maps",
    ),
    (
        "s:defaultSecurityPolicyId",
        "the default policy is not applied: what is unlabelled stays refused",
    ),
    (
        ".//s:tagCategory[@userInput='true']",
        "values for the user to complete are read as they stand",
    ),
    (".//s:qualifier", "qualifiers of marks are not applied: marks are written in the plain form"),
)
"""What is read and has no effect, and how that is said."""

_MARKS = {"markingData", "markingQualifier"}
_RULES = {"requiredCategory", "excludedCategory"}
_EQUIVALENT_TAG = frozenset(
    {"policyRef", "tagSetId", "tagType", "enumType", "tag7Encoding", "lacv", "applied", "action"}
)
_REFERENCE = frozenset({"tagSetRef", "tagType", "enumType", "tag7Encoding", "lacv", "all"})

SHAPES: dict[str, tuple[frozenset[str], frozenset[str], tuple[str, ...]]] = {
    name: (frozenset(children), frozenset(attributes), tuple(required))
    for name, children, attributes, required in (
        (
            "SPIF",
            {
                "defaultSecurityPolicyId",
                "securityPolicyId",
                "securityClassifications",
                "securityCategoryTagSets",
                "privacyMarks",
                "equivalentPolicies",
                "extensions",
            },
            {
                "schemaVersion",
                "version",
                "creationDate",
                "originatorDN",
                "keyIdentifier",
                "privilegeId",
                "rbacId",
            },
            ["schemaVersion"],
        ),
        ("defaultSecurityPolicyId", set(), {"name", "id"}, ["id"]),
        ("securityPolicyId", _MARKS, {"name", "id"}, ["name", "id"]),
        ("securityClassifications", {"securityClassification"}, set(), []),
        (
            "securityClassification",
            {"equivalentClassification", *_MARKS, *_RULES},
            {
                "name",
                "lacv",
                "hierarchy",
                "obsolete",
                "color",
                "fgcolor",
                "bgcolor",
                "notBefore",
                "notAfter",
            },
            ["name", "lacv", "hierarchy"],
        ),
        (
            "equivalentClassification",
            {"requiredCategory"},
            {"policyRef", "lacv", "applied"},
            ["policyRef", "lacv", "applied"],
        ),
        ("securityCategoryTagSets", {"securityCategoryTagSet"}, set(), []),
        (
            "securityCategoryTagSet",
            {"securityCategoryTag", *_MARKS},
            {"name", "id"},
            ["name", "id"],
        ),
        (
            "securityCategoryTag",
            {"tagCategory", *_MARKS},
            {
                "name",
                "tagType",
                "enumType",
                "tag7Encoding",
                "singleSelection",
                "minSelection",
                "maxSelection",
            },
            ["name", "tagType"],
        ),
        (
            "tagCategory",
            {"equivalentSecCategoryTag", "excludedClass", "requiredClass", *_MARKS, *_RULES},
            {"name", "lacv", "obsolete", "notBefore", "notAfter", "requiredClass", "userInput"},
            ["name", "lacv"],
        ),
        ("equivalentSecCategoryTag", set(), _EQUIVALENT_TAG, ["policyRef"]),
        ("excludedClass", set(), set(), []),
        ("requiredClass", set(), set(), []),
        ("requiredCategory", {"categoryGroup"}, {"operation"}, ["operation"]),
        ("categoryGroup", set(), _REFERENCE, ["tagSetRef"]),
        ("excludedCategory", set(), _REFERENCE, ["tagSetRef"]),
        ("markingData", {"code"}, {"phrase"}, []),
        ("code", set(), set(), []),
        ("markingQualifier", {"qualifier"}, {"markingCode"}, []),
        ("qualifier", set(), {"markingQualifier", "qualifierCode"}, []),
        ("privacyMarks", {"privacyMark"}, set(), []),
        ("privacyMark", _MARKS, {"name"}, []),
        ("equivalentPolicies", {"equivalentPolicy"}, set(), []),
        ("equivalentPolicy", set(), {"name", "id", "docRefURI"}, ["name", "id"]),
        ("extensions", set(), set(), []),
    )
}
