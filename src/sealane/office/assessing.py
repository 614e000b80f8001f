"""Operations of what this nation has still to do, and of the pack for a partner's inspection.

Spec: spec/openapi.yaml; spec/assessment.md; docs/who-may.md; R47, R52.
"""

from __future__ import annotations

from typing import Any

from sealane.office.operation import Carries, NodeOffice, OfficeQuestion, Operation, StatedMember
from sealane.office.shared import reader_of
from sealane.registry.who_may import Act
from sealane.services.inspection import assessment, tasks
from sealane.services.register.acts import Actor


def _duties(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_DUTIES, actor)
    return tasks.tasks(office.node)


def _export(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    assert asked.sink is not None
    data, told = assessment.exported(
        office.node, office.logs, asked["for"], agreement=asked["agreement"], by=actor
    )
    asked.sink.write(data)
    return told


OPERATIONS = (
    Operation(
        id="duties.list",
        act=Act.SEE_DUTIES,
        path="/api/v1/duties",
        says="What this nation has still to do, and what it waits for; the earliest due first.",
        says_ja="自国がまだ行うべきことと待っていること（期限の早い順）。",
        answer="Duties",
        do=_duties,
    ),
    Operation(
        id="assessments.export",
        act=Act.ASSESS,
        method="POST",
        path="/api/v1/assessments",
        says="The pack for a partner's inspection: registers, counts, logs, inventories and"
        " incidents between the two, without content. The file is the answer.",
        says_ja="相手国の査察のための資料一式（両国間の登録簿、件数、ログ、棚卸し、事案。内容は含まない）。"
        "ファイルが回答となる。",
        answer="Assessment",
        carries=Carries.OUT,
        members=(
            StatedMember(name="for", needed=True, most=64, says="The partner."),
            StatedMember(name="agreement", says="Of this agreement alone; default: of every one."),
        ),
        do=_export,
        example={"for": "JPN"},
    ),
)
