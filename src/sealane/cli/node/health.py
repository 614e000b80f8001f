"""`sealane node health`: whether a node's process on this machine serves; for health checks, which
hold no key.

Spec: spec/interfaces.md §8; docs/operators.md §Watch.
"""

from __future__ import annotations

from pathlib import Path

import click

from sealane.base.errors import Unavailable, declare
from sealane.cli.frame.answer import Answer, alone

SILENT = declare(
    "node.silent",
    Unavailable,
    "No process of the node in {folder} answers at its console's port.",
    "{folder} のノードのプロセスは、コンソールのポートで応答しません。",
    "Start it, or look at what it said when it started.",
    "起動するか、起動時の表示を確認してください。",
)
UNREADY = declare(
    "node.unready",
    Unavailable,
    "The node in {folder} answers, and a check failed: {failed}.",
    "{folder} のノードは応答していますが、検査に失敗しています：{failed}。",
    "Ask `/readyz` on this machine: it says of each check what to do.",
    "この機器から `/readyz` に問い合わせてください。検査ごとに対処が示されます。",
)


@alone("health")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--ready", is_flag=True, help="Ask for its checks too: store, keys, clock, ledgers.")
@click.option(
    "--console-port",
    "port",
    default=0,
    type=click.IntRange(0, 65_535),
    help="Where a `node serve` listens that was told another port than node.toml's.",
)
def health(*, folder: Path, ready: bool, port: int) -> Answer:
    """Ask the node's own process on this machine whether it serves; needs no passphrase. Exit 3
    while it does not.
    """
    from sealane.adapters import health as asking
    from sealane.adapters import nodefolder

    settings = nodefolder.load(folder)
    status, told = asking.ask(settings, asking.READY if ready else asking.ALIVE, port)
    if status == 0:
        raise SILENT(folder=folder)
    checks = told.get("checks", {}) if isinstance(told, dict) else {}
    failed = sorted(name for name, one in checks.items() if one["state"] == "failed")
    if status != 200:
        raise UNREADY(folder=folder, failed=", ".join(failed) or str(status))
    states = {name: one["state"] for name, one in checks.items()}
    return Answer({"serves": True, "checks": states or None}, "ok")


VERBS = (health,)
"""What this module adds to its group, in the order of the help."""
