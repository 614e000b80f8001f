"""Nesting is measured exactly, whatever the strings hold, before any recursive parser runs."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane.base import canonical
from sealane.base.errors import SealaneError

TEXTS = st.text(alphabet='[]{}"\\a\n\u3042', max_size=12)
VALUES = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=60,
)


def depth(value):
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@given(value=VALUES, limit=st.integers(0, 8), escaped=st.booleans())
def test_a_document_is_read_exactly_when_it_is_shallow_enough(value, limit, escaped):
    text = json.dumps(value, ensure_ascii=escaped)
    if depth(value) <= limit:
        assert canonical.parse(text, depth=limit) == value
    else:
        with pytest.raises(SealaneError) as caught:
            canonical.parse(text, depth=limit)
        assert caught.value.code == "json.too_deep"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "[" * 100_000 + '\\"' + "]" * 100_000,
        '"' + "[" * 100_000,
        "[]" * 100_000,
        '\\"' + "[" * 100_000 + '"' + "]" * 100_000,
    ],
)
def test_a_hostile_document_is_refused_quickly(text):
    with pytest.raises(SealaneError) as caught:
        canonical.parse(text)
    assert caught.value.code in ("json.too_deep", "json.malformed")
