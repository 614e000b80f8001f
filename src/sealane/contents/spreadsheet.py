"""Sheets of an Office package: cells that are shown, and those of hidden rows, columns and sheets.

Spec: ISO/IEC 29500-1 §18; spec/residue.md §2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sealane.contents.found import Gathering, Layer
from sealane.contents.xml_parts import Node, below, child, local, said, words

_TRUE = ("1", "true")
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}", re.ASCII)
_WHITE = re.compile(r"(FF|00)?F[EF]F[EF]F[EF]", re.IGNORECASE)
COLUMNS_MOST = 16_384


@dataclass
class Book:
    """What the sheets of a workbook share."""

    strings: list[str] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    unseen: frozenset[int] = frozenset()
    """Formats of cells whose text has the paper's colour, or is written as nothing."""
    hidden: Mapping[str, str] = field(default_factory=dict)
    """Parts of hidden sheets, each with the sheet's name."""


def book_of(roots: Mapping[str, Node]) -> Book:
    """What the parts of a package say of its sheets."""
    book, hidden = Book(), dict[str, str]()
    for name, root in roots.items():
        if local(root) == "sst":
            book.strings = [_text(one) for one in root if local(one) == "si"]
        elif local(root) == "styleSheet":
            book.unseen = frozenset(_unseen(root))
        elif local(root) == "workbook":
            folder, _, file = name.rpartition("/")
            relations = roots.get(f"{folder}/_rels/{file}.rels".lstrip("/"))
            hidden |= _hidden(root, relations, folder)
    book.hidden = hidden
    return book


def _hidden(root: Node, relations: Node | None, folder: str) -> Iterator[tuple[str, str]]:
    targets = {}
    for one in below(relations, "Relationship") if relations is not None else ():
        target = said(one, "Target") or ""
        path = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
        targets[said(one, "Id")] = path.lstrip("/")
    for sheet in below(root, "sheet"):
        if said(sheet, "state") in ("hidden", "veryHidden"):
            yield targets.get(_relation_id(sheet), ""), said(sheet, "name") or ""


def _relation_id(sheet: Node) -> str | None:
    return next((str(value) for key, value in sheet.attrib.items() if key.endswith("}id")), None)


def _unseen(styles: Node) -> Iterator[int]:
    fonts, forms = child(styles, "fonts"), child(styles, "numFmts")
    white = {
        str(at)
        for at, font in enumerate(fonts if fonts is not None else ())
        if _WHITE.fullmatch(
            said(colour, "rgb") or "" if (colour := child(font, "color")) is not None else ""
        )
    }
    blank = {
        said(one, "numFmtId")
        for one in (forms if forms is not None else ())
        if not (said(one, "formatCode") or "x").replace(";", "").strip()
    }
    for at, one in enumerate(_cells_formats(styles)):
        if said(one, "fontId") in white or said(one, "numFmtId") in blank:
            yield at


def _cells_formats(styles: Node) -> list[Node]:
    found = child(styles, "cellXfs")
    return [] if found is None else [one for one in found if local(one) == "xf"]


def read(root: Node, name: str, book: Book, into: Gathering) -> None:
    """Gather a sheet, row by row."""
    sheet = book.hidden.get(name)
    place = name if sheet is None else f"{name} ({sheet})"
    if sheet is not None:
        into.add(Layer.HIDDEN, place)
    columns = _hidden_columns(root)
    shown: list[str] = []
    unseen: list[str] = []
    formulas: list[str] = []
    for row in below(root, "row"):
        hidden_row = sheet is not None or said(row, "hidden") in _TRUE
        cells: list[str] = []
        for cell in (one for one in row if local(one) == "c"):
            text = _cell(cell, book)
            formulas += (one.text or "" for one in below(cell, "f"))
            away = hidden_row or _column(cell) in columns or _format(cell) in book.unseen
            (unseen if away else cells).append(text)
        shown.append("\t".join(cells))
    into.add(Layer.TEXT, place, "\n".join(shown))
    into.add(Layer.HIDDEN, place, "\n".join(filter(str.strip, unseen)), shown=False)
    into.add(Layer.AROUND, f"{place}: formulas", "\n".join(formulas))
    for one in below(root, "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader"):
        into.add(Layer.TEXT, f"{place}: {local(one)}", words(one))


def read_unused(book: Book, into: Gathering) -> None:
    """Strings that no cell shows any more."""
    left = [text for at, text in enumerate(book.strings) if at not in book.used]
    into.add(Layer.LOOSE, "shared strings", "\n".join(filter(str.strip, left)), shown=False)


def _cell(cell: Node, book: Book) -> str:
    value = child(cell, "v")
    text = "" if value is None else value.text or ""
    if said(cell, "t") == "s":
        if not text.isdigit() or int(text) >= len(book.strings):
            return ""
        book.used.add(int(text))
        return book.strings[int(text)]
    inline = child(cell, "is")
    return _text(inline) if inline is not None else text


def _text(node: Node) -> str:
    return "".join(one.text or "" for one in below(node, "t"))


def _hidden_columns(root: Node) -> frozenset[int]:
    found: set[int] = set()
    for one in below(root, "col"):
        first, last = said(one, "min") or "", said(one, "max") or ""
        narrow = said(one, "width") in ("0", "0.0")
        if (said(one, "hidden") in _TRUE or narrow) and first.isdigit() and last.isdigit():
            found |= set(range(int(first), min(int(last), COLUMNS_MOST) + 1))
    return frozenset(found)


def _column(cell: Node) -> int:
    match = _REFERENCE.fullmatch(said(cell, "r") or "")
    number = 0
    for letter in match[1] if match else "":
        number = number * 26 + ord(letter) - 64
    return number


def _format(cell: Node) -> int:
    style = said(cell, "s") or "0"
    return int(style) if style.isdigit() else 0
