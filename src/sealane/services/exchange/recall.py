"""Recall and destruction: an order that follows every copy, answered by what was erased, in the
receipt's own words.

A node can prove that it erased its key share and its ciphertext, never that a person kept no copy.
Spec: R40, R47, R48; spec/exchange.md §7.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.base.errors import SealaneError
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry.effects import Holding
from sealane.registry.numbered import FIRST, in_hands
from sealane.registry.records import Copy, CopyState, Given, Item, Newness
from sealane.registry.transfer import GONE, TAKEN_BACK
from sealane.registry.who_may import Act
from sealane.services import holding
from sealane.services.exchange.onward_word import tell_origin
from sealane.services.node import Node
from sealane.services.register import acts, custody, effects, items, sources
from sealane.services.register.acts import Named
from sealane.services.statements.journal import Said, is_logged, log_statement, record
from sealane.services.statements.talk import REASON, reply, tell

ERASED = (
    "ciphertext erased; key share of this nation released no more; copies made by people are not"
    " covered"
)
NOT_ERASED = "nothing was erased"
IN_HANDS = "in people's hands: they destroy it and certify it (copy.destroyed), or return it"
WENT_BACK = "it went back before the order came (copy.returned)"
MOST = 100_000
"""Copies of one item that are called back."""


PROVIDER_TOOK_BACK = "the nation whose item it is took it back / 項目の提供国による回収"
SOURCE_CALLED_BACK = "what it was made from was called back / 元の項目の回収による"
NAMED_MOST = 256
"""Items named in one entry."""


def recall(node: Node, item: str, *, reason: str, person: Named) -> dict[str, Any]:
    """Order every copy back, of the item and of what was made from it; from this commit on no key
    of ours opens them. Idempotent.

    Raises: NotFound `person.unknown`, `item.unknown`; Conflict `item.not_yours`: another nation
    provided it; Refused `person.duty`. Spec: R47, R64.
    """
    with node.store.writing() as tx:
        actor, _, row = acts.require_about(node, tx, Act.RECALL, person, item)
        if row.recalled is not None:
            return {
                "item": item,
                "recalled": row.recalled,
                "copies": _copies(node, tx, item),
                "derived": sources.made_from(node.records, tx, item),
            }
        at = node.now()[1]
        _call_back(node, tx, row, reason=reason, at=at, told=actor.told())
        reached = call_back_made_from(node, tx, item, at=at, told=actor.told())
        node.host.reached("recall.recorded")
        return {
            "item": item,
            "recalled": at,
            "copies": _copies(node, tx, item),
            "derived": reached,
        }


def call_back_made_from(
    node: Node, tx: Tx, item: str, *, at: str, told: Mapping[str, Any]
) -> list[str]:
    """Call back what was passed on of an item that is shut now, and everything that was made here
    from it, and from that, and so on; the items that were not called back before. What holds
    another provider's matter is erased here as well. Spec: R47; spec/exchange.md §7.

    Args:
        told: who did it, for the internal log; nothing where a partner's word did.
    """
    _call_back_onward(node, tx, node.item(tx, item), at=at)
    found = [node.item(tx, one) for one in sources.made_from(node.records, tx, item)]
    reached = [row for row in found if row.recalled is None]
    if not reached:
        return []
    record(
        node,
        tx,
        "recall.reached",
        item=item,
        items=[row.id for row in reached][:NAMED_MOST],
        **told,
    )
    for row in reached:
        _call_back(node, tx, row, reason=SOURCE_CALLED_BACK, at=at, told=told)
        if sources.foreign(node, tx, row.id):
            kept = holding.given(node.records, tx, row.id, node.party)
            if kept is not None:
                node.blobs.destroy(kept.container)
    return [row.id for row in reached]


def _call_back(
    node: Node, tx: Tx, row: Item, *, reason: str, at: str, told: Mapping[str, Any]
) -> None:
    """One item of ours, recorded, with an order to each holder."""
    node.records.items.change(tx, {"id": row.id}, recalled=at)
    held = _out(node, holding.whole(node.records, tx, row))
    record(
        node,
        tx,
        "recall.ordered",
        item=row.id,
        agreement=row.agreement or None,
        partners=[copy.holder for copy in held],
        **told,
    )
    for copy in held:
        order(node, tx, row, copy.holder, copy.number, reason=reason, at=at)


def order(
    node: Node, tx: Tx, row: Item, holder: str, number: int, *, reason: str, at: str | None = None
) -> None:
    """Order one copy back from its holder: each by an order of its own, so that no holder learns of
    another, and that each copy is answered for.
    """
    told = tell(
        node,
        tx,
        bodies.RecallOrdered(reason=reason[:REASON], copies=(number,)),
        to=holder,
        agreement=(row.agreement, row.agreement_digest),
        item=row.id,
    )
    effects.apply(node, tx, told, at=at)
    tell_origin(node, tx, told)


def _call_back_onward(node: Node, tx: Tx, row: Item, *, at: str) -> None:
    """Order back what this nation passed on of an item, each leg once; what another holder passed
    on, that holder orders back.
    """
    for leg in holding.legs(node.records, tx, row):
        if leg.onward is None or leg.onward.by != node.party or leg.onward.recalled is not None:
            continue
        for copy in _out(node, leg):
            order(node, tx, leg.item, copy.holder, copy.number, reason=PROVIDER_TOOK_BACK, at=at)
    items.refresh_legs(node, tx, row)


def _out(node: Node, whole: Holding) -> list[Copy]:
    """The copies to call back: all that other parties hold. Of a party that has none any more, the
    one that its offer made: it has to know that the item was called back.
    """
    theirs = [copy for copy in whole.copies if copy.holder != node.party]
    held = [copy for copy in theirs if copy.state == CopyState.HELD]
    having = {copy.holder for copy in held}
    gone = [copy for copy in theirs if copy.state in GONE and copy.number == FIRST]
    return [*held, *(copy for copy in gone if copy.holder not in having)]


def obey(node: Node, tx: Tx, heard: Said) -> Said:
    """The holder's side: mark recalled, erase, and answer with a destruction receipt, all before
    the answer leaves.

    The erasing comes first within the open transaction: killed in between, the order arrives again
    and finds it done.
    """
    log_statement(node, tx, heard)
    ordered = heard.statement.saying(bodies.RecallOrdered)
    row, at = node.held(tx, str(heard.statement.item)), node.now()[1]
    held = node.holding(tx, row.id)
    trouble = {
        copy.number: why
        for copy in held.copies_of(node.party)
        if copy.number in ordered.copies and (why := _trouble(node, row, copy)) is not None
    }
    node.host.reached("recall.erased")
    effects.apply(node, tx, heard, at=at)
    call_back_made_from(node, tx, row.id, at=at, told={})
    done = tuple(number for number in ordered.copies if number not in trouble)
    erased = bodies.Destroyed(
        answers=heard.digest, copies=done, what=ERASED, by_person=node.settings.node
    )
    if not trouble:
        answer = reply(node, tx, heard, erased)
        effects.apply(node, tx, answer, at=at)
        return answer
    stuck = bodies.DestroyFailed(
        answers=heard.digest,
        copies=tuple(trouble),
        what=ERASED if done else NOT_ERASED,
        by_person=node.settings.node,
        reason="; ".join(dict.fromkeys(trouble.values()))[:REASON],
    )
    answer = reply(node, tx, heard, stuck)
    effects.apply(node, tx, answer, at=at)
    if done:
        agreement = (row.agreement, row.agreement_digest)
        told = tell(node, tx, erased, to=row.provider, agreement=agreement, item=row.id)
        effects.apply(node, tx, told, at=at)
    return answer


def _trouble(node: Node, row: Given, copy: Copy) -> str | None:
    """Why a copy that is called back is not destroyed now; None: it is. What people have, people
    destroy and certify; what went back cannot be destroyed here.
    """
    if copy.state == CopyState.DESTROYED:
        return None
    if copy.state == CopyState.RETURNED:
        return WENT_BACK
    return IN_HANDS if in_hands(row, copy) else _erase(node, row.container)


def erase_again(node: Node) -> list[str]:
    """Try once more to erase what could not be erased when it was recalled; each that is gone is
    said to its provider, under the order that is still open. The items that were erased.
    """
    erased = []
    with node.store.reading() as tx:
        if node.newness(tx) != Newness.CURRENT:
            return []
        stuck = node.records.copies.find(
            tx, order="item", holder=node.party, state=CopyState.NOT_DESTROYED
        )
    for copy in stuck:
        with node.store.writing() as tx:
            row = node.held(tx, copy.item)
            if in_hands(row, copy) or _erase(node, row.container) is not None:
                continue
            told = tell(
                node,
                tx,
                bodies.Destroyed(
                    answers=copy.authority,
                    copies=(copy.number,),
                    what=ERASED,
                    by_person=node.settings.node,
                ),
                to=row.provider,
                agreement=(row.agreement, row.agreement_digest),
                item=row.id,
            )
            effects.apply(node, tx, told)
        erased.append(str(row.id))
    return erased


def note_destruction(node: Node, tx: Tx, heard: Said) -> None:
    """The provider's side of a destruction receipt. Idempotent; history stays."""
    heard.statement.saying(bodies.Destroyed)
    if is_logged(node, tx, heard):
        return
    log_statement(node, tx, heard)
    effects.apply(node, tx, heard)
    erase_passed_on(node, tx, heard)
    tell_origin(node, tx, heard)


def erase_passed_on(node: Node, tx: Tx, heard: Said) -> None:
    """Erase what this nation keeps of an item that it passed on, once the third party has it no
    more or turned it away: it is another's matter.
    """
    said = heard.statement
    leg = holding.between(node.records, tx, str(said.item), (said.by, node.party))
    if leg is None or leg.onward is None or leg.onward.by != node.party:
        return
    given = leg.given(leg.onward.to)
    if given is not None and (given.ended or given.state in TAKEN_BACK):
        node.blobs.destroy(given.container)


def _erase(node: Node, container: str) -> str | None:
    try:
        node.blobs.destroy(container)
    except (SealaneError, OSError) as error:
        return type(error).__name__
    return None


def _copies(node: Node, tx: Tx, item: str) -> list[dict[str, Any]]:
    copies = node.records.copies.find(tx, order="number", limit=MOST, item=item)
    return [custody.shown(copy) for copy in copies]
