"""A diff says all that differs, at its article, and nothing that does not."""

import pytest

from sealane.adapters.policy import policy_root
from sealane.agreements.diff import diff
from sealane.agreements.parse import parse_agreement

TEXT = (policy_root() / "agreements" / "jpn-aus-2022.toml").read_text(encoding="utf-8")
OLD = parse_agreement(TEXT.encode())


def changed(before, after, count=1):
    assert before in TEXT
    return diff(OLD, parse_agreement(TEXT.replace(before, after, count).encode()))


def places(found):
    return (
        [
            (one.number, one.change, [(rule.part, rule.name, rule.change) for rule in one.rules])
            for one in found.articles
        ],
        [(one.part, one.name, one.change) for one in found.parts],
    )


def test_a_file_does_not_differ_from_itself_nor_from_its_own_spacing():
    assert diff(OLD, OLD).same
    found = changed("[period]", "# a comment\n\n[period]")
    assert found.same
    assert found.new.digest != found.old.digest


@pytest.mark.parametrize(
    ("before", "after", "articles", "parts"),
    [
        (
            'title = { en = "Release", ja = "提供" }',
            'title = { en = "Release", ja = "引渡し" }',
            [("3", "changed", [])],
            [],
        ),
        (
            'unless = "second-signer"\nwhen = { levels = [3, 4] }',
            'unless = "second-signer"\nwhen = { levels = [4] }',
            [("3", "changed", [("clause", "3.8", "changed")])],
            [],
        ),
        (
            'status = "unverified"',
            'status = "verified"',
            [("2", "changed", [("row", "level 4", "changed")])],
            [],
        ),
        ("ceiling = 4", "ceiling = 3", [], [("area", "intelligence", "changed")]),
        (
            'until = "indefinite"',
            'until = "2030-01-01T00:00:00Z"',
            [],
            [("header", "until", "added")],
        ),
        ("days = 45", "days = 30", [], [("clock", "receipt", "changed")]),
        ("covers = 3\n", "covers = 2\n", [], [("clearance", "AUS NV1", "changed")]),
        ('role = "security"', 'role = "registry"', [], [("party", "AUS", "changed")]),
        (
            'last_use = "2030-12-31',
            'last_use = "2029-12-31',
            [],
            [("suite", "RSA-2048-OAEP-SHA1", "changed")],
        ),
        (
            'expect = "permit"\n',
            'expect = "refuse"\n',
            [],
            [("scenario", "A complete release is permitted", "changed")],
        ),
    ],
)
def test_each_change_is_listed_at_its_place_and_alone(before, after, articles, parts):
    assert places(changed(before, after)) == (articles, parts)


def test_an_added_and_a_removed_clause_are_told_apart():
    clause = TEXT[TEXT.index('[[clause]]\nid = "8.9"') : TEXT.index("# --- clocks")]
    without = parse_agreement(TEXT.replace(clause, "").encode())
    assert places(diff(OLD, without))[0] == [("8", "changed", [("clause", "8.9", "removed")])]
    assert places(diff(without, OLD))[0] == [("8", "changed", [("clause", "8.9", "added")])]


def test_a_version_is_chained_when_it_names_the_bytes_before():
    newer = TEXT.replace("version = 1\n", f'version = 2\nprevious = "{OLD.digest}"\n', 1)
    assert diff(OLD, parse_agreement(newer.encode())).chained
    assert not diff(OLD, parse_agreement(newer.replace(OLD.digest, "0" * 96).encode())).chained


def test_the_json_form_holds_both_languages_of_both_sides():
    [article] = changed(
        'title = { en = "Release", ja = "提供" }', 'title = { en = "Giving", ja = "引渡し" }'
    ).as_json()["articles"]
    assert (article["old"]["title"], article["new"]["title"]) == (
        {"en": "Release", "ja": "提供"},
        {"en": "Giving", "ja": "引渡し"},
    )
