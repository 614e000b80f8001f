"""Before a second signer's signature: the signer reads what is to be signed, says no, or sends it
back to the release officer, who answers and asks again.

What waits is known at home alone, so nobody else is told. Spec: R35, R36, R64; spec/exchange.md §4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

from sealane.base.errors import Refused, declare
from sealane.ports import Tx
from sealane.registry import effects
from sealane.registry.effects import Holding
from sealane.registry.records import Transfer
from sealane.registry.transfer import PREPARED, PROVIDER, TRANSFER
from sealane.registry.who_may import Act
from sealane.services.deciding.decision import decide_now
from sealane.services.deciding.request import own_request
from sealane.services.node import WRONG_STATE, Node
from sealane.services.opening import own_content
from sealane.services.register import acts, items, remarks
from sealane.services.register.acts import Actor, Named
from sealane.services.statements.journal import record

NOT_CLEARED = declare(
    "signature.not_cleared",
    Refused,
    "{person} holds no clearance that counts at the level of {item}.",
    "{person} には、項目 {item} の区分に足りる有効な適格性がありません。",
    "Ask a second signer who is cleared for it, or the security officer.",
    "適格性のある第二署名者、又は保全責任者に相談してください。",
)
NOT_SEPARATED = declare(
    "signature.not_separated",
    Refused,
    "{person} wrote or releases {item}, and signs no release of it beside.",
    "{person} は項目 {item} の作成者又は提供担当官であり、第二署名者にはなれません。",
    "Ask another second signer.",
    "別の第二署名者に依頼してください。",
)
CLEARED = "access.not_cleared"
"""The clause of an opening that a signer has to meet."""


@dataclass(frozen=True, slots=True)
class ReadToSign:
    """What the second signer read."""

    item: str
    media_type: str
    title: str


def read(node: Node, item: str, *, signer: Named, sink: BinaryIO) -> ReadToSign:
    """Write what waits for a signature to a private spool, for a second signer who is cleared at
    its level; on record. Nothing else of the clauses of opening is asked.

    Raises: NotFound `person.unknown`, `item.unknown`; Conflict `item.not_yours`,
    `life.no_such_step`, `item.state`, `item.not_kept`; Refused `person.duty`,
    `signature.not_separated`, `signature.not_cleared`; Untrusted `container.*`: nothing of the
    spool may be shown then.
    """
    with node.store.reading() as tx:
        node.require_current(tx)
        actor, _, row = acts.require_about(node, tx, Act.READ_TO_SIGN, signer, item)
        _prepared(node.holding(tx, item), "countersign")
        _require_separated(row.facts, actor, item)
        cleared = _is_cleared(node, tx, item, str(actor.person))
        own = own_content.kept(node, tx, item)
    if not cleared:
        with node.store.writing() as tx:
            told = {"reason": NOT_CLEARED.code, "outcome": "refused", **actor.told()}
            record(node, tx, "key.refused", item=item, policy=own.policy_uuid, **told)
        raise NOT_CLEARED(person=actor.person, item=item)
    own_content.read(node, own, sink, actor=actor, kind="release.read")
    return ReadToSign(item, own.media_type, own.title)


def _is_cleared(node: Node, tx: Tx, item: str, person: str) -> bool:
    """Whether the clause of the agreement about clearances is met, whatever else of an opening is
    not; where it has none, nobody is.
    """
    row = node.item(tx, item)
    asked = own_request(
        node, tx, row, person=person, purpose=row.facts["purposes"][0], action="open"
    )
    met = [one.met for one in decide_now(node, tx, asked).reasons if one.code == CLEARED]
    return bool(met) and all(met)


def decline(node: Node, item: str, signer: Named, *, reason: str) -> dict[str, Any]:
    """The second signer's no to everything that waits: it is over. The partner knew nothing of it.

    Raises: NotFound `person.unknown`, `item.unknown`; Conflict `item.not_yours`,
    `life.no_such_step`; Refused `person.duty`, `signature.not_separated`.
    """
    return _step(node, item, signer, act=Act.DECLINE, event="decline", reason=reason)


def send_back(node: Node, item: str, signer: Named, *, reason: str) -> dict[str, Any]:
    """The second signer wants something of the release officer first. Raises: as `decline`."""
    return _step(node, item, signer, act=Act.SEND_BACK, event="send-back", reason=reason)


def resubmit(node: Node, item: str, officer: Named, *, reason: str) -> dict[str, Any]:
    """The release officer's answer to what was sent back: it waits for the second signer again.
    Raises: as `decline`, but for the separation.
    """
    return _step(node, item, officer, act=Act.RESUBMIT, event="resubmit", reason=reason)


def _step(
    node: Node, item: str, who: Named, *, act: Act, event: str, reason: str
) -> dict[str, Any]:
    """One step of every transfer that is prepared, recorded and remarked."""
    with node.store.writing() as tx:
        actor, _, row = acts.require_about(node, tx, act, who, item)
        held = node.holding(tx, item)
        moved = _prepared(held, event)
        if act is not Act.RESUBMIT:
            _require_separated(row.facts, actor, item)
        step = TRANSFER.step(moved[0].state, event, by=PROVIDER)
        assert step.entry is not None
        record(node, tx, step.entry, item=item, **actor.told())
        after = effects.unoffered(held, moved, event, at=node.now()[1])
        items.change(node, tx, held, after)
        remarks.note(node, tx, item, actor, act=act, text=reason)
    node.host.reached(f"{event}.recorded")
    return {
        "item": item,
        "state": after.item.state,
        "transfers": [{"to": one.to, "state": one.state} for one in after.transfers],
        "reason": reason[: remarks.TEXT],
        "told": [],
    }


def _prepared(held: Holding, event: str) -> list[Transfer]:
    """The transfers that an event moves before anybody else knows of them. Raises: Conflict
    `life.no_such_step`, `item.state`.
    """
    if held.item.recalled is not None:
        raise WRONG_STATE(item=held.item.id, state="recalled")
    waiting = [one for one in held.transfers if one.state in PREPARED]
    moved = [one for one in waiting if event in TRANSFER.events(one.state)]
    if not moved:
        TRANSFER.step(held.item.state, event, by=PROVIDER)
        raise WRONG_STATE(item=held.item.id, state=held.item.state)
    return moved


def _require_separated(facts: dict[str, Any], signer: Actor, item: str) -> None:
    if signer.person in (facts["originator"], facts["release_officer"]):
        raise NOT_SEPARATED(person=signer.person, item=item)
