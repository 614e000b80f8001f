"""One ISM element for each constraint rule that speaks of one element: what breaks the rule is
refused, and what keeps it is read.

The rules are those of the public Schematron; each row is ours, with the rule's number.
Spec: IC ISM 2021-NOV (constraint rules).
"""

from __future__ import annotations

import pytest

from sealane.base.errors import SealaneError
from tests.unit.labels.shipped import parsed

US = 'classification="{}" ownerProducer="USA"'
RULES = {
    "ISM-ID-00028": (US.format("U") + ' disseminationControls="OC"', "C"),
    "ISM-ID-00030": (US.format("S") + ' disseminationControls="FOUO"', "U"),
    "ISM-ID-00037": (US.format("S") + ' nonICmarkings="SBU"', "U"),
    "ISM-ID-00043": (US.format("U") + ' SCIcontrols="SI"', "S"),
    "ISM-ID-00044": (
        US.format("S") + ' SCIcontrols="SI SI-G" disseminationControls="OC NF"',
        "TS",
    ),
    "ISM-ID-00047": (US.format("C") + ' SCIcontrols="TK"', "S"),
    "ISM-ID-00048": (US.format("C") + ' SCIcontrols="HCS" disseminationControls="NF"', "S"),
    "ISM-ID-00107": (US.format("C") + ' disseminationControls="IMC"', "S"),
    "ISM-ID-00164": (US.format("C") + ' disseminationControls="RS"', "TS"),
    "ISM-ID-00173": (US.format("C") + ' atomicEnergyMarkings="RD RD-SG-14"', "S"),
    "ISM-ID-00174": (US.format("U") + ' atomicEnergyMarkings="TFNI"', "C"),
    "ISM-ID-00175": (US.format("C") + ' atomicEnergyMarkings="RD RD-CNWDI"', "S"),
    "ISM-ID-00181": (US.format("S") + ' atomicEnergyMarkings="UCNI"', "U"),
    "ISM-ID-00332": (
        US.format("C") + ' SCIcontrols="HCS HCS-O" disseminationControls="OC NF"',
        "S",
    ),
    "ISM-ID-00346": (US.format("S") + ' nonICmarkings="DS"', "U"),
    "ISM-ID-00368": (
        US.format("S") + ' SCIcontrols="TK TK-BLFH" disseminationControls="NF"',
        "TS",
    ),
    "ISM-ID-00393": (US.format("C") + ' disseminationControls="RAWFISA"', "S"),
    "ISM-ID-00453": (
        US.format("S") + ' SCIcontrols="HCS HCS-P HCS-P-ABC" disseminationControls="OC NF"',
        "TS",
    ),
    "ISM-ID-00465": (US.format("C") + ' SCIcontrols="BUR" disseminationControls="NF"', "S"),
    "ISM-ID-00466": (US.format("C") + ' SCIcontrols="KLM" disseminationControls="NF"', "S"),
    "ISM-ID-00472": (US.format("S") + ' SCIcontrols="MVL"', "TS"),
}
"""What breaks a rule of levels, and the level that keeps it."""
S, TS, U = US.format("S"), US.format("TS"), US.format("U")
FRIENDS = ' disseminationControls="REL" releasableTo="USA AUS"'
PAIRS = {
    "ISM-ID-00031": (S + ' disseminationControls="REL"', S + FRIENDS),
    "ISM-ID-00032": (S + ' releasableTo="USA AUS"', S + FRIENDS),
    "ISM-ID-00033": (S + FRIENDS.replace('"REL"', '"NF REL"'), S + FRIENDS),
    "ISM-ID-00038": (U + ' nonICmarkings="SBU SBU-NF"', U + ' nonICmarkings="SBU"'),
    "ISM-ID-00040": (
        (
            'classification="R" ownerProducer="CAN USA" joint="true" disseminationControls="REL"'
            ' releasableTo="USA CAN"'
        ),
        (
            'classification="U" ownerProducer="CAN USA" joint="true" disseminationControls="REL"'
            ' releasableTo="USA CAN"'
        ),
    ),
    "ISM-ID-00045": (
        TS + ' SCIcontrols="SI SI-G" disseminationControls="NF"',
        TS + ' SCIcontrols="SI SI-G" disseminationControls="OC NF"',
    ),
    "ISM-ID-00099": (
        'classification="S" ownerProducer="FGI DEU" FGIsourceProtected="FGI"',
        'classification="S" ownerProducer="FGI" FGIsourceProtected="FGI"',
    ),
    "ISM-ID-00148": (U + ' nonICmarkings="LES LES-NF"', U + ' nonICmarkings="LES"'),
    "ISM-ID-00163": (
        TS + ' nonUSControls="NATO-BALK"',
        'classification="TS" ownerProducer="NATO" nonUSControls="NATO-BALK"',
    ),
    "ISM-ID-00168": (
        S + ' displayOnlyTo="AFG"',
        S + ' disseminationControls="DISPLAYONLY" displayOnlyTo="AFG"',
    ),
    "ISM-ID-00169": (
        S + ' disseminationControls="NF RELIDO"',
        S + ' disseminationControls="RELIDO"',
    ),
    "ISM-ID-00183": (
        S + ' atomicEnergyMarkings="RD-SG-14"',
        S + ' atomicEnergyMarkings="RD RD-SG-14"',
    ),
    "ISM-ID-00184": (
        S + ' atomicEnergyMarkings="FRD-SG-14"',
        S + ' atomicEnergyMarkings="FRD FRD-SG-14"',
    ),
    "ISM-ID-00185": (
        S + ' atomicEnergyMarkings="RD-CNWDI"',
        S + ' atomicEnergyMarkings="RD RD-CNWDI"',
    ),
    "ISM-ID-00214": (S + ' disseminationControls="REL" releasableTo="AUS USA"', S + FRIENDS),
    "ISM-ID-00219": (
        'classification="S" ownerProducer="FGI"',
        'classification="S" ownerProducer="FGI" FGIsourceProtected="FGI"',
    ),
    "ISM-ID-00243": (
        S + ' SCIcontrols="RSV" disseminationControls="NF"',
        S + ' SCIcontrols="RSV RSV-ABC" disseminationControls="NF"',
    ),
    "ISM-ID-00302": (
        S + ' disseminationControls="OC-USGOV"',
        S + ' disseminationControls="OC OC-USGOV"',
    ),
    "ISM-ID-00313": (
        S + ' nonICmarkings="ND"',
        S + ' nonICmarkings="ND" disseminationControls="NF"',
    ),
    "ISM-ID-00314": (
        S + ' nonICmarkings="XD"',
        S + ' nonICmarkings="XD" disseminationControls="NF"',
    ),
    "ISM-ID-00319": (S + ' disseminationControls="REL" releasableTo="USA"', S + FRIENDS),
    "ISM-ID-00321": (S + ' atomicEnergyMarkings="RD TFNI"', S + ' atomicEnergyMarkings="RD"'),
    "ISM-ID-00325": (
        S + ' disseminationControls="OC RELIDO"',
        S + ' disseminationControls="OC NF"',
    ),
    "ISM-ID-00327": (
        U + ' disseminationControls="FOUO FISA"',
        U + ' disseminationControls="FOUO NF"',
    ),
    "ISM-ID-00328": (
        U + ' disseminationControls="FOUO" nonICmarkings="SSI"',
        U + ' nonICmarkings="SSI"',
    ),
    "ISM-ID-00341": (
        TS + ' SCIcontrols="SI SI-G SI-G-ABCD" disseminationControls="OC OC-USGOV NF"',
        TS + ' SCIcontrols="SI SI-G SI-G-ABCD" disseminationControls="OC NF"',
    ),
    "ISM-ID-00345": (
        S + ' disseminationControls="EYES" releasableTo="USA JPN"',
        S + ' disseminationControls="EYES" releasableTo="USA NZL"',
    ),
    "ISM-ID-00372": (
        U + ' nonICmarkings="LES-NF" disseminationControls="NF"',
        U + ' nonICmarkings="LES-NF"',
    ),
    "ISM-ID-00377": (
        (
            'classification="S" ownerProducer="GBR USA" joint="true" disseminationControls="REL"'
            ' releasableTo="USA FVEY"'
        ),
        (
            'classification="S" ownerProducer="GBR USA" joint="true" disseminationControls="REL"'
            ' releasableTo="USA GBR FVEY"'
        ),
    ),
    "ISM-ID-00382": (
        S + ' joint="true"' + FRIENDS,
        'classification="S" ownerProducer="AUS USA" joint="true"' + FRIENDS,
    ),
    "ISM-ID-00383": (
        (
            'classification="S" ownerProducer="AUS GBR" joint="true" disseminationControls="REL"'
            ' releasableTo="USA AUS GBR"'
        ),
        'classification="S" ownerProducer="AUS USA" joint="true"' + FRIENDS,
    ),
    "ISM-ID-00388": (TS + ' SCIcontrols="SI-NK"', TS + ' SCIcontrols="SI SI-NK"'),
    "ISM-ID-00397": (
        TS + ' SCIcontrols="KLM KLM-ABC" disseminationControls="NF"',
        TS + ' SCIcontrols="KLM KLM-ABC" disseminationControls="OC NF"',
    ),
    "ISM-ID-00469": (
        TS + ' SCIcontrols="KLM KLM-R KLM-R-ABC" disseminationControls="OC"',
        TS + ' SCIcontrols="KLM KLM-R KLM-R-ABC" disseminationControls="OC NF"',
    ),
    "ISM-ID-00473": (S + ' disseminationControls="PR"', S + ' disseminationControls="NF PR"'),
    "ISM-ID-00522": (
        S + ' highWaterNATO="NATO-S"',
        S + ' FGIsourceOpen="NATO" highWaterNATO="NATO-S"',
    ),
    "ISM-ID-00524": (
        'classification="S" ownerProducer="NATO" highWaterNATO="NATO-S"',
        'classification="S" ownerProducer="NATO"',
    ),
    "ISM-ID-00525": (
        S + ' FGIsourceOpen="NATO" highWaterNATO="NATO-TS"',
        S + ' FGIsourceOpen="NATO" highWaterNATO="NATO-C"',
    ),
    "ISM-ID-00532": (
        S + ' SARIdentifier="SAR-DOD:TS:ABCD"',
        S + ' SARIdentifier="SAR-DOD:S:ABCD"',
    ),
}
"""What breaks a rule, and what keeps it."""
BY_LEVEL = {
    rule: (broken, broken.replace(broken[: broken.index(" ")], f'classification="{level}"'))
    for rule, (broken, level) in RULES.items()
}


def element(attributes: str) -> str:
    return (
        '<x xmlns:ism="urn:us:gov:ic:ism" '
        + " ".join(f"ism:{one}" for one in _attributes(attributes))
        + "/>"
    )


def _attributes(text: str) -> list[str]:
    parts = text.split('" ')
    return [part + '"' for part in parts[:-1]] + [parts[-1]]


@pytest.mark.parametrize("rule", [*BY_LEVEL, *PAIRS])
def test_what_breaks_a_rule_is_refused_and_what_keeps_it_is_read(rule: str) -> None:
    broken, kept = {**BY_LEVEL, **PAIRS}[rule]
    with pytest.raises(SealaneError):
        parsed("us-ism", element(broken))
    parsed("us-ism", element(kept))
