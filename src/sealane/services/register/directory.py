"""The directory: people, facilities, and what changes about them, each with its entry. Spec:
R20-R28, R49, R57.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sealane.base.errors import Conflict, Malformed, NotFound, declare
from sealane.decisions.request import person_from_json as judged_person
from sealane.ports import Tx
from sealane.registry.person import Person, person_from_json
from sealane.registry.records import FacilityEntry, PastPerson, PersonEntry
from sealane.registry.regime import EXTENSION, Regimes, require_extension, require_term
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import OPERATOR, Named
from sealane.services.statements.journal import bound_fields, record, record_row

NO_FACILITY = declare(
    "facility.unknown",
    NotFound,
    "No facility {facility} is registered here.",
    "施設 {facility} は登録されていません。",
    "See the list of facilities.",
    "施設の一覧を確かめてください。",
)
BAD_FACILITY = declare(
    "facility.malformed",
    Malformed,
    "The facility's record is wrong.",
    "施設の記録に誤りがあります。",
    "Give id, country, accredited {{policy, level}} and until.",
    "id、country、accredited {{policy, level}}、until を書いてください。",
)


ALIKE = declare(
    "person.alike",
    Conflict,
    "{person} is spelt almost as {known}, who is in the directory: one person is entered once.",
    "{person} は登録済みの {known} とほぼ同じ綴りです。一人は一度だけ登録します。",
    "Change that person's record, or choose an id that nobody takes for it.",
    "その人の記録を変更するか、紛らわしくない識別子を選んでください。",
)
_ALIKE = str.maketrans("01_-", "ol..")


OTHER_LEVELS = declare(
    "facility.other_levels",
    Malformed,
    "Facility {facility} lies in {country} and is accredited in the levels of that state's scheme;"
    " {level!r} is none of them.",
    "施設 {facility} は {country} にあり、その国の方式の区分で認定します。"
    "{level!r} はその区分ではありません。",
    "Name a level of that state's scheme.",
    "その国の方式の区分を書いてください。",
)


def enter(
    node: Node,
    value: Any,
    *,
    by: Named = OPERATOR,
    unchanged: Callable[[PersonEntry | None], None] | None = None,
) -> Person:
    """Enter or change a person; the earlier record stays in the ledger.

    Args:
        by: who enters; at an embedded node whoever holds the keystore's passphrase may.
        unchanged: asked of the record as it is, before it changes; raises where it is another by
            now.
    Raises: NotFound `person.unknown`; Refused `person.duty`, `person.second_needed`,
    `clearance.too_long`; Conflict `person.alike`; Malformed `person.malformed`,
    `clearance.extension_malformed`, `request.*`.
    """
    with node.store.writing() as tx:
        actor = acts.require(node, tx, Act.ENTER, by)
        person = person_from_json(value)
        require_clearances(node.regimes, person.subject)
        known = node.records.people.get(tx, id=person.id)
        if unchanged is not None:
            unchanged(known)
        if known is None:
            _require_unlike(node, tx, person.id)
        keep_person(
            node,
            tx,
            person.as_json(),
            kind="person.enrolled" if known is None else "person.changed",
            actor=actor,
        )
    return person


def spelling(person: str) -> str:
    """What two ids have in common that a reader could take for one another."""
    return person.casefold().translate(_ALIKE)


def _require_unlike(node: Node, tx: Tx, person: str) -> None:
    """No second entry of one person under another spelling, who would then be two of an item's
    people. Raises: Conflict `person.alike`.
    """
    wanted = spelling(person)
    for known in node.records.people.column(tx, "id"):
        if spelling(known) == wanted:
            raise ALIKE(person=person, known=known)


def require_clearances(regimes: Regimes, subject: Mapping[str, Any]) -> None:
    """A person's facts have the form that decisions take, and no clearance says to run longer than
    it counts. Raises: as `enter`.
    """
    for held in subject["clearances"]:
        if isinstance(held, dict) and EXTENSION in held:
            require_extension(held[EXTENSION])
    bare = [
        {name: member for name, member in held.items() if name != EXTENSION}
        if isinstance(held, dict)
        else held
        for held in subject["clearances"]
    ]
    judged_person({"subject": {**subject, "clearances": bare}, "facility": None})
    for held in subject["clearances"]:
        require_term(regimes, held)


def keep_person(
    node: Node,
    tx: Tx,
    data: Mapping[str, Any],
    *,
    kind: str,
    actor: Named | None,
    **told: Any,
) -> None:
    """Put a person's row, bound to the entry that tells of it. The passphrase stays what it was,
    unless the row was changed by hand: then nobody knows whose it is.
    """
    known = node.records.people.get(tx, id=data["id"])
    if known is not None and node.bound is not None:
        known = known if node.bound.holds(tx, "people", known) else None
    verifier = told.pop("verifier", None if known is None else known.verifier)
    entry = PersonEntry(
        id=data["id"],
        data=dict(data),
        verifier=verifier,
        since=node.now()[1],
        ended=None if known is None else known.ended,
    )
    if known is not None:
        _put_by(node, tx, known, entry.since)
    record(
        node,
        tx,
        kind,
        **(acts.actor_of(actor).told() if actor is not None else {}),
        people=[entry.id],
        **bound_fields(node, tx, "people", entry),
        **told,
    )
    node.records.people.put(
        tx, {"id": entry.id}, data=entry.data, verifier=entry.verifier, since=entry.since
    )


def _put_by(node: Node, tx: Tx, known: PersonEntry, until: str) -> None:
    """Keep what a record says that is about to be changed, bound by an entry of its own."""
    past = PastPerson(person=known.id, since=known.since, until=until, data=known.data)
    if past.since != past.until:
        record_row(node, tx, "past_people", past)
        node.records.past_people.add(tx, past)


def enter_facility(
    node: Node,
    value: Any,
    *,
    by: Named = OPERATOR,
    unchanged: Callable[[FacilityEntry | None], None] | None = None,
) -> str:
    """Enter or change a facility with its accreditation. Raises: as `enter`; Malformed
    `facility.malformed`, `facility.other_levels`, `request.*`.
    """
    with node.store.reading() as tx:
        actor = acts.require(node, tx, Act.ENTER, by)
    if not isinstance(value, dict) or set(value) != {"id", "country", "accredited", "until"}:
        raise BAD_FACILITY()
    nobody = {
        "id": "nobody",
        "nationality": [],
        "organisation": "-",
        "organisation_country": node.party,
        "clearances": [],
        "briefings": [],
        "authorisations": [],
        "roles": [],
        "duties": [],
    }
    judged_person({"subject": nobody, "facility": value})
    scheme = node.schemes.get(value["country"])
    accredited = value["accredited"]
    if scheme is not None and (
        accredited["policy"] != scheme.id or scheme.level(accredited["level"]) is None
    ):
        raise OTHER_LEVELS(
            facility=value["id"], country=value["country"], level=str(accredited["level"])[:40]
        )
    with node.store.writing() as tx:
        if unchanged is not None:
            unchanged(node.records.facilities.get(tx, id=value["id"]))
        entry = FacilityEntry(id=value["id"], data=value, since=node.now()[1])
        bound = bound_fields(node, tx, "facilities", entry)
        record(node, tx, "facility.recorded", facility=entry.id, **bound, **actor.told())
        node.records.facilities.put(tx, {"id": entry.id}, data=value, since=entry.since)
    return str(value["id"])
