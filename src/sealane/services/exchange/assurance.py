"""The recipient's assurance: asked and answered before release, held as a signed statement until it
lapses.

The recipient's security officer gives it once for an area and a level; the node then answers the
provider's question with it, and with the posts that could read such an item today. No name and no
clearance crosses.
Spec: R30; spec/exchange.md §5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.base.errors import NotFound, declare
from sealane.base.values import Instant, format_instant, parse_instant
from sealane.labels.model.label import Label, label_from_json
from sealane.ledger import bodies, receipt
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.services.deciding import previews
from sealane.services.node import Node, require_duty
from sealane.services.statements.journal import compose, log_statement, record

NO_ASSURANCE = declare(
    "assurance.missing",
    NotFound,
    "{party} has given no assurance for {level} in {area}.",
    "{party} は {area} の {level} について保証を与えていません。",
    "Its security officer records it with `sealane people assure`.",
    "相手国の保全責任者が `sealane people assure` で記録します。",
)


def give(
    node: Node, *, agreement: str, area: str, level: str, officer: str, until: Instant
) -> None:
    """The security officer's standing yes: cleared people, official need, equal protection.

    Raises: Refused `person.duty`; Misconfigured `agreement.not_held`.
    """
    with node.store.writing() as tx:
        require_duty(node.person(tx, officer), "security-officer")
        node.agreement_row(tx, agreement)
        data = {
            "clearance": True,
            "need": True,
            "protection": True,
            "until": format_instant(until),
            "by_person": officer,
            "at": node.now()[1],
        }
        key = {"agreement": agreement, "by": node.party, "area": area, "level": level}
        node.records.assurances.put(tx, key, data=data, statement=None)
        record(node, tx, "item.recorded", register="assurances", actor=officer)


def obtain(
    node: Node,
    *,
    partner: str,
    agreement: str,
    area: str,
    label: Label,
    project: str | None,
    purpose: str,
) -> tuple[dict[str, Any] | None, list[str]]:
    """The partner's assurance in the form a request takes it, and the posts that could read.

    One that is held and has not lapsed serves while the partner is away; otherwise the partner is
    asked.
    Raises: Unavailable `partner.unavailable`: none is held and the partner does not answer.
    """
    key = {"agreement": agreement, "by": partner, "area": area, "level": label.classification}
    with node.store.reading() as tx:
        data = held(node, tx, key, project)
        card = node.partner(tx, partner)
        digest = str(node.agreement_row(tx, agreement).digest)
    if data is not None:
        return member(data, partner), list(data["posts"])
    body = {
        "area": area,
        "level": label.classification,
        "project": project,
        "purpose": purpose,
        "label": label.as_json(),
    }
    asked = compose(
        node, "assurance.request", to=partner, agreement=(agreement, digest), item=None, body=body
    )
    with node.store.writing() as tx:
        log_statement(node, tx, asked, receipt.peek(asked))
    answer = node.peers.say(partner, asked)
    said = receipt.verify(answer, card.statement)
    if said.answers != receipt.digest(asked) or said.to != node.party:
        return None, []
    if not isinstance(said.body, bodies.AssuranceAnswer | bodies.Rejected):
        return None, []
    with node.store.writing() as tx:
        name = log_statement(node, tx, answer, said)
        if isinstance(said.body, bodies.Rejected):
            return None, []
        # An assurance is kept for the area and level that were asked about, never for others.
        if (said.body.area, said.body.level) != (area, label.classification):
            return None, []
        data = {**bodies.as_json(said.body), "at": said.at, "project": project}
        node.records.assurances.put(tx, key, data=data, statement=name)
    return member(data, partner), list(said.body.posts)


def held(node: Node, tx: Tx, key: Mapping[str, str], project: str | None) -> dict[str, Any] | None:
    """What a partner has assured and not let lapse, for this very project; None where it must be
    asked.

    Args:
        key: `agreement`, `by`, `area` and `level`.
    """
    row = node.records.assurances.get(tx, **key)
    data = None if row is None else dict(row.data)
    live = (
        data is not None
        and parse_instant(data["until"]) > node.host.now()
        and data.get("project") == project
    )
    return data if live else None


def answer(node: Node, tx: Tx, asked: Statement, name: str) -> dict[str, Any] | None:
    """The body of this node's `assurance`, or None when its security officer has given none."""
    question = asked.saying(bodies.AssuranceRequest)
    held = node.records.assurances.get(
        tx,
        agreement=asked.agreement,
        by=node.party,
        area=question.area,
        level=question.level,
    )
    if held is None or parse_instant(held.data["until"]) <= node.host.now():
        return None
    posts = previews.posts(
        node,
        tx,
        agreement=asked.agreement,
        provider=asked.by,
        label=label_from_json(question.label),
        area=question.area,
        project=question.project,
        purpose=question.purpose,
    )
    data = held.data
    return {
        "answers": name,
        "area": question.area,
        "level": question.level,
        "clearance": data["clearance"],
        "need": data["need"],
        "protection": data["protection"],
        "until": data["until"],
        "by_person": data["by_person"],
        "posts": posts,
    }


def member(data: Mapping[str, Any], partner: str) -> dict[str, Any]:
    """An assurance in the form a request takes it. Spec: spec/interfaces.md §4."""
    return {
        "clearance": data["clearance"],
        "need": data["need"],
        "protection": data["protection"],
        "by": partner,
        "at": data["at"],
    }
