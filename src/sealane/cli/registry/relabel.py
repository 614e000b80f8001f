"""`sealane item relabel`: the originator's change of a label, and the key sealed anew under it.
Spec: R16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sealane.cli import access
from sealane.cli.frame import acting
from sealane.cli.frame.answer import USAGE, Answer, alone, read_bytes

if TYPE_CHECKING:
    from sealane.services.exchange.outbox import Sent
    from sealane.services.node import Node
    from sealane.services.register.acts import Actor

MAX_LABEL = 1 << 20


@alone("relabel")
@click.argument("name", metavar="ID")
@click.option(
    "--label", "label_file", metavar="L.json", required=True, help="The new label, as JSON."
)
@click.option("--reason", required=True)
@click.option(
    "--in",
    "source",
    default=None,
    metavar="FILE",
    help="For an item that was only sealed: its container file,",
)
@click.option(
    "--out",
    "target",
    default=None,
    metavar="FILE",
    help="and where the one under the new label goes.",
)
@acting.second
@acting.second_token
@acting.at_node("The item's originator, or a release officer.")
def relabel(**options: Any) -> Answer:
    """Change an own item's label: at once here, then at its holder; its key is sealed anew
    under it. A lower level or a wider releasability takes a second.
    """
    from sealane.base import canonical
    from sealane.labels.model.label import label_from_json
    from sealane.services.exchange import relabel as relabelling

    if (options["source"] is None) != (options["target"] is None):
        raise USAGE(why="--in and --out belong together", command="sealane item relabel")
    label = label_from_json(canonical.parse(read_bytes(options["label_file"], limit=MAX_LABEL)))
    with acting.acting(options) as (site, one):
        officer = acting.beside(site, one, options)
        found = relabelling.relabel(
            site.node, options["name"], label, reason=options["reason"], person=officer
        )
        found |= _sealed_anew(site.node, options, officer)
    told = f"{found['item']}: {label.policy} {label.classification}  {found['trouble'] or ''}"
    return Answer(found, told.rstrip())


def _sealed_anew(node: Node, options: dict[str, Any], officer: Actor) -> dict[str, Any]:
    """Tell the holder and seal the key anew under the register's label; what keeps it from that is
    named, and it stays shut.
    """
    from sealane.base.errors import SealaneError
    from sealane.registry.records import ItemState
    from sealane.services.exchange import outbox, reseal
    from sealane.services.exchange import relabel as relabelling

    item = options["name"]
    try:
        if options["source"] is not None:
            with (
                access.seekable_input(options["source"]) as file,
                access.whole_output(options["target"]) as sink,
            ):
                made = relabelling.reseal(node, item, file, sink, person=officer)
            return {"container": made.container, "sealed_anew": True, "trouble": None}
        with node.store.reading() as tx:
            if node.item(tx, item).direction == "own":
                raise relabelling.FILE_WANTED(item=item)
        sent = outbox.deliver_due(node, item=item)
        anew = reseal.rewrap(node, item, suite=None, person=officer)
        sent += outbox.deliver_due(node, item=item)
    except SealaneError as error:
        return {"container": None, "sealed_anew": False, "trouble": error.code}
    with node.store.reading() as tx:
        held = node.holding(tx, item)
    transfers = [_anew(one, sent) for one in anew]
    trouble = next((one["trouble"] for one in transfers if one["trouble"]), None)
    waits = [one.to for one in held.transfers if one.state == ItemState.QUEUED]
    return {
        "container": anew[0].get("container") if len(anew) == 1 else None,
        "transfers": transfers,
        "sealed_anew": trouble is None and not waits,
        "trouble": trouble or ("item.state" if waits else None),
    }


def _anew(made: dict[str, Any], sent: list[Sent]) -> dict[str, Any]:
    """What came of one holder: sealed anew there, or why not."""
    mine = [one for one in sent if one.to == made["to"] and one.answer != "acknowledged"]
    trouble = made["trouble"] or next((one.trouble or one.answer for one in mine), None)
    return {"to": made["to"], "container": made.get("container"), "trouble": trouble}


VERBS = (relabel,)
"""What this module adds to its group, in the order of the help."""
