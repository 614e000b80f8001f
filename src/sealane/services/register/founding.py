"""The first people of a new node, entered by whoever makes it.

An embedded node has one person, `operator`, with every duty that separation allows. In production
the operator holds that duty alone; two founders are its security officers, and everybody else is
entered by one of them with a second.
Spec: spec/interfaces.md §6; R57, R64.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sealane.base.errors import Malformed, declare
from sealane.base.values import DAY, Instant, format_instant, identifier
from sealane.registry.person import DUTIES, SEPARATED
from sealane.registry.records import Duty
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.directory import keep_person

OPERATOR = "operator"
YEAR = 365 * DAY
FOUNDERS = 2

WRONG_FOUNDERS = declare(
    "node.founders",
    Malformed,
    "A production node is founded by two people, by names of their own; not by {count}.",
    "production のノードは別々の名前を持つ二人が設けます（{count} 人ではありません）。",
    "Give --founder PERSON twice; neither is `operator`.",
    "--founder PERSON を二回指定してください。`operator` は使えません。",
)


def require_founders(founders: Sequence[str], *, production: bool) -> None:
    """Silence where these may found a node: two in production, where otherwise nobody could ever
    enter people, and nobody elsewhere. Raises: Malformed `node.founders`, `value.identifier`.
    """
    names = {identifier(one) for one in founders} - {OPERATOR}
    wanted = FOUNDERS if production else 0
    if len(founders) != wanted or len(names) != wanted:
        raise WRONG_FOUNDERS(count=len(names))


def found(node: Node, founders: Sequence[str]) -> list[str]:
    """Enter the operator and, in production, the founders; their ids, the operator first."""
    if node.settings.profile == "production":
        duty = [str(Duty.SECURITY_OFFICER)]
        people = [_record(node, OPERATOR, ("Operator", "運用者"), [str(Duty.OPERATOR)])]
        people += [_record(node, one, (one, one), duty) for one in founders]
    else:
        people = [_operator(node)]
    with node.store.writing() as tx:
        for data in people:
            keep_person(node, tx, data, kind="person.enrolled", actor=acts.OPERATOR)
    return [str(data["id"]) for data in people]


def _operator(node: Node) -> dict[str, Any]:
    """The one person of a new node: every duty that separation allows one hand, and a clearance
    that says so.

    Spec: spec/interfaces.md "Settled details"; R64.
    """
    now, at = node.now()
    until = format_instant(Instant(now + YEAR))
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
    free = [duty.value for duty in DUTIES if duty not in SEPARATED]
    every = _record(node, OPERATOR, ("Operator", "運用者"), ["originator", *free])
    return {**every, "clearances": clearances}


def _record(node: Node, person: str, name: tuple[str, str], duties: list[str]) -> dict[str, Any]:
    """Somebody of this nation with these duties and nothing else."""
    post = {OPERATOR: ("Node operator", "ノード運用者")}
    english, japanese = post.get(person, ("Security officer", "保全責任者"))
    return {
        "id": person,
        "name": name[0],
        "name_ja": name[1],
        "post": english,
        "post_ja": japanese,
        "facility": None,
        "nationality": [node.party],
        "organisation": node.settings.node,
        "organisation_country": node.party,
        "clearances": [],
        "briefings": [],
        "authorisations": [],
        "roles": [],
        "duties": duties,
    }
