"""One case: what was said in it, in one order, and where it stands at an instant.

An event names the digest that it follows, so that what is said in a case is a chain. Of two events
that crossed, that of the side which did not open the case stands; both nodes come to that by
themselves. A date acts for both at its instant, whoever signs it and whenever that arrives: once it
has passed nothing rests on the state before.
Spec: spec/case.md §4, §5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.base import canonical
from sealane.base.errors import Conflict, declare
from sealane.base.table import NO_SUCH_STEP, NOT_YOURS
from sealane.base.values import DAY, HOUR, Instant, format_instant, parse_instant
from sealane.cases.kind import CaseEvent, CaseKind, CaseRow, Side

TOO_EARLY = declare(
    "life.too_early",
    Conflict,
    "{life}: '{event}' is not possible before {at}.",
    "{life}：「{event}」は {at} より前にはできません。",
    "Wait until then, or amend the date.",
    "その時まで待つか、日付を修正してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHead:
    """How a case began; nothing of it changes."""

    id: str
    kind: str
    opener: str
    with_: str
    agreement: str
    agreement_digest: str
    form: dict[str, Any]
    items: tuple[str, ...]
    opened: str
    statement: str

    def side_of(self, party: str) -> Side:
        """On which side a party of it is."""
        return Side.OPENER if party == self.opener else Side.WITH

    def other(self, party: str) -> str:
        """The other of the two."""
        return self.with_ if party == self.opener else self.opener


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep:
    """One thing that was said in a case."""

    event: str
    by: str
    at: str
    statement: str
    form: dict[str, Any]
    items: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As both nodes show and hash it."""
        return {
            "event": self.event,
            "by": self.by,
            "at": self.at,
            "statement": self.statement,
            "form": self.form,
            "items": list(self.items),
        }


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """Where a case stands: its state, since when, and when a date acts or is overdue."""

    state: str
    since: Instant
    due: Instant | None


@dataclass(frozen=True, slots=True)
class Acted:
    """What a date did: the event, which side signs it, and when it was due."""

    event: str
    signed_by: Side
    at: Instant


@dataclass(frozen=True, slots=True)
class Course:
    """A case with everything that counts in it, judged by its kind and its agreement."""

    kind: CaseKind
    agreement: Agreement
    head: CaseHead
    steps: tuple[CaseStep, ...] = ()

    def form(self) -> dict[str, Any]:
        """The form as it was amended."""
        found = dict(self.head.form)
        for step in self.steps:
            event = self.kind.event_of(step.event)
            if event is not None and event.amends:
                found |= step.form
        return found

    def items(self) -> list[str]:
        """The items that the case is about, and those that were named in it, each once."""
        named = [*self.head.items, *(item for step in self.steps for item in step.items)]
        return list(dict.fromkeys(named))

    def digest(self) -> str:
        """SHA-384 over what both sides show. Spec: spec/case.md §4."""
        return canonical.digest(
            {
                "kind": self.head.kind,
                "opener": self.head.opener,
                "with": self.head.with_,
                "agreement": self.head.agreement,
                "form": self.form(),
                "items": self.items(),
                "events": [step.as_json() for step in self.steps],
            }
        )

    def standing(self, now: Instant) -> CaseStanding:
        """Where it stands at an instant, dates that acted by then among what happened."""
        walk = self._walked()
        walk.until(now)
        return CaseStanding(walk.state, walk.since, walk.due())

    def require(self, event: str, by: str, at: Instant) -> CaseEvent:
        """The event as its kind describes it, where this side may say it now. What a date does by
        itself, somebody may say as well until it is signed, where the kind lets people say it.

        Raises: Conflict `life.no_such_step`, `life.not_yours`, `life.too_early`.
        """
        walk = self._walked()
        walk.until(at, but=event)
        found, row = self.kind.event_of(event), self.kind.row_of(walk.state, event)
        if found is None or row is None:
            possible = ", ".join(self.kind.possible(walk.state)) or "-"
            raise NO_SUCH_STEP(
                life=self.kind.kind, event=event, state=walk.state, possible=possible
            )
        side = self.head.side_of(by)
        if found.who not in (side, Side.EITHER):
            raise NOT_YOURS(life=self.kind.kind, event=event, who=self._whose(found.who), actor=by)
        due = walk.form.get(found.not_before or "")
        if due is not None and at < parse_instant(due):
            raise TOO_EARLY(life=self.kind.kind, event=event, at=due)
        return found

    def _whose(self, who: Side) -> str:
        """The party on a side; a date is nobody."""
        sides = {Side.OPENER: self.head.opener, Side.WITH: self.head.with_}
        return sides.get(who, str(who))

    def signs(self, step: CaseStep) -> bool:
        """Whether an event is what a date did, signed by the side that is to sign it, at its own
        instant and with nothing besides.
        """
        acted = self.unsigned(parse_instant(step.at))
        return (
            acted is not None
            and (acted.event, format_instant(acted.at)) == (step.event, step.at)
            and acted.signed_by is self.head.side_of(step.by)
            and not (step.form or step.items)
        )

    def unsigned(self, now: Instant) -> Acted | None:
        """What a date did first that nobody has signed, of all that came after the last event."""
        return next(iter(self._walked().until(now)), None)

    def acts_next(self) -> Acted | None:
        """What a date does next, or did and nobody has signed."""
        walk = self._walked()
        at, due = walk.due(), self.kind.state_of(walk.state).due
        if at is None or due is None or due.event is None:
            return None
        return Acted(due.event, due.signed_by, at)

    def with_step(self, step: CaseStep) -> Course:
        """The same with one more event."""
        return replace(self, steps=(*self.steps, step))

    def _walked(self) -> _CaseWalk:
        walk = _CaseWalk(self)
        for step in self.steps:
            walk.say(step)
        return walk


class _CaseWalk:
    """The way through a case, event by event; dates act in between."""

    def __init__(self, course: Course) -> None:
        self.kind, self.agreement = course.kind, course.agreement
        self.opened = parse_instant(course.head.opened)
        self.state, self.since = self.kind.start, self.opened
        self.form = dict(course.head.form)
        self.said: set[tuple[str, str]] = set()

    def say(self, step: CaseStep) -> None:
        """One event, at its instant or where that is earlier at that of what it follows."""
        at = max(parse_instant(step.at), self.since)
        self.until(at, but=step.event)
        event = self.kind.event_of(step.event)
        row = self.kind.row_of(self.state, step.event)
        if event is None or row is None:
            return
        if event.amends:
            self.form |= step.form
        if row.each is not None:
            self.said.add((step.event, step.form[row.each.removesuffix("s")]))
        to = self._to(row)
        if to != self.state:
            self.state, self.since = to, at

    def until(self, now: Instant, *, but: str | None = None) -> list[Acted]:
        """Every date that came by now has acted; which did.

        Args:
            but: an event that is said itself at `now`: no date says it before.
        """
        acted: list[Acted] = []
        while len(acted) < len(self.kind.state):
            at, due = self.due(), self.kind.state_of(self.state).due
            if at is None or due is None or due.event in (None, but) or at > now:
                break
            row = self.kind.row_of(self.state, str(due.event))
            assert row is not None
            acted.append(Acted(str(due.event), due.signed_by, at))
            self.state, self.since = row.to, max(at, self.since)
        return acted

    def due(self) -> Instant | None:
        """When a date acts in this state, or it is overdue; None: never."""
        due = self.kind.state_of(self.state).due
        if due is None:
            return None
        if due.field is not None:
            at = self.form.get(due.field)
            return None if at is None else Instant(parse_instant(at) + due.hours * HOUR)
        assert due.clock is not None
        start = self.opened if due.since == "opened" else self.since
        agreed = self.agreement.due(due.clock.format_map(self.form), start)
        if agreed is not None or due.days is None:
            return agreed
        return Instant(start + due.days * DAY)

    def _to(self, row: CaseRow) -> str:
        """Where a step leads, once each who has to has said it."""
        if row.each is None:
            return row.to
        whole = {(row.event, one) for one in self.form[row.each]}
        return row.to if whole <= self.said else row.from_


def due_text(at: Instant | None) -> str | None:
    """A date as the case shows it."""
    return None if at is None else format_instant(at)
