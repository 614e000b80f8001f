"""A sheet laid out in rows of boxes and drawn, page by page: the mark at head and foot of each, its
number and of how many, and whose print it is.

All is laid out before anything is drawn, so that each page knows how many there are.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4, letter
from reportlab.pdfgen.canvas import Canvas

from sealane.adapters.paper.letters import FONT, letters, lines, width
from sealane.cases.sheet import PrintedSheet, SheetBox, SheetSection

PAPERS = {"a4": A4, "letter": letter}
SIDE, TOP, FOOT = 40.0, 52.0, 56.0
"""Points left free at the sides, the head and the foot."""
PAD = 4.0
BODY, LABEL, BESIDE, SMALL = 9.5, 7.5, 6.2, 6.8
"""Sizes of values, headings, headings in the other language, and what stands at head and foot."""
LEADING = 1.35
MOST_LINES = 40
"""Lines of one row; what is longer goes on in the next."""
PEN = 26.0
"""The height that is left for a pen."""
GREY, SHADE = 0.35, 0.9


@dataclass(frozen=True, slots=True)
class _Row:
    """One row across the page: how high it is, and what draws it below a height."""

    height: float
    draw: Callable[[Canvas, float], None]
    head: bool = False
    """Whether it never stands last on a page."""
    again: _Row | None = None
    """What is drawn once more above it on a new page: the columns of a table."""


def drawn(sheet: PrintedSheet) -> bytes:
    """The sheet as PDF."""
    letters()
    paper = PAPERS[sheet.paper]
    across = paper[0] - 2 * SIDE
    pages = _pages(list(_rows(sheet, across)), paper[1] - TOP - FOOT)
    file = io.BytesIO()
    canvas = Canvas(
        file,
        pagesize=paper,
        invariant=1,
        pageCompression=1,
        lang=sheet.lang,
        initialFontName=FONT,
    )
    canvas.setTitle(sheet.title.first)
    canvas.setCreator("Sealane")
    for number, rows in enumerate(pages, 1):
        _frame(canvas, sheet, number, len(pages))
        below = paper[1] - TOP
        for row in rows:
            row.draw(canvas, below)
            below -= row.height
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _pages(rows: list[_Row], room: float) -> list[list[_Row]]:
    """The rows, page by page."""
    pages: list[list[_Row]] = [[]]
    used = 0.0
    for place, row in enumerate(rows):
        if pages[-1] and used + _together(rows[place:]) > room:
            pages.append([] if row.again is None else [row.again])
            used = 0.0 if row.again is None else row.again.height
        pages[-1].append(row)
        used += row.height
    return pages


def _together(rows: list[_Row]) -> float:
    """How high the first row is with everything that it never stands without."""
    high = 0.0
    for row in rows:
        high += row.height
        if not row.head:
            break
    return high


def _frame(canvas: Canvas, sheet: PrintedSheet, number: int, pages: int) -> None:
    """Mark, foot and page number."""
    across, high = PAPERS[sheet.paper]
    for height in (high - 34, 40):
        _bold(canvas, across / 2 - width(sheet.mark, 11) / 2, height, sheet.mark, 11)
    canvas.setFont(FONT, SMALL)
    canvas.setFillGray(GREY)
    canvas.drawString(SIDE, 24, lines(sheet.foot, SMALL, across - 2 * SIDE - 60)[0])
    canvas.drawRightString(across - SIDE, 24, f"{number} / {pages}")
    canvas.setFillGray(0)


def _rows(sheet: PrintedSheet, across: float) -> Iterator[_Row]:
    yield _title(sheet, across)
    for section in sheet.sections:
        yield _band(section, across)
        if section.rows is None:
            yield from _boxes(section.boxes, across)
        else:
            yield from _table(section, across)


def _title(sheet: PrintedSheet, across: float) -> _Row:
    first = lines(sheet.title.first, 15, across)
    second = lines(sheet.title.second, 9, across)
    notice = [
        one
        for words in (sheet.notice.first, sheet.notice.second)
        for one in lines(words, BESIDE, across)
    ]
    sized = [*((one, 15.0) for one in first), *((one, 9.0) for one in second)]
    sized += [(one, BESIDE) for one in notice]

    def draw(canvas: Canvas, below: float) -> None:
        for text, size in sized:
            below -= size * LEADING
            canvas.setFillGray(GREY if size == BESIDE else 0)
            if size == 15.0:
                _bold(canvas, SIDE, below, text, size)
            else:
                _plain(canvas, SIDE, below, text, size)
        canvas.setFillGray(0)

    return _Row(sum(size * LEADING for _, size in sized) + 8, draw, head=True)


def _band(section: SheetSection, across: float) -> _Row:
    """The line that a section begins with."""

    def draw(canvas: Canvas, below: float) -> None:
        canvas.setFillGray(SHADE)
        canvas.rect(SIDE, below - 16, across, 16, stroke=1, fill=1)
        canvas.setFillGray(0)
        text = f"{section.number}  {section.heading.first}"
        _bold(canvas, SIDE + PAD, below - 11.5, text, 8.5)
        canvas.setFillGray(GREY)
        beside = SIDE + 2 * PAD + width(text, 8.5) + 4
        room = SIDE + across - PAD - beside
        _plain(canvas, beside, below - 11.5, lines(section.heading.second, BESIDE, room)[0], BESIDE)
        canvas.setFillGray(0)

    return _Row(16, draw, head=True)


def _boxes(boxes: tuple[SheetBox, ...], across: float) -> Iterator[_Row]:
    """Boxes side by side, two a row but for those over the whole width."""
    waiting: list[SheetBox] = []
    for box in boxes:
        if box.wide:
            if waiting:
                yield from _row(waiting, across)
            yield from _row([box], across)
            waiting = []
            continue
        waiting.append(box)
        if len(waiting) == 2:
            yield from _row(waiting, across)
            waiting = []
    if waiting:
        yield from _row(waiting, across)


def _row(boxes: list[SheetBox], across: float) -> Iterator[_Row]:
    """One row; what is longer than a page goes on in further ones."""
    shares = [box.share for box in boxes]
    wide = [across * one / sum(shares) for one in shares]
    held = [_LaidBox.of(box, each) for box, each in zip(boxes, wide, strict=True)]
    for start in range(0, max(1, *(len(one.value) for one in held)), MOST_LINES):
        yield _part([one.part(start) for one in held], wide)


def _part(held: list[_LaidBox], wide: list[float]) -> _Row:
    high = max(one.height for one in held)

    def draw(canvas: Canvas, below: float) -> None:
        left = SIDE
        for one, each in zip(held, wide, strict=True):
            canvas.rect(left, below - high, each, high, stroke=1, fill=0)
            one.draw(canvas, left + PAD, below)
            left += each

    return _Row(high, draw)


@dataclass(frozen=True, slots=True)
class _LaidBox:
    """One box with its lines."""

    heading: list[str]
    beside: list[str]
    value: list[str]

    @classmethod
    def of(cls, box: SheetBox, wide: float) -> _LaidBox:
        room = wide - 2 * PAD
        named = f"{box.number} {box.heading.first}".strip()
        value = lines(box.value, BODY, room) if box.value else []
        return cls(lines(named, LABEL, room), lines(box.heading.second, BESIDE, room), value)

    def part(self, start: int) -> _LaidBox:
        """So many of its lines from one on; the heading stands over the first alone."""
        value = self.value[start : start + MOST_LINES]
        return _LaidBox(self.heading, self.beside, value) if start == 0 else _LaidBox([], [], value)

    @property
    def height(self) -> float:
        named = (len(self.heading) * LABEL + len(self.beside) * BESIDE) * LEADING
        return named + (len(self.value) * BODY * LEADING if self.value else PEN) + 2 * PAD

    def draw(self, canvas: Canvas, left: float, below: float) -> None:
        below -= PAD
        for texts, size, grey in (
            (self.heading, LABEL, 0.0),
            (self.beside, BESIDE, GREY),
            (self.value, BODY, 0.0),
        ):
            canvas.setFillGray(grey)
            for text in texts:
                below -= size * LEADING
                _plain(canvas, left, below + size * 0.25, text, size)
        canvas.setFillGray(0)


def _table(section: SheetSection, across: float) -> Iterator[_Row]:
    """Columns with a row for each entry; the columns' heads stand on each page that has rows."""
    shares = [box.share for box in section.boxes]
    wide = [across * one / sum(shares) for one in shares]
    heads = [
        (
            lines(f"{box.number} {box.heading.first}".strip(), BESIDE + 0.6, each - 2 * PAD),
            lines(box.heading.second, BESIDE - 0.6, each - 2 * PAD),
        )
        for box, each in zip(section.boxes, wide, strict=True)
    ]
    head = _cells([[*first, *second] for first, second in heads], wide, BESIDE, shade=True)
    yield _Row(head.height, head.draw, head=True)
    for row in section.rows or ():
        cells = [lines(text, 8, each - 2 * PAD) for text, each in zip(row, wide, strict=True)]
        for start in range(0, max(map(len, cells)), MOST_LINES):
            part = [texts[start : start + MOST_LINES] for texts in cells]
            yield _cells(part, wide, 8, again=head)


def _cells(
    cells: list[list[str]],
    wide: list[float],
    size: float,
    *,
    shade: bool = False,
    again: _Row | None = None,
) -> _Row:
    high = max(len(one) for one in cells) * size * LEADING + 2 * PAD

    def draw(canvas: Canvas, below: float) -> None:
        left = SIDE
        for texts, each in zip(cells, wide, strict=True):
            canvas.setFillGray(0.96 if shade else 1)
            canvas.rect(left, below - high, each, high, stroke=1, fill=1)
            canvas.setFillGray(0)
            line = below - PAD
            for text in texts:
                line -= size * LEADING
                _plain(canvas, left + PAD, line + size * 0.25, text, size)
            left += each

    return _Row(high, draw, again=again)


def _plain(canvas: Canvas, left: float, height: float, text: str, size: float) -> None:
    canvas.setFont(FONT, size)
    canvas.drawString(left, height, text)


def _bold(canvas: Canvas, left: float, height: float, text: str, size: float) -> None:
    """Drawn with a thin line around each letter: the font has one weight."""
    drawn_ = canvas.beginText(left, height)
    drawn_.setFont(FONT, size)
    drawn_.setTextRenderMode(2)
    canvas.saveState()
    canvas.setLineWidth(size * 0.02)
    drawn_.textOut(text)
    canvas.drawText(drawn_)
    canvas.restoreState()
