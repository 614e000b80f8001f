"""A group that an agreement defines admits its members under
that agreement, and nobody elsewhere.
"""

import dataclasses
import json

from sealane import shipped
from sealane.agreements.agreement import Bilingual, GroupDefinition
from sealane.agreements.parse import scenario_requests
from sealane.base.values import parse_instant
from sealane.decisions.decide import decide_under
from sealane.decisions.outlook.effect import brute, effect, pairs
from sealane.decisions.outlook.facts import facts_from_json
from sealane.decisions.outlook.world import World
from sealane.decisions.request import request_from_json
from tests.decisions import schemes, unmet

KNOWN = shipped.agreements()
TRILATERAL = KNOWN["aus-jpn-usa-trilateral"]
[OPEN] = [
    value
    for scenario, value in scenario_requests(TRILATERAL)
    if scenario.name.en == "A Japanese analyst opens it"
]
AT = parse_instant("2026-11-25T00:00:00Z")


def asked(agreement, *tokens):
    value = json.loads(json.dumps(OPEN))
    value["label"]["categories"][0]["values"] = list(tokens)
    return decide_under(
        agreement, request_from_json(value), agreements=KNOWN, schemes=schemes(), accepted=True
    )


def with_group(name, *members):
    return dataclasses.replace(
        TRILATERAL,
        groups=(GroupDefinition(id=name, members=members, name=Bilingual(en="x", ja="群")),),
    )


def test_the_group_that_the_trilateral_defines_admits_its_three_parties():
    assert asked(TRILATERAL, "AJUS").permit


def test_without_the_definition_the_word_is_unknown_and_the_clause_errs_so_it_refuses():
    bare = dataclasses.replace(TRILATERAL, groups=())
    found = asked(bare, "AJUS")
    assert not found.permit
    assert [reason.code for reason in found.unmet] == [
        "label.no_equivalent",
        "decision.clause_erred",
    ]


def test_a_group_that_leaves_the_reader_out_does_not_admit():
    assert unmet(asked(with_group("AJUS", "AUS", "USA"), "AJUS")) == ["4.7"]


def test_a_word_that_the_schemes_know_too_admits_only_whom_both_admit():
    assert not asked(TRILATERAL, "FVEY").permit
    assert not asked(with_group("FVEY", "JPN", "AUS"), "FVEY").permit


def test_the_effect_of_changing_a_group_equals_brute_force():
    items = []
    for number, tokens in enumerate((["AJUS"], ["USA", "JPN"], ["AJUS", "GBR"], ["NOWHERE"])):
        label = json.loads(json.dumps(OPEN["label"]))
        label["categories"][0]["values"] = tokens
        items.append({"item": OPEN["item"] | {"id": f"i{number}"}, "label": label})
    named = [OPEN["subject"]["authorisations"][0] | {"item": f"i{number}"} for number in range(4)]
    people = [
        {"subject": OPEN["subject"] | {"authorisations": named}, "facility": OPEN["facility"]}
    ]
    held, readers = facts_from_json({"items": items, "people": people})
    world = World(agreements=KNOWN, schemes=schemes(), accepted=True, at=AT)
    newer = with_group("AJUS", "AUS", "USA")
    found = effect(TRILATERAL, newer, held, readers, world)
    assert (set(pairs(found.gained)), set(pairs(found.lost))) == brute(
        TRILATERAL, newer, held, readers, world
    )
    assert set(pairs(found.lost)) == {("i0", "jpn-reader"), ("i2", "jpn-reader")}
