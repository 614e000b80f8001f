"""The life of an act that takes two people and waits for the second, and who that may be.

Nothing happens while it waits, and it never becomes another act: what is confirmed is what was
asked, judged anew as everything then stands.
Spec: docs/console.md §Two people; docs/who-may.md; R57, R64.
"""

from __future__ import annotations

from collections.abc import Collection

from sealane.base import canonical
from sealane.base.table import Row, Table
from sealane.base.values import Instant, parse_instant
from sealane.registry.waiting_act_records import WaitingAct, WaitingActState

FIRST, SECOND, DATE = "first person", "second person", "date"
HOURS = 24
"""How long an act waits for the second person."""
_WAITING = WaitingActState.WAITING
WAITING_ACT = Table(
    life="waiting act",
    start=_WAITING,
    rows=(
        Row(_WAITING, "confirm", WaitingActState.DONE, SECOND, "act.confirmed"),
        Row(_WAITING, "decline", WaitingActState.DECLINED, SECOND, "act.declined"),
        Row(_WAITING, "take-back", WaitingActState.TAKEN_BACK, FIRST, "act.taken_back"),
        Row(_WAITING, "lapse", WaitingActState.LAPSED, DATE, None),
    ),
)


def standing(row: WaitingAct, now: Instant) -> WaitingActState:
    """Where an act stands at an instant: one that nobody answered lapses when its end comes."""
    if row.state == _WAITING and parse_instant(row.until) <= now:
        return WaitingActState(WAITING_ACT.step(row.state, "lapse", by=DATE).to)
    return row.state


def may_answer(row: WaitingAct, person: str, duties: Collection[str]) -> bool:
    """Whether a person with these duties may be the second: another than the first, with one of the
    duties that the act's row names.
    """
    return person != row.person and bool(set(duties) & set(row.duties))


def content(row: WaitingAct) -> str:
    """The digest of what is asked and of who asks it: what the second confirms, and nothing else.
    SHA-384 in hex.
    """
    return canonical.digest(
        {
            "id": row.id,
            "operation": row.operation,
            "act": row.act,
            "duties": row.duties,
            "says": row.says,
            "stated": row.stated,
            "version": row.version,
            "summary": row.summary,
            "person": row.person,
            "proof": row.proof,
            "since": row.since,
            "until": row.until,
        }
    )
