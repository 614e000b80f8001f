"""`sealane ledger status | walk | search | copy`: the logs that a node stores; no passphrase.

Spec: spec/interfaces.md §1 (ledger); spec/ledger.md §7; C2SP tlog-tiles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from sealane.cli import access
from sealane.cli.frame.answer import USAGE, Answer, alone
from sealane.cli.ledgers import text as ledger_text

if TYPE_CHECKING:
    from sealane.adapters.log import SqlLog

INTERNAL = re.compile(r"/internal(-[1-9][0-9]*)?\Z", re.ASCII)
"""The end of the origin of a log that is never shared."""


@alone("status")
@click.option("--node", metavar="DIR", required=True, help="A node's folder.")
def status(node: str) -> Answer:
    """Every log of a node, and how far each is proven to both."""
    from sealane.services.ledgers.publisher import marks, mirror_marks

    with access.node_logs(node) as (tx, logs):
        book = access.witness_book()
        of_role = {"own": marks, "mirror": mirror_marks}
        data = [{"role": log.role, **of_role[log.role](tx, log, book).as_json()} for log in logs]
    return Answer({"logs": data}, ledger_text.statuses(data))


@alone("walk")
@click.option("--node", metavar="DIR", required=True, help="A node's folder.")
def walk(node: str) -> Answer:
    """Re-derive every stored log of a node from its entries, and compare every signed head."""
    from sealane.services.ledgers.maintenance import finding

    with access.node_logs(node) as (tx, logs):
        found = [{**finding(tx, log), "proven_to_both_up_to": _proven(tx, log)} for log in logs]
    held = all(one["error"] is None for one in found)
    return Answer(
        {"held": held, "logs": found}, ledger_text.walked(found), exit_status=0 if held else 1
    )


@alone("search")
@click.option("--node", metavar="DIR", required=True, help="A node's folder.")
@click.option("--origin", help="One log only.")
@click.option("--kind", help="A kind of docs/ledger-entries.md, or statement.<type>.")
@click.option("--word", help="An identifier or digest in the entry: a person, an item, a decision.")
@click.option("--since", help="Not before this instant.")
@click.option("--until", help="Before this instant.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True)
def search(node: str, origin: str | None, **given: Any) -> Answer:
    """Find entries in a node's logs and in its mirrors."""
    from sealane.base.values import format_instant, parse_instant
    from sealane.services.ledgers.maintenance import Query
    from sealane.services.ledgers.maintenance import search as find

    query = Query(
        kind=given["kind"],
        word=given["word"],
        limit=given["limit"],
        since=parse_instant(given["since"]) if given["since"] else None,
        until=parse_instant(given["until"]) if given["until"] else None,
    )
    with access.node_logs(node) as (tx, logs):
        chosen = [(log, _proven(tx, log)) for log in logs if origin in (None, log.origin)]
        found = [
            {
                "origin": log.origin,
                "role": log.role,
                "index": index,
                "kind": entry.kind,
                "at": format_instant(entry.at),
                "fields": entry.fields,
                "proven_to_both": index < proven,
            }
            for log, proven in chosen
            for index, entry in find(tx, log, query)
        ][: query.limit]
    marks = {log.origin: proven for log, proven in chosen}
    return Answer({"entries": found, "proven_to_both_up_to": marks}, ledger_text.entries(found))


@alone("copy")
@click.argument("out", metavar="FOLDER")
@click.option("--node", metavar="DIR", required=True, help="A node's folder.")
@click.option("--origin", help="Which of the node's logs, where it has several.")
def copy(out: str, node: str, origin: str | None) -> Answer:
    """Write a node's log, up to its newest signed head, as a C2SP
    tile log that any tool can read.
    """
    from sealane.ledger.log.checkpoint import parse_checkpoint
    from sealane.ledger.log.tiles import ENTRIES, Tile, tiles_of
    from sealane.services.ledgers.proofs import NOT_YET

    with access.node_logs(node) as (tx, logs):
        log = shared_log(logs, origin)
        note = log.checkpoint(tx)
        if note is None:
            raise NOT_YET(origin=log.origin)
        head = parse_checkpoint(note).head
        for tile in tiles_of(head.size):
            access.write_resource(out, tile.path, log.tile(tx, tile))
            if tile.level == 0:
                bundle = Tile(ENTRIES, tile.index, tile.width)
                access.write_resource(out, bundle.path, log.tile(tx, bundle))
        access.write_resource(out, "checkpoint", note)
    data = {"origin": head.origin, "size": head.size, "out": out}
    return Answer(data, ledger_text.copied(data))


def shared_log(logs: Sequence[SqlLog], origin: str | None) -> SqlLog:
    """The log of this origin; without one, the only own log that is shared."""
    own = [
        log
        for log in logs
        if (
            log.origin == origin
            if origin
            else log.role == "own" and not INTERNAL.search(log.origin)
        )
    ]
    if len(own) != 1:
        raise USAGE(
            why=f"name one --origin of: {', '.join(log.origin for log in logs) or '-'}",
            command="sealane ledger",
        )
    return own[0]


def _proven(tx: Any, log: SqlLog) -> int:
    """The mark up to which a log is proven to both."""
    from sealane.services.ledgers.publisher import marks, mirror_marks

    return (marks if log.role == "own" else mirror_marks)(tx, log, access.witness_book()).proven


VERBS = (status, walk, search, copy)
"""What this module adds to its group, in the order of the help."""
