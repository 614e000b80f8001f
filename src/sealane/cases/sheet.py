"""A case on its way to paper: the form's headings and the case's values in place, before anything
is drawn.

Spec: spec/case.md §9.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading in both languages, the one that comes first first."""

    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetBox:
    """One box with its value; an empty one is left for a pen."""

    number: str
    heading: Heading
    value: str
    wide: bool = False
    share: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSection:
    """One section: boxes side by side, or a table of them."""

    number: str
    heading: Heading
    boxes: tuple[SheetBox, ...]
    rows: tuple[tuple[str, ...], ...] | None = None
    """The rows of a table, whose columns the boxes are; None: it is no table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedSheet:
    """Everything that is printed."""

    title: Heading
    notice: Heading
    mark: str
    paper: str
    lang: str
    foot: str
    """What stands at the foot of each page beside its number: what it is, who printed it, when."""
    sections: tuple[SheetSection, ...]
