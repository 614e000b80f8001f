"""The office of an open node: what its operations reach.

Spec: docs/adr/0038-one-operation-an-act.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sealane import shipped
from sealane.adapters.paper import pdf_of
from sealane.adapters.stored_logs import stored_logs
from sealane.adapters.witness_book import SqlWitness
from sealane.office.operation import NodeOffice
from sealane.services.exchange import outbox
from sealane.services.exchange.outbox import Sent
from sealane.services.ledgers.at_hand import LedgersAtHand, LogAtHand
from sealane.services.register.accounts import Accounts
from sealane.wiring.site import Site


def stored(tx: Any) -> list[LogAtHand]:
    """Every log of a database, own ones first."""
    return [LogAtHand(log.role, log) for log in stored_logs(tx)]


def ledgers_of(site: Site) -> LedgersAtHand:
    """The ledgers of a site."""
    return LedgersAtHand(
        stored=stored,
        book=SqlWitness(),
        partnerships=site.partnerships,
        internal=site.publisher,
        peer=site.peer,
        page=shipped.verifier_page,
    )


def office_of(
    site: Site,
    *,
    accounts: Accounts | None = None,
    deliver: Callable[[str], Sequence[Sent]] | None = None,
    checks: Callable[[], dict[str, dict[str, Any]]] = dict,
) -> NodeOffice:
    """The office of a site.

    Args:
        accounts: who signs in, where a process serves them.
        deliver: how what waits about an item leaves; else as much of it as leaves at once.
        checks: the node's health, by check, where a process looks at it.
    """
    node = site.node

    def marks() -> list[dict[str, Any]]:
        proven = []
        for party, agreement, ledgers in site.partnerships():
            with node.store.reading() as tx:
                told = ledgers.publisher.marks(tx).as_json()
            proven.append({"agreement": agreement, "partner": party, **told})
        return proven

    def at_once(item: str) -> Sequence[Sent]:
        return outbox.deliver_at_once(node, item=item)

    def all_at_once() -> Sequence[Sent]:
        return outbox.deliver_at_once(node)

    return NodeOffice(
        node=node,
        accounts=accounts or Accounts(node, site.secret),
        deliver=deliver or at_once,
        deliver_all=all_at_once,
        marks=marks,
        ledgers=ledgers_of(site),
        checks=checks,
        paper=pdf_of,
    )
