"""Openings, as spec/interfaces.md §4 tells them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.cli.contract_cases import AFTER, AT, FAR, LONG_AGO, Case, opening


def openings() -> Iterator[Case]:
    """What opening and viewing need, each taken away, and each boundary."""
    codes = {
        "released": "access.not_released",
        "cleared": "access.not_cleared",
        "named": "access.not_authorised",
        "briefed": "access.not_briefed",
        "nation": "access.not_releasable",
        "place": "access.facility",
        "purpose": "request.purpose_not_allowed",
        "recalled": "item.recalled",
        "limit": "release.time_limit",
    }
    one = "subject__clearances__0__"
    refused: list[tuple[str, str, dict[str, Any]]] = [
        ("released", "to the reader's state", {"item__released_to": []}),
        ("released", "to the reader's state, not another", {"item__released_to": ["USA"]}),
        ("released", "the recipient is that state", {"recipient": "USA"}),
        ("recalled", "recalled", {"item__recalled": True}),
        ("limit", "until reached", {"item__until": AT}),
        ("limit", "no until", {"item__until": None}),
        ("cleared", "no clearance", {"subject__clearances": []}),
        ("cleared", "issued by another state", {f"{one}issuer": "AUS"}),
        ("cleared", "of another policy", {f"{one}policy": "AUS", f"{one}level": "TOP SECRET"}),
        ("cleared", "suspended", {f"{one}status": "suspended"}),
        ("cleared", "revoked", {f"{one}status": "revoked"}),
        ("cleared", "without a sponsor", {f"{one}sponsor": None}),
        ("cleared", "granted later", {f"{one}granted": AFTER}),
        ("cleared", "expired at T", {f"{one}expires": AT}),
        ("cleared", "no end", {f"{one}expires": None}),
        ("cleared", "too low", {f"{one}level": "秘"}),
        ("cleared", "of a word that is none", {f"{one}level": "officer"}),
        ("cleared", "an Australian grade in Japan", {f"{one}level": "NV2"}),
        ("cleared", "exempt by law without consent", {f"{one}basis": "exempt-by-law"}),
        ("cleared", "temporary without consent", {f"{one}basis": "temporary"}),
        ("named", "not named", {"subject__authorisations": []}),
        ("named", "for another item", {"subject__authorisations__0__item": "I-2"}),
        ("named", "from later", {"subject__authorisations__0__from": AFTER}),
        ("named", "until T", {"subject__authorisations__0__until": AT}),
        ("named", "no end", {"subject__authorisations__0__until": None}),
        (
            "named",
            "rank, role and rights count for nothing",
            {"subject__authorisations": [], "subject__roles": ["administrator", "minister"]},
        ),
        (
            "named",
            "a project that the item is not of",
            {
                "subject__authorisations": [
                    {"project": "P", "by": "x", "from": LONG_AGO, "until": FAR}
                ]
            },
        ),
        ("briefed", "no briefing", {"subject__briefings": []}),
        (
            "briefed",
            "on another agreement",
            {"subject__briefings__0__agreement": "jpn-aus-2012-isa"},
        ),
        ("briefed", "later", {"subject__briefings__0__on": AFTER}),
        ("briefed", "until T", {"subject__briefings__0__until": AT}),
        ("briefed", "no end", {"subject__briefings__0__until": None}),
        ("nation", "no citizenship within", {"subject__nationality": ["USA"]}),
        ("nation", "no citizenship", {"subject__nationality": []}),
        (
            "nation",
            "not releasable to the organisation's country",
            {"label__categories__0__values": ["AUS", "USA"], "subject__nationality": ["AUS"]},
        ),
        ("nation", "nobody", {"label__categories": []}),
        ("purpose", "not the item's", {"purpose": "research"}),
        ("purpose", "the item has none", {"item__purposes": []}),
        ("place", "no facility", {"facility": None}),
        ("place", "in another state", {"facility__country": "USA"}),
        ("place", "accredited too low", {"facility__accredited__level": "秘"}),
        (
            "place",
            "in another state's levels",
            {"facility__accredited": {"policy": "AUS", "level": "TOP SECRET"}},
        ),
        ("place", "expired at T", {"facility__until": AT}),
        ("place", "no end", {"facility__until": None}),
    ]
    for action in ("open", "view"):
        for code, name, change in refused:
            yield Case(
                f"{action}: {name}",
                opening(action=action, **change),
                "refuse",
                frozenset({codes[code]}),
            )
        for name, change in (
            ("as it stands", {}),
            ("a second before it ends", {"item__until": AFTER}),
            ("granted at the instant", {f"{one}granted": AT}),
            ("briefed at the instant", {"subject__briefings__0__on": AT}),
            ("named from the instant", {"subject__authorisations__0__from": AT}),
            (
                "named for the project",
                {
                    "item__project": "P",
                    "subject__authorisations": [
                        {"project": "P", "by": "x", "from": LONG_AGO, "until": FAR}
                    ],
                },
            ),
            ("one citizenship of two", {"subject__nationality": ["BRA", "JPN"]}),
            ("exact level", {f"{one}level": "極秘", "facility__accredited__level": "極秘"}),
            (
                "a revoked clearance beside one that counts",
                {
                    "subject__clearances": [
                        {**opening()["subject"]["clearances"][0], "status": "revoked"},
                        opening()["subject"]["clearances"][0],
                    ]
                },
            ),
        ):
            yield Case(f"{action}: {name}", opening(action=action, **change), "permit")
        yield Case(
            f"{action}: a suspended clearance voids all",
            opening(
                action=action,
                subject__clearances=[
                    opening()["subject"]["clearances"][0],
                    {**opening()["subject"]["clearances"][0], "level": "秘", "status": "suspended"},
                ],
            ),
            "refuse",
            frozenset({codes["cleared"]}),
        )
    host: dict[str, Any] = {
        "facility": {
            "id": "f",
            "country": "AUS",
            "accredited": {"policy": "AUS", "level": "OFFICIAL"},
            "until": FAR,
        }
    }
    yield Case("view at the provider's", opening(action="view", **host), "permit")
    yield Case("open at the provider's", opening(**host), "refuse", frozenset({codes["place"]}))
    yield Case(
        "the provider's own people do not open by this",
        opening(
            subject__organisation_country="AUS",
            subject__nationality=["AUS"],
            recipient="AUS",
            item__released_to=["AUS"],
            subject__clearances=[
                {
                    **opening()["subject"]["clearances"][0],
                    "issuer": "AUS",
                    "policy": "AUS",
                    "level": "NV2",
                }
            ],
            facility={
                "id": "f",
                "country": "AUS",
                "accredited": {"policy": "AUS", "level": "TOP SECRET"},
                "until": FAR,
            },
        ),
        "refuse",
        frozenset({codes["released"]}),
    )
