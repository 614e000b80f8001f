"""`sealane item lease` and `item leases`: key shares lent for openings without the line. Spec:
spec/exchange.md §6.1.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, alone, speaker
from sealane.cli.frame.asking import ask

WORDS = {"lent": ("lent", "貸与中"), "over": ("over", "終了")}


@alone("lease")
@click.argument("name", metavar="ID")
@click.option("--to", required=True, metavar="PARTY", help="Who has the item.")
@click.option("--until", required=True, metavar="INSTANT", help="When it ends by itself.")
@click.option("--purpose", "purposes", multiple=True, help="Default: all of the item's.")
@click.option(
    "--reader",
    "readers",
    multiple=True,
    metavar="PERSON",
    help="Who alone may there; default: whomever the holder's own decision permits.",
)
@acting.at_node("The item's originator, or a release officer.")
def lease(
    *,
    name: str,
    to: str,
    until: str,
    purposes: tuple[str, ...],
    readers: tuple[str, ...],
    **options: Any,
) -> Answer:
    """Let a holder open an item with nobody at the line's end until an instant, within what the
    agreement allows; it goes by the line or by a pack.
    """
    told = ask(
        options,
        "items.lease",
        item=name,
        to=to,
        until=until,
        purposes=list(purposes),
        readers=list(readers),
    )
    return Answer(told, f"{name} -> {to}: {told['until']}")


@alone("leases")
@click.argument("name", metavar="ID")
@acting.at_node("Who reads; at an embedded node, without it, as staff.")
def leases(*, name: str, **options: Any) -> Answer:
    """The key shares of an item that were lent, newest first, and which still serve."""
    found = ask(options, "items.leases", item=name)
    at = speaker().lang == "ja"
    lines = [
        f"{one['to']}  {one['at']} - {one['until']}  {WORDS[one['state']][at]}"
        for one in found["leases"]
    ]
    return Answer(found, "\n".join(lines))


VERBS = (lease, leases)
"""What this module adds to its group, in the order of the help."""
