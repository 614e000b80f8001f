"""Opening a node's folder for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from sealane.base.errors import Misconfigured, declare
from sealane.cli import access
from sealane.cli.frame import passphrase

if TYPE_CHECKING:
    from sealane.services.ledgers.pair import Partnership
    from sealane.wiring.site import Site

NO_NODE_GIVEN = declare(
    "node.not_given",
    Misconfigured,
    "No node was given.",
    "ノードが指定されていません。",
    "Give --node DIR.",
    "--node DIR を指定してください。",
)
option = click.option("--node", "folder", metavar="DIR", default=None, help="The node's folder.")


@contextmanager
def opened(folder: str | None, passphrase_file: str | None) -> Iterator[Site]:
    """The node, open for the length of a command. Raises: Misconfigured `node.not_given`,
    `keystore.sealed`.
    """
    if folder is None:
        raise NO_NODE_GIVEN()
    with opened_with(folder, passphrase.read(passphrase_file)) as site:
        yield site


def prove_in_production(folder: str, passphrase_file: str | None) -> None:
    """That who reads a production node's folder holds its keystore's passphrase; at an embedded
    node nobody is asked.

    Raises: Misconfigured `settings.*`, `passphrase.missing`, `keystore.*`.
    """
    if access.in_production(folder):
        access.prove_keystore(folder, passphrase.read(passphrase_file))


@contextmanager
def opened_with(folder: str, secret: bytes) -> Iterator[Site]:
    """The same with the passphrase in hand. Raises: Misconfigured `keystore.sealed`."""
    from sealane.wiring.site import open_site

    site = open_site(folder, secret)
    try:
        yield site
    finally:
        site.dispose()


def partnerships(
    site: Site, party: str, agreement: str | None = None
) -> list[tuple[str, Partnership]]:
    """The ledgers kept with a partner, by agreement; at least one. Raises: Misconfigured
    `ledger.no_partner`.
    """
    from sealane.wiring.office import ledgers_of

    return ledgers_of(site).with_partner(party, agreement)


def kept_ledgers(
    site: Site, party: str | None, agreement: str | None
) -> list[tuple[str, str, Partnership]]:
    """Partner, agreement and the ledgers kept under it: of one partner, or of all. A node may have
    no partner yet. Raises: Misconfigured `ledger.no_partner`: none with the one that is named.
    """
    if party is not None:
        return [(party, *one) for one in partnerships(site, party, agreement)]
    return [one for one in site.partnerships() if agreement in (None, one[1])]


def partnership(site: Site, party: str, agreement: str | None = None) -> tuple[str, Partnership]:
    """The first of them. Raises: Misconfigured `ledger.no_partner`."""
    return partnerships(site, party, agreement)[0]
