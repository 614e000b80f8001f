"""`sealane item withdraw` and `item reject`: the release officer's and the registry clerk's no.

Spec: spec/interfaces.md §1; spec/exchange.md §4; R30, R44.
"""

from __future__ import annotations

import click

from sealane.cli.frame import node_folder as sites
from sealane.cli.frame import passphrase
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
@click.option("--as", "person", default=None, metavar="PERSON", help="The release officer.")
@sites.option
@passphrase.option
def withdraw(
    *,
    name: str,
    reason: str,
    to: str | None,
    person: str | None,
    folder: str | None,
    passphrase_file: str | None,
) -> Answer:
    """Take back an item that has not been delivered; the partner is told where it knew of it."""
    from sealane.cli.frame.node_folder import only_person
    from sealane.services.exchange import outbox, withdrawal

    with sites.opened(folder, passphrase_file) as site:
        officer = person or only_person(site.node)
        found = withdrawal.withdraw(site.node, name, officer, reason=reason, to=to)
        sent = outbox.deliver_due(site.node, item=name)
    answers = [one.answer or one.trouble for one in sent]
    return Answer({**found, "answers": answers}, f"{name}: {found['state']}")


@alone("reject")
@click.argument("name", metavar="ID")
@click.option("--reason", required=True)
@click.option("--as", "person", default=None, metavar="PERSON", help="The registry clerk.")
@sites.option
@passphrase.option
def reject(
    *,
    name: str,
    reason: str,
    person: str | None,
    folder: str | None,
    passphrase_file: str | None,
) -> Answer:
    """Turn a delivered item away; its provider is told by a signed statement, and it is erased
    here.
    """
    from sealane.cli.frame.node_folder import only_person
    from sealane.services.exchange import arrival, outbox

    with sites.opened(folder, passphrase_file) as site:
        clerk = person or only_person(site.node)
        arrival.reject(site.node, name, clerk, reason=reason)
        sent = outbox.deliver_due(site.node, item=name)
    return Answer(
        {"item": name, "state": "rejected", "told": [one.answer for one in sent]},
        f"{name}: rejected",
    )


VERBS = (withdraw, reject)
"""What this module adds to its group, in the order of the help."""
