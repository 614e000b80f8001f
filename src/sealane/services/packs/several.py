"""Taking the statements of a pack in their order, and arrivals that stand side by side several at
once, as the partners' door takes what comes by several lines.

Whatever is not an arrival, or is about an item of one that is under way, waits until all before it
are done: the order in which things were said holds wherever one rests on another.
Spec: spec/pack.md §5; R42.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from sealane.services.node import Node
from sealane.services.packs.taking import Became, PackedStatement, take

AT_ONCE = 3
"""Arrivals under way at once: one reads and writes, one proves, one records."""


def taken(
    node: Node, partner: str, statements: Iterable[PackedStatement]
) -> Iterator[tuple[str, Became]]:
    """The digest of each statement and what became of it, in their order. Raises: as
    `taking.take`, once all that was under way is done.
    """
    with ThreadPoolExecutor(AT_ONCE, "arrival") as threads:
        under_way: deque[tuple[str, str | None, Future[Became]]] = deque()
        for one in statements:
            about = one.said.item if one.entry.container is not None else None
            while under_way and _must_wait(about, under_way):
                yield _done(node, under_way.popleft())
            if about is None:
                yield one.entry.digest, take(node, partner, one)
                node.host.reached("pack.statement")
            else:
                made = threads.submit(take, node, partner, one)
                under_way.append((one.entry.digest, about, made))
        while under_way:
            yield _done(node, under_way.popleft())


def _must_wait(about: str | None, under_way: deque[tuple[str, str | None, Future[Became]]]) -> bool:
    return (
        about is None or len(under_way) > AT_ONCE or any(about == item for _, item, _ in under_way)
    )


def _done(node: Node, one: tuple[str, str | None, Future[Became]]) -> tuple[str, Became]:
    digest, _, made = one
    became = made.result()
    node.host.reached("pack.statement")
    return digest, became
