"""Process roles: `sealane node serve` answers partners, people and clients, in any number;
`sealane node work` publishes and delivers, one at a time; `sealane node run` is both.

The peer door is TLS 1.3 with both sides proven; the console and the local APIs listen on loopback.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from starlette.applications import Starlette
from starlette.types import ASGIApp

from sealane import __version__
from sealane.adapters import logs, tls, tracing
from sealane.adapters.hardening import PROTECTIONS, harden_process
from sealane.adapters.listening import bound
from sealane.base.pace import Patience
from sealane.http.forwarded import BehindProxy
from sealane.http.pacing import PATIENCE, Paced
from sealane.http.partner_door import Measured, MeasuredConnection
from sealane.http.serve import serve_http2
from sealane.http.tracked import Tracked
from sealane.http.wall import ProvenConnection
from sealane.registry.means import Means
from sealane.services import spans
from sealane.services.statements import partner_counts
from sealane.services.statements.journal import record
from sealane.services.statements.partner_limits import PartnerLimits
from sealane.services.statements.refusal_limits import Crowd, record_sums
from sealane.services.statements.shared_measures import shared
from sealane.settings import Settings
from sealane.wiring import doors, watching
from sealane.wiring.lanes import Chores
from sealane.wiring.machines import joined
from sealane.wiring.pins import Pins
from sealane.wiring.site import Site
from sealane.wiring.work import Work

TURN_SECONDS = 0.001
WORKERS = 256
"""Threads for pages and keys, made as they are needed: many more than the calls to partners that
people may wait for (`adapters.peers`), which are few for each partner.
"""

logger = logging.getLogger("sealane")


class Server(uvicorn.Server):
    """A server whose signals are the process's business, so that several run in one loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(frozen=True, slots=True)
class Listening:
    """The ports of one process that serves, where they are not those of the settings."""

    console: int = 0
    peer: int = 0
    opentdf: int = 0

    def console_port(self, settings: Settings) -> int:
        return self.console or settings.console_port

    def peer_port(self, settings: Settings) -> int:
        return self.peer or settings.peer_port

    def opentdf_port(self, settings: Settings) -> int:
        return settings.opentdf_port and (self.opentdf or settings.opentdf_port)


@dataclass(frozen=True, slots=True)
class Doors:
    """What one process that serves opens beside its console."""

    partners: Server
    outside: tls.CertificateFile | None
    """The certificate of the TLS door for OpenTDF clients; None: there is no such door."""
    people: tls.CertificateFile | None
    """That of the console and of the door for cards; None: the console speaks plain HTTP."""
    at: Listening


def run(site: Site, ready: Callable[[], None]) -> None:
    """Serve and work until SIGINT or SIGTERM; every acknowledged act is durable before its answer,
    so stopping loses nothing.

    Raises: Misconfigured `node.running`, `settings.*`.
    """
    with joined(site.folder, site.node.settings, first=True) as stand:
        _started(site)
        work = Work(site)
        work.start()
        try:
            _serving(site, ready, Listening(), stand)
        finally:
            work.stop()
            site.dispose()


def serve(site: Site, ready: Callable[[], None], at: Listening) -> None:
    """Serve partners, people and clients, beside any number of others, until SIGINT or SIGTERM.

    Raises: Misconfigured `node.running`, `settings.*`.
    """
    with joined(site.folder, site.node.settings, first=False) as stand:
        _started(site)
        try:
            _serving(site, ready, at, stand)
        finally:
            site.dispose()


def work(site: Site, ready: Callable[[], None]) -> None:
    """Work for the node whenever this process leads, and stand by while another does, until SIGINT
    or SIGTERM. Raises: Misconfigured `node.running`.
    """
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with joined(site.folder, site.node.settings, first=False) as stand:
        _started(site)
        working = Work(site, stand)
        working.start()
        ready()
        try:
            over.wait()
        finally:
            working.stop()
            site.dispose()


def _started(site: Site) -> None:
    """Protect the process, and say on record that it began and what the system did not grant."""
    logs.begin(site.node.settings.log_level)
    if site.node.settings.tracing_url:
        collector = tracing.provider(site.node.settings.tracing_url, site.node.settings.node)
        spans.tell(tracing.spans(collector, logs.context))
    held = harden_process()
    lacking = [protection for protection in PROTECTIONS if protection not in held]
    if lacking:
        logger.warning("protection.lacking", extra={"lacking": ", ".join(lacking)})
    with site.node.store.writing() as tx:
        record(site.node, tx, "node.started", version=__version__, lacking=lacking)
    # who leads sweeps the node's containers, maybe at another machine; spools are each machine's
    if swept := site.node.blobs.sweep():
        logger.info("containers.swept", extra={"count": swept})


def _serving(
    site: Site, ready: Callable[[], None], at: Listening, stand: Callable[[], object]
) -> None:
    node, settings = site.node, site.node.settings
    tls.require_named(site.identity, settings.peer_name, settings.peer_port)
    people = tls.CertificateFile(settings.console_tls) if settings.console_tls else None
    outside = tls.CertificateFile(settings.opentdf_tls) if settings.opentdf_tls else None
    crowd = Crowd(settings.refusals_a_minute)
    limits = PartnerLimits(settings, shared(node))
    partners = PartnerDoor(site, limits)
    chores = Chores(
        [
            partners.let_in,
            partners.show_newest,
            site.keys.take_up,
            stand,
            *(file.show_newest for file in (people, outside) if file is not None),
            lambda: record_sums(node, crowd),
            lambda: partner_counts.settle(node, limits),
        ],
        site.wake,
    )
    chores.start()
    try:
        asyncio.run(_serve(site, Doors(partners.server, outside, people, at), ready, crowd))
    finally:
        chores.stop()
        record_sums(node, crowd, everything=True)
        partner_counts.settle(node, limits)


async def _serve(site: Site, opened: Doors, ready: Callable[[], None], crowd: Crowd) -> None:
    """All doors of the node, until a signal ends them; `ready` is called when partners' is open."""
    settings, stop, partners, at = site.node.settings, asyncio.Event(), opened.partners, opened.at
    current_default_thread_limiter().total_tokens = WORKERS
    clients = doors.for_clients(site, crowd)
    out = watching.lookout(site, crowd)
    out.sample.begin()  # what happens from now on is counted, whenever somebody first looks
    local_routes = Starlette(routes=doors.on_this_machine(site, clients, crowd, out))
    inner: ASGIApp = tracked(site, "local", Paced(local_routes))
    if settings.proxied:
        told = Means.CERTIFICATE in settings.means
        inner = BehindProxy(inner, settings.proxies, certificates=told)
    local = bound(settings.console_bind, at.console_port(settings))
    outer: contextlib.AbstractContextManager[socket.socket | None] = contextlib.nullcontext()
    if opened.outside is not None:
        outer = bound(settings.host, at.opentdf_port(settings))
    partner_door = bound(settings.host, at.peer_port(settings))
    shown = opened.people if settings.certificate_port else None
    cards = None if shown is None else CardDoor(site, crowd, shown)
    card_door = contextlib.nullcontext() if cards is None else cards.bound()

    def leave() -> None:
        partners.should_exit = True
        if cards is not None:
            cards.server.should_exit = True
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, leave)
    with local, partner_door, outer as client_door, card_door as card_socket:
        tasks = [
            asyncio.create_task(asyncio.to_thread(serve_partners, partners, partner_door)),
            asyncio.create_task(http2(inner, local, stop, opened.people)),
        ]
        if cards is not None and card_socket is not None:
            tasks.append(asyncio.create_task(cards.server.serve(sockets=[card_socket])))
        if client_door is not None and opened.outside is not None:
            alone = tracked(site, "opentdf", Paced(Starlette(routes=clients)))
            tasks.append(asyncio.create_task(http2(alone, client_door, stop, opened.outside)))
        while not partners.started and not any(task.done() for task in tasks):
            await asyncio.sleep(0.01)
        ready()
        await asyncio.gather(*tasks)


async def http2(
    app: ASGIApp, listener: socket.socket, stop: asyncio.Event, file: tls.CertificateFile | None
) -> None:
    """Serve at a door, by TLS where it has a certificate, which changes when its file does."""
    if file is None:
        await serve_http2(app, listener, stop)
    else:
        await serve_http2(app, listener, stop, tls=file.path, told=file.shown_by)


def tracked(site: Site, door: str, app: ASGIApp) -> Tracked:
    """A door whose every request has a number in the logs."""
    return Tracked(app, door=door, within=logs.within, entropy=site.node.host.entropy)


def serve_partners(server: Server, listener: socket.socket | None = None) -> None:
    """Serve partners in a loop of their own, with threads of their own: whatever they do there,
    pages and keys have theirs.
    """

    # a page waits for its turn of the interpreter that long behind what a partner makes us compute
    sys.setswitchinterval(TURN_SECONDS)

    async def serving() -> None:
        # as many as the calls that may be open: the door bounds them, partner by partner
        current_default_thread_limiter().total_tokens = inf
        await server.serve(sockets=None if listener is None else [listener])

    asyncio.run(serving())


class CardDoor:
    """The door that asks people for client certificates, beside the console; behind it is signing
    in, and nothing else.
    """

    def __init__(self, site: Site, crowd: Crowd, file: tls.CertificateFile) -> None:
        self._settings = settings = site.node.settings
        context = tls.card_context(file.path, settings.certificate_authorities)
        file.shown_by(context)
        app = Paced(Starlette(routes=doors.for_cards(site, crowd)))
        self.server = Server(
            uvicorn.Config(
                tracked(site, "cards", app),
                http=ProvenConnection,
                ssl_context_factory=lambda *_: context,
                proxy_headers=False,
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                timeout_graceful_shutdown=2,
                lifespan="off",
            )
        )

    def bound(self) -> socket.socket:
        """Its socket, beside the console's."""
        return bound(self._settings.console_bind, self._settings.certificate_port)


class PartnerDoor:
    """The door for partners, at the address that the settings say; a server that says nothing of
    itself.
    """

    def __init__(self, site: Site, limits: PartnerLimits, *, patience: Patience = PATIENCE) -> None:
        node, settings = site.node, site.node.settings
        self._site, self._pins, self._shown = site, Pins(site), site.identity
        self._context = tls.server_context(
            self._shown, self._pins.certificates, self._pins.note_seen
        )
        self.let_in()
        routes = Starlette(routes=doors.for_partners(site))
        measured = Measured(routes, limits, node.host.now, patience=patience)
        self.server = Server(
            uvicorn.Config(
                tracked(site, "partners", self._pins.wall(measured)),
                http=MeasuredConnection,
                host=settings.host,
                port=settings.peer_port,
                ssl_context_factory=lambda *_: self._context,
                proxy_headers=False,
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=5,
                lifespan="off",
            )
        )

    def let_in(self) -> None:
        """Trust newly enrolled partners' and renewed certificates too, without a new start."""
        self._pins.let_in(self._context)

    def show_newest(self) -> None:
        """Show this node's renewed certificate as soon as every partner knows it."""
        due = self._site.identity
        if due != self._shown:
            tls.show(self._context, due)
            self._shown = due
