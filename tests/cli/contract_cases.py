"""Requests for every sentence of spec/interfaces.md §4, as an outsider would write them, and what
must come out.

Nothing of the product is used here: only JSON and the prose. Each case changes one complete
request.
"""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

AT = "2026-11-25T00:00:00Z"
BEFORE, AFTER, FAR, LONG_AGO = (
    "2026-11-24T23:59:59Z",
    "2026-11-25T00:00:01Z",
    "2028-01-01T00:00:00Z",
    "2026-01-01T00:00:00Z",
)
AREAS = {
    4: ["intelligence", "defence"],
    3: ["cyber", "space", "maritime", "technology", "exercises"],
    2: ["logistics", "economic-security", "critical-minerals", "energy"],
    1: ["disaster", "climate", "health", "training", "policy"],
}
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
GIVEN = {
    "AUS": {"TOP SECRET": 4, "SECRET": 3, "PROTECTED": 2, "OFFICIAL: Sensitive": 1},
    "JPN": {"機密": 4, "極秘": 3, "特定秘密": 3, "取扱注意": 1},
}
NO_ROW = {
    "AUS": [
        "OFFICIAL",
        "UNOFFICIAL",
        "CONFIDENTIAL",
        "RESTRICTED",
        "HIGHLY PROTECTED",
        "SUPER SECRET",
        "secret",
    ],
    "JPN": ["秘", "重要経済安保情報", "防衛秘密", "極 秘", "部外秘"],
}
NEW_PURPOSE, NEW_LEVEL = "research", {"AUS": "OFFICIAL: Sensitive", "JPN": "取扱注意"}
TOP = {"AUS": "NV2", "JPN": "機密"}
HIGHEST, OTHER = {"AUS": "TOP SECRET", "JPN": "機密"}, {"AUS": "JPN", "JPN": "AUS"}


class Case(NamedTuple):
    """One line of a batch: the sentence it is about, the request, and `permit`, `refuse` or
    `error`.
    """

    name: str
    request: Any
    expect: str
    codes: frozenset[str] = frozenset()
    """Codes that must be among the unmet reasons of a refusal, or the code of the error."""


def release(
    provider: Any = "AUS", classification: Any = "SECRET", area: Any = "maritime", **changes: Any
) -> dict[str, Any]:
    """A release with everything in place."""
    to = OTHER[provider]
    made: dict[str, Any] = {
        "action": "release",
        "label": {
            "policy": provider,
            "classification": classification,
            "originator": provider,
            "privacy_mark": None,
            "categories": [
                {"tag": "Releasable To", "type": "permissive", "values": ["AUS", "JPN"]}
            ],
            "created": None,
            "review": None,
            "succession": None,
        },
        "item": {
            "id": "I-1",
            "area": area,
            "kind": "file",
            "provider": provider,
            "purposes": ["assessment", "planning"],
            "released_to": [to],
            "recalled": False,
            "project": None,
            "until": FAR,
            "originator": "a",
            "release_officer": "b",
            "second_signer": "c",
            "joint_committee_ref": None,
        },
        "subject": {
            "id": "b",
            "nationality": [],
            "organisation": "o",
            "organisation_country": provider,
            "clearances": [],
            "briefings": [],
            "authorisations": [],
            "roles": [],
            "duties": [],
        },
        "recipient": to,
        "purpose": "assessment",
        "facility": None,
        "consents": [],
        "assurance": {
            "clearance": True,
            "need": True,
            "protection": True,
            "by": to,
            "at": LONG_AGO,
        },
        "agreement": "jpn-aus-2022",
        "at": AT,
        "accept_unverified": True,
    }
    return changed(made, **changes)


def opening(
    provider: Any = "AUS",
    classification: Any = "SECRET",
    area: Any = "maritime",
    action: Any = "open",
    **changes: Any,
) -> dict[str, Any]:
    """An opening by the holder with everything in place; consents to every act included."""
    reader = OTHER[provider]
    made = release(provider, classification, area)
    made |= {
        "action": action,
        "assurance": None,
        "subject": {
            "id": "r",
            "nationality": [reader],
            "organisation": "desk",
            "organisation_country": reader,
            "clearances": [
                {
                    "issuer": reader,
                    "policy": reader,
                    "level": TOP[reader],
                    "basis": "assessed",
                    "granted": "2024-04-01T00:00:00Z",
                    "expires": FAR,
                    "sponsor": "s",
                    "status": "active",
                }
            ],
            "briefings": [{"agreement": "jpn-aus-2022", "on": LONG_AGO, "until": FAR}],
            "authorisations": [{"item": "I-1", "by": "x", "from": LONG_AGO, "until": FAR}],
            "roles": [],
            "duties": [],
        },
        "facility": {
            "id": "f",
            "country": reader,
            "accredited": {"policy": reader, "level": HIGHEST[reader]},
            "until": FAR,
        },
    }
    if action in ("new-purpose", "downgrade", "copy"):
        made["consents"] = [yes(action, provider)]
    if action == "new-purpose":
        made["purpose"] = NEW_PURPOSE
    if action == "downgrade":
        made["target"] = NEW_LEVEL[provider]
    return changed(made, **changes)


def yes(name: str, by: str = "AUS", **changes: Any) -> dict[str, Any]:
    """A provider's standing consent to the holder, with what this act has to name."""
    named = {
        "new-purpose": {"purpose": NEW_PURPOSE},
        "downgrade": {"level": NEW_LEVEL[by]},
        "exempt-by-law": {"person": "r"},
        "temporary": {"person": "r"},
    }
    return {
        "act": name,
        "item": "I-1",
        "to": OTHER[by],
        "by": by,
        "answer": "yes",
        "at": LONG_AGO,
        "until": FAR,
        **named.get(name, {}),
        **changes,
    }


def changed(request: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The request with members set by path: `item__until=None`; a number is a place in a list;
    `DROP` takes one away.
    """
    made = copy.deepcopy(request)
    for path, value in changes.items():
        *way, last = path.split("__")
        place: Any = made
        for name in way:
            place = place[int(name) if name.isdigit() else name]
        key: Any = int(last) if last.isdigit() else last
        if value is DROP:
            del place[key]
        else:
            place[key] = value
    return made


DROP = object()
