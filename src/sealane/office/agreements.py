"""Operations on agreements and partners: what is held, where it stands, and a nation's own notice.

Spec: spec/openapi.yaml; spec/agreement.md §5; docs/who-may.md; R8, R11.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sealane.agreements import noticefile
from sealane.agreements.agreement import Agreement
from sealane.agreements.diff import diff
from sealane.agreements.endorsements import keys_from_json
from sealane.agreements.noticefile import Notice
from sealane.base import canonical
from sealane.base.errors import NotFound, declare
from sealane.base.values import parse_instant
from sealane.office.operation import (
    MemberKind,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import reader_of, require_version, shown_version
from sealane.ports import Tx
from sealane.registry.who_may import Act
from sealane.services.deciding.version_effect import effect_of
from sealane.services.register import acts, agreement_life, agreement_view
from sealane.services.register.acts import Actor

NO_VERSION = declare(
    "agreement.no_version",
    NotFound,
    "This node holds no version {version} of {agreement}.",
    "このノードに {agreement} の第 {version} 版はありません。",
    "See the versions of the agreement.",
    "取決めの版を確かめてください。",
)
VERSION = shown_version()
AGREEMENT = StatedMember(
    name="agreement", place=MemberPlace.PATH, needed=True, says="The agreement's id."
)


def _version(name: str) -> StatedMember:
    return StatedMember(
        name=name,
        kind=MemberKind.NUMBER,
        place=MemberPlace.QUERY,
        needed=True,
        most=1_000_000,
        says=f"The number of the {name} version.",
    )


def _list(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_REGISTER, actor)
        return {"agreements": agreement_life.told_of_all(office.node, tx)}


def _show(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_REGISTER, actor)
        return agreement_view.shown(office.node, tx, asked["agreement"])


def _compare(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node = office.node
    with node.store.reading() as tx:
        reader_of(office, tx, Act.FORESEE, actor)
        old, new = (_held(office, tx, asked, name) for name in ("old", "new"))
        return {**diff(old, new).as_json(), "effect": effect_of(node, tx, old, new).as_json()}


def _held(office: NodeOffice, tx: Tx, asked: OfficeQuestion, name: str) -> Agreement:
    agreement, version = asked["agreement"], asked[name]
    held = office.node.agreements(tx)
    every = held.versions(agreement) if agreement in held else ()
    found = next((one for one in every if one.version == version), None)
    if found is None:
        raise NO_VERSION(agreement=agreement, version=version)
    return found


def _notify(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node, effective = office.node, asked["effective"]

    def unchanged(tx: Tx) -> None:
        if asked.match is not None:
            shown = agreement_view.shown(node, tx, asked["agreement"])
            require_version(asked.match, VERSION(shown))

    given = agreement_life.give(
        node,
        asked["agreement"],
        asked["kind"],
        effective=None if effective is None else parse_instant(effective),
        detail=asked["detail"] or {},
        by=actor,
        unchanged=unchanged,
    )
    office.deliver_all()
    return _notified(office, asked["agreement"], (given,))


def _take(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        acts.require_duty(office.node, tx, Act.NOTIFY, actor)
    data = canonical.encode(asked["notices"])
    keys = keys_from_json(asked["authorities"] or {})
    new = agreement_life.enrol(office.node, data, keys, by=actor)
    about = noticefile.statement_of(noticefile.read(data)[0])
    office.deliver_all()
    return _notified(office, str(about["agreement"]), new)


def _notices(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_REGISTER, actor)
        file = agreement_life.file_of(office.node, tx, asked["agreement"])
    told = _notified(office, asked["agreement"], noticefile.as_recorded(file))
    return {**told, "file": canonical.parse(file, limit=noticefile.MAX_BYTES)}


def _notified(office: NodeOffice, agreement: str, notices: Sequence[Notice]) -> dict[str, Any]:
    """Where the governing version stands, and these notices about it."""
    node = office.node
    with node.store.reading() as tx:
        state = agreement_life.standing(node, tx, node.agreement_row(tx, agreement)).state
    return {
        "agreement": agreement,
        "state": state.replace("-", " "),
        "notices": [one.as_json() for one in notices],
    }


def _partners(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    node = office.node
    with node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_REGISTER, actor)
        held = node.agreements(tx)
        return {
            "partners": [
                {
                    "party": card.party,
                    "node": card.node,
                    "url": card.url,
                    "fingerprint": card.fingerprint(),
                    "agreements": sorted(
                        name for name in held if node.shares(tx, name, card.party)
                    ),
                }
                for card in node.partners(tx)
            ]
        }


OPERATIONS = (
    Operation(
        id="agreements.list",
        act=Act.SEE_REGISTER,
        path="/api/v1/agreements",
        says="Every held version of every agreement, where it stands, and the notices about it.",
        says_ja="保有する取決めの各版、その状態、及び通告。",
        answer="HeldAgreements",
        do=_list,
    ),
    Operation(
        id="agreements.show",
        act=Act.SEE_REGISTER,
        path="/api/v1/agreements/{agreement}",
        says="One agreement: its versions, their signers and notices, and where each stands.",
        says_ja="一つの取決めの各版、その署名者、通告及び状態。",
        answer="ShownAgreement",
        members=(AGREEMENT,),
        do=_show,
        example={"agreement": "jpn-aus-2022"},
        version=VERSION,
    ),
    Operation(
        id="agreements.compare",
        act=Act.FORESEE,
        path="/api/v1/agreements/{agreement}/comparison",
        says="What differs between two held versions, and what could be opened by one only.",
        says_ja="保有する二つの版の違いと、一方の版でのみ開封できるもの。",
        answer="Comparison",
        members=(AGREEMENT, _version("old"), _version("new")),
        do=_compare,
        example={"agreement": "jpn-aus-2022", "old": 1, "new": 1},
    ),
    Operation(
        id="agreements.notify",
        act=Act.NOTIFY,
        method="POST",
        path="/api/v1/agreements/{agreement}/notices",
        answer="Notified",
        members=(
            AGREEMENT,
            StatedMember(
                name="kind", needed=True, words=noticefile.KINDS, says="What is given notice of."
            ),
            StatedMember(name="effective", says="When it takes effect; default: now."),
            StatedMember(
                name="detail",
                kind=MemberKind.THING,
                says='`{"reason"}`, `{"until"}`, the authority, or `{"text": {"en", "ja"}}`.',
            ),
        ),
        do=_notify,
        second=True,
        example={"kind": "suspend", "detail": {"reason": "a review"}},
    ),
    Operation(
        id="agreements.take-notices",
        act=Act.NOTIFY,
        method="POST",
        path="/api/v1/agreement-notices",
        says="Take up signed notices that came by another way than the line; in force at once.",
        says_ja="回線以外で届いた署名済みの通告を受け入れる（直ちに有効）。",
        answer="Notified",
        members=(
            StatedMember(
                name="notices",
                kind=MemberKind.THING,
                needed=True,
                says="The file of notices, as `agreement notice` or `node notices` writes it.",
            ),
            StatedMember(
                name="authorities",
                kind=MemberKind.THING,
                says="Keys of authorities that a notice names, by party, as `agreement keys`.",
            ),
        ),
        do=_take,
        second=True,
        example={"notices": {}},
    ),
    Operation(
        id="agreements.notices",
        act=Act.SEE_REGISTER,
        path="/api/v1/agreements/{agreement}/notices",
        says="The notices about the governing version as a file, to be handed on or checked.",
        says_ja="現行の版についての通告のファイル（引渡し・確認用）。",
        answer="HeldNotices",
        members=(AGREEMENT,),
        do=_notices,
        example={"agreement": "jpn-aus-2022"},
    ),
    Operation(
        id="partners.list",
        act=Act.SEE_REGISTER,
        path="/api/v1/partners",
        says="The nations that are enrolled here, with their cards' fingerprints.",
        says_ja="登録済みの相手国と、そのカードの指紋。",
        answer="Partners",
        do=_partners,
    ),
)
