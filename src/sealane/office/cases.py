"""The operations of cases: what two nations say to one another beside handing over an item.

Spec: spec/openapi.yaml; spec/case.md; docs/who-may.md.
"""

from __future__ import annotations

from dataclasses import replace
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
from sealane.office.shared import limited
from sealane.registry.who_may import Act
from sealane.services.dialogue import acting, chains, keeping, printing, seeing
from sealane.services.dialogue.beginning import CaseAsked
from sealane.services.register import acts
from sealane.services.register.acts import Actor

CASE = StatedMember(name="case", place=MemberPlace.PATH, needed=True, says="The case's number.")
FORM = StatedMember(name="form", kind=MemberKind.THING, says="The fields by name.")
OF_KIND = StatedMember(name="kind", says="The kind that the case must be of; default: any.")
OF_KIND_READ = replace(OF_KIND, place=MemberPlace.QUERY)
ITEMS = StatedMember(name="items", kind=MemberKind.TEXTS, says="Items that it names.")
_LIST = limited(seeing.LIST_MOST, 50)


def _kinds(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        acts.require(office.node, tx, Act.SEE_CASES, actor)
    kinds = office.node.case_kinds.values()
    return {
        "kinds": [one.as_json() for one in kinds if not one.open.standing],
        "standing": [one.as_json() for one in kinds if one.open.standing],
    }


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
    return seeing.show(office.node, asked["case"], person=actor, kind=asked["kind"])


def _open(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    number = acting.open_case(
        office.node,
        CaseAsked(
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
        kind=asked["kind"],
        deliver=office.deliver,
    )
    office.deliver_all()
    return seeing.show(office.node, asked["case"], person=actor)


def _keep(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    keeping.keep(
        office.node,
        asked["case"],
        asked["name"],
        form=asked["form"] or {},
        kind=asked["kind"],
        person=actor,
    )
    return seeing.show(office.node, asked["case"], person=actor)


def _print(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    assert asked.sink is not None
    data, told = printing.printed(
        office.node,
        asked["case"],
        asked["form"],
        lang=asked["lang"],
        kind=asked["kind"],
        person=actor,
        paper=office.printed,
    )
    asked.sink.write(data)
    return told


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
        members=(CASE, OF_KIND_READ),
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
            OF_KIND,
        ),
        second=True,
        turns_into=Act.SPEAK_BY_TWO,
        do=_say,
        example={"event": "accept"},
    ),
    Operation(
        id="cases.keep",
        act=Act.KEEP_OWN,
        method="POST",
        path="/api/v1/cases/{case}/own/{name}",
        says="Write what this nation keeps for itself about a case, such as the limits of a visit:"
        " it is never told to the other side. A field that is named takes the place of what it"
        " held, null takes it away, every other stays.",
        says_ja="訪問の制限など、案件について自国だけの記録を書く（相手側に伝わることはない）。"
        "指定した項目は置き換わり、null は取り除き、他の項目はそのまま残る。",
        answer="Case",
        members=(
            CASE,
            StatedMember(
                name="name",
                place=MemberPlace.PATH,
                needed=True,
                says="Which of the forms that the kind lets a side keep.",
            ),
            FORM,
            OF_KIND,
        ),
        do=_keep,
        example={"form": {"rooms": ["briefing-room"]}},
    ),
    Operation(
        id="cases.print",
        act=Act.PRINT_CASE,
        method="POST",
        path="/api/v1/cases/{case}/printed",
        says="A case on a partner's own form, as PDF. The file is the answer; that it was printed"
        " is on record.",
        says_ja="案件を相手国の様式に印刷した PDF。ファイルが回答となる（印刷は記録される）。",
        answer="PrintedCase",
        carries=Carries.OUT,
        members=(
            CASE,
            StatedMember(name="form", needed=True, most=40, says="The form's name: `usa`."),
            StatedMember(
                name="lang",
                words=("en", "ja"),
                says="Which language comes first; default: the form's own.",
            ),
            OF_KIND,
        ),
        do=_print,
        example={"form": "aus"},
    ),
)
