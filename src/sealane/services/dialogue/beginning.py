"""How a case begins, whoever asks for it: a person by hand, or an act that it follows from.

Spec: spec/case.md §3, §4, §6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.base.errors import Refused, SealaneError, declare
from sealane.cases import form as forms
from sealane.cases.course import CaseHead, Course
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry.who_may import Act
from sealane.services.cases import books
from sealane.services.cases.between import CaseNaming, require_shared
from sealane.services.cases.books import TALK, Consequences
from sealane.services.node import NO_PARTNER, Node, require_duty
from sealane.services.register import acts
from sealane.services.register.acts import OPERATOR, Actor
from sealane.services.statements.talk import tell

NOT_A_PARTY = declare(
    "case.not_a_party",
    Refused,
    "{party} is no party of {agreement} beside this nation.",
    "{party} は {agreement} の（自国以外の）当事国ではありません。",
    "Name a party of the agreement.",
    "取決めの当事国を指定してください。",
)


NO_CASE_THERE = frozenset(
    {"case.kind", "agreement.not_held", "partner.unknown", "case.not_a_party", "item.unknown"}
)
"""Codes by which no case can be opened with a nation, or with a provider about an item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAsked:
    """What a case is to begin with."""

    kind: str
    with_: str
    agreement: str
    form: Mapping[str, Any]
    items: Sequence[str] = ()


def begin(
    node: Node,
    tx: Tx,
    asked: CaseAsked,
    *,
    actor: Actor,
    record: Mapping[str, Any] | None,
    consequences: Consequences,
) -> str:
    """A case with a partner, signed and queued in this step; its number.

    Args:
        record: who opens it by hand, whose sight and duties are asked; None: it follows from an act
            that was judged already.
    Raises: NotFound `item.unknown`; Misconfigured `agreement.not_held`, `partner.unknown`; Refused
    `person.duty`, `case.not_a_party`; Conflict `case.kind`, `item.not_yours`; Malformed
    `case.form`; and what the kind says.
    """
    row = node.agreement_row(tx, asked.agreement)
    agreement = books.version(node, tx, asked.agreement, str(row.digest))
    _require_partner(node, tx, asked, agreement)
    kind = books.case_kind(node, agreement, asked.kind)
    require_seen(node, tx, record, asked.items)
    named = CaseNaming(node.party, asked.with_, asked.agreement)
    require_shared(node, tx, kind, asked.items, named)
    if record is not None:
        require_duty(record, *kind.open.duties)
    consequence = consequences.get(kind.kind, TALK)
    form = consequence.filling(node, tx, asked.items)
    form |= forms.stated(kind.field, asked.form)
    forms.require_by_hand(kind.field, form, books.agreed_words(agreement))
    head = CaseHead(
        id=books.next_number(node, tx, asked.with_),
        kind=kind.kind,
        opener=node.party,
        with_=asked.with_,
        agreement=asked.agreement,
        agreement_digest=str(row.digest),
        form=form,
        items=tuple(dict.fromkeys(asked.items)),
        opened=node.now()[1],
        statement="",
    )
    planned = Course(kind, agreement, head)
    consequence.opening(node, tx, planned)
    form |= consequence.completing(node, tx, planned, None)
    begun = _told(node, tx, planned, form, actor=actor)
    open_following(node, tx, begun, consequences)
    node.host.reached("case.opened")
    return head.id


def _told(node: Node, tx: Tx, planned: Course, form: dict[str, Any], *, actor: Actor) -> Course:
    """The case as its opening says it, signed, queued and written."""
    head = planned.head
    said = tell(
        node,
        tx,
        bodies.CaseOpened(case=head.id, kind=head.kind, form=form, items=head.items),
        to=head.with_,
        agreement=(head.agreement, head.agreement_digest),
        item=None,
    )
    begun = books.begun(said, planned.kind, planned.agreement)
    books.add(node, tx, begun, person=actor.person)
    acts.note(node, tx, Act.SPEAK, actor, agreement=head.agreement, statement=said.digest)
    return begun


def open_following(node: Node, tx: Tx, begun: Course, consequences: Consequences) -> None:
    """Open what follows from a case that has begun, in this node's own name; where no case can be
    opened with a nation, nothing is said to it.
    """
    head = begun.head
    for one in consequences.get(head.kind, TALK).following(node, tx, begun):
        asked = CaseAsked(
            kind=head.kind,
            with_=one.with_,
            agreement=one.agreement,
            form=one.form,
            items=one.items,
        )
        try:
            begin(node, tx, asked, actor=OPERATOR, record=None, consequences=consequences)
        except SealaneError as error:
            if error.code not in NO_CASE_THERE:
                raise


def _require_partner(node: Node, tx: Tx, asked: CaseAsked, agreement: Agreement) -> None:
    """Another party of the agreement, that is enrolled here."""
    if asked.with_ == node.party or agreement.party(asked.with_) is None:
        if node.records.partners.get(tx, party=asked.with_) is None:
            raise NO_PARTNER(party=asked.with_)
        raise NOT_A_PARTY(party=asked.with_, agreement=asked.agreement)
    node.partner(tx, asked.with_)


def require_seen(
    node: Node, tx: Tx, record: Mapping[str, Any] | None, items: Iterable[str]
) -> None:
    """What a person does not see is not there. Raises: NotFound `item.unknown`."""
    if record is None:
        return
    for item in items:
        acts.require_seen(node, record, node.item(tx, item))
