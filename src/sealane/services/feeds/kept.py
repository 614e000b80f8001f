"""A feed: how it is made, found and shown, and whose it is to read and to write.

Spec: spec/feeds.md §Who; spec/interfaces.md §7.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.base.values import country, identifier
from sealane.labels.model.label import label_from_json
from sealane.ports import Tx
from sealane.registry.feed_records import Feed
from sealane.registry.records import Duty
from sealane.registry.who_may import Act
from sealane.services.feeds.refusing import BAD_FEED, NO_FEED, TAKEN
from sealane.services.node import NO_AGREEMENT, Node
from sealane.services.register import acts
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import bound_fields, record

FEEDS_MOST, NATIONS_MOST = 1000, 64
WRITERS = frozenset({str(Duty.ORIGINATOR), str(Duty.RELEASE_OFFICER)})


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAsked:
    """What a feed is to be."""

    name: str
    agreement: str
    area: str
    alias: str | None = None
    id: str | None = None
    readable_by: tuple[str, ...] | None = None
    writable_by: tuple[str, ...] = ()
    default_label: dict[str, Any] | None = None


def create(node: Node, asked: FeedAsked, *, by: Actor) -> Feed:
    """A new feed, entered in the ledger. Raises: as `acts.require`; Malformed `feed.malformed`,
    `value.*`, `label.*`; Conflict `feed.taken`; Misconfigured `agreement.not_held`.
    """
    with node.store.writing() as tx:
        actor = acts.require(node, tx, Act.MAKE_FEED, by)
        row = _read(node, tx, asked, str(actor.person))
        _require_free(node, tx, row)
        record(
            node,
            tx,
            "feed.created",
            register=row.id,
            **bound_fields(node, tx, "feeds", row),
            **actor.told(),
        )
        node.records.feeds.add(tx, row)
    return row


def _read(node: Node, tx: Tx, asked: FeedAsked, by: str) -> Feed:
    # 1. the agreement is held here, and has the area
    agreement = node.agreements(tx).at(asked.agreement, node.host.now())
    if agreement is None or agreement.party(node.party) is None:
        raise NO_AGREEMENT(agreement=asked.agreement)
    if asked.area not in {area.id for area in agreement.areas}:
        raise BAD_FEED(why=f"{asked.agreement} has no area {asked.area[:40]!r}")
    # 2. whose it is
    nations = {*(asked.readable_by or ()), *asked.writable_by}
    if len(nations) > NATIONS_MOST or not all(country(one) for one in nations):
        raise BAD_FEED(why="too many nations")
    # 3. what its objects are marked with where nothing marks them
    label = None
    if asked.default_label is not None:
        read = label_from_json(asked.default_label)
        node.schemes.check(read)
        label = read.as_json()
    readers = None if asked.readable_by is None else sorted(set(asked.readable_by))
    return Feed(
        id=_uuid(asked.id) if asked.id else str(uuid.UUID(bytes=node.host.entropy(16), version=4)),
        name=identifier(asked.name),
        alias=None if asked.alias is None else identifier(asked.alias),
        agreement=asked.agreement,
        area=asked.area,
        readable_by=readers,
        writable_by=sorted(set(asked.writable_by)),
        default_label=label,
        by=by,
        since=node.now()[1],
    )


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise BAD_FEED(why="the id is no UUID") from None


def _require_free(node: Node, tx: Tx, row: Feed) -> None:
    names = {row.id, row.name, *([row.alias] if row.alias else [])}
    for known in node.records.feeds.find(tx, order="name", limit=FEEDS_MOST):
        for taken in (known.id, known.name, known.alias):
            if taken in names:
                raise TAKEN(name=taken)


def every(node: Node, tx: Tx) -> list[Feed]:
    """All feeds that count, by name."""
    rows = node.records.feeds.find(tx, order="name", limit=FEEDS_MOST)
    return node.entered_of(tx, "feeds", rows)


def of(node: Node, tx: Tx, name: str) -> Feed:
    """A feed by its name, alias or id. Raises: NotFound `feed.unknown`; Untrusted
    `directory.altered`.
    """
    for member in ("name", "alias", "id"):
        row = node.records.feeds.get(tx, **{member: name})
        if row is not None:
            if node.bound is not None:
                node.bound.require(tx, "feeds", row)
            return row
    raise NO_FEED(feed=name[:64])


def terms(node: Node, tx: Tx, feed: Feed) -> Agreement | None:
    """The agreement under which nations other than this one read, while it is in force."""
    at = node.host.now()
    found = node.agreements(tx).at(feed.agreement, at)
    return found if found is not None and found.in_force(at) else None


def may_read(node: Node, tx: Tx, feed: Feed, person: Mapping[str, Any]) -> bool:
    """Whether the feed is there for this person at all."""
    nation = person["organisation_country"]
    if nation == node.party:
        return True
    if feed.readable_by is not None:
        return nation in feed.readable_by
    agreement = terms(node, tx, feed)
    return agreement is not None and agreement.party(nation) is not None


def may_write(node: Node, feed: Feed, person: Mapping[str, Any]) -> bool:
    """Whether this person writes it: an own officer, or somebody of a nation that is named."""
    nation = person["organisation_country"]
    if nation == node.party:
        return not WRITERS.isdisjoint(person["duties"])
    return nation in feed.writable_by


def shown(feed: Feed) -> dict[str, Any]:
    """A feed as it is listed."""
    return asdict(feed)
