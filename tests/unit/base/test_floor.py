"""What every room stands on: lives, worlds, errors retold, spools, and dates months later."""

from __future__ import annotations

import io

import pytest

from sealane.base import errors, exercise
from sealane.base.errors import Conflict, Malformed, Refused, SealaneError, declare, retold
from sealane.base.inputs import PIECE, given_out
from sealane.base.table import Row, Table
from sealane.base.values import format_instant, months_later, parse_instant

LIFE = Table(
    "lamp",
    "dark",
    (
        Row("dark", "light", "bright", "keeper", "lamp.lit"),
        Row("bright", "put out", "dark", "keeper", "lamp.out"),
        Row("bright", "look", "bright", "anybody", None),
    ),
)


def test_a_life_gives_each_step_to_whom_it_belongs_and_to_nobody_else() -> None:
    assert LIFE.step("dark", "light", by="keeper").to == "bright"
    with pytest.raises(Conflict) as other:
        LIFE.step("dark", "light", by="anybody")
    assert other.value.code == "life.not_yours"
    with pytest.raises(Conflict) as no_step:
        LIFE.step("dark", "put out", by="keeper")
    assert no_step.value.code == "life.no_such_step"
    assert "light" in no_step.value.remedy


def test_a_life_is_read_by_states_events_and_entries() -> None:
    assert LIFE.states() == ["dark", "bright"]
    assert LIFE.events("bright") == ["put out", "look"]
    assert LIFE.entry_of("light") == "lamp.lit"
    row = LIFE.row_of("bright", "lamp.out")
    assert row is not None
    assert row.event == "put out"
    assert LIFE.row_of("dark", "lamp.out") is None


@pytest.mark.parametrize(
    "rows",
    [
        (Row("a", "go", "b", "x", None), Row("a", "go", "a", "x", None)),
        (Row("nowhere", "go", "a", "x", None),),
    ],
)
def test_no_life_has_two_rows_for_one_step_or_a_state_that_nothing_reaches(
    rows: tuple[Row, ...],
) -> None:
    with pytest.raises(ValueError, match="life"):
        Table("life", "a", rows)


def test_real_and_invented_nations_never_meet() -> None:
    exercise.require_same_world("AUS", "JPN")
    exercise.require_same_world("ZZA", "ZZB")
    exercise.require_same_world("AUS", None)
    for ours, theirs in (("AUS", "ZZA"), ("ZZB", "JPN")):
        with pytest.raises(Refused) as refused:
            exercise.require_same_world(ours, theirs)
        assert refused.value.code == "exercise.mixed"
    assert exercise.not_its_world("ZZA", exercise=True) == ""
    assert exercise.not_its_world("AUS", exercise=True) != ""
    assert exercise.not_its_world("ZZA", exercise=False) != ""


@pytest.mark.parametrize("code", ["life.no_such_step", "another.program.knows"])
def test_an_error_is_retold_word_for_word(code: str) -> None:
    told = {
        "code": code,
        "message": "So {it} is.",
        "message_ja": "そう{である}。",
        "remedy": "Mend it.",
        "remedy_ja": "直してください。",
        "position": 7,
        "details": {"field": "until"},
    }
    again = retold(told, Malformed)
    assert again.as_json() == told
    assert isinstance(again, Conflict if code in errors.CATALOGUE else Malformed)
    bare = retold({"position": [], "details": "no"}, Malformed)
    assert bare.as_json() == {"code": "internal.fault", "message": "", "message_ja": ""}


def test_no_code_is_declared_twice_and_no_remedy_in_one_language() -> None:
    known: type[SealaneError] = Malformed
    with pytest.raises(ValueError, match="twice"):
        declare("value.instant", known, "a", "b")
    with pytest.raises(ValueError, match="both languages"):
        declare("value.never", known, "a", "b", "mend")
    assert "value.never" not in errors.CATALOGUE


def test_a_spool_is_given_out_whole_from_where_it_stands_and_closed() -> None:
    data = bytes(PIECE) + b"the end"
    spool = io.BytesIO(b"before" + data)
    spool.seek(6)
    assert b"".join(given_out(spool)) == data
    assert spool.closed


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2024-01-31T10:00:00.5Z", 1, "2024-02-29T10:00:00.5Z"),
        ("2023-01-31T10:00:00Z", 1, "2023-02-28T10:00:00Z"),
        ("2024-11-30T00:00:00Z", 3, "2025-02-28T00:00:00Z"),
        ("2024-12-31T23:59:59Z", 12, "2025-12-31T23:59:59Z"),
    ],
)
def test_so_many_months_later_is_the_same_day_or_the_months_last(
    start: str, months: int, end: str
) -> None:
    assert format_instant(months_later(parse_instant(start), months)) == end


def test_months_beyond_the_calendar_end_never_before_they_began() -> None:
    for start in ("9990-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        begun = parse_instant(start)
        assert months_later(begun, 12 * 20) >= begun
