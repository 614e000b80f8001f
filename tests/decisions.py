"""What the tests of decisions share: the shipped agreements, the real schemes, and one way to
decide JSON.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from sealane import shipped
from sealane.agreements.agreement import Agreement
from sealane.agreements.loaded import Agreements
from sealane.decisions.decide import Decision, decide
from sealane.decisions.request import request_from_bytes
from sealane.decisions.words import Words

NAME = "jpn-aus-2022"


@cache
def schemes() -> Any:
    return shipped.schemes()


@cache
def words() -> Words:
    return Words.of(shipped.agreements())


def the_agreement() -> Agreement:
    return shipped.agreements()[NAME]


def decided(request: dict[str, Any], agreements: Agreements | None = None) -> Decision:
    """The decision on a request given as JSON, by the same way as the command line."""
    data = json.dumps(request, ensure_ascii=False).encode()
    parsed = request_from_bytes(data, words=words())
    return decide(parsed, agreements=agreements or shipped.agreements(), schemes=schemes())


def unmet(decision: Decision) -> list[str]:
    return [reason.clause for reason in decision.unmet]
