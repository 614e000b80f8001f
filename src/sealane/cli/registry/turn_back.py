"""`sealane item withdraw` and `item reject`: the release officer's and the registry clerk's no.

Spec: spec/interfaces.md §1; spec/exchange.md §4; R30, R44.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, alone


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
    from sealane.services.exchange import outbox, withdrawal

    with acting.acting(options) as (site, officer):
        found = withdrawal.withdraw(site.node, name, officer, reason=reason, to=to)
        sent = outbox.deliver_due(site.node, item=name)
    answers = [one.answer or one.trouble for one in sent]
    return Answer({**found, "answers": answers}, f"{name}: {found['state']}")


@alone("reject")
@click.argument("name", metavar="ID")
@click.option("--reason", required=True)
@acting.at_node("The registry clerk.")
def reject(*, name: str, reason: str, **options: Any) -> Answer:
    """Turn a delivered item away; its provider is told by a signed statement, and it is erased
    here.
    """
    from sealane.services.exchange import arrival, outbox

    with acting.acting(options) as (site, clerk):
        arrival.reject(site.node, name, clerk, reason=reason)
        sent = outbox.deliver_due(site.node, item=name)
    return Answer(
        {"item": name, "state": "rejected", "told": [one.answer for one in sent]},
        f"{name}: rejected",
    )


VERBS = (withdraw, reject)
"""What this module adds to its group, in the order of the help."""
