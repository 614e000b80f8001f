"""A US banner held against its portions, and a portion taken out of its document.

Spec: spec/labels.md §Compilation; CAPCO Register and Manual 2016.
"""

from __future__ import annotations

import pytest

from sealane.base.errors import SealaneError
from sealane.labels.us.portion import extracted, verify_banner
from tests.unit.labels.shipped import NOW, parsed, shipped


@pytest.mark.parametrize(
    ("banner", "portions", "code"),
    [
        (
            "SECRET//REL TO USA, AUS",
            ["(S//REL TO USA, AUS, JPN)", "(U)", "(C//REL TO USA, FVEY)"],
            None,
        ),
        ("SECRET//NOFORN", ["(S//REL TO USA, AUS)", "(S//REL TO USA, JPN)"], None),
        (
            "SECRET//REL TO USA, AUS, JPN",
            ["(S//REL TO USA, FVEY)", "(S//REL TO USA, AUS, JPN)"],
            "label.banner_too_low",
        ),
        ("CONFIDENTIAL//NOFORN", ["(S//NF)"], "label.banner_too_low"),
        ("SECRET", ["(S//NF)"], "label.banner_too_low"),
        ("TOP SECRET//NOFORN", ["(S//NF)"], "label.banner_unexplained"),
        ("SECRET//NOFORN", ["(S//REL TO USA, AUS)"], "label.banner_unexplained"),
        ("TOP SECRET//SI//NOFORN", ["(TS//SI/TK//NF)"], "label.banner_too_low"),
        ("SECRET//FGI NATO//NOFORN", ["(//NS)", "(S//NF)"], None),
        ("SECRET//NOFORN", ["(//NS)", "(S//NF)"], "label.banner_too_low"),
    ],
)
def test_a_banner_is_held_against_its_portions(
    banner: str, portions: list[str], code: str | None
) -> None:
    labels = [parsed("us-portion", portion) for portion in portions]
    if code is None:
        verify_banner(parsed("us-banner", banner), labels, shipped(), at=NOW)
        return
    with pytest.raises(SealaneError) as refused:
        verify_banner(parsed("us-banner", banner), labels, shipped(), at=NOW)
    assert refused.value.code == code


def test_a_reason_explains_a_banner_above_its_portions_and_never_one_below() -> None:
    ism = (
        '<x xmlns:ism="urn:us:gov:ic:ism" ism:classification="{}" ism:ownerProducer="USA"'
        ' ism:disseminationControls="NF" ism:compilationReason="together they show the plan"/>'
    )
    portions = [parsed("us-portion", "(S//NF)")]
    verify_banner(parsed("us-ism", ism.format("TS")), portions, shipped(), at=NOW)
    with pytest.raises(SealaneError, match="banner_too_low"):
        verify_banner(parsed("us-ism", ism.format("C")), portions, shipped(), at=NOW)


def test_a_portion_taken_out_of_its_document_carries_the_banner_s_list_written_out() -> None:
    banner = parsed("us-banner", "SECRET//REL TO USA, AUS, JPN")
    assert extracted("(S//REL)", banner, shipped(), at=NOW).canonical == "(S//REL TO USA, AUS, JPN)"
    assert (
        extracted("(C//OC/REL)", banner, shipped(), at=NOW).canonical
        == "(C//OC/REL TO USA, AUS, JPN)"
    )
    assert extracted("(S//NF)", banner, shipped(), at=NOW).canonical == "(S//NF)"
    with pytest.raises(SealaneError, match="ambiguous"):
        extracted("(S//REL)", parsed("us-banner", "SECRET//NOFORN"), shipped(), at=NOW)
