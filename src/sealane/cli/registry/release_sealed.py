"""`sealane item release` and `item vouch`: sealed earlier, released now; and a reader's word at the
partner's key service.

Spec: R20, R30, R35, R60.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, alone, read_bytes
from sealane.cli.registry.release import say_warning, signatures, terms, told


@alone("vouch")
@click.argument("name", metavar="ID")
@click.option("--purpose", required=True)
@click.option(
    "--client-key",
    "client_key",
    required=True,
    metavar="PEM",
    help="The public key the client will ask with.",
)
@acting.at_node("The reader.")
def vouch(*, name: str, purpose: str, client_key: str, **options: Any) -> Answer:
    """State a reader's facts for one call of an OpenTDF client at the partner's key service;
    good for a minute.
    """
    from sealane.services.opening import reader_statement

    pem = read_bytes(client_key, limit=16384).decode("ascii", "replace")
    with acting.acting(options) as (site, reader):
        data = reader_statement.vouch(
            site.node, name, person=reader, purpose=purpose, client_key=pem
        )
    return Answer({"item": name, "statement": data.decode()}, data.decode())


@alone("release")
@click.argument("name", metavar="ID")
@click.option("--to", required=True, metavar="PARTY")
@click.option("--area", required=True, help="Subject area of the agreement.")
@click.option("--purpose", default=None, help="Default: the purpose it was sealed for.")
@terms
@click.option("--title", default="", help="Short title for both registers.")
def release(**options: Any) -> Answer:
    """Release an item that was sealed with `seal --to`: decide, record, queue; the file may
    travel by hand.
    """
    from sealane.services.exchange import outbox
    from sealane.services.exchange import release as releasing

    with acting.acting(options) as (site, officer):
        asked = _asked(site, officer, options)
        found = releasing.release_sealed(site.node, options["name"], asked, say_warning)
        sent = outbox.deliver_due(site.node, item=found.item)
        return told(site.node, found, sent, asked)


def _asked(site: Any, officer: Any, options: dict[str, Any]) -> Any:
    from sealane.cli.frame.answer import USAGE
    from sealane.labels.model.label import label_from_json
    from sealane.services.exchange.release import Release
    from sealane.services.exchange.stated_release import holder, until_of

    node, until = site.node, until_of(site.node, options["until"])
    signed = signatures(site, officer, options)
    with node.store.reading() as tx:
        row = node.item(tx, options["name"])
        purposes = tuple(row.facts["purposes"]) or (
            (options["purpose"],) if options["purpose"] else ()
        )
        originator = (
            options["originator"] or row.facts["originator"] or holder(node, tx, "originator")
        )
    if not purposes:
        raise USAGE(
            why="it was sealed for no purpose; name one with --purpose",
            command="sealane item release",
        )
    return Release(
        label=label_from_json(row.label),
        to=(options["to"],),
        agreement=row.agreement,
        area=options["area"],
        purpose=options["purpose"] or purposes[0],
        purposes=purposes,
        until=until,
        originator=originator,
        **signed,
        project=options["project"],
        committee=options["committee"],
        title=options["title"],
        media_type=row.media_type,
    )


VERBS = (vouch, release)
"""What this module adds to its group, in the order of the help."""
