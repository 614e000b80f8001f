"""Clearances that open, and that do not."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from tests.cli.contract.consent_cases import bad_consents, good_consents
from tests.cli.contract_cases import GIVEN, Case, opening, yes


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
        for name, consent in good_consents(basis):
            yield Case(f"{basis}: {name}", opening(**with_basis, consents=consent), "permit")
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
