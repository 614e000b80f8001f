"""Instants are exact and have one text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane.base.errors import Malformed
from sealane.base.values import Instant, format_instant, identifier, parse_instant


@given(st.integers(-62_135_596_800 * 10**9, 253_402_300_799 * 10**9))
def test_an_instant_survives_its_text(nanos):
    assert parse_instant(format_instant(Instant(nanos))) == nanos


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22",
        "2026-11-22T00:00:00+09:00",
        "2026-02-30T00:00:00Z",
        "2026-11-22T00:00:60Z",
        "2026-11-22t00:00:00z",
        "２026-11-22T00:00:00Z",
        "",
        "Z",
    ],
)
def test_another_form_is_refused(text):
    with pytest.raises(Malformed):
        parse_instant(text)


@pytest.mark.parametrize("text", ["", "../x", "a/b", "a..b", ".a", "a" * 129, "é", None])
def test_an_unsafe_identifier_is_refused(text):
    with pytest.raises(Malformed):
        identifier(text)
