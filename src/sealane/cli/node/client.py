"""`sealane client ...`: the OpenTDF clients that a node lets in, each for one person.

Spec: spec/key-access.md §4.2, §8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sealane.cli import access
from sealane.cli.frame import node_folder as sites
from sealane.cli.frame import passphrase
from sealane.cli.frame.answer import Answer, verb

if TYPE_CHECKING:
    from sealane.wiring.site import Site


@click.group()
def client() -> None:
    """OpenTDF clients of a node: enrol one for a person, list them, let one go."""


@verb(client, "add")
@click.argument("name", metavar="ID")
@click.option("--node", "folder", required=True, help="The node's folder.")
@click.option("--person", required=True, help="The person the client acts for, as registered.")
@click.option(
    "--kind",
    type=click.Choice(["none", "go-sdk", "java-sdk", "web-sdk", "otdf-python"]),
    default="none",
    help="Which released client it is; names the exceptions it needs.",
)
@click.option("--purpose", default=None, help="The purpose of a call that names none.")
@passphrase.option
def add(
    *,
    name: str,
    folder: str,
    person: str,
    kind: str,
    purpose: str | None,
    passphrase_file: str | None,
) -> Answer:
    """Enrol a client and print its secret, once; in production print an invitation, which the
    person redeems with `people redeem`.
    """
    from sealane.services.opentdf import clients

    rule = clients.EXCEPTIONS[kind]
    terms = {"id": name, "rule": rule, "purpose": purpose}
    with sites.opened(folder, passphrase_file) as site:
        if site.node.settings.profile == "production":
            return _invited(site, person, terms)
        with site.node.store.writing() as tx:
            site.node.person(tx, person)
            office = clients.Office.of(site.node)
            secret = clients.enrol(
                office, tx, client=name, person=person, rule=rule, purpose=purpose
            )
    return Answer({**terms, "person": person, "secret": secret}, secret)


def _invited(site: Site, person: str, terms: dict[str, Any]) -> Answer:
    from sealane.services.register.acts import OPERATOR
    from sealane.services.register.invitations import CLIENT, Invitations

    made = Invitations(site.node, site.secret).issue(person, CLIENT, by=OPERATOR, **terms)
    return Answer({**terms, "person": person, "invitation": made}, made)


@verb(client, "list")
@click.option("--node", "folder", required=True, help="The node's folder.")
def list_(folder: str) -> Answer:
    """Every client ever enrolled; no secrets."""
    from sealane.services.opentdf import clients

    office = access.client_office(folder)
    with office.store.reading() as tx:
        rows = clients.listed(office, tx)
    text = "\n".join(
        f"{row['id']}  {row['person']}  {row['since']}  {row['ended'] or '-'}" for row in rows
    )
    return Answer({"clients": rows}, text or "-")


@verb(client, "end")
@click.argument("name", metavar="ID")
@click.option("--node", "folder", required=True, help="The node's folder.")
@passphrase.option
def end(name: str, folder: str, passphrase_file: str | None) -> Answer:
    """Let a client go; its next call is refused."""
    from sealane.services.opentdf import clients

    with sites.opened(folder, passphrase_file) as site, site.node.store.writing() as tx:
        clients.let_go(clients.Office.of(site.node), tx, client=name)
    return Answer({"id": name, "ended": True}, name)
