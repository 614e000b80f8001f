"""`sealane node resume`: two people let a node go on that may be older than what it said, although
a partner stays away.

Spec: spec/ledger.md §7 (restore rule); R57, R59.
"""

from __future__ import annotations

from pathlib import Path

import click

from sealane.cli.frame import passphrase
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
@click.option("--as", "person", required=True, metavar="PERSON", help="The security officer.")
@click.option("--second", required=True, metavar="PERSON", help="Another person who agrees.")
@passphrase.option
def resume(
    *,
    folder: Path,
    without: tuple[str, ...],
    person: str,
    second: str,
    passphrase_file: str | None,
) -> Answer:
    """Let a node that may be older than what it said go on without the answer of a partner that
    stays away. Both names are recorded; a partner that shows more is never passed over.
    """
    from sealane.services.recovery import currency
    from sealane.wiring.site import open_site

    site = open_site(folder, passphrase.read(passphrase_file))
    try:
        found = currency.resume(
            site.node, site.ledgers(), without=without, person=person, second=second
        )
    finally:
        site.dispose()
    text = (
        "The node is current." if speaker().lang != "ja" else "このノードは最新として動作します。"
    )
    return Answer({**found.as_json(), "without": list(without), "people": [person, second]}, text)


VERBS = (resume,)
"""What this module adds to its group, in the order of the help."""
