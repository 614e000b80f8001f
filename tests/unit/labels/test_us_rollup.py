"""The US banner of several portions: the table row by row, and the laws.
Spec: CAPCO Register and Manual 2016; spec/labels.md §Roll-up, §Foreign sources, §Compilation.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sealane.base.errors import SealaneError
from sealane.base.values import parse_instant
from sealane.labels.model.label import Category, Label
from sealane.labels.model.xml_tree import parse_xml
from sealane.labels.us.constraints import check_us
from sealane.labels.us.disclosure import disclosure_of, view_of
from sealane.labels.us.ism_write import NAMESPACE
from sealane.labels.us.nato import reaches, water_of
from sealane.labels.us.product import merge_us
from tests.unit.labels.shipped import NOW, parsed, rendered, shipped

TABLE = [
    (["(S//NF)", "(S//REL TO USA, AUS)"], "SECRET//NOFORN"),
    (["(S//REL TO USA, AUS)", "(S//REL TO USA, JPN)"], "SECRET//NOFORN"),
    (["(S//REL TO USA, FVEY)", "(TS//REL TO USA, AUS, JPN)"], "TOP SECRET//REL TO USA, AUS"),
    (["(S//REL TO USA, AUS)", "(S//RELIDO)"], "SECRET//NOFORN"),
    (["(S//RELIDO)", "(S//DISPLAY ONLY AFG)"], "SECRET//NOFORN"),
    (["(S//REL TO USA, AUS)", "(S)"], "SECRET//NOFORN"),
    (["(S//DISPLAY ONLY AFG)", "(S)"], "SECRET//NOFORN"),
    (["(S)", "(C)"], "SECRET"),
    (["(S//RELIDO)", "(TS//RELIDO)"], "TOP SECRET//RELIDO"),
    (["(S//RELIDO)", "(S//REL TO USA, AUS/RELIDO)"], "SECRET//RELIDO"),
    (["(S//REL TO USA, AUS/RELIDO)", "(S//REL TO USA, JPN/RELIDO)"], "SECRET//RELIDO"),
    (["(S//REL TO USA, AUS)", "(S//DISPLAY ONLY AUS, JPN)"], "SECRET//DISPLAY ONLY AUS"),
    (["(S//REL TO USA, AUS)", "(S//DISPLAY ONLY JPN)"], "SECRET//NOFORN"),
    (
        ["(S//REL TO USA, AUS/DISPLAY ONLY JPN)", "(S//REL TO USA, AUS, JPN)"],
        "SECRET//REL TO USA, AUS/DISPLAY ONLY JPN",
    ),
    (["(U)", "(S//REL TO USA, AUS)"], "SECRET//REL TO USA, AUS"),
    (["(U)", "(U//REL TO USA, AUS)"], "UNCLASSIFIED//REL TO USA, AUS"),
    (["(U//FOUO)", "(S//REL TO USA, AUS)"], "SECRET//NOFORN"),
    (["(U//FOUO)", "(U)"], "UNCLASSIFIED//FOUO"),
    (["(U//FOUO)", "(S)"], "SECRET"),
    (["(U//FOUO)", "(U//DSEN)"], "UNCLASSIFIED//DEA SENSITIVE"),
    (["(U//DS)", "(S)"], "SECRET"),
    (["(U//DCNI)", "(S//NF)"], "SECRET//NOFORN"),
    (["(S//OC-USGOV/NF)", "(S//OC/NF)"], "SECRET//ORCON/NOFORN"),
    (["(S//OC-USGOV/NF)", "(S//NF)"], "SECRET//ORCON-USGOV/NOFORN"),
    (["(U//LES-NF)", "(U)"], "UNCLASSIFIED//LES NOFORN"),
    (["(U//LES-NF)", "(U//LES)"], "UNCLASSIFIED//LES NOFORN"),
    (["(U//LES-NF)", "(S//REL TO USA, AUS)"], "SECRET//NOFORN//LES"),
    (["(U//LES-NF)", "(U//REL TO USA, AUS)"], "UNCLASSIFIED//NOFORN//LES"),
    (["(U//SBU-NF)", "(S//REL TO USA, AUS)"], "SECRET//NOFORN"),
    (["(U//SBU-NF)", "(U//SBU)"], "UNCLASSIFIED//SBU NOFORN"),
    (["(S//NF//XD)", "(S//NF//ND)"], "SECRET//NOFORN//NODIS"),
    (["(//JOINT S AUS USA//REL TO USA, AUS)"] * 2, "//JOINT SECRET AUS USA//REL TO USA, AUS"),
    (
        ["(//JOINT S AUS USA//REL TO USA, AUS)", "(//JOINT S GBR USA//REL TO USA, GBR)"],
        "SECRET//FGI AUS GBR//NOFORN",
    ),
    (
        ["(//JOINT S AUS USA//REL TO USA, AUS)", "(S//REL TO USA, AUS)"],
        "SECRET//FGI AUS//REL TO USA, AUS",
    ),
    (
        ["(//JOINT S JPN USA//REL TO USA, GBR, JPN)", "(S//REL TO USA, FVEY)"],
        "SECRET//FGI JPN//REL TO USA, GBR",
    ),
    (
        ["(//JOINT S GBR USA//REL TO USA, FVEY)", "(U)"],
        "//JOINT SECRET GBR USA//REL TO USA, FVEY",
    ),
    (
        ["(//JOINT S GBR USA//REL TO USA, FVEY)", "(U//FOUO)"],
        "SECRET//FGI GBR//NOFORN",
    ),
    (
        [
            "(//JOINT S CAN GBR USA//REL TO USA, CAN, GBR)",
            "(//JOINT S CAN GBR USA//REL TO USA, FVEY)",
            "(U)",
        ],
        "//JOINT SECRET CAN GBR USA//REL TO USA, CAN, GBR",
    ),
    (
        ["(//JOINT S GBR USA//REL TO USA, FVEY)", "(//JOINT C GBR USA//FGI NZL//REL TO USA, GBR)"],
        "//JOINT SECRET GBR USA//FGI NZL//REL TO USA, GBR",
    ),
    (
        [
            "(//JOINT S GBR USA//REL TO USA, GBR)",
            "(//JOINT S GBR USA//REL TO USA, FVEY)",
            "(//NS//REL TO USA, NATO)",
        ],
        "SECRET//FGI GBR NATO//REL TO USA, GBR",
    ),
    (["(//DEU S//REL TO USA, DEU)", "(TS//NF)"], "TOP SECRET//FGI DEU//NOFORN"),
    (["(U//SBU)", "(U//SBU/SSI)", "(U//FOUO)"], "UNCLASSIFIED//SBU/SSI"),
    (["(U//LES-NF)", "(U//FOUO)"], "UNCLASSIFIED//LES NOFORN"),
    (["(U//FISA)", "(U//FOUO)"], "UNCLASSIFIED//FISA"),
    (["(U//DS)", "(U//FOUO)"], "UNCLASSIFIED//LIMDIS"),
    (["(U//NF//XD)", "(U//FOUO)", "(U//SBU)"], "UNCLASSIFIED//NOFORN//EXDIS"),
    (["(U//NF/PR)", "(U//FOUO)"], "UNCLASSIFIED//NOFORN/PROPIN"),
    (["(U//UCNI)", "(U//FOUO)"], "UNCLASSIFIED//DOE UCNI//FOUO"),
    (["(U//FOUO/NF)", "(U)"], "UNCLASSIFIED//FOUO/NOFORN"),
    (["(TS)", "(S//FGI DEU)"], "TOP SECRET//FGI DEU"),
    (["(//FGI S//NF)", "(S//FGI DEU//NF)"], "SECRET//FGI//NOFORN"),
    (["(//NR)", "(U)"], "CONFIDENTIAL//FGI NATO"),
    (["(//CTS//BOHEMIA//NF)", "(S//NF)"], "TOP SECRET//BOHEMIA//FGI NATO//NOFORN"),
    (["(S//REL TO USA, KFOR)", "(S//REL TO USA, AUS, KFOR)"], "SECRET//REL TO USA, KFOR"),
    (["(S//REL TO USA, KFOR)", "(S//REL TO USA, AUS)"], "SECRET//NOFORN"),
    (["(S//REL TO USA, FVEY)", "(S//REL TO USA, FVEY)"], "SECRET//REL TO USA, FVEY"),
    (["(S//REL TO USA, FVEY)", "(S//REL TO USA, ACGU)"], "SECRET//REL TO USA, AUS, CAN, GBR"),
    (["(S//REL TO USA, JPN, FVEY)", "(S//REL TO USA, KOR, FVEY)"], "SECRET//REL TO USA, FVEY"),
    (["(S//REL TO USA, GMIF)", "(S//REL TO USA, DEU)"], "SECRET//REL TO USA, DEU"),
    (["(TS//SI//NF)", "(TS//SI-G/TK//OC/NF)"], "TOP SECRET//SI-G/TK//ORCON/NOFORN"),
    (["(S//RD//NF)", "(S//FRD-SG 14//NF)"], "SECRET//RD-SIGMA 14//NOFORN"),
    (["(S//FRD//NF)", "(S//TFNI//NF)"], "SECRET//FRD//NOFORN"),
    (["(S//USA/AUS/GBR EYES)", "(S//USA/AUS EYES)"], "SECRET//USA/AUS EYES ONLY"),
    (["(S//USA/AUS/GBR EYES)", "(S//REL TO USA, AUS)"], "SECRET//REL TO USA, AUS"),
]
PORTIONS = [
    "(U)",
    "(U//FOUO)",
    "(U//REL TO USA, AUS)",
    "(U//LES-NF)",
    "(U//LES)",
    "(U//SBU-NF)",
    "(U//SBU)",
    "(U//DS)",
    "(U//NF)",
    "(U//DCNI)",
    "(C)",
    "(S)",
    "(TS//NF)",
    "(S//REL TO USA, AUS)",
    "(S//REL TO USA, JPN)",
    "(S//REL TO USA, AUS, JPN)",
    "(S//REL TO USA, FVEY)",
    "(S//REL TO USA, ACGU)",
    "(S//REL TO USA, AUS, FVEY)",
    "(C//REL TO USA, JPN, FVEY)",
    "(S//REL TO USA, FVEY, TEYE)",
    "(S//REL TO USA, KFOR)",
    "(S//REL TO USA, AUS, KFOR)",
    "(S//REL TO USA, GMIF)",
    "(S//REL TO USA, AUS/RELIDO)",
    "(S//REL TO USA, JPN/RELIDO)",
    "(S//RELIDO)",
    "(TS//RELIDO)",
    "(S//DISPLAY ONLY AUS)",
    "(S//DISPLAY ONLY AFG, JPN)",
    "(S//REL TO USA, AUS/DISPLAY ONLY JPN)",
    "(S//REL TO USA, FVEY/DISPLAY ONLY NATO)",
    "(S//USA/AUS/GBR EYES)",
    "(S//USA/AUS EYES)",
    "(TS//SI//NF)",
    "(TS//SI-G/TK//OC/NF)",
    "(TS//SI-NK//REL TO USA, FVEY)",
    "(S//HCS-P//NF)",
    "(S//OC/NF)",
    "(S//OC-USGOV/NF)",
    "(S//OC/REL TO USA, AUS)",
    "(S//RD//NF)",
    "(S//FRD-SG 14//NF)",
    "(S//RD-CNWDI-SG 18//NF)",
    "(S//TFNI//NF)",
    "(//DEU S//REL TO USA, DEU)",
    "(//DEU S)",
    "(//NS)",
    "(//NR)",
    "(//CTS//BOHEMIA//NF)",
    "(//JOINT S AUS USA//REL TO USA, AUS)",
    "(//FGI S//NF)",
    "(//JOINT S GBR USA//REL TO USA, GBR)",
    "(S//FGI DEU//NF)",
    "(S//FGI NATO//REL TO USA, NATO)",
    "(S//FGI//NF)",
    "(S//NF//XD)",
    "(S//NF//ND)",
    "(S//SAR-BP//NF)",
    "(S//IMC/NF)",
    "(S//NF/PR)",
    "(S//DSEN)",
    "(TS//RS/NF)",
    "(U//SSI)",
    "(U//DSEN)",
    "(U//FOUO/NF)",
    "(U//FISA)",
    "(//JOINT S GBR USA//REL TO USA, FVEY)",
    "(//JOINT S CAN GBR USA//REL TO USA, FVEY)",
    "(//JOINT S NATO USA//REL TO USA, NATO)",
    "(S//FGI NATO//NF)",
    "(TS//FGI NATO//NF)",
    "(//NU)",
    "(//CTS)",
]


def merged(*portions: Label) -> Label:
    return merge_us(portions, shipped()["USA"], NOW)


def outcome(*portions: Label) -> Label | None:
    """The banner, or None where a person has to decide."""
    try:
        return merged(*portions)
    except SealaneError as error:
        if error.code != "label.undeterminable":
            raise
        return None


@pytest.mark.parametrize(
    ("portions", "banner"), TABLE, ids=lambda value: value if isinstance(value, str) else None
)
def test_every_row_of_the_table_holds_in_any_order(portions: list[str], banner: str) -> None:
    labels = [parsed("us-portion", portion) for portion in portions]
    for order in itertools.permutations(labels):
        assert rendered("us-banner", merged(*order)) == banner


def test_relido_beside_an_unmarked_classified_portion_is_for_a_person_to_decide() -> None:
    labels = [parsed("us-portion", portion) for portion in ("(S//RELIDO)", "(S)")]
    assert outcome(*labels) is None
    assert (
        rendered("us-banner", merged(*labels, parsed("us-portion", "(S//NF)"))) == "SECRET//NOFORN"
    )


def test_excluded_portions_take_no_part_and_a_product_of_nothing_else_has_no_banner() -> None:
    excluded = parsed(
        "us-ism",
        '<x xmlns:ism="urn:us:gov:ic:ism" ism:classification="TS" ism:ownerProducer="USA" '
        'ism:excludeFromRollup="true" ism:disseminationControls="NF"/>',
    )
    secret = parsed("us-portion", "(S//REL TO USA, AUS)")
    assert rendered("us-banner", merged(secret, excluded)) == "SECRET//REL TO USA, AUS"
    assert outcome(excluded) is None


def test_a_compilation_reason_is_kept_because_it_explains_a_banner_above_its_portions() -> None:
    reason = parsed(
        "us-ism",
        '<x xmlns:ism="urn:us:gov:ic:ism" ism:classification="S" ism:ownerProducer="USA" '
        'ism:compilationReason="together they show the plan" ism:disseminationControls="NF"/>',
    )
    banner = merged(reason, parsed("us-portion", "(U)"))
    assert banner.values("Compilation Reason") == ("together they show the plan",)
    assert banner.classification == "SECRET"


def test_a_product_is_as_old_as_its_oldest_part_so_that_later_members_of_a_group_stay_out() -> None:
    ism = (
        '<x xmlns:ism="urn:us:gov:ic:ism" ism:classification="S" ism:ownerProducer="USA" '
        'ism:disseminationControls="REL" ism:releasableTo="USA NATO"{}/>'
    )
    old, new, undated = (
        parsed("us-ism", ism.format(date))
        for date in (' ism:createDate="2022-01-01"', ' ism:createDate="2025-01-01"', "")
    )
    for parts in ((old, new), (new, old), (old, undated), (undated, old)):
        banner = merged(*parts)
        assert banner.created == "2022-01-01T00:00:00Z"
        admitted = shipped().groups.expand(
            banner.values("Releasable To"), at=NOW, created=parse_instant(banner.created)
        )
        assert "FIN" not in admitted
        assert "DEU" in admitted


def test_a_concealed_source_never_stands_beside_an_acknowledged_one() -> None:
    banner = merged(parsed("us-portion", "(S//FGI//NF)"), parsed("us-portion", "(S//FGI DEU//NF)"))
    assert banner.values("FGI") == ("FGI",)


@pytest.mark.parametrize(
    ("portions", "water"),
    [
        (["(//NS)", "(S//NF)"], "NATO-S"),
        (["(//NR)", "(//NS)", "(TS//NF)"], "NATO-S"),
        (["(//NU)", "(TS//NF)"], "NATO-U"),
        (["(//CTS//BOHEMIA//NF)", "(S//NF)"], "NATO-TS"),
        (["(//NC)", "(//FGI TS//NF)"], "NATO-C"),
        (["(S//FGI NATO//NF)", "(TS//NF)"], "NATO-S"),
        (["(//NS)", "(//NC)"], None),
        (["(S//NF)", "(TS//NF)"], None),
    ],
)
def test_a_us_product_keeps_the_high_water_of_the_nato_information_in_it(
    portions: list[str], water: str | None
) -> None:
    labels = [parsed("us-portion", portion) for portion in portions]
    for order in itertools.permutations(labels):
        written = parse_xml(rendered("us-ism", merged(*order))).attributes
        assert written.get(f"{NAMESPACE} highWaterNATO") == water


def takes_part(label: Label) -> bool:
    return label.values("Exclude From Roll-up") == ()


LABELS = st.sampled_from(PORTIONS).map(lambda text: parsed("us-portion", text))


@pytest.mark.untraced  # thousands of labels
@settings(max_examples=300)
@given(st.lists(LABELS, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_roll_up_is_commutative(portions: list[Label], random: object) -> None:
    shuffled = list(portions)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert outcome(*portions) == outcome(*shuffled)


@given(LABELS)
def test_roll_up_is_idempotent(portion: Label) -> None:
    once = merged(portion)
    assert once == portion
    assert merged(portion, portion) == once
    assert merged(once, once) == once
    assert merged(once, portion) == once


@pytest.mark.untraced  # thousands of labels
@settings(max_examples=500)
@given(LABELS, LABELS, LABELS)
def test_roll_up_is_associative_wherever_no_step_needs_a_person(
    a: Label, b: Label, c: Label
) -> None:
    left, right = outcome(a, b), outcome(b, c)
    assume(left is not None and right is not None)
    assert outcome(left, c) == outcome(a, right) == outcome(a, b, c)


@settings(max_examples=400)
@given(st.lists(LABELS, min_size=1, max_size=5))
def test_a_banner_is_valid_and_never_more_releasable_nor_lower_than_any_portion(
    portions: list[Label],
) -> None:
    banner = outcome(*portions)
    assume(banner is not None)
    scheme = shipped()["USA"]
    scheme.check(banner, at=NOW)
    check_us(banner, scheme, NOW)
    silent = tuple(one for one in banner.categories if one.tag != "NATO High Water")
    assert parsed("us-banner", rendered("us-banner", banner)).categories == silent
    asked = [water_of(one.classification, view_of(one)) for one in portions if takes_part(one)]
    kept = water_of(banner.classification, view_of(banner))
    assert all(water is None or (kept and reaches({kept}, water)) for water in asked)
    shown = disclosure_of(banner)
    for portion in portions:
        assert (
            scheme.level(banner.classification).order >= scheme.level(portion.classification).order
        )  # type: ignore[union-attr]
        if portion.classification == "UNCLASSIFIED" and not portion.categories:
            continue
        own = disclosure_of(portion)
        opened = scheme.groups.decompose
        assert opened(shown.released, at=NOW) <= opened(own.released, at=NOW)
        assert opened(shown.shown, at=NOW) <= opened(own.shown, at=NOW)
        assert own.relido or not shown.relido
        assert set(portion.values("Special Access")) <= set(banner.values("Special Access"))
        assert not own.closed or shown.closed


def test_a_portion_that_names_the_united_states_as_owner_is_as_one_that_names_nobody() -> None:
    plain, released = parsed("us-portion", "(U)"), parsed("us-portion", "(U//REL TO USA, AUS)")
    owned = replace(plain, categories=(Category("Owner", "informative", ("USA",)),))
    assert {
        merged(merged(*pair), last)
        for *pair, last in itertools.permutations((plain, released, owned))
    } == {released}


@pytest.mark.parametrize(
    ("sources", "code"),
    [(("AUS", "FGI"), "label.contradiction"), (("USA",), "label.unknown_token")],
)
def test_a_concealed_source_names_no_other_and_foreign_information_is_not_american(
    sources: tuple[str, ...], code: str
) -> None:
    label = Label(
        policy="USA",
        classification="SECRET",
        categories=(Category("FGI", "restrictive", sources),),
        originator="USA",
    )
    with pytest.raises(SealaneError) as refused:
        shipped().check(label)
    assert refused.value.code == code
