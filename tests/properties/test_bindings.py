"""Laws of what binds a derived item to its sources: it opens to exactly these, whatever their
order, and tells nothing without its secret.

Spec: spec/exchange.md §4.2; R34.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane.registry.binding import OPENING_BYTES, bind, opens

NUMBERS = st.builds(
    "{}-2026-{:06d}".format, st.sampled_from(["AUS", "JPN"]), st.integers(1, 999_999)
)
SOURCES = st.lists(NUMBERS, min_size=1, max_size=8)
OPENINGS = st.binary(min_size=OPENING_BYTES, max_size=OPENING_BYTES)


@given(SOURCES, OPENINGS, st.randoms())
def test_it_opens_to_its_sources_whatever_their_order_and_number(sources, opening, random):
    mixed = [*sources, *sources]
    random.shuffle(mixed)
    assert opens(bind(sources, opening), opening, mixed)


@given(SOURCES, SOURCES, OPENINGS)
def test_it_opens_to_no_other_sources(sources, others, opening):
    assert opens(bind(sources, opening), opening, others) is (set(sources) == set(others))


@given(SOURCES, OPENINGS, OPENINGS)
def test_it_opens_under_no_other_secret_and_no_two_look_alike(sources, opening, other):
    made = bind(sources, opening)
    assert opens(made, other, sources) is (opening == other)
    assert (made == bind(sources, other)) is (opening == other)
    assert not opens(made, opening[:-1], sources)


@given(st.lists(NUMBERS, min_size=2, max_size=4, unique=True), OPENINGS)
def test_no_two_lists_are_the_same_bytes(sources, opening):
    joined = "".join(sources)
    assert not opens(bind(sources, opening), opening, [joined])
    assert not opens(bind(sources, opening), opening, [",".join(sources)])


def test_an_opening_of_another_length_or_no_source_is_no_binding():
    for sources, opening in (([], bytes(32)), (["AUS-2026-000001"], bytes(31))):
        with pytest.raises(ValueError, match="32 bytes"):
            bind(sources, opening)


def test_the_example_of_the_specification():
    assert bind(["AUS-2026-000001"], bytes(32)).startswith("e5665a917d30422b")
