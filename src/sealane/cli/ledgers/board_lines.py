"""The trust board in lines, from the data that it gives machines.

Spec: docs/console.md §Trust board.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.cli.ledgers.text import said


def lines(board: Mapping[str, Any]) -> str:
    """The whole board."""
    receipts, recalls = board["receipts"], board["recalls"]
    arrows = {"out": "→", "in": "←"}
    told = [
        f"{arrows[one['direction']]} {one['count']:>6}  {one['area'] or '-'}  {one['originator']}"
        f" {one['level']}"
        for one in board["flows"]
    ]
    ages = ", ".join(f"{one['age']} {one['count']}" for one in receipts["by_age"])
    told += [
        said(
            f"receipts open: {receipts['open']} ({ages}), overdue {receipts['overdue']}",
            f"未了の受領証：{receipts['open']} 件（{ages}）、期限超過 {receipts['overdue']} 件",
        ),
        said(
            f"recalls: {recalls['answered']} of {recalls['ordered']} answered",
            f"回収：{recalls['ordered']} 件中 {recalls['answered']} 件が回答済み",
        ),
        said(f"refused: {board['refusals']['count']}", f"拒否：{board['refusals']['count']} 件"),
    ]
    told += [
        said(
            f"{one['agreement']} with {one['partner']}: proven to both up to"
            f" {one['proven_to_both_up_to']} of {one['entries']}, head of"
            f" {one['head']['at'] or '-'}",
            f"{one['agreement']}（{one['partner']}）：{one['entries']} 件中"
            f" {one['proven_to_both_up_to']} 件まで双方に証明済み、先端 {one['head']['at'] or '-'}",
        )
        for one in board["heads"]
    ]
    return "\n".join(told)
