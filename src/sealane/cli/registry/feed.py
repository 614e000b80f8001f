"""`sealane feed`: feeds of STIX objects, which programs read over TAXII 2.1.

Spec: spec/interfaces.md §7; spec/feeds.md.
"""

from __future__ import annotations

import json
from typing import Any

import click

from sealane.base import canonical
from sealane.base.visible import visible
from sealane.cli import access
from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, read_bytes, verb
from sealane.cli.frame.asking import ask

LABEL_MOST = 1 << 20
_WRITES = "An originator or a release officer."


@click.group("feed")
def feed() -> None:
    """Feeds of STIX objects: each object read by whom its own marks let."""


@verb(feed, "create")
@click.argument("name", metavar="NAME")
@click.option("--agreement", required=True, metavar="A", help="Under which partners read it.")
@click.option("--area", required=True, help="An area of the agreement's, such as cyber.")
@click.option("--alias", default=None, help="Another name, by which programs may ask.")
@click.option("--id", "uuid", default=None, metavar="UUID", help="Its id; none: a new one.")
@click.option(
    "--readable-by",
    multiple=True,
    metavar="PARTY",
    help="A nation whose people may read it; none: the agreement's parties. One that is no party"
    " reads what is CLEAR.",
)
@click.option(
    "--writable-by", multiple=True, metavar="PARTY", help="A nation whose people may write it."
)
@click.option(
    "--default-label",
    default=None,
    metavar="L.json",
    help="The label of objects that nothing marks; none: they stay in the own nation.",
)
@acting.at_node("A security officer.")
def create(
    *,
    name: str,
    uuid: str | None,
    readable_by: tuple[str, ...],
    writable_by: tuple[str, ...],
    default_label: str | None,
    **options: Any,
) -> Answer:
    """Make a feed: a collection of the node's TAXII server."""
    label = None
    if default_label is not None:
        label = canonical.parse(read_bytes(default_label, limit=LABEL_MOST))
    told = ask(
        options,
        "feeds.create",
        name_=name,
        agreement=options["agreement"],
        area=options["area"],
        alias=options["alias"],
        id=uuid,
        readable_by=readable_by or None,
        writable_by=writable_by or None,
        default_label=label,
    )
    return Answer(told, _line(told))


@verb(feed, "list")
@acting.at_node("Anybody, as far as they may read a feed; at an embedded node, as staff.")
def list_(**options: Any) -> Answer:
    """The feeds, by name."""
    told = ask(options, "feeds.list")
    return Answer(told, "\n".join(map(_line, told["feeds"])) or "-")


@verb(feed, "add")
@click.argument("name", metavar="NAME")
@click.argument("file", metavar="BUNDLE.json")
@acting.at_node(_WRITES)
def add(*, name: str, file: str, **options: Any) -> Answer:
    """Put the objects of a STIX bundle into a feed (- reads stdin); one that is not taken is told
    and stops no other.
    """
    with access.seekable_input(file) as source:
        told = ask(options, "feeds.add", file=source, file_name="bundle.json", feed=name)
    return Answer(told, counted(told))


def counted(told: dict[str, Any]) -> str:
    """What became of objects, in words."""
    lines = [f"added {told['added']}  known {told['known']}  failed {len(told['failed'])}"]
    lines += [f"{one['id']}: {one['why']} / {one['why_ja']}" for one in told["failed"]]
    return "\n".join(map(visible, lines))


def _line(told: dict[str, Any]) -> str:
    readers = ",".join(told["readable_by"] or ()) or "-"
    alias = told["alias"] or "-"
    label = json.dumps(told["default_label"], ensure_ascii=False) if told["default_label"] else "-"
    words = (told["name"], told["id"], alias, told["agreement"], told["area"], readers, label)
    return visible("  ".join(words))
