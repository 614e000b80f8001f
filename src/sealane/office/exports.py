"""The operations of the guarded export: held by one person, passed by another.

Spec: spec/openapi.yaml; spec/export.md; docs/who-may.md; R36, R37.
"""

from __future__ import annotations

import mimetypes
from typing import Any

from sealane.office.operation import (
    REASON_MOST,
    Carries,
    MemberKind,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import paged
from sealane.registry.who_may import Act
from sealane.services.guard import holding, kept, passing
from sealane.services.guard.holding import HoldAsked
from sealane.services.register.acts import Actor

SIDECAR_MOST = 1 << 16
EXPORT = StatedMember(
    name="export", place=MemberPlace.PATH, needed=True, says="The export's number."
)
_REASON = StatedMember(
    name="reason", most=REASON_MOST, says="Why it may leave although something was found or unread."
)


def _hold(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    assert asked.file is not None
    wanted = HoldAsked(
        domain=asked["domain"],
        name=asked.file_name,
        media_type=mimetypes.guess_type(asked.file_name)[0] or "application/octet-stream",
        actor=actor,
        sidecar=asked["sidecar"],
        reason=asked["reason"],
    )
    return holding.hold(office.node, wanted, asked.file)


def _pass(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    assert asked.sink is not None
    return passing.pass_(office.node, asked["export"], asked.sink, by=actor, reason=asked["reason"])


def _stop(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return passing.stop(office.node, asked["export"], by=actor, reason=asked["reason"])


def _list(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return kept.listed(
        office.node,
        by=actor,
        held_alone=asked["held"],
        limit=asked["limit"],
        after=asked["after"],
    )


def _show(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return kept.show(office.node, asked["export"], by=actor)


def _domains(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    return kept.domains(office.node, by=actor)


OPERATIONS = (
    Operation(
        id="exports.hold",
        act=Act.HOLD_EXPORT,
        method="POST",
        path="/api/v1/exports",
        answer="Export",
        carries=Carries.IN,
        members=(
            StatedMember(name="domain", needed=True, says="Where it is to go."),
            StatedMember(
                name="sidecar", most=SIDECAR_MOST, says="The label that lies beside it (XML)."
            ),
            _REASON,
        ),
        do=_hold,
        example={"domain": "office"},
    ),
    Operation(
        id="exports.list",
        act=Act.SEE_EXPORTS,
        path="/api/v1/exports",
        answer="Exports",
        members=(
            StatedMember(
                name="held",
                kind=MemberKind.TRUTH,
                place=MemberPlace.QUERY,
                default=False,
                says="Those alone that wait.",
            ),
            *paged(kept.LIST_MOST),
        ),
        do=_list,
    ),
    Operation(
        id="exports.show",
        act=Act.SEE_EXPORTS,
        path="/api/v1/exports/{export}",
        says="One export with everything that was found, and its slip once it passed.",
        says_ja="一つの持ち出し（検出事項の全て、通過後は署名済みの通過票）。",
        answer="Export",
        members=(EXPORT,),
        do=_show,
    ),
    Operation(
        id="exports.pass",
        act=Act.PASS_EXPORT,
        method="POST",
        path="/api/v1/exports/{export}/pass",
        says="Let a held file leave. The file is the answer.",
        says_ja="保留されたファイルの持ち出しを認める。ファイルが回答となる。",
        answer="Exported",
        carries=Carries.OUT,
        members=(EXPORT, _REASON),
        do=_pass,
        example={"reason": "each place was read"},
    ),
    Operation(
        id="exports.stop",
        act=Act.STOP_EXPORT,
        method="POST",
        path="/api/v1/exports/{export}/stop",
        answer="Export",
        members=(
            EXPORT,
            StatedMember(name="reason", needed=True, most=REASON_MOST, says="Why it stays."),
        ),
        do=_stop,
        example={"reason": "its second paragraph is higher"},
    ),
    Operation(
        id="exports.domains",
        act=Act.SEE_EXPORTS,
        path="/api/v1/domains",
        says="The domains of lower protection to which files may leave, and what each may hold.",
        says_ja="ファイルを持ち出せる領域と、それぞれが扱えるもの。",
        answer="Domains",
        do=_domains,
    ),
)
