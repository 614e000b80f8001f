"""The composer offers what may still be chosen, says why the rest may not, and never yields an invalid mark."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane import wiring
from sealane.base.values import parse_instant
from sealane.labels.composer import compose
from sealane.labels.marking import SYNTAXES

SCHEMES = wiring.schemes()
AT = parse_instant("2026-11-23T00:00:00Z")


def choices(found, tag):
    return {one.name: one for one in next(one for one in found.tags if one.tag == tag).values}


def test_it_begins_with_the_current_levels_only():
    found = compose("AUS", None, {}, SCHEMES, at=AT)
    assert [one.name for one in found.levels if one.open] == [
        "UNOFFICIAL", "OFFICIAL", "OFFICIAL: Sensitive", "PROTECTED", "SECRET", "TOP SECRET"]
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


@pytest.mark.parametrize("policy", ["AUS", "JPN", "GBR", "TLP"])
def test_whatever_is_chosen_only_valid_marks_come_out(policy):
    scheme = SCHEMES[policy]

    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def law(data):
        level, held = None, {}
        for _ in range(6):
            found = compose(policy, level, held, SCHEMES, at=AT)
            if found.label is not None:
                scheme.check(found.label)
                for syntax, mark in found.marks.items():
                    assert SYNTAXES[syntax].parse(mark, SCHEMES).canonical == mark
            level = data.draw(st.sampled_from([one.name for one in found.levels if one.open])) if level is None else level
            tags = [tag for tag in found.tags if any(one.open for one in tag.values)]
            if tags:
                tag = data.draw(st.sampled_from(tags))
                name = data.draw(st.sampled_from([one.name for one in tag.values if one.open]))
                single = scheme.tag(tag.tag).maximum == 1
                held = {**held, tag.tag: (frozenset() if single else held.get(tag.tag, frozenset())) | {name}}

    law()
