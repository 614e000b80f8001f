"""On which line of a TOML file a member stands, so that a refusal can point at it.

`tomllib` parses and forgets positions. This walks the same text once and remembers where each
table, key and array element began; it trusts that the text is valid TOML, because `tomllib` has
accepted it first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from sealane.base.toml import DEEPEST

Path = tuple[str | int, ...]

_KEY = re.compile(
    r"""\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*="""
)
_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*\.?""")


class Lines:
    """Line numbers, counted from 1, of the members of one TOML text."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        self._arrays: dict[tuple[str, ...], int] = {}
        self._within: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        self._walk(text.splitlines())

    def of(self, path: Sequence[str | int]) -> int | None:
        """The line where the member stands, else that of its nearest enclosing table; None when
        nothing matches.
        """
        whole = tuple(path)
        while whole:
            if whole in self._lines:
                return self._lines[whole]
            whole = whole[:-1]
        return None

    def _walk(self, rows: list[str]) -> None:
        table: Path = ()
        number = 0
        while number < len(rows):
            row = rows[number]
            if (names := _header(row)) is not None:
                table = self._open(names, array=row.lstrip().startswith("[["), line=number + 1)
            elif key := _KEY.match(row):
                path = (*table, *_parts(key[1]))
                self._lines.setdefault(path, number + 1)
                number = self._value(rows, number, key.end(), path)
            number += 1

    def _open(self, names: tuple[str, ...], *, array: bool, line: int) -> Path:
        path = (*self._inside(names[:-1]), names[-1])
        if array:
            count = self._arrays.get(names, -1) + 1
            self._arrays[names] = count
            self._forget(names)
            outer = next(
                (
                    names[:place]
                    for place in range(len(names) - 1, 0, -1)
                    if names[:place] in self._arrays
                ),
                (),
            )
            self._within.setdefault(outer, []).append(names)
            self._lines.setdefault(path, line)
            path = (*path, count)
        self._lines.setdefault(path, line)
        return path

    def _forget(self, names: tuple[str, ...]) -> None:
        """A new element starts its inner arrays anew."""
        waiting = self._within.pop(names, [])
        while waiting:
            inner = waiting.pop()
            self._arrays.pop(inner, None)
            waiting.extend(self._within.pop(inner, ()))

    def _inside(self, names: tuple[str, ...]) -> Path:
        path: Path = ()
        for place in range(len(names)):
            path = (*path, names[place])
            if (count := self._arrays.get(names[: place + 1])) is not None:
                path = (*path, count)
        return path

    def _value(self, rows: list[str], number: int, column: int, path: Path) -> int:
        """Walk one value that may span lines; the number of its last line."""
        depth, element, fresh = 0, -1, False
        while number < len(rows):
            row = rows[number]
            while column < len(row):
                character = row[column]
                if character == "#":
                    break
                if fresh and depth == 1 and character not in " \t],":
                    element, fresh = element + 1, False
                    self._lines.setdefault((*path, element), number + 1)
                if character in "\"'":
                    number, column = _string(rows, number, column)
                    row = rows[number] if number < len(rows) else ""
                    continue
                if character in "[{":
                    depth += 1
                    fresh = fresh or (depth == 1 and character == "[")
                elif character in "]}":
                    depth -= 1
                elif character == "," and depth == 1:
                    fresh = True
                column += 1
            if depth <= 0:
                return number
            number, column = number + 1, 0
        return number


def _header(row: str) -> tuple[str, ...] | None:
    """The names of a table's header, or None: the row is none."""
    bare = row.strip()
    if not bare.startswith("["):
        return None
    start = place = 2 if bare.startswith("[[") else 1
    quote = ""
    while place < len(bare) and (quote or bare[place] != "]"):
        if quote == '"' and bare[place] == "\\":
            place += 1  # what is escaped closes nothing
        elif quote:
            quote = "" if bare[place] == quote else quote
        elif bare[place] in "\"'":
            quote = bare[place]
        place += 1
    return _parts(bare[start:place].strip()) or None


def _parts(name: str) -> tuple[str, ...]:
    found = islice(_PART.finditer(name), DEEPEST)
    return tuple(next(part for part in one.groups() if part is not None) for one in found)


def _string(rows: list[str], number: int, column: int) -> tuple[int, int]:
    """The place just after the string that begins here."""
    quote = rows[number][column]
    if rows[number][column : column + 3] == quote * 3:
        column += 3
        while number < len(rows):
            row = rows[number]
            while column < len(row):
                if quote == '"' and row[column] == "\\":
                    column += 2
                elif row[column : column + 3] == quote * 3:
                    while (
                        row[column + 3 : column + 4] == quote
                    ):  # up to two more quotes belong to the text
                        column += 1
                    return number, column + 3
                else:
                    column += 1
            number, column = number + 1, 0
        return number, 0
    column += 1
    row = rows[number]
    while column < len(row) and row[column] != quote:
        column += 2 if quote == '"' and row[column] == "\\" else 1
    return number, column + 1
