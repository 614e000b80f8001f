"""Groups that an agreement defines: known only under it, dated by it, never another meaning for a
public token.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from sealane import shipped
from sealane.agreements.groups import groups_of, schemes_under
from sealane.base.errors import SealaneError
from sealane.base.values import parse_instant
from sealane.labels.nations import SYNTAXES
from sealane.labels.us.product import merge_us

NOW, BEFORE = parse_instant("2026-11-23T00:00:00Z"), parse_instant("2016-01-01T00:00:00Z")
TRILATERAL = "aus-jpn-usa-trilateral"


def test_a_trilateral_group_is_unknown_until_its_agreement_brings_it() -> None:
    schemes = shipped.schemes()
    with pytest.raises(SealaneError, match="unknown_token"):
        SYNTAXES["us-banner"].parse("SECRET//REL TO USA, AJUS", schemes, at=NOW)
    under = schemes_under(schemes, [shipped.agreements()[TRILATERAL]])
    one = SYNTAXES["us-banner"].parse("SECRET//REL TO USA, AJUS", under, at=NOW)
    other = SYNTAXES["us-banner"].parse("SECRET//REL TO USA, FVEY", under, at=NOW)
    assert under.groups.expand(one.label.values("Releasable To"), at=NOW) == {"AUS", "JPN", "USA"}
    banner = merge_us([one.label, other.label], under["USA"], NOW)
    assert SYNTAXES["us-banner"].render(banner, under) == "SECRET//REL TO USA, AUS"


def test_a_group_means_nothing_before_its_agreement() -> None:
    under = schemes_under(shipped.schemes(), [shipped.agreements()[TRILATERAL]])
    with pytest.raises(SealaneError, match="group_retired"):
        under.groups.expand(["AJUS"], at=BEFORE)


@pytest.mark.parametrize("token", ["FVEY", "AUS", "NATO"])
def test_a_public_token_keeps_its_public_meaning(token: str) -> None:
    agreement = shipped.agreements()[TRILATERAL]
    group = replace(groups_of(agreement)[0], token=token)
    with pytest.raises(SealaneError, match="group_twice"):
        shipped.schemes().groups.with_groups([group])
