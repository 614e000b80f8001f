"""A kind of case from its file, strictly, and everything in it held against everything else.

Spec: spec/case.md §2.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import msgspec

from sealane.base.described import described
from sealane.base.errors import Malformed, declare
from sealane.cases.kind import FORMAT, CaseEvent, CaseField, CaseKind, Due, FieldType, Side

BAD_KIND = declare(
    "case.kind_malformed",
    Malformed,
    "The kind of case in {name} is wrong: {why}.",
    "{name} の案件の種類に誤りがあります：{why}。",
    "Compare it with spec/case.md §2.",
    "spec/case.md §2 と照らし合わせてください。",
)
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
OPEN = "open"
"""What begins a case; no event is called so."""
RESERVED = frozenset({OPEN, "list", "show", "say", "kinds", "keep", "print"})
"""Verbs of every kind; nothing of a kind is called so."""
TOLD = frozenset({"acted", "by_two", "crossed", "not_taken", "possible", "reach", "refused"})
"""Members of `own` that every kind has, or that a consequence gives; nothing kept is called so."""
HOURS_MOST = 8760
described(CaseKind)


def kind_from_toml(data: bytes, name: str) -> CaseKind:
    """A kind from its file's bytes. Raises: Malformed `case.kind_malformed`."""
    try:
        kind = msgspec.convert(tomllib.loads(data.decode("utf-8")), CaseKind)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BAD_KIND(name=name, why=str(error)[:300]) from None
    for why in _faults(kind):
        raise BAD_KIND(name=name, why=why)
    return kind


def _faults(kind: CaseKind) -> Iterator[str]:
    # 1. of this format, and every name one that can be typed
    yield from _name_faults(kind)
    # 2. each once, and each reached
    yield from _life_faults(kind)
    # 3. dates, lists and what is amended are fields of the form
    fields = {one.name: one for one in kind.field}
    for state in kind.state:
        if state.due is not None:
            yield from _due_faults(kind, state.name, state.due, fields)
    for event in kind.event:
        yield from _event_faults(event, fields)
    for row in kind.row:
        if row.each is not None and not (row.each in fields and fields[row.each].list):
            yield f"{row.event}: {row.each} is no list of the form"
    # 4. what a side keeps for itself is one side's, under a name that nothing else has
    yield from _own_faults(kind)
    # 5. what the node fills in, it may leave out until then
    for one in (one for form in forms_of(kind) for one in form):
        if one.by_node and one.required:
            yield f"{one.name}: the node fills it in; a person cannot"
    # 6. a word has its words, and a member is what its type can have
    for one in (one for form in forms_of(kind) for one in form):
        yield from _field_faults(one)


def _field_faults(one: CaseField) -> Iterator[str]:
    if (one.type is FieldType.WORD) is not bool(one.values):
        yield f"{one.name}: a word has values, and nothing else has"
    if one.member and one.type is not FieldType.OBJECT:
        yield f"{one.name}: an object has members, and nothing else has"
    if one.hour and one.type is not FieldType.INSTANT:
        yield f"{one.name}: an instant has an hour, and nothing else has"
    if one.called and set(one.called) != set(one.values or ()):
        yield f"{one.name}: each of its values is called something, or none is"


def _name_faults(kind: CaseKind) -> Iterator[str]:
    if kind.format != FORMAT:
        yield f"format is not {FORMAT}"
    events = [one.name for one in kind.event]
    own = [name for one in kind.own for name in (one.name, one.verb)]
    states = [one.name for one in kind.state]
    for name in (kind.kind, kind.open.verb, *states, *events, *own, *_field_names(kind)):
        if not _NAME.fullmatch(name):
            yield f"{name!r} is no name"
    # the verb that opens may be the verb of every kind; each other is its own
    verbs = [*events, *(one.verb for one in kind.own)]
    verbs += [] if kind.open.verb == OPEN else [kind.open.verb]
    for name in sorted(RESERVED.intersection(verbs)):
        yield f"nothing can be called {name}"
    yield from _twice("verb", verbs)


def _own_faults(kind: CaseKind) -> Iterator[str]:
    yield from _twice("own", [one.name for one in kind.own])
    for one in kind.own:
        if one.who not in (Side.OPENER, Side.WITH) or not (one.duties and one.field):
            yield f"{one.name}: one side keeps it, by a duty, and it has fields"
        if any(field.by_node or field.required for field in one.field):
            yield f"{one.name}: what is kept is filled in by hand, and none of it has to be"
        if one.name in TOLD:
            yield f"{one.name}: a case shows something else under this name"


def _life_faults(kind: CaseKind) -> Iterator[str]:
    states = [one.name for one in kind.state]
    events = [one.name for one in kind.event]
    yield from _twice("state", states)
    yield from _twice("event", events)
    yield from _twice("row", [f"{row.from_}/{row.event}" for row in kind.row])
    reached = {kind.start, *(row.to for row in kind.row)}
    for name in sorted({*reached, *(row.from_ for row in kind.row)} - set(states)):
        yield f"state {name} is not described"
    for name in sorted(set(states) - reached):
        yield f"state {name} is never reached"
    for name in sorted({row.event for row in kind.row} ^ set(events)):
        yield f"event {name} has no row, or is not described"


def _event_faults(event: CaseEvent, fields: dict[str, CaseField]) -> Iterator[str]:
    if event.not_before is not None and not _is(fields, event.not_before, FieldType.INSTANT):
        yield f"{event.name}: {event.not_before} is no instant of the form"
    if event.amends and not {one.name for one in event.field} <= set(fields):
        yield f"{event.name} amends what the form does not have"
    if (event.who is not Side.CLOCK) is not bool(event.duties):
        yield f"{event.name}: people need a duty, a clock has none"


def _due_faults(
    kind: CaseKind, state: str, due: Due, fields: dict[str, CaseField]
) -> Iterator[str]:
    if (due.clock is None) is (due.field is None):
        yield f"{state}: its date is a clock's or a field's"
    if due.field is not None and not _is(fields, due.field, FieldType.INSTANT):
        yield f"{state}: {due.field} is no instant of the form"
    if not 0 <= due.hours <= HOURS_MOST or (due.hours and due.field is None):
        yield f"{state}: hours are counted from an instant of the form, {HOURS_MOST} at most"
    for name in re.findall(r"\{([^}]*)\}", due.clock or ""):
        if not (_is(fields, name, FieldType.WORD) and fields[name].required):
            yield f"{state}: {name} is no needed word of the form"
    if due.event is not None and kind.row_of(state, due.event) is None:
        yield f"{state}: {due.event} is not possible in it"
    if due.signed_by not in (Side.OPENER, Side.WITH):
        yield f"{state}: one side signs"


def _is(fields: dict[str, CaseField], name: str, type_: FieldType) -> bool:
    return name in fields and fields[name].type is type_ and not fields[name].list


def forms_of(kind: CaseKind) -> Iterator[tuple[CaseField, ...]]:
    """Every form of a kind: of its opening, of each event, and of what a side keeps."""
    yield kind.field
    yield from (event.field for event in kind.event)
    yield from (own.field for own in kind.own)


def _field_names(kind: CaseKind) -> Iterator[str]:
    for fields in forms_of(kind):
        names = [one.name for one in fields]
        yield from names
        if len(set(names)) != len(names):
            yield "a field twice"


def _twice(what: str, names: list[str]) -> Iterator[str]:
    for name in sorted({one for one in names if names.count(one) > 1}):
        yield f"{what} {name} stands twice"
