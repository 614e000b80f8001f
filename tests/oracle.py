"""A slow, naive `decide` for jpn-aus-2022, written from the prose of spec/interfaces.md §4 and
nothing else.

It reads the request's JSON as it stands, knows no clause and no agreement file, and says which of
its own questions failed. It shares no code with `sealane.decisions`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

LEVELS = {
    ("AUS", "TOP SECRET"): 4,
    ("JPN", "機密"): 4,
    ("AUS", "SECRET"): 3,
    ("JPN", "極秘"): 3,
    ("JPN", "特定秘密"): 3,
    ("AUS", "PROTECTED"): 2,
    ("AUS", "OFFICIAL: Sensitive"): 1,
    ("JPN", "取扱注意"): 1,
}
HELD = {**LEVELS, ("JPN", "秘"): 2}
GRADES = {"Baseline": 2, "NV1": 3, "NV2": 4, "PV": 4}
FOUR = {"intelligence": 4, "defence": 4}
THREE = {"cyber", "space", "maritime", "technology", "exercises"}
TWO = {"logistics", "economic-security", "critical-minerals", "energy"}
ECONOMIC = {"economic-security", "critical-minerals", "energy"}
BEGIN = "2022-10-22T00:00:00Z"
COUNTRIES_OF = {"FVEY": {"AUS", "CAN", "GBR", "NZL", "USA"}}
PURPOSES = {
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
}
TAGS = {
    "AUS": {"Releasable To": "permissive", "Caveat": "restrictive", "Note": "informative"},
    "JPN": {"Releasable To": "permissive", "Handling": "restrictive"},
}
"""The tags of each scheme that the generated cases use, and some that they do not have."""
DUTIES = {
    "originator",
    "release-officer",
    "second-signer",
    "registry-clerk",
    "auditor",
    "security-officer",
    "reader",
    "operator",
}


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


def past(end: str | None, at: datetime) -> bool:
    return end is None or when(end) <= at


def five_years_old(granted: datetime, at: datetime) -> bool:
    day = 28 if (granted.month, granted.day) == (2, 29) else granted.day
    return granted.replace(year=granted.year + 5, day=day) <= at


def level(request: dict[str, Any]) -> int | None:
    label, item = request["label"], request["item"]
    if item["provider"] not in ("AUS", "JPN"):
        return None
    found = LEVELS.get((label["policy"], label["classification"]))
    if any(category["type"] == "restrictive" for category in label["categories"]):
        return None
    if found == 2 and item["area"] not in TWO:
        return None
    return found


def accepted_label(request: dict[str, Any]) -> bool:
    """Made by the instant, and fit to stand: an empty Releasable To admits nobody."""
    label = request["label"]
    made = label["created"] is None or when(label["created"]) <= when(request["at"])
    return made and all(category["values"] for category in label["categories"])


def ceiling(area: str) -> int:
    return FOUR.get(area, 3 if area in THREE else 2 if area in TWO else 1)


def releasable(label: dict[str, Any]) -> set[str]:
    out: set[str] = set()
    for category in label["categories"]:
        if category["tag"] == "Releasable To" and category["type"] == "permissive":
            for value in category["values"]:
                out |= COUNTRIES_OF.get(value, {value})
    return out


def malformed(request: dict[str, Any]) -> bool:
    """What is no question at all: a tag that the label's scheme does not have or has with another
    type, a duty word that is none, an empty identifier, a member of another act.
    """
    label, item, subject = request["label"], request["item"], request["subject"]
    tags = TAGS.get(label["policy"], {})
    wrong_tag = label["policy"] in TAGS and any(
        tags.get(one["tag"]) != one["type"] for one in label["categories"]
    )
    ids = [
        item["id"],
        subject["id"],
        *(item[name] for name in ("project", "originator", "release_officer", "second_signer")),
        item["joint_committee_ref"],
        *(one["sponsor"] for one in subject["clearances"]),
    ]
    return (
        wrong_tag
        or "" in ids
        or not set(subject["duties"]) <= DUTIES
        or ("target" in request) != (request["action"] == "downgrade")
        or ("visit" in request and request["action"] != "visit")
    )


def consent(request: dict[str, Any], act: str) -> bool:
    """Silence is no; among the answers about exactly this that stand, a no beside a yes is no."""
    at, item, subject = when(request["at"]), request["item"], request["subject"]
    to = request["recipient"] if act == "onward" else subject["organisation_country"]
    answers = []
    for one in request["consents"]:
        about_this = (one["act"], one["item"], one["by"], one["to"])
        if about_this != (act, item["id"], item["provider"], to):
            continue
        if when(one["at"]) > at or past(one["until"], at):
            continue
        if act == "new-purpose" and one.get("purpose") != request["purpose"]:
            continue
        if act == "downgrade" and one.get("level") != request["target"]:
            continue
        if act in ("exempt-by-law", "temporary") and one.get("person") != subject["id"]:
            continue
        if one.get("person", subject["id"]) != subject["id"]:
            continue
        if one.get("purpose", request["purpose"]) != request["purpose"]:
            continue
        if (
            act != "downgrade"
            and one.get("level", request["label"]["classification"])
            != request["label"]["classification"]
        ):
            continue
        answers.append(one)
    if any(one["answer"] == "no" for one in answers):
        return False
    return any("paragraphs" not in one for one in answers)


def lower(request: dict[str, Any], row: int | None) -> bool:
    """The new level is the provider's, has a row of its own here, and is below the label's."""
    provider, area = request["item"]["provider"], request["item"]["area"]
    target = LEVELS.get((provider, request["target"]))
    return (
        row is not None
        and request["label"]["policy"] == provider
        and target is not None
        and target < row
        and (target != 2 or area in TWO)
    )


def clearance(request: dict[str, Any], row: int | None) -> bool:
    if row is None or any(one["status"] == "suspended" for one in request["subject"]["clearances"]):
        return False
    return any(clearance_counts(request, one, row) for one in request["subject"]["clearances"])


def clearance_counts(request: dict[str, Any], one: dict[str, Any], row: int) -> bool:
    at, state, area = (
        when(request["at"]),
        request["subject"]["organisation_country"],
        request["item"]["area"],
    )
    if (
        state not in ("AUS", "JPN")
        or one["issuer"] != state
        or one["policy"] != state
        or one["status"] != "active"
    ):
        return False
    if not one["sponsor"] or when(one["granted"]) > at or past(one["expires"], at):
        return False
    if one["basis"] != "assessed" and not consent(request, one["basis"]):
        return False
    if state == "JPN" and one["level"] == "特定秘密":
        too_old = row == 2 and area in ECONOMIC and five_years_old(when(one["granted"]), at)
        return row <= 3 and not too_old
    if state == "JPN" and one["level"] == "重要経済安保情報":
        return row <= 2 and area in ECONOMIC
    reach = GRADES.get(one["level"]) if state == "AUS" else None
    return row <= (reach or HELD.get((state, one["level"]), 0))


def separated(request: dict[str, Any]) -> bool:
    item, subject = request["item"], request["subject"]
    people = [
        item[duty] for duty in ("originator", "release_officer", "second_signer") if item[duty]
    ]
    if len(people) != len(set(people)):
        return False
    if request["action"] == "release":
        return True
    duties = {
        duty
        for duty in ("originator", "release_officer", "second_signer")
        if item[duty] == subject["id"]
    }
    declared = {duty.replace("-", "_") for duty in subject["duties"]}
    duties |= declared & {
        "originator",
        "release_officer",
        "second_signer",
        "registry_clerk",
        "auditor",
    }
    return len(duties) < 2


def place(request: dict[str, Any], row: int | None) -> bool:
    facility, state, at = (
        request["facility"],
        request["subject"]["organisation_country"],
        when(request["at"]),
    )
    if facility is None or past(facility["until"], at):
        return False
    if request["action"] == "view" and facility["country"] == request["item"]["provider"]:
        return True
    accredited = facility["accredited"]
    return (
        facility["country"] == state
        and accredited["policy"] == state
        and row is not None
        and HELD.get((state, accredited["level"]), 0) >= row
    )


def opening(request: dict[str, Any], row: int | None) -> dict[str, bool]:
    item, subject, at = request["item"], request["subject"], when(request["at"])
    state, name = subject["organisation_country"], request["agreement"]
    within = releasable(request["label"])
    return {
        "released": (
            state in item["released_to"]
            and state != item["provider"]
            and (request["action"] == "onward" or request["recipient"] == state)
        ),
        "recalled": not item["recalled"],
        "until": not past(item["until"], at),
        "clearance": clearance(request, row),
        "authorisation": any(
            (
                one.get("item") == item["id"]
                or (one.get("project") is not None and one["project"] == item["project"])
            )
            and when(one["from"]) <= at
            and not past(one["until"], at)
            for one in subject["authorisations"]
        ),
        "briefing": any(
            one["agreement"] == name and when(one["on"]) <= at and not past(one["until"], at)
            for one in subject["briefings"]
        ),
        "releasable": state in within and bool(set(subject["nationality"]) & within),
        "purpose": request["purpose"]
        in (PURPOSES if request["action"] == "new-purpose" else item["purposes"]),
        "facility": place(request, row),
    }


def release(request: dict[str, Any], row: int | None) -> dict[str, bool]:
    item, label, recipient = request["item"], request["label"], request["recipient"]
    at, assured = when(request["at"]), request["assurance"]
    return {
        "recipient": recipient in ("AUS", "JPN") and recipient != item["provider"],
        "releasable": recipient in releasable(label),
        "label": label["policy"] == item["provider"] and label["originator"] == item["provider"],
        "purpose": request["purpose"] in item["purposes"],
        "until": not past(item["until"], at),
        "assurance": (
            assured is not None
            and assured["by"] == recipient
            and when(assured["at"]) <= at
            and assured["clearance"]
            and assured["need"]
            and assured["protection"]
        ),
        "officer": bool(item["release_officer"]) and item["release_officer"] != item["originator"],
        "second": row in (1, 2) or bool(item["second_signer"]),
        "committee": (
            item["area"] != "technology"
            or item["kind"] not in ("equipment", "technical-data")
            or bool(item["joint_committee_ref"])
        ),
        "recalled": not item["recalled"],
    }


def unmet(request: dict[str, Any]) -> list[str]:
    """The questions that failed; empty means permit. Only for agreement `jpn-aus-2022` and
    well-formed requests.
    """
    action, row = request["action"], level(request)
    asked = {"in force": when(request["at"]) >= when(BEGIN)}
    if action in ("export", "visit", "translate"):
        return [*(name for name, met in asked.items() if not met), "no permit"]
    asked["row"] = row is not None and accepted_label(request)
    asked["accepted"] = request.get("accept_unverified") is True
    asked["ceiling"] = row is not None and row <= ceiling(request["item"]["area"])
    asked["separation"] = separated(request)
    asked |= release(request, row) if action == "release" else opening(request, row)
    if action in ("onward", "new-purpose", "downgrade") or (
        action == "copy" and row not in (1, 2, 3)
    ):
        asked["consent"] = consent(request, action)
    if action == "downgrade":
        asked["lower"] = lower(request, row)
    if action == "onward":
        asked["third agreement"] = (
            False  # no third party is within the agreements that the prose knows
        )
    return [name for name, met in asked.items() if not met]
