"""The opening rules of jpn-aus-2022 as a Cedar policy set: one permit, and one forbid for each
clause.

Cedar has no records to loop over, so it is given clearances, briefings and authorisations already
reduced to the best one: less work than ours. Prepared policies and entities are reused, as its
documentation advises.
"""

from __future__ import annotations

import json
from typing import Any

FORBIDS = {
    "1.1": "context.at >= context.agreement_since",
    "2.1": "resource.level > 0 && !resource.caveat",
    "2.2": "resource.verified || context.accept_unverified",
    "2.3": "resource.level <= resource.ceiling",
    "4.1": (
        "resource.released_to.contains(principal.organisation_country) &&"
        " principal.organisation_country != resource.provider && context.recipient =="
        " principal.organisation_country"
    ),
    "4.2": "!resource.recalled",
    "4.3": "context.at < resource.until",
    "4.5": (
        "(principal.items.contains(resource.id) || principal.projects.contains(resource.project))"
        " && principal.authorised_from <= context.at && context.at < principal.authorised_until"
    ),
    "4.6": "principal.briefed_on <= context.at && context.at < principal.briefed_until",
    "4.7": (
        "resource.releasable.containsAny(principal.nationality) && "
        "resource.releasable.contains(principal.organisation_country)"
    ),
    "4.8": "resource.purposes.contains(context.purpose)",
    "4.9": (
        "context.facility.country == principal.organisation_country && context.facility.level >="
        " resource.level && context.at < context.facility.until"
    ),
    "5.1": (
        "principal.clearance_level >= resource.level && principal.clearance_issuer =="
        " principal.organisation_country && principal.clearance_active && !principal.any_suspended"
        " && principal.clearance_sponsored && principal.clearance_granted <= context.at &&"
        " context.at < principal.clearance_expires"
    ),
    "7.1": (
        "resource.originator != resource.release_officer && resource.originator !="
        " resource.second_signer && resource.release_officer != resource.second_signer"
    ),
}
POLICIES = 'permit (principal, action == Action::"open", resource);\n' + "\n".join(
    f'@id("{name}") forbid (principal, action == Action::"open", resource) unless {{'
    f" {condition} }};"
    for name, condition in FORBIDS.items()
)
AT = 1_795_305_600
YEAR = 31_536_000


def entities() -> str:
    return json.dumps(
        [
            {
                "uid": {"type": "Person", "id": "p"},
                "parents": [],
                "attrs": {
                    "organisation_country": "JPN",
                    "nationality": ["JPN"],
                    "items": ["item-1"],
                    "projects": [],
                    "authorised_from": AT - 1000,
                    "authorised_until": AT + YEAR,
                    "briefed_on": AT - 1000,
                    "briefed_until": AT + YEAR,
                    "clearance_level": 3,
                    "clearance_issuer": "JPN",
                    "clearance_active": True,
                    "any_suspended": False,
                    "clearance_sponsored": True,
                    "clearance_granted": AT - YEAR,
                    "clearance_expires": AT + YEAR,
                },
            },
            {
                "uid": {"type": "Item", "id": "item-1"},
                "parents": [],
                "attrs": {
                    "id": "item-1",
                    "project": "",
                    "level": 3,
                    "caveat": False,
                    "verified": False,
                    "ceiling": 3,
                    "provider": "AUS",
                    "released_to": ["JPN"],
                    "recalled": False,
                    "until": AT + YEAR,
                    "releasable": ["AUS", "JPN"],
                    "purposes": ["assessment", "planning"],
                    "originator": "a",
                    "release_officer": "b",
                    "second_signer": "c",
                },
            },
        ]
    )


def request(permit: bool) -> dict[str, Any]:
    facility = {"country": "JPN", "level": 3 if permit else 1, "until": AT + YEAR}
    return {
        "principal": 'Person::"p"',
        "action": 'Action::"open"',
        "resource": 'Item::"item-1"',
        "context": {
            "at": AT,
            "agreement_since": AT - 4 * YEAR,
            "accept_unverified": True,
            "recipient": "JPN",
            "purpose": "assessment" if permit else "leisure",
            "facility": facility,
        },
    }
