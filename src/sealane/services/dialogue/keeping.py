"""What a side writes for itself about a case: recorded in its own internal log, and never said to
anybody.

Spec: spec/case.md §8; R37.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sealane.base.table import NO_SUCH_STEP, NOT_YOURS
from sealane.cases import form as forms
from sealane.cases.course import Course
from sealane.cases.kind import FieldType, OwnForm, Side
from sealane.ports import Tx
from sealane.registry.case_records import KeptOwn
from sealane.registry.who_may import Act
from sealane.services.cases import books
from sealane.services.cases.kept_own import row_of
from sealane.services.dialogue import seeing
from sealane.services.node import Node, require_duty
from sealane.services.register import acts
from sealane.services.register.acts import Named
from sealane.services.statements.journal import bound_fields, record


def keep(
    node: Node, case: str, name: str, *, form: Mapping[str, Any], kind: str | None, person: Named
) -> None:
    """Write what this side keeps for itself about a case: a field that is named takes the place of
    what it held, null takes it away, and every other stays.

    Args:
        kind: the kind that the case must be of; None: any.
    Raises: NotFound `person.unknown`, `case.unknown`; Refused `person.duty`; Conflict
    `life.not_yours`, `life.no_such_step`; Malformed `case.form`; Untrusted `directory.altered`.
    """
    with node.store.writing() as tx:
        actor = acts.actor_of(person)
        known = acts.known(node, tx, Act.KEEP_OWN, actor)
        row = seeing.kept(node, tx, known, case, kind=kind)
        found = books.course(node, tx, row)
        own = found.kind.own_of(name)
        if known is not None and own is not None:
            require_duty(known, *own.duties)
        own = _possible(node, found, name, refused=row.refused is not None)
        before = row_of(node, tx, case, name)
        kept = {} if before is None else before.form
        filled = {field: value for field, value in kept.items() if field not in form}
        given = {field: value for field, value in form.items() if value is not None}
        filled |= forms.stated(own.field, given)
        forms.require(own.field, filled, books.agreed_words(found.agreement))
        _require_people(node, tx, own, filled)
        after = KeptOwn(case=case, name=name, form=filled, at=node.now()[1], by=str(actor.person))
        record(
            node,
            tx,
            "case.kept",
            item=case,
            agreement=found.head.agreement,
            type=name,
            **bound_fields(node, tx, "case_own", after),
            **actor.told(),
        )
        values = asdict(after)
        key = {"case": values.pop("case"), "name": values.pop("name")}
        node.records.case_own.put(tx, key, **values)


def _possible(node: Node, found: Course, name: str, *, refused: bool) -> OwnForm:
    """The form, where this side keeps it and the case is not over."""
    own, state = found.kind.own_of(name), found.standing(node.host.now()).state
    mine = found.head.side_of(node.party)
    if own is None or refused or found.kind.over(state):
        over = refused or found.kind.over(state)
        possible = [] if over else [one.name for one in found.kind.own if one.who is mine]
        raise NO_SUCH_STEP(
            life=found.kind.kind, event=name, state=state, possible=", ".join(possible) or "-"
        )
    if own.who is not mine:
        whose = found.head.opener if own.who is Side.OPENER else found.head.with_
        raise NOT_YOURS(life=found.kind.kind, event=own.verb, who=whose, actor=node.party)
    return own


def _require_people(node: Node, tx: Tx, own: OwnForm, filled: Mapping[str, Any]) -> None:
    """Who is named in it is of this nation. Raises: NotFound `person.unknown`."""
    for field in own.field:
        if field.type is not FieldType.PERSON or field.name not in filled:
            continue
        for name in filled[field.name] if field.list else [filled[field.name]]:
            node.person(tx, name)
