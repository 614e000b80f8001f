"""Only the originator changes a label: at once at its own key service, then at every holder, who
acknowledges.

From the commit on nothing opens under the old label; the item opens again, under the new one, once
its key is sealed anew with it (`rewrapping.rewrap`, `reseal`). Spec: R16; spec/exchange.md §9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

from sealane.base.errors import Conflict, Refused, SealaneError, declare
from sealane.labels.model.label import Label, label_from_json
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry import copy_effects, effects
from sealane.registry.effects import Holding
from sealane.registry.records import CopyState, Item, ItemState
from sealane.registry.transfer import PREPARED
from sealane.registry.who_may import Act
from sealane.services import holding
from sealane.services.deciding.accreditation import require_accredited
from sealane.services.deciding.equivalent import handle_as
from sealane.services.deciding.label_bounds import keeps
from sealane.services.exchange import derived
from sealane.services.exchange import reseal as resealing
from sealane.services.exchange.onward_word import tell_origin
from sealane.services.node import WRONG_STATE, Node
from sealane.services.opening import containers, key_parts
from sealane.services.register import acts, items
from sealane.services.register.acts import Actor, ByTwo, Named
from sealane.services.statements.journal import Said, log_statement, record
from sealane.services.statements.talk import REASON, acknowledge, reject, tell

OTHER_POLICY = declare(
    "relabel.other_policy",
    Refused,
    "A label change keeps policy and originator ({policy}, {originator}).",
    "ラベルの変更では方針と作成国（{policy}、{originator}）を変えられません。",
    "Seal and release the document anew.",
    "文書を封緘し直し、改めて提供してください。",
)
FILE_WANTED = declare(
    "relabel.file_wanted",
    Conflict,
    "The label of {item} changed; its container file stays shut until it is sealed anew.",
    "{item} のラベルを変更しました。コンテナファイルは封緘し直すまで開けません。",
    "Give the file and where the new one goes: --in FILE --out FILE.",
    "--in でファイルを、--out で新しいファイルの場所を指定してください。",
)


def relabel(
    node: Node,
    item: str,
    label: Label,
    *,
    reason: str,
    person: Named,
    unchanged: Callable[[Item], None] | None = None,
) -> dict[str, Any]:
    """Give an own item another label and tell every holder; idempotent. From this commit on no key
    of ours opens the old one.

    A label that keeps anybody out less than the one before takes two people.

    Args:
        unchanged: asked of the item as it is, before it changes; raises where it is another by now.
    Raises: NotFound `person.unknown`, `item.unknown`; Conflict `item.not_yours`, `item.state`;
    Refused `person.duty`, `person.second_needed`, `relabel.other_policy`, `node.not_accredited`;
    Malformed `label.*`: its scheme does not know it. Spec: R16, R64.
    """
    with node.store.writing() as tx:
        actor, _, row = acts.require_about(node, tx, Act.RELABEL, person, item)
        if unchanged is not None:
            unchanged(row)
        held = node.holding(tx, item)
        if row.recalled is not None or not _changeable(held):
            raise WRONG_STATE(item=item, state="recalled" if row.recalled else row.state)
        node.schemes[label.policy].check(label)
        require_accredited(node, label.policy, label.classification)
        old = label_from_json(row.label)
        if (label.policy, label.originator) != (old.policy, old.originator):
            raise OTHER_POLICY(policy=old.policy, originator=old.originator)
        derived.require_label(node, tx, row, label)
        if not keeps(node, old, label):
            acts.require_about(node, tx, Act.LOWER, person, item, two=ByTwo())
        told = (
            []
            if label == old
            else list(
                dict.fromkeys(
                    copy.holder
                    for copy in held.copies
                    if copy.holder != node.party and copy.state == CopyState.HELD
                )
            )
        )
        if label != old:
            _mark(node, tx, row, label, handled=row.handle_as, actor=actor, with_=told)
        for holder in told:
            tell(
                node,
                tx,
                bodies.Relabelled(
                    label=label.as_json(), replaces=old.digest(), reason=reason[:REASON]
                ),
                to=holder,
                agreement=(row.agreement, row.agreement_digest),
                item=item,
            )
    node.host.reached("relabel.recorded")
    return {"item": item, "label": label.as_json(), "changed": label != old, "told": told}


def _changeable(held: Holding) -> bool:
    """Whether a label can change now: it was never released, or somebody has it. Whom an offer has
    not reached yet is told behind the offer; what waits for a second signer was put to that signer
    under its label.
    """
    states = {one.state for one in held.transfers}
    if not states:
        return held.item.state == ItemState.SEALED
    return bool(states & {*resealing.DELIVERED}) and not states & PREPARED


def obey(node: Node, tx: Tx, heard: Said) -> Said:
    """The holder's side: the new label from this commit on, with its own equivalent or none;
    `acknowledged` or `rejected`.
    """
    log_statement(node, tx, heard)
    said = heard.statement
    try:
        row = resealing.held(node, tx, said)
        order = said.saying(bodies.Relabelled)
        label, old = label_from_json(order.label), label_from_json(row.label)
        node.schemes[label.policy].check(label)
        if label != old:
            if order.replaces != old.digest() or (label.policy, label.originator) != (
                old.policy,
                old.originator,
            ):
                raise resealing.NOT_THIS(what="label")
            _mark(
                node,
                tx,
                row,
                label,
                handled=equivalent(node, tx, said.agreement, label),
                actor=None,
                with_=[said.by],
            )
            _tell_onward(node, tx, row, order)
    except SealaneError as error:
        return reject(node, tx, heard, error)
    return acknowledge(node, tx, heard)


def _tell_onward(node: Node, tx: Tx, row: Item, order: bodies.Relabelled) -> None:
    """The label travels on, to every third party that this nation passed the item on to."""
    for leg in holding.legs(node.records, tx, row):
        if leg.onward is None or leg.onward.by != node.party:
            continue
        if all(copy.state != CopyState.HELD for copy in leg.copies):
            continue
        agreement = (leg.item.agreement, leg.item.agreement_digest)
        tell(node, tx, order, to=leg.onward.to, agreement=agreement, item=row.id)


def note_answer(node: Node, tx: Tx, order: Said, answer: Said) -> None:
    """The holder acknowledged another label: every copy that it has bears that from then on, as far
    as its provider is to know. Idempotent.
    """
    said = answer.statement
    if said.type != "acknowledged":
        return
    held = holding.between(node.records, tx, str(order.statement.item), (said.by, said.to))
    if held is None or order.statement.saying(bodies.Relabelled).label != held.item.label:
        return  # an earlier order, answered after a later one
    after = copy_effects.remarked(held, said.by, at=node.now()[1])
    items.change(node, tx, held, after)
    tell_origin(node, tx, answer, order=order)


def reseal(
    node: Node, item: str, source: BinaryIO, sink: BinaryIO, *, person: Named
) -> containers.Packed:
    """An own item's container file sealed anew under the register's label; the register follows.
    Records, then gives the file.

    Raises: as `relabel` for who may; Untrusted `container.*`: not the recorded container.
    """
    with node.store.reading() as tx:
        actor, _, _ = acts.require_about(node, tx, Act.RELABEL, person, item)
        row = node.held(tx, item)
    view = key_parts.manifest_of(source)
    with node.store.writing() as tx:
        record(
            node,
            tx,
            "key.released",
            agreement=row.agreement or None,
            item=item,
            policy=row.policy_uuid,
            **actor.told(),
        )
    made = containers.repack(
        node,
        source,
        sink,
        dek=key_parts.sealed_share(node, view, row),
        partner=None,
        suite=view.container.manifest.key_access[0].suite,
        label=label_from_json(row.label),
    )
    with node.store.writing() as tx:
        held = node.holding(tx, item)
        after = effects.resealed(
            held,
            node.party,
            replaces=row.container,
            made=(made.container, made.size, made.record),
        )
        items.change(node, tx, held, after)
        record(node, tx, "item.recorded", item=item, agreement=row.agreement or None)
    return made


def _mark(
    node: Node,
    tx: Tx,
    row: Item,
    label: Label,
    *,
    handled: str | None,
    actor: Actor | None,
    with_: Iterable[str],
) -> None:
    held = node.holding(tx, row.id)
    replaces = label_from_json(row.label).digest()
    after = effects.relabelled(held, replaces=replaces, label=label.as_json(), handle_as=handled)
    after = copy_effects.remarked(after, node.party, at=node.now()[1], by_hand=False)
    items.change(node, tx, held, after)
    items.refresh_legs(node, tx, after.item)
    record(
        node,
        tx,
        "item.level_changed",
        agreement=row.agreement or None,
        partners=with_,
        item=row.id,
        label_digest=label.digest(),
        **(actor.told() if actor else {}),
    )


def equivalent(node: Node, tx: Tx, agreement: str, label: Label) -> str | None:
    """What the label is handled as here; None where the agreement has no row, and then nobody opens
    it.
    """
    try:
        return handle_as(node, tx, agreement, label).handle_as
    except SealaneError:
        return None
