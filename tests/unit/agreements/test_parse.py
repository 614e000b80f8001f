"""A bad agreement file is refused whole, at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sealane.adapters.agreements import load_agreement, load_agreements
from sealane.adapters.policy import policy_root
from sealane.agreements.parse import MAX_BYTES, parse_agreement, scenario_requests
from sealane.base.errors import Malformed, Misconfigured, NotFound

TEXT = (policy_root() / "agreements" / "jpn-aus-2022.toml").read_text()


def refused(old: str, new: str) -> Malformed:
    """The refusal of the shipped file with its first `old` made `new`."""
    assert old in TEXT
    with pytest.raises(Malformed) as caught:
        parse_agreement(TEXT.replace(old, new, 1).encode())
    return caught.value


def line(text: str) -> int:
    """The line of the first `text` in the shipped file."""
    return TEXT[: TEXT.index(text)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('id = "jpn-aus-2022"', 'id = "jpn-aus-2022"\nid = "other"', "agreement.not_toml"),
        ("model = true", "model = true\nsecret = 1", "agreement.malformed"),
        ("model = true", 'model = "yes"', "agreement.malformed"),
        ("version = 1", "version = 0", "agreement.malformed"),
        ("version = 1", "version = 2", "agreement.malformed"),
        ("sealane-agreement-1", "sealane-agreement-9", "agreement.malformed"),
        ('number = "2"', 'number = "1"', "agreement.duplicate"),
        ('id = "3.1"', 'id = "3.2"', "agreement.duplicate"),
        ('[[area]]\nid = "defence"', '[[area]]\nid = "intelligence"', "agreement.duplicate"),
        ('article = "3"', 'article = "33"', "agreement.dangling"),
        ('unless = "row"', 'unless = "goodwill"', "agreement.dangling"),
        ('actions = ["release"]', 'actions = ["teleport"]', "agreement.dangling"),
        ('actions = ["release"]', "actions = []", "agreement.malformed"),
        ('duty = "receipt"', 'duty = "smile"', "agreement.dangling"),
        ('until = "indefinite"', 'until = "2020-01-01T00:00:00Z"', "agreement.malformed"),
        ('until = "indefinite"', 'until = "for ever"', "agreement.malformed"),
        (
            'until = "indefinite"',
            (
                'until = "indefinite"\nsuspended = [{ since = "2024-01-01T00:00:00Z", until ='
                ' "2024-02-01T00:00:00Z" }, { since = "2024-01-15T00:00:00Z", until ='
                ' "2024-03-01T00:00:00Z" }]'
            ),
            "agreement.malformed",
        ),
        ('JPN = ["機密"] }', 'JPN = ["機密", "極秘"] }', "agreement.malformed"),
        (
            'JPN = ["極秘", "特定秘密"] }\nholds = { AUS = ["SECRET"], JPN = ["極秘", "特定秘密"] }',  # noqa: E501
            'JPN = ["機密"] }\nholds = { AUS = ["SECRET"], JPN = ["機密"] }',
            "agreement.duplicate",
        ),
        ('AUS = ["PROTECTED"] }', 'USA = ["PROTECTED"] }', "agreement.dangling"),
        ('succeeds = "jpn-aus-2007"', 'succeeds = "jpn-aus-2022"', "agreement.malformed"),
        ('base = "release"', 'base = "nothing"', "agreement.dangling"),
        (
            "[custody]",
            '[[group]]\nid = "G"\nmembers = ["Japan"]\nname = { en = "x", ja = "あ" }\n[custody]',
            "agreement.malformed",
        ),
        ("version = 1", 'version = 2\nprevious = "abc"', "agreement.malformed"),
        (
            'since = "2022-10-22T00:00:00Z", name',
            'since = "2022-10-22T00:00:00Z", until = "2022-10-22T00:00:00Z", name',
            "agreement.malformed",
        ),
        ('id = "assessment"', 'id = ""', "agreement.malformed"),
        ('id = "assessment"', f'id = "{"x" * 65}"', "agreement.malformed"),
        ("ceiling = 4", "ceiling = 10", "agreement.malformed"),
        ("level = 4", "level = 0", "agreement.malformed"),
        ('effect = "permit"', 'effect = "permit"\nunless = "row"', "agreement.malformed"),
        ('effect = "permit"', 'effect = "oblige"', "agreement.malformed"),
        ('effect = "permit"', 'effect = "permit"\nduty = "mark"', "agreement.malformed"),
        ("days = 45", "days = 45\nhours = 2", "agreement.malformed"),
        ("days = 45", "", "agreement.malformed"),
        ("days = 45", "days = 0", "agreement.malformed"),
        ("minutes = 15", "minutes = 0", "agreement.malformed"),
        ("minutes = 15", "hours = 1", "agreement.malformed"),
        ('succeeds = "jpn-aus-2007"', 'succeeds = "../other"', "agreement.malformed"),
        ('clauses = ["2.2"]', 'clauses = ["22.2"]', "agreement.dangling"),
        ('en = "Scope"', 'fr = "Portee"', "agreement.malformed"),
    ],
)
def test_a_bad_file_is_refused_by_code(old: str, new: str, code: str) -> None:
    assert refused(old, new).code == code


def test_a_party_missing_is_refused() -> None:
    start = TEXT.index('[[party]]\nid = "JPN"')
    end = TEXT.index("# --- areas")
    with pytest.raises(Malformed) as caught:
        parse_agreement((TEXT[:start] + TEXT[end:]).encode())
    assert caught.value.code == "agreement.malformed"


def test_the_refusal_points_at_the_line() -> None:
    assert refused('unless = "row"', 'unless = "goodwill"').position == line('unless = "row"')
    assert refused('number = "2"', 'number = "1"').position in (
        line('number = "2"'),
        line('number = "2"') - 1,
    )
    assert refused("model = true", "model = true\nsecret = 1").position == line("model = true") + 1
    assert (
        refused('id = "jpn-aus-2022"', 'id = "jpn-aus-2022"\nid = "other"').position
        == line('id = "jpn-aus-2022"') + 1
    )


def test_every_refusal_says_what_to_do_in_both_languages() -> None:
    error = refused('article = "3"', 'article = "33"')
    assert error.remedy
    assert error.remedy_ja
    assert "33" in error.message
    assert "33" in error.message_ja


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[" * 10_000,
        b"a = " + b"[" * 100_000,
        b"x" * (50 << 20),
        "＝".encode(),
        b"a = 1\x00",
        b"version = " + b"9" * 10_000,
    ],
    ids=range(8),
)
def test_hostile_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse_agreement(data)


def test_fifty_megabytes_are_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "big.toml"
    with path.open("wb") as file:
        file.truncate(50 << 20)
    with pytest.raises(Malformed) as caught:
        load_agreement(path)
    assert caught.value.code == "agreement.too_large"
    assert str(MAX_BYTES) in caught.value.message


def test_one_bad_file_refuses_the_folder(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(TEXT)
    assert list(load_agreements(tmp_path)) == ["jpn-aus-2022"]
    (tmp_path / "bad.toml").write_text("format = 7")
    with pytest.raises(Misconfigured):
        load_agreements(tmp_path)
    with pytest.raises(NotFound):
        load_agreements(tmp_path / "nowhere")


def test_two_files_of_one_agreement_at_one_time_are_refused(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(TEXT)
    (tmp_path / "two.toml").write_text(TEXT)
    with pytest.raises(Malformed) as caught:
        load_agreements(tmp_path)
    assert caught.value.code == "agreement.overlap"


def test_scenarios_become_whole_requests_with_nulls() -> None:
    requests = [request for _, request in scenario_requests(parse_agreement(TEXT.encode()))]
    assert all(request["agreement"] == "jpn-aus-2022" for request in requests)
    assert requests[0]["facility"] is None
    assert requests[0]["item"]["project"] is None
