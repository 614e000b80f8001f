"""`sealane feed`: feeds of STIX objects, which programs read over TAXII 2.1.

Spec: spec/interfaces.md §7; spec/feeds.md.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from contextlib import closing
from typing import Any, BinaryIO, TypeVar, cast

import click

from sealane.base import canonical
from sealane.base.values import parse_instant
from sealane.base.visible import visible
from sealane.cli import access
from sealane.cli.frame import acting, passphrase
from sealane.cli.frame.answer import Answer, read_bytes, verb
from sealane.cli.frame.asking import ask
from sealane.cli.registry.feed_line import PulledBundle, TaxiiServer

F = TypeVar("F", bound=Callable[..., Any])
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


def _server(command: F) -> F:
    """The options that name a server elsewhere and who asks there."""
    for option in (
        click.option(
            "--ca-file",
            "ca",
            default=None,
            metavar="F",
            help="The authority whom it is trusted by.",
        ),
        click.option("--password-file", "password", required=True, metavar="F"),
        click.option("--user", required=True, metavar="U", help="By what name it knows you."),
    ):
        command = option(command)
    return command


@verb(feed, "pull")
@click.argument("url", metavar="URL")
@click.option("--into", required=True, metavar="NAME", help="The own feed.")
@click.option("--collection", default=None, metavar="C", help="Its id, alias or title there.")
@click.option(
    "--added-after",
    default=None,
    metavar="T",
    help="The `after` of the pull before: what is newer.",
)
@_server
@acting.at_node(_WRITES)
def pull(
    *,
    url: str,
    into: str,
    collection: str | None,
    added_after: str | None,
    user: str,
    password: str,
    ca: str | None,
    **options: Any,
) -> Answer:
    """Put what a TAXII 2.1 server has for you into an own feed; URL is its discovery or an API
    root. What is there already is known, and stored once.
    """
    if added_after is not None:
        parse_instant(added_after)
    server = TaxiiServer(url, user, _secret(password), ca)

    def fetch(sink: BinaryIO) -> None:
        server.pull(server.collection(collection, "can_read"), sink, added_after)

    with closing(server), PulledBundle(fetch) as bundle:
        told = ask(
            options, "feeds.add", file=cast("BinaryIO", bundle), file_name="bundle.json", feed=into
        )
    return Answer({**told, "after": server.newest}, counted(told))


@verb(feed, "push")
@click.argument("name", metavar="NAME")
@click.argument("url", metavar="URL")
@click.option("--collection", required=True, metavar="C", help="Its id, alias or title there.")
@_server
@acting.at_node(_WRITES)
def push(
    *,
    name: str,
    url: str,
    collection: str,
    user: str,
    password: str,
    ca: str | None,
    **options: Any,
) -> Answer:
    """Send to a TAXII 2.1 server what of an own feed may leave: what TLP alone marks, and no higher
    than AMBER. What stays is told.
    """
    server = TaxiiServer(url, user, _secret(password), ca)
    with closing(server), tempfile.TemporaryFile() as bundle:
        stays = ask(options, "feeds.send", sink=bundle, feed=name)
        objects = server.collection(collection, "can_write")
        bundle.seek(0)
        told = server.push(objects, bundle)
    told["failed"] += stays["failed"]
    return Answer(told, counted(told))


def _secret(path: str) -> str:
    return passphrase.read(path).decode("utf-8", "replace").strip()
