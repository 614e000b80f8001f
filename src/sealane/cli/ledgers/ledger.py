"""`sealane ledger ...`: the group; its verbs stand in the modules beside it."""

from __future__ import annotations

import click

from sealane.cli.frame.answer import take_in
from sealane.cli.ledgers import feed, heads, keep, monthly, node_logs, prove, verify


@click.group()
def ledger() -> None:
    """Verify logs, prove entries, show equivocation; needs no node."""


for module in (verify, prove, heads, node_logs, keep, monthly, feed):
    take_in(ledger, module.VERBS)
