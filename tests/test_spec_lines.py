"""Every `Spec:` line of the sources leads somewhere: to a requirement, to a heading of this
repository, or to a public standard.
"""

from __future__ import annotations

import pytest
from tools import spec_lines
from tools.spec_lines import SpecLine, leads_nowhere


def test_every_spec_line_leads_to_a_requirement_a_heading_or_a_public_standard() -> None:
    lost = [
        f"{line.module}: {citation}"
        for line in spec_lines.spec_lines()
        for citation in line.citations()
        if leads_nowhere(citation)
    ]
    assert lost == []


def test_there_are_spec_lines_to_check() -> None:
    assert len(spec_lines.spec_lines()) > 250


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("R1, R20 to R22; R57.", ["R1", "R20 to R22", "R57"]),
        (
            "spec/exchange.md §4, §8; R1",
            ["spec/exchange.md §4", "spec/exchange.md §8", "R1"],
        ),
        ("spec/agreement.md §3 and §4", ["spec/agreement.md §3", "spec/agreement.md §4"]),
        ("RFC 7515 §7.2.1, RFC 8785", ["RFC 7515 §7.2.1", "RFC 8785"]),
        ('spec/openapi.yaml "Who may ask"', ['spec/openapi.yaml "Who may ask"']),
    ],
)
def test_a_line_is_read_citation_by_citation(text: str, told: list[str]) -> None:
    assert SpecLine("module", text).citations() == told


@pytest.mark.parametrize(
    "citation",
    [
        "R1",
        "R20 to R28",
        "spec/exchange.md",
        "spec/exchange.md §4",
        "spec/key-access.md §4.1",
        "spec/scheme.md §Levels",
        'docs/operators.md "Keys"',
        'spec/interfaces.md §1 "Labels"',
        'spec/openapi.yaml "Who may ask"',
        "RFC 9162 §2.1.3.2",
        "C2SP tlog-tiles",
    ],
)
def test_what_can_be_followed_is_good(citation: str) -> None:
    assert not leads_nowhere(citation)


@pytest.mark.parametrize(
    "citation",
    [
        "R0",
        "R68",
        "R60 to R70",
        "spec/exchange.md §99",
        "spec/scheme.md §Nothing",
        'spec/interfaces.md §1 "Nothing"',
        'spec/interfaces.md §99 "Labels"',
        "spec/nowhere.md",
        "spec/exchange.md about offers",
        "sealing.md §12.7",
        "house rule 4",
        "S6",
        "platforms §6 pattern 2",
        "see the module",
    ],
)
def test_what_cannot_be_followed_is_found(citation: str) -> None:
    assert leads_nowhere(citation)
