"""`sealane suspense`: what waits, the earliest due first. Spec: spec/interfaces.md §5."""

from __future__ import annotations

from typing import Any

import click

from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, speaker, verb
from sealane.registry.who_may import Act


@click.group("suspense")
def suspense() -> None:
    """What waits: receipts, signatures, recalls, and what is to be returned or destroyed."""


@verb(suspense, "list")
@acting.at_node("Who reads: any staff; at an embedded node, without it, as staff.")
def listed(**options: Any) -> Answer:
    """Everything that waits, the earliest due first."""
    from sealane.services.register import suspense as waiting_room
    from sealane.web.words import name_of

    with (
        acting.listing(options, Act.SEE_HISTORY) as (node, _),
        node.store.reading() as tx,
    ):
        waiting = waiting_room.waiting(node, tx)
    lang = speaker().lang
    lines = [
        f"{one.due or '-':20}  {name_of(lang, 'waits', one.what)}  {one.item}  {one.party}"
        for one in waiting
    ]
    return Answer({"waiting": [one.as_json() for one in waiting]}, "\n".join(lines) or "-")
