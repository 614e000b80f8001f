"""Operations that make items of this nation's own before any release, and look at what they were
made from.

Spec: spec/openapi.yaml; spec/interfaces.md §5; R18, R34, R41.
"""

from __future__ import annotations

import mimetypes
from dataclasses import replace
from typing import Any

from sealane.office.operation import (
    REASON_MOST,
    Carries,
    MemberKind,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import ITEM, MARK, PAGES, reader_of
from sealane.registry.who_may import Act
from sealane.services.exchange import own_items
from sealane.services.exchange.derived import KINDS, TEAR_LINE
from sealane.services.exchange.stated_release import label_of
from sealane.services.register import acts, sources
from sealane.services.register.acts import Actor

PURPOSES = StatedMember(
    name="purposes", kind=MemberKind.TEXTS, default=(), says="What it may be used for."
)


def _register(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node = office.node
    with node.store.reading() as tx:
        acts.require(node, tx, Act.REGISTER, actor)
    registering = own_items.Registering(
        kind=asked["kind"],
        title=asked["title"],
        label=label_of(node, asked["label"]),
        area=asked["area"],
        actor=actor,
        purposes=tuple(asked["purposes"]),
        project=asked["project"],
        pages=asked["pages"],
    )
    return own_items.register(node, registering)


def _derive(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return _made(office, actor, asked, asked["kind"])


def _cut(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return _made(office, actor, asked, TEAR_LINE)


def _made(office: NodeOffice, actor: Actor, asked: OfficeQuestion, kind: str) -> dict[str, Any]:
    assert asked.file is not None
    node, mark = office.node, asked["label"]
    deriving = own_items.Deriving(
        sources=(asked["item"], *asked["from"]),
        kind=kind,
        actor=actor,
        area=asked["area"],
        purposes=tuple(asked["purposes"]),
        title=asked["title"] or asked.file_name,
        media_type=mimetypes.guess_type(asked.file_name)[0] or "application/octet-stream",
        pages=asked["pages"],
        released=tuple(asked["released"]) if kind == TEAR_LINE else (),
        reason=asked["reason"] if kind == TEAR_LINE else None,
        grades=tuple(asked["grades"]),
    )
    own_items.require_sources(node, deriving)
    if mark is not None:
        deriving = replace(deriving, label=label_of(node, mark))
    return own_items.derive(node, deriving, asked.file)


def _sources(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_HISTORY, actor, item=asked["item"])
        return sources.told(office.node, tx, asked["item"])


MAKING = (
    ITEM,
    StatedMember(
        name="from", kind=MemberKind.TEXTS, default=(), says="Further sources, by number."
    ),
    StatedMember(
        name="grades",
        kind=MemberKind.TEXTS,
        default=(),
        says="How far a source is to be believed: `ITEM=B2`, or `B2` of the first; reliability A"
        " to F, credibility 1 to 6.",
    ),
    replace(MARK, needed=False, says=f"{MARK.says} Default: the least that its sources demand."),
    StatedMember(name="area", says="Default: the sources'."),
    PURPOSES,
    StatedMember(name="title", says="Default: the file's name."),
    PAGES,
)
REGISTER = Operation(
    id="items.register",
    act=Act.REGISTER,
    method="POST",
    path="/api/v1/items",
    answer="Registered",
    members=(
        StatedMember(
            name="kind", needed=True, words=own_items.WITHOUT_FILE, says="The form of it."
        ),
        StatedMember(name="title", needed=True, says="What it is, in a few words."),
        MARK,
        StatedMember(name="area", needed=True, says="Subject area."),
        PURPOSES,
        StatedMember(name="project", says="The project it belongs to."),
        PAGES,
    ),
    do=_register,
    example={
        "kind": "oral",
        "title": "Harbour briefing",
        "label": "SECRET//REL AUS/JPN",
        "area": "maritime",
        "purposes": ["assessment"],
    },
)
OPERATIONS = (
    REGISTER,
    Operation(
        id="items.derive",
        act=Act.DERIVE,
        method="POST",
        path="/api/v1/items/{item}/derived",
        answer="Derived",
        carries=Carries.IN,
        members=(
            *MAKING,
            StatedMember(
                name="kind",
                needed=True,
                words=tuple(one for one in KINDS if one != TEAR_LINE),
                says="What the file is of the item.",
            ),
        ),
        do=_derive,
        example={"kind": "summary"},
    ),
    Operation(
        id="items.cut",
        act=Act.CUT,
        method="POST",
        path="/api/v1/items/{item}/tear-lines",
        answer="Derived",
        carries=Carries.IN,
        members=(
            *MAKING,
            StatedMember(
                name="released",
                kind=MemberKind.TEXTS,
                default=(),
                says="Paragraphs of the sources that may stand in it: `3,5-7`, or `ITEM:3,5-7`.",
            ),
            StatedMember(
                name="reason",
                most=REASON_MOST,
                says="Why what nobody can read holds nothing from above the line.",
            ),
        ),
        do=_cut,
        example={"label": "PROTECTED//REL AUS/JPN"},
    ),
    Operation(
        id="items.sources",
        act=Act.SEE_HISTORY,
        path="/api/v1/items/{item}/sources",
        says="Whether an item is bound to registered sources, and by whom; here, to which.",
        says_ja="登録済みの元の項目への結び付きの有無とその国。作成国では元の項目も示す。",
        answer="Sources",
        members=(ITEM,),
        do=_sources,
    ),
)
