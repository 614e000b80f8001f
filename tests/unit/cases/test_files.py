"""Kinds of case and the forms that they are printed on: a file that does not hold together is
refused whole, and named for what is wrong. Spec: spec/case.md §2, §9.
"""

from __future__ import annotations

import re

import pytest

from sealane import shipped
from sealane.adapters.policy import policy_root
from sealane.base.errors import Malformed
from sealane.cases.kind_file import kind_from_toml
from sealane.cases.printed import printed_from_toml

VISIT = (policy_root() / "forms" / "visit.toml").read_text("utf-8")
PRINTED = {
    path.stem: path.read_text("utf-8")
    for path in (policy_root() / "forms" / "printed").glob("visit-*.toml")
}


def why_not_kind(text: str) -> str:
    with pytest.raises(Malformed) as refused:
        kind_from_toml(text.encode(), "visit.toml")
    assert refused.value.code == "case.kind_malformed"
    return refused.value.message


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('verb = "request"', 'verb = "amend"', "verb amend stands twice"),
        ('verb = "request"', 'verb = "print"', "nothing can be called print"),
        ('verb = "request"', 'verb = "A B"', "'A B' is no name"),
        ('verb = "limit"', 'verb = "approve"', "verb approve stands twice"),
        ('verb = "limit"', 'verb = "keep"', "nothing can be called keep"),
        ('name = "limits"', 'name = "reach"', "reach: a case shows something else"),
        ('name = "rooms"', 'name = "escorts"', "a field twice"),
        ('name = "rooms"', 'name = "rooms"\nrequired = true', "limits: what is kept is filled in"),
        ('name = "words"', 'name = "words"\nby_node = true', "limits: what is kept is filled in"),
        ("by_node = true", "by_node = true\nrequired = true", "assurances: the node fills it in"),
        ('name = "subject"', 'name = "subject"\nhour = true', "subject: an instant has an hour"),
        (
            '{ field = "from" }',
            '{ field = "from", hours = 9000 }',
            "hours are counted from an instant",
        ),
        (
            '{ field = "from" }',
            '{ clock = "visit", hours = 8 }',
            "hours are counted from an instant",
        ),
    ],
)
def test_a_kind_that_does_not_hold_together_is_refused(old: str, new: str, why: str) -> None:
    assert old in VISIT
    assert why in why_not_kind(VISIT.replace(old, new, 1))


@pytest.mark.parametrize("who", ["either", "clock"])
def test_what_is_kept_is_kept_by_one_side(who: str) -> None:
    head, own, rest = VISIT.partition("[[own]]")
    wrong = rest.replace('who = "with"', f'who = "{who}"', 1)
    assert "limits: one side keeps it" in why_not_kind(head + own + wrong)


def test_members_are_those_of_objects() -> None:
    at = VISIT.index("member = [")
    wrong = VISIT[:at].rpartition('type = "object"')
    text = f'{wrong[0]}type = "text"{wrong[2]}{VISIT[at:]}'
    assert "assurances: an object has members" in why_not_kind(text)


@pytest.mark.parametrize("name", PRINTED)
@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"sealane-printed-form-1"', '"sealane-printed-form-2"', "format is not"),
        ('kind = "visit"', 'kind = "wedding"', "there is no kind 'wedding'"),
        ('from = "form.subject"', 'from = "form.own"', "there is no value 'form.own'"),
        ('from = "form.subject"', 'from = "own.limits"', "there is no value 'own.limits'"),
        ('from = "form.subject"', 'from = "form.assurances"', "no value 'form.assurances'"),
        ('from = "form.subject"', 'from = "each.name"', "there is no value 'each.name'"),
        ('from = "case.id"', 'from = "case.person"', "there is no value 'case.person'"),
        ('from = "event.approve.at"', 'from = "event.limit.rooms"', "no value 'event.limit.rooms'"),
        ('from = "each.name"', 'from = "each"', "there is no value 'each'"),
        ('each = "assurances"', 'each = "subject"', "subject is no list"),
        ("share = 4", "share = 0", "a share of 0"),
        ('paper = "', 'paper = "x', "Invalid enum value"),
    ],
)
def test_a_form_that_asks_for_what_is_not_there_is_refused(
    name: str, old: str, new: str, why: str
) -> None:
    text = PRINTED[name]
    assert old in text
    with pytest.raises(Malformed) as refused:
        printed_from_toml(text.replace(old, new, 1).encode(), name, shipped.case_kinds())
    assert refused.value.code == "case.printed_malformed"
    assert why in refused.value.message


def test_no_form_says_that_it_is_an_offices_own() -> None:
    for form in shipped.printed_forms()["visit"].values():
        assert re.search(r"[Mm]odel", form.notice.en)
        assert "モデル" in form.notice.ja


def test_each_form_is_marked_as_a_scheme_that_ships_marks() -> None:
    levels = {level.name for scheme in shipped.schemes().values() for level in scheme.levels}
    for form in shipped.printed_forms()["visit"].values():
        assert form.mark in levels, form.form
