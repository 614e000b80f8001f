"""Define posts and rooms, place people in them, and take them out again.

Everybody is looked at before anybody is placed: what one of several lacks keeps all of them out.
Who lacks something is placed by the security officer's signed exception alone, which names the gaps
that it covers and stands in the ledger before the person does.
Spec: spec/post.md; R20, R26, R28, R49, R64.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Conflict, Malformed, NotFound, Refused, declare
from sealane.base.values import identifier
from sealane.crypto import jws
from sealane.ports import Tx
from sealane.registry.post_life import GAP_WORDS, OFFICER, POST
from sealane.registry.post_records import Placing, Post, PostKind, PostState
from sealane.registry.who_may import Act
from sealane.services.node import NO_AGREEMENT, Node
from sealane.services.placing import lacking, reading, visitors
from sealane.services.placing.lacking import Gap
from sealane.services.register import acts
from sealane.services.register.acts import Actor
from sealane.services.register.directory import NO_FACILITY
from sealane.services.statements.journal import bound_fields, record

TYP, SERIES, REASON_MOST = "sealane-placing-exception", "placing", 500

BAD_LEVEL = declare(
    "post.level",
    Malformed,
    "{level!r} is no level of this nation's scheme.",
    "{level!r} は自国の方式の区分ではありません。",
    "`sealane scheme list` shows the levels.",
    "区分は `sealane scheme list` で確認できます。",
)
TAKEN = declare(
    "post.taken",
    Conflict,
    "{post} is a {kind} already.",
    "{post} は既に{kind_ja}として登録されています。",
    "Choose another name.",
    "別の名前を選んでください。",
)
NO_WORDS = declare(
    "post.exception",
    Malformed,
    "An exception says why, in 1 to {most} characters.",
    "例外には 1～{most} 字の理由が必要です。",
    "Write why this person is placed in spite of what they lack.",
    "欠けるものがあるのに配置する理由を書いてください。",
)
POST_GAP = declare(
    "post.gap",
    Refused,
    "{people} cannot be placed in {post}; lacking: {what}.",
    "{people} を {post} に配置できません。欠けるもの：{what_ja}。",
    "Mend what is lacking, or let the security officer sign an exception: --exception TEXT.",
    "欠けるものを補うか、保全責任者が例外に署名してください（--exception TEXT）。",
)
ROOM_GAP = declare(
    "room.gap",
    Refused,
    "Nobody enters {post}; lacking: {what} ({people}).",
    "{post} には誰も入れません。欠けるもの：{what_ja}（{people}）。",
    "Mend what is lacking, or let the security officer sign an exception: --exception TEXT.",
    "欠けるものを補うか、保全責任者が例外に署名してください（--exception TEXT）。",
)
NOT_THERE = declare(
    "post.not_there",
    NotFound,
    "{person} is not in {post}.",
    "{person} は {post} にいません。",
    "See who is there: `sealane post show`, `sealane room show`.",
    "誰がいるかは `sealane post show`、`sealane room show` で確認できます。",
)
_GAP = {PostKind.POST: POST_GAP, PostKind.ROOM: ROOM_GAP}
KINDS_JA = {PostKind.POST: "職", PostKind.ROOM: "部屋"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Defining:
    """What a post or room is to ask."""

    id: str
    kind: PostKind
    level: str
    agreement: str | None = None
    project: str | None = None
    facility: str | None = None

    def asks(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "level": self.level,
            "agreement": self.agreement,
            "project": self.project,
            "facility": self.facility,
        }


def define(node: Node, asked: Defining, *, by: Actor) -> dict[str, Any]:
    """Enter a post or room, or change what it asks; who is in it stays, and what they lack by then
    is told.

    Raises: Malformed `usage.person`, `value.identifier`, `post.level`; NotFound `person.unknown`,
    `facility.unknown`; Misconfigured `agreement.not_held`; Refused `person.duty`; Conflict
    `post.taken`.
    """
    with node.store.writing() as tx:
        acts.known(node, tx, Act.PLACE, by)
        if asked.facility is not None and node.facility(tx, asked.facility) is None:
            raise NO_FACILITY(facility=asked.facility)
        if asked.agreement is not None and asked.agreement not in node.agreements(tx):
            raise NO_AGREEMENT(agreement=asked.agreement)
        actor = acts.require(node, tx, Act.PLACE, by)
        known = node.records.posts.get(tx, id=asked.id)
        if known is not None and known.kind is not asked.kind:
            raise TAKEN(post=asked.id, kind=known.kind, kind_ja=KINDS_JA[known.kind])
        if node.schemes[node.party].level(asked.level) is None:
            raise BAD_LEVEL(level=asked.level[:60])
        row = Post(
            id=identifier(asked.id),
            kind=asked.kind,
            asks=asked.asks(),
            since=node.now()[1],
            by=str(actor.person),
        )
        record(
            node,
            tx,
            "post.defined",
            item=row.id,
            type=str(row.kind),
            facility=asked.facility,
            **bound_fields(node, tx, "posts", row),
            **actor.told(),
        )
        values = asdict(row)
        node.records.posts.put(tx, {"id": values.pop("id")}, **values)
        return reading.told(node, tx, row)


def place(
    node: Node,
    post: str,
    people: Sequence[str],
    *,
    kind: PostKind,
    by: Actor,
    exception: str | None = None,
) -> dict[str, Any]:
    """Place people in a post or room: all of them or nobody. In a post the former holder's time
    ends; who is in a room already stays there.

    Args:
        exception: why those are placed who lack something; signed by this node in the name of who
            acts.
    Raises: Malformed `usage.person`, `post.exception`; NotFound `person.unknown`, `post.unknown`,
    `room.unknown`; Refused `person.duty`, `post.gap`, `room.gap`, `person.second_needed`;
    Untrusted `directory.altered`.
    """
    with node.store.writing() as tx:
        # 1. who acts, who is named, and where
        acts.known(node, tx, Act.PLACE, by)
        named = _named(node, tx, people, kind)
        row = reading.require(node, tx, post, kind)
        actor = acts.require(node, tx, Act.PLACE, by)
        # 2. everybody is looked at before anybody is placed
        there = reading.open_placings(node, tx, row.id)
        state = PostState.FILLED if there else PostState.VACANT
        step = POST.step(state, "place", by=OFFICER)
        gaps = [gap for one in named.values() for gap in _lacks(node, tx, row, one)]
        signed: str | None = None
        if gaps:
            if exception is None:
                raise _gap(row, gaps)
            signed = _excepted(node, tx, row, gaps, by=by, text=exception)
        # 3. recorded, and then they are there
        if kind is PostKind.POST:
            for one in there:
                _end(node, tx, one, actor)
        within = {one.person for one in there} if kind is PostKind.ROOM else set()
        for person in named:
            if person not in within:
                mine = [gap.what for gap in gaps if gap.person == person]
                assert step.entry is not None
                _enter(node, tx, row, person, actor, gaps=mine, signed=signed if mine else None)
        return reading.told(node, tx, row)


def leave(
    node: Node, post: str, people: Sequence[str], *, kind: PostKind, by: Actor
) -> dict[str, Any]:
    """People are in a post or room no more; nobody named: all who are there.

    Raises: Malformed `usage.person`; NotFound `person.unknown`, `post.unknown`, `room.unknown`,
    `post.not_there`; Refused `person.duty`; Conflict `life.no_such_step`.
    """
    with node.store.writing() as tx:
        acts.known(node, tx, Act.PLACE, by)
        row = reading.require(node, tx, post, kind)
        actor = acts.require(node, tx, Act.PLACE, by)
        # who is there is told to nobody without the duty
        there = {one.person: one for one in reading.open_placings(node, tx, row.id)}
        leaving = list(dict.fromkeys(_there(there, row.id, one) for one in people)) or list(there)
        state = PostState.FILLED if there else PostState.VACANT
        POST.step(state, "empty" if len(leaving) == len(there) else "leave", by=OFFICER)
        for person in leaving:
            _end(node, tx, there[person], actor)
        return reading.told(node, tx, row)


def _named(node: Node, tx: Tx, people: Sequence[str], kind: PostKind) -> dict[str, visitors.Placed]:
    """Who is meant, by the name under which each is placed."""
    found = {}
    for person in people:
        one = visitors.who(node, tx, person, kind)
        found[one.name if isinstance(one, visitors.Visitor) else person] = one
    return found


def _lacks(node: Node, tx: Tx, row: Post, one: visitors.Placed) -> list[Gap]:
    if isinstance(one, visitors.Visitor):
        return visitors.gaps(node, tx, row, one)
    return lacking.of_person(node, tx, row.asks, one)


def _there(there: Collection[str], post: str, person: str) -> str:
    """Somebody who is there, by the whole name or a visitor's own. Raises: NotFound
    `post.not_there`.
    """
    found = [one for one in there if person == one or one.endswith(f":{person}")]
    if person in found or len(found) == 1:
        return person if person in found else found[0]
    raise NOT_THERE(person=person, post=post)


def _gap(row: Post, gaps: Sequence[Gap]) -> Exception:
    words = [GAP_WORDS[what] for what in dict.fromkeys(gap.what for gap in gaps)]
    return _GAP[row.kind](
        post=row.id,
        people=", ".join(dict.fromkeys(gap.person for gap in gaps)),
        what="; ".join(text for text, _ in words),
        what_ja="、".join(text for _, text in words),
        details={"gaps": [gap.as_json() for gap in gaps]},
    )


def _excepted(node: Node, tx: Tx, row: Post, gaps: Sequence[Gap], *, by: Actor, text: str) -> str:
    """The exception as signed, on record before anybody is placed by it."""
    actor = acts.require(node, tx, Act.EXCEPT, by)
    if not text.strip() or len(text) > REASON_MOST:
        raise NO_WORDS(most=REASON_MOST)
    said = {
        "v": 1,
        "node": node.settings.node,
        "post": row.id,
        "asks": row.asks,
        "gaps": [{"person": gap.person, "what": gap.what, "needs": gap.needs} for gap in gaps],
        "text": text.strip(),
        "by": actor.person,
        "proof": str(actor.proof),
        "at": node.now()[1],
    }
    data = jws.sign(canonical.encode(said), node.keys.signers("statement"), typ=TYP)
    record(
        node,
        tx,
        "post.excepted",
        item=row.id,
        record=canonical.sha384(data),
        people=list(dict.fromkeys(gap.person for gap in gaps)),
        lacking=list(dict.fromkeys(gap.what for gap in gaps)),
        **actor.told(),
    )
    return data.decode("ascii")


def _enter(
    node: Node,
    tx: Tx,
    row: Post,
    person: str,
    actor: Actor,
    *,
    gaps: list[str],
    signed: str | None,
) -> None:
    placing = Placing(
        id=f"P-{node.records.serial(tx, SERIES):06}",
        post=row.id,
        kind=row.kind,
        person=person,
        since=node.now()[1],
        by=str(actor.person),
        gaps=gaps,
        exception=signed,
    )
    record(
        node,
        tx,
        "post.filled",
        item=row.id,
        type=str(row.kind),
        people=[person],
        lacking=gaps or None,
        **bound_fields(node, tx, "placings", placing),
        **actor.told(),
    )
    node.records.placings.add(tx, placing)


def _end(node: Node, tx: Tx, placing: Placing, actor: Actor) -> None:
    after = replace(placing, ended=node.now()[1], ended_by=str(actor.person))
    record(
        node,
        tx,
        "post.left",
        item=placing.post,
        type=str(placing.kind),
        people=[placing.person],
        **bound_fields(node, tx, "placings", after),
        **actor.told(),
    )
    node.records.placings.change(tx, {"id": after.id}, ended=after.ended, ended_by=after.ended_by)
