"""Releases, as spec/interfaces.md §4 tells them: rows, ceilings, and everything a release needs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from tests.cli.contract_cases import (
    AFTER,
    AREAS,
    AT,
    BEFORE,
    DROP,
    GIVEN,
    NO_ROW,
    PURPOSES,
    Case,
    opening,
    release,
)


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
                "subject__duties": ["auditor", "registry-clerk"],
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
        ("file", "oral", "visual", "equipment", "technical-data", "paper"), (None, "JC-1")
    ):
        needs = kind in ("equipment", "technical-data") and reference is None
        yield Case(
            f"the joint committee: {kind} in technology, {reference}",
            release(area="technology", item__kind=kind, item__joint_committee_ref=reference),
            "refuse" if needs else "permit",
            frozenset({"release.no_committee"} if needs else ()),
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
