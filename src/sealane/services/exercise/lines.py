"""Lines to partners that an exercise lost: nothing passes over them, either way, until they are
restored. What is carried by hand does.

Spec: spec/exercise.md §4.
"""

from __future__ import annotations

from sealane.base.errors import Unavailable, declare
from sealane.ports import Tx
from sealane.registry.exercise_records import Inject, InjectKind
from sealane.services.node import Node

LOST = declare(
    "exercise.line_lost",
    Unavailable,
    "EXERCISE: the line to {party} is lost until it is restored.",
    "訓練：{party} との回線は、復旧されるまで途絶しています。",
    "Carry what cannot wait by hand: `sealane pack export`; the rest goes out afterwards.",
    "急ぐものは `sealane pack export` で搬送してください。残りは復旧後に自動で送られます。",
)


def lost(node: Node, tx: Tx, party: str) -> Inject | None:
    """By which inject the line to a partner is lost now; None: it stands, as at every real node."""
    if not node.settings.exercise:
        return None
    rows = node.records.injects.find(
        tx, order="id", limit=1, kind=InjectKind.LINE, about=party, ended=None
    )
    return next(iter(node.entered_of(tx, "injects", rows)), None)


def require_standing(node: Node, tx: Tx, party: str) -> None:
    """Silence where the line to a partner stands. Raises: Unavailable `exercise.line_lost`."""
    if lost(node, tx, party) is not None:
        raise LOST(party=party)
