"""`sealane item withdraw` and `item reject`: the release officer's and the registry clerk's no.

Spec: spec/interfaces.md §1; spec/exchange.md §4; R30, R44.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, alone
from sealane.cli.frame.asking import ask


@alone("withdraw")
@click.argument("name", metavar="ID")
@click.option("--reason", required=True)
@click.option(
    "--to",
    default=None,
    metavar="PARTY",
    help="From this party alone; default: from every party that it has not been delivered to.",
)
@acting.at_node("The release officer.")
def withdraw(*, name: str, reason: str, to: str | None, **options: Any) -> Answer:
    """Take back an item that has not been delivered; the partner is told where it knew of it."""
    told = ask(options, "items.withdraw", item=name, reason=reason, to=to)
    return Answer(told, f"{name}: {told['state']}")


@alone("reject")
@click.argument("name", metavar="ID")
@click.option("--reason", required=True)
@acting.at_node("The registry clerk.")
def reject(*, name: str, reason: str, **options: Any) -> Answer:
    """Turn a delivered item away; its provider is told by a signed statement, and it is erased
    here.
    """
    told = ask(options, "items.reject", item=name, reason=reason)
    return Answer(told, f"{name}: {told['state']}")


VERBS = (withdraw, reject)
"""What this module adds to its group, in the order of the help."""
