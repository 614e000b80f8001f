"""How long the long things take: a span around each, told to whoever the process set up.

A span has one of the names below and a refusal's code; nothing that a person wrote. Spec:
docs/operators.md "Traces".
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

RELEASE, ARRIVAL, OPENING, REWRAP, DELIVERY, ANSWER = (
    "sealane.release",
    "sealane.arrival",
    "sealane.opening",
    "sealane.rewrap",
    "sealane.delivery",
    "sealane.answer",
)
Spans = Callable[[str], AbstractContextManager[object]]
"""What begins a span of a name; an error that passes is told to it by the context manager."""
_spans: list[Spans] = []


def tell(spans: Spans | None) -> None:
    """Tell every span of this process from now on, or none; once, before it serves."""
    _spans[:] = [] if spans is None else [spans]


def spanned(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A function whose every call is a span of this name."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            if not _spans:
                return function(*args, **kwargs)
            with _spans[0](name):
                return function(*args, **kwargs)

        return call

    return decorate
