"""The death of a stopped node's wrapping key, recorded in its internal log."""

from __future__ import annotations

from pathlib import Path

from sealane.services.opening import key_parts
from sealane.services.statements.journal import record
from sealane.wiring.machines import alone, tell_keys
from sealane.wiring.site import Site, opened_site


def destroy_key(folder: Path, passphrase: bytes, kid: str, *, force: bool) -> str:
    """Erase a wrapping key that a rotation put by, and record its death; the suite it served. The
    node must be stopped.

    Raises: Misconfigured `node.running`; NotFound `keystore.no_key`; Conflict `key.in_use` unless
    `force`.
    """
    with alone(folder), opened_site(folder, passphrase) as site:
        using = key_parts.wrapped_to(site.node, kid)
        if using and not force:
            raise key_parts.IN_USE(kid=kid, count=len(using), details={"items": using[:100]})
        with site.node.store.writing() as tx:
            suite = _suite_of(site, kid)
            if suite is not None:
                record(site.node, tx, "key.retired", kid=kid, suite=suite, role="kas")
            destroyed = site.keys.destroy(kid)
            node = site.node
            tell_keys(node.settings, node.records, tx, site.keys, node.host)
        return destroyed.suite


def _suite_of(site: Site, kid: str) -> str | None:
    for key in site.keys.inventory():
        if key["kid"] == kid:
            return str(key["alg"])
    return None
