"""Life of an agreement as one table: draft, proposed, countersigned, in force, amended, suspended,
ended.

The table does not know which side it is on. `standing` replays dated events through it; what a
state lets anybody do is data beside it, so that "new releases stop, duties stay" is a row and not
an if.
Spec: spec/agreement.md §5; R8, R9, R10, R11.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sealane.base.errors import Conflict, declare
from sealane.base.table import Row, Table
from sealane.base.values import Instant, format_instant

PROPOSER, COUNTERPARTY, PARTY, CLOCK = "proposer", "counterparty", "party", "clock"

LIFE = Table(
    life="agreement",
    start="draft",
    rows=(
        # from, event, to, who may, entry to record, clock
        #
        # Signatures are put on paper before any node holds the version: they are its signatures
        # file, not entries. An end is a date that a notice or the period set; nobody acts on it.
        Row("draft", "propose", "proposed", PARTY, None, starts="countersignature"),
        Row("proposed", "sign", "proposed", COUNTERPARTY, None),
        Row(
            "proposed",
            "countersign",
            "countersigned",
            COUNTERPARTY,
            None,
            stops="countersignature",
        ),
        Row("countersigned", "enter-into-force", "in-force", CLOCK, "agreement.in_force"),
        Row("countersigned", "change-authority", "countersigned", PARTY, "agreement.authority"),
        Row("in-force", "change-authority", "in-force", PARTY, "agreement.authority"),
        Row("in-force", "notify-law-change", "in-force", PARTY, "agreement.law_change"),
        Row("in-force", "give-notice", "in-force", PARTY, "agreement.notice", starts="end"),
        Row("in-force", "suspend", "suspended", PARTY, "agreement.suspended"),
        Row("in-force", "amend", "amended", CLOCK, "agreement.amended"),
        Row("in-force", "end", "ended", CLOCK, None),
        Row("suspended", "change-authority", "suspended", PARTY, "agreement.authority"),
        Row("suspended", "notify-law-change", "suspended", PARTY, "agreement.law_change"),
        Row("suspended", "give-notice", "suspended", PARTY, "agreement.notice", starts="end"),
        Row("suspended", "suspend", "suspended", PARTY, "agreement.suspended"),
        Row("suspended", "lift", "suspended", PARTY, "agreement.resumed"),
        Row("suspended", "resume", "in-force", PARTY, "agreement.resumed"),
        Row("suspended", "amend", "amended", CLOCK, "agreement.amended"),
        Row("suspended", "end", "ended", CLOCK, None),
        Row("amended", "change-authority", "amended", PARTY, "agreement.authority"),
        Row("ended", "change-authority", "ended", PARTY, "agreement.authority"),
    ),
)


@dataclass(frozen=True, slots=True)
class StateEffect:
    """What a state means for acts: new releases, opening what was released, and the duties on what
    was exchanged.
    """

    releases: bool
    opens: bool
    duties: bool


EFFECTS: dict[str, StateEffect] = {
    "draft": StateEffect(releases=False, opens=False, duties=False),
    "proposed": StateEffect(releases=False, opens=False, duties=False),
    "countersigned": StateEffect(releases=False, opens=False, duties=False),
    "in-force": StateEffect(releases=True, opens=True, duties=True),
    # An amended version gives way to its successor, which decides from then on; its duties never
    # lapse.
    "amended": StateEffect(releases=False, opens=False, duties=True),
    "suspended": StateEffect(releases=False, opens=False, duties=True),
    "ended": StateEffect(releases=False, opens=False, duties=True),
}

OUT_OF_ORDER = declare(
    "agreement.event_out_of_order",
    Conflict,
    "The event {event!r} of {at} comes before one already recorded ({last}).",
    "{at} の「{event}」は、すでに記録された事象（{last}）より前です。",
    "Record events in the order of their dates.",
    "事象は日付の順に記録してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One dated step: `by` is a party's id, or `clock` when the date itself acts."""

    at: Instant
    event: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an agreement stands at an instant, since when, and the steps that led there."""

    state: str
    since: Instant | None
    proposer: str | None
    steps: tuple[Row, ...]

    @property
    def effect(self) -> StateEffect:
        """What this state lets anybody do."""
        return EFFECTS[self.state]

    def clocks(self) -> tuple[str, ...]:
        """The clocks running now, in the order in which they were started."""
        running: dict[str, None] = {}
        for row in self.steps:
            if row.starts:
                running[row.starts] = None
            if row.stops:
                running.pop(row.stops, None)
        return tuple(running)


def standing(events: Iterable[Event], *, at: Instant) -> Standing:
    """Replay what had happened by `at`; an event dated after it does not count yet.

    Raises: Conflict `life.no_such_step`, `life.not_yours`, `agreement.event_out_of_order`.
    """
    state, since, proposer = LIFE.start, None, None
    steps: list[Row] = []
    last: Instant | None = None
    for event in events:
        if last is not None and event.at < last:
            raise OUT_OF_ORDER(
                event=event.event, at=format_instant(event.at), last=format_instant(last)
            )
        last = event.at
        if event.at > at:
            continue
        row = LIFE.step(state, event.event, by=_role(event, proposer))
        if row.to != state or since is None:
            since = event.at
        if row.event == "propose":
            proposer = event.by
        state = row.to
        steps.append(row)
    return Standing(state=state, since=since, proposer=proposer, steps=tuple(steps))


def signing_event(signed: frozenset[str], party: str, parties: Iterable[str]) -> str:
    """The event that a party's signature is: `propose` the first, `countersign` the last, `sign`
    between.
    """
    if not signed:
        return "propose"
    return "countersign" if signed | {party} >= set(parties) else "sign"


def _role(event: Event, proposer: str | None) -> str:
    if event.by == CLOCK:
        return CLOCK
    if event.event in ("sign", "countersign"):
        return PROPOSER if event.by == proposer else COUNTERPARTY
    return PARTY
