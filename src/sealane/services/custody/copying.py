"""One more copy, under a number that was never used; a copy at another place or in other hands; a
copy that bears the item's new level.

Spec: spec/exchange.md §10; R16, R39, R40, R41.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sealane.base.values import parse_instant
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry import copy_effects
from sealane.registry.numbered import level_of, next_number
from sealane.registry.records import Copy, CopyState
from sealane.registry.transfer import COPY, HOLDER
from sealane.registry.who_may import Act
from sealane.services import holding
from sealane.services.custody.asking import CopyVerdict, ask, require_own
from sealane.services.custody.beginning import Begun, begin, done
from sealane.services.deciding.accreditation import require_item_accredited
from sealane.services.deciding.request import shut
from sealane.services.exchange import recall
from sealane.services.exchange.onward_word import tell_origin
from sealane.services.node import WRONG_STATE, Node
from sealane.services.opening.denials import note_denial
from sealane.services.register import effects
from sealane.services.register.acts import Named
from sealane.services.statements.journal import Said, log_statement
from sealane.services.statements.talk import acknowledge, tell


def copy(
    node: Node,
    item: str,
    clerk: Named,
    *,
    place: str,
    holder: str | None = None,
    purpose: str | None = None,
) -> dict[str, Any]:
    """Register one more copy of this nation's before it is made; its provider is told the number,
    and nothing of the place or of who has it.

    Raises: as `begin`; Conflict `item.state`: it was called back, taken back, or no copy is left;
    Refused `decision.refused`, recorded and told as any denial, `national.refused`,
    `national.place`, `node.not_accredited`. Spec: R32, R39, R41, R63.
    """
    with node.store.writing() as tx:
        begun = begin(node, tx, Act.COPY, clerk, item, people=(holder,), place=place)
        _require_live(begun)
        require_item_accredited(node, begun.held.item)
        asked = _asked(node, tx, begun, action="copy", holder=holder, purpose=purpose)
        if asked is None or not asked.unmet:
            made = _made(node, tx, begun, holder, asked)
    if asked is not None and asked.unmet:
        raise _denied(node, begun, asked)
    node.host.reached("copy.recorded")
    return _told(made)


def move(
    node: Node, item: str, clerk: Named, *, number: int, place: str, holder: str | None = None
) -> dict[str, Any]:
    """Note that a copy is at another place from now on, or in other hands; without a holder it is
    the registry's again.

    What was called back may still be moved, so that it can be destroyed. Raises: as `begin`;
    Conflict `life.no_such_step`: it was destroyed or went back; Refused `decision.refused`,
    `national.refused`, `national.place`. Spec: R40.
    """
    with node.store.writing() as tx:
        begun = begin(node, tx, Act.MOVE, clerk, item, people=(holder,), place=place, number=number)
        held = begun.copy(number)
        COPY.step(held.state, "move", by=HOLDER)
        asked = _asked(node, tx, begun, action="open", holder=holder)
        if asked is not None and asked.unmet:
            raise asked.error
        moved = replace(held, place=place, person=holder, since=_later(node, held))
        _change(node, tx, begun, moved, act=Act.MOVE)
    node.host.reached("move.recorded")
    return _told(moved)


def remark(node: Node, item: str, clerk: Named, *, number: int) -> dict[str, Any]:
    """Note that a copy in people's hands bears the item's level now. Idempotent.

    Raises: as `begin`; Conflict `life.no_such_step`. Spec: R16.
    """
    with node.store.writing() as tx:
        begun = begin(node, tx, Act.REMARK, clerk, item, number=number)
        held = begun.copy(number)
        COPY.step(held.state, "move", by=HOLDER)
        level = level_of(begun.held.item)
        if held.level == level:
            return _told(held)
        marked = replace(held, level=level, since=_later(node, held))
        _change(node, tx, begun, marked, act=Act.REMARK)
    return _told(marked)


def note_copied(node: Node, tx: Tx, heard: Said) -> Said:
    """The provider's side of a partner's copy: it stands in the register, and where the item was
    called back meanwhile this copy is called back too.
    """
    log_statement(node, tx, heard)
    effects.apply(node, tx, heard)
    tell_origin(node, tx, heard)
    said = heard.statement
    held = holding.between(node.records, tx, str(said.item), (said.by, node.party))
    if held is not None and held.item.recalled is not None:
        number = said.saying(bodies.Copied).copy
        recall.order(node, tx, held.item, said.by, number, reason="")
    return acknowledge(node, tx, heard)


def _require_live(begun: Begun) -> None:
    """A copy is made of one that is there. Raises: Conflict `item.state`."""
    row = begun.held.item
    if shut(row) or not any(one.state == CopyState.HELD for one in begun.copies):
        raise WRONG_STATE(item=row.id, state="recalled" if row.recalled else row.state)


def _asked(
    node: Node,
    tx: Tx,
    begun: Begun,
    *,
    action: str,
    holder: str | None,
    purpose: str | None = None,
) -> CopyVerdict | None:
    """What the agreement says of a received item; None for an own one, of which the nation's own
    rule did not refuse.
    """
    place = begun.place
    assert place is not None
    if begun.held.item.provider == node.party:
        require_own(node, tx, begun.held, place=place, holder=holder)
        return None
    return ask(
        node,
        tx,
        begun.held,
        action=action,
        place=place,
        holder=holder,
        clerk=str(begun.actor.person),
        purpose=purpose,
    )


def _denied(node: Node, begun: Begun, asked: CopyVerdict) -> Exception:
    """The refusal of a copy, on record at both nations before anybody reads it."""
    row = begun.held.given(node.party)
    assert row is not None
    note_denial(node, row, asked.request, asked.decision, asked.post, by=begun.actor)
    return asked.error


def _made(node: Node, tx: Tx, begun: Begun, holder: str | None, asked: CopyVerdict | None) -> Copy:
    held, place = begun.held, begun.place
    assert place is not None
    number = next_number(held.item, node.party, begun.copies)
    authority = str(begun.actor.person)
    if asked is not None:
        row = held.given(node.party)
        assert row is not None
        body = bodies.Copied(answers=str(row.offer), copy=number, decision=asked.decision.digest)
        agreement = (row.agreement, row.agreement_digest)
        authority = tell(node, tx, body, to=row.provider, agreement=agreement, item=row.id).digest
    after = copy_effects.made(
        held,
        node.party,
        number=number,
        place=place.id,
        person=holder,
        at=node.now()[1],
        authority=authority,
    )
    done(node, tx, begun, after, act=Act.COPY)
    return next(one for one in after.copies_of(node.party) if one.number == number)


def _change(node: Node, tx: Tx, begun: Begun, after: Copy, *, act: Act) -> None:
    """One copy of this nation's as it stands from now on, by who acts."""
    key = (after.holder, after.number)
    copies = tuple(after if (one.holder, one.number) == key else one for one in begun.held.copies)
    done(node, tx, begun, replace(begun.held, copies=copies), act=act)


def _later(node: Node, held: Copy) -> str:
    """Now, but never before what became of the copy last."""
    return max(held.since, node.now()[1], key=parse_instant)


def _told(one: Copy) -> dict[str, Any]:
    return {
        "item": one.item,
        "copy": one.number,
        "nation": one.holder,
        "place": one.place,
        "holder": one.person or one.holder,
        "state": one.state,
        "level": one.level,
    }
