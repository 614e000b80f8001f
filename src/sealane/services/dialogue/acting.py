"""A person opens a case or says something in one: recorded, signed and queued in one step.

The order of what refuses: who acts, whether case and items are there, whose items they are, the
duty, the life, the form.
Spec: spec/case.md §3, §6; spec/interfaces.md §6; R64.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.base.errors import Conflict, declare
from sealane.base.table import NOT_YOURS
from sealane.cases import form as forms
from sealane.cases.course import CaseStep, Course
from sealane.cases.kind import CaseEvent
from sealane.labels.model.label import Label
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry.who_may import Act
from sealane.services.cases import books
from sealane.services.cases.between import CaseNaming, require_shared
from sealane.services.cases.books import TALK
from sealane.services.dialogue import beginning, seeing
from sealane.services.dialogue.beginning import CaseAsked
from sealane.services.dialogue.consequences import CONSEQUENCES, is_by_two
from sealane.services.node import Node, require_duty
from sealane.services.register import acts
from sealane.services.register.acts import Actor, ByTwo, Named
from sealane.services.statements.talk import tell

NOT_TAKEN = declare(
    "case.not_taken",
    Conflict,
    "{party} did not take case {case} ({code}); nothing more is said in it.",
    "{party} は案件 {case} を受け付けませんでした（{code}）。この案件では何も述べられません。",
    "Open another case that {party} can take.",
    "{party} が受け付けられる案件を改めて開いてください。",
)


def open_case(node: Node, asked: CaseAsked, *, person: Named) -> str:
    """A case with a partner, open from this commit on; its number.

    Raises: NotFound `person.unknown`, `item.unknown`; Misconfigured `agreement.not_held`,
    `partner.unknown`; Refused `person.duty`, `case.not_a_party`; Conflict `case.kind`,
    `item.not_yours`; Malformed `case.form`; and what the kind says.
    """
    with node.store.writing() as tx:
        actor, record = _speaker(node, tx, person)
        return beginning.begin(
            node, tx, asked, actor=actor, record=record, consequences=CONSEQUENCES
        )


def open_of_itself(node: Node, tx: Tx, asked: CaseAsked, *, actor: Actor) -> str:
    """A case that follows from an act which was judged already, in the step of that act, whatever
    duty opens one by hand; its number.

    Raises: as `open_case`, but nothing of who acts.
    """
    return beginning.begin(node, tx, asked, actor=actor, record=None, consequences=CONSEQUENCES)


def relabelled_by(
    node: Node,
    case: str,
    event: str,
    *,
    form: Mapping[str, Any],
    items: Sequence[str] = (),
    person: Named,
    kind: str | None = None,
) -> tuple[str, Label] | None:
    """The item whose label is changed before this is said, and the new label, where this can be
    said now; nothing is written. Raises: as `say`.
    """
    with node.store.reading() as tx:
        row = node.records.cases.get(tx, id=case)
        consequence = TALK if row is None else CONSEQUENCES.get(row.kind, TALK)
        if consequence.relabels is None:  # it is judged when it is said
            return None
        word = _Word(form, items, person, kind)
        _, found, described, stated = _judged(node, tx, case, event, word)
        planned = _planned(node, described, stated, items)
        consequence.before(node, tx, found, planned)
        return consequence.relabels(node, tx, found, planned)


def say(
    node: Node,
    case: str,
    event: str,
    *,
    form: Mapping[str, Any],
    items: Sequence[str] = (),
    person: Named,
    kind: str | None = None,
) -> None:
    """Say something in a case.

    Args: kind: the kind that it must be of; None: any.
    Raises: NotFound `person.unknown`, `case.unknown`, `item.unknown`; Refused `person.duty`,
    `person.second_needed`; Conflict `life.*`, `item.not_yours`; Malformed `case.form`; and what
    the kind says.
    """
    with node.store.writing() as tx:
        word = _Word(form, items, person, kind)
        actor, found, described, stated = _judged(node, tx, case, event, word)
        speak(node, tx, found, described, form=stated, items=items, person=actor.person)
        acts.note(node, tx, Act.SPEAK, actor, agreement=found.head.agreement)
        node.host.reached("case.said")


@dataclass(frozen=True, slots=True)
class _Word:
    form: Mapping[str, Any]
    items: Sequence[str]
    person: Named
    kind: str | None


def _judged(
    node: Node, tx: Tx, case: str, event: str, word: _Word
) -> tuple[Actor, Course, CaseEvent, dict[str, Any]]:
    actor, record = _speaker(node, tx, word.person)
    row = seeing.kept(node, tx, record, case, kind=word.kind)
    if row.refused is not None:
        raise NOT_TAKEN(case=case, party=row.with_, code=row.refused)
    found = books.course(node, tx, row)
    beginning.require_seen(node, tx, record, word.items)
    described = found.kind.event_of(event)
    if record is not None and described is not None and described.duties:
        require_duty(record, *described.duties)
    described = found.require(event, node.party, node.host.now())
    partner = found.head.other(node.party)
    named = CaseNaming(row.opener, partner, row.agreement)
    require_shared(node, tx, described, word.items, named)
    stated = forms.stated(described.field, word.form)
    forms.require_by_hand(described.field, stated, books.agreed_words(found.agreement))
    member = stated.get("member")
    if member is not None and member != f"{node.party}:{actor.person}":
        raise NOT_YOURS(life=row.kind, event=event, who=member, actor=str(actor.person))
    if is_by_two(node, tx, found, described):
        two = ByTwo(duties=frozenset(described.second) or None)
        actor = acts.require(node, tx, Act.SPEAK_BY_TWO, actor, two)
    return actor, found, described, stated


def speak(
    node: Node,
    tx: Tx,
    found: Course,
    event: CaseEvent,
    *,
    form: dict[str, Any],
    items: Sequence[str] = (),
    person: str | None,
    at: str | None = None,
) -> Course:
    """Say one event in a case, signed and queued, with what follows from it.

    Args:
        at: when a date did it; None: now.
    """
    head, consequence = found.head, CONSEQUENCES.get(found.head.kind, TALK)
    planned = _planned(node, event, form, tuple(dict.fromkeys(items)), at=at)
    consequence.before(node, tx, found, planned)
    whole = form | consequence.completing(node, tx, found.with_step(planned), event.name)
    body = bodies.CaseSaid(
        case=head.id,
        follows=found.digest(),
        event=event.name,
        form=whole,
        items=planned.items,
    )
    said = tell(
        node,
        tx,
        body,
        to=head.other(node.party),
        agreement=(head.agreement, head.agreement_digest),
        item=None,
        at=at,
    )
    step = books.as_step(said, event.name, body.form, body.items)
    after = books.say(node, tx, found, step, follows=body.follows, person=person)
    consequence.after(node, tx, after, step)
    return after


def _planned(
    node: Node,
    event: CaseEvent,
    form: dict[str, Any],
    items: Sequence[str],
    *,
    at: str | None = None,
) -> CaseStep:
    """What is about to be said."""
    return CaseStep(
        event=event.name,
        by=node.party,
        at=at or node.now()[1],
        statement="",
        form=form,
        items=tuple(items),
    )


def _speaker(node: Node, tx: Tx, person: Named) -> tuple[Actor, dict[str, Any] | None]:
    actor = acts.actor_of(person)
    return actor, acts.known(node, tx, Act.SPEAK, actor)
