"""The operations of posts and rooms: what each asks, who is in it, and the exceptions that the
security officer signs.

Spec: spec/openapi.yaml; spec/post.md; docs/who-may.md; R20, R26, R28, R49.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sealane.office.operation import (
    MemberKind,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import reader_of
from sealane.registry.post_records import PostKind
from sealane.registry.who_may import Act
from sealane.services.placing import posts, reading
from sealane.services.register import acts
from sealane.services.register.acts import Actor

POST = StatedMember(name="post", place=MemberPlace.PATH, needed=True, says="The post's name.")
ROOM = StatedMember(
    name="room", place=MemberPlace.PATH, needed=True, says="The room's name, or a facility's."
)
EXCEPTION = StatedMember(
    name="exception",
    most=posts.REASON_MOST,
    says="Why those are placed who lack something; signed in the name of who acts.",
)
_ASKS = (
    StatedMember(name="level", needed=True, says="A level of this nation's scheme."),
    StatedMember(name="agreement", says="On which a briefing is asked for."),
    StatedMember(name="project", says="For which an authorisation is asked for."),
    StatedMember(name="facility", says="Where it is; accredited for the level."),
)
Do = Callable[[NodeOffice, Actor, OfficeQuestion], dict[str, Any]]


def _define(kind: PostKind) -> Do:
    def do(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
        wanted = posts.Defining(
            id=asked["name"],
            kind=kind,
            level=asked["level"],
            agreement=asked["agreement"],
            project=asked["project"],
            facility=asked["facility"],
        )
        return posts.define(office.node, wanted, by=actor)

    return do


def _listed(kind: PostKind) -> Do:
    def do(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
        with office.node.store.reading() as tx:
            reader_of(office, tx, Act.SEE_PLACES, actor)
            return {f"{kind}s": reading.listed(office.node, tx, kind)}

    return do


def _shown(kind: PostKind) -> Do:
    def do(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
        node = office.node
        with node.store.reading() as tx:
            acts.known(node, tx, Act.SEE_PLACES, actor)
            row = reading.require(node, tx, asked[str(kind)], kind)
            acts.require(node, tx, Act.SEE_PLACES, actor)
            return reading.told(node, tx, row)

    return do


def _placed(kind: PostKind) -> Do:
    def do(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
        people = [asked["person"]] if kind is PostKind.POST else asked["people"]
        return posts.place(
            office.node,
            asked[str(kind)],
            people,
            kind=kind,
            by=actor,
            exception=asked["exception"],
        )

    return do


def _left(kind: PostKind) -> Do:
    def do(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
        people = () if kind is PostKind.POST else asked["people"] or ()
        return posts.leave(office.node, asked[str(kind)], people, kind=kind, by=actor)

    return do


OPERATIONS = (
    Operation(
        id="posts.define",
        act=Act.PLACE,
        method="POST",
        path="/api/v1/posts",
        says="Define a post, or change what it asks of whoever fills it.",
        says_ja="職を定め、又は就く人に求める事項を変える。",
        answer="Post",
        members=(StatedMember(name="name", needed=True, says="The post's name."), *_ASKS),
        do=_define(PostKind.POST),
        example={"name": "maritime-desk", "level": "SECRET", "agreement": "jpn-aus-2022"},
    ),
    Operation(
        id="posts.list",
        act=Act.SEE_PLACES,
        path="/api/v1/posts",
        says="Every post with who fills it, and what they lack by now.",
        says_ja="全ての職と、就いている人、現在欠けるもの。",
        answer="Posts",
        do=_listed(PostKind.POST),
    ),
    Operation(
        id="posts.show",
        act=Act.SEE_PLACES,
        path="/api/v1/posts/{post}",
        says="One post.",
        says_ja="一つの職。",
        answer="Post",
        members=(POST,),
        do=_shown(PostKind.POST),
    ),
    Operation(
        id="posts.assign",
        act=Act.PLACE,
        method="POST",
        path="/api/v1/posts/{post}/assign",
        says="Fill a post, once everything that it asks was checked.",
        says_ja="求める事項を全て確かめた上で、職に人を就ける。",
        answer="Post",
        members=(POST, StatedMember(name="person", needed=True, says="Who."), EXCEPTION),
        do=_placed(PostKind.POST),
        second=True,
        turns_into=Act.EXCEPT,
        example={"person": "aus.analyst"},
    ),
    Operation(
        id="posts.vacate",
        act=Act.PLACE,
        method="POST",
        path="/api/v1/posts/{post}/vacate",
        says="End the time of who fills a post.",
        says_ja="職に就いている人の任を終える。",
        answer="Post",
        members=(POST,),
        do=_left(PostKind.POST),
        example={},
    ),
    Operation(
        id="rooms.define",
        act=Act.PLACE,
        method="POST",
        path="/api/v1/rooms",
        says="Define a room, a ship or a meeting, or change what it asks of who is within.",
        says_ja="部屋、艦船又は会議を定め、又は入る人に求める事項を変える。",
        answer="Post",
        members=(StatedMember(name="name", needed=True, says="The room's name."), *_ASKS),
        do=_define(PostKind.ROOM),
        example={"name": "briefing-room", "level": "SECRET", "agreement": "jpn-aus-2022"},
    ),
    Operation(
        id="rooms.list",
        act=Act.SEE_PLACES,
        path="/api/v1/rooms",
        says="Every room with who is within, and what they lack by now.",
        says_ja="全ての部屋と、中にいる人、現在欠けるもの。",
        answer="Rooms",
        do=_listed(PostKind.ROOM),
    ),
    Operation(
        id="rooms.show",
        act=Act.SEE_PLACES,
        path="/api/v1/rooms/{room}",
        says="One room.",
        says_ja="一つの部屋。",
        answer="Post",
        members=(ROOM,),
        do=_shown(PostKind.ROOM),
    ),
    Operation(
        id="rooms.enter",
        act=Act.PLACE,
        method="POST",
        path="/api/v1/rooms/{room}/enter",
        says="Let people into a room, once everybody was checked: all of them or nobody.",
        says_ja="全員を確かめた上で部屋に入れる（全員が入るか、誰も入らない）。",
        answer="Post",
        members=(
            ROOM,
            StatedMember(name="people", kind=MemberKind.TEXTS, needed=True, says="Who."),
            EXCEPTION,
        ),
        do=_placed(PostKind.ROOM),
        second=True,
        turns_into=Act.EXCEPT,
        example={"people": ["aus.analyst"]},
    ),
    Operation(
        id="rooms.leave",
        act=Act.PLACE,
        method="POST",
        path="/api/v1/rooms/{room}/leave",
        says="Note that people left a room; nobody named: all of them.",
        says_ja="部屋から出たことを記録する（指定がなければ全員）。",
        answer="Post",
        members=(ROOM, StatedMember(name="people", kind=MemberKind.TEXTS, says="Who.")),
        do=_left(PostKind.ROOM),
        example={},
    ),
)
