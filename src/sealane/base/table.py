"""A life as a table: states, events, who may, the entry to record, and the clock that starts or
stops.

The table does not know which side it is on; both nodes judge one another by the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from sealane.base.errors import Conflict, declare

NO_SUCH_STEP = declare(
    "life.no_such_step",
    Conflict,
    "{life}: '{event}' is not possible in state '{state}'.",
    "{life}：状態「{state}」では「{event}」はできません。",
    "Possible now: {possible}.",
    "今できること：{possible}。",
)
NOT_YOURS = declare(
    "life.not_yours",
    Conflict,
    "{life}: '{event}' belongs to the {who}, not to the {actor}.",
    "{life}：「{event}」は {who} が行うもので、{actor} ではありません。",
    "Ask the {who} to do it.",
    "{who} に依頼してください。",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One step: from a state, by an event, to a state, by whoever may do it.

    `entry` is the kind of ledger entry that is recorded before the step takes effect; None where
    nobody acts and a date does. `starts` and `stops` name the clock.
    """

    state: str
    event: str
    to: str
    who: str
    entry: str | None
    starts: str | None = None
    stops: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A whole life; every state is reached, and each (state, event) has one row."""

    life: str
    start: str
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        pairs = [(row.state, row.event) for row in self.rows]
        if len(set(pairs)) != len(pairs):
            raise ValueError(f"{self.life}: two rows for one state and event")
        reached = {self.start, *(row.to for row in self.rows)}
        if stray := {row.state for row in self.rows} - reached:
            raise ValueError(f"{self.life}: unreachable states {sorted(stray)}")

    def step(self, state: str, event: str, *, by: str) -> Row:
        """The row for this event now. Raises: Conflict `life.no_such_step`, `life.not_yours`."""
        for row in self.rows:
            if row.state == state and row.event == event:
                if row.who != by:
                    raise NOT_YOURS(life=self.life, event=event, who=row.who, actor=by)
                return row
        raise NO_SUCH_STEP(
            life=self.life, event=event, state=state, possible=", ".join(self.events(state)) or "-"
        )

    def row_of(self, state: str, entry: str) -> Row | None:
        """The step that an entry of this kind is in a state; None where it moves nothing now."""
        for row in self.rows:
            if row.state == state and row.entry == entry:
                return row
        return None

    def entry_of(self, event: str) -> str:
        """The kind of entry that an event records, whatever the state it happens in."""
        return next(row.entry for row in self.rows if row.event == event and row.entry is not None)

    def events(self, state: str) -> list[str]:
        """The events possible in a state, in table order."""
        return [row.event for row in self.rows if row.state == state]

    def states(self) -> list[str]:
        """All states, the start first, in the order of first mention."""
        seen = dict.fromkeys([self.start])
        for row in self.rows:
            seen.update(dict.fromkeys((row.state, row.to)))
        return list(seen)
