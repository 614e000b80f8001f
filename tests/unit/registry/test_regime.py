"""Regimes are data, read strictly, exact at each boundary date."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane import shipped
from sealane.adapters.policy import policy_root
from sealane.adapters.regimes import load_regimes
from sealane.base.errors import Malformed, Misconfigured, NotFound
from sealane.base.values import Instant, parse_instant, years_later
from sealane.decisions.clauses import years_after
from sealane.registry.regime import parse_regime

AUS = (policy_root() / "clearances" / "aus.toml").read_bytes()


@pytest.mark.parametrize(
    ("state", "level", "years", "warns"),
    [
        ("AUS", "Baseline", 15, 15),
        ("AUS", "NV1", 10, 10),
        ("AUS", "NV2", 7, 5),
        ("AUS", "PV", 7, 5),
        ("JPN", "特定秘密", 5, 5),
        ("JPN", "重要経済安保情報", 10, 10),
    ],
)
def test_each_grade_warns_and_ends_at_its_very_date(
    state: str, level: str, years: int, warns: int
) -> None:
    grade = shipped.regimes()[state].grade(level)
    granted = parse_instant("2020-03-01T09:00:00Z")
    end = parse_instant(f"{2020 + years}-03-01T09:00:00Z")
    due = parse_instant(f"{2020 + warns}-03-01T09:00:00Z")
    assert grade.ends(granted) == end
    assert grade.standing(granted, at=Instant(due - 1)) == "current"
    assert grade.standing(granted, at=Instant(end - 1)) == (
        "current" if warns == years else "renewal-due"
    )
    assert grade.standing(granted, at=end) == "ended"
    assert grade.standing(granted, at=end, extended=Instant(end + 1)) == "renewal-due"
    assert grade.standing(granted, at=Instant(end + 1), extended=Instant(end + 1)) == "ended"
    assert grade.standing(granted, at=Instant(end - 1), extended=granted) != "ended"


def test_a_leap_day_counts_as_the_day_before_where_there_is_none() -> None:
    assert years_later(parse_instant("2020-02-29T12:00:00Z"), 5) == parse_instant(
        "2025-02-28T12:00:00Z"
    )
    assert years_later(parse_instant("2020-02-29T12:00:00Z"), 4) == parse_instant(
        "2024-02-29T12:00:00Z"
    )


@given(st.integers(min_value=0, max_value=4_000_000_000), st.integers(min_value=1, max_value=50))
def test_years_are_counted_as_decisions_count_them(second: int, years: int) -> None:
    instant = Instant(second * 1_000_000_000 + 7)
    assert years_later(instant, years) == years_after(instant, years)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"clearances-1", b"clearances-2"),
        (b"years = 15", b"years = 0"),
        (b"years = 15", b"years = 99"),
        (b"warn_years = 5", b"warn_years = 8"),
        (b'level = "NV1"', b'level = "NV2"'),
        (b"sponsor = true", b"sponsor = 1"),
        (b"sponsor = true", b"sponsor = true\nextra = 1"),
        (b"years = 15", b'years = 15\nbases = ["inherited"]'),
        (b"years = 15", b"years = 15\nbases = []"),
        (b"years = 15", b"\xff"),
        (b"years = 15", b"#" * (1 << 17)),
    ],
)
def test_a_bad_regime_is_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(Malformed):
        parse_regime(AUS.replace(old, new, 1))


def test_an_unknown_grade_is_not_found_and_a_bad_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        shipped.regimes()["AUS"].grade("Super")
    (tmp_path / "one.toml").write_bytes(AUS)
    assert set(load_regimes(tmp_path)) == {"AUS"}
    (tmp_path / "two.toml").write_bytes(AUS)
    with pytest.raises(Misconfigured):
        load_regimes(tmp_path)


def test_the_grades_of_the_regimes_are_those_the_agreement_knows() -> None:
    named = {(one.party, one.level) for one in shipped.agreements()["jpn-aus-2022"].clearances}
    assert named == {
        (state, level) for state, regime in shipped.regimes().items() for level in regime.grades
    }
