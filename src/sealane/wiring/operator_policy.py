"""What a node's operator signs: its policy, its own forbids, its token issuer. Each change is
recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sealane import shipped
from sealane.adapters import nodefolder, operatorpolicy, ownissuer
from sealane.adapters.cedar import read_overlay
from sealane.adapters.host import SystemHost
from sealane.base import canonical
from sealane.base.values import format_instant
from sealane.ports import Host
from sealane.protocol.trust import NationalIssuer
from sealane.registry.domain import read_domains
from sealane.registry.who_may import Act
from sealane.services.register import acts
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import record
from sealane.settings import Settings
from sealane.wiring.machines import tell_files
from sealane.wiring.site import Site, assemble, opened_site, require_level


def by_keystore(_: Site) -> Actor:
    """Whoever holds the keystore's passphrase."""
    return acts.OPERATOR


def set_policy(
    folder: Path,
    passphrase: bytes,
    *,
    accept_unverified: bool | None = None,
    overlay: bytes | None = None,
    no_overlay: bool = False,
    domains: bytes | None = None,
    by: Callable[[Site], Actor] = by_keystore,
    accredited: str | None = None,
    host: Host | None = None,
) -> Settings:
    """Write and sign the operator's policy, and record it; takes effect when the node starts next.
    Spec: R4.

    Whatever else `node.toml` says that counts only when signed is signed as it stands there.

    Args:
        accept_unverified: None leaves what was said. overlay: a nation's own forbids; None leaves
            them, unless `no_overlay` takes them away. domains: the nation's domains for the guarded
            export; None leaves them. by: who changes it, asked of the open node.
            accredited: the highest level that this deployment may handle; empty claims none.
    Raises: NotFound `person.unknown`; Refused `person.duty`, `person.second_needed`;
    Malformed `overlay.malformed`; Misconfigured `overlay.no_engine`, `keystore.*`,
    `settings.not_a_level`; Malformed `export.domains_malformed`.
    """
    settings, host = nodefolder.load(folder), host or SystemHost()
    actor = _actor(folder, settings, passphrase, by)
    keys = nodefolder.open_keys(folder, settings, passphrase)
    if accept_unverified is not None:
        settings = replace(settings, accept_unverified=accept_unverified)
    if overlay is not None:
        read_overlay(settings.party, overlay)  # refused before anything is written
    if overlay is not None or no_overlay:
        forbids = operatorpolicy.put(folder, operatorpolicy.OVERLAY, overlay)
        settings = replace(settings, overlay=forbids)
    if domains is not None:
        read_domains(domains, settings.party, shipped.schemes())
        kept = operatorpolicy.put(folder, operatorpolicy.DOMAINS, domains)
        settings = replace(settings, domains=kept)
    if accredited is not None:
        settings = replace(settings, accredited=accredited)
    require_level(settings)
    policy = operatorpolicy.sign(
        folder, settings, keys.signers("statement"), format_instant(host.now())
    )
    nodefolder.save(folder, settings)
    site = assemble(folder, settings, keys, host)
    with site.node.store.writing() as tx:
        digest = canonical.sha384(policy)
        record(site.node, tx, "settings.changed", record=digest, **actor.told())
        tell_files(folder, settings, site.node.records, tx, host)
    site.dispose()
    return settings


def _actor(
    folder: Path, settings: Settings, passphrase: bytes, by: Callable[[Site], Actor]
) -> Actor:
    """Who may change the policy, also one that is altered and is to be signed anew."""
    keys = nodefolder.open_keys(folder, settings, passphrase)
    site = assemble(folder, replace(settings, overlay="", domains=""), keys, SystemHost())
    try:
        with site.node.store.reading() as tx:
            return acts.require(site.node, tx, Act.SET_POLICY, by(site))
    finally:
        site.dispose()


def set_issuer(folder: Path, passphrase: bytes, issuer: Any | None) -> NationalIssuer | None:
    """Sign the nation's own issuer, or with None take it away, and record it; takes effect when the
    node starts next.
    """
    with opened_site(folder, passphrase) as site:
        node = site.node
        signed, national = b"", None
        if issuer is None:
            (folder / ownissuer.FILE).unlink(missing_ok=True)
        else:
            signed, national = ownissuer.sign(
                folder, node.settings, node.keys.signers("statement"), issuer, node.now()[1]
            )
        with node.store.writing() as tx:
            record(node, tx, "settings.changed", record=canonical.sha384(signed))
            tell_files(folder, node.settings, node.records, tx, node.host)
    return national
