"""base64url: every value has one text, and no other text is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane.base import base64url


@given(st.binary(max_size=200))
def test_what_is_written_is_read_back(data):
    text = base64url.encode(data)
    assert not set(text) & set("+/=")
    assert base64url.decode(text) == data


@given(st.text(alphabet="AQgwZ_-+/=\n é", max_size=12))
def test_a_text_is_read_only_if_it_is_the_one_that_would_be_written(text):
    try:
        data = base64url.decode(text)
    except ValueError:
        return
    assert base64url.encode(data) == text


@pytest.mark.parametrize("text", ["QQ==", "QR", "Q", "Q Q", "QQ\n", "Q+", "é"])
def test_padding_stray_bits_and_other_signs_are_refused(text):
    with pytest.raises(ValueError, match="base64url"):
        base64url.decode(text)
