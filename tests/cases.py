"""Generated requests for jpn-aus-2022: complete ones, and ones with a few things changed, from a
seed.

Most start complete, so that permits are common; each change is one fact that some sentence of the
contract is about.
"""

from __future__ import annotations

import copy
import random
from typing import Any

from sealane.base.values import format_instant
from tests.clock import START

AT = format_instant(START)
TIMES = [
    "2019-01-01T00:00:00Z",
    "2021-11-21T23:59:59Z",
    "2021-11-22T00:00:00Z",
    "2021-11-22T00:00:01Z",
    "2022-10-22T00:00:00Z",
    "2025-06-01T12:00:00Z",
    "2026-11-21T23:59:59Z",
    AT,
    "2026-11-22T00:00:01Z",
    "2027-05-01T00:00:00Z",
]
ENDS: list[str | None] = [*TIMES[4:], None, "2030-01-01T00:00:00Z"]
AREAS = [
    "intelligence",
    "defence",
    "exercises",
    "logistics",
    "technology",
    "cyber",
    "space",
    "maritime",
    "disaster",
    "climate",
    "health",
    "energy",
    "critical-minerals",
    "economic-security",
    "training",
    "policy",
]
PURPOSES = [
    "assessment",
    "operations",
    "planning",
    "policy",
    "exercise",
    "incident-response",
    "disaster-response",
    "research",
    "acquisition",
    "training",
]
ACTIONS = ["release", "open", "view", "onward", "new-purpose", "downgrade", "copy", "export"]
KINDS = ["file", "oral", "visual", "equipment", "technical-data"]
GIVEN = {
    "AUS": ["TOP SECRET", "SECRET", "PROTECTED", "OFFICIAL: Sensitive"],
    "JPN": ["機密", "極秘", "特定秘密", "取扱注意"],
}
WORDS = [*GIVEN["AUS"], *GIVEN["JPN"], "秘", "OFFICIAL", "CONFIDENTIAL", "RESTRICTED", "防衛秘密"]
GRADES = ["Baseline", "NV1", "NV2", "PV", "重要経済安保情報", *WORDS]
BEST = {"AUS": ["NV2", "PV", "TOP SECRET"], "JPN": ["機密", "特定秘密"]}
COUNTRIES = ["AUS", "JPN", "USA", "GBR"]
PEOPLE = ["p-originator", "p-officer", "p-signer", "p-reader", None]
ACTS = ["onward", "new-purpose", "downgrade", "copy", "exempt-by-law", "temporary"]
DUTIES = [
    "originator",
    "release officer",
    "second-signer",
    "registry_clerk",
    "registry-clerk",
    "auditor",
    "librarian",
]


def complete(rng: random.Random) -> dict[str, Any]:
    """A request with everything that its action can ask for, where
    the areas and levels allow it.
    """
    provider, reader = rng.choice([("AUS", "JPN"), ("JPN", "AUS")])
    action = rng.choice(ACTIONS)
    classification = rng.choice(GIVEN[provider])
    area = rng.choice(AREAS if rng.random() < 0.3 else ["intelligence", "defence"])
    if classification == "PROTECTED":
        area = rng.choice(["logistics", "economic-security", "critical-minerals", "energy"])
    purposes = rng.sample(PURPOSES, rng.randint(1, 3))
    until = "2028-01-01T00:00:00Z"
    return {
        "action": action,
        "label": {
            "policy": provider,
            "classification": classification,
            "categories": [
                {"tag": "Releasable To", "type": "permissive", "values": ["AUS", "JPN"]}
            ],
            "originator": provider,
            "privacy_mark": None,
            "created": None,
            "review": None,
            "succession": None,
        },
        "item": {
            "id": "item-1",
            "area": area,
            "kind": rng.choice(KINDS),
            "provider": provider,
            "purposes": purposes,
            "released_to": [reader],
            "recalled": False,
            "project": rng.choice(["project-1", None]),
            "until": until,
            "originator": "p-originator",
            "release_officer": "p-officer",
            "second_signer": "p-signer",
            "joint_committee_ref": "JC-7",
        },
        "subject": {
            "id": "p-reader",
            "nationality": [reader],
            "organisation": "desk",
            "organisation_country": reader,
            "clearances": [clearance(rng, reader, until)],
            "briefings": [
                {"agreement": "jpn-aus-2022", "on": "2026-01-01T00:00:00Z", "until": until}
            ],
            "authorisations": [
                {"item": "item-1", "by": "p-clerk", "from": "2026-01-01T00:00:00Z", "until": until}
            ],
            "roles": [],
            "duties": [],
        },
        "recipient": reader,
        "purpose": rng.choice(purposes),
        "facility": {
            "id": "f-1",
            "country": reader,
            "until": until,
            "accredited": {"policy": reader, "level": "TOP SECRET" if reader == "AUS" else "機密"},
        },
        "assurance": {
            "clearance": True,
            "need": True,
            "protection": True,
            "by": reader,
            "at": "2026-11-01T00:00:00Z",
        },
        "consents": [
            {
                "act": act,
                "item": "item-1",
                "to": None,
                "by": provider,
                "answer": "yes",
                "at": "2026-11-01T00:00:00Z",
                "until": until,
            }
            for act in ACTS
        ],
        "agreement": "jpn-aus-2022",
        "at": AT,
        "accept_unverified": True,
    }


def clearance(rng: random.Random, state: str, until: str | None) -> dict[str, Any]:
    return {
        "issuer": state,
        "policy": state,
        "level": rng.choice(BEST[state]),
        "basis": "assessed",
        "granted": "2024-01-01T00:00:00Z",
        "expires": until,
        "sponsor": "ministry",
        "status": "active",
    }


def case(rng: random.Random) -> dict[str, Any]:
    """A complete request with none to four facts changed."""
    request = complete(rng)
    for _ in range(rng.choice([0, 1, 1, 1, 2, 2, 3, 4])):
        rng.choice(CHANGES)(rng, request)
    return request


def _set(*path: str, values: list[Any]) -> Any:
    def change(rng: random.Random, request: dict[str, Any]) -> None:
        place = request
        for name in path[:-1]:
            if place[name] is None:
                return
            place = place[name]
        place[path[-1]] = copy.deepcopy(rng.choice(values))

    return change


def _in(path: tuple[str, str], member: str, values: list[Any]) -> Any:
    def change(rng: random.Random, request: dict[str, Any]) -> None:
        records = request[path[0]] if path[1] == "" else request[path[0]][path[1]]
        if records:
            rng.choice(records)[member] = rng.choice(values)

    return change


def _more_clearances(rng: random.Random, request: dict[str, Any]) -> None:
    state = request["subject"]["organisation_country"]
    extra = clearance(rng, state if state in BEST else "JPN", rng.choice(ENDS))
    extra["status"] = rng.choice(["active", "active", "suspended", "revoked"])
    extra["level"] = rng.choice(GRADES)
    request["subject"]["clearances"].append(extra)


def _more_consents(rng: random.Random, request: dict[str, Any]) -> None:
    request["consents"].append(
        {
            "act": rng.choice(ACTS),
            "item": rng.choice(["item-1", "item-2"]),
            "to": rng.choice([None, *COUNTRIES]),
            "by": rng.choice(COUNTRIES),
            "answer": rng.choice(["yes", "no"]),
            "at": rng.choice(TIMES),
            "until": rng.choice(ENDS),
        }
    )


def _caveat(rng: random.Random, request: dict[str, Any]) -> None:
    request["label"]["categories"].append(
        rng.choice(
            [
                {"tag": "Caveat", "type": "restrictive", "values": ["ORCON"]},
                {"tag": "Note", "type": "informative", "values": ["X"]},
                {"tag": "Eyes", "type": "permissive", "values": ["AUS"]},
                {"tag": "Releasable To", "type": "restrictive", "values": ["JPN"]},
            ]
        )
    )
    tags = [(one["tag"], one["type"]) for one in request["label"]["categories"]]
    if len(set(tags)) != len(tags):
        request["label"]["categories"].pop()


def _releasable(rng: random.Random, request: dict[str, Any]) -> None:
    request["label"]["categories"] = (
        []
        if rng.random() < 0.2
        else [
            {
                "tag": "Releasable To",
                "type": rng.choice(["permissive"] * 4 + ["informative"]),
                "values": rng.sample([*COUNTRIES, "FVEY"], rng.randint(0, 3)),
            }
        ]
    )


def _basis(rng: random.Random, request: dict[str, Any]) -> None:
    for one in request["subject"]["clearances"]:
        one["basis"] = rng.choice(["exempt-by-law", "temporary"])


def _economic(rng: random.Random, request: dict[str, Any]) -> None:
    """An Australian PROTECTED item in an economic area before a Japanese reader: where the five
    years matter.
    """
    request["label"].update(
        policy="AUS",
        originator="AUS",
        classification=rng.choice(["PROTECTED", "OFFICIAL: Sensitive"]),
    )
    request["item"].update(
        provider="AUS", released_to=["JPN"], area=rng.choice([*AREAS[11:14], "logistics"])
    )
    request["subject"].update(organisation_country="JPN", nationality=["JPN"])
    request["subject"]["clearances"] = [
        {
            **clearance(rng, "JPN", "2029-01-01T00:00:00Z"),
            "level": rng.choice(["特定秘密", "重要経済安保情報", "秘", "取扱注意"]),
            "granted": rng.choice(TIMES[:4]),
        }
    ]
    request.update(
        recipient="JPN",
        facility={
            "id": "f",
            "country": "JPN",
            "accredited": {"policy": "JPN", "level": rng.choice(["秘", "機密", "取扱注意"])},
            "until": "2029-01-01T00:00:00Z",
        },
    )


def _project(rng: random.Random, request: dict[str, Any]) -> None:
    request["subject"]["authorisations"] = [
        {
            "project": rng.choice(["project-1", "project-2"]),
            "by": "x",
            "from": rng.choice(TIMES),
            "until": rng.choice(ENDS),
        }
    ]


CHANGES = [
    _set("action", values=ACTIONS),
    _set("label", "policy", values=["AUS", "JPN", "USA"]),
    _set("label", "classification", values=WORDS),
    _set("label", "originator", values=[*COUNTRIES, None]),
    _caveat,
    _releasable,
    _set("item", "area", values=AREAS),
    _set("item", "kind", values=KINDS),
    _set("item", "provider", values=COUNTRIES),
    _set("item", "purposes", values=[[], ["policy"], PURPOSES]),
    _set("item", "released_to", values=[[], ["AUS"], ["JPN"], COUNTRIES]),
    _set("item", "recalled", values=[True]),
    _set("item", "project", values=["project-1", None]),
    _set("item", "until", values=ENDS),
    _set("item", "originator", values=PEOPLE[:4]),
    _set("item", "release_officer", values=[*PEOPLE, ""]),
    _set("item", "second_signer", values=PEOPLE),
    _set("item", "joint_committee_ref", values=[None, "", "JC-1"]),
    _set("subject", "id", values=PEOPLE[:4]),
    _set("subject", "nationality", values=[[], ["USA"], ["JPN", "AUS"], ["GBR", "JPN"]]),
    _set("subject", "organisation_country", values=COUNTRIES),
    _set("subject", "clearances", values=[[]]),
    _set("subject", "briefings", values=[[]]),
    _set("subject", "authorisations", values=[[]]),
    _set("subject", "roles", values=[["administrator", "minister"]]),
    _set(
        "subject",
        "duties",
        values=[[one] for one in DUTIES]
        + [["auditor", "registry clerk"], ["release_officer", "auditor"]],
    ),
    _set("recipient", values=COUNTRIES),
    _set("purpose", values=PURPOSES),
    _set("facility", values=[None]),
    _set("facility", "country", values=COUNTRIES),
    _set("facility", "until", values=ENDS),
    _set("facility", "accredited", "policy", values=COUNTRIES),
    _set("facility", "accredited", "level", values=GRADES),
    _set("assurance", values=[None]),
    _set("assurance", "by", values=COUNTRIES),
    _set("assurance", "at", values=TIMES),
    _set("assurance", "need", values=[False]),
    _set("assurance", "clearance", values=[False]),
    _set("assurance", "protection", values=[False]),
    _set("consents", values=[[]]),
    _set("at", values=TIMES[3:]),
    _set("accept_unverified", values=[False]),
    _in(("subject", "clearances"), "issuer", COUNTRIES),
    _in(("subject", "clearances"), "policy", COUNTRIES),
    _in(("subject", "clearances"), "level", GRADES),
    _in(("subject", "clearances"), "granted", TIMES),
    _in(("subject", "clearances"), "expires", ENDS),
    _in(("subject", "clearances"), "sponsor", [None, ""]),
    _in(("subject", "clearances"), "status", ["suspended", "revoked"]),
    _basis,
    _more_clearances,
    _in(("subject", "briefings"), "agreement", ["jpn-aus-2007"]),
    _in(("subject", "briefings"), "on", TIMES),
    _in(("subject", "briefings"), "until", ENDS),
    _in(("subject", "authorisations"), "from", TIMES),
    _in(("subject", "authorisations"), "until", ENDS),
    _project,
    _economic,
    _economic,
    _in(("consents", ""), "answer", ["no"]),
    _in(("consents", ""), "at", TIMES),
    _in(("consents", ""), "until", ENDS),
    _in(("consents", ""), "by", COUNTRIES),
    _in(("consents", ""), "item", ["item-2"]),
    _more_consents,
    _more_consents,
]
