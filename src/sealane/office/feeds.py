"""The operations on feeds: made, listed, written to.

Spec: spec/openapi.yaml; spec/feeds.md; docs/who-may.md; R57.
"""

from __future__ import annotations

from typing import Any

from sealane.office.operation import (
    Carries,
    MemberKind,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import reader_of
from sealane.registry.feed_records import Feed
from sealane.registry.who_may import Act
from sealane.services.feeds import adding, kept, sending
from sealane.services.feeds.kept import FeedAsked
from sealane.services.feeds.refusing import NOT_WRITER
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import Actor

FEED = StatedMember(
    name="feed", place=MemberPlace.PATH, needed=True, says="The feed's name, alias or id."
)


def _create(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    readers = asked["readable-by"]
    wanted = FeedAsked(
        name=asked["name"],
        agreement=asked["agreement"],
        area=asked["area"],
        alias=asked["alias"],
        id=asked["id"],
        readable_by=None if readers is None else tuple(readers),
        writable_by=tuple(asked["writable-by"] or ()),
        default_label=asked["default-label"],
    )
    return kept.shown(kept.create(office.node, wanted, by=actor))


def _list(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    node = office.node
    with node.store.reading() as tx:
        person = reader_of(office, tx, Act.SEE_FEEDS, actor)
        feeds = kept.every(node, tx)
        mine = [one for one in feeds if person is None or kept.may_read(node, tx, one, person)]
    return {"feeds": [kept.shown(one) for one in mine]}


def _add(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    assert asked.file is not None
    node, feed, by = _writer(office, actor, asked)
    return adding.add(node, feed, asked.file, by=by).as_json()


def _writer(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> tuple[Node, Feed, Actor]:
    """The feed, for somebody who writes it."""
    node = office.node
    with node.store.reading() as tx:
        acts.known(node, tx, Act.FEED, actor)
        feed = kept.of(node, tx, asked["feed"])
        by = acts.require(node, tx, Act.FEED, actor)
        if not kept.may_write(node, feed, node.person(tx, str(by.person))):
            raise NOT_WRITER(person=by.person, feed=feed.name)
    return node, feed, by


def _send(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    assert asked.sink is not None
    node, feed, by = _writer(office, actor, asked)
    return sending.write_out(node, feed, asked.sink, by=by)


OPERATIONS = (
    Operation(
        id="feeds.create",
        act=Act.MAKE_FEED,
        method="POST",
        path="/api/v1/feeds",
        answer="Feed",
        members=(
            StatedMember(name="name", needed=True, says="What it is called, and its project."),
            StatedMember(name="agreement", needed=True, says="Under which partners read it."),
            StatedMember(name="area", needed=True, says="An area of the agreement's."),
            StatedMember(name="alias", says="Another name, by which programs may ask."),
            StatedMember(name="id", says="Its UUID; none: a new one."),
            StatedMember(
                name="readable-by",
                kind=MemberKind.TEXTS,
                says="Nations whose people may read it; none: the agreement's parties.",
            ),
            StatedMember(
                name="writable-by",
                kind=MemberKind.TEXTS,
                says="Nations whose people may write it beside the own officers.",
            ),
            StatedMember(
                name="default-label",
                kind=MemberKind.THING,
                says="Of objects that nothing marks; none: they stay in the own nation.",
            ),
        ),
        do=_create,
        example={"name": "indicators", "agreement": "jpn-aus-2022", "area": "cyber"},
    ),
    Operation(
        id="feeds.list",
        act=Act.SEE_FEEDS,
        path="/api/v1/feeds",
        answer="Feeds",
        do=_list,
        keyless=True,
    ),
    Operation(
        id="feeds.add",
        act=Act.FEED,
        method="POST",
        path="/api/v1/feeds/{feed}/objects",
        answer="FeedAdded",
        carries=Carries.IN,
        members=(FEED,),
        do=_add,
    ),
    Operation(
        id="feeds.send",
        act=Act.FEED,
        method="POST",
        path="/api/v1/feeds/{feed}/send",
        says="The objects that may go to a server elsewhere, in every version that may. The bundle"
        " is the answer.",
        says_ja="他のサーバーに送れるオブジェクト（送れる全ての版）。バンドルが回答となる。",
        answer="FeedSent",
        carries=Carries.OUT,
        members=(FEED,),
        do=_send,
        example={},
    ),
)
