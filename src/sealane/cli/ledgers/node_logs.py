"""`sealane ledger status | walk | search | copy`: the logs that a node stores; in production with
the keystore's passphrase.

Spec: spec/interfaces.md §1 (ledger); spec/ledger.md §7; C2SP tlog-tiles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from sealane.cli import access
from sealane.cli.frame import acting, asking, ledger_reading, passphrase
from sealane.cli.frame.answer import USAGE, Answer, alone
from sealane.cli.ledgers import text as ledger_text

if TYPE_CHECKING:
    from sealane.adapters.log import SqlLog

INTERNAL = re.compile(r"/internal(-[1-9][0-9]*)?\Z", re.ASCII)
"""The end of the origin of a log that is never shared."""


@alone("status")
@acting.at_node(ledger_reading.BY)
def status(**options: Any) -> Answer:
    """Every log of a node, and how far each is proven to both."""
    if asking.of_person(options):
        told = asking.ask(options, "ledger.status")
    else:
        told = _standing(options["folder"], options["passphrase_file"])
    return Answer(told, ledger_text.statuses(told["logs"]))


def _standing(folder: str, passphrase_file: str | None) -> dict[str, Any]:
    from sealane.services.ledgers.publisher import marks, mirror_marks

    with ledger_reading.proven(folder, passphrase_file) as (tx, logs):
        book = access.witness_book()
        of_role = {"own": marks, "mirror": mirror_marks}
        data = [{"role": log.role, **of_role[log.role](tx, log, book).as_json()} for log in logs]
    return {"logs": data}


@alone("heads")
@click.argument("origin", metavar="ORIGIN")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@click.option("--below", type=click.IntRange(1), metavar="N", help="Heads of fewer entries.")
@acting.at_node("Who reads; without it, on the node's own folder, by the passphrase.")
def heads(*, origin: str, limit: int, below: int | None, **options: Any) -> Answer:
    """The signed heads of a log, the newest first, with who is proven to have signed and cosigned
    each.
    """
    told = asking.ask(options, "ledger.heads", origin=origin, limit=limit, below=below)
    return Answer(told, ledger_text.heads(told["heads"]))


@alone("walk")
@acting.at_node(ledger_reading.BY)
def walk(**options: Any) -> Answer:
    """Re-derive every stored log of a node from its entries, and compare every signed head."""
    if asking.of_person(options):
        told = asking.ask(options, "ledger.walk")
    else:
        told = _walked(options["folder"], options["passphrase_file"])
    return Answer(told, ledger_text.walked(told["logs"]), exit_status=0 if told["held"] else 1)


def _walked(folder: str, passphrase_file: str | None) -> dict[str, Any]:
    from sealane.services.ledgers.slices import finding

    with ledger_reading.proven(folder, passphrase_file) as (tx, logs):
        found = [
            {**finding(lambda: nullcontext(tx), log), "proven_to_both_up_to": _proven(tx, log)}
            for log in logs
        ]
    return {"held": all(one["error"] is None for one in found), "logs": found}


@alone("search")
@click.option("--origin", help="One log only.")
@click.option("--kind", help="A kind of docs/ledger-entries.md, or statement.<type>.")
@click.option("--word", help="An identifier or digest in the entry: a person, an item, a decision.")
@click.option("--since", help="Not before this instant.")
@click.option("--until", help="Before this instant.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True)
@acting.at_node("An auditor, or the operator; without it the keystore's passphrase in production.")
def search(*, origin: str | None, **given: Any) -> Answer:
    """Find entries in a node's logs and in its mirrors. In production an auditor reads all; the
    operator what is about no item, without persons.
    """
    told = _there(given, origin) if given["folder"] is None else _found(given, origin)
    return Answer(told, ledger_text.entries(told["entries"]))


def _there(given: dict[str, Any], origin: str | None) -> dict[str, Any]:
    """The same at another machine's node, page after page, in the order of its logs."""
    narrowed = {name: given[name] for name in ("kind", "word", "since", "until")}
    found: list[dict[str, Any]] = []
    after = None
    while True:
        limit = min(1000, given["limit"] - len(found))
        page = asking.ask(
            given, "ledger.entries", origin=origin, limit=limit, after=after, **narrowed
        )
        found += page["entries"]
        after = page["after"]
        if after is None or len(found) >= given["limit"]:
            break
    order = {name: number for number, name in enumerate(page["proven_to_both_up_to"])}
    found.sort(key=lambda one: (order[one["origin"]], one["index"]))
    return {"entries": found, "proven_to_both_up_to": page["proven_to_both_up_to"]}


def _found(given: dict[str, Any], origin: str | None) -> dict[str, Any]:
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
    with ledger_reading.entries_for(given, "ledger.search") as ((tx, logs), shown):
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
            for index, entry in find(tx, log, query, shown)
        ][: query.limit]
    marks = {log.origin: proven for log, proven in chosen}
    return {"entries": found, "proven_to_both_up_to": marks}


@alone("copy")
@click.argument("out", metavar="FOLDER")
@click.option("--origin", help="Which of the node's logs, where it has several.")
@acting.named("An auditor; needed in production.")
@ledger_reading.option
@passphrase.option
def copy(out: str, origin: str | None, **options: Any) -> Answer:
    """Write a node's log, up to its newest signed head, as a C2SP
    tile log that any tool can read.
    """
    from sealane.ledger.log.checkpoint import parse_checkpoint
    from sealane.ledger.log.tiles import ENTRIES, Tile, tiles_of
    from sealane.services.ledgers.proofs import NOT_YET

    with ledger_reading.whole_logs(options) as (tx, logs):
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
        origins = ", ".join(log.origin for log in logs) or "-"
        raise USAGE(
            why=f"name one --origin of: {origins}",
            why_ja=f"--origin で次の一つを指定してください：{origins}",
            command="sealane ledger",
        )
    return own[0]


def _proven(tx: Any, log: SqlLog) -> int:
    """The mark up to which a log is proven to both."""
    from sealane.services.ledgers.publisher import marks, mirror_marks

    return (marks if log.role == "own" else mirror_marks)(tx, log, access.witness_book()).proven


VERBS = (status, heads, walk, search, copy)
"""What this module adds to its group, in the order of the help."""
