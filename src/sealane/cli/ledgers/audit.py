"""`sealane audit`: two registries and two ledgers, copy by copy. Spec: R52, R59."""

from __future__ import annotations

from typing import Any

import click

from sealane.cli.frame import node_folder as sites
from sealane.cli.frame import passphrase
from sealane.cli.frame.answer import Answer, speaker, verb


@click.group("audit")
def audit() -> None:
    """Compare, prove, verify."""


@verb(audit, "reconcile")
@click.option("--with", "party", required=True, metavar="PARTY")
@click.option("--agreement", default=None, metavar="ID")
@sites.option
@passphrase.option
def reconcile(
    *, party: str, agreement: str | None, folder: str | None, passphrase_file: str | None
) -> Answer:
    """Every difference between the two registers and ledgers, whose claim has proof, and what to
    do.
    """
    from sealane.base.errors import Unavailable, Untrusted
    from sealane.services.audit import inventory
    from sealane.services.audit import reconcile as reconciling
    from sealane.services.audit.findings import Finding

    reports, reached = [], True
    with sites.opened(folder, passphrase_file) as site:
        kept = [
            (name, one)
            for partner, name, one in site.partnerships()
            if partner == party and agreement in (None, name)
        ]
        if not kept:
            raise sites.NO_LEDGER_WITH(party=party, agreement=agreement or "-")
        for name, ledgers in kept:
            theirs, troubles = None, []
            try:
                theirs = inventory.ask(site.node, party, name)
                ledgers.mirror.pull(site.peer(party, name))
            except Unavailable:
                reached = False
            except Untrusted as error:
                troubles.append(
                    Finding(
                        kind="ledger.contradiction",
                        about={"where": error.message, "where_ja": error.message_ja},
                    )
                )
            reports.append(
                reconciling.reconcile(
                    site.node, party, name, ledgers, theirs=theirs, troubles=troubles
                )
            )
    report = {
        "with": party,
        "agree": all(one["agree"] for one in reports),
        "partner_reached": reached,
        "items": sum(one["items"] for one in reports),
        "agreements": [one["agreement"] for one in reports],
        "their_registers": {one["agreement"]: one["their_register"] for one in reports},
        "lapsed": [
            {"agreement": one["agreement"], **found} for one in reports for found in one["lapsed"]
        ],
        "differences": [
            {"agreement": one["agreement"], **found}
            for one in reports
            for found in one["differences"]
        ],
    }
    return Answer(report, _told(report), 0 if report["agree"] else 1)


def _told(report: dict[str, Any]) -> str:
    ja = speaker().lang == "ja"
    found = report["differences"]
    lines = [
        (
            ("差異はありません。" if ja else "No difference.")
            if report["agree"]
            else (f"差異 {len(found)} 件" if ja else f"{len(found)} differences")
        )
    ]
    if not report["partner_reached"]:
        lines.append(
            "相手国が応答しないため、手元の写しと比べました。"
            if ja
            else "The partner does not answer: compared with our mirror alone."
        )
    if report["lapsed"]:
        count = len(report["lapsed"])
        lines.append(
            f"届かず失効した問い合わせ {count} 件（影響なし）"
            if ja
            else f"{count} questions lapsed unheard; nothing came of them."
        )
    for one in found:
        lines.append(
            f"  {one['item'] or '-'}: {one['difference_ja' if ja else 'difference']}"
            f" [{one['proven_by'] or '-'}: {', '.join(one['proof']) or '-'}]"
        )
        lines.append(f"    -> {one['do_ja' if ja else 'do']}")
    return "\n".join(lines)
