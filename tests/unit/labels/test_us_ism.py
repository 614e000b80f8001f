"""ISM attributes in XML: companions demanded, vocabularies closed, nothing lost. Spec: IC ISM
2021-NOV; spec/labels.md §What never weighs, §XML.
"""

from __future__ import annotations

import pytest

from sealane.base.errors import SealaneError
from sealane.labels.nations import SYNTAXES
from tests.unit.labels.shipped import NOW, parsed, rendered, shipped

HEAD = (
    '<arh:Security xmlns:arh="urn:us:gov:ic:arh" xmlns:ism="urn:us:gov:ic:ism" ism:classification='
)
ROUND = [
    '"U" ism:ownerProducer="USA"/>',
    '"S" ism:ownerProducer="USA" ism:disseminationControls="NF"/>',
    (
        '"S" ism:ownerProducer="USA" ism:disseminationControls="REL" ism:releasableTo="USA AUS JPN'
        ' FVEY"/>'
    ),
    (
        '"S" ism:ownerProducer="USA" ism:disseminationControls="DISPLAYONLY" ism:displayOnlyTo="AFG'
        ' IRQ"/>'
    ),
    '"S" ism:ownerProducer="USA" ism:disseminationControls="EYES" ism:releasableTo="USA AUS GBR"/>',
    (
        '"TS" ism:ownerProducer="USA" ism:SCIcontrols="SI SI-G SI-G-ABCD TK"'
        ' ism:disseminationControls="OC NF"/>'
    ),
    '"S" ism:ownerProducer="USA" ism:disseminationControls="OC OC-USGOV NF"/>',
    (
        '"S" ism:ownerProducer="USA" ism:atomicEnergyMarkings="RD RD-CNWDI RD-SG-14"'
        ' ism:disseminationControls="NF"/>'
    ),
    (
        '"S" ism:ownerProducer="AUS USA" ism:joint="true" ism:disseminationControls="REL"'
        ' ism:releasableTo="USA AUS"/>'
    ),
    '"R" ism:ownerProducer="NATO"/>',
    (
        '"TS" ism:ownerProducer="NATO" ism:disseminationControls="NF"'
        ' ism:nonUSControls="NATO-BOHEMIA"/>'
    ),
    '"S" ism:ownerProducer="USA" ism:disseminationControls="NF" ism:FGIsourceOpen="DEU GBR"/>',
    (
        '"S" ism:ownerProducer="USA" ism:disseminationControls="NF" ism:FGIsourceOpen="NATO"'
        ' ism:highWaterNATO="NATO-S"/>'
    ),
    '"S" ism:ownerProducer="USA" ism:disseminationControls="NF" ism:FGIsourceProtected="FGI"/>',
    '"U" ism:ownerProducer="USA" ism:nonICmarkings="LES SSI"/>',
    '"TS" ism:ownerProducer="USA" ism:SARIdentifier="DOD:BP" ism:disseminationControls="NF"/>',
    (
        '"S" ism:ownerProducer="USA" ism:disseminationControls="NF" ism:excludeFromRollup="true"'
        ' ism:compilationReason="taken together &amp; so" ism:createDate="2022-11-02"'
        ' ism:derivedFrom="Several" ism:declassDate="2047-11-02" ism:resourceElement="true"'
        ' ism:DESVersion="202111"/>'
    ),
]
REFUSED = [
    ('"S"/>', "ism.malformed"),
    ('"X" ism:ownerProducer="USA"/>', "ism.malformed"),
    ('"" ism:ownerProducer="USA"/>', "ism.malformed"),
    ('"R" ism:ownerProducer="USA"/>', "ism.malformed"),
    ('"S" ism:ownerProducer="USA" ism:foo="x"/>', "ism.malformed"),
    ('"S" ism:ownerProducer="USA" releasableTo="USA AUS"/>', "ism.malformed"),
    (
        '"S" ism:ownerProducer="USA"><ism:b ism:classification="TS"/></arh:Security>',
        "ism.malformed",
    ),
    ('"U" ism:ownerProducer="USA" ism:cuiBasic="PRVCY"/>', "ism.malformed"),
    ('"S" ism:ownerProducer="USA" ism:highWaterNATO="S"/>', "ism.malformed"),
    ('"S" ism:ownerProducer="USA" ism:FGIsourceProtected="DEU"/>', "ism.malformed"),
    ('"S" ism:ownerProducer="USA" ism:excludeFromRollup="yes"/>', "ism.malformed"),
    ('"S" ism:ownerProducer="USA" ism:disseminationControls=""/>', "ism.malformed"),
    ('"S" ism:ownerProducer="USA" ism:createDate="02-11-2022"/>', "ism.malformed"),
    ('"S" ism:ownerProducer="USA" ism:disseminationControls="NOFORN"/>', "label.unknown_token"),
    ('"S" ism:ownerProducer="USA" ism:disseminationControls="NF XX"/>', "label.unknown_token"),
    ('"S" ism:ownerProducer="UK"/>', "label.unknown_token"),
    (
        '"S" ism:ownerProducer="USA" ism:disseminationControls="REL" ism:releasableTo="USA UK"/>',
        "label.unknown_token",
    ),
    (
        '"TS" ism:ownerProducer="USA" ism:SCIcontrols="ZZ" ism:disseminationControls="NF"/>',
        "label.unknown_token",
    ),
    ('"S" ism:ownerProducer="USA" ism:disseminationControls="REL"/>', "label.requires"),
    ('"S" ism:ownerProducer="USA" ism:releasableTo="USA AUS"/>', "label.requires"),
    ('"S" ism:ownerProducer="USA" ism:disseminationControls="DISPLAYONLY"/>', "label.requires"),
    (
        '"S" ism:ownerProducer="USA" ism:disseminationControls="REL" ism:releasableTo="AUS JPN"/>',
        "label.requires",
    ),
    (
        '"S" ism:ownerProducer="USA" ism:disseminationControls="REL" ism:releasableTo="USA"/>',
        "label.requires",
    ),
    (
        '"TS" ism:ownerProducer="USA" ism:SCIcontrols="SI-G" ism:disseminationControls="OC NF"/>',
        "label.requires",
    ),
    ('"S" ism:ownerProducer="AUS GBR" ism:joint="true"/>', "label.requires"),
    ('"S" ism:ownerProducer="AUS USA"/>', "label.ambiguous"),
    ('"S" ism:ownerProducer="USA" ism:disseminationControls="NF NF"/>', "label.duplicate"),
    (
        (
            '"S" ism:ownerProducer="USA" ism:disseminationControls="NF REL" ism:releasableTo="USA'
            ' AUS"/>'
        ),
        "label.contradiction",
    ),
    ('"U" ism:ownerProducer="USA" ism:disseminationControls="OC"/>', "label.level_conflict"),
    (
        '"S" ism:ownerProducer="USA" ism:SCIcontrols="'
        + " ".join(f"SI-AAA-{at}" for at in range(50_000))
        + '"/>',
        "ism.malformed",
    ),
    ('"S" ism:ownerProducer="USA"><!-- x --></arh:Security>', "xml.forbidden"),
]


@pytest.mark.parametrize("tail", ROUND)
def test_attributes_survive_the_round_trip_byte_for_byte(tail: str) -> None:
    found = SYNTAXES["us-ism"].parse(HEAD + tail, shipped(), at=NOW)
    assert (found.canonical, found.notes) == (HEAD + tail, ())
    assert rendered("us-ism", found.label) == HEAD + tail


@pytest.mark.parametrize(("tail", "code"), REFUSED)
def test_what_ism_does_not_allow_is_refused_with_a_typed_code(tail: str, code: str) -> None:
    with pytest.raises(SealaneError) as refused:
        parsed("us-ism", HEAD + tail)
    assert refused.value.code == code


def test_a_wrong_namespace_is_no_label() -> None:
    with pytest.raises(SealaneError, match=r"ism\.malformed"):
        parsed(
            "us-ism",
            '<a xmlns:ism="urn:us:gov:ic:ism:v2" ism:classification="U" ism:ownerProducer="USA"/>',
        )


def test_banner_and_attributes_of_one_label_say_the_same() -> None:
    label = parsed(
        "us-banner", "TOP SECRET//SI-G ABCD/TK//FGI DEU//ORCON/REL TO USA, AUS, FVEY/FISA//SSI"
    )
    assert parsed("us-ism", rendered("us-ism", label)) == label


def test_text_and_foreign_attributes_are_noted_as_no_part_of_the_label() -> None:
    text = (
        '<Title xmlns:ism="urn:us:gov:ic:ism" id="t1" ism:classification="U"'
        ' ism:ownerProducer="USA">A title</Title>'
    )
    found = SYNTAXES["us-ism"].parse(text, shipped(), at=NOW)
    assert sorted(note.code for note in found.notes) == ["ism.other_attribute", "ism.text"]
