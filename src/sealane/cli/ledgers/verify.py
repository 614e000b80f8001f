"""`sealane ledger verify`: a whole log of any writer, re-derived from its entries.

Spec: spec/interfaces.md §1 (ledger); C2SP tlog-tiles, C2SP tlog-policy.
"""

from __future__ import annotations

import click

from sealane.cli import access
from sealane.cli.frame import passphrase
from sealane.cli.frame.answer import Answer, alone, speaker
from sealane.cli.ledgers import text as ledger_text
from sealane.cli.ledgers.trust import LogTrust


@alone("verify")
@click.argument("place", metavar="PATH_OR_URL")
@click.option(
    "--vkey",
    "vkeys",
    multiple=True,
    metavar="V",
    help="A verifier key that must have signed; may be repeated.",
)
@click.option(
    "--policy",
    "policy_file",
    metavar="FILE",
    help="A C2SP tlog-policy the checkpoint must satisfy.",
)
@click.option("--origin", help="The log's origin, where it is not the name of a given key.")
@passphrase.token_option
def verify(
    *,
    place: str,
    vkeys: tuple[str, ...],
    policy_file: str | None,
    origin: str | None,
    token_file: str | None,
) -> Answer:
    """Re-derive a whole C2SP tile log, from every entry to the signed head."""
    from sealane.ledger.log.checkpoint import parse_checkpoint
    from sealane.ledger.log.rederive import rederive
    from sealane.ledger.log.tiles import WIDTH

    trust = LogTrust(vkeys, policy_file)
    with access.tile_log(place, passphrase.read_token(token_file)) as log:
        checkpoint = parse_checkpoint(log.checkpoint())
        signed = trust.judge(checkpoint, origin)
        seen = 0

        def fetch(path: str) -> bytes | None:
            nonlocal seen
            seen += WIDTH if "/entries/" in path else 0
            return log.fetch(path)

        speaker().progress.count(lambda: seen, checkpoint.head.size, "entries")
        derived = rederive(checkpoint, fetch)
    head = checkpoint.head
    data = {
        "verified": True,
        "origin": head.origin,
        "size": head.size,
        "root": head.root.hex(),
        "signed_by": signed,
        "entries": derived.entries,
        "tiles": derived.tiles,
        "shadow": derived.shadow,
    }
    return Answer(data, ledger_text.verified(data))


VERBS = (verify,)
"""What this module adds to its group, in the order of the help."""
