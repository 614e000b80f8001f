"""The folder of another machine of a node: what every machine has to have, and nothing of what lies
where all of them reach it.

Spec: docs/operators.md "Several machines"; docs/adr/0044-several-machines.md.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sealane.adapters import folder_age, keys, nodefolder, operatorpolicy, ownissuer
from sealane.adapters.outputs import write_whole
from sealane.base.errors import Misconfigured, declare
from sealane.ports import Host
from sealane.services.register.acts import OPERATOR
from sealane.services.statements.journal import record
from sealane.settings import SQLITE, Settings
from sealane.wiring.site import opened_site

COPIED = (
    keys.FILE,
    nodefolder.CERTIFICATE,
    operatorpolicy.FILE,
    operatorpolicy.OVERLAY,
    ownissuer.FILE,
    folder_age.FILE,
)
"""What another machine's folder holds beside its settings."""

NOT_SHARED = declare(
    "node.not_shared",
    Misconfigured,
    "Another machine would not reach what this node keeps: {settings}.",
    "別の機器からこのノードの保管先に届きません：{settings}。",
    "Move it where every machine reaches it: docs/operators.md, Several machines.",
    "すべての機器から届く場所に移してください（docs/operators.md「Several machines」）。",
)


def copy(
    folder: Path, passphrase: bytes, out: Path, *, listen: str = "", host: Host | None = None
) -> Settings:
    """Make the folder for another machine of a node, recorded before anything is written; its
    settings. It is known where it was known, wherever that machine listens.

    Args:
        listen: the address that the other machine listens on for partners; empty: the same.
    Raises: Misconfigured `node.exists`, `node.not_shared`, `keystore.*`, `settings.*`; Unavailable
    `node.in_doubt`, `node.behind`, `store.*`.
    """
    with opened_site(folder, passphrase, host=host) as site:
        there = _elsewhere(folder, site.node.settings, listen)
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise nodefolder.NODE_EXISTS(path=out)
        with site.node.store.writing() as tx:
            site.node.require_current(tx)
            record(site.node, tx, "folder.copied", **OPERATOR.told())
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        out.chmod(0o700)
        for name in COPIED:
            if (folder / name).is_file():
                write_whole(out / name, (folder / name).read_bytes())
        nodefolder.save(out, there)  # last: a folder without its settings is no node's
    return there


def _elsewhere(folder: Path, settings: Settings, listen: str) -> Settings:
    """The settings of another machine. Raises: Misconfigured `node.not_shared`."""
    within = {
        "database": settings.database == SQLITE,
        "blobs": not settings.blobs,
        "heads": not nodefolder.heads_apart(folder, settings),
    }
    there = replace(settings, peer_url=settings.peer_origin, host=listen or settings.host)
    # where OpenTDF clients reach the node stands in containers, and so is one address
    within["opentdf_url"] = there.kas_origin != settings.kas_origin
    if lacking := [name for name, kept in within.items() if kept]:
        raise NOT_SHARED(settings=", ".join(lacking))
    return there
