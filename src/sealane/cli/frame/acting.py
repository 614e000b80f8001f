"""Who acts at the command line: a name, the credential that proves it, and a second beside.

At an embedded node a name is what somebody wrote, and the ledger says so (`unproven`). In
production the person's own token proves it (`--token-file`), and reading wants a person as well.
Spec: spec/interfaces.md §6; docs/who-may.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sealane.cli.frame import node_folder, passphrase

if TYPE_CHECKING:
    from sealane.services.node import Node
    from sealane.services.register.acts import Actor
    from sealane.services.watch.places import LedgerReader
    from sealane.wiring.site import Site

F = TypeVar("F", bound=Callable[..., Any])

token = click.option(
    "--token-file",
    "token_file",
    default=None,
    metavar="F",
    help="File (or /dev/fd/N) with the own token of who acts; needed in production.",
)
second = click.option(
    "--second", "second", default=None, metavar="PERSON", help="Who stands beside."
)
second_token = click.option(
    "--second-token-file",
    "second_token_file",
    default=None,
    metavar="F",
    help="The same of the second.",
)

wait = click.option(
    "--wait",
    "wait",
    is_flag=True,
    help="Where it takes a second who is not here, let it wait for one: `sealane act`.",
)


def named(help_: str = "Who acts; not needed where the node has one person.") -> Callable[[F], F]:
    """`--as PERSON` and the credential that proves it."""

    def decorate(command: F) -> F:
        option = click.option("--as", "person", default=None, metavar="PERSON", help=help_)
        return option(token(command))

    return decorate


def by_two(help_: str) -> Callable[[F], F]:
    """`--as` and `--second`, each with a credential, for what an embedded node's operator does by
    the keystore's passphrase and a production node's people by two.
    """

    def decorate(command: F) -> F:
        return named(help_)(second(second_token(command)))

    return decorate


def at_node(help_: str = "Who acts; not needed where the node has one person.") -> Callable[[F], F]:
    """`--as` with its credential, and the node that the act is done at."""

    def decorate(command: F) -> F:
        return named(help_)(node_folder.option(passphrase.option(command)))

    return decorate


@contextmanager
def acting(options: Mapping[str, Any]) -> Iterator[tuple[Site, Actor]]:
    """The node, and who acts at it. Raises: as `node_folder.opened` and `who`."""
    with node_folder.opened(options["folder"], options["passphrase_file"]) as site:
        yield site, who(site, options["person"], options["token_file"])


@contextmanager
def feeding(
    options: Mapping[str, Any], *, after: str | None, register: str = "ledger.feed"
) -> Iterator[tuple[Site, LedgerReader]]:
    """The node, and who reads its ledger on from a cursor, or from its beginning. Raises: as
    `node_folder.opened`, `who_or_keystore` and `feed.opened`.
    """
    from sealane.services.watch import feed

    with node_folder.opened(options["folder"], options["passphrase_file"]) as site:
        actor = who_or_keystore(site, options["person"], options["token_file"])
        yield site, feed.opened(site.node, actor, after=after, register=register)


def who(site: Site, person: str | None, token_file: str | None) -> Actor:
    """Who acts, and how that is proven.

    Raises: Malformed `usage.person`: nobody is named and the node has not one person alone;
    NotFound `person.unknown`; Refused `login.required`: the token is not that person's.
    """
    from sealane.registry.person_proof import PersonProof
    from sealane.services.register.accounts import NOT_SIGNED_IN, TOKEN, Accounts
    from sealane.services.register.acts import Actor

    name = person if person is not None else _only_person(site.node)
    if token_file is None:
        return Actor(name)
    with site.node.store.reading() as tx:
        site.node.person(tx, name)
    held = passphrase.read(token_file).decode("utf-8", "replace").strip()
    ticket, _ = Accounts(site.node, site.secret).who(held, TOKEN)
    if ticket.person != name:
        raise NOT_SIGNED_IN()
    return Actor(name, PersonProof.TOKEN)


def two(site: Site, options: Mapping[str, Any]) -> Actor:
    """Who acts at a verb of the node's, with the second that is named; nobody where an embedded
    node's keystore is enough and no one is named.

    Raises: as `who`.
    """
    return beside(site, who_or_keystore(site, options["person"], options["token_file"]), options)


def beside(site: Site, actor: Actor, options: Mapping[str, Any]) -> Actor:
    """Who acts, with the second that is named, if one is. Raises: as `who`."""
    if options["second"] is None:
        return actor
    return replace(actor, second=who(site, options["second"], options["second_token_file"]))


def who_or_keystore(site: Site, person: str | None, token_file: str | None) -> Actor:
    """The same, or nobody by name where nobody is named at an embedded node: the keystore's
    passphrase was given. Raises: as `who`.
    """
    from sealane.services.register.acts import OPERATOR

    if person is None and site.node.settings.profile != "production":
        return OPERATOR
    return who(site, person, token_file)


def _only_person(node: Node) -> str:
    """The one person of a node. Raises: Malformed `usage.person`."""
    from sealane.services.register.acts import WHO

    with node.store.reading() as tx:
        found = node.records.people.find(tx, order="id", limit=100_000, ended=None)
    if len(found) != 1:
        raise WHO(count=len(found))
    return str(found[0].id)
