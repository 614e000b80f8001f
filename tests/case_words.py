"""The words, instants and people that generated requests are made of, and complete requests."""

from __future__ import annotations

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
ACTIONS = [
    "release",
    "open",
    "view",
    "onward",
    "new-purpose",
    "downgrade",
    "copy",
    "export",
    "visit",
    "translate",
]
KINDS = ["file", "oral", "visual", "equipment", "technical-data", "paper"]
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
    "release-officer",
    "second-signer",
    "registry-clerk",
    "auditor",
    "security-officer",
    "reader",
    "operator",
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
    purpose = rng.choice(PURPOSES if action == "new-purpose" else purposes)
    target = "OFFICIAL: Sensitive" if provider == "AUS" else "取扱注意"
    if action == "downgrade" and classification == target:
        classification = "SECRET" if provider == "AUS" else "極秘"
        area = "defence"
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
        "purpose": purpose,
        **({"target": target} if action == "downgrade" else {}),
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
                "to": reader,
                "by": provider,
                "answer": "yes",
                "at": "2026-11-01T00:00:00Z",
                "until": until,
                **named(act, purpose, target),
            }
            for act in ACTS
        ],
        "agreement": "jpn-aus-2022",
        "at": AT,
        "accept_unverified": True,
    }


def named(act: str, purpose: str, target: str, person: str = "p-reader") -> dict[str, Any]:
    """What a consent to the act has to name."""
    return {
        "new-purpose": {"purpose": purpose},
        "downgrade": {"level": target},
        "exempt-by-law": {"person": person},
        "temporary": {"person": person},
    }.get(act, {})


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
