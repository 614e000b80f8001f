"""The operations of cases: what two nations say to one another beside handing over an item.

Spec: spec/openapi.yaml; spec/case.md; docs/who-may.md.
"""

from __future__ import annotations

from typing import Any

from sealane.office.operation import (
    MemberKind,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import limited
from sealane.registry.who_may import Act
from sealane.services.dialogue import acting, chains, seeing
from sealane.services.register import acts
from sealane.services.register.acts import Actor

CASE = StatedMember(name="case", place=MemberPlace.PATH, needed=True, says="The case's number.")
FORM = StatedMember(name="form", kind=MemberKind.THING, says="The fields by name.")
ITEMS = StatedMember(name="items", kind=MemberKind.TEXTS, says="Items that it names.")
_LIST = limited(seeing.LIST_MOST, 50)


def _kinds(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        acts.require(office.node, tx, Act.SEE_CASES, actor)
    return {"kinds": [one.as_json() for one in office.node.case_kinds.values()]}


def _list(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return seeing.listed(
        office.node,
        seeing.CasesAsked(
            kind=asked["kind"],
            with_=asked["with"],
            item=asked["item"],
            open_alone=asked["open"],
            limit=asked["limit"],
            after=asked["after"],
        ),
        person=actor,
    )


def _show(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return seeing.show(office.node, asked["case"], person=actor)


def _open(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    number = acting.open_case(
        office.node,
        acting.CaseAsked(
            kind=asked["kind"],
            with_=asked["with"],
            agreement=asked["agreement"],
            form=asked["form"] or {},
            items=asked["items"] or (),
        ),
        person=actor,
    )
    office.deliver_all()
    return seeing.show(office.node, number, person=actor)


def _say(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    chains.say(
        office.node,
        asked["case"],
        asked["event"],
        form=asked["form"] or {},
        items=asked["items"] or (),
        person=actor,
        deliver=office.deliver,
    )
    office.deliver_all()
    return seeing.show(office.node, asked["case"], person=actor)


OPERATIONS = (
    Operation(
        id="cases.kinds",
        act=Act.SEE_CASES,
        path="/api/v1/case-kinds",
        says="Every kind of case: its form, its life, and who may say what.",
        says_ja="案件の全種類（様式、状態の推移、誰が何を述べられるか）。",
        answer="CaseKinds",
        do=_kinds,
    ),
    Operation(
        id="cases.list",
        act=Act.SEE_CASES,
        path="/api/v1/cases",
        answer="Cases",
        members=(
            StatedMember(name="kind", place=MemberPlace.QUERY, says="One kind alone."),
            StatedMember(name="with", place=MemberPlace.QUERY, says="With this partner alone."),
            StatedMember(
                name="item",
                place=MemberPlace.QUERY,
                says="Those alone that are about this item or named it.",
            ),
            StatedMember(
                name="open",
                kind=MemberKind.TRUTH,
                place=MemberPlace.QUERY,
                default=False,
                says="Those alone in which something can still be said.",
            ),
            _LIST,
            StatedMember(name="after", place=MemberPlace.QUERY, says="`after` of the page before."),
        ),
        do=_list,
    ),
    Operation(
        id="cases.show",
        act=Act.SEE_CASES,
        path="/api/v1/cases/{case}",
        says="One case whole: what was said in it, where it stands, and what can be said now.",
        says_ja="案件の全体（述べられたこと、現在の状態、今述べられること）。",
        answer="Case",
        members=(CASE,),
        do=_show,
    ),
    Operation(
        id="cases.open",
        act=Act.SPEAK,
        method="POST",
        path="/api/v1/cases",
        says="Open a case with a partner.",
        says_ja="相手国との案件を開く。",
        answer="Case",
        members=(
            StatedMember(name="kind", needed=True, says="A kind that the agreement carries."),
            StatedMember(name="with", needed=True, says="The partner."),
            StatedMember(name="agreement", needed=True, says="The agreement's id."),
            FORM,
            ITEMS,
        ),
        do=_open,
        example={
            "kind": "rfi",
            "with": "JPN",
            "agreement": "jpn-aus-2022",
            "form": {
                "subject": "Harbour traffic",
                "question": "Which vessels called in October?",
                "urgency": "routine",
            },
        },
    ),
    Operation(
        id="cases.say",
        act=Act.SPEAK,
        method="POST",
        path="/api/v1/cases/{case}/events",
        says="Say something in a case: one of the events that its table lets this side say now.",
        says_ja="案件で述べる（案件の表がその時この側に認めること）。",
        answer="Case",
        members=(
            CASE,
            StatedMember(name="event", needed=True, says="The event's name."),
            FORM,
            ITEMS,
        ),
        second=True,
        do=_say,
        example={"event": "accept"},
    ),
)
