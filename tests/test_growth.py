"""What the measurements say of sizes that were not measured: what `bench.scale_fit` works out."""

from __future__ import annotations

import pytest
from bench.scale_fit import fit


def test_a_cost_that_does_not_grow_stays_what_it_was_last() -> None:
    growth = fit([(1e3, 40.0), (1e4, 45.0), (1e5, 44.0)])
    assert growth.word == "hardly"
    assert growth.at(1e6) == 44.0


def test_a_cost_that_hardly_grows_goes_on_by_its_exponent() -> None:
    growth = fit([(1e3, 10.0), (1e4, 12.0)])
    assert growth.word == "hardly"
    assert growth.at(1e6) == pytest.approx(12.0 * 1.2**2)


def test_a_line_goes_on_with_its_constant() -> None:
    growth = fit([(1e3, 9.0), (1e4, 12.0), (1e5, 102.0)])
    assert growth.word == "linear"
    assert growth.constant == pytest.approx(2.0)
    assert growth.at(1e6) == pytest.approx(1002.0)


def test_a_constant_is_never_less_than_nothing() -> None:
    growth = fit([(1e4, 10.0), (1e5, 110.0)])
    assert growth.constant == 0.0
    assert growth.exponent == pytest.approx(1.04, abs=0.01)


def test_what_grows_faster_than_a_line_is_not_told_by_one() -> None:
    growth = fit([(1e3, 1.0), (1e4, 100.0)])
    assert (growth.word, growth.exponent) == ("more than linear", pytest.approx(2.0))
    with pytest.raises(ValueError, match=r"2\.00"):
        growth.at(1e6)
