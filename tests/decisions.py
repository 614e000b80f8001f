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
from sealane.decisions.markings import LabelCheck
from sealane.decisions.request import request_from_bytes
from sealane.decisions.words import Words

NAME = "jpn-aus-2022"


@cache
def schemes() -> Any:
    return shipped.schemes()


@cache
def words() -> Words:
    return Words.of(shipped.agreements())


class Willing:
    """Schemes that accept every label; only their groups matter."""

    def __init__(self, groups: Any) -> None:
        self.groups = groups

    def check(self, _: Any) -> None:
        return None


def the_agreement() -> Agreement:
    return shipped.agreements()[NAME]


def decided(
    request: dict[str, Any],
    agreements: Agreements | None = None,
    *,
    known_words_only: bool = True,
) -> Decision:
    """The decision on a request given as JSON, by the same way as the command line; or, for any
    words, as between nodes.
    """
    data = json.dumps(request, ensure_ascii=False).encode()
    among = agreements or shipped.agreements()
    parsed = request_from_bytes(
        data,
        words=words() if known_words_only else None,
        labels=LabelCheck(schemes(), among),
    )
    return decide(parsed, agreements=among, schemes=schemes())


def unmet(decision: Decision) -> list[str]:
    return [reason.clause for reason in decision.unmet]
