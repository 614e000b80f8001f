"""What boards and statistics count of a log, entry by entry in its order: refusals, their clauses,
recalls, and how long answers took.

The same entries give the same counts, whoever counts them and in however many parts. Both instants
of a time are this node's own, as its log has them; no partner's clock is believed.
Spec: docs/console.md §Auditor; R36, R57, R59.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from sealane.base.values import SECOND, Instant, format_instant
from sealane.ledger import entries
from sealane.ledger.entries import Entry
from sealane.ledger.telling import PREFIX
from sealane.registry.tally_records import TallyQuestion, TallyRow
from sealane.services.watch import refused
from sealane.services.watch.backwards import KIND
from sealane.services.watch.refused import refusal_of

REFUSED, CLAUSE, TOOK, RECALLED = "refused", "clause", "took", "recalled"
"""What is counted."""
ORDERED = f"{PREFIX}recall.ordered"
EXACT = 100
"""Seconds from which on times are told apart by their first two digits alone."""


@dataclass(frozen=True, slots=True)
class Span:
    """What is timed: from a question to the first of its answers, about the same item."""

    name: str
    question: str
    answers: tuple[str, ...]
    alone: bool = False
    """Whether the answer is the same nation's as the question: its own next step."""


SPANS = (
    Span("signature", "decision.permit", ("release.countersigned", "release.declined")),
    Span("assurance", f"{PREFIX}assurance.request", (f"{PREFIX}assurance",)),
    Span(
        "delivery", f"{PREFIX}offer", (f"{PREFIX}transfer.received", f"{PREFIX}transfer.rejected")
    ),
    Span("acceptance", f"{PREFIX}transfer.received", (f"{PREFIX}transfer.accepted",), alone=True),
    Span("key", f"{PREFIX}open.request", (f"{PREFIX}key.released", f"{PREFIX}key.refused")),
    Span(
        "recall",
        ORDERED,
        tuple(f"{PREFIX}{one}" for one in ("destroyed", "copy.destroyed", "copy.returned")),
    ),
)
COUNTED = frozenset(
    kind.encode()
    for kind in (
        *refused.SHARED,
        *refused.INTERNAL,
        *(kind for one in SPANS for kind in (one.question, *one.answers)),
    )
)
"""The kinds of entries that count for something, as an entry's own bytes tell them."""


class Questions(Protocol):
    """Questions of one log that wait for their answer."""

    def ask(self, question: TallyQuestion) -> None:
        """One more."""

    def answered(self, span: str, by: str, names: Iterable[str]) -> TallyQuestion | None:
        """The newest that an answer means by the first of these names, which then waits no more;
        None: it answers nothing.
        """


@dataclass(slots=True)
class QuestionsHere:
    """The same for a log that is counted from its beginning, kept nowhere."""

    _waiting: dict[tuple[str, str, str], list[TallyQuestion]] = field(default_factory=dict)
    _names: dict[tuple[str, str, int], list[str]] = field(default_factory=dict)
    """Every name of each."""

    def ask(self, question: TallyQuestion) -> None:
        about = question.span, question.by
        self._waiting.setdefault((*about, question.name), []).append(question)
        self._names.setdefault((*about, question.place), []).append(question.name)

    def answered(self, span: str, by: str, names: Iterable[str]) -> TallyQuestion | None:
        for name in names:
            held = self._waiting.get((span, by, name))
            if held:
                found = held[-1]
                for other in self._names.pop((span, by, found.place)):
                    under = self._waiting[span, by, other]
                    under[:] = [one for one in under if one.place != found.place]
                return found
        return None


@dataclass(slots=True)
class Counting:
    """The counts of some entries of one log; `rows` gives them by day.

    Args: party: this nation's.
    """

    origin: str
    party: str
    internal: bool
    questions: Questions
    _found: dict[tuple[str, str, str, str, str, str, int], tuple[int, int]] = field(
        default_factory=dict
    )

    def take(self, index: int, data: bytes) -> None:
        """One entry, as the log holds it. Its bytes tell its kind before it is read as a whole: few
        of a log are of a kind that is counted.
        """
        kind = KIND.search(data)
        if kind is None or kind[1] not in COUNTED:
            return
        entry = entries.known(data)
        if entry is None:
            return
        self._refusal(entry)
        if entry.kind == ORDERED and not self.internal:
            told = entry.fields
            self._add(entry, RECALLED, "", str(told.get("object")), str(told.get("to")))
        for span in SPANS:
            if entry.kind in span.answers:
                self._answer(span, entry)
            if entry.kind == span.question:
                self._ask(span, entry, index)

    def rows(self) -> list[TallyRow]:
        """What was counted."""
        return [
            TallyRow(
                what=what,
                day=day,
                origin=self.origin,
                kind=kind,
                name=name,
                agreement=agreement,
                by=by,
                bucket=bucket,
                count=count,
                last=last,
            )
            for (what, day, kind, name, agreement, by, bucket), (count, last) in self._found.items()
        ]

    def _refusal(self, entry: Entry) -> None:
        found = refusal_of(entry, self.party, internal=self.internal)
        if found is None:
            return
        self._add(entry, REFUSED, found.kind, found.code, found.by, count=found.count)
        for clause in found.clauses:
            self._add(entry, CLAUSE, "", clause, "")

    def _ask(self, span: Span, entry: Entry, index: int) -> None:
        told = entry.fields
        names = dict.fromkeys(str(told[one]) for one in ("statement", "object") if one in told)
        for name in names:
            self.questions.ask(
                TallyQuestion(
                    origin=self.origin,
                    span=span.name,
                    by=str(told.get("by" if span.alone else "to") or self.party),
                    name=name,
                    place=index,
                    agreement=str(told.get("agreement") or ""),
                    at=entry.at,
                )
            )

    def _answer(self, span: Span, entry: Entry) -> None:
        told = entry.fields
        names = [str(told[one]) for one in ("answers", "object") if one in told]
        by = str(told.get("by") or self.party)
        asked = self.questions.answered(span.name, by, names)
        if asked is not None:
            took = max(0, entry.at - asked.at) // SECOND
            self._add(
                entry,
                TOOK,
                span.name,
                "",
                by,
                agreement=asked.agreement,
                bucket=bucket_of(took),
                last=took,
            )

    def _add(
        self,
        entry: Entry,
        what: str,
        kind: str,
        name: str,
        by: str,
        *,
        count: int = 1,
        agreement: str | None = None,
        bucket: int = 0,
        last: int | None = None,
    ) -> None:
        if agreement is None:
            agreement = str(entry.fields.get("agreement") or "")
        key = what, day_of(entry.at), kind, name, agreement, by, bucket
        held, latest = self._found.get(key, (0, 0))
        self._found[key] = held + count, max(latest, entry.at if last is None else last)


def bucket_of(seconds: int) -> int:
    """A time as near as two digits, so that few rows tell of many times."""
    step: int = 10 ** max(0, len(str(seconds)) - len(str(EXACT)) + 1)
    return seconds - seconds % step


def day_of(at: Instant) -> str:
    """The day (UTC) that an instant is counted to."""
    return format_instant(at)[:10]
