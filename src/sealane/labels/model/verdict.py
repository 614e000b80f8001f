"""What `label access` answers: every condition, met or not, and the rights a permit gives.

Spec: spec/interfaces.md §1 `label access`; ADatP-4774.1 (access decision).
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
class AccessVerdict:
    """Every condition in a stable order; `rights` is what a permit allows: view, and copy unless
    the label is for display only.
    """

    conditions: tuple[Condition, ...]
    rights: tuple[str, ...] = ()

    @property
    def permit(self) -> bool:
        """Whether every condition is met; no condition at all permits nothing."""
        return bool(self.conditions) and all(condition.met for condition in self.conditions)

    def as_json(self) -> dict[str, Any]:
        """Spec: spec/interfaces.md §1 `label access`."""
        return {
            "decision": "permit" if self.permit else "refuse",
            "reasons": [condition.as_json() for condition in self.conditions],
            "rights": list(self.rights) if self.permit else [],
        }
