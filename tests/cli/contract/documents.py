"""NATO labels in XML and JSON and STIX marking definitions, right and wrong, one name each."""

from __future__ import annotations

import json
from typing import Any

NS = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
CREATED = "<CreationDateTime>2024-01-01T00:00:00Z</CreationDateTime>"


def category(tag: str, *values: Any, kind: str = "PERMISSIVE") -> Any:
    return (
        f'<Category Type="{kind}" TagName="{tag}">'
        + "".join(f"<GenericValue>{one}</GenericValue>" for one in values)
        + "</Category>"
    )


CONTEXT = category("Context", "NATO")
RELEASED = category("Context", "NATO", "Releasable") + category("Releasable To", "AUS", "JPN")


def nato(
    level: str = "SECRET",
    categories: Any = CONTEXT,
    *,
    policy: str = "NATO",
    root: str = "originatorConfidentialityLabel",
    ns: Any = NS,
    before: str = "",
    origin: str = "",
    created: Any = CREATED,
    after: str = "",
    review: str = ' ReviewDateTime="2034-01-01T00:00:00Z"',
    uri: str = "",
    level_uri: str = "",
) -> Any:
    return (
        f'{before}<{root} xmlns="{ns}"{review}><ConfidentialityInformation>'
        f"<PolicyIdentifier{uri}>{policy}</PolicyIdentifier>"
        f"<Classification{level_uri}>{level}</Classification>{categories}"
        f"</ConfidentialityInformation>{origin}{created}{after}</{root}>"
    )


SUCCESSOR = (
    "<SuccessionHandling><SuccessionDateTime>2030-01-01T00:00:00Z</SuccessionDateTime><SuccessorConfidentialityLabel>"
    f"<ConfidentialityInformation><PolicyIdentifier>NATO</PolicyIdentifier><Classification>RESTRICTED</Classification>{CONTEXT}"
    f"</ConfidentialityInformation>{CREATED}</SuccessorConfidentialityLabel></SuccessionHandling>"
)
PLAIN = "SECRET | Context=NATO"
NATO_READ = {
    "as the schema has it": (nato(), PLAIN),
    "alternative": (nato(root="alternativeConfidentialityLabel"), PLAIN),
    "metadata": (nato(root="metadataConfidentialityLabel"), PLAIN),
    "old root": (nato(root="ConfidentialityLabel"), PLAIN),
    "lower case": (nato("secret", category("Context", "nato"), policy="nato"), PLAIN),
    "released": (
        nato(categories=RELEASED),
        "SECRET | Context=NATO,Releasable | Releasable To=AUS,JPN",
    ),
    "only": (
        nato(categories=CONTEXT + category("Only", "GBR")),
        "SECRET | Context=NATO | Only=GBR",
    ),
    "sensitivity": (
        nato(categories=CONTEXT + category("Additional Sensitivity", "ATOMAL", kind="RESTRICTIVE")),
        "SECRET | Additional Sensitivity=ATOMAL | Context=NATO",
    ),
    "administrative": (
        nato("UNCLASSIFIED", CONTEXT + category("Administrative", "STAFF", kind="INFORMATIVE")),
        "UNCLASSIFIED | Administrative=STAFF | Context=NATO",
    ),
    "policy identifier": (nato(uri=' URI="urn:oid:1.3.26.1.3.1"'), PLAIN),
    "originator": (
        nato(origin='<OriginatorID IDType="rfc822Name">a@nato.int</OriginatorID>'),
        "SECRET | Context=NATO | Originator=rfc822Name:a@nato.int",
    ),
    "succession": (nato(review="", after=SUCCESSOR), PLAIN),
    "value ends in a newline": (nato(categories=category("Context", "NATO\n")), PLAIN),
    "another party's policy": (
        nato(policy="AUS", categories=category("Releasable To", "AUS", "JPN")),
        "SECRET | Releasable To=AUS,JPN",
    ),
}
SCHEMA, POLICY, FORBIDDEN, XML = (
    "label.schema_invalid",
    "label.policy_invalid",
    "xml.forbidden",
    "xml.malformed",
)
NATO_REFUSED = {
    "alternate": (nato(root="alternateConfidentialityLabel"), SCHEMA),
    "capital root": (nato(root="OriginatorConfidentialityLabel"), SCHEMA),
    "namespace": (nato(ns=NS[:-3] + "2:0"), SCHEMA),
    "no namespace": (nato(ns=""), SCHEMA),
    "no creation": (nato(created=""), SCHEMA),
    "two creations": (nato(created=CREATED * 2), SCHEMA),
    "CreationDataTime": (nato(created=CREATED.replace("DateTime", "DataTime")), SCHEMA),
    "order of children": (
        nato(created=CREATED + '<OriginatorID IDType="rfc822Name">a@nato.int</OriginatorID>'),
        SCHEMA,
    ),
    "kind of originator": (nato(origin='<OriginatorID IDType="phone">1</OriginatorID>'), SCHEMA),
    "no context": (nato(categories=""), None),
    "two contexts": (nato(categories=category("Context", "NATO", "EAPC")), None),
    "releasable to nobody": (nato(categories=category("Context", "NATO", "Releasable")), None),
    "administrative above": (
        nato(categories=CONTEXT + category("Administrative", "STAFF", kind="INFORMATIVE")),
        "label.level_conflict",
    ),
    "unknown level": (nato("BOGUS"), "label.unknown_token"),
    "unknown tag": (nato(categories=CONTEXT + category("Bogus", "x")), "label.unknown_token"),
    "unknown value": (nato(categories=category("Context", "BOGUS")), "label.unknown_token"),
    "unknown policy": (nato(policy="BOGUS"), "label.unknown_policy"),
    "Cyrillic level": (nato("SE\u0421RET"), "label.unknown_token"),
    "Permissive": (nato(categories=CONTEXT.replace("PERMISSIVE", "Permissive")), SCHEMA),
    "type": (nato(categories=CONTEXT.replace("Type=", "type=")), SCHEMA),
    "tagName": (nato(categories=CONTEXT.replace("TagName", "tagName")), SCHEMA),
    "wrong type": (
        nato(categories=CONTEXT + category("Additional Sensitivity", "ATOMAL")),
        "label.category_type",
    ),
    "integer": (nato(categories=CONTEXT.replace("GenericValue", "IntegerValue")), POLICY),
    "bits": (nato(categories=CONTEXT.replace("GenericValue", "BitStringValue")), POLICY),
    "policy named otherwise": (nato(uri=' URI="urn:oid:1.2.3"'), POLICY),
    "policy not an oid": (nato(uri=' URI="http://x"'), POLICY),
    "level with URI": (nato(level_uri=' URI="urn:oid:1.2"'), POLICY),
    "document type": (nato("&e;", before='<!DOCTYPE a [<!ENTITY e "SECRET">]>'), FORBIDDEN),
    "bare document type": (nato(before="<!DOCTYPE a>"), FORBIDDEN),
    "comment in a value": (nato("SEC<!-- x -->RET"), FORBIDDEN),
    "duplicate attribute": (
        nato().replace('TagName="Context"', 'TagName="Context" TagName="Only"'),
        XML,
    ),
    "undeclared prefix": (nato().replace("Classification>", "q:Classification>"), XML),
    "cut short": (nato()[:-20], XML),
    "junk after": (nato() + "x", XML),
    "two labels": (nato() * 2, XML),
    "foreign element": (nato(after='<f xmlns="urn:x">1</f>'), None),
    "deep": ("<a>" * 10_000, "xml.too_large"),
    "a value twice": (nato(categories=category("Context", "NATO", "nato")), "label.duplicate"),
}

VALUE: dict[str, Any] = {
    "Xmlns": NS,
    "CreationTime": "2024-01-01T00:00:00Z",
    "ConfidentialityInformation": {
        "PolicyIdentifier": "NATO",
        "Classification": "SECRET",
        "Category": {"Type": "PERMISSIVE", "TagName": "Context", "GenericValues": ["NATO"]},
    },
}
STATEMENT = {"schema": NS, "format": "json-structured"}


def changed(**more: Any) -> Any:
    return {**VALUE, "ConfidentialityInformation": {**VALUE["ConfidentialityInformation"], **more}}


RELEASE = [
    {"Type": "PERMISSIVE", "TagName": "Context", "GenericValues": ["NATO", "Releasable"]},
    {"Type": "PERMISSIVE", "TagName": "Releasable to", "GenericValues": ["AUS", "JPN"]},
]
JSON_READ = {
    "one category": (VALUE, PLAIN),
    "a small t": (
        changed(Category=RELEASE),
        "SECRET | Context=NATO,Releasable | Releasable To=AUS,JPN",
    ),
    "in a statement": ({**STATEMENT, "value": VALUE}, PLAIN),
    "as the statement's text": ({**STATEMENT, "value": json.dumps(VALUE)}, PLAIN),
    "nested twice": ({**STATEMENT, "value": {"value": VALUE}}, PLAIN),
}
JSON_REFUSED = {
    "COI": changed(Category=[{"Type": "COI", "TagName": "Context", "GenericValues": ["NATO"]}]),
    "another member": {**VALUE, "x": 1},
    "another schema": {**STATEMENT, "schema": "x", "value": VALUE},
    "another format": {**STATEMENT, "format": "string", "value": VALUE},
    "no creation": {name: one for name, one in VALUE.items() if name != "CreationTime"},
    "unknown level": changed(Classification="BOGUS"),
    "empty": {},
}

TLP2 = {
    "clear": "94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "e828b379-4e03-4974-9ac4-e53a884c97c1",
}
TLP1 = {
    "white": "613f2e26-407d-48c7-9eca-b8e91df99dc9",
    "green": "34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "amber": "f88d31f6-486f-44da-b317-01333bde0b82",
    "red": "5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
}


def tlp2(colour: str, number: str | None = None, **more: Any) -> Any:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": f"marking-definition--{number or TLP2[colour]}",
        "created": "2022-10-01T00:00:00.000Z",
        "name": f"TLP:{colour.upper()}",
        "extensions": {
            "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": {
                "extension_type": "property-extension",
                "tlp_2_0": colour,
            }
        },
        **more,
    }


def tlp1(colour: str, number: str | None = None) -> Any:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": f"marking-definition--{number or TLP1[colour]}",
        "created": "2017-01-20T00:00:00.000Z",
        "definition_type": "tlp",
        "name": f"TLP:{colour.upper()}",
        "definition": {"tlp": colour},
    }


STIX_READ = [
    *((tlp2(colour), colour.upper()) for colour in TLP2),
    *((tlp1(colour), {"white": "CLEAR"}.get(colour, colour.upper())) for colour in TLP1),
]
STIX_REFUSED = [
    tlp1("amber+strict", TLP1["amber"]),
    tlp2("red", "00000000-0000-4000-8000-000000000000"),
    tlp2("red", TLP2["green"]),
    tlp2("black", TLP2["red"]),
    tlp2("red", created="2023-10-01T00:00:00.000Z"),
    tlp2("red", foo=1),
    tlp2("red", name="TLP:GREEN"),
    tlp2("red", spec_version="2.0"),
    {"type": "indicator"},
    {},
]
