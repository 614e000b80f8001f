"""A case from its rows, and what is written of it.

Spec: spec/case.md §4, §5.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.base.errors import Conflict, NotFound, Unavailable, declare
from sealane.base.values import format_instant
from sealane.cases.course import CaseHead, CaseStep, Course, due_text
from sealane.cases.form import AgreedWords
from sealane.cases.kind import CaseKind, Side
from sealane.labels.model.label import Label
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry.case_records import CaseItem, KeptCase, KeptCaseEvent, WordStanding
from sealane.services.node import NO_AGREEMENT, Node
from sealane.services.statements.journal import Said, record_row

SIDE_MOST, EVENTS_MOST = 500, 1000
"""What one side, and both, can say in one case: no side takes the other's words away."""

NO_CASE = declare(
    "case.unknown",
    NotFound,
    "There is no case {case!r} here.",
    "案件 {case!r} はありません。",
    "List the cases with `sealane case list`.",
    "`sealane case list` で一覧を見てください。",
)
NO_KIND = declare(
    "case.kind",
    Conflict,
    "Agreement {agreement} carries no cases of kind {kind!r}.",
    "取決め {agreement} は種類 {kind!r} の案件を定めていません。",
    "`sealane case kinds` lists the kinds; the agreement's member `cases` says which it carries.",
    "種類は `sealane case kinds` で、取決めが定める種類はその `cases` で確認できます。",
)
FULL = declare(
    "case.full",
    Unavailable,
    "In case {case} as much was said as one case holds ({most}).",
    "案件 {case} の記載が上限（{most}）に達しました。",
    "Close it, and open another.",
    "終了し、新しい案件を開いてください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """Another case of the same kind, which a node opens of itself once one has begun."""

    with_: str
    agreement: str
    form: Mapping[str, Any]
    items: tuple[str, ...] = ()


Relabels = Callable[[Node, Tx, Course, CaseStep], tuple[str, Label] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What a kind of case does beyond talking, at either node.

    Each is called with the case as it was before, in the transaction that writes what is said.
    """

    filling: Callable[[Node, Tx, Sequence[str]], dict[str, Any]] = lambda _, __, ___: {}
    """Fields of the form that this node fills in by itself where nobody did, from the items."""
    completing: Callable[[Node, Tx, Course, str | None], dict[str, Any]] = lambda *_: {}
    """Fields `by_node` of what this node is about to say: the case as it would be then, and the
    event, None for its opening. Raises what refuses it.
    """
    opening: Callable[[Node, Tx, Course], None] = lambda _, __, ___: None
    """Judges how a case begins, whoever opens it. Raises what refuses it."""
    following: Callable[[Node, Tx, Course], Sequence[Following]] = lambda _, __, ___: ()
    """Which other nations are told by a case of their own once this one has begun, at whichever of
    the two.
    """
    before: Callable[[Node, Tx, Course, CaseStep], None] = lambda _, __, ___, ____: None
    """Judges what is said next. Raises what refuses it."""
    after: Callable[[Node, Tx, Course, CaseStep], None] = lambda _, __, ___, ____: None
    """Does what follows from it, with the case as it is then."""
    own: Callable[[Node, Tx, Course], dict[str, Any]] = lambda _, __, ___: {}
    """What this node adds for its own staff where a case is shown."""
    by_two: Callable[[Node, Tx, Course, str], bool] = lambda _, __, ___, ____: False
    """Whether another person stands beside for an event, though its kind does not always ask."""
    relabels: Relabels | None = None
    """The item whose label an event changes before it is said, and the new label; None: it changes
    none.
    """


Consequences = Mapping[str, Consequence]
TALK = Consequence()
"""Of a kind that does nothing beyond talking."""


def case_kind(node: Node, agreement: Agreement, kind: str) -> CaseKind:
    """A kind that an agreement carries. Raises: Conflict `case.kind`."""
    found = node.case_kinds.get(kind)
    if found is None or not found.carried_by(agreement):
        raise NO_KIND(agreement=agreement.id, kind=kind[:60])
    return found


def agreed_words(agreement: Agreement) -> AgreedWords:
    """The words of an agreement that forms may use."""
    return AgreedWords(
        purposes=frozenset(one.id for one in agreement.purposes),
        refusals=frozenset(one.id for one in agreement.refusals),
        levels=frozenset().union(*(row.words() for row in agreement.rows)),
    )


def version(node: Node, tx: Tx, agreement: str, digest: str) -> Agreement:
    """The version of an agreement that a case rests on. Raises: Misconfigured
    `agreement.not_held`.
    """
    found = node.agreements(tx).version(agreement, digest)
    if found is None:
        raise NO_AGREEMENT(agreement=agreement)
    return found


def is_number(case: str, opener: str, with_: str, *, year: str) -> bool:
    """Whether a case's number is of its opener's own series with this partner, of that year."""
    series = rf"{re.escape(opener)}-{re.escape(with_)}-{re.escape(year)}-C[0-9]{{5,9}}"
    return re.fullmatch(series, case) is not None


def next_number(node: Node, tx: Tx, with_: str) -> str:
    """The next number of ours with a partner: a series of its own, so that none tells how many
    cases there are with others.
    """
    node.require_current(tx)
    while True:
        number = node.records.serial(tx, f"case.{with_}")
        case = f"{node.party}-{with_}-{node.now()[1][:4]}-C{number:05d}"
        if node.records.cases.get(tx, id=case) is None:
            return case


def kept(node: Node, tx: Tx, case: str) -> KeptCase:
    """A case's row. Raises: NotFound `case.unknown`."""
    row = node.records.cases.get(tx, id=case)
    if row is None:
        raise NO_CASE(case=case[:60])
    return row


def events(node: Node, tx: Tx, case: str) -> list[KeptCaseEvent]:
    """Everything said in a case, whether it counts or not, in the order it came."""
    return node.records.case_events.find(tx, order="place", limit=EVENTS_MOST, case=case)


def entered(node: Node, tx: Tx, row: KeptCase, found: Course) -> bool:
    """Whether a case's row is what the ledger says, and what was said in it is what its digest
    covers: whatever was changed by hand counts for nothing.
    """
    return node.entered(tx, "cases", row) and found.digest() == row.digest


def course(node: Node, tx: Tx, row: KeptCase) -> Course:
    """A case with everything that counts in it. Raises: Misconfigured `agreement.not_held`;
    Conflict `case.kind`.
    """
    return course_of(node, tx, row, counting(events(node, tx, row.id)))


def counting(whole: Iterable[KeptCaseEvent]) -> list[KeptCaseEvent]:
    """Of everything said in a case what counts."""
    return [one for one in whole if one.counting == WordStanding.STANDS]


def course_of(node: Node, tx: Tx, row: KeptCase, words: Sequence[KeptCaseEvent]) -> Course:
    """The same with these events."""
    agreement = version(node, tx, row.agreement, row.agreement_digest)
    kind = node.case_kinds.get(row.kind)
    if kind is None:
        raise NO_KIND(agreement=row.agreement, kind=row.kind)
    return Course(kind, agreement, _head(row), tuple(map(_step, words)))


def _head(row: KeptCase) -> CaseHead:
    return CaseHead(
        id=row.id,
        kind=row.kind,
        opener=row.opener,
        with_=row.with_,
        agreement=row.agreement,
        agreement_digest=row.agreement_digest,
        form=dict(row.form),
        items=tuple(row.items),
        opened=row.opened,
        statement=row.statement,
    )


def _step(row: KeptCaseEvent) -> CaseStep:
    return CaseStep(
        event=row.event,
        by=row.by,
        at=row.at,
        statement=row.statement,
        form=dict(row.form),
        items=tuple(row.items),
    )


def add(node: Node, tx: Tx, begun: Course, *, person: str | None = None) -> None:
    """Write a case that begins."""
    head = begun.head
    row = KeptCase(
        id=head.id,
        kind=head.kind,
        opener=head.opener,
        with_=head.with_,
        agreement=head.agreement,
        agreement_digest=head.agreement_digest,
        form=head.form,
        items=list(head.items),
        opened=head.opened,
        statement=head.statement,
        digest=begun.digest(),
        person=person,
        seen=f"{head.opened} {head.id}",
        state=begun.kind.start,
    )
    node.records.cases.add(tx, row)
    write(node, tx, begun)
    _index(node, tx, head.id, head.items)


def say(
    node: Node, tx: Tx, said: Course, step: CaseStep, *, follows: str, person: str | None = None
) -> Course:
    """Write one event more that counts; the case with it. Raises: Unavailable `case.full`."""
    after = said.with_step(step)
    note(
        node,
        tx,
        said.head.id,
        step,
        digests=(follows, after.digest()),
        counting=WordStanding.STANDS,
        person=person,
    )
    write(node, tx, after)
    _index(node, tx, said.head.id, step.items)
    return after


def note(
    node: Node,
    tx: Tx,
    case: str,
    step: CaseStep,
    *,
    digests: tuple[str, str],
    counting: WordStanding,
    person: str | None = None,
) -> None:
    """Write an event, whether it counts or not. Raises: Unavailable `case.full`.

    Args:
        digests: what it follows, and the case's after it as its speaker had it.
    """
    if node.records.case_events.count(tx, case=case, by=step.by) >= SIDE_MOST:
        raise FULL(case=case, most=SIDE_MOST)
    place = node.records.case_events.count(tx, case=case)
    node.records.case_events.add(
        tx,
        KeptCaseEvent(
            case=case,
            place=place,
            statement=step.statement,
            event=step.event,
            by=step.by,
            at=step.at,
            follows=digests[0],
            digest=digests[1],
            form=step.form,
            items=list(step.items),
            counting=counting,
            person=person,
        ),
    )


def write(node: Node, tx: Tx, found: Course) -> None:
    """Write where a case stands now."""
    standing = found.standing(node.host.now())
    over = found.kind.over(standing.state)
    acts = found.acts_next()
    mine = acts is not None and acts.signed_by is found.head.side_of(node.party)
    node.records.cases.change(
        tx,
        {"id": found.head.id},
        digest=found.digest(),
        state=standing.state,
        due=None if over else due_text(standing.due),
        count=len(found.steps),
        over=int(over and not mine),
        signs=format_instant(acts.at) if acts is not None and mine else None,
        waits=_waited_for(found, standing.state),
    )
    record_row(node, tx, "cases", kept(node, tx, found.head.id))


def _waited_for(found: Course, state: str) -> str | None:
    """Whose word is waited for: the party that alone can move the case on; either's where both
    can; nobody's where nobody has to.
    """
    moving = found.kind.awaited(state)
    if not moving:
        return None
    if moving == {Side.OPENER}:
        return found.head.opener
    return found.head.with_ if moving == {Side.WITH} else ""


def _index(node: Node, tx: Tx, case: str, items: Sequence[str]) -> None:
    for item in dict.fromkeys(items):
        if node.records.case_items.get(tx, case=case, item=item) is None:
            node.records.case_items.add(tx, CaseItem(case=case, item=item))


def begun(said: Said, kind: CaseKind, agreement: Agreement) -> Course:
    """A case as the statement that opened it says, whoever said it."""
    told, opened = said.statement, said.statement.saying(bodies.CaseOpened)
    head = CaseHead(
        id=opened.case,
        kind=kind.kind,
        opener=told.by,
        with_=told.to,
        agreement=told.agreement,
        agreement_digest=told.agreement_digest,
        form=opened.form,
        items=opened.items,
        opened=told.at,
        statement=said.digest,
    )
    return Course(kind, agreement, head)


def as_step(heard: Said, event: str, form: dict[str, Any], items: Sequence[str]) -> CaseStep:
    """A statement as an event of its case."""
    said = heard.statement
    return CaseStep(
        event=event, by=said.by, at=said.at, statement=heard.digest, form=form, items=tuple(items)
    )
