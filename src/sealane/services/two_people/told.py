"""A waiting act as each of the two may read it: whoever asked, and whoever may stand beside.

To everybody else it is not there.
Spec: docs/console.md §Two people; R57, R64.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sealane.base.errors import NotFound, declare
from sealane.base.values import DAY, parse_instant
from sealane.ports import Tx
from sealane.registry.waiting_act_life import may_answer, standing
from sealane.registry.waiting_act_records import WaitingAct, WaitingActState
from sealane.registry.who_may import Act
from sealane.services.access.told import holders, posts_among
from sealane.services.bound_rows import altered
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import Actor

LIVE_MOST, ENDED_MOST, ENDED_DAYS = 5000, 100, 14
"""Acts that wait, and of one person those that ended within so many days, that are looked at."""

NO_ACT = declare(
    "act.unknown",
    NotFound,
    "No act {id!r} waits for you, and none of yours.",
    "あなたを待つ行為にも、あなたが求めた行為にも {id!r} はありません。",
    "List what waits: `sealane act list`.",
    "`sealane act list` で一覧を見てください。",
)


def held(node: Node, tx: Tx, name: str) -> WaitingAct:
    """An act as it was entered. Raises: NotFound `act.unknown`; Untrusted `directory.altered`."""
    row = node.records.waiting_acts.get(tx, id=name)
    if row is None:
        raise NO_ACT(id=name[:80])
    if not node.entered(tx, "waiting_acts", row):
        raise altered("waiting_acts", row.id)
    return row


def live(node: Node, tx: Tx) -> list[WaitingAct]:
    """Every act that waits, the oldest first; one that was changed by hand is none."""
    now = node.host.now()
    rows = node.records.waiting_acts.find(
        tx, order="id", newest=True, limit=LIVE_MOST, state=WaitingActState.WAITING
    )
    waits = [row for row in reversed(rows) if standing(row, now) == WaitingActState.WAITING]
    return node.entered_of(tx, "waiting_acts", waits)


def reaching(node: Node, tx: Tx, person: Mapping[str, Any]) -> list[WaitingAct]:
    """The acts that wait for this person's word, the oldest first."""
    return _reaching(live(node, tx), str(person["id"]), person["duties"])


def _reaching(rows: Iterable[WaitingAct], person: str, duties: Collection[str]) -> list[WaitingAct]:
    return [row for row in rows if may_answer(row, person, duties)]


def of_person(node: Node, tx: Tx, person: str) -> list[WaitingAct]:
    """A person's own acts that wait, the oldest first."""
    return [row for row in live(node, tx) if row.person == person]


def ended(node: Node, tx: Tx, person: str) -> list[WaitingAct]:
    """What became of a person's own acts in the last days, the newest first."""
    now = node.host.now()
    rows = node.records.waiting_acts.find(
        tx, order="id", newest=True, limit=ENDED_MOST, person=person
    )
    over = [
        row
        for row in node.entered_of(tx, "waiting_acts", rows)
        if standing(row, now) != WaitingActState.WAITING
    ]
    return [row for row in over if parse_instant(row.at or row.until) > now - ENDED_DAYS * DAY]


def shown(node: Node, name: str, *, by: Actor) -> dict[str, Any]:
    """One act: for who asked, for who may answer it, and for who did.

    Raises: Malformed `usage.person`; NotFound `person.unknown`, `act.unknown`; Refused
    `person.unproven`; Untrusted `directory.altered`.
    """
    with node.store.reading() as tx:
        actor = acts.require(node, tx, Act.SEE_WAITING, by)
        who = node.person(tx, str(actor.person))
        row = node.records.waiting_acts.get(tx, id=name)
        if row is None or not (
            actor.person in (row.person, row.by) or may_answer(row, str(who["id"]), who["duties"])
        ):
            raise NO_ACT(id=name[:80])
        return as_json(node, tx, held(node, tx, name), str(actor.person))


def listed(node: Node, *, by: Actor) -> dict[str, Any]:
    """What waits for a person's word, what of their own waits for another's, and what became of
    their own in the last days. Raises: as `shown`, but `act.unknown`.
    """
    with node.store.reading() as tx:
        actor = acts.require(node, tx, Act.SEE_WAITING, by)
        person = str(actor.person)
        who, rows = node.person(tx, person), live(node, tx)
        return {
            "waiting": _all(node, tx, _reaching(rows, person, who["duties"]), person),
            "own": _all(node, tx, [row for row in rows if row.person == person], person),
            "ended": _all(node, tx, ended(node, tx, person), person),
        }


def as_json(node: Node, tx: Tx, row: WaitingAct, person: str) -> dict[str, Any]:
    """One act, as it is told to a person."""
    return _all(node, tx, [row], person)[0]


def _all(node: Node, tx: Tx, rows: list[WaitingAct], person: str) -> list[dict[str, Any]]:
    """The same of many, by as many questions to the register as of one."""
    holding = holders(node, tx, {duty for row in rows for duty in row.duties})
    duties = node.person(tx, person)["duties"]
    found = []
    for row in rows:
        state = standing(row, node.host.now())
        waits = state == WaitingActState.WAITING
        found.append(
            {
                "id": row.id,
                "operation": row.operation,
                "act": row.act,
                "summary": row.summary["en"],
                "summary_ja": row.summary["ja"],
                "says": row.says,
                "stated": row.stated,
                "version": row.version,
                "digest": row.digest,
                "person": row.person,
                "proof": row.proof,
                "since": row.since,
                "until": row.until,
                "state": str(state),
                "duties": row.duties,
                "posts": [
                    {
                        "duty": duty,
                        "posts": posts_among(
                            one for one in holding[duty] if one["id"] != row.person
                        ),
                    }
                    for duty in row.duties
                ],
                "yours": waits and may_answer(row, person, duties),
                "by": row.by,
                "by_proof": row.by_proof,
                "at": row.at,
                "reason": row.reason,
            }
        )
    return found
