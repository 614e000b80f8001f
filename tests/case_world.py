"""The verbs of cases as they are typed for the matrix of who may."""

from __future__ import annotations

from sealane.cli.demo.cast import AGREEMENT

CASE = "AUS-JPN-2026-C00001"
"""No case that is here."""


def case_words(other: str, out: str, at: list[str]) -> dict[str, list[str]]:
    """The arguments of each verb, without who acts."""
    return {
        "case kinds": at,
        "case list": at,
        "case show": [CASE, *at],
        "case open": ["none", "--with", other, "--agreement", AGREEMENT, *at],
        "case say": [CASE, "accept", *at],
        "case keep": [CASE, "limits", "--set", "words=x", *at],
        "case print": [CASE, out, "--form", "usa", *at],
    }
