"""Who reads the logs of a node's folder, and how much of their entries.

At an embedded node whoever can read the folder reads its logs, and nobody is asked. In production
the keystore's passphrase is needed for every verb; what shows entries shows the operator's edition,
and the whole to an auditor who is named and proven. Where somebody is named the table decides.
Spec: docs/who-may.md; docs/adr/0028-lists-without-the-passphrase.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from sealane.cli import access
from sealane.cli.frame import acting, node_folder
from sealane.registry.who_may import Act

if TYPE_CHECKING:
    from sealane.adapters.log import SqlLog
    from sealane.ledger.entries import Entry

    Logs = tuple[Any, list[SqlLog]]
    Edition = Callable[[Entry], Entry | None]

option = click.option("--node", "folder", metavar="DIR", required=True, help="A node's folder.")
BY = (
    "Who reads, after `sealane login` or beside --node; without it the folder's operator does, in"
    " production by the keystore's passphrase."
)


@contextmanager
def proven(folder: str, passphrase_file: str | None) -> Iterator[Logs]:
    """A snapshot of a node's logs, for what shows no entry. Raises: Misconfigured
    `node.no_database`, `settings.*`; in production `keystore.sealed`, `passphrase.missing`.
    """
    node_folder.prove_in_production(folder, passphrase_file)
    with access.node_logs(folder) as found:
        yield found


@contextmanager
def entries_for(options: Mapping[str, Any], register: str) -> Iterator[tuple[Logs, Edition]]:
    """The same for what shows entries, with what of each the reader may see; that somebody who is
    named began to read is on record.

    Raises: as `proven`, and `acting.feeding`.
    """
    from sealane.services.watch.feed import operators_edition

    def whole(entry: Entry) -> Entry | None:
        return entry

    folder = options["folder"]
    if options["person"] is None:
        edition = operators_edition if access.in_production(folder) else whole
        with proven(folder, options["passphrase_file"]) as found:
            yield found, edition
        return
    with (
        acting.feeding(options, after=None, register=register) as (site, reader),
        site.node.store.reading() as tx,
    ):
        yield (tx, access.stored_logs(tx)), whole if reader.whole else operators_edition


@contextmanager
def whole_logs(options: Mapping[str, Any]) -> Iterator[Logs]:
    """The same for what copies every entry: in production, and where somebody is named, an
    auditor's.

    Raises: as `proven`, `acting.who` and `acts.require`.
    """
    from sealane.services.register import acts
    from sealane.services.statements.journal import record

    folder, person = options["folder"], options["person"]
    if person is None and not access.in_production(folder):
        with access.node_logs(folder) as found:
            yield found
        return
    with node_folder.opened(folder, options["passphrase_file"]) as site:
        node, actor = site.node, acting.who(site, person, options["token_file"])
        with node.store.writing() as tx:
            acts.require(node, tx, Act.COPY_LEDGER, actor)
            record(node, tx, "record.read", register="ledger.copy", **actor.told())
        with node.store.reading() as tx:
            yield tx, access.stored_logs(tx)
