"""Every shipped scheme loads, holds its own vectors and says where its facts come from."""

import pytest

from sealane import shipped
from sealane.base.errors import SealaneError
from sealane.labels.sources.group_file import groups_from_toml
from sealane.labels.sources.scheme_file import scheme_from_toml
from sealane.labels.sources.vectors import verify_vectors

SCHEMES = shipped.schemes()
SMALL = b"""
format = "sealane-scheme/1"
id = "XX"
version = "1"
status = "ours"
name = { en = "X", ja = "X" }
[[source]]
id = "s"
title = "t"
status = "ours"
[[level]]
name = "A"
order = 1
text = { en = "A", ja = "A" }
source = "s"
"""


@pytest.mark.parametrize("policy", ["AUS", "JPN", "USA", "NATO", "GBR", "TLP"])
def test_a_shipped_scheme_holds_its_own_vectors(policy):
    scheme = SCHEMES[policy]
    assert verify_vectors(scheme, SCHEMES) == []


def test_own_vectors_are_there_to_hold():
    assert all(len(SCHEMES[policy].vectors) >= 4 for policy in ("AUS", "JPN", "GBR", "TLP"))


def test_every_level_names_a_source_and_how_it_was_seen():
    assert all(
        level.origin.source and level.origin.status
        for scheme in SCHEMES.values()
        for level in scheme.levels
    )


def test_a_minimal_file_loads():
    assert scheme_from_toml(SMALL, groups=SCHEMES.groups).level("A").order == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ((b"order = 1", b"order = 1\norders = 2"), "orders"),
        ((b'source = "s"', b'source = "z"'), "unknown source"),
        ((b'{ en = "A", ja = "A" }', b'{ en = "A" }'), "en and ja"),
        ((b"order = 1", b'order = "1"'), "order"),
        ((b"order = 1", b'order = 1\nnot_after = "2018-13-01"'), "impossible date"),
        ((b"order = 1", b'order = 1\nbase = "B"'), "unknown base"),
        ((b"sealane-scheme/1", b"sealane-scheme/2"), "format"),
        ((b'id = "XX"', b'id = "XX'), "line"),
        ((b'id = "XX"', b"\xff"), "UTF-8"),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(change, why):
    with pytest.raises(SealaneError) as caught:
        scheme_from_toml(SMALL.replace(*change), groups=SCHEMES.groups)
    assert caught.value.code == "scheme.malformed"
    assert why in caught.value.message


def test_two_levels_never_share_a_rung():
    data = SMALL + b'[[level]]\nname = "B"\norder = 1\ntext = { en = "B", ja = "B" }\n'
    with pytest.raises(SealaneError, match="rung"):
        scheme_from_toml(data, groups=SCHEMES.groups)


COUNTRIES = b'format = "sealane-countries/1"\nsource = "s"\nstatus = "ours"\niso = "AAA BBB CCC"\n'


def group_file(body):
    return {"g": b'format = "sealane-groups/1"\n' + body}


MEMBERS = b'name = { en = "g", ja = "g" }\nsource = "s"\nstatus = "ours"\n'


@pytest.mark.parametrize(
    "body",
    [
        b'[[group]]\ntoken = "AAA"\n' + MEMBERS,
        b'[[group]]\ntoken = "GG"\nmember = ["ZZZ"]\n' + MEMBERS,
        b'[[group]]\ntoken = "GG"\nmember = ["GG"]\n' + MEMBERS,
        b'[[group]]\ntoken = "GG"\nmembership = "withheld"\nmember = ["AAA"]\n' + MEMBERS,
        b'[[group]]\ntoken = "GG"\nsince = "2020-02-30"\n' + MEMBERS,
    ],
)
def test_a_wrong_group_is_refused(body):
    with pytest.raises(SealaneError) as caught:
        groups_from_toml(COUNTRIES, group_file(body))
    assert caught.value.code == "scheme.malformed"


@pytest.fixture
def dated():
    return groups_from_toml(
        COUNTRIES,
        group_file(
            b'[[group]]\ntoken = "GG"\ndecomposable = true\nuntil = "2030-01-01"\nmember = ["AAA",'
            b' { token = "BBB", since = "2020-01-01" }, { token = "CCC", until = "2022-01-01" }]\n'
            + MEMBERS
            + b'[[group]]\ntoken = "HH"\nmembership = "withheld"\n'
            + MEMBERS
        ),
    )


def at(text):
    from sealane.labels.sources.scheme_file import day

    return day(text)


def test_membership_is_as_of_the_instant(dated):
    assert dated.expand(["GG"], at=at("2019-01-01")) == {"AAA", "CCC"}
    assert dated.expand(["GG"], at=at("2021-01-01")) == {"AAA", "BBB", "CCC"}
    assert dated.expand(["GG"], at=at("2022-01-01")) == {"AAA", "BBB"}


def test_joining_later_does_not_open_earlier_information(dated):
    assert dated.expand(["GG"], at=at("2025-01-01"), created=at("2019-01-01")) == {"AAA"}


def test_a_withheld_group_grants_nobody_and_stays_whole_in_roll_up(dated):
    assert dated.expand(["HH"], at=at("2021-01-01")) == frozenset()
    assert dated.decompose(["HH", "AAA"], at=at("2021-01-01")) == {"HH", "AAA"}


def test_a_retired_group_serves_documents_from_its_time_only(dated):
    assert dated.expand(["GG"], at=at("2031-01-01"), created=at("2021-01-01")) == {"AAA", "BBB"}
    with pytest.raises(SealaneError) as caught:
        dated.expand(["GG"], at=at("2031-01-01"))
    assert caught.value.code == "label.group_retired"


def test_an_unknown_token_is_refused_with_a_hint_and_never_repaired():
    with pytest.raises(SealaneError) as caught:
        SCHEMES.groups.expand(["UK"], at=at("2026-01-01"))
    assert caught.value.code == "label.unknown_token"
    assert caught.value.details["hint"] == "GBR"


@pytest.mark.parametrize("token", ["QUAD", "AUKUS", "", "aus", "AUS ", "ＡＵＳ", "EU27"])
def test_what_no_list_holds_is_unknown(token):
    assert not SCHEMES.groups.known(token)


@pytest.mark.parametrize("policy", ["AUS", "JPN", "GBR"])
def test_what_may_sit_on_a_level_may_sit_on_every_higher_one(policy):
    """Else a product of two good portions could have no valid label."""
    scheme = SCHEMES[policy]
    for tag in scheme.tags:
        for allowed in (tag.levels, *(value.levels for value in tag.values.values())):
            for level in scheme.levels:
                higher = [
                    one.name
                    for one in scheme.levels
                    if one.branch == level.branch and one.order > level.order
                ]
                assert allowed is None or level.name not in allowed or set(higher) <= allowed
