"""The operation of a release: a file, or an item that is registered, to one or several parties.

The members have the names of the command's options. Spec: spec/openapi.yaml; spec/interfaces.md §5;
R30, R31.
"""

from __future__ import annotations

import mimetypes
from dataclasses import replace
from typing import Any

from sealane.agreements.vocabulary import KINDS
from sealane.labels.model.label import label_from_json
from sealane.office.operation import (
    REASON_MOST,
    Carries,
    MemberKind,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import ITEM, MARK, PAGES
from sealane.ports import Tx
from sealane.registry.who_may import Act
from sealane.services.exchange import held_release, release_forms, stated_release
from sealane.services.exchange import release as releasing
from sealane.services.exchange.release import Release
from sealane.services.exchange.released_answer import answer
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import Actor

TO = StatedMember(
    name="to",
    kind=MemberKind.TEXTS,
    needed=True,
    most=64,
    says="Recipients, each once; all of them or none.",
)
TERMS = (
    StatedMember(name="area", needed=True, says="Subject area of the agreement."),
    StatedMember(name="until", says="Time limit; default: one year from now."),
    StatedMember(name="originator", says="Default: the only one there is."),
    StatedMember(name="project", says="The project it belongs to."),
    StatedMember(
        name="activity",
        says="The case of the activity that it is released for: it opens only while that is under"
        " way, for those who take part.",
    ),
    StatedMember(name="committee", says="Joint committee reference: a case that decided it."),
    StatedMember(
        name="elements",
        kind=MemberKind.TEXTS,
        default=(),
        says="Elements of the committee's decision that this is a release of.",
    ),
    StatedMember(name="title", says="Short title for both registers; default: the file's name."),
    StatedMember(
        name="reference", says="The same with the same terms and file gives the same item."
    ),
    StatedMember(
        name="reason",
        most=REASON_MOST,
        says="What the second signer should know; it stays with this nation.",
    ),
    StatedMember(
        name="ask-first",
        kind=MemberKind.TRUTH,
        default=False,
        says="Send nothing where something is unusual and `answer` says nothing to it (409"
        " `release.unanswered`).",
    ),
    StatedMember(
        name="answer",
        most=REASON_MOST,
        says="What is said to what is unusual: recorded, and kept with this nation.",
    ),
    StatedMember(name="draft", says="The draft that this was; it is marked as sent."),
    StatedMember(
        name="each",
        kind=MemberKind.TRUTH,
        default=False,
        says="Serve each recipient that may be served; otherwise all or none.",
    ),
    StatedMember(
        name="also-purpose",
        kind=MemberKind.TEXTS,
        default=(),
        says="Further purposes the recipient may use it for.",
    ),
    StatedMember(name="agreement", says="Default: the only one held with all of them."),
)


def _make(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    assert asked.file is not None
    release = _stated(office.node, actor, asked)
    _require_draft(office.node, actor, asked)
    released = releasing.release(office.node, release, asked.file, asked.warn)
    _draft_sent(office.node, actor, asked["draft"], released.item)
    sent = office.deliver(released.item)
    return answer(office.node, released, sent, release)


def stated_release_of(node: Node, actor: Actor, asked: OfficeQuestion) -> Release:
    """The terms of a release as stated, without what is said of its file.

    Raises: NotFound `person.unknown`; Misconfigured `partner.unknown`; Refused `person.duty`;
    Malformed `release.which_*`, `label.*`, `value.instant`.
    """
    to = stated_release.recipients(asked["to"])
    with node.store.reading() as tx:
        acts.known(node, tx, Act.RELEASE, actor)
        agreement = stated_release.agreement_of(node, tx, asked["agreement"], to)
        acts.require(node, tx, Act.RELEASE, actor)
        originator = asked["originator"] or stated_release.holder(node, tx, "originator")
        project = stated_release.project_of(node, tx, asked["project"], asked["activity"])
    return Release(
        label=stated_release.label_of(node, asked["label"]),
        to=to,
        agreement=agreement,
        area=asked["area"],
        purpose=asked["purpose"],
        purposes=(asked["purpose"],),
        until=stated_release.until_of(node, asked["until"]),
        originator=originator,
        **_signed(actor),
        project=project,
    )


def _stated(node: Node, actor: Actor, asked: OfficeQuestion) -> Release:
    return replace(
        stated_release_of(node, actor, asked),
        each=asked["each"],
        purposes=tuple(dict.fromkeys((asked["purpose"], *asked["also-purpose"]))),
        kind=asked["kind"],
        committee=asked["committee"],
        elements=tuple(asked["elements"]),
        title=asked["title"] or asked.file_name,
        media_type=mimetypes.guess_type(asked.file_name)[0] or "application/octet-stream",
        reference=asked["reference"],
        profile=asked["profile"],
        pages=asked["pages"],
        reason=asked["reason"],
        ask_first=asked["ask-first"],
        answer=asked["answer"],
    )


def _signed(actor: Actor) -> dict[str, Any]:
    """Who releases and who signs beside, as a release names them."""
    signed: dict[str, Any] = {"officer": actor.person, "proof": actor.proof}
    if actor.second is not None:
        signed |= {"second": actor.second.person, "second_proof": actor.second.proof}
    return signed


def _require_draft(node: Node, actor: Actor, asked: OfficeQuestion) -> None:
    if asked["draft"] is not None:
        with node.store.reading() as tx:
            form, reference = asked["draft"], asked["reference"]
            release_forms.require_draft(node, tx, actor, form, reference=reference)


def _draft_sent(node: Node, actor: Actor, draft: str | None, item: str) -> None:
    if draft is not None:
        with node.store.writing() as tx:
            release_forms.sent(node, tx, actor, draft, item)


def _held(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node = office.node
    with node.store.reading() as tx:
        acts.known(node, tx, Act.RELEASE, actor)
        acts.require_about(node, tx, Act.RELEASE, actor, asked["item"])
        release = _of_held(node, tx, actor, asked)
    _require_draft(node, actor, asked)
    released = held_release.release_held(node, asked["item"], release, asked.warn)
    _draft_sent(node, actor, asked["draft"], released.item)
    return answer(node, released, office.deliver(released.item), release)


def _of_held(node: Node, tx: Tx, actor: Actor, asked: OfficeQuestion) -> Release:
    """What the item is registered as, and the rest as stated."""
    row, to = node.item(tx, asked["item"]), stated_release.recipients(asked["to"])
    agreement = asked["agreement"] or row.agreement or None
    stated = [one for one in (asked["purpose"], *asked["also-purpose"]) if one]
    purposes = tuple(dict.fromkeys(stated)) or tuple(row.facts["purposes"])
    if not purposes:
        raise stated_release.NO_PURPOSE(item=row.id)
    originator = asked["originator"] or row.facts["originator"]
    project = stated_release.project_of(node, tx, asked["project"], asked["activity"])
    return Release(
        label=label_from_json(row.label),
        to=to,
        each=asked["each"],
        agreement=stated_release.agreement_of(node, tx, agreement, to),
        area=asked["area"] or row.facts["area"],
        purpose=purposes[0],
        purposes=purposes,
        until=stated_release.until_within(node, asked["until"], row),
        originator=originator or stated_release.holder(node, tx, "originator"),
        **_signed(actor),
        kind=row.facts["kind"],
        project=project or row.facts["project"],
        committee=asked["committee"],
        elements=tuple(asked["elements"]),
        title=row.title if asked["title"] is None else asked["title"],
        media_type=row.media_type,
        reference=asked["reference"],
        pages=row.pages,
        reason=asked["reason"],
        ask_first=asked["ask-first"],
        answer=asked["answer"],
    )


MAKE = Operation(
    id="releases.make",
    act=Act.RELEASE,
    method="POST",
    path="/api/v1/releases",
    says="Share a file with one or several partners: decide, record, seal, queue and deliver.",
    says_ja="ファイルを一か国又は複数の相手国に提供する（判断、記録、封緘、送達）。",
    answer="Released",
    carries=Carries.IN,
    part="release",
    second=True,
    by_reference=True,
    members=(
        TO,
        MARK,
        StatedMember(name="purpose", needed=True, says="The purpose it is released for."),
        PAGES,
        StatedMember(name="kind", words=KINDS, default="file", says="The form of the item."),
        StatedMember(
            name="profile",
            words=("sovereign", "interop"),
            default="sovereign",
            says="How the key is wrapped; interop only where the agreement allows its suites.",
        ),
        *TERMS,
    ),
    do=_make,
    example={
        "to": ["JPN"],
        "label": "SECRET//REL AUS/JPN",
        "purpose": "assessment",
        "area": "maritime",
        "second": "aus.second",
    },
)
HELD = Operation(
    id="items.release",
    act=Act.RELEASE,
    method="POST",
    path="/api/v1/items/{item}/release",
    says="Release an item that is registered already: decide, record, queue and deliver.",
    says_ja="登録済みの項目を提供する（判断、記録、送達）。",
    answer="Released",
    second=True,
    by_reference=True,
    members=(
        ITEM,
        TO,
        StatedMember(name="purpose", says="Default: the first that it was registered for."),
        StatedMember(name="area", says="Default: as it was registered."),
        *(one for one in TERMS if one.name != "area"),
    ),
    do=_held,
    example={"to": ["JPN"], "area": "maritime", "second": "aus.second"},
)
OPERATIONS = (MAKE, HELD)
