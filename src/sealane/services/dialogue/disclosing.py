"""Oral and visual disclosures: a file note that is no later than its statement and no lower than
what it names, and that is acknowledged by whoever knows which of their own people heard it.

Spec: spec/case.md §7; R18, R53.
"""

from __future__ import annotations

from sealane.base.errors import Conflict, Malformed, Refused, declare
from sealane.base.values import parse_instant
from sealane.cases.course import CaseStep, Course
from sealane.ports import Tx
from sealane.registry.records import Item
from sealane.services.cases.books import Consequence
from sealane.services.cases.carried import row_of_item
from sealane.services.cases.kept_own import row_of
from sealane.services.node import Node

KIND, HEARD, PEOPLE = "disclosure", "heard", "people"
CASES_MOST = 1000
NOT_YET = declare(
    "disclosure.not_yet",
    Malformed,
    "What was told or shown is noted afterwards; {at} is later than the note.",
    "口頭・視覚による提供は事後に記録します。{at} は記録より後です。",
    "Name the instant at which it took place.",
    "行われた日時を指定してください。",
)
TOO_LOW = declare(
    "disclosure.level",
    Refused,
    "Item {item} is {wanted}, above {level}, the highest level of the note.",
    "項目 {item} の区分は {wanted} で、記録の最高区分 {level} より上です。",
    "Name the highest level of what was told or shown.",
    "話し又は示したものの最高区分を指定してください。",
)
WHO_HEARD = declare(
    "disclosure.who_heard",
    Conflict,
    "Nothing says yet which people of {party} heard or saw what case {case} notes.",
    "案件 {case} の提供を聞き又は見た {party} の人がまだ記録されていません。",
    "`sealane case keep {case} heard --set people=PERSON` says it for this nation alone.",
    "`sealane case keep {case} heard --set people=PERSON` で自国だけの記録を書いてください。",
)


def opening(node: Node, tx: Tx, begun: Course) -> None:
    """The note follows what it notes, and its level reaches every item. Raises: Malformed
    `disclosure.not_yet`; Refused `disclosure.level`; Conflict `case.other_agreement`.
    """
    _require_sound(node, tx, begun, said_at=begun.head.opened)


def before(node: Node, tx: Tx, found: Course, step: CaseStep) -> None:
    """A correction is judged like the note, and nobody acknowledges without knowing who heard it.

    Raises: as `opening`; Conflict `disclosure.who_heard`.
    """
    if step.event == "correct":
        _require_sound(node, tx, found.with_step(step), said_at=step.at)
    if step.event == "acknowledge" and step.by == node.party and not heard(node, tx, found.head.id):
        raise WHO_HEARD(party=node.party, case=found.head.id)


def heard(node: Node, tx: Tx, case: str) -> list[str]:
    """Which of this nation's own people heard or saw what a note tells of. Raises: Untrusted
    `directory.altered`.
    """
    kept = row_of(node, tx, case, HEARD)
    return [] if kept is None else list(kept.form.get(PEOPLE, ()))


def heard_of(node: Node, tx: Tx, item: str) -> set[str]:
    """Which of this nation's own people heard or saw an item, by every note that names it. Raises:
    Untrusted `directory.altered`.
    """
    return set(heard_when(node, tx, item))


def heard_when(node: Node, tx: Tx, item: str) -> dict[str, str]:
    """The same people, with when each heard of it first. Raises: Untrusted `directory.altered`."""
    found: dict[str, str] = {}
    for one in node.records.case_items.find(tx, order="case", limit=CASES_MOST, item=item):
        row = node.records.cases.get(tx, id=one.case)
        if row is not None and row.kind == KIND and row.refused is None:
            for person in heard(node, tx, one.case):
                at = str(row.form["at"])
                found[person] = min(found.get(person, at), at)
    return found


def _require_sound(node: Node, tx: Tx, noted: Course, *, said_at: str) -> None:
    form = noted.form()
    if parse_instant(form["at"]) > parse_instant(said_at):
        raise NOT_YET(at=form["at"])
    reach = max(row.level for row in noted.agreement.rows if form["level"] in row.words())
    for name in noted.head.items:
        item: Item = node.item(tx, name)
        row = row_of_item(noted, item)
        if row.level > reach:
            wanted = str(item.label["classification"])
            raise TOO_LOW(item=name, wanted=wanted, level=form["level"])


CONSEQUENCE = Consequence(opening=opening, before=before)
