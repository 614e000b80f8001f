"""`sealane ledger monthly`: the results of the monthly verifications, as they are on record; no
passphrase.

Spec: R61; spec/ledger.md §9.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sealane.base.errors import SealaneError
from sealane.base.values import format_instant, months_later, parse_instant
from sealane.cli import access
from sealane.cli.frame.answer import Answer, alone
from sealane.cli.ledgers import text

KIND = "log.verified"


@alone("monthly")
@click.option("--node", metavar="DIR", required=True, help="A node's folder; no passphrase.")
@click.option("--limit", type=click.IntRange(1, 1200), default=12, show_default=True)
def monthly(node: str, limit: int) -> Answer:
    """Show the signed results of the monthly verifications, newest first, and when the next is due;
    exit 1 where the last did not hold.
    """
    from sealane.cli.ledgers.node_logs import INTERNAL
    from sealane.services.ledgers.maintenance import Query, search

    keys = access.party_publics_ever(Path(node))
    with access.node_logs(node) as (tx, logs):
        own = [log for log in logs if log.role == "own" and INTERNAL.search(log.origin)]
        found = [
            {"origin": log.origin, "index": index, **_result(entry, keys)}
            for log in own
            for index, entry in search(tx, log, Query(kind=KIND, limit=100_000))
        ]
    found = sorted(found, key=lambda one: parse_instant(one["at"]), reverse=True)
    held = all(one["held"] and one["signed"] is not False for one in found[:1])
    return Answer(
        {"results": found[:limit], "due": _due(found)},
        text.verifications(found[:limit]),
        exit_status=0 if held else 1,
    )


def _result(entry: Any, keys: Any) -> dict[str, Any]:
    """One result; `signed` says whether this node's own keys signed it, None where only its digest
    is on record.
    """
    from sealane.services.ledgers.maintenance import verify_result
    from sealane.services.watch.monthly import logs_of

    told = {
        "at": format_instant(entry.at),
        "held": entry.fields.get("settled"),
        "digest": entry.fields.get("statement"),
        "logs": logs_of(entry),
    }
    result = entry.fields.get("result")
    if result is None:
        return {**told, "signed": None}
    try:
        verify_result(result.encode(), keys)
    except SealaneError as error:
        return {**told, "signed": False, "trouble": error.code}
    return {**told, "signed": True}


def _due(found: list[dict[str, Any]]) -> str | None:
    return format_instant(months_later(parse_instant(found[0]["at"]), 1)) if found else None


VERBS = (monthly,)
"""What this module adds to its group, in the order of the help."""
