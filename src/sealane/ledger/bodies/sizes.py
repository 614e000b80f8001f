"""How long a statement of each type can be: what its members' own bounds add up to.

A type whose members are few and short is refused when it is long, before anything of it is proven:
nobody fills a book with what can say nothing. Spec: spec/receipt.md §5.
"""

from __future__ import annotations

import types
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from sealane.ledger.bodies import TYPES
from sealane.ledger.bodies.shapes import MIB, Shape

MOST = 4 * MIB
"""No statement is longer, whatever its type."""
ENVELOPE, SIGNATURES = 2048, 16_384
"""Room for the members that every statement has, and for both signatures with their headers."""
ESCAPED = 6
"""Bytes that one character takes at most, written as JSON."""


@cache
def most_bytes(kind: str) -> int:
    """The most bytes that a signed statement of this type has; no type is longer than `MOST`."""
    payload = _most(TYPES[kind][0]) + ENVELOPE
    return min(MOST, -(-payload * 4 // 3) + SIGNATURES)


def _most(hint: Any, meta: msgspec.Meta | None = None) -> int:
    """The most bytes that a member of this shape has as JSON."""
    kind = get_origin(hint)
    if kind is Annotated:
        metas = [one for one in hint.__metadata__ if isinstance(one, msgspec.Meta)]
        for one in metas:
            if one.extra and "most" in one.extra:
                return int(one.extra["most"])
        return _most(hint.__origin__, metas[0])
    if kind in (Union, types.UnionType):
        return max(_most(one) for one in get_args(hint))
    if kind is Literal:
        return max(len(word) for word in get_args(hint)) + 2
    if hint is str:
        return ESCAPED * _length(meta) + 2
    if kind is tuple:
        return _length(meta) * (_most(get_args(hint)[0]) + 1) + 2
    if kind is dict:
        key, value = (_most(one) for one in get_args(hint))
        return _length(meta) * (key + value + 2) + 2
    if isinstance(hint, type) and issubclass(hint, Shape):
        members = get_type_hints(hint, include_extras=True)
        return 2 + sum(len(name) + 4 + _most(shape) for name, shape in members.items())
    return {int: 20, bool: 5, type(None): 4, msgspec.UnsetType: 0}[hint]


def _length(meta: msgspec.Meta | None) -> int:
    assert meta is not None, "a text or list without a bound"
    assert meta.max_length is not None, "a text or list without a bound"
    return meta.max_length
