"""How values are shown to people."""

import pytest

from sealane import shipped
from sealane.labels.model.label import label_from_json
from sealane.web import shown


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "2026-11-23T01:34:59.9Z", "23 Nov 2026, 01:34"),
        ("ja", "2026-11-23T01:34:59Z", "2026年11月23日 01:34"),
        ("en", None, "–"),
    ],
)
def test_instants_are_readable(lang, text, expected):
    assert shown.when(lang, text) == expected


def test_japanese_dates_carry_the_era_and_english_ones_do_not():
    assert shown.day("ja", "2026-11-23T00:00:00Z") == "2026年（令和8年）11月23日"
    assert shown.day("en", "2026-11-23T00:00:00Z") == "23 Nov 2026"


@pytest.mark.parametrize(
    ("seconds", "en", "ja"),
    [
        (0, "0 s", "0 秒"),
        (119, "119 s", "119 秒"),
        (120, "2 min", "2 分"),
        (7200, "2 h", "2 時間"),
        (172_800, "2 days", "2 日"),
    ],
)
def test_ages_use_the_largest_fitting_unit(seconds, en, ja):
    assert (shown.age("en", seconds), shown.age("ja", seconds)) == (en, ja)


@pytest.mark.parametrize(
    ("number", "text"),
    [(999, "999 B"), (16_292, "16.3 kB"), (5_000_000, "5.0 MB"), (2 * 10**9, "2.0 GB")],
)
def test_sizes_are_decimal(number, text):
    assert shown.size(number) == text


def test_every_level_of_every_scheme_has_a_mark_with_a_colour():
    for scheme in shipped.schemes().values():
        for level in scheme.levels:
            mark = shown.level_mark(shipped.schemes(), scheme.id, level.name)
            assert mark.text in {
                level.name,
                *(one for each in level.marks.values() for one in each),
            }
            assert mark.colour in {*shown.COLOURS.values()}


def test_a_mark_that_no_syntax_can_express_still_shows_its_level():
    label = label_from_json({"policy": "NATO", "classification": "NATO SECRET"})
    assert "SECRET" in shown.mark_of(shipped.schemes(), label).text
    assert shown.level_mark(shipped.schemes(), "XXX", "Anything").text == "Anything"
