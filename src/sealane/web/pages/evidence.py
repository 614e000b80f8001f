"""Proofs in one click: an entry of an item's history as a tlog-proof, and the stand-alone page that
checks an evidence file without a network.

Spec: R52, R59; docs/console.md §The timeline; spec/evidence.md.
"""

from __future__ import annotations

from sealane.base.errors import NotFound, declare
from sealane.registry.who_may import Act
from sealane.services.deciding.reach import sight_of
from sealane.services.ledgers import proofs
from sealane.services.register import acts, views
from sealane.web import acting
from sealane.web.shell import Shell
from sealane.web.visit import Reply, Visit, saved

NO_ENTRY = declare(
    "web.no_entry",
    NotFound,
    "No such entry is about this item.",
    "この項目に関するその記録はありません。",
    "Choose an entry on the item's page.",
    "項目のページから記録を選んでください。",
)


def proof(shell: Shell, visit: Visit) -> Reply:
    """The C2SP tlog-proof of one entry about an item, under the newest head that covers it. Raises:
    NotFound `web.no_entry`, `ledger.not_yet_proven`.
    """
    node, name = shell.node, visit.params["item"]
    origin, index = visit.query.get("origin", ""), acting.number_of(visit.query.get("index"))
    with node.store.reading() as tx:
        # to whom it is not shown it is not there, whatever else would be said
        views.require_seen(node, tx, name, sight_of(node, tx, visit.person))
        acts.require(node, tx, Act.SEE_HISTORY, visit.actor)
        refs = node.records.entry_refs.find(
            tx, order="index", item=name, origin=origin, index=index, limit=1
        )
        if index is None or not refs:
            raise NO_ENTRY()
        made = proofs.prove(tx, node.log(origin), index)
    return saved(made.encode(), f"{name}-{index}.tlog-proof", "text/plain")


def verifier(shell: Shell, _: Visit) -> Reply:
    """The page that checks an evidence file, to be kept and opened where there is no network."""
    return saved(shell.office.logs.page(), "sealane-verify.html", "text/html")
