"""A new internal log after the end of the old one was lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sealane.adapters import nodefolder, operatorpolicy
from sealane.adapters.host import SystemHost
from sealane.base.values import format_instant
from sealane.ports import Host
from sealane.services.statements.journal import record
from sealane.wiring.agreement_logs import anchor
from sealane.wiring.machines import tell_files
from sealane.wiring.site import assemble


def begin_internal(folder: Path, passphrase: bytes, *, host: Host | None = None) -> str:
    """Begin a new internal log because the end of the old one was lost with a restored backup; its
    origin.

    The old log stays as it is and is never signed again, so that no two heads of one origin
    contradict.
    """
    settings, host = nodefolder.load(folder), host or SystemHost()
    keys = nodefolder.open_keys(folder, settings, passphrase)
    lost = settings.internal_origin
    while (
        anchor(folder, settings, settings.internal_log).load() is not None
        or settings.internal_origin == lost
    ):
        number = int(settings.internal_log.partition("-")[2] or 1)
        settings = replace(settings, internal_log=f"internal-{number + 1}")
    operatorpolicy.sign(folder, settings, keys.signers("statement"), format_instant(host.now()))
    nodefolder.save(folder, settings)
    site = assemble(folder, settings, keys, host)
    with site.node.store.writing() as tx:
        record(site.node, tx, "log.opened", origin=settings.internal_origin)
        record(site.node, tx, "log.restored", origin=lost)
        tell_files(folder, settings, site.node.records, tx, host)
    site.dispose()
    return settings.internal_origin
