"""Documents that hold controlled unclassified information, some portions of which hold none.

Spec: 32 CFR 2002.20(f); spec/scheme.md §Levels.
"""

from __future__ import annotations

import pytest

from sealane.base.errors import SealaneError
from sealane.labels.rules.rollup import merge
from tests.unit.labels.shipped import NOW, parsed, rendered, shipped


@pytest.mark.parametrize(
    ("portions", "banner"),
    [
        (["(U)", "(CUI)"], "CUI"),
        (["(U)", "(CUI//SP-CTI//NF)", "(CUI//PRVCY)"], "CUI//SP-CTI/PRVCY//NOFORN"),
        (["(U)", "(CUI//REL TO USA, AUS)"], "CUI//REL TO USA, AUS"),
        (["(CUI)", "(U)", "(CUI//REL TO USA, AUS)"], "CUI"),
        (["(U)", "(U)"], "UNCLASSIFIED"),
    ],
)
def test_an_uncontrolled_portion_takes_no_part_in_the_banner(
    portions: list[str], banner: str
) -> None:
    labels = [parsed("us-cui-portion", portion) for portion in portions]
    assert rendered("us-cui", merge(labels, shipped(), at=NOW)) == banner
    assert rendered("us-cui", merge(labels[::-1], shipped(), at=NOW)) == banner


@pytest.mark.parametrize(
    "mark", ["(U//SP-CTI)", "(U//NF)", "(U//REL TO USA, AUS)", "(UNCLASSIFIED)", "U"]
)
def test_what_is_uncontrolled_carries_no_control_and_only_its_own_letter(mark: str) -> None:
    with pytest.raises(SealaneError) as refused:
        parsed("us-cui-portion", mark)
    assert refused.value.code in ("label.contradiction", "label.unknown_token", "label.truncated")
