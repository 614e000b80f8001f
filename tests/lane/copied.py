"""Items of which Japan has a numbered copy in people's hands, in every state it can end from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sealane.services.custody import copying, ending
from sealane.services.exchange import arrival, outbox, recall, withdrawal
from sealane.services.node import Node
from sealane.services.register import custody, directory
from tests.lane.crossing import queued
from tests.nations import Pair, share

PLACE, SECOND_COPY = "jpn.registry", 2


def accepted(pair: Pair, **terms: Any) -> str:
    item = share(pair, **terms)
    arrival.accept(pair.jpn, item, "jpn.clerk")
    pair.settle(2)
    return item


def copied(pair: Pair, item: str, **terms: Any) -> int:
    """The number of one more copy at Japan, of which Australia is told when the line next works."""
    made = copying.copy(pair.jpn, item, "jpn.clerk", **{"place": PLACE, **terms})
    return int(made["copy"])


def held(pair: Pair, reference: str) -> str:
    item = accepted(pair, reference=reference)
    copied(pair, item)
    pair.settle(2)
    return item


def recalled(pair: Pair, reference: str) -> str:
    """Called back by an order that was given before Australia heard of the copy."""
    item = accepted(pair, reference=reference)
    copied(pair, item)
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    outbox.deliver_due(pair.aus)
    return item


def not_destroyed(pair: Pair, reference: str) -> str:
    item = held(pair, reference)
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    pair.settle(2)
    return item


def rejected(pair: Pair, reference: str) -> str:
    item = share(pair, reference=reference)
    copied(pair, item)
    arrival.reject(pair.jpn, item, "jpn.clerk", reason="r")
    pair.settle(2)
    return item


def withdrawn(pair: Pair, reference: str) -> str:
    """Taken back by a provider that had not heard yet that it was delivered."""
    item = queued(pair, reference=reference)
    pair.line.lose_answers = True
    outbox.deliver_due(pair.aus, item=item)
    pair.line.lose_answers = False
    copied(pair, item)
    withdrawal.withdraw(pair.aus, item, "aus.release", reason="r")
    pair.settle(2)
    return item


STATES: dict[str, Callable[[Pair, str], str]] = {
    "held": held,
    "recalled": recalled,
    "not destroyed": not_destroyed,
    "rejected": rejected,
    "withdrawn": withdrawn,
}
"""How an item comes to have a second copy at Japan that stands so there."""


def ended_from_every_state(pair: Pair) -> None:
    """A copy in people's hands is moved, then destroyed or returned, from every state."""
    for number, (name, made) in enumerate(STATES.items()):
        for end in (ending.destroy, ending.give_back):
            item = made(pair, f"copy-{number}-{end.__name__}")
            copying.move(pair.jpn, item, "jpn.clerk", number=SECOND_COPY, place=PLACE)
            end(pair.jpn, item, "jpn.clerk", number=SECOND_COPY)
            pair.settle(2)
            ended = of_jpn(pair.jpn, item)[SECOND_COPY]
            assert of_jpn(pair.aus, item)[SECOND_COPY] == ended != name


def stood(node: Node, item: str, at: Any = None) -> dict[tuple[str, int], dict[str, Any]]:
    """Every copy that a node's register tells of, by nation and number."""
    with node.store.reading() as tx:
        found = custody.of_item(node, tx, item, at=at)
    return {(one["nation"], one["number"]): one for one in found["copies"]}


def states(node: Node, item: str) -> dict[tuple[str, int], str]:
    return {key: one["state"] for key, one in stood(node, item).items()}


def of_jpn(node: Node, item: str) -> dict[int, str]:
    """Japan's copies as a register has them."""
    return {number: it for (nation, number), it in states(node, item).items() if nation == "JPN"}


def person(node: Node, name: str, **changes: Any) -> None:
    """A person of the directory with some members as they are to be."""
    with node.store.reading() as tx:
        record = node.person(tx, name)
    directory.enter(node, {**record, **changes})
