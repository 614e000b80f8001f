"""Generated requests for jpn-aus-2022: complete ones, and ones with a few things changed, from a
seed.

Most start complete, so that permits are common; each change is one fact that some sentence of the
contract is about.
"""

from __future__ import annotations

import copy
import random
from typing import Any

from tests import oracle
from tests.case_words import (
    ACTIONS as ACTIONS,
)
from tests.case_words import (
    ACTS as ACTS,
)
from tests.case_words import (
    AREAS as AREAS,
)
from tests.case_words import (
    AT as AT,
)
from tests.case_words import (
    BEST as BEST,
)
from tests.case_words import (
    COUNTRIES as COUNTRIES,
)
from tests.case_words import (
    DUTIES as DUTIES,
)
from tests.case_words import (
    ENDS as ENDS,
)
from tests.case_words import (
    GIVEN as GIVEN,
)
from tests.case_words import (
    GRADES as GRADES,
)
from tests.case_words import (
    KINDS as KINDS,
)
from tests.case_words import (
    PEOPLE as PEOPLE,
)
from tests.case_words import (
    PURPOSES as PURPOSES,
)
from tests.case_words import (
    TIMES as TIMES,
)
from tests.case_words import (
    WORDS as WORDS,
)
from tests.case_words import (
    clearance as clearance,
)
from tests.case_words import (
    complete as complete,
)
from tests.case_words import (
    named as named,
)


def case(rng: random.Random) -> dict[str, Any]:
    """A well-formed request: a complete one with none to four facts changed."""
    while oracle.malformed(request := any_case(rng)):
        pass
    return request


def any_case(rng: random.Random) -> dict[str, Any]:
    """The same, and sometimes one that is no request."""
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
            **rng.choice(
                [
                    {},
                    named(request["action"], request["purpose"], request.get("target", "秘")),
                    {"person": rng.choice(["p-reader", "p-other"])},
                    {"purpose": rng.choice(PURPOSES)},
                    {"level": rng.choice(WORDS)},
                    {"paragraphs": ["2", "1"]},
                ]
            ),
        }
    )


def _another_act(rng: random.Random, request: dict[str, Any]) -> None:
    """Another act, mostly with the members that belong to it."""
    request["action"] = rng.choice(ACTIONS)
    request.pop("target", None)
    if (request["action"] == "downgrade" and rng.random() < 0.9) or rng.random() < 0.05:
        request["target"] = rng.choice(WORDS)


def _target(rng: random.Random, request: dict[str, Any]) -> None:
    if "target" not in request:
        return
    request["target"] = rng.choice(WORDS)
    for one in request["consents"]:
        if one["act"] == "downgrade" and rng.random() < 0.7:
            one["level"] = request["target"]


def _caveat(rng: random.Random, request: dict[str, Any]) -> None:
    request["label"]["categories"].append(
        rng.choice(
            [
                {"tag": "Caveat", "type": "restrictive", "values": ["ORCON"]},
                {"tag": "Note", "type": "informative", "values": ["X"]},
                {"tag": "Eyes", "type": "permissive", "values": ["AUS"]},
                {"tag": "Handling", "type": "restrictive", "values": ["複製禁止"]},
                {"tag": "Caveat", "type": "informative", "values": ["AUSTEO"]},
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
                "values": rng.sample([*COUNTRIES, "FVEY"], rng.choice([0, 1, 2, 2, 3, 3, 4])),
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
    _another_act,
    _target,
    _target,
    _set("label", "policy", values=["AUS", "JPN", "XYZ"]),
    _set("label", "created", values=TIMES),
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
        + [["auditor", "registry-clerk"], ["release-officer", "auditor"], ["registry clerk"]],
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
