"""Whoever a request for access reaches grants or refuses it. A grant is a word on record: it gives
no key, changes no record, and names the acts that mend what is missing.

Spec: docs/console.md §Access requests; R36, R37, R64.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.base.errors import NotFound, Refused, declare
from sealane.registry.access_life import ACCESS, OFFICER, standing
from sealane.registry.access_records import AccessRequest, AccessState
from sealane.registry.who_may import Act
from sealane.services.access import told
from sealane.services.node import WRONG_DUTY, Node
from sealane.services.register import acts
from sealane.services.register.acts import Named
from sealane.services.statements.journal import record

REASON = 500

NO_REQUEST = declare(
    "access.unknown",
    NotFound,
    "There is no request {id!r} that reaches you.",
    "請求 {id!r} はないか、あなた宛てではありません。",
    "List what reaches you: `sealane access list`.",
    "`sealane access list` で一覧を見てください。",
)
OWN = declare(
    "access.own",
    Refused,
    "{person} asked for it and cannot answer it.",
    "{person} 自身の請求であり、自ら回答することはできません。",
    "Another person with the duty answers.",
    "その職務を持つ別の人が回答します。",
)


def answer_access(
    node: Node, name: str, *, person: Named, grant: bool, reason: str | None = None
) -> dict[str, Any]:
    """Grant or refuse a request. It is granted once each duty that it reaches agreed; one no is no.

    Raises: NotFound `person.unknown`, `access.unknown`; Refused `person.duty`, `access.own`;
    Conflict `life.no_such_step`: it was answered, or has lapsed.
    """
    with node.store.writing() as tx:
        actor = acts.require(node, tx, Act.ANSWER_ACCESS, person)
        who = node.person(tx, str(actor.person))
        row = node.records.access_requests.get(tx, id=name)
        if row is None:
            raise NO_REQUEST(id=name[:80])
        now, at = node.now()
        agreed = [*row.data["agreed"], *_word(row, who, at, grant=grant)]
        step = ACCESS.step(standing(row, now), "grant" if grant else "refuse", by=OFFICER)
        whole = {one["duty"] for one in agreed} == set(row.data["reaches"])
        state = AccessState(step.to) if whole or not grant else row.state
        record(
            node,
            tx,
            "access.granted" if grant else "access.refused",
            item=row.item,
            people=[row.person],
            purpose=row.data["purpose"],
            **actor.told(),
        )
        node.records.access_requests.change(
            tx,
            {"id": name},
            state=state,
            data={**row.data, "agreed": agreed},
            by=who["id"],
            at=at,
            reason=(reason or "")[:REASON] or None,
        )
        after = node.records.access_requests.get(tx, id=name)
        assert after is not None
        return told.as_json(node, tx, after, whole=True)


def _word(
    row: AccessRequest, who: Mapping[str, Any], at: str, *, grant: bool
) -> list[dict[str, Any]]:
    """What a person's yes adds, one for each duty of theirs that it reaches; a no adds nothing.

    Raises: NotFound `access.unknown`; Refused `access.own`, `person.duty`.
    """
    # 1. it reaches this person's duties
    reached = set(row.data["reaches"]) & set(who["duties"])
    if not reached:
        raise NO_REQUEST(id=row.id)
    # 2. nobody answers their own
    if row.person == who["id"]:
        raise OWN(person=who["id"])
    # 3. these duties have not agreed to it before
    new = reached - {one["duty"] for one in row.data["agreed"]}
    if grant and not new:
        others = sorted(set(row.data["reaches"]) - reached)
        raise WRONG_DUTY(person=who["id"], duty=" / ".join(others))
    return [{"duty": duty, "by": who["id"], "at": at} for duty in sorted(new) if grant]


def requests(node: Node, *, person: Named) -> dict[str, Any]:
    """A person's own requests, and those that wait for this person's word or for the act that mends
    them. Raises: NotFound `person.unknown`; Refused `person.unproven`.
    """
    with node.store.reading() as tx:
        actor = acts.require(node, tx, Act.SEE_ACCESS, person)
        who = node.person(tx, str(actor.person))
        duties = set(who["duties"])
        waiting = told.reaching(node, tx, who)
        mending = [row for row, _ in told.to_mend(node, tx, duties)]
        return {
            "own": told.all_as_json(
                node, tx, told.of_person(node, tx, str(who["id"])), whole=False
            ),
            "waiting": told.all_as_json(node, tx, waiting, whole=True),
            "to_mend": told.all_as_json(node, tx, mending, whole=True),
        }
