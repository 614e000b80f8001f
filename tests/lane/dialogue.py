"""Cases between the two nodes of a pair, for the tests of what is said in them."""

from __future__ import annotations

from typing import Any

from sealane.base.errors import SealaneError
from sealane.base.values import format_instant
from sealane.cli.demo.cast import AGREEMENT
from sealane.ledger import bodies, receipt
from sealane.services import dispatch
from sealane.services.dialogue import acting, dates, seeing
from sealane.services.dialogue.beginning import CaseAsked
from sealane.services.exchange import outbox
from sealane.services.node import Node
from sealane.services.statements.journal import compose
from tests import nations

RFI = {"subject": "Harbour traffic", "question": "Which vessels called?", "urgency": "priority"}
OFFICERS = {"AUS": "aus.release", "JPN": "jpn.release"}


def officer(node: Node) -> str:
    return OFFICERS[node.party]


def officers(pair: nations.Pair) -> None:
    """A release officer and a security officer of each nation."""
    from tests.lane.made import staff

    for node in (pair.aus, pair.jpn):
        here = node.party.lower()
        with node.store.reading() as tx:
            known = set(node.records.people.column(tx, "id"))
        for name in ("release", "security", "second"):
            if f"{here}.{name}" not in known:
                duty = {"release": "release-officer", "second": "second-signer"}.get(
                    name, "security-officer"
                )
                like(node, f"{here}.{name}", duty, staff)


def like(node: Node, person: str, duty: str, staff: Any) -> None:
    from sealane.services.register import directory

    with node.store.reading() as tx:
        record = node.person(tx, node.records.people.column(tx, "id")[0])
    directory.enter(node, {**record, "id": person, "post": person, "duties": [duty]})


def opened(node: Node, kind: str, form: dict[str, Any], *items: str, person: str = "") -> Any:
    """A case that a node opens with the other."""
    asked = CaseAsked(
        kind=kind, with_=nations.other(node.party), agreement=AGREEMENT, form=form, items=items
    )
    return shown(node, acting.open_case(node, asked, person=person or officer(node)))


def said(node: Node, case: str, event: str, *items: str, person: str = "", **form: Any) -> Any:
    """What a node says in a case."""
    acting.say(node, case, event, form=form, items=items, person=person or officer(node))
    return shown(node, case)


def shown(node: Node, case: str) -> Any:
    return seeing.show(node, case, person=officer(node))


def settled(pair: nations.Pair, rounds: int = 3) -> None:
    """Everything that can be delivered is, and what dates did is signed."""
    for _ in range(rounds):
        for node in (pair.aus, pair.jpn):
            if node.party not in pair.line.down:
                dates.sign_dates(node)
                outbox.deliver_due(node)
        pair.clock.pass_(120)


def alike(pair: nations.Pair, case: str) -> Any:
    """The case, which both nodes show the same."""
    there, here = ({**shown(node, case), "own": None} for node in (pair.aus, pair.jpn))
    assert here == there
    return here


def hears(pair: nations.Pair, body: bodies.Body, *, by: str = "JPN", at: str | None = None) -> str:
    """The code that the other node answers to a statement which this one signs and never wrote
    down.
    """
    node = pair.line.nodes[by]
    other = pair.line.nodes[nations.other(by)]
    with node.store.reading() as tx:
        digest = str(node.agreement_row(tx, nations.AGREEMENT).digest)
    said_ = compose(
        node, body, to=other.party, agreement=(nations.AGREEMENT, digest), item=None, at=at
    )
    try:
        answer = receipt.peek(dispatch.answer(other, said_.data))
    except SealaneError as error:
        return error.code
    return str(getattr(answer.body, "code", answer.type))


def at(pair: nations.Pair, seconds: int) -> str:
    """An instant so many seconds from now."""
    from sealane.base.values import SECOND, Instant

    return format_instant(Instant(pair.clock.now() + seconds * SECOND))
