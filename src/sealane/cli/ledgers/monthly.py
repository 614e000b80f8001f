"""`sealane ledger monthly`: the results of the monthly verifications, as they are on record; in
production with the keystore's passphrase.

Spec: R61; spec/ledger.md §9.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sealane.base.values import format_instant, months_later, parse_instant
from sealane.cli import access
from sealane.cli.frame import acting, asking, ledger_reading
from sealane.cli.frame.answer import Answer, alone
from sealane.cli.ledgers import text


@alone("monthly")
@click.option("--limit", type=click.IntRange(1, 1200), default=12, show_default=True)
@acting.at_node(ledger_reading.BY)
def monthly(*, limit: int, **options: Any) -> Answer:
    """Show the signed results of the monthly verifications, newest first, and when the next is due;
    exit 1 where the last did not hold.
    """
    if asking.of_person(options):
        told = asking.ask(options, "ledger.monthly", limit=limit)
    else:
        told = _at_folder(options["folder"], options["passphrase_file"], limit)
    held = all(one["held"] and one["signed"] is not False for one in told["results"][:1])
    return Answer(told, text.verifications(told["results"]), exit_status=0 if held else 1)


def _at_folder(folder: str, passphrase_file: str | None, limit: int) -> dict[str, Any]:
    from sealane.cli.ledgers.node_logs import INTERNAL
    from sealane.services.ledgers.maintenance import Query, search
    from sealane.services.watch.monthly import KIND, result_of

    keys = access.party_publics(Path(folder))
    with ledger_reading.proven(folder, passphrase_file) as (tx, logs):
        own = [log for log in logs if log.role == "own" and INTERNAL.search(log.origin)]
        found = [
            {"origin": log.origin, "index": index, **result_of(entry, keys)}
            for log in own
            for index, entry in search(tx, log, Query(kind=KIND, limit=100_000))
        ]
    found = sorted(found, key=lambda one: parse_instant(one["at"]), reverse=True)
    return {"results": found[:limit], "due": _due(found)}


def _due(found: list[dict[str, Any]]) -> str | None:
    return format_instant(months_later(parse_instant(found[0]["at"]), 1)) if found else None


VERBS = (monthly,)
"""What this module adds to its group, in the order of the help."""
