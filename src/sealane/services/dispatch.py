"""What this node answers to each signed statement, by type; once recorded, the same bytes get the
same answer.

Spec: spec/exchange.md §3.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from sealane.base.errors import SealaneError
from sealane.ports import Tx
from sealane.services.audit import inventory
from sealane.services.cases import hearing
from sealane.services.custody import copying, ending
from sealane.services.dialogue import beginning
from sealane.services.dialogue.consequences import CONSEQUENCES
from sealane.services.exchange import (
    assurance,
    hand_carried,
    onward_word,
    recall,
    receipts,
    relabel,
    reseal,
    withdrawal,
)
from sealane.services.node import Node
from sealane.services.opening import lent, partner_key_service
from sealane.services.recovery import missing_statements
from sealane.services.register import agreement_life, partner_cards
from sealane.services.spans import ANSWER, spanned
from sealane.services.statements.inbox import (
    admit,
    earlier_answer,
    keep_answer,
    prove,
    refusals_recorded,
)
from sealane.services.statements.journal import Said, log_statement
from sealane.services.statements.talk import acknowledge, reject


@spanned(ANSWER)
def answer(node: Node, data: bytes, *, types: Collection[str] | None = None) -> bytes:
    """The signed answer to one statement. The same bytes again get the same answer, whatever
    changed since.

    Args:
        types: those that this door takes; None: every one that is answered here.

    Raises: Untrusted, Malformed: who speaks is not proven, so nothing is signed; and as
    `inbox.admit`: it is not theirs to say, which is noted once; Unavailable `node.in_doubt`,
    `node.behind`: nothing is answered now.
    """
    with node.store.reading() as tx:
        node.require_current(tx)
        heard = prove(node, tx, data, types=HANDLERS.keys() if types is None else types)
    with refusals_recorded(node, heard), node.store.writing() as tx:
        made = earlier_answer(node, tx, heard)
        if made is not None:
            return made
        admit(node, tx, heard.statement, any_age=heard.statement.type in AGELESS)
        if heard.statement.type == "recall.ordered":
            log_statement(node, tx, heard)
        else:
            made = _settled(node, tx, heard)
    if made is None:
        # The order to erase is durable by now; what another thread answered in between stands.
        with node.store.writing() as tx:
            made = earlier_answer(node, tx, heard) or _settled(node, tx, heard)
    node.host.reached(f"answer.{heard.statement.type}")
    return made


def _settled(node: Node, tx: Tx, heard: Said) -> bytes:
    made = HANDLERS[heard.statement.type](node, tx, heard)
    keep_answer(node, tx, heard, made)
    return made.data


def _accepted(node: Node, tx: Tx, heard: Said) -> Said:
    receipts.note_receipt(node, tx, heard)
    return acknowledge(node, tx, heard)


def _destroyed(node: Node, tx: Tx, heard: Said) -> Said:
    recall.note_destruction(node, tx, heard)
    return acknowledge(node, tx, heard)


def _noted(node: Node, tx: Tx, heard: Said) -> Said:
    log_statement(node, tx, heard)
    return acknowledge(node, tx, heard)


def _case_opened(node: Node, tx: Tx, heard: Said) -> Said:
    return hearing.hear_opened(node, tx, heard, CONSEQUENCES, beginning.open_following)


def _case_said(node: Node, tx: Tx, heard: Said) -> Said:
    return hearing.hear_said(node, tx, heard, CONSEQUENCES)


def _told(node: Node, tx: Tx, heard: Said) -> Said:
    log_statement(node, tx, heard)
    try:
        agreement_life.told(node, tx, heard.statement)
    except SealaneError as error:
        return reject(node, tx, heard, error)
    return acknowledge(node, tx, heard)


AGELESS = frozenset({"card.renewed", "card.accepted"})
"""Types that may come as late as they come: a partner may have been away for longer."""

HANDLERS: dict[str, Callable[[Node, Tx, Said], Said]] = {
    "assurance.request": assurance.answer_request,
    "statements.request": missing_statements.answer,
    "inventory.request": inventory.answer,
    "claim": hand_carried.answer_claim,
    "open.request": partner_key_service.answer_request,
    "rewrap.request": reseal.answer_request,
    "relabelled": relabel.obey,
    "transfer.accepted": _accepted,
    "transfer.rejected": _accepted,
    "withdrawn": withdrawal.obey,
    "destroyed": _destroyed,
    "onward.offered": onward_word.note_offered,
    "onward.said": onward_word.note_said,
    "recall.ordered": recall.obey,
    "copied": copying.note_copied,
    "copy.destroyed": ending.note_ended,
    "copy.returned": ending.note_ended,
    "agreement.state": _told,
    "card.renewed": partner_cards.obey,
    "card.accepted": partner_cards.told_accepted,
    "case.opened": _case_opened,
    "case.said": _case_said,
    "key.leased": lent.obey,
    "opened": _noted,
    "open.denied": _noted,
}
"""What answers each type that is said at this door; any other type is refused."""
