"""Who is in which post and room, and what they lack by now.

What a post or placing says counts only as the ledger says it was entered; one that was changed by
hand is none.
Spec: spec/post.md §3; R20, R26.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sealane.base.errors import NotFound, SealaneError, declare
from sealane.ports import Tx
from sealane.registry.post_records import Placing, Post, PostKind, PostState
from sealane.services.node import Node
from sealane.services.placing import lacking, visitors
from sealane.services.placing.lacking import Gap

MOST = 10_000
NO_POST = declare(
    "post.unknown",
    NotFound,
    "There is no post {post!r} here.",
    "職 {post!r} はありません。",
    "`sealane post list` shows the posts; `sealane post define` makes one.",
    "`sealane post list` で一覧を確かめ、`sealane post define` で定めてください。",
)
NO_ROOM = declare(
    "room.unknown",
    NotFound,
    "There is no room or facility {post!r} here.",
    "部屋又は施設 {post!r} はありません。",
    "`sealane room list` shows the rooms; a facility of the directory is one as well.",
    "`sealane room list` で一覧を確かめてください。登録された施設も指定できます。",
)


def require(node: Node, tx: Tx, post: str, kind: PostKind) -> Post:
    """A post, or a room; a facility of the directory is a room that asks for the level that it is
    accredited for.

    Raises: NotFound `post.unknown`, `room.unknown`; Untrusted `directory.altered`.
    """
    row = node.records.posts.get(tx, id=post)
    if row is not None and row.kind is kind:
        if node.bound is not None:
            node.bound.require(tx, "posts", row)
        return row
    place = node.facility(tx, post) if kind is PostKind.ROOM and row is None else None
    if place is None:
        raise (NO_POST if kind is PostKind.POST else NO_ROOM)(post=post[:60])
    asks = {
        "level": place.data["accredited"]["level"],
        "agreement": None,
        "project": None,
        "facility": place.id,
    }
    return Post(id=place.id, kind=PostKind.ROOM, asks=asks, since=place.since, by="")


def open_placings(node: Node, tx: Tx, post: str | None = None) -> list[Placing]:
    """Who is in a post or room now, or in any, in the order in which they came."""
    where: dict[str, Any] = {} if post is None else {"post": post}
    rows = node.records.placings.find(tx, order="id", limit=MOST, ended=None, **where)
    return [row for row in rows if node.entered(tx, "placings", row)]


def told(node: Node, tx: Tx, row: Post) -> dict[str, Any]:
    """A post or room with who is in it and what each lacks now."""
    there = open_placings(node, tx, row.id)
    return {
        "id": row.id,
        "kind": str(row.kind),
        **row.asks,
        "state": str(PostState.FILLED if there else PostState.VACANT),
        "people": [
            {
                "person": one.person,
                "since": one.since,
                "by": one.by,
                "excepted": one.gaps,
                "exception": one.exception,
                "gaps": [gap.as_json() for gap in gaps_now(node, tx, row, one)],
            }
            for one in there
        ],
    }


def listed(node: Node, tx: Tx, kind: PostKind) -> list[dict[str, Any]]:
    """Every post, or every room, by its name; facilities that people are in are rooms too."""
    rows = {
        row.id: row
        for row in node.records.posts.find(tx, order="id", limit=MOST, kind=str(kind))
        if node.entered(tx, "posts", row)
    }
    for placing in open_placings(node, tx):
        if placing.kind is kind and placing.post not in rows:
            rows[placing.post] = require(node, tx, placing.post, kind)
    return [told(node, tx, rows[name]) for name in sorted(rows)]


def gaps_now(node: Node, tx: Tx, row: Post, placing: Placing) -> list[Gap]:
    """What a person lacks now that no exception covered when they were placed; who left the nation,
    or whose record was changed by hand, lacks everything that is asked of a person.
    """
    visitor = visitors.of_placing(node, tx, placing.person)
    try:
        found = (
            lacking.of_person(node, tx, row.asks, node.person(tx, placing.person))
            if visitor is None
            else visitors.gaps(node, tx, row, visitor)
        )
    except SealaneError:
        return [Gap(placing.person, "clearance", str(row.asks["level"]))]
    return [gap for gap in found if gap.what not in placing.gaps]


def lapsed(node: Node, tx: Tx) -> Iterator[tuple[Placing, list[Gap]]]:
    """Everybody who is somewhere and lacks something by now."""
    rows: dict[str, Post] = {}
    for placing in open_placings(node, tx):
        row = rows.get(placing.post)
        if row is None:
            try:
                row = rows[placing.post] = require(node, tx, placing.post, placing.kind)
            except SealaneError:  # the audit tells of a row that was changed by hand
                continue
        if gaps := gaps_now(node, tx, row, placing):
            yield placing, gaps
