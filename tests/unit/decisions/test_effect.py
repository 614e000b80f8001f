"""The effect of a new version equals asking for every item and every reader."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane import shipped
from sealane.adapters.policy import policy_root
from sealane.agreements.parse import parse_agreement
from sealane.base.values import parse_instant
from sealane.decisions.asked import (
    AskedItem,
    Authorisation,
    Briefing,
    Consent,
    Facility,
    HeldClearance,
    Subject,
)
from sealane.decisions.outlook.effect import brute, effect, pairs
from sealane.decisions.outlook.world import Held, PlacedReader, World
from sealane.labels.model.label import label_from_json
from tests.decisions import Willing

TEXT = (policy_root() / "agreements" / "jpn-aus-2022.toml").read_text(encoding="utf-8")
OLD = parse_agreement(TEXT.encode())
AT = parse_instant("2026-11-22T00:00:00Z")
PAST, FUTURE = parse_instant("2024-01-01T00:00:00Z"), parse_instant("2028-01-01T00:00:00Z")
OLDER = parse_instant("2020-01-01T00:00:00Z")


class Countries:
    def expand(self, tokens, *, at, created=None):
        return frozenset(tokens)


WORLD = World(
    agreements=shipped.agreements(),
    schemes=Willing(Countries()),
    accepted=True,
    at=AT,
)
CHANGES = {
    "a lower ceiling": (
        'id = "intelligence"\nname = { en = "Intelligence", ja = "情報" }\nceiling = 4',
        'id = "intelligence"\nname = { en = "Intelligence", ja = "情報" }\nceiling = 2',
    ),
    "a higher ceiling": (
        'id = "cyber"\nname = { en = "Cyber", ja = "サイバー" }\nceiling = 3',
        'id = "cyber"\nname = { en = "Cyber", ja = "サイバー" }\nceiling = 4',
    ),
    "a shorter reach": ('level = "NV1"\ncovers = 3', 'level = "NV1"\ncovers = 2'),
    "younger clearances": ("years = 5", "years = 1"),
    "no briefing asked": ('unless = "briefed"\n', 'unless = "row"\n'),
    "no name asked": ('unless = "authorised"\n', 'unless = "row"\n'),
    "a purpose fewer": (
        '[[purpose]]\nid = "research"\nname = { en = "Research", ja = "研究" }\n',
        "",
    ),
    "suspended": (
        'until = "indefinite"',
        (
            'until = "indefinite"\nsuspended = [{ since = "2026-11-22T00:00:00Z", '
            'until = "2027-01-01T00:00:00Z" }]'
        ),
    ),
    "consent to open": ('unless = "released"\n', 'unless = "consent"\n'),
    "equipment no longer": (
        'id = "4.0"\narticle = "4"\neffect = "permit"\n',
        'id = "4.0"\narticle = "4"\neffect = "permit"\nwhen = { kinds = ["file", "oral"] }\n',
    ),
    "nothing": ("[period]", "# nothing\n[period]"),
}


def newer(name):
    before, after = CHANGES[name]
    assert before in TEXT
    return parse_agreement(TEXT.replace(before, after, 1).encode())


def label(rng):
    provider = rng.choice(["AUS", "JPN"])
    words = {
        "AUS": ["TOP SECRET", "SECRET", "PROTECTED", "OFFICIAL: Sensitive", "OFFICIAL"],
        "JPN": ["機密", "極秘", "取扱注意"],
    }
    caveat = (
        [{"tag": "Caveat", "type": "restrictive", "values": ["ORCON"]}]
        if rng.random() < 0.05
        else []
    )
    return provider, label_from_json(
        {
            "policy": provider,
            "classification": rng.choice(words[provider]),
            "originator": provider,
            "categories": [
                {
                    "tag": "Releasable To",
                    "type": "permissive",
                    "values": rng.choice([["AUS", "JPN"], ["AUS", "JPN", "USA"], ["AUS"]]),
                },
                *caveat,
            ],
        }
    )


def items(rng, count, projects, labels):
    out = []
    for number in range(count):
        provider, marked = rng.choice(labels)
        people = (
            rng.sample(["a", "b", "c", f"p{rng.randrange(9)}", None], 3)
            if rng.random() < 0.9
            else ["a", "a", None]
        )
        consents = tuple(
            Consent(
                act=rng.choice(["open", "temporary", "exempt-by-law"]),
                item=f"i{number}",
                to=None,
                by=provider,
                answer=rng.choice(["yes", "yes", "no"]),
                at=PAST,
                until=FUTURE,
            )
            for _ in range(rng.choice([0, 0, 1]))
        )
        out.append(
            Held(
                AskedItem(
                    id=f"i{number}",
                    area=rng.choice(["intelligence", "cyber", "energy", "logistics"]),
                    kind=rng.choice(["file", "equipment"]),
                    provider=provider,
                    purposes=frozenset(
                        rng.sample(
                            ["assessment", "research", "planning"], rng.choice([0, 1, 1, 1, 2, 2])
                        )
                    ),
                    released_to=frozenset(
                        rng.choice([["JPN", "AUS"], ["JPN", "AUS"], ["JPN"], []])
                    ),
                    recalled=rng.random() < 0.05,
                    project=rng.choice([None, *projects]),
                    until=rng.choice([FUTURE] * 8 + [AT, None]),
                    originator=people[0],
                    release_officer=people[1],
                    second_signer=people[2],
                    joint_committee_ref=None,
                ),
                marked,
                consents,
            )
        )
    return out


def readers(rng, count, projects, total):
    out = []
    for number in range(count):
        state = rng.choice(["AUS", "JPN"])
        level = rng.choice(
            {
                "AUS": ["Baseline", "NV1", "NV2", "PV"],
                "JPN": ["特定秘密", "機密", "重要経済安保情報"],
            }[state]
        )
        basis = rng.choice(["assessed"] * 8 + ["temporary"])
        clearance = HeldClearance(
            issuer=state,
            policy=state,
            level=level,
            basis=basis,
            granted=rng.choice([PAST, OLDER]),
            expires=rng.choice([FUTURE] * 8 + [AT]),
            sponsor=rng.choice(["s"] * 9 + [None]),
            status=rng.choice(["active"] * 12 + ["suspended"]),
        )
        named = [
            Authorisation(item=None, project=rng.choice(projects), by="x", since=PAST, until=FUTURE)
            for _ in range(2)
        ]
        named += [
            Authorisation(
                item=f"i{rng.randrange(total)}",
                project=None,
                by="x",
                since=PAST,
                until=rng.choice([FUTURE, AT]),
            )
            for _ in range(3)
        ]
        subject = Subject(
            id=f"p{number}",
            nationality=frozenset([rng.choice([state] * 5 + ["NZL"])]),
            organisation="o",
            organisation_country=state,
            clearances=(clearance,),
            briefings=(
                Briefing(agreement="jpn-aus-2022", on=PAST, until=rng.choice([FUTURE] * 8 + [AT])),
            ),
            authorisations=tuple(named),
            roles=frozenset(),
            duties=frozenset(rng.choice([[]] * 8 + [[4], [0, 4]])),
        )
        held = {"AUS": ["TOP SECRET", "SECRET"], "JPN": ["機密", "極秘"]}[state]
        place = Facility(
            id="f",
            country=state,
            policy=state,
            level=rng.choice(held),
            until=rng.choice([FUTURE] * 8 + [AT]),
        )
        out.append(PlacedReader(subject, rng.choice([place] * 9 + [None])))
    return out


def world(seed, item_count, reader_count):
    rng = random.Random(seed)
    projects = [f"project-{number}" for number in range(3)]
    labels = [label(rng) for _ in range(12)]
    return items(rng, item_count, projects, labels), readers(
        rng, reader_count, projects, item_count
    )


def compared(name, seed, item_count=60, reader_count=25):
    things, people = world(seed, item_count, reader_count)
    found = effect(OLD, newer(name), things, people, WORLD)
    gained, lost = list(pairs(found.gained)), list(pairs(found.lost))
    assert len(set(gained)) == len(gained)
    assert len(set(lost)) == len(lost)
    expected = brute(OLD, newer(name), things, people, WORLD)
    assert (set(gained), set(lost)) == expected
    return expected


@pytest.mark.untraced  # brute force: traced it takes four times as long
@pytest.mark.parametrize("name", sorted(CHANGES))
def test_the_effect_of_each_kind_of_change_equals_brute_force(name):
    results = [compared(name, seed, 240, 40) for seed in range(3)]
    assert any(gained or lost for gained, lost in results) == (name != "nothing")


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1 << 32), name=st.sampled_from(sorted(CHANGES)))
def test_the_effect_equals_brute_force_whatever_the_registry_and_directory(seed, name):
    compared(name, seed, 30, 12)


@pytest.mark.deep
@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 1 << 32), name=st.sampled_from(sorted(CHANGES)))
def test_the_effect_equals_brute_force_over_many_worlds(seed, name):
    compared(name, seed, 60, 25)


def test_a_stricter_version_only_loses_and_a_wider_one_only_gains():
    assert compared("a lower ceiling", 1)[0] == set()
    assert compared("no briefing asked", 1)[1] == set()


def test_the_json_form_counts_items_once():
    things, people = world(5, 60, 25)
    found = effect(OLD, newer("no briefing asked"), things, people, WORLD).as_json()
    assert found["items_gained"] == len(
        {item for block in found["gained"] for item in block["items"]}
    )
    assert found["items_lost"] == 0
