"""`sealane node resume`: two people let a node go on that may be older than what it said, although
a partner stays away.

Spec: spec/ledger.md §7 (restore rule); R57, R59.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sealane.cli.frame import acting, passphrase
from sealane.cli.frame.answer import Answer, alone, speaker


@alone("resume")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--without",
    required=True,
    multiple=True,
    metavar="PARTY",
    help="A partner that stays away; every other one is asked.",
)
@acting.by_two("The security officer; always with a second.")
@passphrase.option
def resume(
    *, folder: Path, without: tuple[str, ...], passphrase_file: str | None, **people: Any
) -> Answer:
    """Let a node that may be older than what it said go on without the answer of a partner that
    stays away. Both names are recorded; a partner that shows more is never passed over.
    """
    from sealane.services.recovery import currency
    from sealane.wiring.site import open_site

    site = open_site(folder, passphrase.read(passphrase_file))
    try:
        by = acting.two(site, people)
        found = currency.resume(site.node, site.ledgers(), without=without, by=by)
    finally:
        site.dispose()
    ja = speaker().lang == "ja"
    text = "このノードは最新として動作します。" if ja else "The node is current."
    return Answer({**found.as_json(), "without": list(without)}, text)


VERBS = (resume,)
"""What this module adds to its group, in the order of the help."""
