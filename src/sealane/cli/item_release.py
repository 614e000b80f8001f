"""`sealane item release`: the release officer's act on what `seal --to` sealed earlier. Spec: R30, R35, R60."""

from __future__ import annotations

from typing import Any

import click

from sealane.cli import passphrase
from sealane.cli import site as sites
from sealane.cli.answer import Answer, verb
from sealane.cli.release import YEAR_DAYS, holder, told


def add_to(group: click.Group) -> None:
    """Add the verb to `sealane item`."""

    @verb(group, "release")
    @click.argument("name", metavar="ID")
    @click.option("--to", required=True, metavar="PARTY")
    @click.option("--area", required=True, help="Subject area of the agreement.")
    @click.option("--purpose", default=None, help="Default: the purpose it was sealed for.")
    @click.option("--until", default=None, metavar="T", help="Time limit; default: one year from now.")
    @click.option("--originator", default=None, metavar="PERSON")
    @click.option("--as", "officer", default=None, metavar="PERSON", help="The release officer.")
    @click.option("--second", default=None, metavar="PERSON", help="The second signer, where the agreement wants one.")
    @click.option("--project", default=None)
    @click.option("--committee", default=None, metavar="REF", help="Joint committee reference.")
    @click.option("--title", default="", help="Short title for both registers.")
    @sites.option
    @passphrase.option
    def release(**options: Any) -> Answer:
        """Release an item that was sealed with `seal --to`: decide, record, queue; the file may travel by hand."""
        from sealane.services import delivering, disclose

        with sites.opened(options["folder"], options["passphrase_file"]) as site:
            asked = _asked(site.node, options)
            found = disclose.release_sealed(site.node, options["name"], asked)
            sent = [one for one in delivering.deliver_due(site.node, item=found.item) if one.type == "offer"]
        return told(found, sent, asked)


def _asked(node: Any, options: dict[str, Any]) -> Any:
    from sealane.base.values import DAY, Instant, parse_instant
    from sealane.cli.answer import USAGE
    from sealane.labels.label import label_from_json
    from sealane.services.disclose import Release

    until = parse_instant(options["until"]) if options["until"] else Instant(node.host.now() + YEAR_DAYS * DAY)
    with node.store.reading() as tx:
        row = node.item(tx, options["name"])
        purposes = tuple(row["facts"]["purposes"]) or ((options["purpose"],) if options["purpose"] else ())
        originator = options["originator"] or row["facts"]["originator"] or holder(node, tx, "originator")
        officer = options["officer"] or holder(node, tx, "release-officer")
    if not purposes:
        raise USAGE(why="it was sealed for no purpose; name one with --purpose", command="sealane item release")
    return Release(
        label=label_from_json(row["label"]), to=options["to"], agreement=row["agreement"], area=options["area"],
        purpose=options["purpose"] or purposes[0], purposes=purposes, until=until, originator=originator, officer=officer,
        second=options["second"], project=options["project"], committee=options["committee"], title=options["title"],
        media_type=row["media_type"])
