"""What a person's feed says: of each kind how many wait and since when; no item, title or party.

Spec: RFC 4287; docs/console.md §Reminders; R42.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from dataclasses import dataclass

from sealane.base import canonical
from sealane.base.values import SECOND, Instant, parse_instant
from sealane.registry.who_may import Act
from sealane.services.home import desk
from sealane.services.home.rows import by_due
from sealane.services.node import Node
from sealane.services.register import acts, preferences
from sealane.services.register.acts import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedKind:
    """One kind of which something waits."""

    id: str
    """The same for this person and kind, for ever; nobody learns either from it."""
    kind: str
    count: int
    since: str
    """Of the oldest."""
    newest: str
    due: str | None
    """Of the first; None: nothing of it is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFeed:
    """A person's feed as it stands."""

    id: str
    lang: str
    kinds: tuple[FeedKind, ...]
    since: Instant
    """When it became as it is, in whole seconds."""
    digest: str
    """Another whenever it says something else."""


def feed(node: Node, secret: bytes, who: Actor) -> HomeFeed:
    """A person's feed. Raises: as `acts.require`."""
    with node.store.reading() as tx:
        person = str(acts.require(node, tx, Act.SEE_HOME, who).person)
        found = list(desk.by_kind(node, tx, node.person(tx, person)))
    kinds = tuple(
        FeedKind(
            id=_id(secret, person, kind),
            kind=kind,
            count=here.count,
            since=min((one.since for one in here.rows), key=parse_instant),
            newest=max((one.since for one in here.rows), key=parse_instant),
            due=min(here.rows, key=by_due).due,
        )
        for kind, here in found
    )
    lang = preferences.preferred(node, person).lang or node.settings.language
    says = [[one.id, one.count, one.since, one.newest, one.due] for one in kinds]
    digest = canonical.digest([lang, node.settings.console_origin, says])
    return HomeFeed(
        id=_id(secret, person, ""),
        lang=lang,
        kinds=kinds,
        since=_stands(node, person, digest),
        digest=digest,
    )


def _stands(node: Node, person: str, digest: str) -> Instant:
    """Since when the feed says this: the instant at which it was first seen to."""
    key = {"person": person}
    with node.store.reading() as tx:
        held = node.records.feed_standings.get(tx, **key)
    if held is not None and held.digest == digest:
        return Instant(held.since)
    now = int(node.host.now()) // SECOND * SECOND
    with node.store.hinting() as tx:
        # whoever holds the earlier one and knows its second sees that this is another
        since = now if held is None else max(now, held.since + SECOND)
        node.records.feed_standings.put(tx, key, digest=digest, since=since)
    return Instant(since)


def _id(secret: bytes, person: str, kind: str) -> str:
    """A name that is unique in the world. Spec: RFC 9562 §5.8."""
    about = f"home feed\n{person}\n{kind}"
    made = bytearray(hmac.new(secret, about.encode(), hashlib.sha256).digest()[:16])
    made[6] = made[6] & 0x0F | 0x80
    made[8] = made[8] & 0x3F | 0x80
    return uuid.UUID(bytes=bytes(made)).urn
