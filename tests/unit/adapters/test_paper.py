"""Text in lines as forms print it: nothing is lost, nothing is wider than its box, and lines end
where either language lets them.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane.adapters.paper import pdf_of
from sealane.adapters.paper.letters import NO_LETTER, lines, printable, width
from sealane.cases.sheet import Heading, PrintedSheet, SheetBox, SheetSection

SIZE, MOST = 9.5, 120.0
WORDS = st.text(st.sampled_from("abc 港湾の、。（）「」\n-"), max_size=120)


@given(WORDS)
def test_no_letter_is_lost_and_no_line_is_too_wide(text: str) -> None:
    found = lines(text, SIZE, MOST)
    assert "".join("".join(found).split()) == "".join(text.split())
    for line in found:  # but for what never begins a line, and hangs at its end
        assert width(line.rstrip("、。）」 "), SIZE) <= MOST


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("the harbour was closed again", "the harbour was closed"),
        ("港湾の状況について確認した。", "港湾の状況について確認し"),
        ("x" * 100, "x" * 25),
    ],
)
def test_a_line_ends_between_words_or_within_what_is_too_long(text: str, first: str) -> None:
    found = lines(text, SIZE, MOST)
    assert found[0].startswith(first[:10])
    assert len(found) > 1
    assert all(width(line, SIZE) <= MOST for line in found)


def test_a_character_that_the_font_has_not_is_seen_to_be_there() -> None:
    assert printable("a\U0001f600b髙﨑") == f"a{NO_LETTER}b髙﨑"


def sheet(value: str) -> PrintedSheet:
    words = Heading("First", "第一")
    box = SheetBox(number="1", heading=words, value=value)
    section = SheetSection(number="1", heading=words, boxes=(box,))
    return PrintedSheet(
        title=words, notice=words, mark="M", paper="a4", lang="en", foot="f", sections=(section,)
    )


def test_the_same_sheet_is_the_same_file_and_another_is_another() -> None:
    assert pdf_of(sheet("a")) == pdf_of(sheet("a"))
    assert pdf_of(sheet("a")) != pdf_of(sheet("b"))
