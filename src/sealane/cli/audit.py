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

    reports, reached = [], True
    with sites.opened(folder, passphrase_file) as site:
        kept = [(name, one) for partner, name, one in site.partnerships() if partner == party and agreement in (None, name)]
        if not kept:
            raise sites.NO_LEDGER_WITH(party=party, agreement=agreement or "-")
        for name, ledgers in kept:
            try:
                ledgers.mirror.pull(site.peer(party, name))
            except Unavailable:
                reached = False
            reports.append(auditing.reconcile(site.node, party, name, ledgers))
    report = {"with": party, "agree": all(one["agree"] for one in reports), "partner_reached": reached,
              "items": sum(one["items"] for one in reports), "agreements": [one["agreement"] for one in reports],
              "differences": [{"agreement": one["agreement"], **found} for one in reports for found in one["differences"]]}
    ja = speaker().lang == "ja"
    lines = [("差異はありません。" if ja else "No difference.") if report["agree"] else
             (f"差異 {len(report['differences'])} 件" if ja else f"{len(report['differences'])} differences")]
    lines += [f"  {one['item'] or '-'}: {one['difference']} [{one['proven_by'] or '-'}] -> {one['do']}" for one in report["differences"]]
    return Answer(report, "\n".join(lines), 0 if report["agree"] else 1)
