"""`sealane ledger prove | check-proof`: one entry proven to be in a log, with nothing but files.

Spec: spec/interfaces.md §1 (ledger); C2SP tlog-proof, C2SP tlog-policy.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from sealane.cli import access
from sealane.cli.frame import ledger_reading, passphrase
from sealane.cli.frame.answer import USAGE, Answer, alone, read_bytes
from sealane.cli.ledgers import text as ledger_text
from sealane.cli.ledgers.node_logs import shared_log
from sealane.cli.ledgers.trust import LogTrust

if TYPE_CHECKING:
    from sealane.ledger.proofs.proof import LogProof

MAX_PROOF = 2 << 20
MAX_ENTRY_FILE = 1 << 24


@alone("prove")
@click.argument("entry")
@click.argument("out")
@click.option(
    "--log", "place", metavar="PATH_OR_URL", help="The tile log, in a folder or behind a URL."
)
@click.option(
    "--node", "folder", metavar="DIR", help="A node's folder: prove from its own stored log."
)
@click.option("--origin", help="Which of the node's logs, where it has several.")
@click.option(
    "--policy",
    "policy_file",
    metavar="FILE",
    help="With --node: the newest checkpoint that satisfies this tlog-policy.",
)
@click.option(
    "--vkey",
    "vkeys",
    multiple=True,
    metavar="V",
    help="With --log: check the checkpoint's signature before proving.",
)
@passphrase.token_option
@passphrase.option
def prove(entry: str, out: str, **given: Any) -> Answer:
    """Write a C2SP tlog-proof for ENTRY (an index, a leaf hash in hex, or a file with its bytes) to
    OUT.
    """
    from sealane.ledger.log.checkpoint import parse_checkpoint

    if (given["place"] is None) == (given["folder"] is None):
        raise USAGE(
            why="give one of --log and --node",
            why_ja="--log か --node のいずれか一つを指定してください",
            command="sealane ledger prove",
        )
    proof = _prove_place(entry, given) if given["place"] else _prove_node(entry, given)
    access.write_output(out, proof.encode())
    head = parse_checkpoint(proof.checkpoint).head
    return Answer(
        {"index": proof.index, "size": head.size, "origin": head.origin, "out": out},
        f"{head.origin} #{proof.index} -> {out}",
    )


def _prove_place(entry: str, given: dict[str, Any]) -> LogProof:
    from sealane.ledger.log import merkle, tiles
    from sealane.ledger.log.checkpoint import parse_checkpoint
    from sealane.ledger.proofs.proof import LogProof

    with access.tile_log(given["place"], passphrase.read_token(given["token_file"])) as log:
        raw = log.checkpoint()
        checkpoint = parse_checkpoint(raw)
        if given["vkeys"]:
            LogTrust(given["vkeys"], None).judge(checkpoint, None)
        size = checkpoint.head.size
        nodes = tiles.nodes_from(log.tile, size)
        index = _index_of(entry, size, log.tile)
        path = tuple(merkle.inclusion_path(index, size, nodes))
        merkle.verify_inclusion(nodes(0, index), index, size, path, checkpoint.head.root)
    return LogProof(index, path, raw)


def _prove_node(entry: str, given: dict[str, Any]) -> LogProof:
    from sealane.ledger.log.policy import MAX_BYTES, parse_policy
    from sealane.services.ledgers.proofs import prove as prove_stored

    policy = (
        parse_policy(read_bytes(given["policy_file"], limit=MAX_BYTES))
        if given["policy_file"]
        else None
    )
    with ledger_reading.proven(given["folder"], given["passphrase_file"]) as (tx, logs):
        log = shared_log(logs, given["origin"])
        index = _index_of(entry, log.size(tx), lambda tile: log.tile(tx, tile))
        return prove_stored(tx, log, index, policy)


def _index_of(entry: str, size: int, tile_of: Any) -> int:
    from sealane.ledger.log.merkle import leaf_hash
    from sealane.ledger.log.tiles import HASH, WIDTH, Tile, width_at
    from sealane.services.ledgers.proofs import NO_SUCH_ENTRY

    if re.fullmatch(r"0|[1-9][0-9]{0,18}", entry):
        if int(entry) >= size:
            raise NO_SUCH_ENTRY()
        return int(entry)
    leaf = (
        bytes.fromhex(entry)
        if re.fullmatch(r"[0-9a-f]{64}", entry)
        else leaf_hash(read_bytes(entry, limit=MAX_ENTRY_FILE))
    )
    for place in range(-(-size // WIDTH)):
        data = tile_of(Tile(0, place, width_at(0, place, size)))
        for at in range(0, len(data), HASH):
            if data[at : at + HASH] == leaf:
                return place * WIDTH + at // HASH
    raise NO_SUCH_ENTRY()


@alone("check-proof")
@click.argument("proof")
@click.option(
    "--policy", "policy_file", metavar="FILE", required=True, help="A C2SP tlog-policy file."
)
@click.option("--entry", metavar="FILE", help="The entry's exact bytes.")
@click.option("--leaf-hash", metavar="HEX", help="The entry's RFC 6962 leaf hash.")
def check_proof(proof: str, policy_file: str, entry: str | None, leaf_hash: str | None) -> Answer:
    """Check a C2SP tlog-proof by a tlog-policy, with nothing but these files."""
    from sealane.ledger.log import merkle
    from sealane.ledger.log.policy import MAX_BYTES, parse_policy
    from sealane.ledger.proofs.proof import check_proof as check
    from sealane.ledger.proofs.proof import parse_proof

    if (entry is None) == (leaf_hash is None):
        raise USAGE(
            why="give one of --entry and --leaf-hash",
            why_ja="--entry か --leaf-hash のいずれか一つを指定してください",
            command="sealane ledger check-proof",
        )
    if leaf_hash is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", leaf_hash):
        raise USAGE(
            why="--leaf-hash is 64 hex digits",
            why_ja="--leaf-hash は 16 進数 64 桁です",
            command="sealane ledger check-proof",
        )
    policy = parse_policy(read_bytes(policy_file, limit=MAX_BYTES))
    parsed = parse_proof(read_bytes(proof, limit=MAX_PROOF))
    leaf = (
        bytes.fromhex(leaf_hash)
        if leaf_hash
        else merkle.leaf_hash(read_bytes(entry or "", limit=MAX_ENTRY_FILE))
    )
    proven = check(parsed, leaf, policy)
    head = proven.checkpoint.head
    data = {
        "verified": True,
        "origin": head.origin,
        "index": proven.index,
        "size": head.size,
        "witnesses": dict(proven.verdict.witnesses),
    }
    return Answer(data, ledger_text.proven(data))


VERBS = (prove, check_proof)
"""What this module adds to its group, in the order of the help."""
