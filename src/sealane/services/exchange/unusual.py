"""What is unusual about a release, by what was released before: said to a person, never refused.
Where the person wants to be asked first, nothing goes before they answered; the answer is recorded.

Spec: spec/interfaces.md §5; docs/console.md §The release desk.
"""

from __future__ import annotations

from collections.abc import Sequence

from sealane.base import canonical
from sealane.base.errors import Conflict, declare
from sealane.labels.model.label import Label
from sealane.ports import Tx
from sealane.registry.who_may import Act
from sealane.services.exchange.asked_release import Release
from sealane.services.exchange.earlier_release import Warned
from sealane.services.node import Node
from sealane.services.register import remarks
from sealane.services.statements.journal import record

MOST = 200
"""Of how many of the newest items that a party was given its usual levels are known."""

UNANSWERED = declare(
    "release.unanswered",
    Conflict,
    "This release is unusual, and nothing was said to it: {what}",
    "通例と異なる点があり、それについての回答がありません：{what_ja}",
    "Say why it is right all the same, and send it again; nothing was sent.",
    "それでも正しい理由を書いて、もう一度送ってください。何も送られていません。",
)


def require_answered(asked: Release, warnings: Sequence[Warned]) -> None:
    """Silence where nothing is unusual, or where that was answered, or nobody wants to be asked.
    Raises: Conflict `release.unanswered`.
    """
    if not asked.ask_first or not warnings or (asked.answer or "").strip():
        return
    error = UNANSWERED(
        what=" ".join(one.text for one in warnings),
        what_ja="".join(one.text_ja for one in warnings),
    )
    error.details = {"warnings": [one.as_json() for one in warnings]}
    raise error


def enter_answer(node: Node, tx: Tx, item: str, asked: Release, warnings: Sequence[Warned]) -> None:
    """Record what the officer said to what is unusual: the ledger binds the words, which stay with
    this nation.
    """
    if not warnings or not asked.answer:
        return
    codes = sorted({one.code for one in warnings})
    said = canonical.digest({"item": item, "unusual": codes, "answer": asked.answer})
    told = {"record": said, "lacking": codes, **asked.actor.told()}
    record(node, tx, "release.answered", item=item, **told)
    remarks.note(node, tx, item, asked.actor, act=Act.RELEASE, text=asked.answer)


def found(node: Node, tx: Tx, label: Label, parties: list[str]) -> list[Warned]:
    """For each recipient whether it is a new one, and whether the level is above all it was given;
    asked before this release is entered.
    """
    warned = []
    for to in parties:
        given = [
            row.item
            for row in node.records.transfers.find(tx, order="item", newest=True, limit=MOST, to=to)
            if row.offer is not None
        ]
        if not given:
            warned.append(new_recipient(to))
        elif _is_above(node, tx, label, given):
            warned.append(level_jump(to, label.classification))
    return warned


def _is_above(node: Node, tx: Tx, label: Label, given: list[str]) -> bool:
    """Whether a level is above that of every one of these items; levels of another scheme, or of
    another ladder, are not compared.
    """
    scheme = node.schemes[label.policy]
    asked = scheme.level(label.classification)
    before = [
        scheme.level(row.label["classification"])
        for row in (node.item(tx, item) for item in given)
        if row.label["policy"] == label.policy
    ]
    known = [level for level in before if level is not None and asked is not None]
    return (
        asked is not None
        and bool(known)
        and all(level.branch == asked.branch and level.order < asked.order for level in known)
    )


def new_recipient(to: str) -> Warned:
    """Nothing was ever given to this party."""
    return Warned(
        code="release.new_recipient",
        text=f"Nothing was given to {to} before.",
        text_ja=f"{to} への提供は初めてです。",
        to=to,
    )


def level_jump(to: str, level: str) -> Warned:
    """Everything that this party was given lately was of a lower level."""
    return Warned(
        code="release.level_jump",
        text=f"{level} is above everything that {to} was given lately.",
        text_ja=f"{level} は、最近 {to} に提供したもののどれよりも高い区分です。",
        to=to,
    )
