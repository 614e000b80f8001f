"""Under which names the nation's identity provider, or a client certificate, knows people.

A person is known by their id here, unless the security officer gave another name; then by that name
alone. No provider and no provisioning client ever decides who somebody is here, or what they may.
Spec: docs/operators.md "Signing in"; spec/interfaces.md §5; R57.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sealane.base.errors import Conflict, Malformed, declare
from sealane.ports import Tx
from sealane.registry.sign_in_records import IdentityEntry
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import OPERATOR, Named
from sealane.services.statements.journal import bound_fields, record

NAME_MOST = 200
WANTED = "wanted"
"""When the provider asked that a person who had left may return."""

BAD_NAME = declare(
    "identity.malformed",
    Malformed,
    "A name at the identity provider has 1 to {most} characters, no space and no control.",
    "認証基盤での識別名は、空白と制御文字を除く 1～{most} 文字です。",
    "Write it exactly as the provider does.",
    "プロバイダーの表記のとおりに書いてください。",
)
NAME_TAKEN = declare(
    "identity.taken",
    Conflict,
    "{name!r} is another person's name or id here.",
    "{name!r} は他の人の識別名又は識別子です。",
    "Choose the name that the provider has for this very person.",
    "この人本人の識別名を指定してください。",
)


def require_name(name: object) -> str:
    """A name as a provider writes it. Raises: Malformed `identity.malformed`."""
    if (
        not isinstance(name, str)
        or not 0 < len(name) <= NAME_MOST
        or not name.isprintable()
        or " " in name
    ):
        raise BAD_NAME(most=NAME_MOST)
    return name


def person_named(node: Node, tx: Tx, name: str) -> str | None:
    """The person of a name, of those that the security officer gave, else by their id; None: it is
    nobody's.
    """
    row = node.records.identities.get(tx, name=name)
    if row is not None:
        counts = row.person is not None and row.ended is None
        return row.person if counts and node.entered(tx, "identities", row) else None
    # who has a name of their own is known by no other
    named = node.records.identities.get(tx, person=name) is not None
    person = None if named else node.records.people.get(tx, id=name)
    return None if person is None else person.id


def name_person(node: Node, person: str, name: str, *, by: Named = OPERATOR) -> None:
    """Say by which name a person is known at the nation's provider; what was proposed under that
    name becomes this person.

    Raises: NotFound `person.unknown`; Refused `person.duty`, `person.second_needed`; Malformed
    `identity.malformed`; Conflict `identity.taken`.
    """
    with node.store.writing() as tx:
        actor = acts.require(node, tx, Act.NAME, by)
        node.person(tx, person)
        name = require_name(name)
        there = node.records.identities.get(tx, name=name)
        if there is not None and there.person not in (None, person):
            raise NAME_TAKEN(name=name)
        if name != person and node.records.people.get(tx, id=name) is not None:
            raise NAME_TAKEN(name=name)
        earlier = node.records.identities.get(tx, person=person)
        if earlier is not None and there is not None and earlier.id != there.id:
            # the proposal of the name and the person's earlier name are one from now on
            keep(node, tx, replace(earlier, person=None, ended=node.now()[1]), **actor.told())
        row = there or earlier
        if row is None:
            row = IdentityEntry(
                id=person, name=name, external=None, person=person, data={}, since=node.now()[1]
            )
        keep(node, tx, replace(row, name=name, person=person, ended=None), **actor.told())


def keep(node: Node, tx: Tx, row: IdentityEntry, **told: Any) -> None:
    """A name's row, recorded first."""
    people = [] if row.person is None else [row.person]
    bound = bound_fields(node, tx, "identities", row)
    record(node, tx, "identity.recorded", people=people, **bound, **told)
    node.records.identities.put(
        tx,
        {"id": row.id},
        name=row.name,
        external=row.external,
        person=row.person,
        data=row.data,
        since=row.since,
        ended=row.ended,
    )


def proposals(node: Node, tx: Tx) -> list[IdentityEntry]:
    """Whom the nation's identity provider proposes: who is not entered yet, and who had left and is
    to return; all wait for the security officer.
    """
    rows = node.records.identities.find(tx, order="since", limit=10_000, ended=None)
    waiting = [row for row in rows if row.person is None or WANTED in row.data]
    return [row for row in waiting if node.entered(tx, "identities", row)]
