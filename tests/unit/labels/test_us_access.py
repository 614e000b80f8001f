"""Who may have US information, by label and person alone.

Spec: ISM-ACES; spec/labels.md §Consent, §Display only, §Nationality, §Joint ownership.
"""

from __future__ import annotations

import pytest

from sealane.labels.model.clearance import Clearance
from sealane.labels.model.verdict import Verdict
from sealane.labels.us.admission import access_us
from tests.unit.labels.shipped import NOW, parsed, shipped

ALL = frozenset({"UNCLASSIFIED", "CONFIDENTIAL", "SECRET", "TOP SECRET"})


def person(
    *citizenships: str,
    at: str,
    held: dict[str, set[str]] | None = None,
    levels: frozenset[str] = ALL,
) -> Clearance:
    values = {tag: frozenset(given) for tag, given in (held or {}).items()}
    return Clearance(
        policy="USA",
        classifications=levels,
        categories=values,
        citizenships=frozenset(citizenships),
        organisation=None,
        organisation_country=at,
    )


def verdict(mark: str, who: Clearance) -> Verdict:
    syntax = "us-ism" if mark.startswith("<") else "us-banner"
    return access_us(parsed(syntax, mark), who, shipped()["USA"], NOW)


AMERICAN, AUSTRALIAN = person("USA", at="USA"), person("AUS", at="AUS")
DUAL, EXCHANGE = person("USA", "IRN", at="USA"), person("AUS", at="USA")

CASES = [
    ("SECRET", AMERICAN, True),
    ("SECRET", AUSTRALIAN, False),
    ("UNCLASSIFIED", AUSTRALIAN, False),
    ("SECRET//NOFORN", AMERICAN, True),
    ("SECRET//NOFORN", DUAL, True),
    ("SECRET//NOFORN", EXCHANGE, False),
    ("UNCLASSIFIED//LES NOFORN", AUSTRALIAN, False),
    ("SECRET//NOFORN", person("USA", at="AUS"), False),
    ("SECRET//REL TO USA, AUS", AUSTRALIAN, True),
    ("SECRET//REL TO USA, AUS", AMERICAN, True),
    ("SECRET//REL TO USA, AUS", EXCHANGE, True),
    ("SECRET//REL TO USA, AUS", person("AUS", at="FRA"), False),
    ("SECRET//REL TO USA, AUS", person("FRA", at="AUS"), False),
    ("SECRET//REL TO USA, FVEY", AUSTRALIAN, True),
    ("SECRET//REL TO USA, FVEY", person("JPN", at="JPN"), False),
    ("SECRET//REL TO USA, GMIF", person("DEU", at="DEU"), True),
    ("SECRET//REL TO USA, KFOR", person("DEU", at="DEU"), False),
    ("SECRET//REL TO USA, NATO", person("FIN", at="FIN"), True),
    ("SECRET//RELIDO", AUSTRALIAN, False),
    ("SECRET//RELIDO", AMERICAN, True),
    ("SECRET//ORCON/NOFORN", AMERICAN, False),
    ("SECRET//ORCON-USGOV/NOFORN", AMERICAN, False),
    ("SECRET//USA/AUS EYES ONLY", AUSTRALIAN, True),
    ("TOP SECRET//SI/TK//NOFORN", AMERICAN, False),
    (
        "TOP SECRET//SI/TK//NOFORN",
        person("USA", at="USA", held={"SCI Controls": {"SI", "TK"}}),
        True,
    ),
    (
        "TOP SECRET//SI/TK//NOFORN",
        person("USA", at="USA", held={"SCI Controls": {"SI-NK", "TK"}}),
        True,
    ),
    (
        "TOP SECRET//SI-NK/TK//NOFORN",
        person("USA", at="USA", held={"SCI Controls": {"SI", "TK"}}),
        False,
    ),
    ("TOP SECRET//NOFORN", person("USA", at="USA", levels=frozenset({"SECRET"})), False),
    ("SECRET//NOFORN", person("USA", at="USA", levels=frozenset({"TOP SECRET"})), False),
    ("UNCLASSIFIED//FOUO", AMERICAN, True),
    ("SECRET//NOFORN//SSI", AMERICAN, True),
    ("SECRET//NOFORN//NODIS", AMERICAN, False),
    ("SECRET//LES/SSI", person("GBR", at="USA"), False),
    ("SECRET//REL TO USA, GBR//LES", person("GBR", at="USA"), True),
    ("SECRET//REL TO USA, GBR//LES", person("GBR", at="GBR"), False),
    ("SECRET//REL TO USA, GBR/DEA SENSITIVE", person("GBR", at="GBR"), False),
    ("SECRET//REL TO USA, GBR/FISA", person("GBR", at="GBR"), True),
    ("UNCLASSIFIED//FOUO/REL TO USA, GBR", person("GBR", at="GBR"), True),
    ("UNCLASSIFIED//DOE UCNI", AMERICAN, True),
    ("UNCLASSIFIED//DOE UCNI", person("USA", at="GBR"), False),
    ("SECRET//RD//NOFORN", AMERICAN, False),
    ("SECRET//FRD-SIGMA 14//NOFORN", AMERICAN, False),
    ("SECRET//TFNI//NOFORN", AMERICAN, True),
    ("SECRET//FGI//NOFORN", AMERICAN, True),
    ("SECRET//NOFORN/RAWFISA", AMERICAN, True),
    ("SECRET//NOFORN/PROPIN", AMERICAN, False),
    ("UNCLASSIFIED//NOFORN", person("USA", at="USA", levels=frozenset()), True),
    ("//DEU RESTRICTED", person("USA", at="USA", levels=frozenset({"SECRET"})), True),
    ("//DEU RESTRICTED", person("USA", at="USA", levels=frozenset({"UNCLASSIFIED"})), False),
    ("//JOINT SECRET AUS USA//REL TO USA, AUS", AUSTRALIAN, True),
    ("//JOINT SECRET AUS USA//REL TO USA, AUS, GBR", person("GBR", at="GBR"), True),
    ("//JOINT SECRET AUS USA//REL TO USA, AUS", person("GBR", at="GBR"), False),
    (
        "//JOINT CONFIDENTIAL AUS USA//REL TO USA, AUS",
        person("AUS", at="AUS", levels=frozenset({"CONFIDENTIAL"})),
        False,
    ),
]


@pytest.mark.parametrize(
    ("mark", "who", "permit"), CASES, ids=lambda value: value if isinstance(value, str) else None
)
def test_the_rules_of_access_hold(mark: str, who: Clearance, permit: bool) -> None:
    assert verdict(mark, who).permit is permit


def test_display_only_is_view_without_copy_and_release_supersedes_it() -> None:
    shown = verdict("SECRET//DISPLAY ONLY AFG", person("AFG", at="AFG"))
    assert (shown.permit, shown.rights) == (True, ("view",))
    both = verdict("SECRET//REL TO USA, AUS/DISPLAY ONLY JPN", AUSTRALIAN)
    assert (both.permit, both.rights) == (True, ("view", "copy"))
    assert verdict("SECRET//DISPLAY ONLY AFG", AMERICAN).rights == ("view", "copy")


def test_the_nato_read_on_is_a_check_of_its_own() -> None:
    mark = (
        '<x xmlns:ism="urn:us:gov:ic:ism" ism:classification="S" ism:ownerProducer="USA" '
        'ism:FGIsourceOpen="NATO" ism:disseminationControls="NF" ism:highWaterNATO="NATO-S"/>'
    )
    low = person("USA", at="USA", held={"NATO High Water": {"NATO CONFIDENTIAL"}})
    high = person("USA", at="USA", held={"NATO High Water": {"COSMIC TOP SECRET"}})
    assert [verdict(mark, who).permit for who in (AMERICAN, low, high)] == [False, False, True]


RUNGS = ["RESTRICTED", "CONFIDENTIAL", "SECRET", "TOP SECRET"]
READ_ONS = [f"NATO {level}" for level in RUNGS[:-1]] + ["COSMIC TOP SECRET"]


@pytest.mark.parametrize("held", range(-1, 4))
@pytest.mark.parametrize("level", range(4))
@pytest.mark.parametrize("form", ["//{nato}", "{level}//FGI NATO//NOFORN"])
def test_nato_information_asks_for_a_read_on_of_its_level_or_above(
    form: str, level: int, held: int
) -> None:
    if form.startswith("{") and level == 0:
        return  # RESTRICTED is never the level of a US document
    mark = form.format(nato=READ_ONS[level], level=RUNGS[level])
    read_on = {"NATO High Water": {READ_ONS[held]}} if held >= 0 else {}
    assert verdict(mark, person("USA", at="USA", held=read_on)).permit is (held >= level)


def test_nato_unclassified_asks_for_no_read_on_but_for_an_american_organisation() -> None:
    assert verdict("//NATO UNCLASSIFIED", AMERICAN).permit
    assert not verdict("//NATO UNCLASSIFIED", person("USA", at="GBR")).permit
    assert verdict("//NATO UNCLASSIFIED//REL TO USA, NATO", person("DEU", at="DEU")).permit


@pytest.mark.parametrize(
    ("mark", "control"),
    [
        ("//COSMIC TOP SECRET//BOHEMIA//NOFORN", "BOHEMIA"),
        ("//COSMIC TOP SECRET//BALK//NOFORN", "BALK"),
        ("//NATO SECRET//ATOMAL//NOFORN", "ATOMAL"),
    ],
)
def test_a_control_of_nato_is_held_besides_the_read_on(mark: str, control: str) -> None:
    read_on = {"NATO High Water": {"COSMIC TOP SECRET"}}
    assert not verdict(mark, person("USA", at="USA", held=read_on)).permit
    assert not verdict(mark, person("USA", at="USA", held={"Non-US Controls": {control}})).permit
    both = {**read_on, "Non-US Controls": {control}}
    assert verdict(mark, person("USA", at="USA", held=both)).permit


def test_a_group_admits_only_those_who_belonged_when_the_label_was_made_and_belong_now() -> None:
    mark = (
        '<x xmlns:ism="urn:us:gov:ic:ism" ism:classification="S" ism:ownerProducer="USA" '
        'ism:disseminationControls="REL" ism:releasableTo="USA NATO" ism:createDate="{}"/>'
    )
    finn = person("FIN", at="FIN")
    assert verdict(mark.format("2022-11-02"), finn).permit is False
    assert verdict(mark.format("2023-05-01"), finn).permit is True


def test_reasons_never_name_a_caveat() -> None:
    found = verdict("TOP SECRET//SI-G/TK//ORCON/NOFORN", AUSTRALIAN)
    text = " ".join(
        condition.text + condition.text_ja + condition.code for condition in found.reasons
    )
    assert not any(word in text for word in ("SI-G", "TK", "ORCON", "NOFORN"))
    assert not found.permit
