"""Clauses that can err are found from the file alone, without a scenario."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest

from sealane import shipped
from sealane.agreements.agreement import Agreement, Bilingual, GroupDefinition
from sealane.decisions.rehearsal.erring import erring
from tests.decisions import schemes, the_agreement

NAME = Bilingual(en="x", ja="群")


def found(agreement: Agreement) -> dict[str, str]:
    return erring(agreement, agreements=shipped.agreements().with_(agreement), schemes=schemes())


@pytest.mark.parametrize("name", list(shipped.agreements()))
def test_no_shipped_clause_can_err(name: str) -> None:
    assert found(shipped.agreements()[name]) == {}


def test_a_group_under_the_name_of_a_retired_one_makes_the_clauses_err_that_open_it() -> None:
    own = (GroupDefinition(id="AOSC", members=("AUS", "JPN"), name=NAME),)
    assert found(dataclasses.replace(the_agreement(), groups=own)) == {
        "3.3": "label.group_retired",
        "4.7": "label.group_retired",
    }


def test_a_number_of_years_before_all_dates_makes_the_clearance_clause_err() -> None:
    def older(reach: Any) -> Any:
        return msgspec.structs.replace(
            reach, fresh=tuple(msgspec.structs.replace(one, years=-3000) for one in reach.fresh)
        )

    changed = dataclasses.replace(
        the_agreement(), clearances=tuple(older(reach) for reach in the_agreement().clearances)
    )
    assert found(changed) == {"5.1": "ValueError"}
