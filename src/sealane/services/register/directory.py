"""The directory: people, facilities, and what changes about them, each with its entry. Spec:
R20-R28, R49, R57.
"""

from __future__ import annotations

from typing import Any

from sealane.base import canonical
from sealane.base.errors import Malformed, declare
from sealane.decisions.request import person_from_json as judged_person
from sealane.registry.person import DUTIES, SEPARATED, Person, person_from_json
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import OPERATOR, Named
from sealane.services.statements.journal import record

BAD_FACILITY = declare(
    "facility.malformed",
    Malformed,
    "The facility's record is wrong.",
    "施設の記録に誤りがあります。",
    "Give id, country, accredited {policy, level} and until.",
    "id、country、accredited {policy, level}、until を書いてください。",
)


def enter(node: Node, value: Any, *, by: Named = OPERATOR, verifier: str | None = None) -> Person:
    """Enter or change a person; the earlier record stays in the history.

    Args:
        by: who enters; at an embedded node whoever holds the keystore's passphrase may.
    Raises: NotFound `person.unknown`; Refused `person.duty`, `person.second_needed`; Malformed
    `person.malformed`, `request.*`.
    """
    with node.store.writing() as tx:
        actor = acts.require(node, tx, Act.ENTER, by)
        person = person_from_json(value)
        judged_person({"subject": person.subject, "facility": None})
        at = node.now()[1]
        known = node.records.people.get(tx, id=person.id)
        data = person.as_json()
        keep = {"verifier": verifier} if verifier is not None else {}
        node.records.people.put(tx, {"id": person.id}, data=data, since=at, **keep)
        record(
            node,
            tx,
            "person.changed" if known else "person.enrolled",
            item=person.id,
            **actor.told(),
            **({"record": canonical.digest(data)} if known else {}),
        )
    return person


def enter_facility(node: Node, value: Any, *, by: Named = OPERATOR) -> str:
    """Enter or change a facility with its accreditation. Raises: as `enter`; Malformed
    `facility.malformed`, `request.*`.
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
    with node.store.writing() as tx:
        node.records.facilities.put(tx, {"id": value["id"]}, data=value, since=node.now()[1])
        record(
            node,
            tx,
            "facility.recorded",
            facility=value["id"],
            record=canonical.digest(value),
            **actor.told(),
        )
    return str(value["id"])


def founding_operator(node: Node, *, at: str, until: str) -> dict[str, Any]:
    """The one person of a new node: every duty that separation allows one hand, and a clearance
    that says so.

    Spec: spec/interfaces.md "Settled details"; R64.
    """
    scheme = node.schemes.get(node.party)
    top = (
        max(scheme.levels, key=lambda level: level.order).name if scheme and scheme.levels else None
    )
    clearances = (
        []
        if top is None
        else [
            {
                "issuer": node.party,
                "policy": node.party,
                "level": top,
                "basis": "assessed",
                "granted": at,
                "expires": until,
                "sponsor": node.settings.node,
                "status": "active",
            }
        ]
    )
    free = [duty for duty in DUTIES if duty not in SEPARATED]
    return {
        "id": "operator",
        "name": "Operator",
        "name_ja": "運用者",
        "post": "Node operator",
        "post_ja": "ノード運用者",
        "facility": None,
        "nationality": [node.party],
        "organisation": node.settings.node,
        "organisation_country": node.party,
        "clearances": clearances,
        "briefings": [],
        "authorisations": [],
        "roles": [],
        "duties": ["originator", *free],
    }
