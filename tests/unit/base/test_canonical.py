"""One byte string per meaning: compared with an independent RFC 8785 encoder."""

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from sealane.base import canonical
from sealane.base.errors import Malformed

NAMES = st.text(st.characters(max_codepoint=126, min_codepoint=0), max_size=8)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-canonical.MAX_INT, canonical.MAX_INT)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_encodes_as_an_independent_encoder_does(value):
    assert canonical.encode(value) == rfc8785.dumps(value)


@given(VALUES)
def test_decoding_what_was_encoded_gives_it_back(value):
    assert canonical.decode(canonical.encode(value)) == value


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a":1,"a":2}', "json.duplicate_key"),
        (b'{"b":1,"a":2}', "json.not_canonical"),
        (b'{"a": 1}', "json.not_canonical"),
        (b"[1.5]", "json.not_encodable"),
        (b"[NaN]", "json.malformed"),
        (b"\xff", "json.malformed"),
        (b'"\\ud800"', "json.malformed"),
        (b"[" * 100_000, "json.too_deep"),
        (b"[" + b"0," * 600_000 + b"0]", "json.too_large"),
        (b"[99999999999999999999]", "json.not_encodable"),
        (b"", "json.malformed"),
    ],
)
def test_refuses_with_a_stable_code(data, code):
    with pytest.raises(Malformed) as caught:
        canonical.decode(data)
    assert caught.value.code == code
