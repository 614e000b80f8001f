"""A refusal becomes a request: decided once more, so that nothing is asked which is not missing,
and named to whoever can mend it.

Only who sees that an item is there can ask for it; for everybody else there is no such item.
Spec: docs/console.md §Access requests; R36, R37.
"""

from __future__ import annotations

from typing import Any

from sealane.base.errors import Conflict, Unavailable, declare
from sealane.base.values import DAY, Instant, format_instant
from sealane.decisions.decide import Decision
from sealane.ports import Tx
from sealane.registry.access_life import DAYS, mending, standing
from sealane.registry.access_records import AccessRequest, AccessState
from sealane.registry.who_may import Act
from sealane.services.access import told
from sealane.services.deciding.decision import decide_now
from sealane.services.deciding.request import own_request
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import Named
from sealane.services.statements.journal import record

SAID, OPEN_MOST = 500, 50
"""Characters of what a person says, and requests that one person may have open."""

NOT_NEEDED = declare(
    "access.not_needed",
    Conflict,
    "This nation's decision does not stand between {person} and item {item} for this purpose.",
    "この目的での項目 {item} の開封について、{person} に自国の決定の妨げはありません。",
    "Open it: `sealane item open`.",
    "`sealane item open` で開いてください。",
)
TOO_MANY = declare(
    "access.too_many",
    Unavailable,
    "{person} has {most} requests open.",
    "{person} の未回答の請求が {most} 件あります。",
    "Wait until some are answered: `sealane access list`.",
    "回答を待ってください（`sealane access list`）。",
)


def ask_access(
    node: Node,
    item: str,
    *,
    person: Named,
    purpose: str,
    action: str = "open",
    said: str | None = None,
) -> dict[str, Any]:
    """Ask for access to a received item; the same question while it is open gives the same request.

    Raises: NotFound `person.unknown`, `item.unknown`; Conflict `item.not_yours`,
    `access.not_needed`; Unavailable `access.too_many`; Malformed `request.*`.
    """
    with node.store.writing() as tx:
        actor, reader, _ = acts.require_about(node, tx, Act.ASK_ACCESS, person, item)
        who = str((reader or {})["id"])
        row = node.held(tx, item)
        request = own_request(node, tx, row, person=who, purpose=purpose, action=action)
        decision = decide_now(node, tx, request)
        if decision.permit:
            raise NOT_NEEDED(person=who, item=item)
        known = _open(node, tx, who, item, (action, purpose))
        if known is not None:
            return told.as_json(node, tx, known, whole=False)
        made = _new_request(node, (who, row.id), (action, purpose), decision, said or "")
        record(
            node,
            tx,
            "access.asked",
            item=item,
            agreement=row.agreement or None,
            purpose=purpose,
            decision=decision.digest,
            clauses=[one["clause"] for one in made.data["clauses"]],
            due=made.until,
            **actor.told(),
        )
        node.records.access_requests.add(tx, made)
        return told.as_json(node, tx, made, whole=False)


def _new_request(
    node: Node, whose: tuple[str, str], about: tuple[str, str], decision: Decision, said: str
) -> AccessRequest:
    """A request of a person for an item, open from now on."""
    (person, item), (action, purpose) = whose, about
    clauses = [{"clause": one.clause, "code": one.code} for one in decision.unmet]
    return AccessRequest(
        id=f"ar-{node.host.entropy(6).hex()}",
        person=person,
        item=item,
        data={
            "action": action,
            "purpose": purpose,
            "said": said[:SAID],
            "clauses": clauses,
            "reaches": sorted({str(mending(one["code"]).duty) for one in clauses}),
            "agreed": [],
        },
        state=AccessState.ASKED,
        since=node.now()[1],
        until=format_instant(Instant(node.host.now() + DAYS * DAY)),
    )


def _open(
    node: Node, tx: Tx, person: str, item: str, about: tuple[str, str]
) -> AccessRequest | None:
    """The same question of this person, still open. Raises: Unavailable `access.too_many`."""
    now = node.host.now()
    rows = node.records.access_requests.find(
        tx, order="since", newest=True, person=person, state=AccessState.ASKED
    )
    rows = [row for row in rows if standing(row, now) == AccessState.ASKED]
    for row in rows:
        if row.item == item and (row.data["action"], row.data["purpose"]) == about:
            return row
    if len(rows) >= OPEN_MOST:
        raise TOO_MANY(person=person, most=OPEN_MOST)
    return None
