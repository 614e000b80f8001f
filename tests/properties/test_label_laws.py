"""Laws of merging and of access, for every scheme: order and repetition never matter, and nobody is ever added."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sealane import wiring
from sealane.base.errors import SealaneError
from sealane.base.values import parse_instant
from sealane.labels.access import access
from sealane.labels.clearance import Clearance
from sealane.labels.label import Category, Label
from sealane.labels.rollup import merge

SCHEMES = wiring.schemes()
AT = parse_instant("2026-11-23T00:00:00Z")
TOKENS = ["AUS", "JPN", "USA", "GBR", "NZL", "FVEY", "ACGU"]
WORDS = ["WOMBAT", "DINGO"]
OUTSIDE = {"Exclude From Roll-up", "Compilation Reason"}
"""A portion left out of roll-up takes no part in it and a compilation's reason is its author's: the laws are for the rest."""
POLICIES = ["AUS", "JPN", "GBR", "TLP", "NATO", "USA"]
QUICK = settings(max_examples=120, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


@st.composite
def a_label(draw, policy):
    """A label its scheme accepts; choices that the scheme refuses are left out."""
    scheme = SCHEMES[policy]
    level = draw(st.sampled_from([level.name for level in scheme.levels]))
    label = Label(policy=policy, classification=level, originator=scheme.country)
    if policy == "NATO":
        releasable = draw(st.booleans())
        context = Category("Context", "permissive", ("NATO", "Releasable") if releasable else ("NATO",))
        given_to = Category("Releasable To", "permissive", tuple(sorted(draw(
            st.sets(st.sampled_from(TOKENS[:5]), min_size=1, max_size=3)))))
        label = Label(policy=policy, classification=level, categories=(context, given_to) if releasable else (context,))
        return label if accepted(scheme, label) else Label(policy=policy, classification=level, categories=(context,))
    for tag in draw(st.permutations([tag for tag in scheme.tags if tag.name not in OUTSIDE]))[:3]:
        if tag.domain == "countries":
            values = draw(st.sets(st.sampled_from(TOKENS), min_size=1, max_size=4))
        elif tag.domain == "text":
            values = draw(st.sets(st.sampled_from(WORDS), min_size=1, max_size=1))
        else:
            names = [name for name in tag.values if name not in tag.prefixes]
            values = draw(st.sets(st.sampled_from(names), min_size=1, max_size=2)) if names else set()
        if values:
            more = tuple(sorted([*label.categories, Category(tag.name, tag.type, tuple(sorted(values)))]))
            grown = Label(policy=policy, classification=level, originator=scheme.country, categories=more)
            label = grown if accepted(scheme, grown) else label
    return label


def accepted(scheme, label):
    try:
        scheme.check(label)
    except SealaneError:
        return False
    return True


def merged(labels):
    try:
        return merge(labels, SCHEMES, at=AT)
    except SealaneError:
        return None


def step(first, second):
    return None if first is None or second is None else merged([first, second])


@pytest.mark.parametrize("policy", POLICIES)
def test_order_never_matters(policy):
    @QUICK
    @given(st.lists(a_label(policy), min_size=2, max_size=4))
    def law(labels):
        assert len({merged(list(order)) for order in itertools.permutations(labels)}) == 1

    law()


@pytest.mark.parametrize("policy", POLICIES)
def test_repetition_never_matters(policy):
    @QUICK
    @given(a_label(policy))
    def law(label):
        once = merged([label])
        assert merged([label, label]) == once
        assert once is None or merged([once, once]) == once

    law()


@pytest.mark.parametrize("policy", ["AUS", "JPN", "GBR", "TLP", "NATO", "USA"])
def test_grouping_never_matters(policy):
    @QUICK
    @given(a_label(policy), a_label(policy), a_label(policy))
    def law(a, b, c):
        left, right = step(merged([a, b]), c), step(a, merged([b, c]))
        if policy == "USA" and (left is None) is not (right is None):
            return  # RELIDO beside an unmarked portion alone is for a person to decide; beside a third it may be settled
        assert left == right
        assert left is None or left == merged([a, b, c])

    law()


def persons(policy, *labels):
    """Everybody who holds all that these labels ask; they differ in citizenships and organisation."""
    held = {}
    for category in (category for label in labels for category in label.categories):
        held[category.tag] = held.get(category.tag, frozenset()) | set(category.values)
    levels = frozenset(level.name for level in SCHEMES[policy].levels)
    for citizenships in ({"AUS"}, {"JPN"}, {"USA"}, {"GBR", "JPN"}, {"FRA"}, {"NZL"}):
        for organisation, country in (("Defence", "AUS"), ("Elsewhere", "JPN"), ("x", "USA"), ("x", "GBR"), (None, None)):
            yield Clearance(policy=policy, classifications=levels, categories=held, citizenships=frozenset(citizenships),
                            organisation=organisation, organisation_country=country)


def takes_part(label):
    """Every portion does, save an uncaveated U of the United States: it may go anywhere and says nothing of the rest."""
    return label.policy != "USA" or label.classification != "UNCLASSIFIED" or any(
        category.type != "informative" for category in label.categories)


def permits(label, person):
    return access(label, person, SCHEMES, at=AT, trusted=True).permit


@pytest.mark.parametrize("policy", POLICIES)
def test_a_product_is_never_more_releasable_than_any_portion(policy):
    @QUICK
    @given(st.lists(a_label(policy), min_size=1, max_size=3))
    def law(labels):
        product = merged(labels)
        if product is None:
            return
        # markings of unclassified matter such as LIMDIS leave a classified US banner: its readers are given them here
        for person in persons(policy, product, *(labels if policy == "USA" else ())):
            if permits(product, person):
                assert all(permits(label, person) for label in labels if takes_part(label))

    law()


@pytest.mark.parametrize("policy", POLICIES)
def test_a_product_is_at_least_as_high_as_every_portion(policy):
    @QUICK
    @given(st.lists(a_label(policy), min_size=1, max_size=4))
    def law(labels):
        product = merged(labels)
        if product is not None:
            order = SCHEMES[policy].level(product.classification).order
            assert all(order >= SCHEMES[policy].level(label.classification).order for label in labels)

    law()


@QUICK
@given(a_label("AUS"), st.sampled_from([("AUS", "AUS"), ("JPN", "JPN"), ("USA", "AUS"), ("FRA", "FRA")]))
def test_a_level_not_held_or_another_policy_never_permits(label, where):
    bare = Clearance(policy="AUS", classifications=frozenset(), categories={}, citizenships=frozenset({where[0]}),
                     organisation="x", organisation_country=where[1])
    other = Clearance(policy="USA", classifications=frozenset({label.classification}), categories={},
                      citizenships=frozenset({where[0]}), organisation="x", organisation_country=where[1])
    assert not permits(label, bare)
    assert not permits(label, other)
