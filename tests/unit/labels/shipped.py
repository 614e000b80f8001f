"""The schemes that ship, loaded once for the tests of this folder."""

from __future__ import annotations

from functools import cache

from sealane.adapters.policy import policy_root
from sealane.adapters.schemes import load_schemes
from sealane.base.values import DAY, Instant
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Schemes
from sealane.labels.nations import SYNTAXES
from tests.clock import START

NOW = Instant(START + DAY)


@cache
def shipped() -> Schemes:
    return load_schemes(policy_root())


def parsed(syntax: str, text: str, *, lenient: bool = False) -> Label:
    return SYNTAXES[syntax].parse(text, shipped(), at=NOW, lenient=lenient).label


def rendered(syntax: str, label: Label) -> str:
    return SYNTAXES[syntax].render(label, shipped())
