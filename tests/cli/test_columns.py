"""Lines are measured in columns, never wider than asked, and broken where Japanese may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane.cli.frame.columns import FOLLOWS, OPENS, columns, wrapped

TEXTS = st.text(st.sampled_from("あ漢ア、。）」（「ーabc -`12"), min_size=1, max_size=120)


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("漢字", 4), ("ａ", 2), ("ｱ", 1), ("か\u3099", 2), ("○", 2), ("", 0)],
)
def test_a_japanese_character_takes_two_columns(text: str, width: int) -> None:
    assert columns(text) == width


@given(TEXTS, st.integers(10, 40))
def test_no_line_is_wider_and_nothing_is_lost(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert all(columns(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_mark_that_closes_begins_no_line_and_one_that_opens_ends_none() -> None:
    text = "取決め（全当事国が署名したもの）を保有する。「封緘」を、解く。" * 3
    for width in range(10, 60):
        lines = wrapped(text, width)
        assert not any(line[0] in FOLLOWS for line in lines)
        assert not any(line[-1] in OPENS for line in lines)


def test_a_word_of_another_script_stays_whole() -> None:
    lines = wrapped("ノードのフォルダーは --passphrase-file で開きます。", 20)
    assert any("--passphrase-file" in line for line in lines)


def test_a_word_longer_than_a_line_is_cut() -> None:
    assert wrapped("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]
