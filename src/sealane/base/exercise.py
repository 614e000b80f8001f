"""Invented nations: what parts an exercise from everything that is real.

The codes from ZZA to ZZZ are assigned to nobody by ISO 3166-1 and never will be. A nation of an
exercise has one of them, and whatever it signs names it: no setting turns one into the other.
Spec: spec/exercise.md §1.
"""

from __future__ import annotations

from sealane.base.errors import Refused, declare

FIRST, LAST = "ZZA", "ZZZ"
MARK, MARK_JA = "EXERCISE EXERCISE EXERCISE", "訓練 訓練 訓練"
"""What every mark, page and line of an exercise says."""
HEADER = "sealane-exercise"
"""What every answer of an exercise's API carries, so that a program that reads it can say so."""
MIXED = declare(
    "exercise.mixed",
    Refused,
    "{theirs} and {ours} never meet: one of them belongs to an exercise, and the other is real.",
    "{theirs} と {ours} は交わりません。一方は演習のもので、他方は実際のものです。",
    "Real nations and invented ones have nodes, partners, agreements and labels of their own.",
    "実在の国と演習用の国とでは、ノード、相手国、取決め、ラベルを別にしてください。",
)


def is_exercise(party: str | None) -> bool:
    """Whether a party, or the scheme of one, is invented."""
    return party is not None and len(party) == len(FIRST) and FIRST <= party <= LAST


def not_its_world(party: str, *, exercise: bool) -> str:
    """Why a node of this party is none of an exercise, or is one; empty: it is what it says."""
    if exercise is is_exercise(party):
        return ""
    return f"exercise belongs to an invented nation, {FIRST} to {LAST}, and to no other"


def require_same_world(ours: str, theirs: str | None) -> None:
    """Silence where both are real or both are invented; nobody is neither. Raises: Refused
    `exercise.mixed`.
    """
    if theirs is not None and is_exercise(theirs) is not is_exercise(ours):
        raise MIXED(theirs=theirs[:60], ours=ours)
