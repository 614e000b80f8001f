"""Release of what the register holds already: what was registered without a file, what was derived,
and what `seal --to` sealed for one partner.

The first two are sealed anew for each recipient, from the container that this nation keeps; the
last goes as it stands. Decisions, receipts and lives are those of any release.
Spec: R18, R34, R60; spec/exchange.md §4.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace

from sealane.base.errors import Conflict, declare
from sealane.ports import Tx
from sealane.registry.effects import Holding
from sealane.registry.records import Direction, Given, Item, ItemState
from sealane.registry.who_may import Act
from sealane.services.exchange import (
    derived,
    earlier_release,
    judged_release,
    offering,
    release,
    unusual,
)
from sealane.services.exchange.asked_release import Release, with_proven_second
from sealane.services.exchange.earlier_release import Warned
from sealane.services.exchange.judged_release import recipients_of
from sealane.services.exchange.release import Released, foreseen_here, unheard
from sealane.services.exchange.release_containers import sealed_for
from sealane.services.node import WRONG_STATE, Node
from sealane.services.opening import own_content
from sealane.services.register import acts, items, remarks
from sealane.services.spans import RELEASE, spanned

SEALED_OTHERWISE = declare(
    "release.sealed_otherwise",
    Conflict,
    "Item {item} was sealed for other terms than this release: {what}.",
    "項目 {item} はこの提供と異なる条件で封緘されています：{what}。",
    "Seal it again for this partner and this version of the agreement.",
    "この相手国と取決めのこの版のために封緘し直してください。",
)


@spanned(RELEASE)
def release_held(
    node: Node, item: str, asked: Release, say: Callable[[Warned], None] = unheard
) -> Released:
    """Release a registered item of this nation's own that nobody was given yet, as `release` does a
    file.

    `asked` names label and media type as the register has them. The same `reference` with the same
    terms gives the item as it stands.
    Raises: as `release`; NotFound `item.unknown`; Conflict `item.not_yours`, `item.state`,
    `release.sealed_otherwise`, `item.not_kept`; Refused `derive.*`.
    """
    asked = with_proven_second(node, asked)
    with node.store.reading() as tx:
        acts.known(node, tx, Act.RELEASE, asked.actor)
        node.item(tx, item)
    asked = replace(asked, to=_recipients(node, item, asked))
    if (earlier := earlier_release.of_item(node, item, asked)) is not None:
        return release.told_again(node, asked, earlier)
    with node.store.reading() as tx:
        row = node.item(tx, item)
        require_unreleased(row)
        _require_leave(node, tx, row, asked)
        own = node.held(tx, item)
        is_for_partner = bool(own.agreement)
        if is_for_partner:
            _sealed_as_asked(node, tx, own, asked)
        else:
            own = own_content.kept(node, tx, item)
    foreseen = foreseen_here(node, asked, say)
    released = (
        _as_it_stands(node, item, asked, foreseen)
        if is_for_partner
        else _anew(node, own, asked, foreseen)
    )
    node.host.reached("release.recorded")
    return released


def _recipients(node: Node, item: str, asked: Release) -> tuple[str, ...]:
    """Raises: as `recipients_of`; Conflict `item.not_yours`; Refused `person.duty`."""
    with node.store.reading() as tx:
        if node.item(tx, item).provider != node.party:
            acts.require_about(node, tx, Act.RELEASE, asked.actor, item)
    return recipients_of(node, asked)


def require_unreleased(row: Item) -> None:
    """Silence for an own item that nobody was given yet. Raises: Conflict `item.state`."""
    if row.direction != Direction.OWN or row.state != ItemState.SEALED or row.recalled:
        raise WRONG_STATE(item=row.id, state=row.state if row.recalled is None else "recalled")


def _require_leave(node: Node, tx: Tx, row: Item, asked: Release) -> None:
    """What a derived item's sources demand, as they stand now. Raises: Refused `derive.*`."""
    derived.require_label(node, tx, row, asked.label)
    derived.require_free(node, tx, row, dict.fromkeys(asked.to, asked.purpose))
    derived.require_within(
        node, tx, row, purposes=asked.purposes, until=asked.until, project=asked.project
    )


def _anew(node: Node, own: Given, asked: Release, foreseen: Sequence[Warned]) -> Released:
    """Sealed for each recipient from the container that is kept here, recorded and offered."""
    item = own.id
    judgement = judged_release.judged(node, asked)
    with ExitStack() as stack:
        plain = stack.enter_context(tempfile.TemporaryFile())
        own_content.read(node, own, plain, actor=asked.actor)
        plain.seek(0)
        made = sealed_for(node, asked, judgement, plain, stack, kept=True)
        node.host.reached("release.sealed")
        with node.store.writing() as tx:
            made.names.require_there(tx)
            before = node.holding(tx, item)
            require_unreleased(before.item)
            if before.item.label != own.label:
                raise SEALED_OTHERWISE(item=item, what="label")
            _require_leave(node, tx, before.item, asked)
            again, going = release.decided_again(node, tx, asked, judgement, item)
            warnings = (*foreseen, *release.warnings_of(node, tx, asked, going, made))
            unusual.require_answered(asked, warnings)
            released_to = [one.to for one in going]
            facts = {**judgement.facts, "id": item, "released_to": released_to}
            outward = _outward(before, asked, facts, judgement.agreement)
            holding = release.outward(node, tx, outward, asked, going=going, made=made)
            items.change(node, tx, before, holding)
            holding = release.offered(node, tx, holding, going)
            remarks.note(node, tx, item, asked.actor, act=Act.RELEASE, text=asked.reason)
            unusual.enter_answer(node, tx, item, asked, warnings)
    sent = tuple(release.outcome(holding, one) for one in again)
    return Released(item=item, state=holding.item.state, transfers=sent, warnings=warnings)


def _outward(
    own: Holding, asked: Release, facts: dict[str, object], agreement: tuple[str, str]
) -> Holding:
    """The item under the terms of its release."""
    item = replace(
        own.item,
        facts=items.stored_facts(facts),
        agreement=agreement[0],
        agreement_digest=agreement[1],
        reference=asked.reference or own.item.reference,
        pages=own.item.pages if asked.pages is None else asked.pages,
    )
    return replace(own, item=item)


def _as_it_stands(node: Node, item: str, asked: Release, foreseen: Sequence[Warned]) -> Released:
    """The one container that was sealed for the one recipient, recorded and offered."""
    unusual.require_answered(asked, foreseen)
    judgement = judged_release.judged(node, asked)
    with node.store.writing() as tx:
        again, going = release.decided_again(node, tx, asked, judgement, item)
        own = node.holding(tx, item)
        require_unreleased(own.item)
        facts = {**judgement.facts, "id": item}
        outward = _outward(own, asked, facts, judgement.agreement)
        outward = offering.outward(node, replace(outward, containers=()), asked)
        (container,), (one,) = own.containers, going
        holding = offering.prepared(node, outward, replace(container, to=one.to), one)
        items.change(node, tx, own, holding)
        acts.note(node, tx, Act.RELEASE, asked.actor, item=item)
        holding = release.offered(node, tx, holding, going)
        remarks.note(node, tx, item, asked.actor, act=Act.RELEASE, text=asked.reason)
        unusual.enter_answer(node, tx, item, asked, foreseen)
    sent = tuple(release.outcome(holding, one) for one in again)
    warnings = tuple(foreseen)
    return Released(item=item, state=holding.item.state, transfers=sent, warnings=warnings)


def _sealed_as_asked(node: Node, tx: Tx, row: Given, asked: Release) -> None:
    """Silence where the container is what this release wants. Raises: Conflict
    `release.sealed_otherwise`.
    """
    digest = node.agreement_row(tx, asked.agreement).digest
    differs = {
        "label": row.label != asked.label.as_json(),
        "agreement": row.agreement != asked.agreement,
        "version of the agreement": row.agreement_digest != digest,
        "recipient": len(asked.to) > 1 or not {*asked.to, ""} & set(row.sealed["key_access"]),
        "container": not node.blobs.has(row.container),
    }
    if wrong := [what for what, other in differs.items() if other]:
        raise SEALED_OTHERWISE(item=row.id, what=", ".join(wrong))
