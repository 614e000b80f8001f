"""Requests for every sentence of spec/interfaces.md §4, as an outsider would write them, and what
must come out.

Nothing of the product is used here: only JSON and the prose. Each case changes one complete
request.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
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
    provider: str = "AUS", classification: str = "SECRET", area: str = "maritime", **changes: Any
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
    provider: str = "AUS",
    classification: str = "SECRET",
    area: str = "maritime",
    action: str = "open",
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
    return changed(made, **changes)


def yes(act: str, by: str = "AUS", **changes: Any) -> dict[str, Any]:
    """A provider's standing consent."""
    return {
        "act": act,
        "item": "I-1",
        "to": None,
        "by": by,
        "answer": "yes",
        "at": LONG_AGO,
        "until": FAR,
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


def rows_and_ceilings() -> Iterator[Case]:
    """Every word in every area, released and opened."""
    for provider, words in GIVEN.items():
        for (word, level), (ceiling, areas) in itertools.product(words.items(), AREAS.items()):
            for area in areas:
                fits = level <= ceiling and (level != 2 or ceiling == 2)
                expect = "permit" if fits else "refuse"
                code = (
                    frozenset()
                    if fits
                    else frozenset(
                        {"label.no_equivalent" if level == 2 else "agreement.above_ceiling"}
                    )
                )
                yield Case(
                    f"{word} in {area}, released", release(provider, word, area), expect, code
                )
                yield Case(f"{word} in {area}, opened", opening(provider, word, area), expect, code)
        for word in NO_ROW[provider]:
            area = "logistics" if word == "秘" else "defence"
            yield Case(
                f"{word!r} has no row",
                release(provider, word, area),
                "refuse",
                frozenset({"label.no_equivalent"}),
            )
            yield Case(
                f"{word!r} has no row, opened",
                opening(provider, word, area),
                "refuse",
                frozenset({"label.no_equivalent"}),
            )
    for caveat in ("ORCON", "CABINET", "AUSTEO"):
        label: dict[str, Any] = {
            "label__categories": [
                *release()["label"]["categories"],
                {"tag": "Caveat", "type": "restrictive", "values": [caveat]},
            ]
        }
        yield Case(
            f"a caveat, {caveat}", release(**label), "refuse", frozenset({"label.no_equivalent"})
        )
        yield Case(
            f"a caveat, {caveat}, opened",
            opening(**label),
            "refuse",
            frozenset({"label.no_equivalent"}),
        )
    yield Case(
        "rows are unverified",
        release(accept_unverified=False),
        "refuse",
        frozenset({"agreement.row_unverified"}),
    )
    yield Case(
        "rows are unverified, unsaid",
        release(accept_unverified=DROP),
        "refuse",
        frozenset({"agreement.row_unverified"}),
    )
    yield Case(
        "rows are unverified, opened",
        opening(accept_unverified=DROP),
        "refuse",
        frozenset({"agreement.row_unverified"}),
    )


def releasing() -> Iterator[Case]:
    """What a release needs, each taken away, and each boundary."""
    refused: list[tuple[str, dict[str, Any], str]] = [
        (
            "in force from its day",
            {"at": "2022-10-21T23:59:59Z", "assurance__at": "2022-01-01T00:00:00Z"},
            "agreement.not_in_force",
        ),
        (
            "the recipient is a party",
            {"recipient": "USA", "assurance__by": "USA"},
            "release.recipient_not_party",
        ),
        (
            "not the provider",
            {"recipient": "AUS", "assurance__by": "AUS"},
            "release.recipient_not_party",
        ),
        (
            "among Releasable To",
            {"label__categories__0__values": ["AUS", "USA"]},
            "release.recipient_not_releasable",
        ),
        ("absent means nobody", {"label__categories": []}, "release.recipient_not_releasable"),
        (
            "the label's originator is the provider",
            {"label__originator": "JPN"},
            "release.label_not_providers",
        ),
        (
            "the label's originator is the provider, or nobody",
            {"label__originator": None},
            "release.label_not_providers",
        ),
        ("the purpose among the item's", {"purpose": "research"}, "request.purpose_not_allowed"),
        ("an item without purposes", {"item__purposes": []}, "request.purpose_not_allowed"),
        ("until in the future: at T it has expired", {"item__until": AT}, "release.time_limit"),
        ("until in the future: past", {"item__until": BEFORE}, "release.time_limit"),
        ("a missing end is expired", {"item__until": None}, "release.time_limit"),
        ("no assurance", {"assurance": None}, "release.no_assurance"),
        ("assurance by the recipient", {"assurance__by": "AUS"}, "release.no_assurance"),
        ("assurance not after the instant", {"assurance__at": AFTER}, "release.no_assurance"),
        ("assurance of clearance", {"assurance__clearance": False}, "release.no_assurance"),
        ("assurance of need", {"assurance__need": False}, "release.no_assurance"),
        ("assurance of protection", {"assurance__protection": False}, "release.no_assurance"),
        ("a release officer", {"item__release_officer": None}, "release.no_officer"),
        ("not the originator", {"item__release_officer": "a"}, "release.no_officer"),
        ("a second signer at row 3", {"item__second_signer": None}, "release.no_second_signer"),
        ("not recalled", {"item__recalled": True}, "item.recalled"),
        ("officer and signer are two people", {"item__second_signer": "b"}, "duties.not_separated"),
        (
            "originator and signer are two people",
            {"item__second_signer": "a"},
            "duties.not_separated",
        ),
    ]
    for name, change, code in refused:
        yield Case(name, release(**change), "refuse", frozenset({code}))
    permitted: list[tuple[str, dict[str, Any]]] = [
        ("as it stands", {}),
        (
            "on its first day",
            {"at": "2022-10-22T00:00:00Z", "assurance__at": "2022-10-22T00:00:00Z"},
        ),
        ("until a second later", {"item__until": AFTER}),
        ("assured at the instant", {"assurance__at": AT}),
        (
            "more recipients than this one",
            {"label__categories__0__values": ["AUS", "GBR", "JPN", "USA"]},
        ),
        (
            "nothing is asked of the subject",
            {
                "subject__organisation_country": "USA",
                "subject__nationality": ["USA"],
                "subject__roles": ["minister"],
                "subject__duties": ["auditor", "registry clerk"],
            },
        ),
        (
            "not even separation of the subject's duties",
            {"subject__id": "a", "subject__duties": ["auditor"]},
        ),
        ("not yet released to anybody", {"item__released_to": []}),
    ]
    for name, change in permitted:
        yield Case(name, release(**change), "permit")
    yield Case(
        "a second signer at row 4",
        release("AUS", "TOP SECRET", "defence", item__second_signer=None),
        "refuse",
        frozenset({"release.no_second_signer"}),
    )
    yield Case(
        "none at row 2", release("AUS", "PROTECTED", "energy", item__second_signer=None), "permit"
    )
    yield Case(
        "none at row 1",
        release("AUS", "OFFICIAL: Sensitive", "health", item__second_signer=None),
        "permit",
    )
    for kind, reference in itertools.product(
        ("file", "oral", "visual", "equipment", "technical-data"), (None, "JC-1")
    ):
        needs = kind in ("equipment", "technical-data") and reference is None
        yield Case(
            f"the joint committee: {kind} in technology, {reference}",
            release(area="technology", item__kind=kind, item__joint_committee_ref=reference),
            "refuse" if needs else "permit",
            frozenset({"release.no_joint_committee"} if needs else ()),
        )
        yield Case(
            f"the joint committee: {kind} elsewhere, {reference}",
            release(item__kind=kind, item__joint_committee_ref=reference),
            "permit",
        )
    for purpose in PURPOSES:
        yield Case(
            f"the purpose {purpose}", release(item__purposes=[purpose], purpose=purpose), "permit"
        )


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
        ("cleared", "an empty sponsor", {f"{one}sponsor": ""}),
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


def clearances() -> Iterator[Case]:
    """Grades and the two Japanese regimes, row by row."""
    grades = {
        "Baseline": 2,
        "NV1": 3,
        "NV2": 4,
        "PV": 4,
        "TOP SECRET": 4,
        "SECRET": 3,
        "PROTECTED": 2,
        "OFFICIAL: Sensitive": 1,
        "機密": 0,
        "OFFICIAL": 0,
    }
    for (grade, reach), (word, level) in itertools.product(grades.items(), GIVEN["JPN"].items()):
        area = {4: "defence", 3: "maritime", 1: "energy"}[level]
        fits = level <= reach
        yield Case(
            f"{grade} at {word}",
            opening("JPN", word, area, subject__clearances__0__level=grade),
            "permit" if fits else "refuse",
            frozenset() if fits else frozenset({"access.not_cleared"}),
        )
    held = {"機密": 4, "極秘": 3, "特定秘密": 3, "秘": 2, "取扱注意": 1}
    for (grade, reach), (word, level) in itertools.product(held.items(), GIVEN["AUS"].items()):
        area = {4: "defence", 3: "maritime", 2: "logistics", 1: "logistics"}[level]
        fits = level <= reach
        yield Case(
            f"{grade} at {word}",
            opening("AUS", word, area, subject__clearances__0__level=grade),
            "permit" if fits else "refuse",
            frozenset() if fits else frozenset({"access.not_cleared"}),
        )
    fresh = "subject__clearances__0__granted"
    for area in ("economic-security", "critical-minerals", "energy"):
        for granted, fits in (
            ("2021-11-25T00:00:00Z", False),
            ("2021-11-25T00:00:01Z", True),
            ("2019-01-01T00:00:00Z", False),
        ):
            yield Case(
                f"特定秘密 at row 2 in {area}, granted {granted}",
                opening(
                    "AUS",
                    "PROTECTED",
                    area,
                    subject__clearances__0__level="特定秘密",
                    **{fresh: granted},
                ),
                "permit" if fits else "refuse",
                frozenset() if fits else frozenset({"access.not_cleared"}),
            )
        yield Case(
            f"特定秘密 at row 1 in {area}, old",
            opening(
                "AUS",
                "OFFICIAL: Sensitive",
                area,
                subject__clearances__0__level="特定秘密",
                **{fresh: "2019-01-01T00:00:00Z"},
            ),
            "permit",
        )
        for word in ("PROTECTED", "OFFICIAL: Sensitive"):
            yield Case(
                f"重要経済安保情報 at {word} in {area}",
                opening("AUS", word, area, subject__clearances__0__level="重要経済安保情報"),
                "permit",
            )
    yield Case(
        "特定秘密 at row 2 in logistics, old",
        opening(
            "AUS",
            "PROTECTED",
            "logistics",
            subject__clearances__0__level="特定秘密",
            **{fresh: "2019-01-01T00:00:00Z"},
        ),
        "permit",
    )
    yield Case(
        "特定秘密 at row 3, old",
        opening(subject__clearances__0__level="特定秘密", **{fresh: "2019-01-01T00:00:00Z"}),
        "permit",
    )
    for word, area in (
        ("PROTECTED", "logistics"),
        ("OFFICIAL: Sensitive", "health"),
        ("SECRET", "maritime"),
        ("OFFICIAL: Sensitive", "defence"),
    ):
        yield Case(
            f"重要経済安保情報 at {word} in {area}",
            opening("AUS", word, area, subject__clearances__0__level="重要経済安保情報"),
            "refuse",
            frozenset({"access.not_cleared"}),
        )
    for basis in ("exempt-by-law", "temporary"):
        with_basis = {"subject__clearances__0__basis": basis}
        yield Case(f"{basis} with consent", opening(**with_basis, consents=[yes(basis)]), "permit")
        for name, consent in bad_consents(basis):
            yield Case(
                f"{basis}: {name}",
                opening(**with_basis, consents=consent),
                "refuse",
                frozenset({"access.not_cleared"}),
            )
        yield Case(
            f"{basis}: consent to the other basis",
            opening(
                **with_basis,
                consents=[yes("temporary" if basis == "exempt-by-law" else "exempt-by-law")],
            ),
            "refuse",
            frozenset({"access.not_cleared"}),
        )


def bad_consents(act: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Consents that are none."""
    yield "silence", []
    yield "a no", [yes(act, answer="no")]
    yield "a no beside a yes", [yes(act), yes(act, answer="no")]
    yield (
        "an old no beside a yes",
        [yes(act), yes(act, answer="no", at="2025-01-01T00:00:00Z", until="2025-02-01T00:00:00Z")],
    )
    yield "for another item", [yes(act, item="I-2")]
    yield "by somebody else", [yes(act, by="JPN")]
    yield "dated later", [yes(act, at=AFTER)]
    yield "expired at T", [yes(act, until=AT)]
    yield "without an end", [yes(act, until=None)]


def consents() -> Iterator[Case]:
    """Onward, new purpose, downgrade, copies at row 4, export."""
    need = frozenset({"consent.missing"})
    for action in ("new-purpose", "downgrade"):
        yield Case(f"{action} with consent", opening(action=action), "permit")
        yield Case(
            f"{action} needs all that opening needs",
            opening(action=action, subject__briefings=[]),
            "refuse",
            frozenset({"access.not_briefed"}),
        )
        for name, given in bad_consents(action):
            yield Case(f"{action}: {name}", opening(action=action, consents=given), "refuse", need)
        yield Case(
            f"{action}: a later no does not count yet",
            opening(action=action, consents=[yes(action), yes(action, answer="no", at=AFTER)]),
            "permit",
        )
        yield Case(
            f"{action}: at the instant",
            opening(action=action, consents=[yes(action, at=AT, until=AFTER)]),
            "permit",
        )
    yield Case("copy at row 3 needs none", opening(action="copy", consents=[]), "permit")
    yield Case(
        "copy at row 4 with consent", opening("AUS", "TOP SECRET", "defence", "copy"), "permit"
    )
    for name, given in bad_consents("copy"):
        yield Case(
            f"copy at row 4: {name}",
            opening("AUS", "TOP SECRET", "defence", "copy", consents=given),
            "refuse",
            need,
        )
    onward: dict[str, Any] = {
        "recipient": "USA",
        "consents": [yes("onward", to="USA")],
        "label__categories__0__values": ["AUS", "JPN", "USA"],
    }
    yield Case(
        "onward without a third agreement",
        opening(action="onward", **onward),
        "refuse",
        frozenset({"consent.no_third_agreement"}),
    )
    for third_agreement in ("jpn-aus-2022", "nonsense", "jpn-aus-2007", None):
        yield Case(
            f"onward under {third_agreement}",
            opening(action="onward", third_agreement=third_agreement, **onward),
            "refuse",
            frozenset({"consent.no_third_agreement"}),
        )
    third = {**onward, "third_agreement": "aus-jpn-usa-trilateral"}
    yield Case("onward with both", opening(action="onward", **third), "permit")
    for name, given in bad_consents("onward"):
        yield Case(
            f"onward: {name}",
            opening(
                action="onward", **{**third, "consents": [{**one, "to": "USA"} for one in given]}
            ),
            "refuse",
            need,
        )
    yield Case(
        "onward: consent for another third party",
        opening(action="onward", **{**third, "consents": [yes("onward", to="GBR")]}),
        "refuse",
        need,
    )
    yield Case(
        "onward: consent for nobody",
        opening(action="onward", **{**third, "consents": [yes("onward")]}),
        "refuse",
        need,
    )
    yield Case(
        "onward to the provider",
        opening(action="onward", **{**third, "recipient": "AUS"}),
        "refuse",
        frozenset({"consent.no_third_agreement"}),
    )
    yield Case(
        "onward to the holder",
        opening(action="onward", **{**third, "recipient": "JPN"}),
        "refuse",
        frozenset({"consent.no_third_agreement"}),
    )
    yield Case(
        "no clause permits export",
        opening(action="export"),
        "refuse",
        frozenset({"decision.no_permit"}),
    )
    yield Case(
        "no clause permits export by the provider",
        release(action="export"),
        "refuse",
        frozenset({"decision.no_permit"}),
    )


def separation() -> Iterator[Case]:
    """No two of the five for one item."""
    two = frozenset({"duties.not_separated"})
    for person in ("a", "b", "c"):
        yield Case(
            f"the reader is one of the item's people: {person}",
            opening(subject__id=person),
            "permit",
        )
        for duty in ("registry-clerk", "auditor", "registry clerk", "Registry_Clerk"):
            yield Case(
                f"and holds {duty}",
                opening(subject__id=person, subject__duties=[duty]),
                "refuse",
                two,
            )
    yield Case("one declared duty", opening(subject__duties=["auditor"]), "permit")
    yield Case(
        "two declared duties", opening(subject__duties=["auditor", "registry-clerk"]), "refuse", two
    )
    for person, duty in (("a", "originator"), ("b", "release-officer"), ("c", "second signer")):
        yield Case(
            f"the same duty twice over: {duty}",
            opening(subject__id=person, subject__duties=[duty]),
            "permit",
        )
        yield Case(
            f"{duty} declared beside another",
            opening(subject__id=person, subject__duties=[duty, "auditor"]),
            "refuse",
            two,
        )
    for person, duty in (("a", "release-officer"), ("b", "second-signer"), ("c", "originator")):
        yield Case(
            f"{person} declares {duty}",
            opening(subject__id=person, subject__duties=[duty]),
            "refuse",
            two,
        )
    for first, second in itertools.combinations(
        ("originator", "release_officer", "second_signer"), 2
    ):
        yield Case(
            f"{first} is {second}, opened",
            opening(**{f"item__{first}": "z", f"item__{second}": "z"}),
            "refuse",
            two,
        )


def elsewhere() -> Iterator[Case]:
    """An agreement not in force or unknown is a decision."""
    yield Case(
        "before it is in force",
        opening(at="2022-10-21T23:59:59Z"),
        "refuse",
        frozenset({"agreement.not_in_force"}),
    )
    yield Case(
        "an agreement that nobody loaded",
        opening(agreement="no-such-agreement"),
        "refuse",
        frozenset({"agreement.unknown"}),
    )
    yield Case(
        "an ended agreement",
        opening(agreement="jpn-aus-2007"),
        "refuse",
        frozenset({"agreement.not_in_force"}),
    )
    yield Case(
        "every unmet clause is listed",
        opening(
            subject__clearances=[],
            subject__briefings=[],
            subject__authorisations=[],
            facility=None,
            purpose="research",
        ),
        "refuse",
        frozenset(
            {
                "access.not_cleared",
                "access.not_briefed",
                "access.not_authorised",
                "access.facility",
                "request.purpose_not_allowed",
            }
        ),
    )


def every() -> list[Case]:
    """All cases, in one order."""
    from tests.cli.contract_malformed import malformed

    return [
        *rows_and_ceilings(),
        *releasing(),
        *openings(),
        *clearances(),
        *consents(),
        *separation(),
        *elsewhere(),
        *malformed(),
    ]
