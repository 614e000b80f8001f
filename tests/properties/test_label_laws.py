"""Laws of merging and of access, for every scheme: order, grouping and repetition never matter, and
nobody is ever added.

Seeds are not fixed: every run tries other labels. `make test-deep` tries many more.
"""

import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sealane import shipped
from sealane.base.errors import SealaneError
from sealane.base.values import parse_instant
from sealane.labels.model.clearance import Clearance
from sealane.labels.model.label import Category, Label
from sealane.labels.rules.access import access
from sealane.labels.rules.rollup import merge, portions

SCHEMES = shipped.schemes()
AT = parse_instant("2026-11-23T00:00:00Z")
TOKENS = ["AUS", "JPN", "USA", "GBR", "NZL", "FIN", "CAN", "FVEY", "ACGU", "NATO", "EU", "GMIF"]
WORDS = ["WOMBAT", "DINGO"]
DATES = [
    None,
    None,
    "2001-01-01T00:00:00Z",
    "2016-01-01T00:00:00Z",
    "2022-06-01T00:00:00Z",
    "2026-01-01T00:00:00Z",
]
OUTSIDE = {"Exclude From Roll-up", "Compilation Reason"}
"""A portion left out of roll-up takes no part in it and a compilation's reason is its author's: the
laws are for the rest.
"""
POLICIES = sorted(SCHEMES)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
DEEP = settings(QUICK, max_examples=3000)


@st.composite
def a_label(draw, policy):
    """A label its scheme accepts; choices that the scheme refuses are left out."""
    scheme = SCHEMES[policy]
    label = Label(
        policy=policy,
        classification=draw(st.sampled_from([level.name for level in scheme.levels])),
        categories=draw(contexts()) if policy == "NATO" else (),
        originator=draw(st.sampled_from([scheme.country, "JPN"])),
        created=draw(st.sampled_from(DATES)),
        review=draw(st.sampled_from([None, "2030-01-01T00:00:00Z"])),
        privacy_mark=draw(st.sampled_from([None, "PERSONAL"])),
    )
    for gentler in (
        {"created": None},
        {"classification": "SECRET"},
        {"classification": scheme.levels[0].name},
    ):
        label = label if accepted(label) else replace(label, **gentler)
    open_tags = [
        tag for tag in scheme.tags if tag.name not in OUTSIDE and label.category(tag.name) is None
    ]
    for tag in draw(st.permutations(open_tags))[: draw(st.integers(0, 4))]:
        values = draw(some_values(tag))
        if policy == "USA" and tag.name == "Releasable To":
            values = {"USA", *values}
        if values:
            more = tuple(
                sorted([*label.categories, Category(tag.name, tag.type, tuple(sorted(values)))])
            )
            grown = replace(label, categories=more)
            label = grown if accepted(grown) else label
    return label


@st.composite
def contexts(draw):
    context = draw(st.sampled_from(["NATO", "NATO", "EAPC", "KFOR"]))
    given_to = draw(st.sets(st.sampled_from(TOKENS), max_size=3))
    if not given_to:
        return (Category("Context", "permissive", (context,)),)
    return (
        Category("Context", "permissive", tuple(sorted((context, "Releasable")))),
        Category("Releasable To", "permissive", tuple(sorted(given_to))),
    )


def some_values(tag):
    if tag.domain == "countries":
        return st.sets(st.sampled_from(TOKENS), min_size=1, max_size=4)
    names = [name for name in tag.values if name not in tag.prefixes] + [
        f"{prefix} Ann" for prefix in tag.prefixes
    ]
    if tag.domain == "text":
        names = [*WORDS, *names]
    return st.sets(st.sampled_from(names), min_size=1, max_size=3) if names else st.just(set())


def accepted(label):
    try:
        SCHEMES[label.policy].check(label)
    except SealaneError:
        return False
    return True


def merged(labels):
    """The product, or the code of the refusal."""
    try:
        return merge(labels, SCHEMES, at=AT)
    except SealaneError as error:
        return error.code


def refused(outcome):
    return isinstance(outcome, str)


def same(one, other):
    """Equal labels, or refused both: which of several reasons is named first
    is no part of the law.
    """
    return one == other or (refused(one) and refused(other))


def nato(classification, created, **lists):
    releasable = ("NATO", "Releasable") if "Releasable To" in lists else ("NATO",)
    tags = {"Context": releasable, **lists}
    categories = tuple(
        Category(tag, "permissive", tuple(sorted(values))) for tag, values in sorted(tags.items())
    )
    return Label(
        policy="NATO", classification=classification, categories=categories, created=created
    )


def release(policy, created, *places, level="SECRET"):
    return Label(
        policy=policy,
        classification=level,
        created=created,
        originator=SCHEMES[policy].country,
        categories=(Category("Releasable To", "permissive", tuple(sorted(places))),),
    )


def undated(policy, level):
    return Label(policy=policy, classification=level, originator=SCHEMES[policy].country)


FOUND = {
    # a group opened as it is today let in Finland, which joined after the label was made
    "GBR": [
        release("GBR", "2016-01-01T00:00:00Z", "NATO"),
        release("GBR", None, "GMIF", "GBR"),
        undated("GBR", "SECRET"),
    ],
    "USA": [
        release("USA", "2016-01-01T00:00:00Z", "NATO", "USA"),
        release("USA", None, "FIN", "GBR", "USA"),
        undated("USA", "UNCLASSIFIED"),
    ],
    # an `Only` list named by a group kept out the members of the group
    "NATO": [
        nato("SECRET", None, Only=("FVEY",)),
        nato("SECRET", "2016-01-01T00:00:00Z", Only=("AUS",)),
        nato("TOP SECRET", None, Only=("FVEY", "NZL")),
    ],
    # a retired word met a later date, so that some groupings were refused and others not
    "AUS": [
        undated("AUS", "HIGHLY PROTECTED"),
        release("AUS", "2016-01-01T00:00:00Z", "AUS", level="PROTECTED"),
        replace(undated("AUS", "OFFICIAL"), created="2001-01-01T00:00:00Z"),
    ],
}


def law(policy, check, number=3):
    """Run a law over labels of one scheme: the cases once found, then others in every run."""
    strategy = st.lists(a_label(policy), min_size=number, max_size=number)
    tried = given(strategy)(check)
    if policy in FOUND:
        tried = example(FOUND[policy][:number])(tried)
    return tried


def order_never_matters(labels):
    outcomes = [merged(list(order)) for order in itertools.permutations(labels)]
    assert all(same(one, outcomes[0]) for one in outcomes)


def repetition_never_matters(labels):
    once = merged(labels)
    assert same(merged([*labels, *labels]), once)
    if not refused(once):
        assert merged([once]) == merged([once, once]) == once
        assert all(merged([once, label]) == once for label in labels)


def grouping_never_matters(labels):
    whole = merged(labels)
    for first, second, third in itertools.permutations(labels):
        pair = merged([first, second])
        if pair == "label.undeterminable" and not refused(whole):
            # RELIDO beside an unmarked portion is for a person; beside a third it may be settled
            continue
        outcome = pair if refused(pair) else merged([pair, third])
        assert same(outcome, whole)


def a_product_is_never_more_releasable_than_any_portion(labels):
    product = merged(labels)
    if refused(product):
        return
    policy = product.policy
    # markings of unclassified matter such as LIMDIS leave a classified US banner: its readers are
    # given them here
    for person in persons(policy, product, *(labels if policy == "USA" else ())):
        if permits(product, person):
            assert all(permits(label, person) for label in labels if takes_part(label))


def a_product_is_at_least_as_high_as_every_portion(labels):
    product = merged(labels)
    if not refused(product):
        level = SCHEMES[product.policy].level
        assert all(
            level(product.classification).order >= level(label.classification).order
            for label in labels
        )


LAWS = [
    order_never_matters,
    repetition_never_matters,
    grouping_never_matters,
    a_product_is_never_more_releasable_than_any_portion,
    a_product_is_at_least_as_high_as_every_portion,
]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("check", LAWS, ids=lambda check: check.__name__)
def test_law_of_merging(check, policy):
    QUICK(law(policy, check))()


@pytest.mark.deep
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("check", LAWS, ids=lambda check: check.__name__)
def test_law_of_merging_over_many_more_labels(check, policy):
    DEEP(law(policy, check))()


@pytest.mark.parametrize("policy", POLICIES)
def test_products_of_products_are_merged_as_their_portions(policy):
    def as_one(labels):
        a, b, c = labels
        for tree in ([[a, b], c], [a, [b, c]], [[a], [[b], [c, a]]]):
            try:
                outcome = merge(portions(tree), SCHEMES, at=AT)
            except SealaneError as error:
                outcome = error.code
            assert outcome == merged(labels)

    QUICK(law(policy, as_one))()


def persons(policy, *labels):
    """Everybody who holds all that these labels ask; they
    differ in citizenships and organisation.
    """
    held = {}
    for category in (category for label in labels for category in label.categories):
        held[category.tag] = held.get(category.tag, frozenset()) | set(category.values)
    levels = frozenset(level.name for level in SCHEMES[policy].levels)
    for citizenships in ({"AUS"}, {"JPN"}, {"USA"}, {"GBR", "JPN"}, {"FIN"}, {"FRA"}, {"NZL"}):
        for organisation, country in (
            ("Defence", "AUS"),
            ("Elsewhere", "JPN"),
            ("x", "USA"),
            ("x", "GBR"),
            ("x", "FIN"),
            (None, None),
        ):
            yield Clearance(
                policy=policy,
                classifications=levels,
                categories=held,
                citizenships=frozenset(citizenships),
                organisation=organisation,
                organisation_country=country,
            )


def takes_part(label):
    """Every portion does, save those of a silent level and an uncaveated U of the United States:
    it may go anywhere and says nothing of the rest.
    """
    if SCHEMES[label.policy].level(label.classification).silent:
        return False
    return (
        label.policy != "USA"
        or label.classification != "UNCLASSIFIED"
        or any(category.type != "informative" for category in label.categories)
    )


def permits(label, person):
    return access(label, person, SCHEMES, at=AT, trusted=True).permit


@QUICK
@given(
    a_label("AUS"),
    st.sampled_from([("AUS", "AUS"), ("JPN", "JPN"), ("USA", "AUS"), ("FRA", "FRA")]),
)
def test_a_level_not_held_or_another_policy_never_permits(label, where):
    bare = Clearance(
        policy="AUS",
        classifications=frozenset(),
        categories={},
        citizenships=frozenset({where[0]}),
        organisation="x",
        organisation_country=where[1],
    )
    other = Clearance(
        policy="USA",
        classifications=frozenset({label.classification}),
        categories={},
        citizenships=frozenset({where[0]}),
        organisation="x",
        organisation_country=where[1],
    )
    assert not permits(label, bare)
    assert not permits(label, other)
