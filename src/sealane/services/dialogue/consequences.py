"""What each kind of case does beyond talking, by its name; a kind that is not here only talks.

Spec: spec/case.md §7.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sealane.services.cases.books import Consequence
from sealane.services.dialogue import (
    activities,
    challenges,
    committees,
    consenting,
    incidents,
    visits,
)

CONSEQUENCES: Mapping[str, Consequence] = MappingProxyType(
    {
        "activity": activities.CONSEQUENCE,
        "challenge": challenges.CONSEQUENCE,
        "consent": consenting.CONSEQUENCE,
        "incident": incidents.CONSEQUENCE,
        "transfer-decision": committees.CONSEQUENCE,
        "visit": visits.CONSEQUENCE,
    }
)
