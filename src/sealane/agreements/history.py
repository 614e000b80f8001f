"""From signatures, dates and notices to the steps of one version's life, in the order in which they
happened.

Spec: spec/agreement.md §5; R8, R10, R11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sealane.agreements.agreement import Agreement
from sealane.agreements.lifecycle import CLOCK, Event, Standing, signing_event, standing
from sealane.agreements.notice import current
from sealane.agreements.noticefile import Notice
from sealane.base.errors import Conflict, declare
from sealane.base.values import Instant

FILE = "file"
NOT_SUSPENDED = declare(
    "agreement.not_suspended_by",
    Conflict,
    "{party} has not suspended this agreement, so it cannot lift another's suspension.",
    "{party} はこの取決めを停止していないため、他国による停止を解除できません。",
    "Only who suspended resumes.",
    "停止した当事国だけが再開できます。",
)
_ORDER = (
    "propose",
    "sign",
    "countersign",
    "enter-into-force",
    "change-authority",
    "notify-law-change",
    "give-notice",
    "resume",
    "lift",
    "suspend",
    "amend",
    "end",
)


def stands(
    agreement: Agreement,
    signed: Mapping[str, Instant],
    notices: Sequence[Notice],
    *,
    at: Instant,
    successor: Instant | None = None,
) -> Standing:
    """Where one version stands at the instant.

    Args:
        signed: when each party signed these bytes, for parties whose signature is proven.
        successor: when a later version enters into force, if there is one.
    Raises: Conflict `life.no_such_step`: a notice that the life has no step for, such as resuming
    what nobody suspended;
        `agreement.not_suspended_by`: resuming what only another party suspended.
    """
    return standing(events(agreement, signed, notices, at=at, successor=successor), at=at)


def events(
    agreement: Agreement,
    signed: Mapping[str, Instant],
    notices: Sequence[Notice],
    *,
    at: Instant,
    successor: Instant | None = None,
) -> list[Event]:
    """Every step, dated; those on one instant in the order of a life."""
    out = list(_signatures(agreement, signed))
    complete = set(signed) >= {party.id for party in agreement.parties}
    if complete:
        begin = Instant(max(agreement.period.since, *signed.values()))
        out.append(Event(at=begin, event="enter-into-force", by=CLOCK))
        out += [
            Event(at=notice.effective, event=notice.kind, by=notice.party)
            for notice in notices
            if notice.kind not in ("suspend", "resume")
        ]
        out += _suspensions(agreement, notices)
        until = current(agreement, notices, at=at).period.until
        if successor is not None and (until is None or successor <= until):
            out.append(Event(at=successor, event="amend", by=CLOCK))
        elif until is not None:
            out.append(Event(at=until, event="end", by=CLOCK))
    return _until_final(sorted(out, key=lambda event: (event.at, _ORDER.index(event.event))))


def _signatures(agreement: Agreement, signed: Mapping[str, Instant]) -> Iterable[Event]:
    done: frozenset[str] = frozenset()
    parties = [party.id for party in agreement.parties]
    for party, time in sorted(signed.items(), key=lambda pair: (pair[1], pair[0])):
        yield Event(at=time, event=signing_event(done, party, parties), by=party)
        done |= {party}


def _suspensions(agreement: Agreement, notices: Sequence[Notice]) -> Iterable[Event]:
    """Suspensions by the file and by notices as one sequence: it is lifted when nobody suspends any
    more.
    """
    changes = [
        (notice.effective, notice.kind, notice.party)
        for notice in notices
        if notice.kind in ("suspend", "resume")
    ]
    for gap in agreement.suspensions:
        changes.append((gap.since, "suspend", FILE))
        if gap.until is not None:
            changes.append((gap.until, "resume", FILE))
    waiting: set[str] = set()
    for when, kind, who in sorted(changes, key=lambda change: (change[0], change[1] == "suspend")):
        if kind == "suspend":
            waiting.add(who)
            yield Event(at=when, event="suspend", by=who)
        elif who in waiting:
            waiting.discard(who)
            yield Event(at=when, event="lift" if waiting else "resume", by=who)
        elif waiting:
            raise NOT_SUSPENDED(party=who)
        else:
            yield Event(at=when, event="resume", by=who)


def _until_final(happened: list[Event]) -> list[Event]:
    """After its end or amendment a version takes changes of authority only."""
    for place, event in enumerate(happened):
        if event.event in ("end", "amend"):
            return [
                *happened[: place + 1],
                *(one for one in happened[place + 1 :] if one.event == "change-authority"),
            ]
    return happened
