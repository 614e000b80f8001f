"""`sealane ledger equivocation | check-consistency`: two signed heads of one log, held against one
another.

Spec: spec/interfaces.md §1 (ledger); C2SP tlog-checkpoint.
"""

from __future__ import annotations

import re

import click

from sealane.base.errors import Malformed, declare
from sealane.cli import access
from sealane.cli.frame import passphrase
from sealane.cli.frame.answer import USAGE, Answer, alone, read_bytes
from sealane.cli.ledgers import text as ledger_text

_HEX = r"(?:[0-9a-fA-F]{2}){1,64}"
BAD_HEAD = declare(
    "ledger.head_argument",
    Malformed,
    "{text!r} is not ROOT:SIZE.",
    "{text!r} は ROOT:SIZE の形ではありません。",
    "Write the root in hex, a colon and the size.",
    "ルートを 16 進で、コロン、サイズの順に書いてください。",
)


@alone("equivocation")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B", required=False)
@click.option(
    "--vkey", "vkeys", multiple=True, required=True, metavar="V", help="The log's verifier key."
)
@click.option(
    "--log",
    "place",
    metavar="PATH_OR_URL",
    help="Tiles of the larger head, to compare heads of two sizes.",
)
@click.option("--out", metavar="FILE", help="Write the fraud proof here.")
@passphrase.token_option
def equivocation(
    *,
    first: str,
    second: str | None,
    vkeys: tuple[str, ...],
    place: str | None,
    out: str | None,
    token_file: str | None,
) -> Answer:
    """Two signed checkpoints A and B of one log: 0 and a fraud proof if they cannot both be honest,
    else 1.

    With A alone, verify a fraud proof made before.
    """
    from sealane.ledger.log import equivocation as rule
    from sealane.ledger.log.note import MAX_NOTE, parse_vkey

    keys = [parse_vkey(text) for text in vkeys]
    if second is None:
        fraud = rule.read(read_bytes(first, limit=rule.MAX_BYTES))
        found: rule.Fraud | None = rule.find(fraud.first, fraud.second, keys, fraud.path)
    else:
        notes = [read_bytes(name, limit=MAX_NOTE) for name in (first, second)]
        found = rule.find(notes[0], notes[1], keys)
        if found is None and place is not None:
            path = _split_path(notes, place, passphrase.read_token(token_file))
            found = rule.find(notes[0], notes[1], keys, path)
    if found is None:
        return Answer({"equivocation": False}, ledger_text.equivocated(False), exit_status=1)
    proof = found.encode()
    if out is not None:
        access.write_output(out, proof)
    return Answer(
        {"equivocation": True, "proof": proof.decode(), "out": out}, ledger_text.equivocated(True)
    )


def _split_path(notes: list[bytes], place: str, token: str | None) -> list[bytes]:
    from sealane.ledger.log import equivocation as rule
    from sealane.ledger.log import tiles
    from sealane.ledger.log.checkpoint import parse_checkpoint

    sizes = sorted(parse_checkpoint(note).head.size for note in notes)
    if sizes[0] == sizes[1]:
        return []
    with access.tile_log(place, token) as log:
        return rule.split_path(sizes[0], sizes[1], tiles.nodes_from(log.tile, sizes[1]))


@alone("check-consistency")
@click.option("--old", required=True, metavar="ROOT:SIZE", help="The older head.")
@click.option("--new", required=True, metavar="ROOT:SIZE", help="The newer head.")
@click.argument("proof")
def check_consistency(old: str, new: str, proof: str) -> Answer:
    """Check a consistency proof: one hash in hex a line, an empty file for none."""
    from sealane.ledger.log.merkle import MAX_PATH, verify_consistency

    old_root, old_size = _head(old)
    root, size = _head(new)
    text = read_bytes(proof, limit=1 << 16).decode("ascii", errors="replace")
    lines = [line.strip() for line in text.splitlines()] if text.strip() else []
    if len(lines) > MAX_PATH or not all(re.fullmatch(_HEX, line) for line in lines):
        raise USAGE(
            why="the proof is at most 63 lines in hex",
            why_ja="証明は 16 進数で、63 行までです",
            command="sealane ledger check-consistency",
        )
    verify_consistency(old_size, old_root, size, root, [bytes.fromhex(line) for line in lines])
    data = {"consistent": True, "old_size": old_size, "size": size}
    return Answer(data, ledger_text.consistent(data))


def _head(text: str) -> tuple[bytes, int]:
    found = re.fullmatch(rf"({_HEX}):(0|[1-9][0-9]{{0,18}})", text)
    if found is None or int(found[2]) >= 1 << 63:
        raise BAD_HEAD(text=text[:100])
    return bytes.fromhex(found[1]), int(found[2])


VERBS = (equivocation, check_consistency)
"""What this module adds to its group, in the order of the help."""
