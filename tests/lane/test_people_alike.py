"""Who is alike to a decision gets the answer that each person would get alone, whatever their
records say and whoever is named in the item.
"""

import json
import random
from dataclasses import replace

import pytest

from sealane.base.values import DAY, SECOND, Instant, format_instant, parse_instant
from sealane.cli.demo.cast import AGREEMENT
from sealane.services.deciding import previews
from sealane.services.deciding.alike import Alike
from sealane.services.deciding.decision import decide_now
from sealane.services.deciding.kept_decisions import decision_on
from sealane.services.deciding.request import own_request, registered_item, registered_reader
from sealane.services.exchange import recall
from sealane.services.register import agreement_life, directory
from tests.nations import share

CROWD, PLACES = 60, ("jpn.registry", None)


def varied(dice, person, item, now):
    """One person's record with some of it left out, ended, or about other things."""
    made = json.loads(json.dumps(person))
    soon, past = (format_instant(Instant(now + days * DAY)) for days in (dice.randint(1, 9), -3))
    for one in made["clearances"]:
        if dice.random() < 0.3:
            one["status"] = dice.choice(("suspended", "revoked"))
        if dice.random() < 0.3:
            one["level"] = dice.choice(("秘", "極秘", "機密"))
    made["briefings"] = [one for one in made["briefings"] if dice.random() < 0.8]
    for one in made["briefings"]:
        one["until"] = dice.choice((soon, past, one["until"]))
        if dice.random() < 0.2:
            one["agreement"] = "another"
    given = {"by": "jpn.security", "from": past, "until": soon}
    for named in ((item, None), (None, "harbour"), ("other", None), (None, "other-project")):
        if dice.random() < 0.4:
            made["authorisations"].append({"item": named[0], "project": named[1], **given})
    made["authorisations"] = [one for one in made["authorisations"] if dice.random() < 0.7]
    made["roles"] = dice.sample(["desk-1", "desk-2"], dice.randint(0, 2))
    made["duties"] = dice.choice((["reader"], ["reader", "originator"], ["registry-clerk"]))
    made["nationality"] = dice.choice((["JPN"], ["JPN", "USA"], ["USA"], ["FRA"]))
    made["facility"] = dice.choice(PLACES)
    return made


def asked_alone(node, tx, row, person, purpose, action):
    request = own_request(node, tx, row, person=person, purpose=purpose, action=action)
    return decide_now(node, tx, request)


@pytest.fixture
def crowd(pair):
    node, item = pair.jpn, share(pair)
    with node.store.reading() as tx:
        sato = node.person(tx, "jpn.sato")
    dice, now = random.Random(7), pair.clock.now()
    for number in range(CROWD):
        made = varied(dice, sato, item, now)
        directory.enter(node, {**made, "id": f"jpn.p{number}"})
    return item


def test_each_person_gets_the_answer_that_they_would_get_alone(pair, crowd):
    node, seen = pair.jpn, set()
    for days in (0, 2, 5, 10):
        pair.clock.pass_(days * 86_400)
        with node.store.reading() as tx:
            row = node.item(tx, crowd)
            named = replace(row, facts={**row.facts, "originator": "jpn.p3", "project": "harbour"})
            for about, action in ((row, "open"), (row, "export"), (named, "open")):
                for purpose in ("assessment", "acquisition"):
                    told = previews.everybody(node, tx, about, purpose=purpose, action=action)
                    for person, decision in told:
                        alone = asked_alone(node, tx, about, person["id"], purpose, action)
                        assert (decision.permit, decision.reasons, decision.obligations) == (
                            *(alone.permit, alone.reasons, alone.obligations),
                        ), person
                        seen.add((decision.permit, tuple(one.code for one in decision.unmet)))
    assert len(seen) > 8


def test_no_date_that_can_change_an_answer_is_forgotten(pair, crowd):
    """Until the instant that is told, nobody's answer changes by time alone."""
    node = pair.jpn
    for _ in range(4):
        with node.store.reading() as tx:
            told = previews.told(node, tx, crowd, purpose="assessment", action="open")
            row = node.item(tx, crowd)
            for one in node.people(tx, limit=1000):
                alone = asked_alone(node, tx, row, one.id, "assessment", "open")
                assert (one.id in told["may"]) is alone.permit
        until = parse_instant(told["holds_until"])
        pair.clock.now_ = until - SECOND // 2
        with node.store.reading() as tx:
            before = previews.told(node, tx, crowd, purpose="assessment", action="open")
        changed = [one for one in before["may_not"] if one not in told["may_not"]]
        assert (before["may"], changed) == (told["may"], []), until
        pair.clock.now_ = int(until)


def test_few_questions_are_asked_of_many_alike_and_whom_the_item_names_is_alike_to_nobody(pair):
    node, item = pair.jpn, share(pair)
    with node.store.reading() as tx:
        sato, row = node.person(tx, "jpn.sato"), node.item(tx, item)
        named = replace(row, facts={**row.facts, "second_signer": "jpn.p1"})
        alike = Alike(registered_item(node, tx, named))
    given = {"by": "jpn.security", "from": sato["authorisations"][0]["from"], "until": None}
    elsewhere = [*sato["authorisations"], {"item": "other", "project": None, **given}]
    people = [
        {**sato, "id": "jpn.p1"},
        {**sato, "id": "jpn.p2"},
        {**sato, "id": "jpn.p3", "authorisations": elsewhere, "roles": ["x"]},
    ]
    first, second, third = (alike.class_of(alike.about(one)) for one in people)
    assert first != second == third


def test_a_decision_that_was_kept_is_never_another_than_the_one_that_would_be_made(pair):
    """Records, facilities, the item, the agreement and time, each changed after it was kept."""
    node, item = pair.jpn, share(pair)
    with node.store.reading() as tx:
        sato = node.person(tx, "jpn.sato")
        place = dict(node.facility(tx, "jpn.registry").data)

    def both():
        with node.store.reading() as tx:
            row = node.item(tx, item)
            facts = registered_item(node, tx, row)
            reader = registered_reader(node, tx, sato_now(tx))
            kept = decision_on(node, tx, facts, reader, action="open", purpose="assessment")
            alone = asked_alone(node, tx, row, "jpn.sato", "assessment", "open")
            assert (kept.permit, kept.unmet) == (alone.permit, alone.unmet)
            return kept

    def sato_now(tx):
        return node.person(tx, "jpn.sato")

    first = both()
    assert first.permit
    assert both() is first  # nothing is another: nothing is decided
    steps = [
        lambda: directory.enter(node, {**sato, "clearances": []}),
        lambda: directory.enter(node, sato),
        lambda: directory.enter_facility(
            node, {**place, "accredited": {**place["accredited"], "level": "秘"}}
        ),
        lambda: directory.enter_facility(node, place),
        lambda: agreement_life.give(pair.jpn, AGREEMENT, "suspend"),
        lambda: agreement_life.give(pair.jpn, AGREEMENT, "resume"),
        lambda: pair.clock.pass_(400 * 86_400),
        lambda: recall.recall(pair.aus, item, reason="r", person="aus.release"),
        pair.settle,
    ]
    found = []
    for step in steps:
        step()
        found.append(both().permit)
    assert found[:2] == [False, True]
    assert not found[-1]
