"""One kind of case as data: who may say what, in which state, with which fields, and by when.

The table does not know which side it is on: both nodes judge by the same rows.
Spec: spec/case.md §2.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Literal

import msgspec

from sealane.agreements.agreement import Agreement, Bilingual
from sealane.registry.records import Duty

FORMAT = "sealane-case-1"
TEXT_MOST, LIST_MOST = 2000, 256
"""Characters of a text, and entries of a list, where the field says nothing else."""


class _Described(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A part of the file that is read strictly and kept as it stands."""


class FieldType(StrEnum):
    """What a field holds."""

    TEXT = "text"
    WORD = "word"
    """One of `values`."""
    NUMBER = "number"
    INSTANT = "instant"
    COUNTRY = "country"
    ITEM = "item"
    PERSON = "person"
    IDENTIFIER = "identifier"
    LABEL = "label"
    LEVEL = "level"
    """A level of any party's that stands in the agreement's table."""
    PURPOSE = "purpose"
    """One of the agreement's."""
    REFUSAL = "refusal"
    """One of the agreement's grounds for refusing."""
    OBJECT = "object"
    """A JSON object of texts, numbers, truths and lists of these."""


class ObjectMember(_Described, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One member of an object that a node fills in, as people read it."""

    name: str
    title: Bilingual
    instant: bool = False
    """Whether it is a date."""


class CaseField(_Described, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of a form."""

    name: str
    type: FieldType
    title: Bilingual
    required: bool = False
    list: bool = False
    values: tuple[str, ...] | None = None
    called: dict[str, Bilingual] = {}
    """How people call each of `values`."""
    least: int | None = None
    """Of a number."""
    most: int | None = None
    """Of a number; else the characters of a text."""
    member: tuple[ObjectMember, ...] = ()
    """What people read of an object, in this order; none: all of it, as it stands."""
    hour: bool = False
    """Whether people fill in an instant with its hour and minute, and not the day alone."""
    by_node: bool = False
    """Filled in by the node of whoever speaks, from what it holds; nobody states it by hand."""

    def as_json(self) -> dict[str, Any]:
        """As `case kinds` tells it."""
        return {
            "name": self.name,
            "type": str(self.type),
            "required": self.required,
            "list": self.list,
            "values": None if self.values is None else list(self.values),
            "least": self.least,
            "most": self.most,
            "title": msgspec.to_builtins(self.title),
        }


def stated_by_hand(fields: Iterable[CaseField]) -> list[dict[str, Any]]:
    """The fields that a person fills in, as `case kinds` tells them."""
    return [one.as_json() for one in fields if not one.by_node]


class Side(StrEnum):
    """Whose an event is."""

    OPENER = "opener"
    WITH = "with"
    EITHER = "either"
    CLOCK = "clock"
    """Nobody's: a date acts, and one named side signs that it came."""


class CaseEvent(_Described, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that can be said in a case."""

    name: str
    title: Bilingual
    who: Side
    duties: tuple[Duty, ...] = ()
    """The acting person needs one of these."""
    field: tuple[CaseField, ...] = ()
    items: bool = False
    """Whether items may be named with it."""
    amends: bool = False
    """Whether its fields take the place of those of the form."""
    second: tuple[Duty, ...] = ()
    """Another person, with one of these duties, stands beside."""
    takes_back: bool = False
    """Whether a side takes back by it what it said: nobody waits for it."""
    stands: bool = False
    """Whether it stands at its speaker's even where the other side rejects it: what was allowed is
    allowed no longer, and nobody else has a say in that.
    """
    not_before: str | None = None
    """A field of the form, an instant before which it is too early."""


class CaseOpening(_Described, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a case begins."""

    duties: tuple[Duty, ...]
    title: Bilingual
    standing: bool = False
    """Whether every agreement carries it, without listing it: what keeping what was shared asks for
    whatever was agreed besides.
    """
    verb: str = "open"
    """What it is called at the command line: `visit request`."""
    least_items: int = 0
    most_items: int = 0
    items_of: Side = Side.EITHER
    """Whose items they are: of the side that provided them."""
    notice: tuple[Duty, ...] = ()
    """Who of the other side is told at home that such a case is open, until it is over."""


class OwnForm(_Described, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one side keeps for itself about a case, such as the limits of a visit; it never leaves
    that side's node.
    """

    name: str
    """The member of `own` under which the case shows it."""
    verb: str
    """What filling it in is called at the command line: `visit limit`."""
    title: Bilingual
    called: Bilingual
    """What it is called once it is filled in."""
    who: Side
    duties: tuple[Duty, ...]
    """The acting person needs one of these."""
    field: tuple[CaseField, ...]


class Due(_Described, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By when something is to be said in a state."""

    clock: str | None = None
    """A clock of the agreement; `{field}` stands for a word of the form."""
    field: str | None = None
    """Or a field of the form, an instant."""
    since: Literal["opened", "entered"] = "entered"
    """What the clock counts from: the case's beginning, or the state's."""
    days: int | None = None
    """Its length where the agreement states no such clock."""
    hours: int = 0
    """So long after the instant of the field: what is late is missed then."""
    event: str | None = None
    """What happens then by itself; None: nothing, it is overdue."""
    signed_by: Side = Side.OPENER
    """The side that signs that it happened."""


class CaseState(_Described, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One state, and by when it is to be left."""

    name: str
    title: Bilingual
    due: Due | None = None


class CaseRow(
    _Described, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}
):
    """One step: from a state, by an event, to a state."""

    from_: str
    event: str
    to: str
    each: str | None = None
    """A list of the form, such as the members of a committee: the state stays until each of them
    has said it, by the field of this name without its last letter.
    """


class CaseKind(_Described, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole kind, as its file says it."""

    format: str
    kind: str
    title: Bilingual
    opener: Bilingual
    with_: Bilingual = msgspec.field(name="with")
    open: CaseOpening
    start: str
    state: tuple[CaseState, ...]
    event: tuple[CaseEvent, ...]
    row: tuple[CaseRow, ...]
    field: tuple[CaseField, ...] = ()
    own: tuple[OwnForm, ...] = ()

    def carried_by(self, agreement: Agreement) -> bool:
        """Whether such a case can be opened under an agreement."""
        return self.open.standing or self.kind in agreement.cases

    def event_of(self, name: str) -> CaseEvent | None:
        """The event of this name."""
        return next((one for one in self.event if one.name == name), None)

    def own_of(self, name: str) -> OwnForm | None:
        """What a side keeps for itself under this name."""
        return next((one for one in self.own if one.name == name), None)

    def state_of(self, name: str) -> CaseState:
        """The state of this name; the file was checked to have it."""
        return next(one for one in self.state if one.name == name)

    def row_of(self, state: str, event: str) -> CaseRow | None:
        """The step of an event in a state."""
        return next((row for row in self.row if (row.from_, row.event) == (state, event)), None)

    def possible(self, state: str) -> list[str]:
        """The events possible in a state, in the order of the file."""
        return [row.event for row in self.row if row.from_ == state]

    def over(self, state: str) -> bool:
        """Whether nothing more can be said in a state."""
        return not self.possible(state)

    def awaited(self, state: str) -> set[Side]:
        """Whose word moves the case on from a state, and is waited for."""
        moving = set()
        for row in self.row:
            event = self.event_of(row.event)
            if row.from_ == state != row.to and event is not None and not event.takes_back:
                moving.add(event.who)
        return moving - {Side.CLOCK}

    def as_json(self) -> dict[str, Any]:
        """As `case kinds` tells it. Spec: spec/interfaces.md §6."""
        return {
            "kind": self.kind,
            "title": msgspec.to_builtins(self.title),
            "fields": stated_by_hand(self.field),
            "by_node": [one.name for one in self.field if one.by_node],
            "open": {
                "verb": self.open.verb,
                "standing": self.open.standing,
                "duties": [str(one) for one in self.open.duties],
                "least_items": self.open.least_items,
                "most_items": self.open.most_items,
            },
            "start": self.start,
            "states": [
                {"name": one.name, "title": msgspec.to_builtins(one.title)} for one in self.state
            ],
            "rows": [self._row(row) for row in self.row],
            "own": [
                {
                    "name": one.name,
                    "verb": one.verb,
                    "who": str(one.who),
                    "duties": [str(duty) for duty in one.duties],
                    "fields": stated_by_hand(one.field),
                    "title": msgspec.to_builtins(one.title),
                }
                for one in self.own
            ],
        }

    def _row(self, row: CaseRow) -> dict[str, Any]:
        event, due = self.event_of(row.event), self.state_of(row.from_).due
        assert event is not None
        fires = due is not None and due.event == row.event
        return {
            "from": row.from_,
            "event": row.event,
            "to": row.to,
            "who": str(event.who),
            "duties": [str(one) for one in event.duties],
            "clock": (due.clock or due.field) if fires and due is not None else None,
            "fields": stated_by_hand(event.field),
            "items": event.items,
            "title": msgspec.to_builtins(event.title),
        }
