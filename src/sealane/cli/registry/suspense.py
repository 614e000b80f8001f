"""`sealane suspense` and `sealane duty`: what waits, and what this nation has still to do, the
earliest due first. Spec: spec/interfaces.md §5, §6.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, speaker, verb
from sealane.cli.frame.asking import ask


@click.group("suspense")
def suspense() -> None:
    """What waits: receipts, signatures, recalls, and what is to be returned or destroyed."""


@verb(suspense, "list")
@click.option(
    "--limit", default=None, type=click.IntRange(min=1), help="How many at most; default: all."
)
@acting.at_node("Who reads: any staff; at an embedded node, without it, as staff.")
def listed(**options: Any) -> Answer:
    """Everything that waits, the earliest due first."""
    told = ask(options, "suspense.list", limit=options["limit"])
    return Answer(told, _lines(told["waiting"]))


@click.group("duty")
def duty() -> None:
    """What this nation has still to do; a task stands until its end is certified."""


@verb(duty, "list")
@acting.at_node("A registry clerk; at an embedded node, without it, as staff.")
def duties(**options: Any) -> Answer:
    """Everything that is still to be done, the earliest due first: returns and destructions after
    time limits, purposes, activities and agreements that ended, inventories, recalls, receipts,
    cases, and posts whose holders lack something.
    """
    told = ask(options, "duties.list")
    return Answer(told, _lines(told["duties"]))


def _lines(waiting: list[dict[str, Any]]) -> str:
    from sealane.web.words import name_of

    lang = speaker().lang
    lines = [
        f"{one['due'] or '-':20}  {name_of(lang, 'waits', one['what'])}"
        f"  {one.get('item') or one.get('case') or one['about']}  {one['party']}"
        for one in waiting
    ]
    return "\n".join(lines) or "-"
