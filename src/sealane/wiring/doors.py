"""The doors of a running node: which routes lead to which service, for partners, for clients and
for this machine.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from starlette.routing import BaseRoute

from sealane.adapters import logs
from sealane.adapters.provider_line import provider_line
from sealane.adapters.viewing.maker import ChildPages
from sealane.base.errors import SealaneError
from sealane.crypto.keys import PrivateKey
from sealane.decisions.decide import Decision
from sealane.http import api, authzen, log, peer, scim, wall, watch
from sealane.http.callers import Callers
from sealane.http.home_feed import HomeFeedDoor
from sealane.http.taxii import TaxiiDoor
from sealane.http.watch import Lookout
from sealane.ledger import receipt
from sealane.registry.means import Means
from sealane.services import dispatch
from sealane.services.deciding.decision import decide_now
from sealane.services.dialogue import alarms
from sealane.services.exchange import arrival
from sealane.services.register.accounts import Accounts
from sealane.services.register.provider import Provider
from sealane.services.statements.refusal_limits import Crowd
from sealane.web import console
from sealane.web.words import say
from sealane.wiring import watching
from sealane.wiring.office import office_of
from sealane.wiring.opentdf_routes import opentdf_routes
from sealane.wiring.site import Site

T = TypeVar("T")
logger = logging.getLogger("sealane.peer")


def for_partners(site: Site) -> list[BaseRoute]:
    """What a partner's node reaches, behind the wall: statements, and the logs that it is a side
    of.
    """
    node = site.node
    return [
        *peer.routes(
            _heard(lambda data: dispatch.answer(node, data)),
            _heard(
                lambda data: arrival.judged(  # type: ignore[arg-type,return-value]
                    node, data, mismatched=alarms.arrival_mismatched
                )
            ),
            renew=_heard(lambda data: dispatch.answer(node, data, types={"card.renewed"})),
            renews=wall.renews,
        ),
        *log.routes(
            site.board, allow=lambda request, board: wall.partner_of(request) == board.reader
        ),
    ]


def _heard(answer: Callable[[bytes], T]) -> Callable[[bytes], T]:
    """The same, with what it comes to in the logs, by the statement's digest."""

    def hear(data: bytes) -> T:
        with logs.within(statement=receipt.digest(data)):
            try:
                made = answer(data)
            except SealaneError as error:
                logger.info("statement.refused", extra={"code": error.code})
                raise
            logger.info("statement.answered")
            return made

    return hear


def for_clients(site: Site, crowd: Crowd) -> list[BaseRoute]:
    """What unmodified OpenTDF clients reach: key access, and an embedded node's own tokens."""
    settings = site.node.settings
    return list(
        opentdf_routes(
            site.node,
            origin=settings.kas_origin,
            wrapping=lambda: site.node.own_card().kas,
            issuer=site.issuer,
            crowd=crowd,
            built_in=settings.profile != "production",
            signer=PrivateKey.derived(site.secret, "sealane built-in token issuer"),
        )
    )


def on_this_machine(
    site: Site, clients: list[BaseRoute], crowd: Crowd, out: Lookout | None = None
) -> list[BaseRoute]:
    """Everything that listens on loopback: the clients' door, and what is behind the sign-in."""
    return [*clients, *behind_sign_in(site, crowd, out)]


def behind_sign_in(
    site: Site, crowd: Crowd | None = None, out: Lookout | None = None
) -> list[BaseRoute]:
    """What people and programs of this machine reach: the local API, AuthZEN and the console,
    behind one sign-in; and what machines ask of the node.

    Args:
        out: where it counts already.
    """
    node = site.node
    crowd = crowd or Crowd()
    accounts = Accounts(node, site.secret, crowd=crowd)
    callers = Callers(accounts, accounts.cookie)
    out = out or watching.lookout(site, crowd)
    checks = partial(watch.checked, out)
    office = office_of(site, accounts=accounts, checks=checks)

    def ask(request: dict[str, Any]) -> Decision:
        """The one door's answer: the agreement's decision, and the nation's own forbids upon it."""
        with node.store.reading() as tx:
            return decide_now(node, tx, request, known_words_only=True)

    evaluations = api.guarded(
        authzen.routes(authzen.asking(ask), base_url=node.settings.console_origin),
        callers,
        free=("/.well-known/authzen-configuration",),
    )
    logs = api.guarded(
        log.reading_routes(site.board, allow=lambda *_: True),
        callers,
        staff=True,
    )
    return [
        *watch.routes(out),
        *api.routes(
            office,
            callers,
            feeding=watching.feeding(site),
            home=HomeFeedDoor(node, callers, say),
        ),
        *scim.routes(node, crowd),
        *TaxiiDoor(node, callers, crowd).routes(),
        *evaluations,
        *logs,
        *console.routes(
            node,
            secret=site.secret,
            marks=office.marks,
            accounts=accounts,
            office=office,
            checks=checks,
            known=provider(site, accounts),
            pages=ChildPages(),
        ),
    ]


def for_cards(site: Site, crowd: Crowd) -> list[BaseRoute]:
    """The door that asks for client certificates: signing in, and nothing else."""
    accounts = Accounts(site.node, site.secret, crowd=crowd)
    return console.card_door(site.node, accounts)


def provider(site: Site, accounts: Accounts) -> Provider | None:
    """The nation's identity provider, where the deployment takes it. Raises: Misconfigured
    `settings.oidc_ca`.
    """
    settings = site.node.settings
    if Means.OIDC not in settings.means:
        return None
    return Provider(site.node, accounts, provider_line(settings))
