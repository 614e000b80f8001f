"""What of a source is left in a cut: runs of words and characters however they are written, whole
short paragraphs, metadata; and what may stand there.

Spec: spec/residue.md §1, §3.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane.contents.folding import FoldedText, excerpt
from sealane.contents.found import ContentPart, FileContents, Gathering, Layer
from sealane.contents.portions import numbers, portions
from sealane.contents.residue import Residue, SourceText, residue
from sealane.contents.runs import RunIndex

SECRET = "The convoy leaves Kure at noon on Friday with three escorts."
FREE = "The weather will be fine all week long."
SHORT = "Attack at dawn."
HAN = "艦隊は正午に呉を出港し、三日後に佐世保へ入る予定である。"
SHORT_HAN = "正午に出港"
MARKS = {"SECRET": False, "OFFICIAL": True, "SECRET//REL AUS/JPN": False}


def file(*texts: str, layer: Layer = Layer.TEXT) -> FileContents:
    return FileContents("text", tuple(ContentPart(layer, "text", one) for one in texts))


def source(text: str, named: tuple[int, ...] = (), metadata: tuple[ContentPart, ...] = ()):
    return SourceText("I-1", portions(file(text), MARKS.get, named), metadata)


def left(cut: str, *texts: str, named: tuple[int, ...] = ()) -> list[Residue]:
    return residue(file(cut), [source("\n".join(texts), named)])


def whats(found: list[Residue]) -> list[str]:
    return [one.what for one in found]


SAYS = (
    "a convoy leaves Kure at noon, perhaps",
    "A CONVOY  LEAVES\n\nKURE\tAT NOON",
    "convoy le\u200baves Ku\u00adre a\u2060t noon",
    "ｃｏｎｖｏｙ ｌｅａｖｅｓ Ｋｕｒｅ ａｔ ｎｏｏｎ",
    "cоnvоу lеаvеs Kurе аt nооn",
    "convoy, leaves: Kure -- at (noon)",
    "c\u0301onvoy leaves kure at noon",
    "".join(chr(0xE0000 + ord(one)) for one in "convoy leaves kure at noon"),
)


@pytest.mark.parametrize("cut", SAYS)
def test_words_of_the_source_are_found_however_they_are_written(cut: str) -> None:
    (found,) = left(cut, SECRET)
    assert (found.what, found.item, found.paragraph) == ("words", "I-1", 1)
    assert found.source == SECRET


def test_letters_that_were_pulled_apart_or_run_together_are_found() -> None:
    apart = " ".join("convoyleaveskureatnoononfriday")
    together = "seeconvoyleaveskureatnoononfriday"
    assert whats(left(apart, SECRET)) == whats(left(together, SECRET)) == ["characters"]


def test_japanese_is_found_by_its_characters_whatever_stands_between() -> None:
    for cut in ("艦隊は正午に 呉を出港し 三日後に着く", "艦隊は\n正午に、呉を\u200b出港し、三日後"):
        (found,) = left(cut, HAN)
        assert (found.what, found.paragraph) == ("characters", 1)
    assert left("艦隊は正午に呉を発つ", HAN) == []


def test_a_paragraph_shorter_than_a_run_is_found_whole() -> None:
    assert whats(left("They attack at dawn, it seems", SHORT)) == ["paragraph"]
    assert whats(left("船は正午に出港する", SHORT_HAN)) == ["paragraph"]
    assert left("They attack at dusk", SHORT) == []


def test_what_is_told_in_other_words_is_not() -> None:
    assert left("Ships may move towards the end of the week.", SECRET, HAN) == []


def test_a_run_over_two_paragraphs_counts_and_one_over_a_gap_does_not() -> None:
    first, second = "They will sail", "at noon tomorrow with guns"
    assert whats(left("will sail at noon tomorrow", first, second)) == ["words"]
    between = f"(OFFICIAL) {FREE}"
    assert left("will sail at noon tomorrow", first, between, second) == []


def test_portions_are_free_by_their_mark_by_the_line_and_by_name() -> None:
    text = f"SECRET//REL AUS/JPN\n(SECRET) {SECRET}\n(OFFICIAL) {FREE}"
    found = portions(file(text), MARKS.get)
    assert [(one.number, one.released) for one in found] == [(1, False), (2, True)]
    below = portions(file(f"{SECRET}\n---- TEAR LINE ----\n{FREE}\n(SECRET) {SHORT}"), MARKS.get)
    assert [one.released for one in below] == [False, True, False]
    japanese = portions(file(f"{HAN}\n＝＝切り取り線＝＝\n{SHORT_HAN}"), MARKS.get)
    assert [one.released for one in japanese] == [False, True]
    assert left(FREE, SECRET, FREE, named=(2,)) == []
    assert whats(left(FREE, SECRET, FREE)) == ["words"]


def test_what_stands_above_and_below_the_line_may_stand_in_the_cut() -> None:
    text = f"{SECRET} {FREE}\n- tear line -\n{FREE}"
    assert residue(file(FREE), [source(text)]) == []


def test_hidden_paragraphs_of_the_source_are_above_whatever_they_are_marked() -> None:
    hidden = FileContents("ooxml", (ContentPart(Layer.HIDDEN, "p", f"(OFFICIAL) {FREE}"),))
    (one,) = portions(hidden, MARKS.get)
    assert not one.released


def test_every_layer_that_no_page_shows_is_told_and_looked_through() -> None:
    cut = file(SECRET, layer=Layer.HIDDEN)
    assert whats(residue(cut, [source(SECRET)])) == ["hidden", "words"]
    assert whats(residue(file("x", layer=Layer.REVISION), [])) == ["revision"]


def test_metadata_of_the_source_are_found_as_those_of_the_cut() -> None:
    author = ContentPart(Layer.METADATA, "core.xml: creator", "Alex  ROWE")
    text = source(SECRET, metadata=(author, ContentPart(Layer.METADATA, "x", "7")))
    (found,) = residue(file("Alex Rowe", layer=Layer.METADATA), [text])
    assert (found.what, found.source) == ("metadata", "core.xml: creator: Alex ROWE")
    assert residue(file("Kim Novak", "7", layer=Layer.METADATA), [text]) == []
    assert residue(file("Alex Rowe"), [text]) == []


def test_a_long_list_ends_and_each_thing_is_told_once() -> None:
    cut = file(*["x"] * 500, layer=Layer.COMMENT)
    assert len(residue(cut, [])) == 1
    many = FileContents("t", tuple(ContentPart(Layer.COMMENT, f"p{at}", "x") for at in range(500)))
    assert len(residue(many, [])) == 200


def test_text_that_repeats_itself_takes_no_more_than_its_length() -> None:
    text = "ab ab " * 50_000
    assert whats(left(text, text)) == ["words"]


@given(st.lists(st.sampled_from("abc"), max_size=60), st.lists(st.sampled_from("abc"), max_size=60))
def test_the_index_finds_every_run_that_trying_all_finds(one: list[str], other: list[str]) -> None:
    least = 5
    shared = {tuple(one[at : at + least]) for at in range(len(one) - least + 1)}
    places = [at for at in range(len(other)) if tuple(other[at : at + least]) in shared]
    found = list(RunIndex(one, least).runs(other))
    assert bool(found) == bool(places)
    for run in found:
        assert other[run.begin : run.end] == one[run.at : run.at + run.end - run.begin]
    covered = {at for run in found for at in range(run.begin, run.end)}
    assert all(covered & set(range(at, at + least)) for at in places)


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_and_every_word_is_found_where_it_was_written(
    text: str,
) -> None:
    held = FoldedText(text)
    assert FoldedText(held.text).text == held.text
    for at, word in enumerate(held.words):
        if word:
            assert word in FoldedText(held.written(held.word_span(at, at + 1))).text


def test_numbers_are_read_as_an_officer_writes_them() -> None:
    assert numbers("3, 5-7,3") == [3, 5, 6, 7]
    for wrong in ("0", "7-5", "a", "1-", "1-999999999", "-1"):
        with pytest.raises(ValueError):
            numbers(wrong)


def test_an_excerpt_is_one_line_and_parts_are_bounded() -> None:
    assert len(excerpt("word " * 100)) <= 120
    into = Gathering("text")
    into.add(Layer.TEXT, "p" * 999, "x")
    into.add(Layer.TEXT, "p", "x" * 8_000_000)
    held = into.done()
    assert (len(held.parts), len(held.parts[0].place)) == (1, 200)
    assert [(one.place, one.why) for one in held.unread] == [("file", "limits")]
