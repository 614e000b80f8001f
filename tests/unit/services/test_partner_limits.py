"""What one partner may take, by an invented clock: calls open at once, statements, bytes; each
partner by itself.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane.base.errors import SealaneError
from sealane.base.values import SECOND, Instant
from sealane.services.statements.partner_limits import CallKind, Measure, PartnerLimits, Quota
from sealane.settings import Settings
from tests.clock import START

MIB = 1 << 20
TIGHT = Settings(
    party="AUS",
    node="canberra.aus.example",
    partner_calls=3,
    partner_offers=2,
    partner_statements_a_minute=60,
    partner_statements_a_day=100,
    partner_mib_a_day=1,
)


def at(seconds):
    return Instant(START + int(seconds * SECOND))


def refused(work):
    with pytest.raises(SealaneError) as caught:
        work()
    return caught.value


HELD = []
"""A call ends when nobody holds it any more."""


def called(limits, party, kind, seconds=0.0):
    """A call that began and is not over."""
    held = limits.call(party, kind, at(seconds))
    held.__enter__()
    HELD.append(held)
    return held


def test_so_many_calls_are_open_and_one_that_ends_makes_room_for_another():
    limits = PartnerLimits(TIGHT)
    held = [called(limits, "JPN", CallKind.READING) for _ in range(3)]
    error = refused(lambda: called(limits, "JPN", CallKind.STATEMENT))
    assert (error.code, error.details) == ("peer.busy", {"retry_after": 1})
    held.pop().__exit__(None, None, None)
    called(limits, "JPN", CallKind.STATEMENT)


def test_offers_and_other_calls_take_no_room_from_one_another_nor_partners_from_partners():
    limits = PartnerLimits(TIGHT)
    for _ in range(2):
        called(limits, "JPN", CallKind.OFFER)
    assert refused(lambda: called(limits, "JPN", CallKind.OFFER)).code == "peer.busy"
    for _ in range(3):
        called(limits, "JPN", CallKind.READING)
    for kind in CallKind:
        called(limits, "USA", kind)


def test_a_call_that_fails_makes_room_too():
    limits = PartnerLimits(TIGHT)
    for _ in range(10):
        with pytest.raises(ZeroDivisionError), limits.call("JPN", CallKind.READING, at(0)):
            raise ZeroDivisionError


def said(limits, times, seconds):
    """How many of so many statements at this second are taken."""
    codes = []
    for _ in range(times):
        try:
            with limits.call("JPN", CallKind.STATEMENT, at(seconds)):
                codes.append("taken")
        except SealaneError as error:
            codes.append(error.code)
    assert set(codes) <= {"taken", "peer.quota"}
    return codes.count("taken")


def test_statements_are_measured_by_minute_and_by_day():
    limits = PartnerLimits(TIGHT)
    assert said(limits, 80, 0) == 60
    assert said(limits, 80, 10) == 10
    assert said(limits, 80, 60) == 30  # of the day's hundred
    assert said(limits, 1, 61) == 0
    assert said(limits, 80, 86_400) >= 60 - 1


def test_readings_of_a_log_are_no_statements():
    limits = PartnerLimits(TIGHT)
    for _ in range(200):
        with limits.call("JPN", CallKind.READING, at(0)):
            pass


def test_bytes_are_measured_by_the_day():
    limits = PartnerLimits(TIGHT)
    limits.take("JPN", MIB, at(0))
    error = refused(lambda: limits.take("JPN", 1000, at(1)))
    assert error.code == "peer.quota"
    limits.take("USA", MIB, at(1))
    limits.take("JPN", 1000, at(1 + error.details["retry_after"]))


def test_what_is_refused_is_counted_by_partner_and_code_once():
    limits = PartnerLimits(TIGHT)
    said(limits, 62, 0)
    refused(lambda: limits.take("USA", 2 * MIB, at(0)) or limits.take("USA", 1, at(0)))
    assert limits.settle() == {("JPN", "peer.quota"): 2, ("USA", "peer.quota"): 1}
    assert limits.settle() == {}


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(1, 40)), max_size=60))
def test_no_more_than_its_measure_and_what_came_back_ever_passes(steps):
    quota, now, passed = Quota(Measure("some", 100, 50)), 0.0, 0
    for seconds, size in steps:
        now += seconds
        if quota.wait(size, at(now)) == 0:
            passed += size
        assert passed <= 100 + now * 2 + 1e-6


@given(st.integers(1, 1000), st.integers(1, 100))
def test_the_seconds_told_are_enough(size, most):
    quota = Quota(Measure("some", most, 60))
    quota.wait(most, at(0))
    wait = quota.wait(size, at(0))
    assert wait >= 1
    assert quota.wait(size, at(wait)) == 0


class Together:
    """The measures of several processes in one place, as a node's store keeps them."""

    def __init__(self):
        self.full = {}

    def __call__(self, asked, at):
        quota = Quota(asked.measure, self.full.get((asked.party, asked.measure), 0))
        quota.give(asked.back)
        wait = quota.wait(asked.size, at)
        more = 0 if wait else quota.some(at, asked.measure.slice)
        self.full[asked.party, asked.measure] = quota.full
        return more, wait


def test_several_processes_let_a_partner_have_its_measure_once():
    together = Together()
    several = [PartnerLimits(TIGHT, together) for _ in range(4)]
    assert sum(said(limits, 80, 0) for limits in several) == 60
    assert sum(said(limits, 80, 10) for limits in several) == 10
    assert [said(limits, 1, 10.2) for limits in several] == [0] * 4


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(0, 2), st.integers(1, 9)), max_size=80))
def test_what_several_processes_let_pass_is_never_more_than_the_measure(steps):
    together, now, passed = Together(), 0.0, 0
    several = [PartnerLimits(TIGHT, together) for _ in range(3)]
    for seconds, one, times in steps:
        now += seconds
        passed += said(several[one], times, now)
        held = 3 * Measure("a_minute", 60, 60).slice
        assert passed <= min(60 + now, 100 + now * 100 / 86_400) + held + 1e-6


def test_a_partner_that_is_told_to_wait_does_not_ask_the_store_again_until_then():
    asked = []

    def empty(one, at):
        asked.append(at)
        return 0, 30

    limits = PartnerLimits(TIGHT, empty)
    for second in (0, 1, 29):
        assert refused(lambda second=second: called(limits, "JPN", CallKind.STATEMENT, second))
    assert len(asked) == 1
    assert refused(lambda: called(limits, "JPN", CallKind.STATEMENT, 31)).details == {
        "retry_after": 30
    }
    assert len(asked) == 2
