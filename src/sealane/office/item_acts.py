"""Operations on registered items: the acts of either nation.

Each answers with what came of it, and what the partners answered as far as they did.
Spec: spec/openapi.yaml; docs/who-may.md; R30, R40, R47.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from sealane.office.operation import (
    REASON_MOST,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import (
    ITEM,
    MARK,
    TO,
    answers_in_short,
    item_version,
    require_version,
)
from sealane.registry.records import Item
from sealane.registry.who_may import Act
from sealane.services.exchange import (
    arrival,
    onward,
    recall,
    relabelled,
    release,
    reseal,
    signature,
    withdrawal,
)
from sealane.services.exchange.outbox import Sent
from sealane.services.exchange.stated_release import label_of
from sealane.services.register import acts
from sealane.services.register.acts import Actor

REASON = StatedMember(
    name="reason", needed=True, most=REASON_MOST, says="Why, for the partner and the record."
)

REMARK = replace(REASON, says="In a sentence; it stays with this nation.")


def answers_of(sent: Iterable[Sent]) -> list[dict[str, Any]]:
    """What each partner answered, or why it has not."""
    return [
        {"to": one.to, "type": one.type, "answer": one.answer, "trouble": one.trouble}
        for one in sent
    ]


def _countersign(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    released = release.countersign(office.node, asked["item"], actor)
    sent = {one.to: one for one in office.deliver(asked["item"])}
    transfers = [
        {
            "to": one.to,
            "state": str(one.state),
            "decision": one.decision,
            "receipt": sent[one.to].answer if one.to in sent else None,
        }
        for one in released.transfers
    ]
    told = {"item": asked["item"], "state": str(released.state), "transfers": transfers}
    if len(transfers) == 1:
        told |= {part: transfers[0][part] for part in ("decision", "receipt")}
    return told


def _accept(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    arrival.accept(office.node, asked["item"], actor)
    return _told(office, asked["item"], "accepted")


def _reject(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    arrival.reject(office.node, asked["item"], actor, reason=asked["reason"])
    return _told(office, asked["item"], "rejected")


def _told(office: NodeOffice, item: str, state: str) -> dict[str, Any]:
    answered = [one.answer for one in office.deliver(item)]
    return {"item": item, "state": state, "told": answered}


def _withdraw(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    found = withdrawal.withdraw(
        office.node, asked["item"], actor, reason=asked["reason"], to=asked["to"]
    )
    return {**found, "answers": answers_in_short(office.deliver(asked["item"]))}


def _recall(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    found = recall.recall(office.node, asked["item"], reason=asked["reason"], person=actor)
    return {**found, "answers": answers_of(office.deliver(asked["item"]))}


def _relabel(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node, item = office.node, asked["item"]
    with node.store.reading() as tx:
        acts.require_about(node, tx, Act.RELABEL, actor, item)
    label = label_of(node, asked["label"])

    def unchanged(row: Item) -> None:
        require_version(asked.match, item_version(asdict(row)))

    return relabelled.change(
        node,
        item,
        label,
        reason=asked["reason"],
        person=actor,
        deliver=office.deliver,
        unchanged=unchanged,
    )


def _rewrap(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    made = reseal.rewrap(
        office.node, asked["item"], suite=asked["suite"], person=actor, to=asked["to"]
    )
    sent = office.deliver(asked["item"])
    told: dict[str, Any] = {
        "item": asked["item"],
        "suite": asked["suite"],
        "transfers": made,
        "answers": answers_of(sent),
    }
    if len(made) == 1:
        told |= {part: made[0][part] for part in ("container", "replaces")}
    return told


def _onward(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    wanted = onward.PassingOn(
        item=asked["item"],
        to=asked["to"],
        agreement=asked["agreement"],
        purpose=asked["purpose"],
    )
    sent: Sequence[Sent] = ()
    try:
        passed = onward.pass_on(office.node, wanted, person=actor)
    finally:
        sent = office.deliver(asked["item"])
    return {
        **asdict(passed),
        "state": _state_of(office, passed),
        "answers": answers_of(sent),
    }


def _state_of(office: NodeOffice, passed: onward.PassedOn) -> str:
    """The transfer as it stands once what could be delivered was."""
    with office.node.store.reading() as tx:
        return str(office.node.given(tx, passed.item, passed.to).state)


def _decline(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return signature.decline(office.node, asked["item"], actor, reason=asked["reason"])


def _send_back(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return signature.send_back(office.node, asked["item"], actor, reason=asked["reason"])


def _resubmit(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return signature.resubmit(office.node, asked["item"], actor, reason=asked["reason"])


OPERATIONS = (
    Operation(
        id="items.decline",
        act=Act.DECLINE,
        method="POST",
        path="/api/v1/items/{item}/decline",
        answer="Prepared",
        members=(ITEM, REMARK),
        do=_decline,
        example={"reason": "not for them"},
    ),
    Operation(
        id="items.send-back",
        act=Act.SEND_BACK,
        method="POST",
        path="/api/v1/items/{item}/send-back",
        answer="Prepared",
        members=(ITEM, REMARK),
        do=_send_back,
        example={"reason": "which survey is meant?"},
    ),
    Operation(
        id="items.resubmit",
        act=Act.RESUBMIT,
        method="POST",
        path="/api/v1/items/{item}/resubmit",
        answer="Prepared",
        members=(ITEM, REMARK),
        do=_resubmit,
        example={"reason": "the one of May"},
    ),
    Operation(
        id="items.countersign",
        act=Act.COUNTERSIGN,
        method="POST",
        path="/api/v1/items/{item}/countersign",
        answer="Acted",
        members=(ITEM,),
        do=_countersign,
        example={},
    ),
    Operation(
        id="items.withdraw",
        act=Act.WITHDRAW,
        method="POST",
        path="/api/v1/items/{item}/withdraw",
        answer="Withdrawn",
        members=(ITEM, REASON, TO("One party from which; default: every one that has not got it.")),
        do=_withdraw,
        example={"reason": "sent too early", "to": "JPN"},
    ),
    Operation(
        id="items.accept",
        act=Act.ACCEPT,
        method="POST",
        path="/api/v1/items/{item}/accept",
        answer="Acted",
        members=(ITEM,),
        do=_accept,
        example={},
    ),
    Operation(
        id="items.reject",
        act=Act.REJECT,
        method="POST",
        path="/api/v1/items/{item}/reject",
        answer="Acted",
        members=(ITEM, REASON),
        do=_reject,
        example={"reason": "wrong addressee"},
    ),
    Operation(
        id="items.recall",
        act=Act.RECALL,
        method="POST",
        path="/api/v1/items/{item}/recall",
        answer="Recalled",
        members=(ITEM, REASON),
        do=_recall,
        example={"reason": "Sent under the wrong paragraph"},
    ),
    Operation(
        id="items.relabel",
        act=Act.RELABEL,
        method="PATCH",
        path="/api/v1/items/{item}",
        answer="Relabelled",
        members=(ITEM, MARK, REASON),
        do=_relabel,
        second=True,
        turns_into=Act.LOWER,
        edits=True,
        example={"label": "PROTECTED//REL AUS/JPN", "reason": "review of the source"},
    ),
    Operation(
        id="items.rewrap",
        act=Act.REWRAP,
        method="POST",
        path="/api/v1/items/{item}/rewrap",
        answer="Rewrapped",
        members=(
            ITEM,
            StatedMember(
                name="suite",
                needed=True,
                words=("MLKEM1024-P384", "X-Wing"),
                says="The new suite.",
            ),
            TO("Default: every party that has it."),
        ),
        do=_rewrap,
        example={"suite": "X-Wing"},
    ),
    Operation(
        id="items.onward",
        act=Act.ONWARD,
        method="POST",
        path="/api/v1/items/{item}/onward",
        answer="PassedOn",
        members=(
            ITEM,
            TO("The third party.", needed=True),
            StatedMember(
                name="agreement",
                says="The agreement with the third party, of which the provider is a party too;"
                " where none is named, nothing goes.",
            ),
            StatedMember(
                name="purpose",
                says="Default: the one that the consent names, else the first that both agreements"
                " know.",
            ),
        ),
        do=_onward,
        second=True,
        example={"to": "USA", "agreement": "aus-jpn-usa-trilateral"},
    ),
)
