"""Operations that find: items by words and facets, the searches that a person keeps, the register
of people as of any date, and what lapses soon.

Spec: spec/openapi.yaml; docs/search.md; R11, R21, R22, R28.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sealane.base.values import parse_instant
from sealane.office.operation import (
    MemberKind,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import paged, reader_of
from sealane.registry.who_may import Act
from sealane.services.deciding import lapsing
from sealane.services.register import roll
from sealane.services.register.acts import Actor
from sealane.services.search import find, saved
from sealane.services.search.find import SearchAsked

SAYS = {
    "text": "Words, or parts of Japanese words, all of which must be there.",
    "area": "The area of the agreement.",
    "level": "The label's own word, or the word that it is handled as here.",
    "originator": "A nation, or a person.",
    "state": "Where it stands.",
    "direction": "in, out or own.",
    "kind": "file, oral, visual, ...",
    "since": "Registered from then on.",
    "until": "Registered before then.",
}


def asked_members(place: MemberPlace) -> tuple[StatedMember, ...]:
    """What may be asked of items, each by itself."""
    return (
        *(
            StatedMember(
                name=name,
                place=place,
                most=find.LONGEST if name == "text" else 200,
                words=("in", "out", "own") if name == "direction" else (),
                says=says,
            )
            for name, says in SAYS.items()
        ),
        StatedMember(
            name="by",
            place=place,
            words=(find.NEWEST, find.RELEVANCE),
            says="What stands first; default: the newest.",
        ),
    )


_NAME = StatedMember(
    name="name", most=saved.LONGEST, needed=True, says="Under which the search is kept."
)


def _question(asked: OfficeQuestion) -> SearchAsked:
    given = {one.name: asked[one.name] for one in fields(SearchAsked)}
    return SearchAsked(**{name: value for name, value in given.items() if value is not None})


def _reader(office: NodeOffice, act: Act, actor: Actor) -> dict[str, Any] | None:
    with office.node.store.reading() as tx:
        return reader_of(office, tx, act, actor)


def _search(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    reader = _reader(office, Act.SEE_REGISTER, actor)
    page = {"limit": asked["limit"], "after": asked["after"], "counts": asked["counts"] != "none"}
    return find.search(office.node, reader, _question(asked), **page)


def _own(office: NodeOffice, actor: Actor) -> dict[str, Any]:
    reader = _reader(office, Act.SAVE_SEARCH, actor)
    assert reader is not None  # nobody acts by the keystore here
    return reader


def _searches(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    return saved.saved(office.node, _own(office, actor))


def _save(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return saved.save(office.node, _own(office, actor), asked["name"], _question(asked))


def _remove(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return saved.remove(office.node, _own(office, actor), asked["name"])


def _register(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    at = None if asked["at"] is None else parse_instant(asked["at"])
    return roll.roll(office.node, by=actor, at=at, facility=asked["facility"])


def _horizon(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_CLEARANCES, actor)
        return lapsing.horizon(office.node, tx, days=asked["days"])


OPERATIONS = (
    Operation(
        id="items.search",
        act=Act.SEE_REGISTER,
        path="/api/v1/search",
        says="Items by words, area, level, originator, state, direction, kind and time; how many"
        " there are of each, as far as who asks may see them.",
        says_ja="語、分野、区分、作成国、状態、方向、種別、日時による項目の検索と、"
        "見ることのできる範囲での件数。",
        answer="FoundItems",
        members=(
            *asked_members(MemberPlace.QUERY),
            StatedMember(
                name="counts",
                place=MemberPlace.QUERY,
                words=("all", "none"),
                says="Whether total and facets are wanted; default: all.",
            ),
            *paged(find.MOST, find.USUAL),
        ),
        do=_search,
        keyless=True,
    ),
    Operation(
        id="searches.list",
        act=Act.SAVE_SEARCH,
        path="/api/v1/searches",
        says="The searches that who asks keeps.",
        says_ja="本人が保存した検索。",
        answer="Searches",
        do=_searches,
    ),
    Operation(
        id="searches.save",
        act=Act.SAVE_SEARCH,
        method="POST",
        path="/api/v1/searches",
        says="Keep a search under a name, in place of an earlier one of that name.",
        says_ja="検索を名前を付けて保存する（同じ名前のものは置き換える）。",
        answer="SavedSearch",
        members=(_NAME, *asked_members(MemberPlace.BODY)),
        do=_save,
        example={"name": "to accept", "state": "delivered", "direction": "in"},
    ),
    Operation(
        id="searches.remove",
        act=Act.SAVE_SEARCH,
        method="POST",
        path="/api/v1/searches/remove",
        says="Keep a search no longer.",
        says_ja="保存した検索を削除する。",
        answer="RemovedSearch",
        members=(_NAME,),
        do=_remove,
        example={"name": "to accept"},
    ),
    Operation(
        id="people.register",
        act=Act.SEE_CLEARANCES,
        path="/api/v1/registers/people",
        says="The people of the directory as their records stood at an instant; recorded.",
        says_ja="ある時点における人員登録簿（閲覧は記録される）。",
        answer="PeopleRegister",
        members=(
            StatedMember(name="at", place=MemberPlace.QUERY, says="As of then; default: now."),
            StatedMember(
                name="facility", place=MemberPlace.QUERY, says="Only who belonged to it then."
            ),
        ),
        do=_register,
    ),
    Operation(
        id="people.horizon",
        act=Act.SEE_CLEARANCES,
        path="/api/v1/registers/horizon",
        says="What lapses soon, and which items close by it.",
        says_ja="間もなく失効するものと、それにより開けなくなる項目。",
        answer="Horizon",
        members=(
            StatedMember(
                name="days",
                kind=MemberKind.NUMBER,
                place=MemberPlace.QUERY,
                least=0,
                most=3660,
                default=lapsing.DAYS,
                says="How many days ahead.",
            ),
        ),
        do=_horizon,
    ),
)
