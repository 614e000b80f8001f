"""What the release desk keeps before anything leaves: each officer's drafts, and the templates and
distribution lists that all of them begin with.

Every change is an entry of the internal log that binds the form as it then stood, and a form that
was changed by hand is nobody's; nothing is deleted, and one that is no longer wanted is abandoned.
A draft is its own officer's: to everybody else it is not there, and no form's id tells how many
others there are.
Spec: R30, R57; docs/console.md §The release desk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from sealane.base.errors import Conflict, Malformed, NotFound, declare
from sealane.base.values import Instant
from sealane.ports import Tx
from sealane.registry.desk_records import FormKind, FormState, ReleaseForm
from sealane.registry.who_may import Act
from sealane.services.bound_rows import altered
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import bound_fields, record

NAME_MOST, KEPT_MOST = 200, 200
"""Characters of a name; drafts that one officer keeps at a time, and templates or lists that all of
them keep together.
"""

NO_FORM = declare(
    "desk.unknown",
    NotFound,
    "No form {form} is kept here for you.",
    "様式 {form} はありません。",
    "List them with `sealane desk forms`.",
    "`sealane desk forms` で一覧を見てください。",
)
OVER = declare(
    "desk.over",
    Conflict,
    "Form {form} is {state}; it changes no more.",
    "様式 {form} は{state_ja}であり、変更できません。",
    "Keep it anew as another one.",
    "別の様式として保存してください。",
)
NO_NAME = declare(
    "desk.name",
    Malformed,
    "A form has a name of 1 to {most} characters.",
    "様式には 1～{most} 字の名前が必要です。",
    "Name it.",
    "名前を付けてください。",
)
FULL = declare(
    "desk.full",
    Conflict,
    "{most} forms of this kind are kept already.",
    "この種の様式は既に {most} 件保存されています。",
    "Send or abandon one that is no longer wanted.",
    "不要なものを送付又は破棄してください。",
)
STATES_JA = {FormState.KEPT: "保存中", FormState.SENT: "送信済み", FormState.ABANDONED: "破棄済み"}
Unchanged = Callable[[Mapping[str, Any]], None]
"""Raises where a form is not as the person who changes it saw it."""


def keep(
    node: Node, by: Actor, *, kind: FormKind, name: str, terms: Mapping[str, Any]
) -> dict[str, Any]:
    """Keep the terms of a release under a name; who made it stands with them.

    Raises: Malformed `usage.person`, `desk.name`; NotFound `person.unknown`; Refused
    `person.unproven`, `person.duty`; Conflict `desk.full`.
    """
    with node.store.writing() as tx:
        officer = _officer(node, tx, by)
        if node.records.release_forms.count(tx, **_among(kind, officer)) >= KEPT_MOST:
            raise FULL(most=KEPT_MOST)
        now, at = node.now()
        form = ReleaseForm(
            id=_fresh_id(node, now),
            kind=kind,
            name=_named(name),
            by=officer,
            since=at,
            changed=at,
            changed_by=officer,
            state=FormState.KEPT,
            terms=dict(terms),
            item=None,
        )
        node.records.release_forms.add(tx, form)
        _record(node, tx, by, form)
    return told(form)


def change(
    node: Node,
    by: Actor,
    form: str,
    *,
    unchanged: Unchanged,
    name: str | None = None,
    terms: Mapping[str, Any] | None = None,
    abandon: bool = False,
) -> dict[str, Any]:
    """Change a form that is still kept, or abandon it; what is None stays as it is.

    Args:
        unchanged: holds it against what the person saw, within the step that changes it.
    Raises: as `keep`; NotFound `desk.unknown`; Conflict `desk.over`; Untrusted
    `directory.altered`; as `unchanged`.
    """
    with node.store.writing() as tx:
        officer = _officer(node, tx, by)
        held = _seen(node, tx, officer, form)
        unchanged(told(held))
        after = replace(
            held,
            name=held.name if name is None else _named(name),
            terms=held.terms if terms is None else dict(terms),
            state=FormState.ABANDONED if abandon else held.state,
        )
        return told(_changed(node, tx, by, held, after))


def sent(node: Node, tx: Tx, by: Actor, form: str, item: str) -> None:
    """A draft became this item; asked again about the same item, nothing changes, and a template or
    list stays what it is. Raises: NotFound `desk.unknown`; Conflict `desk.over`.
    """
    held = _seen(node, tx, str(by.person), form)
    if held.item == item or held.kind is not FormKind.DRAFT:
        return
    _changed(node, tx, by, held, replace(held, state=FormState.SENT, item=item))


def require_draft(node: Node, tx: Tx, by: Actor, form: str, *, reference: str | None) -> None:
    """A form that this officer may send from: nothing becomes of a draft twice, but for the very
    release that was asked again. Raises: NotFound `desk.unknown`; Conflict `desk.over`.
    """
    held = _seen(node, tx, str(by.person), form)
    if held.kind is not FormKind.DRAFT or held.state is FormState.KEPT:
        return
    if held.item is None or reference is None or node.item(tx, held.item).reference != reference:
        raise _over(held)


def shown(node: Node, by: Actor, form: str) -> dict[str, Any]:
    """One form. Raises: as `keep`; NotFound `desk.unknown`; Untrusted `directory.altered`."""
    with node.store.reading() as tx:
        return told(_seen(node, tx, _officer(node, tx, by), form))


def listed(
    node: Node,
    by: Actor,
    kind: FormKind,
    *,
    state: FormState = FormState.KEPT,
    limit: int,
    after: str | None = None,
) -> dict[str, Any]:
    """A page of forms of one kind, the oldest first: of drafts one's own, and of all those that
    stand as they were entered. Raises: as `keep`.
    """
    with node.store.reading() as tx:
        among = _among(kind, _officer(node, tx, by), state)
        rows = node.records.release_forms.find(
            tx, order="id", limit=limit + 1, after=after, **among
        )
        counts = [row for row in rows[:limit] if node.entered(tx, "release_forms", row)]
    return {
        "forms": [told(row) for row in counts],
        "after": rows[limit - 1].id if len(rows) > limit else None,
    }


def told(form: ReleaseForm) -> dict[str, Any]:
    """A form as it is shown."""
    return {
        "id": form.id,
        "kind": str(form.kind),
        "name": form.name,
        "by": form.by,
        "since": form.since,
        "state": str(form.state),
        "changed": form.changed,
        "changed_by": form.changed_by,
        "terms": form.terms,
        "item": form.item,
    }


def _among(kind: FormKind, officer: str, state: FormState = FormState.KEPT) -> dict[str, Any]:
    """Which forms an officer has to do with: of drafts, those of one's own."""
    own = {"by": officer} if kind is FormKind.DRAFT else {}
    return {"kind": kind, "state": state, **own}


def _fresh_id(node: Node, now: Instant) -> str:
    """An id that sorts by when it was made, and that nobody can guess or count by."""
    return f"F-{now // 1_000_000:012x}-{node.host.entropy(6).hex()}"


def _officer(node: Node, tx: Tx, by: Actor) -> str:
    return str(acts.require(node, tx, Act.DRAFT, by).person)


def _seen(node: Node, tx: Tx, officer: str, form: str) -> ReleaseForm:
    held = node.records.release_forms.get(tx, id=form)
    if held is None or (held.kind is FormKind.DRAFT and held.by != officer):
        raise NO_FORM(form=form[:40])
    if not node.entered(tx, "release_forms", held):
        raise altered("release_forms", held.id)
    return held


def _changed(node: Node, tx: Tx, by: Actor, held: ReleaseForm, after: ReleaseForm) -> ReleaseForm:
    if held.state is not FormState.KEPT:
        raise _over(held)
    after = replace(after, changed=node.now()[1], changed_by=str(by.person))
    values = asdict(after)
    node.records.release_forms.change(tx, {"id": values.pop("id")}, **values)
    _record(node, tx, by, after)
    return after


def _over(held: ReleaseForm) -> Exception:
    return OVER(form=held.id, state=held.state, state_ja=STATES_JA[held.state])


def _record(node: Node, tx: Tx, by: Actor, form: ReleaseForm) -> None:
    record(
        node,
        tx,
        "release.form_kept",
        item=form.id,
        state=str(form.state),
        type=str(form.kind),
        **bound_fields(node, tx, "release_forms", form),
        **by.told(),
    )


def _named(name: str) -> str:
    if not name.strip() or len(name) > NAME_MOST:
        raise NO_NAME(most=NAME_MOST)
    return name.strip()
