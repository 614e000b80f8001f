"""The operations of the release desk: what lies there, what a release would come to, and the forms
that officers begin with.

Spec: docs/console.md §The release desk; R26, R30, R35.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sealane.office import releases, stated
from sealane.office.operation import (
    MemberKind,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import paged, reader_of, require_version, shown_version
from sealane.registry.desk_records import FormKind, FormState
from sealane.registry.who_may import Act
from sealane.services.exchange import release_forms, release_preview, release_queue
from sealane.services.register import acts
from sealane.services.register.acts import Actor

PAGE, MOST = 25, 200
NOT_KEPT = frozenset({"reference", "answer", "ask-first", "draft", "profile"})
"""What is said of one release when it is made, and of no form."""
TERMS = replace(
    releases.MAKE,
    id="desk.terms",
    members=tuple(
        replace(one, needed=False, default=None)
        for one in releases.MAKE.members
        if one.name not in NOT_KEPT
    ),
)
"""What the terms of a kept form may be: of a release, each or none."""
version = shown_version("name", "terms", "state", "changed")
"""A form's version: by what can be changed of it."""

_FORM = StatedMember(name="form", place=MemberPlace.PATH, needed=True, says="The form's id.")
_NAME = "Under which it is kept."
_TERMS = "Members of a release, each or none; see releases.make."


def _kind(place: MemberPlace) -> StatedMember:
    return StatedMember(
        name="kind",
        place=place,
        words=tuple(FormKind),
        needed=True,
        says="An officer's own draft, a template, or a distribution list.",
    )


def _terms(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What was stated of them, each as a release takes it. Raises: Malformed `api.stated`."""
    if given is None:
        return None
    read = stated.read(TERMS, given)
    return {name: value for name, value in read.items() if value is not None}


def _keep(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    terms, kind = _terms(asked["terms"]), FormKind(asked["kind"])
    return release_forms.keep(office.node, actor, kind=kind, name=asked["name"], terms=terms or {})


def _change(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    def unchanged(held: Mapping[str, Any]) -> None:
        require_version(asked.match, version(held))

    return release_forms.change(
        office.node,
        actor,
        asked["form"],
        unchanged=unchanged,
        name=asked["name"],
        terms=_terms(asked["terms"]),
        abandon=asked["abandon"],
    )


def _show(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return release_forms.shown(office.node, actor, asked["form"])


def _list(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return release_forms.listed(
        office.node,
        actor,
        FormKind(asked["kind"]),
        state=FormState(asked["state"]),
        limit=asked["limit"],
        after=asked["after"],
    )


def _queue(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_HISTORY, actor)
        page = {"limit": asked["limit"], "after": asked["after"]}
        return release_queue.queue(office.node, tx, asked["shelf"], **page)


def _preview(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        acts.require(office.node, tx, Act.RELEASE, actor)
    release = releases.stated_release_of(office.node, actor, asked)
    found = release_preview.preview(
        office.node, release, document=asked["document"], size=asked["size"]
    )
    return release_preview.as_json(office.node, release, found)


_FORESEEN = frozenset(
    {
        "to",
        "label",
        "purpose",
        "area",
        "agreement",
        "until",
        "originator",
        "project",
        "activity",
    }
)
_OF_RELEASE = tuple(one for one in releases.MAKE.members if one.name in _FORESEEN)
"""The members of a release that a preview is about."""

OPERATIONS = (
    Operation(
        id="desk.queue",
        act=Act.SEE_HISTORY,
        path="/api/v1/desk/queue",
        says="What lies on the release desk: waiting for a second signature or held back, oldest"
        " first; or sent, newest first.",
        says_ja="提供の画面にあるもの（第二署名待ち、差戻し中は古い順、送信済みは新しい順）。",
        answer="DeskQueue",
        members=(
            StatedMember(
                name="shelf",
                place=MemberPlace.QUERY,
                words=(*release_queue.SHELVES, release_queue.SENT),
                default=release_queue.WAITS,
                says="Which part of the desk.",
            ),
            *paged(MOST, PAGE),
        ),
        do=_queue,
    ),
    Operation(
        id="desk.preview",
        act=Act.RELEASE,
        method="POST",
        path="/api/v1/desk/preview",
        says="What a release would come to: for each recipient who could read it, who is kept out"
        " and why, and the decision; recipients whose answer is old are asked anew.",
        says_ja="提供した場合の結果（提供先ごとの閲覧者、読めない人数と理由、判断）。回答が古い提供先には改めて照会する。",
        answer="ReleasePreview",
        members=(
            *_OF_RELEASE,
            StatedMember(
                name="document",
                least=96,
                most=96,
                says="The file's SHA-384, hex, where it is known.",
            ),
            StatedMember(
                name="size",
                kind=MemberKind.NUMBER,
                least=0,
                most=1 << 60,
                says="The file's bytes.",
            ),
        ),
        do=_preview,
        example={
            "to": ["JPN"],
            "label": "SECRET//REL AUS/JPN",
            "purpose": "assessment",
            "area": "maritime",
        },
    ),
    Operation(
        id="desk.forms",
        act=Act.DRAFT,
        path="/api/v1/desk/forms",
        says="Drafts of who asks, or templates or distribution lists of all officers.",
        says_ja="本人の下書き、又は担当官が共に使うひな型・宛先表。",
        answer="DeskForms",
        members=(
            _kind(MemberPlace.QUERY),
            StatedMember(
                name="state",
                place=MemberPlace.QUERY,
                words=tuple(FormState),
                default=str(FormState.KEPT),
                says="Where they stand.",
            ),
            *paged(MOST, PAGE),
        ),
        do=_list,
        example={"kind": "template"},
    ),
    Operation(
        id="desk.show",
        act=Act.DRAFT,
        path="/api/v1/desk/forms/{form}",
        says="One draft, template or distribution list.",
        says_ja="下書き、ひな型又は宛先表。",
        answer="DeskForm",
        members=(_FORM,),
        do=_show,
        version=version,
    ),
    Operation(
        id="desk.keep",
        act=Act.DRAFT,
        method="POST",
        path="/api/v1/desk/forms",
        says="Keep the terms of a release as a draft, a template or a distribution list.",
        says_ja="提供の条件を、下書き、ひな型又は宛先表として保存する。",
        answer="DeskForm",
        members=(
            _kind(MemberPlace.BODY),
            StatedMember(name="name", needed=True, says=_NAME),
            StatedMember(name="terms", kind=MemberKind.THING, default={}, says=_TERMS),
        ),
        do=_keep,
        version=version,
        example={"kind": "list", "name": "Maritime partners", "terms": {"to": ["JPN"]}},
    ),
    Operation(
        id="desk.change",
        act=Act.DRAFT,
        method="PATCH",
        path="/api/v1/desk/forms/{form}",
        says="Change a kept form, or abandon it; nothing is deleted.",
        says_ja="保存した様式を変更し、又は破棄する（削除はされない）。",
        answer="DeskForm",
        members=(
            _FORM,
            StatedMember(name="name", says=_NAME),
            StatedMember(name="terms", kind=MemberKind.THING, says=_TERMS),
            StatedMember(
                name="abandon",
                kind=MemberKind.TRUTH,
                default=False,
                says="Whether it is wanted no more.",
            ),
        ),
        do=_change,
        version=version,
        edits=True,
        example={"name": "Maritime partners, exercises"},
    ),
)
