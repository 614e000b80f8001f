"""`sealane node run`, `serve` and `work`: the processes of a node.

Spec: spec/interfaces.md §1 (nodes); docs/operators.md "Several processes".
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sealane.cli.frame import passphrase
from sealane.cli.frame.answer import Answer, alone, speaker

if TYPE_CHECKING:
    from sealane.wiring.site import Site

_folder = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
_PORT = click.IntRange(0, 65_535)


@alone("run")
@_folder
@passphrase.option
def run(*, folder: Path, passphrase_file: str | None) -> Answer:
    """Serve partners and the console, and work for the node, until stopped: `serve` and `work` in
    one process.
    """
    from sealane import run as processes
    from sealane.adapters.keys import SERVING, WORKING

    return _until_stopped(
        folder,
        passphrase_file,
        SERVING | WORKING,
        lambda site: processes.run(site, lambda: _tell_served(site)),
    )


@alone("serve")
@_folder
@click.option("--console-port", default=0, type=_PORT, help="0: the one in node.toml.")
@click.option("--peer-port", default=0, type=_PORT, help="0: the one in node.toml.")
@click.option("--opentdf-port", default=0, type=_PORT, help="0: the one in node.toml.")
@passphrase.option
def serve(
    *,
    folder: Path,
    console_port: int,
    peer_port: int,
    opentdf_port: int,
    passphrase_file: str | None,
) -> Answer:
    """Serve partners and the console until stopped, beside any number of other processes of the
    node; publishing and delivering are left to `node work`.
    """
    from sealane import run as processes
    from sealane.adapters.keys import SERVING

    at = processes.Listening(console_port, peer_port, opentdf_port)
    return _until_stopped(
        folder,
        passphrase_file,
        SERVING,
        lambda site: processes.serve(site, lambda: _tell_served(site), at),
    )


@alone("work")
@_folder
@passphrase.option
def work(*, folder: Path, passphrase_file: str | None) -> Answer:
    """Publish, be witnessed, deliver and sweep for the node until stopped; of several, one leads
    and the others stand by.
    """
    from sealane import run as processes
    from sealane.adapters.keys import WORKING

    return _until_stopped(
        folder,
        passphrase_file,
        WORKING,
        lambda site: processes.work(site, lambda: _tell_ready(site)),
    )


def _until_stopped(
    folder: Path, secret: str | None, roles: Collection[str], part: Callable[[Site], None]
) -> Answer:
    """Open the node with the keys of its part alone, and play it."""
    from sealane.adapters.hardening import harden_process
    from sealane.wiring.site import open_site

    harden_process()  # before a key is in memory; once more when it is
    site = open_site(folder, passphrase.read(secret), roles=roles)
    with speaker().progress.paused():
        part(site)
    return Answer({"stopped": True})


def _tell_served(site: Site) -> None:
    """For people on a terminal; else it is an event among the others."""
    settings = site.node.settings
    address = f"{settings.console_origin}/"
    if not sys.stderr.isatty():
        told = {"node": settings.node, "peer": settings.peer_origin, "console": address}
        logging.getLogger("sealane").info("node.ready", extra=told)
        return
    speaker().tell(
        f"{settings.node} ({settings.party}) serves partners at {settings.peer_origin} and its"
        f" console at {address}",
        f"{settings.node}（{settings.party}）稼働中。相手国向け {settings.peer_origin}、"
        f"コンソール {address}",
    )


def _tell_ready(site: Site) -> None:
    settings = site.node.settings
    if not sys.stderr.isatty():
        logging.getLogger("sealane").info("work.ready", extra={"node": settings.node})
        return
    speaker().tell(
        f"{settings.node} ({settings.party}): ready to work",
        f"{settings.node}（{settings.party}）：処理を待機中",
    )


VERBS = (run, serve, work)
"""What this module adds to its group, in the order of the help."""
