"""`sealane audit`: two registries and two ledgers, copy by copy. Spec: R52, R59."""

from __future__ import annotations

import click

from sealane.cli import passphrase
from sealane.cli import site as sites
from sealane.cli.answer import Answer, speaker, verb


@click.group("audit")
def audit() -> None:
    """Compare, prove, verify."""


@verb(audit, "reconcile")
@click.option("--with", "party", required=True, metavar="PARTY")
@click.option("--agreement", default=None, metavar="ID")
@sites.option
@passphrase.option
def reconcile(*, party: str, agreement: str | None, folder: str | None, passphrase_file: str | None) -> Answer:
    """Every difference between our register and ledger and the partner's, and whose claim has proof."""
    from sealane.base.errors import Unavailable
    from sealane.services import auditing

    with sites.opened(folder, passphrase_file) as site:
        name, ledgers = sites.partnership(site, party, agreement)
        fresh = True
        try:
            ledgers.mirror.pull(site.peer(party, name))
        except Unavailable:
            fresh = False
        report = {**auditing.reconcile(site.node, party, name, ledgers), "partner_reached": fresh}
    ja = speaker().lang == "ja"
    lines = [("差異はありません。" if ja else "No difference.") if report["agree"] else
             (f"差異 {len(report['differences'])} 件" if ja else f"{len(report['differences'])} differences")]
    lines += [f"  {one['item'] or '-'}: {one['difference']} [{one['proven_by'] or '-'}] -> {one['do']}" for one in report["differences"]]
    return Answer(report, "\n".join(lines), 0 if report["agree"] else 1)
