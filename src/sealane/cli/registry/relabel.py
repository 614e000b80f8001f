"""`sealane item relabel`: the originator's change of a label, and the key sealed anew under it.
Spec: R16.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.cli import access
from sealane.cli.frame import acting
from sealane.cli.frame.answer import USAGE, Answer, alone, read_bytes
from sealane.cli.frame.asking import ask
from sealane.cli.frame.marks import marked

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
@acting.wait
@acting.at_node("The item's originator, or a release officer.")
def relabel(**options: Any) -> Answer:
    """Change an own item's label: at once here, then at its holder; its key is sealed anew
    under it. A lower level or a wider releasability takes a second.
    """
    from sealane.base import canonical

    if (options["source"] is None) != (options["target"] is None):
        raise USAGE(
            why="--in and --out belong together",
            why_ja="--in と --out は併せて指定してください",
            command="sealane item relabel",
        )
    if options["wait"] and options["source"] is not None:
        raise USAGE(
            why="--wait and --in do not go together",
            why_ja="--wait と --in は併用できません",
            command="sealane item relabel",
        )
    label = canonical.parse(read_bytes(options["label_file"], limit=MAX_LABEL))
    if options["source"] is None:
        asked = {"item": options["name"], "label": label, "reason": options["reason"]}
        found = ask(options, "items.relabel", **asked)
    else:
        found = _with_file(label, options)
    told = f"{found['item']}: {marked(found['label'])}  {found['trouble'] or ''}"
    return Answer(found, told.rstrip())


def _with_file(label: Any, options: dict[str, Any]) -> dict[str, Any]:
    """An item that was only sealed: its container file lies here, and so does the new one."""
    from sealane.labels.model.label import label_from_json
    from sealane.services.exchange import outbox, relabelled

    with acting.acting(options) as (site, one):

        def deliver(item: str) -> list[Any]:
            return outbox.deliver_due(site.node, item=item)

        with (
            access.seekable_input(options["source"]) as file,
            access.whole_output(options["target"]) as sink,
        ):
            return relabelled.change(
                site.node,
                options["name"],
                label_from_json(label),
                reason=options["reason"],
                person=acting.beside(site, one, options),
                deliver=deliver,
                files=(file, sink),
            )


VERBS = (relabel,)
"""What this module adds to its group, in the order of the help."""
