"""`sealane item release` and `item vouch`: registered earlier, released now; and a reader's word at
the partner's key service.

Spec: R20, R30, R35, R60.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, alone, read_bytes
from sealane.cli.frame.asking import ask
from sealane.cli.registry.release import Warnings, answered, terms


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
@click.option(
    "--to",
    required=True,
    multiple=True,
    metavar="PARTY",
    help="A recipient; give it again, or several with commas. What `seal --to` sealed goes to one.",
)
@click.option(
    "--each",
    is_flag=True,
    help="Serve each recipient that may be served; otherwise all of them or none.",
)
@click.option("--area", default=None, help="Subject area; default: as it was registered.")
@click.option("--purpose", default=None, help="Default: the first that it was registered for.")
@click.option(
    "--also-purpose", "also", multiple=True, help="Further purposes the recipient may use it for."
)
@click.option(
    "--agreement",
    default=None,
    metavar="ID",
    help="Default: the one it was sealed under, or the only one held with all of them.",
)
@terms
@click.option(
    "--title", default=None, help="Short title for both registers; default: as registered."
)
@click.option(
    "--reference", default=None, help="Your own reference: asking again with it never shares twice."
)
def release(**options: Any) -> Answer:
    """Release an item that is registered here and was given to nobody yet: registered without a
    file, derived, or sealed with `seal --to`.
    """
    from sealane.services.exchange.stated_release import recipients

    heard = Warnings()
    told = ask(
        options,
        "items.release",
        item=options["name"],
        to=recipients(options["to"]),
        also_purpose=options["also"],
        warn=heard.say,
        **{one: options[one] for one in STATED},
    )
    return answered(told, heard)


STATED = (
    "each",
    "area",
    "purpose",
    "agreement",
    "until",
    "originator",
    "project",
    "activity",
    "committee",
    "elements",
    "title",
    "reference",
    "reason",
)
"""Options that go as they are."""
VERBS = (vouch, release)
"""What this module adds to its group, in the order of the help."""
