"""The composer offers what may still be chosen, says why the rest may not, and never yields an
invalid mark.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sealane import shipped
from sealane.base.values import parse_instant
from sealane.labels.composing.choices import compose
from sealane.labels.nations import SYNTAXES
from sealane.labels.us.vocabulary import leaves

SCHEMES = shipped.schemes()
AT = parse_instant("2026-11-23T00:00:00Z")


def choices(found, tag):
    return {one.name: one for one in next(one for one in found.tags if one.tag == tag).values}


def test_it_begins_with_the_current_levels_only():
    found = compose("AUS", None, {}, SCHEMES, at=AT)
    assert [one.name for one in found.levels if one.open] == [
        "UNOFFICIAL",
        "OFFICIAL",
        "OFFICIAL: Sensitive",
        "PROTECTED",
        "SECRET",
        "TOP SECRET",
    ]
    assert found.label is None


def test_a_caveat_that_does_not_fit_the_level_is_shut_with_the_reason():
    found = choices(compose("AUS", "OFFICIAL: Sensitive", {}, SCHEMES, at=AT), "Caveat")
    assert found["NATIONAL CABINET"].open
    assert not found["CABINET"].open
    assert found["CABINET"].code == "label.level_conflict"
    assert found["CABINET"].why_ja


def test_a_contradiction_is_shut_before_it_can_be_made():
    found = compose("AUS", "SECRET", {"Releasable To": frozenset({"AUS", "JPN"})}, SCHEMES, at=AT)
    assert choices(found, "Caveat")["AUSTEO"].code == "label.contradiction"
    assert found.marks["au-document"] == "SECRET//REL AUS/JPN"


def test_choosing_a_caveat_shuts_the_levels_below_it():
    found = compose("AUS", "SECRET", {"Caveat": frozenset({"AUSTEO"})}, SCHEMES, at=AT)
    assert [one.name for one in found.levels if one.open] == ["PROTECTED", "SECRET", "TOP SECRET"]


def test_what_is_missing_is_said():
    found = compose("NATO", "SECRET", {}, SCHEMES, at=AT)
    assert found.label is None
    assert found.missing in {"label.selection", "label.requires"}


def weighed(label):
    """What a mark has to say of a label: everything, save that no US banner shows attributes, nor
    what a compartment implies.
    """
    if label.policy != "USA":
        return label.classification, label.categories
    shown = {
        one.tag: set(leaves(one.values) if one.tag == "SCI Controls" else one.values)
        for one in label.categories
        if (one.type != "informative" or one.tag == "Owner") and one.tag != "NATO High Water"
    }
    return label.classification, shown


def joined(scheme, held, tag, values):
    before = frozenset() if scheme.tag(tag).maximum == 1 else held.get(tag, frozenset())
    return {**held, tag: before | values}


@pytest.mark.parametrize("policy", SCHEMES)
def test_any_path_of_offered_choices_ends_in_a_mark_that_reads_back_as_the_label(policy):
    scheme = SCHEMES[policy]

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def law(data):
        level = data.draw(
            st.sampled_from(
                [one.name for one in compose(policy, None, {}, SCHEMES, at=AT).levels if one.open]
            )
        )
        held = {}
        for _ in range(data.draw(st.integers(0, 4))):
            offered = compose(policy, level, held, SCHEMES, at=AT).tags
            choices = [
                (
                    tag.tag,
                    [one.name for one in tag.values if one.open]
                    + list(tag.tokens)
                    + ["WORD"] * tag.free,
                )
                for tag in offered
            ]
            choices = [(tag, names) for tag, names in choices if names]
            if choices:
                tag, names = data.draw(st.sampled_from(choices))
                held = joined(scheme, held, tag, {data.draw(st.sampled_from(names))})
        found = compose(policy, level, held, SCHEMES, at=AT)
        if found.label is None:
            assert found.missing in {"label.requires", "label.selection"}
            for tag, values in found.needed.items():
                held = joined(scheme, held, tag, values)
            found = compose(policy, level, held, SCHEMES, at=AT)
        scheme.check(found.label, at=AT)
        assert {one.name for one in found.levels if one.chosen} == {level}
        for syntax, mark in found.marks.items():
            assert weighed(SYNTAXES[syntax].parse(mark, SCHEMES, at=AT).label) == weighed(
                found.label
            )

    law()


def test_what_would_complete_a_choice_is_said():
    found = compose("USA", "SECRET", {"SCI Controls": frozenset({"HCS-P"})}, SCHEMES, at=AT)
    assert (found.label, found.missing, found.needed) == (
        None,
        "label.requires",
        {"Dissemination Controls": frozenset({"NOFORN"})},
    )
    assert compose("USA", "SECRET", {}, SCHEMES, at=AT).as_json()["needed"] is None


def test_a_choice_whose_needs_are_shut_is_shut_with_the_reason():
    found = choices(
        compose("USA", "SECRET", {"Releasable To": frozenset({"USA", "AUS"})}, SCHEMES, at=AT),
        "SCI Controls",
    )
    assert not found["HCS-P"].open
    assert found["HCS-P"].code == "label.requires"
    assert found["SI"].open


def test_countries_are_offered_one_by_one_where_some_are_shut():
    found = compose("USA", "SECRET", {}, SCHEMES, at=AT)
    lists = {tag.tag: tag.tokens for tag in found.tags}
    assert "AUS" in lists["Display Only To"]
    assert "USA" not in lists["Display Only To"]
    assert {"AUS", "FVEY", "USA"} <= set(lists["Releasable To"])
    assert "ISAF" not in lists["Releasable To"]


def test_a_second_context_is_never_offered():
    found = choices(
        compose("NATO", "SECRET", {"Context": frozenset({"NATO"})}, SCHEMES, at=AT), "Context"
    )
    assert not found["EAPC"].open
    assert found["Releasable"].open
