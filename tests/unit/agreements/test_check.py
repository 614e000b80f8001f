"""Lint finds what can never matter, what contradicts, what is unguarded; each finding points at its
line.
"""

import re
from pathlib import Path

import pytest

from sealane.adapters.policy import policy_root
from sealane.agreements import vocabulary
from sealane.agreements.cells import Space, attainable
from sealane.agreements.check import lint, lint_words, not_shown
from sealane.agreements.lines import Lines
from sealane.agreements.parse import parse_agreement
from sealane.base.errors import Malformed

FOLDER = policy_root() / "agreements"
SHIPPED = sorted(FOLDER.glob("*.toml"), key=lambda path: path.name)
TEXT = (FOLDER / "jpn-aus-2022.toml").read_text(encoding="utf-8")


def agreement(text=TEXT):
    return parse_agreement(text.encode())


def findings(text):
    lines = Lines(text)
    return [
        (found.error.code, found.severity, lines.of(found.path)) for found in lint(agreement(text))
    ]


def codes(text, severity="error"):
    return {code for code, level, _ in findings(text) if level == severity}


def without_clause(number):
    """The shipped file with one clause taken out whole."""
    start = TEXT.index(f'[[clause]]\nid = "{number}"\n')
    end = min(
        place for place in (TEXT.find("\n[[", start + 2), TEXT.find("\n# ---", start)) if place > 0
    )
    return TEXT[:start] + TEXT[end + 1 :]


def with_clause(body):
    return TEXT.replace("# --- clocks", f"[[clause]]\n{body}\n# --- clocks", 1)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_agreement_has_no_error(path: Path):
    assert [
        str(found.error)
        for found in lint(parse_agreement(path.read_bytes()))
        if found.severity == "error"
    ] == []


def test_an_unverified_row_is_a_warning_in_a_model_and_an_error_elsewhere():
    assert codes(TEXT, "warning") == {"check.unverified_row"}
    assert codes(TEXT.replace("model = true", "model = false", 1)) == {"check.unverified_row"}


def test_a_clock_is_kept_by_code_or_says_that_people_keep_it():
    """Those of cases: by code where the agreement carries cases, by people elsewhere."""
    assert {clock.id for clock in agreement().clocks if clock.kept_by} == set()
    talks_of_nothing = re.sub(r"(?m)^cases = .*\n", "", TEXT)
    told = [line for code, _, line in findings(talks_of_nothing) if code == "check.clock_not_kept"]
    named = [talks_of_nothing.splitlines()[line] for line in told]
    kept = [clock.id for clock in agreement().clocks if clock.id in vocabulary.OF_CASES]
    assert named == [f'id = "{clock}"' for clock in kept] != []
    untrue = TEXT.replace("minutes = 15\n", 'minutes = 15\nkept_by = "people"\n', 1)
    assert "check.clock_not_kept" in codes(untrue)


def test_a_clause_that_no_row_and_ceiling_allow_is_dead():
    text = with_clause(
        'id = "9.1"\narticle = "1"\neffect = "forbid"\nactions = ["release"]\nunless ='
        ' "second-signer"\nwhen = { levels = [2], areas = ["health"] }\ntext = { en = "x", ja ='
        ' "条" }'
    )
    assert findings(text)[-1] == (
        "check.dead_clause",
        "error",
        text[: text.index('id = "9.1"')].count("\n"),
    )


def test_a_clause_that_repeats_another_is_dead():
    text = with_clause(
        'id = "9.1"\narticle = "3"\neffect = "forbid"\nactions = ["release"]\nunless ='
        ' "assurance"\nwhen = { levels = [4] }\ntext = { en = "x", ja = "条" }'
    )
    assert codes(text) == {"check.dead_clause"}


def test_an_obligation_on_an_act_that_nothing_permits_is_dead():
    text = with_clause(
        'id = "9.1"\narticle = "8"\neffect = "oblige"\nactions = ["export"]\nduty = "receipt"\n'
        'text = { en = "x", ja = "条" }'
    )
    assert codes(text) == {"check.dead_clause"}


def test_an_unconditional_forbid_over_a_permit_is_a_contradiction():
    text = with_clause(
        'id = "9.1"\narticle = "3"\neffect = "forbid"\nactions = ["release"]\ntext = { en = "x", ja'
        ' = "条" }'
    )
    assert "check.contradiction" in codes(text)


def test_a_permit_of_something_an_unconditional_forbid_only_narrows_is_no_contradiction():
    text = with_clause(
        'id = "9.1"\narticle = "3"\neffect = "forbid"\nactions = ["release"]\nwhen = { areas ='
        ' ["space"] }\ntext = { en = "x", ja = "条" }'
    )
    assert codes(text) == set()


@pytest.mark.parametrize(
    ("number", "check"),
    [
        ("1.1", "in-force"),
        ("2.1", "row"),
        ("2.2", "row-accepted"),
        ("2.3", "ceiling"),
        ("3.1", "label-of-provider"),
        ("3.2", "recipient-party"),
        ("3.3", "recipient-releasable"),
        ("3.4", "purpose"),
        ("3.5", "time-limit"),
        ("3.6", "assurance"),
        ("3.7", "release-officer"),
        ("3.10", "not-recalled"),
        ("4.1", "released"),
        ("4.2", "not-recalled"),
        ("4.3", "time-limit"),
        ("5.1", "cleared"),
        ("4.5", "authorised"),
        ("4.6", "briefed"),
        ("4.7", "nationality"),
        ("4.8", "purpose"),
        ("4.9", "facility"),
        ("6.1", "consent"),
        ("6.3", "third-agreement"),
        ("7.1", "separation"),
    ],
)
def test_leaving_out_any_question_that_treaties_ask_is_found(number, check):
    text = without_clause(number).replace(f'clauses = ["{number}"]', "clauses = []")
    for listed in (f'"{number}", ', f', "{number}"'):
        text = text.replace(listed, "")
    found = [
        error.error.message
        for error in lint(agreement(text))
        if error.error.code == "check.unguarded"
    ]
    assert found
    assert all(f"'{check}'" in message for message in found)


def test_narrowing_a_guard_to_some_areas_is_found_in_the_others():
    text = TEXT.replace(
        'unless = "assurance"\n', 'unless = "assurance"\nwhen = { areas = ["space"] }\n', 1
    )
    assert "check.unguarded" in codes(text)


def test_an_area_without_purposes_and_an_area_below_every_row_are_found():
    assert "check.area_without_purpose" in codes(
        TEXT.replace("ceiling = 4\n", "ceiling = 4\npurposes = []\n", 1)
    )
    assert "check.area_without_row" in codes(TEXT.replace("ceiling = 1\n", "ceiling = 0\n", 1))


def test_a_party_without_an_agreement_authority_is_found():
    assert codes(TEXT.replace('role = "agreement"', 'role = "registry"', 1)) == {
        "check.no_authority"
    }


def test_a_japanese_text_that_is_not_japanese_is_found():
    assert codes(
        TEXT.replace('ja = "締約国の協定担当当局"', 'ja = "x"').replace(
            'ja = "この協定と、その基礎となる協定が効力を有すること。"', 'ja = "x"'
        )
    ) == {"check.untranslated"}


def test_words_that_a_scheme_lacks_or_has_retired_are_found():
    whole = agreement()
    known = {
        party.policy: {
            word: False
            for row in whole.rows
            for side in (row.gives, row.holds)
            for word in side.get(party.id, ())
        }
        for party in whole.parties
    }
    assert lint_words(whole, known) == []
    for policy, word in (("AUS", "SECRET"), ("JPN", "秘")):
        retired = known | {policy: known[policy] | {word: True}}
        assert [found.error.code for found in lint_words(whole, retired)] == [
            "check.unknown_classification"
        ]
        missing = known | {policy: {one: False for one in known[policy] if one != word}}
        assert [found.error.code for found in lint_words(whole, missing)] == [
            "check.unknown_classification"
        ]
    assert [
        (found.error.code, found.severity) for found in lint_words(whole, {"AUS": known["AUS"]})
    ] == [("check.scheme_not_loaded", "note")]


def test_a_forbid_that_no_scenario_shows_is_noted():
    whole = agreement()
    every = [clause.id for clause in whole.clauses]
    assert not_shown(whole, every) == []
    assert [
        found.error.code for found in not_shown(whole, [one for one in every if one != "3.6"])
    ] == ["check.not_shown"]


def test_cells_are_exactly_what_a_clause_speaks_about():
    whole = agreement()
    clause = next(one for one in whole.clauses if one.id == "3.9")
    space = Space(whole)
    found = list(space.cells(space.of(clause)))
    assert {cell[2:] for cell in found} == {
        ("technology", "equipment"),
        ("technology", "technical-data"),
    }
    assert {cell[:2] for cell in found} == {("release", level) for level in (1, 2, 3, 4)}
    assert len(set(found)) == len(found)
    assert (4, "intelligence") in attainable(whole)
    assert (4, "cyber") not in attainable(whole)
    assert (2, "health") not in attainable(whole)


def test_the_largest_file_is_linted_without_a_table_of_all_its_cells():
    """Every list at its limit: a hostile file must not keep the one who checks it waiting or out of
    memory.
    """
    areas = "".join(
        f'[[area]]\nid = "a{number}"\nname = {{ en = "x", ja = "条" }}\nceiling = 4\n'
        for number in range(240)
    )
    clauses = "".join(
        f'[[clause]]\nid = "9.{number}"\narticle = "1"\neffect = "forbid"\nactions ='
        f' ["release"]\nunless = "row"\nwhen = {{ areas = ["a{number % 240}"] }}\ntext = {{ en ='
        ' "x", ja = "条" }\n'
        for number in range(900)
    )
    text = TEXT.replace("[[purpose]]", areas + "[[purpose]]", 1).replace(
        "# --- clocks", clauses + "# --- clocks", 1
    )
    assert codes(text) == {"check.dead_clause"}


def test_a_list_beyond_its_limit_is_refused():
    areas = "".join(
        f'[[area]]\nid = "a{number}"\nname = {{ en = "x", ja = "条" }}\nceiling = 4\n'
        for number in range(300)
    )
    with pytest.raises(Malformed, match=r"agreement\.malformed"):
        agreement(TEXT.replace("[[purpose]]", areas + "[[purpose]]", 1))


@pytest.mark.parametrize(
    "change",
    [
        ('id = "aus-release"', 'id = "aus-agreement"'),
        ('id = "aus-release"', 'id = "../x"'),
        ('id = "aus-release", ', 'id = "aus-release", keys = ["not a key id"], '),
    ],
)
def test_authorities_have_names_of_their_own_and_keys_are_named_by_their_ids(change):
    with pytest.raises(Malformed, match=r"agreement\."):
        agreement(TEXT.replace(*change, 1))


@pytest.mark.parametrize(
    "text",
    [
        "[" + ".".join(["a"] * 300_000) + "]\n",
        ".".join(["a"] * 300_000) + "=1",
        "[" + ".".join(['"a b"'] * 100_000) + "]",
        "x = { " + " . ".join(["a"] * 100_000) + " = 1 }",
    ],
    ids=["header", "key", "quoted", "inline"],
)
def test_a_name_of_endless_parts_never_reaches_the_toml_reader(text):
    """`tomllib` takes time and memory with the square of such a name."""
    with pytest.raises(Malformed, match=r"agreement\.not_toml.*parts"):
        agreement(text)


def test_prose_with_many_full_stops_is_no_deep_name():
    agreement(
        TEXT.replace(
            'en = "A model, not the treaty.',
            'en = "e.g. i.e. No. 1. 2. 3. a. b. A model, not the treaty.',
            1,
        )
    )
