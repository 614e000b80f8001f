"""What a register keeps of acts that take two people and wait for the second.

Spec: docs/console.md §Two people; R57, R64.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class WaitingActState(StrEnum):
    """Where a waiting act stands: the states of its life."""

    WAITING = "waiting"
    DONE = "done"
    """A second person confirmed it, and it was done in the same step."""
    DECLINED = "declined"
    TAKEN_BACK = "taken-back"
    LAPSED = "lapsed"
    """Nobody answered in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingAct:
    """One act as its first person asked it; nothing of it changes but what became of it."""

    id: str
    operation: str
    """What is done, by the operation's id."""
    act: str
    """The row of the table of who may that names the second."""
    duties: list[str]
    """Of which the second needs one."""
    says: dict[str, Any]
    """Every member of the question, as its operation declares them."""
    stated: list[str]
    """The members that were stated, null among them."""
    version: str | None
    """The version that it was decided on; None: whichever is there."""
    summary: dict[str, str]
    """In a sentence what it would do: `en`, `ja`."""
    digest: str
    """Of all of the above and of who asked; whoever confirms names it."""
    person: str
    """Who asked for it."""
    proof: str
    """By what means that was proven (`person_proof.PersonProof`)."""
    since: str
    until: str
    """When it lapses, unless it was answered before."""
    state: WaitingActState = WaitingActState.WAITING
    by: str | None = None
    """Who ended it."""
    by_proof: str | None = None
    at: str | None = None
    reason: str | None = None
    """What was said against it."""
    turn: str | None = None
    """Of the one try that did it; no other ever has it."""
