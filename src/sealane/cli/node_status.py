"""`sealane node status`: what a node holds, and whether it serves yet.

Spec: spec/interfaces.md §1 (nodes).
"""

from __future__ import annotations

import time
from pathlib import Path

import click

from sealane.base.errors import Unavailable, declare
from sealane.cli import node_life, passphrase
from sealane.cli.answer import Answer, speaker, verb

LOOK_EVERY = 0.1
MOST_WAIT = 3600

NOT_READY = declare(
    "node.not_ready", Unavailable,
    "The node in {folder} does not serve yet, after {seconds} seconds.", "{folder} のノードは {seconds} 秒待っても稼働しません。",
    "Start it with `sealane node run`, or look at what it said when it started.",
    "`sealane node run` で起動するか、起動時の表示を確認してください。",
)


def add_to(group: click.Group) -> None:
    """Put the verb under `sealane node`."""
    @verb(group, "status")
    @click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
    @click.option("--wait", default=0, metavar="SECONDS", type=click.IntRange(0, MOST_WAIT),
                  help="Wait so long for both doors of a node that starts; exit 3 if it does not serve by then.")
    @passphrase.option
    def status(*, folder: Path, wait: int, passphrase_file: str | None) -> Answer:
        """What the node holds, what waits, and how far its ledgers are proven to both."""
        from sealane import assembly
        from sealane.adapters import nodefolder
        from sealane.services import delivering, trusting

        if wait:
            await_ready(folder, wait)
        site = assembly.open_site(folder, passphrase.read(passphrase_file))
        made = site.node
        logs = []
        for party, agreement, one in site.partnerships():
            with made.store.reading() as tx:
                marks = one.publisher.marks(tx)
                logs.append({"agreement": agreement, "partner": party, **marks.as_json(), "grace_seconds": made.grace(tx, agreement)})
        with made.store.reading() as tx:
            data = {
                "node": made.settings.node, "party": made.party, "running": nodefolder.is_running(folder),
                "ready": nodefolder.is_ready(folder),
                "peer": made.settings.peer_url, "console": f"{made.settings.local_url}/",
                "accept_unverified": made.settings.accept_unverified, "accredited": made.settings.accredited or None,
                "partners": [row["party"] for row in made.records.find(tx, "partners", order="party")],
                "agreements": node_life.rows(made, tx),
                "services": trusting.accepted(made, tx), "issuer": site.issuer.trusted.issuer if site.issuer else None,
                "ledgers": logs, "heads": {"place": str(nodefolder.heads(folder, made.settings)[0]),
                                           "apart": nodefolder.heads_apart(folder, made.settings)},
            }
        queued = delivering.waiting(made)
        data["outbox"] = queued
        site.dispose()
        lines = [f"{data['node']} ({data['party']}) {'running' if data['running'] else 'stopped'}"]
        lines += [f"  {one['agreement']} with {one['partner']}: {one['size']} entries, proven to both up to {one['proven_to_both_up_to']}"
                  for one in logs]
        lines += [f"  waiting: {one['type']} {one['item'] or ''} to {one['partner']}, {one['age_seconds']} s, {one['trouble'] or ''}"
                  for one in queued]
        if not nodefolder.heads_apart(folder, made.settings):
            speaker().tell(
                "  heads: in the node's own folder, so that a restored backup takes them back too; set `heads` in node.toml",
                "  先端の置き場がノードのフォルダー内です。控えを復元すると一緒に戻ります。node.toml の `heads` を設定してください")
        return Answer(data, "\n".join(lines))


def await_ready(folder: Path, seconds: int) -> None:
    """Come back as soon as both doors of the node answer. Raises: Unavailable `node.not_ready`; Misconfigured `node.missing`."""
    from sealane.adapters import nodefolder

    until = time.monotonic() + seconds
    while not nodefolder.is_ready(folder):
        if time.monotonic() >= until:
            raise NOT_READY(folder=str(folder), seconds=seconds)
        time.sleep(LOOK_EVERY)
