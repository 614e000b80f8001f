"""What `label access` answers: every condition, met or not, and the rights a permit gives.

Spec: spec/interfaces.md §Labels (`label access`); ADatP-4774.1 (access decision).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, whether it is met, and how it is said in both languages; no text names a
    caveat, as its reader may lack it.
    """

    code: str
    met: bool
    text: str
    text_ja: str

    def as_json(self) -> dict[str, Any]:
        """The JSON form, every member present."""
        return {"code": self.code, "met": self.met, "text": self.text, "text_ja": self.text_ja}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every condition in a stable order; `rights` is what a permit allows: view, and copy unless
    the label is for display only.

    Example:
        >>> nobody = sealane.Clearance(policy="TLP", classifications=frozenset(), categories={},
        ...     citizenships=frozenset(), organisation=None, organisation_country=None)
        >>> label = sealane.parse_mark("TLP:RED", "tlp").label
        >>> verdict = sealane.may_access(label, nobody, at="2026-11-22T00:00:00Z")
        >>> verdict.permit, verdict.as_json()["decision"]
        (False, 'refuse')
    """

    reasons: tuple[Condition, ...]
    rights: tuple[str, ...] = ()

    @property
    def permit(self) -> bool:
        """Whether every condition is met; no condition at all permits nothing."""
        return bool(self.reasons) and all(condition.met for condition in self.reasons)

    def as_json(self) -> dict[str, Any]:
        """The JSON form. Spec: spec/interfaces.md §Labels (`label access`)."""
        return {
            "decision": "permit" if self.permit else "refuse",
            "reasons": [condition.as_json() for condition in self.reasons],
            "rights": list(self.rights) if self.permit else [],
        }
