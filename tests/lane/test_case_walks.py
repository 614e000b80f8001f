"""Every kind of case walked at random by both nations over a line that fails: in the end both show
the same case; and every field of every form and event refused when it is wrong, from its table.
Spec: spec/case.md §5.
"""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from sealane import shipped
from sealane.base.errors import SealaneError
from sealane.cases.kind import FieldType, Side
from sealane.registry.case_records import WordStanding
from sealane.services.dialogue import acting
from sealane.services.dialogue.beginning import CaseAsked
from sealane.services.register.acts import Actor
from tests import nations
from tests.lane import dialogue
from tests.lane.dialogue import alike, settled
from tests.lane.filling import WHOLE, at_home, filled

DAY = 86_400
KINDS = sorted(shipped.case_kinds())
SECOND = {"AUS": "aus.second", "JPN": "jpn.second"}


@pytest.fixture
def two(pair):
    dialogue.officers(pair)
    return pair


def speaker(node, duties):
    """Somebody of this nation with one of these duties, and another beside."""
    with node.store.reading() as tx:
        for row in node.people(tx, limit=100):
            if set(row.data["duties"]) & set(duties):
                return Actor(row.id, second=Actor(SECOND[node.party]))
    raise AssertionError(duties)


def begun(two, kind, seed):
    """A case of a kind that one of the two opens."""
    described = shipped.case_kinds()[kind]
    by_holder = described.open.items_of is Side.WITH
    node = two.jpn if by_holder or seed.random() < 0.5 else two.aus
    if described.open.items_of is Side.OPENER:
        node = two.aus
    items = []
    if described.open.least_items or by_holder:
        items = [nations.share(two)]
        settled(two, 2)
    form = filled(two, described.field, seed) | WHOLE.get(kind, {})
    form = at_home(node.party, kind, form)
    asked = CaseAsked(
        kind=kind,
        with_=nations.other(node.party),
        agreement=nations.AGREEMENT,
        form=form,
        items=items,
    )
    return acting.open_case(node, asked, person=speaker(node, described.open.duties))


def walked(two, case, kind, seed):
    """Both say what they may, in any order, while the line comes and goes."""
    described = shipped.case_kinds()[kind]
    for _ in range(14):
        node = seed.choice([two.aus, two.jpn])
        event = seed.choice([one for one in described.event if one.who is not Side.CLOCK])
        form = at_home(node.party, kind, filled(two, event.field, seed))
        if "member" in form:
            form["member"] = f"{node.party}:{dialogue.officer(node)}"
        if "people" in form:
            form = {"people": [dialogue.officer(node)]}
        with suppress(SealaneError):
            acting.say(node, case, event.name, form=form, person=speaker(node, event.duties))
        two.line.down = seed.choice([set(), set(), {"AUS"}, {"JPN"}, {"AUS", "JPN"}])
        two.line.twice = seed.random() < 0.2
        two.line.lose_answers = seed.random() < 0.2
        if seed.random() < 0.6:
            settled(two, 1)
        if seed.random() < 0.15:
            two.clock.pass_(seed.choice([DAY, 9 * DAY, 35 * DAY]))


@pytest.mark.parametrize(
    "start", [0, *(pytest.param(one, marks=pytest.mark.deep) for one in range(1, 8))]
)
@pytest.mark.parametrize("kind", KINDS)
def test_both_nations_show_the_same_case_after_any_walk(two, kind, start):
    seed = random.Random(f"{kind} {start}")
    case = begun(two, kind, seed)
    settled(two, 2)
    walked(two, case, kind, seed)
    two.line.down, two.line.twice, two.line.lose_answers = set(), False, False
    settled(two, 8)
    whole = alike(two, case)
    for node in (two.aus, two.jpn):
        with node.store.reading() as tx:
            said = node.records.case_events.find(tx, order="place", case=case)
            waiting = node.records.outbox.find(tx, order="id", done=None)
            row = node.records.cases.get(tx, id=case)
        assert [one.trouble for one in waiting] == []
        assert row.digest == whole["digest"]
        assert [one.statement for one in said if one.counting == WordStanding.STANDS] != [] or (
            whole["events"] == []
        )


def wrong_values(field):
    """Values that no field of this type takes."""
    yield {"x": {"y": {"z": {"a": {"b": 1}}}}}
    yield 10**20
    if field.type is not FieldType.OBJECT:
        yield {}
    if field.type is not FieldType.TEXT:
        yield "\u202e no such word"
    yield "x" * 5000
    yield []
    yield None


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_that_is_wrong_is_refused_by_its_name(two, kind):
    described = shipped.case_kinds()[kind]
    seed = random.Random(kind)
    items = [nations.share(two)] if described.open.least_items else []
    settled(two, 2)
    whole = filled(two, described.field, seed) | WHOLE.get(kind, {})
    node = two.aus if described.open.items_of is Side.OPENER else two.jpn
    person = speaker(node, described.open.duties)
    for field in described.field:
        for value in wrong_values(field):
            asked = CaseAsked(
                kind=kind,
                with_=nations.other(node.party),
                agreement=nations.AGREEMENT,
                form={**whole, field.name: [value] if field.list else value},
                items=items,
            )
            with pytest.raises(SealaneError) as caught:
                acting.open_case(node, asked, person=person)
            assert (caught.value.code, caught.value.details) == (
                "case.form",
                {"field": field.name},
            ), (field.name, value)
    with two.jpn.store.reading() as tx:
        assert node_cases(two.jpn, tx) == node_cases(two.aus, tx) == []


def node_cases(node, tx):
    return node.records.cases.column(tx, "id")
