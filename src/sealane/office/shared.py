"""What several operations share: their members, who reads, and the version of what is shown.

Spec: spec/openapi.yaml.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sealane.base.errors import Conflict, Malformed, declare
from sealane.office.operation import WORD_MOST, MemberKind, MemberPlace, NodeOffice, StatedMember
from sealane.ports import Tx
from sealane.registry.who_may import Act
from sealane.services.deciding.reach import sight_of
from sealane.services.exchange.outbox import Sent
from sealane.services.register import acts, views
from sealane.services.register.acts import Actor

STALE = declare(
    "edit.stale",
    Conflict,
    "Somebody changed this since it was read; nothing was changed now.",
    "読み込んだ後に、他の人がこれを変更しました。今回は何も変更していません。",
    "Read it again, and decide on what it is now.",
    "読み直し、現在の内容に基づいて決めてください。",
)
UNSEEN = declare(
    "edit.unseen",
    Malformed,
    "A change names the version that it was decided on.",
    "変更には、判断の基とした版の指定が必要です。",
    "Read it, and send its ETag as If-Match.",
    "読み込み、その ETag を If-Match として送ってください。",
)

ITEM = StatedMember(name="item", place=MemberPlace.PATH, needed=True, says="The item's number.")
PERSON = StatedMember(name="person", place=MemberPlace.PATH, needed=True, says="The person's id.")
MARK = StatedMember(
    name="label",
    kind=MemberKind.ANY,
    needed=True,
    most=1 << 16,
    says="A mark in the nation's own syntax, or a label as an object.",
)
PAGES = StatedMember(
    name="pages", kind=MemberKind.NUMBER, least=0, most=(1 << 31) - 1, says="How many it has."
)
PAGE_MOST, PAGE_USUAL = 1000, 100


def limited(most: int, usual: int) -> StatedMember:
    """How many of a list are asked for."""
    return StatedMember(
        name="limit",
        kind=MemberKind.NUMBER,
        place=MemberPlace.QUERY,
        most=most,
        default=usual,
        says="How many at most.",
    )


def paged(
    most: int = PAGE_MOST, usual: int = PAGE_USUAL, *, cursor: int = WORD_MOST
) -> tuple[StatedMember, ...]:
    """The members of a question for a page of a list.

    Args: cursor: how long an `after` may be.
    """
    return (
        limited(most, usual),
        StatedMember(
            name="after",
            place=MemberPlace.QUERY,
            most=cursor,
            says="The `after` of the page before.",
        ),
    )


def ACTION(*more: str) -> StatedMember:  # noqa: N802 - reads as the other members do
    """What they would do: an act of reading, or one of the further ones."""
    return StatedMember(
        name="action",
        place=MemberPlace.QUERY,
        words=("open", "view", "copy", "translate", *more),
        default="open",
        says="What they would do.",
    )


def PURPOSE(place: MemberPlace) -> StatedMember:  # noqa: N802 - reads as the other members do
    """The purpose of the agreement's that is asked for."""
    return StatedMember(
        name="purpose", place=place, needed=True, says="A purpose of the agreement's."
    )


def TO(says: str, *, needed: bool = False) -> StatedMember:  # noqa: N802 - as above
    """A party."""
    return StatedMember(name="to", needed=needed, says=says)


def reader_of(
    office: NodeOffice, tx: Tx, act: Act, actor: Actor, *, item: str | None = None
) -> dict[str, Any] | None:
    """The record of who reads, held against the table of who may; None: staff, at an embedded node
    where nobody is named.

    Args:
        item: what is read about; asked after who reads, before the duty.
    Raises: as `acts.require`; NotFound `item.unknown`.
    """
    node = office.node
    if item is not None:
        person = acts.known(node, tx, act, actor)
        views.require_seen(node, tx, item, sight_of(node, tx, person))
    acts.require(node, tx, act, actor)
    return None if actor.person is None else node.person(tx, actor.person)


def shown_version(*members: str) -> Callable[[Mapping[str, Any]], str]:
    """The version of an answer by the members that can be changed; none named: by all of it."""

    def version(shown: Mapping[str, Any]) -> str:
        told = {name: shown[name] for name in members} if members else dict(shown)
        text = json.dumps(told, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    return version


item_version = shown_version("label", "state", "recalled")
"""An item's version: by what can be changed of it, whoever sees it."""


def unchanged_since(held: Mapping[str, Any], match: str | None) -> Callable[[Any], None]:
    """What a record is held against within the transaction that changes it: it is what was read for
    the change, and what the caller saw. The check raises: Conflict `edit.stale`.
    """
    whole = shown_version()

    def unchanged(row: Any) -> None:
        now = whole(row.data)
        require_version(whole(held), now)
        require_version(match, now)

    return unchanged


def answers_in_short(sent: Iterable[Sent]) -> list[str | None]:
    """What partners answered, or the trouble, in the order in which it was sent."""
    return [one.answer or one.trouble for one in sent]


def require_version(asked: str | None, now: str) -> None:
    """What is changed is still what was seen; asked within the transaction that changes it. Raises:
    Conflict `edit.stale`.
    """
    if asked is not None and asked != now:
        raise STALE()
