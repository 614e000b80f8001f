"""Every kind of ledger entry: who writes it, which requirement it serves, and its allowed fields.

A kind stands here exactly when some code path writes it; a house test holds both directions. A
signed statement is an entry of kind `statement.<type>` that names the statement by digest; of its
members only those of `MEMBER_FIELDS` are told.
Spec: spec/ledger.md §3; R57; docs/ledger-entries.md (made from the rows beside).
"""

from __future__ import annotations

from dataclasses import dataclass

from sealane.ledger import bodies
from sealane.ledger.case_rows import CASES
from sealane.ledger.exercise_rows import EXERCISE
from sealane.ledger.fields import COMMON, MEMBER_FIELDS
from sealane.ledger.kind_rows import OWN
from sealane.ledger.pack_rows import PACKS
from sealane.ledger.statement_rows import STATEMENTS
from sealane.ledger.within_rows import WITHIN


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: who writes it, the requirement it serves, and its fields beyond the common ones."""

    name: str
    writer: str
    serves: str
    says: str
    fields: tuple[str, ...] = ()


UNLOGGED = frozenset({"enrolment", "pack", "onward.granted"})
"""Types of which no log tells: a card is handed over before there is a log between the two, what a
pack carries is told statement by statement, and a grant stands in the statements that carry it.
"""
assert STATEMENTS.keys() == bodies.TYPES.keys() - UNLOGGED


def _statement(kind: str, members: tuple[str, ...]) -> Kind:
    writer, serves, says = STATEMENTS[kind]
    told = (MEMBER_FIELDS[name] for name in members if name in MEMBER_FIELDS)
    return Kind(
        f"statement.{kind}",
        writer,
        serves,
        says,
        ("by", "to", "said", *(name for name in told if name not in COMMON)),
    )


KINDS: dict[str, Kind] = {
    name: Kind(name, writer, serves, says, tuple(fields.split()))
    for writer, rows in (
        *OWN.items(),
        *PACKS.items(),
        *WITHIN.items(),
        *CASES.items(),
        *EXERCISE.items(),
    )
    for name, serves, says, fields in rows
} | {
    f"statement.{kind}": _statement(kind, bodies.members(kind))
    for kind in bodies.TYPES
    if kind not in UNLOGGED
}
"""Every kind by name."""
