"""`sealane ledger recover | attest | authorise | prune | dispose`: what keeps a node's ledgers,
with its keystore open.

Spec: spec/ledger.md §7, §9; R58, R59, R61.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.cli import access
from sealane.cli.frame import acting, ledger_reading, passphrase
from sealane.cli.frame import node_folder as sites
from sealane.cli.frame.answer import USAGE, Answer, alone, read_bytes
from sealane.cli.ledgers import text

MAX_DOCUMENT = 64 << 20


@alone("recover")
@click.option(
    "--with",
    "party",
    metavar="PARTY",
    help="The partner whose mirror holds our entries; without it, every partner.",
)
@click.option(
    "--agreement",
    metavar="ID",
    help="One agreement's log; without it, every one kept with the partner.",
)
@sites.option
@passphrase.option
def recover(
    *, party: str | None, agreement: str | None, folder: str | None, passphrase_file: str | None
) -> Answer:
    """After restoring an old backup: fetch this node's own later entries from partners' mirrors.
    The end of the internal log, which no partner holds, is lost: another log begins and says so.
    The node must be stopped.
    """
    from pathlib import Path

    from sealane.services.recovery import currency, restore
    from sealane.wiring import machines
    from sealane.wiring.internal_log import begin_internal

    if folder is None:
        raise sites.NO_NODE_GIVEN()
    secret = passphrase.read(passphrase_file)
    with machines.alone(Path(folder)):
        with sites.opened_with(folder, secret) as site:
            found = [
                restore.restore(site.node, partner, name, ledgers, site.peer(partner, name))
                for partner, name, ledgers in sites.kept_ledgers(site, party, agreement)
            ]
            containers = restore.settle_containers(site.node)
            lost = restore.internal_lost(site.internal, found)
        internal = begin_internal(Path(folder), secret) if lost else None
        with sites.opened_with(folder, secret) as site:
            asked = currency.ask(site.node, site.ledgers())
    data = [one.as_json() for one in found]
    whole = {
        "recovered": data,
        "internal_log": internal,
        "containers_missing": containers.missing,
        "containers_erased_again": containers.erased,
        "never_recovered": restore.NEVER,
        "node": asked.as_json(),
    }
    return Answer(whole, text.recovered(whole))


@alone("attest")
@click.argument("out")
@sites.option
@passphrase.option
def attest(*, out: str, folder: str | None, passphrase_file: str | None) -> Answer:
    """Re-derive every log and mirror of a node; write the result, signed with both statement keys,
    to OUT (monthly).
    """
    from sealane.services.ledgers.maintenance import verify_result
    from sealane.services.watch.monthly import attest as attested

    with sites.opened(folder, passphrase_file) as site:
        node = site.node
        with node.store.reading() as tx:
            logs = access.stored_logs(tx)
        signed, held = attested(node, logs)
        keys = [key.public for key in node.keys.signers("statement")]
        results = [verify_result(one, keys) for one in signed]
    access.write_output(out, b"\n".join(signed))
    found = {**results[0], "held": held, "logs": [log for one in results for log in one["logs"]]}
    return Answer({"out": out, **found}, text.walked(found["logs"]), exit_status=0 if held else 1)


@alone("authorise")
@click.argument("document", metavar="DOCUMENT")
@click.option("--item", metavar="ITEM", help="Dispose of the statements about this item.")
@click.option("--origin", metavar="ORIGIN", help="Prune this log, with --below.")
@click.option("--below", type=click.IntRange(1), metavar="N", help="Entries under this index.")
@acting.by_two("The security officer; always with a second.")
@sites.option
@passphrase.option
def authorise(
    *, document: str, item: str | None, origin: str | None, below: int | None, **options: Any
) -> Answer:
    """Record an authority to dispose of an item's statements, or to prune a log, by two people; its
    digest is what `dispose` and `prune` ask for.
    """
    from sealane.base import canonical
    from sealane.services.recovery import authority

    if (item is None) == (origin is None) or (origin is None) != (below is None):
        raise USAGE(
            why="name --item, or --origin with --below",
            why_ja="--item を指定するか、--origin と --below を併せて指定してください",
            command="sealane ledger authorise",
        )
    paper = read_bytes(document, limit=MAX_DOCUMENT)
    thing = authority.Thing(item=item, origin=origin, below=below)
    with sites.opened(options["folder"], options["passphrase_file"]) as site:
        by = acting.two(site, options)
        digest = authority.authorise(site.node, thing, paper=canonical.sha384(paper), by=by)
    return Answer({"authority": digest, **thing.as_json()}, digest)


@alone("prune")
@click.option("--origin", required=True, help="The log.")
@click.option(
    "--below",
    required=True,
    type=click.IntRange(1),
    metavar="N",
    help="Stop serving whole bundles under this index.",
)
@click.option(
    "--authority",
    required=True,
    metavar="SHA384",
    help="Digest of the authority, as `ledger authorise` printed it.",
)
@sites.option
@passphrase.option
def prune(
    *, origin: str, below: int, authority: str, folder: str | None, passphrase_file: str | None
) -> Answer:
    """Stop serving old entries under a recorded disposal authority; nothing is erased, the last
    twelve months always stay.
    """
    from sealane.services.recovery import disposal

    with sites.opened(folder, passphrase_file) as site:
        node = site.node
        with node.store.reading() as tx:
            chosen = [log for log in access.stored_logs(tx) if log.origin == origin]
        if not chosen:
            raise USAGE(
                why=f"no log {origin}",
                why_ja=f"{origin} という台帳はありません",
                command="sealane ledger prune",
            )
        floor = disposal.prune(node, chosen[0], below, authority)
    return Answer({"origin": origin, "minimum_index": floor}, text.pruned(origin, floor))


@alone("dispose")
@click.argument("item")
@click.option(
    "--authority",
    required=True,
    metavar="SHA384",
    help="Digest of the authority, as `ledger authorise` printed it.",
)
@sites.option
@passphrase.option
def dispose(
    *, item: str, authority: str, folder: str | None, passphrase_file: str | None
) -> Answer:
    """Erase the bytes of an item's statements under a recorded disposal authority, once twelve
    months and the agreement's retention have passed; the logs stay whole.
    """
    from sealane.services.recovery import disposal

    with sites.opened(folder, passphrase_file) as site:
        count, remains = disposal.dispose(site.node, item, authority)
    told = {"item": item, "disposed": count, "authority": authority, "remains": list(remains)}
    return Answer(told, text.disposed(item, count, remains))


@alone("compare")
@ledger_reading.option
@passphrase.option
def compare(folder: str, passphrase_file: str | None) -> Answer:
    """Compare each log with our mirror of the partner's, statement by statement; name whose signed
    head proves each difference.
    """
    from sealane.services.audit.compare_logs import compare as differences
    from sealane.services.ledgers.publisher import marks

    found: list[dict[str, Any]] = []
    with ledger_reading.proven(folder, passphrase_file) as (tx, logs):
        for mine, mirror in access.log_pairs(tx, logs):
            cosigned = marks(tx, mine, access.witness_book()).cosigned
            found += [
                {"with": mirror.origin, **one.as_json()}
                for one in differences(tx, mine, mirror, cosigned)
            ]
    return Answer(
        {"agree": not found, "differences": found},
        text.differences(found),
        exit_status=1 if found else 0,
    )


VERBS = (recover, attest, authorise, prune, dispose, compare)
"""What this module adds to its group, in the order of the help."""
