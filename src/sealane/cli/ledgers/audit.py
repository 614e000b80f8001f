"""`sealane audit`: two registries and two ledgers, copy by copy. Spec: R52, R59."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sealane.cli.frame import node_folder as sites
from sealane.cli.frame import passphrase
from sealane.cli.frame.answer import Answer, speaker, verb

if TYPE_CHECKING:
    from sealane.services.ledgers.pair import Partnership
    from sealane.wiring.site import Site


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
    with sites.opened(folder, passphrase_file) as site:
        kept = sites.partnerships(site, party, agreement)
        compared = [_compared(site, party, name, ledgers) for name, ledgers in kept]
    reports = [found for found, _ in compared]
    report = {
        "with": party,
        "agree": all(found["agree"] for found in reports),
        "partner_reached": all(reached for _, reached in compared),
        "items": sum(found["items"] for found in reports),
        "agreements": [found["agreement"] for found in reports],
        "their_registers": {found["agreement"]: found["their_register"] for found in reports},
        "lapsed": _with_agreement(reports, "lapsed"),
        "under_way": _with_agreement(reports, "under_way"),
        "differences": _with_agreement(reports, "differences"),
    }
    return Answer(report, _told(report), 0 if report["agree"] else 1)


def _compared(
    site: Site, party: str, agreement: str, ledgers: Partnership
) -> tuple[dict[str, Any], bool]:
    """The differences under one agreement, and whether the partner was reached.

    A partner who is away is compared by our mirror of its log; one whose word contradicts what it
    signed is a finding, and no reason to stop.
    """
    from sealane.base.errors import Unavailable, Untrusted
    from sealane.services.audit import inventory
    from sealane.services.audit import reconcile as reconciling
    from sealane.services.audit.findings import Finding

    theirs, troubles, reached = None, [], True
    try:
        theirs = inventory.ask(site.node, party, agreement)
        ledgers.mirror.pull(site.peer(party, agreement))
    except Unavailable:
        reached = False
    except Untrusted as error:
        where = {"where": error.message, "where_ja": error.message_ja}
        troubles.append(Finding(kind="ledger.contradiction", about=where))
    found = reconciling.reconcile(
        site.node, party, agreement, ledgers, theirs=theirs, troubles=troubles
    )
    return found, reached


def _with_agreement(reports: list[dict[str, Any]], member: str) -> list[dict[str, Any]]:
    """The rows of every agreement's report, each with the agreement's name."""
    return [{"agreement": found["agreement"], **row} for found in reports for row in found[member]]


def _told(report: dict[str, Any]) -> str:
    ja = speaker().lang == "ja"
    differences = report["differences"]
    if report["agree"]:
        lines = ["差異はありません。" if ja else "No difference."]
    else:
        count = len(differences)
        lines = [f"差異 {count} 件" if ja else f"{count} differences"]
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
    if report["under_way"]:
        count = len(report["under_way"])
        lines.append(
            f"途上の文書 {count} 件（差異ではありません）"
            if ja
            else f"{count} statements are under way: no difference."
        )
    for row in differences:
        lines.append(
            f"  {row['item'] or '-'}: {row['difference_ja' if ja else 'difference']}"
            f" [{row['proven_by'] or '-'}: {', '.join(row['proof']) or '-'}]"
        )
        lines.append(f"    -> {row['do_ja' if ja else 'do']}")
    return "\n".join(lines)
