"""How a preview is told: who may, who may not and by which clauses, and until when that holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sealane.cli.frame.answer import speaker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sealane.base.values import Instant


def lines(may: Sequence[str], may_not: Sequence[dict[str, Any]]) -> str:
    """One line each: `+` who or what may, `-` who may not and by which clauses."""
    return "\n".join(
        [
            *(f"+ {name}" for name in may),
            *(f"- {one['id']}: {', '.join(one['clauses'])}" for one in may_not),
        ]
    )


def instant(until: Instant | None) -> str | None:
    """The instant in JSON; null: time alone changes nothing."""
    from sealane.base.values import format_instant

    return None if until is None else format_instant(until)


def tally(may: int, asked: int) -> str:
    """How many of how many, in the speaker's language."""
    return (
        f"{asked} 件中 {may} 件を読めます。"
        if speaker().lang == "ja"
        else f"{may} of {asked} can be read."
    )
