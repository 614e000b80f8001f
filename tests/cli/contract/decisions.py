"""Every request that `decide` is asked from outside, in one order."""

from __future__ import annotations

from tests.cli.contract.clearance_cases import clearances
from tests.cli.contract.consent_cases import consents, elsewhere, separation
from tests.cli.contract.opening_cases import openings
from tests.cli.contract.release_cases import releasing, rows_and_ceilings
from tests.cli.contract_cases import Case
from tests.cli.contract_malformed import malformed


def every() -> list[Case]:
    """All cases, in one order."""
    return [
        *rows_and_ceilings(),
        *releasing(),
        *openings(),
        *clearances(),
        *consents(),
        *separation(),
        *elsewhere(),
        *malformed(),
    ]
