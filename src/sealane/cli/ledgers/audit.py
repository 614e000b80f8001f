"""`sealane audit`: two registries and two ledgers, copy by copy. Spec: R52, R59."""

from __future__ import annotations

from typing import Any

import click

from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, speaker, verb
from sealane.cli.frame.asking import ask
from sealane.cli.ledgers import board_lines

BY = "The auditor; without it, on the node's own folder, the keystore's passphrase is enough."


@click.group("audit")
def audit() -> None:
    """Compare, prove, verify."""


@verb(audit, "reconcile")
@click.option("--with", "party", required=True, metavar="PARTY")
@click.option("--agreement", default=None, metavar="ID")
@acting.at_node(BY)
def reconcile(*, party: str, agreement: str | None, **options: Any) -> Answer:
    """Every difference between the two registers and ledgers, whose claim has proof, and what to
    do.
    """
    report = ask(options, "audit.reconcile", with_=party, agreement=agreement)
    return Answer(report, _told(report), 0 if report["agree"] else 1)


@verb(audit, "statistics")
@click.option("--days", type=click.IntRange(1, 3660), default=90, show_default=True)
@acting.at_node(BY)
def statistics(*, days: int, **options: Any) -> Answer:
    """What was refused in the last days, by code, clause and agreement, and how long decisions and
    answers took.
    """
    told = ask(options, "audit.statistics", days=days)
    lines = [
        f"{one['count']:>6}  {one['code']}  {one['agreement'] or '-'}  {one['kind']}"
        for one in told["refusals"]
    ]
    lines += [
        f"{one['count']:>6}  {one['what']} {one['by']}: {one['median_seconds']} s,"
        f" 90 % {one['p90_seconds']} s, max {one['longest_seconds']} s"
        for one in told["times"]
    ]
    ja = speaker().lang == "ja"
    return Answer(told, "\n".join(lines) or ("記録はありません。" if ja else "Nothing on record."))


@verb(audit, "board")
@click.option("--days", type=click.IntRange(1, 3660), default=90, show_default=True)
@acting.at_node("Who looks; at an embedded node, without it, as staff.")
def board(*, days: int, **options: Any) -> Answer:
    """The trust board: what went out and came in by area and level, open receipts, recalls,
    refusals, and the last head proven to both, as far as who looks may see.
    """
    told = ask(options, "audit.board", days=days)
    return Answer(told, board_lines.lines(told))


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
