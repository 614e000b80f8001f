"""People who leave: access ends at once and everywhere, by hand or by the nation's identity
provider.

What ends is access: sessions, tokens, clients, passkeys, every act and every opening. The person's
record stays, for the ledger's sake, and their briefings are ended by `people debrief`.
Spec: R28, R57; docs/console.md §Leaving; spec/interfaces.md §5.
"""

from __future__ import annotations

from dataclasses import replace

from sealane.base.errors import Conflict, declare
from sealane.ports import Tx
from sealane.registry.records import PersonEntry
from sealane.registry.who_may import WHO_MAY, Act
from sealane.services.node import NO_PERSON, Node
from sealane.services.register import acts, preferences
from sealane.services.register.acts import OPERATOR, Named
from sealane.services.register.credentials import Credentials
from sealane.services.register.identities import WANTED, keep
from sealane.services.register.sessions import Sessions
from sealane.services.statements.journal import bound_fields, record

MOST = 100_000

NOT_LEFT = declare(
    "person.not_left",
    Conflict,
    "{person} has not left.",
    "{person} は離任していません。",
    "Nothing is to be done.",
    "対応は不要です。",
)

LAST_OFFICER = declare(
    "person.last_officer",
    Conflict,
    "Without {person} nobody could enter people here any more.",
    "{person} を除くと、このノードで人を登録できる人がいなくなります。",
    "Enter another security officer, or another second, first.",
    "先に別の保全責任者、又は第二の人を登録してください。",
)


def leave(node: Node, person: str, *, by: Named = OPERATOR) -> bool:
    """End a person's access now; whether they had any.

    Raises: NotFound `person.unknown`; Refused `person.duty`, `person.unproven`.
    """
    with node.store.writing() as tx:
        actor = acts.require(node, tx, Act.DISMISS, by)
        return end_access(node, tx, person, actor=actor)


def come_back(node: Node, person: str, *, by: Named = OPERATOR) -> None:
    """Give a person who had left access again, with the duties that the record has; every session
    and token that was ended stays ended.

    Raises: as `leave`; Refused `person.second_needed`; Conflict `person.not_left`.
    """
    with node.store.writing() as tx:
        actor = acts.require(node, tx, Act.READMIT_PERSON, by)
        row = _entry(node, tx, person)
        if row.ended is None:
            raise NOT_LEFT(person=person)
        back = replace(row, ended=None)
        bound = bound_fields(node, tx, "people", back)
        record(node, tx, "person.returned", people=[person], **bound, **actor.told())
        node.records.people.change(tx, {"id": person}, ended=None)
        named = node.records.identities.get(tx, person=person)
        if named is not None and WANTED in named.data:
            answered = {name: value for name, value in named.data.items() if name != WANTED}
            keep(node, tx, replace(named, data=answered), **actor.told())


def end_access(
    node: Node, tx: Tx, person: str, *, actor: acts.Actor | None = None, client: str | None = None
) -> bool:
    """The same within a step that is under way, for an actor or a provisioning client; whether
    there was access.
    """
    row = _entry(node, tx, person)
    if row.ended is None:
        _require_others(node, tx, person)
    Sessions(node).end_all(tx, person)
    if row.ended is not None:
        return False
    told = {} if actor is None else actor.told()
    gone = replace(row, ended=node.now()[1], verifier=None)
    bound = bound_fields(node, tx, "people", gone)
    record(node, tx, "person.left", people=[person], credential=client, **bound, **told)
    node.records.people.change(tx, {"id": person}, verifier=None, ended=gone.ended)
    Credentials(node, b"").end_all(tx, person)
    preferences.forget_address(node, tx, person)
    return True


def _require_others(node: Node, tx: Tx, person: str) -> None:
    """In production somebody is left who may enter people, with a second; or the node would be
    closed for ever. Raises: Conflict `person.last_officer`.
    """
    if node.settings.profile != "production":
        return
    enters = WHO_MAY[Act.ENTER]
    assert enters.duties is not None
    assert enters.second is not None
    others = [set(row.data["duties"]) for row in node.people(tx, limit=MOST) if row.id != person]
    officers = sum(bool(duties & enters.duties) for duties in others)
    seconds = sum(bool(duties & (enters.duties | enters.second)) for duties in others)
    if not officers or seconds < 2:
        raise LAST_OFFICER(person=person)


def _entry(node: Node, tx: Tx, person: str) -> PersonEntry:
    row = node.person_entry(tx, person)
    if row is None:
        raise NO_PERSON(person=person)
    return row
