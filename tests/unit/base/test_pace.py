"""The pace of a call, by an invented clock."""

from hypothesis import given
from hypothesis import strategies as st

from sealane.base.pace import Pace, Patience

PATIENCE = Patience(whole=100.0, stretch=10.0, floor=50, thought=20.0)


def test_who_says_nothing_has_one_stretch():
    pace = Pace(PATIENCE, 0.0)
    assert pace.left(0.0) == 10.0
    assert pace.left(10.0) == 0.0


def test_a_byte_a_second_moves_nothing_on():
    pace = Pace(PATIENCE, 0.0)
    for second in range(10):
        pace.passed(1, float(second))
    assert pace.left(10.0) <= 0


def test_a_fast_beginning_buys_no_standstill():
    pace = Pace(PATIENCE, 0.0)
    pace.passed(1 << 30, 1.0)
    assert pace.left(1.0) == 10.0


def test_at_the_floor_it_goes_on_and_the_whole_moves_with_what_passed():
    pace = Pace(PATIENCE, 0.0)
    for second in range(1, 5001):
        now = second * 0.99
        assert pace.left(now) > 0
        pace.passed(50, now)


def test_below_the_floor_the_whole_runs_out_however_long_a_stretch_is():
    pace, now = Pace(Patience(whole=100.0, stretch=1000.0, floor=50, thought=0.0), 0.0), 0.0
    while pace.left(now) > 0:
        now += 1.0
        pace.passed(40, now)
    assert now == 500.0


def test_the_answer_has_a_time_of_its_own_to_begin():
    pace = Pace(PATIENCE, 0.0)
    pace.turn(5.0)
    assert pace.left(5.0) == 20.0


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(0, 100)), max_size=50))
def test_what_passes_never_shortens_a_call(steps):
    pace, now = Pace(PATIENCE, 0.0), 0.0
    for seconds, size in steps:
        now += seconds
        before = pace.left(now)
        pace.passed(size, now)
        assert pace.left(now) >= before - 1e-6
