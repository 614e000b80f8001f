"""Operations on the directory: people and facilities, entered and changed by the security officer,
in production with a second.

Two officers at one record: a change names the version that it was decided on.
Spec: spec/openapi.yaml; docs/who-may.md; R20, R28, R49.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.office.operation import (
    MemberKind,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import PERSON, paged, reader_of, shown_version, unchanged_since
from sealane.registry.who_may import Act
from sealane.services.register import acts, directory
from sealane.services.register.acts import Actor
from sealane.services.register.directory import NO_FACILITY

VERSION = shown_version()
FACTS = (
    StatedMember(name="name", says="As people write it."),
    StatedMember(name="name_ja", says="In Japanese; default: the same."),
    StatedMember(name="post", says="The post, by which partners know the person."),
    StatedMember(name="post_ja", says="In Japanese; default: the same."),
    StatedMember(name="facility", says="Where the person works; null: nowhere."),
    StatedMember(name="nationality", kind=MemberKind.TEXTS, says="States, by their codes."),
    StatedMember(name="organisation", says="Whose the person is."),
    StatedMember(name="organisation_country", says="Of which state that is."),
    StatedMember(name="clearances", kind=MemberKind.THINGS, says="As a decision takes them."),
    StatedMember(name="briefings", kind=MemberKind.THINGS, says="On agreements."),
    StatedMember(name="authorisations", kind=MemberKind.THINGS, says="For items or projects."),
    StatedMember(name="roles", kind=MemberKind.TEXTS, says="Roles that agreements name."),
    StatedMember(name="duties", kind=MemberKind.TEXTS, says="docs/who-may.md."),
)
FACILITY = StatedMember(
    name="facility", place=MemberPlace.PATH, needed=True, says="The facility's id."
)
PLACE_FACTS = (
    StatedMember(name="country", says="Where it lies."),
    StatedMember(name="accredited", kind=MemberKind.THING, says="{policy, level}."),
    StatedMember(name="until", says="Until when it is accredited."),
)


def _list(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return _page(office, actor, asked, "people", Act.SEE_CLEARANCES)


def _facilities(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return _page(office, actor, asked, "facilities", Act.SEE_HISTORY)


def _page(
    office: NodeOffice, actor: Actor, asked: OfficeQuestion, table: str, act: Act
) -> dict[str, Any]:
    """A page of a bound table's records by id; one that was changed by hand is not told."""
    node, limit = office.node, asked["limit"]
    with node.store.reading() as tx:
        reader_of(office, tx, act, actor)
        shelf = getattr(node.records, table)
        rows = shelf.find(tx, order="id", limit=limit + 1, after=asked["after"])
        found = [dict(row.data) for row in node.entered_of(tx, table, rows[:limit])]
    return {table: found, "after": rows[limit - 1].id if len(rows) > limit else None}


def _show(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node = office.node
    with node.store.reading() as tx:
        # whoever asks sees their own record
        if asked["person"] != actor.person:
            reader_of(office, tx, Act.SEE_CLEARANCES, actor)
        return node.person(tx, asked["person"])


def _enter(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    value = {"id": asked["id"], **_stated(asked)}
    return directory.enter(office.node, value, by=actor).as_json()


def _stated(asked: OfficeQuestion) -> dict[str, Any]:
    """The facts that were stated, null among them."""
    return {one.name: asked[one.name] for one in FACTS if one.name in asked.stated}


def _change(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node = office.node
    with node.store.reading() as tx:
        acts.known(node, tx, Act.ENTER, actor)
        held = node.person(tx, asked["person"])

    unchanged = unchanged_since(held, asked.match)
    value = {**held, **_stated(asked)}
    return directory.enter(node, value, by=actor, unchanged=unchanged).as_json()


def _facility(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node = office.node
    with node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_HISTORY, actor)
        return dict(_held(node.facility(tx, asked["facility"]), asked))


def _held(row: Any, asked: OfficeQuestion) -> Mapping[str, Any]:
    if row is None:
        raise NO_FACILITY(facility=asked["facility"])
    data: Mapping[str, Any] = row.data
    return data


def _enter_facility(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    value = {"id": asked["id"], **{one.name: asked[one.name] for one in PLACE_FACTS}}
    directory.enter_facility(office.node, value, by=actor)
    return value


def _change_facility(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node = office.node
    with node.store.reading() as tx:
        acts.known(node, tx, Act.ENTER, actor)
        held = _held(node.facility(tx, asked["facility"]), asked)

    unchanged = unchanged_since(held, asked.match)
    stated = {one.name: asked[one.name] for one in PLACE_FACTS if one.name in asked.stated}
    value = {**held, **stated}
    directory.enter_facility(node, value, by=actor, unchanged=unchanged)
    return value


OPERATIONS = (
    Operation(
        id="people.list",
        act=Act.SEE_CLEARANCES,
        path="/api/v1/people",
        says="Everybody in the directory, in order of id.",
        says_ja="登録者の一覧（識別子順）。",
        answer="People",
        members=paged(),
        do=_list,
    ),
    Operation(
        id="people.show",
        act=None,
        path="/api/v1/people/{person}",
        says="One person's record: for who may see clearances, and for that person.",
        says_ja="一人の記録（適格性を見ることのできる者と本人のみ）。",
        answer="Person",
        members=(PERSON,),
        do=_show,
        version=VERSION,
    ),
    Operation(
        id="people.enter",
        act=Act.ENTER,
        method="POST",
        path="/api/v1/people",
        answer="Person",
        members=(StatedMember(name="id", needed=True, says="The person's id."), *FACTS),
        do=_enter,
        second=True,
        version=VERSION,
        example={
            "id": "aus.ng",
            "name": "A. Ng",
            "post": "Desk officer",
            "facility": None,
            "nationality": ["AUS"],
            "organisation": "aus.defence",
            "organisation_country": "AUS",
            "clearances": [],
            "briefings": [],
            "authorisations": [],
            "roles": [],
            "duties": ["reader"],
        },
    ),
    Operation(
        id="people.change",
        act=Act.ENTER,
        method="PATCH",
        path="/api/v1/people/{person}",
        says="Change members of a person's record; what is not stated stays.",
        says_ja="人の記録の項目を変更する。示されない項目はそのまま。",
        answer="Person",
        members=(PERSON, *FACTS),
        do=_change,
        second=True,
        edits=True,
        version=VERSION,
        example={"post": "Senior desk officer"},
    ),
    Operation(
        id="facilities.list",
        act=Act.SEE_HISTORY,
        path="/api/v1/facilities",
        says="The facilities, with their accreditation.",
        says_ja="施設とその認定の一覧。",
        answer="Facilities",
        members=paged(),
        do=_facilities,
    ),
    Operation(
        id="facilities.show",
        act=Act.SEE_HISTORY,
        path="/api/v1/facilities/{facility}",
        says="One facility.",
        says_ja="一つの施設。",
        answer="Facility",
        members=(FACILITY,),
        do=_facility,
        version=VERSION,
    ),
    Operation(
        id="facilities.enter",
        act=Act.ENTER,
        method="POST",
        path="/api/v1/facilities",
        answer="Facility",
        members=(
            StatedMember(name="id", needed=True, says="The facility's id."),
            *PLACE_FACTS,
        ),
        do=_enter_facility,
        second=True,
        version=VERSION,
        example={
            "id": "aus-hq-2",
            "country": "AUS",
            "accredited": {"policy": "AUS", "level": "SECRET"},
            "until": "2031-01-01T00:00:00Z",
        },
    ),
    Operation(
        id="facilities.change",
        act=Act.ENTER,
        method="PATCH",
        path="/api/v1/facilities/{facility}",
        says="Change a facility's accreditation; what is not stated stays.",
        says_ja="施設の認定を変更する。示されない項目はそのまま。",
        answer="Facility",
        members=(FACILITY, *PLACE_FACTS),
        do=_change_facility,
        second=True,
        edits=True,
        version=VERSION,
        example={"until": "2032-01-01T00:00:00Z"},
    ),
)
