"""What an Open XML SPIF file may hold, by version: per element its children, attributes and
required attributes.

Versions 1.0, 2.0 and 2.1 have one published schema, which names the three; 3.0 is that schema
without marking codes and with more phrases and one more qualifier.
Spec: Open XML SPIF 2.1 schema; Open XML SPIF 3.0 (as another party's reader has it).
"""

from __future__ import annotations

NAMESPACE = "http://www.xmlspif.org/spif"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}"
MAX_FILE = 4 << 20

CODES = frozenset(
    {
        "pageTop",
        "pageBottom",
        "pageTopBottom",
        "documentStart",
        "documentEnd",
        "noNameDisplay",
        "noMarkingDisplay",
        "suppressClassName",
        "firstLineOfText",
        "lastLineOfText",
        "subject",
        "xHeader",
        "portionMarking",
        "inputTitle",
        "waterMark",
        "replacePolicy",
    }
)
QUALIFIERS = frozenset({"prefix", "suffix", "separator"})
"""What a qualifier of marks may be; 3.0 has one more."""

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
        ".//s:equivalentSecurityCategoryTagSet",
        "equivalent tag sets are not applied: only an agreement maps",
    ),
    (
        "s:defaultSecurityPolicyId",
        "the default policy is not applied: what is unlabelled stays refused",
    ),
    (
        ".//s:tagCategory[@userInput]",
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
_LINKS = frozenset({"userRefURI", "docRefURI"})
_REFERENCE = frozenset({"tagSetRef", "tagType", "enumType", "tag7Encoding", "lacv", "all"})

Shape = tuple[frozenset[str], frozenset[str], tuple[str, ...]]
_SHAPES_2: dict[str, Shape] = {
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
                "updateInfo",
                *_MARKS,
            },
            {
                "schemaVersion",
                "notBefore",
                "notAfter",
                *_LINKS,
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
        ("updateInfo", set(), set(), []),
        ("securityClassifications", {"securityClassification", *_MARKS}, {"name"}, []),
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
            {"securityCategoryTag", "equivalentSecurityCategoryTagSet", *_MARKS},
            {"name", "id"},
            ["name", "id"],
        ),
        (
            "equivalentSecurityCategoryTagSet",
            {"requiredCategory"},
            {"policyRef", "name", "id"},
            ["policyRef"],
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
        (
            "privacyMarks",
            {"privacyMark", *_MARKS},
            {"singleSelection", "minSelection", "maxSelection"},
            [],
        ),
        ("privacyMark", _MARKS, {"name", "obsolete"}, []),
        ("equivalentPolicies", {"equivalentPolicy"}, set(), []),
        ("equivalentPolicy", {"requiredCategory"}, {"name", "id", *_LINKS}, ["name", "id"]),
        ("extensions", set(), set(), []),
    )
}


def _third_edition() -> dict[str, Shape]:
    """Marks without codes, and with a short, a simple and an input phrase."""
    shapes = {name: shape for name, shape in _SHAPES_2.items() if name != "code"}
    phrases = frozenset({"phrase", "shortPhrase", "simplePhrase", "inputPhrase"})
    shapes["markingData"] = (frozenset(), phrases, ())
    children, attributes, required = shapes["tagCategory"]
    shapes["tagCategory"] = (children, attributes | {"dateFormat"}, required)
    return shapes


SHAPES: dict[str, dict[str, Shape]] = {
    "1.0": _SHAPES_2,
    "2.0": _SHAPES_2,
    "2.1": _SHAPES_2,
    "3.0": _third_edition(),
}
"""By version what each element may hold."""
QUALIFIERS_OF = dict.fromkeys(SHAPES, QUALIFIERS) | {"3.0": QUALIFIERS | {"finalSeparator"}}
