"""A refusal points at the line a reader would look at."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane.agreements.lines import Lines

TEXT = '''\
id = "x" # [not-a-table]
text = """
[clauses]
id = 9
"""
rows = [
  { level = 4, note = "a, [b], \\" {c" },

  # a comment, with a comma
  { level = 3 },
]
[title]
en = 'it''
"quoted key" = 1
[[articles]]
number = "1"
[[articles.scenarios]]
name = "one"
[[articles.scenarios]]
name = "two"
[[articles]]
number = "2"
a.b = [1, 2]
[[articles.scenarios]]
name = "three"
[articles.scenarios.want]
verdict = "permit"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("id",), 1),
        (("text",), 2),
        (("rows",), 6),
        (("rows", 0), 7),
        (("rows", 1), 10),
        (("rows", 1, "level"), 10),
        (("title",), 12),
        (("title", "en"), 13),
        (("title", "quoted key"), 14),
        (("articles",), 15),
        (("articles", 0), 15),
        (("articles", 0, "scenarios", 1, "name"), 20),
        (("articles", 1, "number"), 22),
        (("articles", 1, "a", "b", 1), 23),
        (("articles", 1, "scenarios", 0), 24),
        (("articles", 1, "scenarios", 0, "want", "verdict"), 27),
        (("articles", 1, "absent"), 21),
        (("absent",), None),
    ],
)
def test_every_member_has_its_line(path, line):
    assert Lines(TEXT.replace("'it''", "'it'")).of(path) == line


def test_the_text_of_these_tests_is_toml():
    assert (
        tomllib.loads(TEXT.replace("'it''", "'it'"))["articles"][1]["scenarios"][0]["want"][
            "verdict"
        ]
        == "permit"
    )


@given(st.text(alphabet="abc\"'[]{}#=,.\\\n 1", max_size=80))
def test_no_text_makes_the_walk_fail(text):
    Lines(text)


@given(st.lists(st.text(alphabet='ab"\\#[]{},', max_size=8), min_size=1, max_size=6))
def test_each_key_after_any_strings_keeps_its_line(values):
    import json

    rows = [f"k{place} = {json.dumps(value)}" for place, value in enumerate(values)]
    found = Lines("\n".join(rows))
    assert [found.of((f"k{place}",)) for place in range(len(values))] == list(
        range(1, len(values) + 1)
    )


SIZE = 150_000


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"[[a{number}]]\n" for number in range(SIZE // 8)),
        "[[a]]\n[[a.b]]\n" * (SIZE // 16),
        '["a" .' + " " * SIZE + '"]"]\nx = 1',
        "[a" + " " * SIZE + "]\nx = 1",
        "x" + " " * SIZE + "= 1",
        "x = [" + "1," * SIZE + "]",
        "x = '''" + "\n" * SIZE + "'''",
        "#" * SIZE,
        "x = " + "{ a = " * 300 + "1" + " }" * 300,
        ".".join(["a"] * 4000) + " = 1",
        "[" + ".".join(["a"] * 4000) + "]\n",
    ],
    ids=range(11),
)
def test_no_large_file_keeps_the_walk_waiting(text):
    """Each of these is accepted by `tomllib`; the suite's own time limit is the only clock."""
    tomllib.loads(text)
    assert Lines(text).of(("x",)) in (None, 1, 2)


def test_a_bracket_in_a_quoted_name_does_not_end_a_header():
    found = Lines('["a]b".\'c[\']\nx = 1\n["q\\"]"]\ny = 2\n[[ z ]] # [no]\nw = 3')
    assert found.of(("a]b", "c[", "x")) == 2
    assert found.of(("z", 0, "w")) == 6
    assert Lines("['a\\']\nx = 1").of(("a\\", "x")) == 2
