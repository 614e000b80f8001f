"""`sealane ledger ...`: verify anybody's tile log, make and check proofs, and show equivocation.

Spec: spec/interfaces.md §1 (ledger); C2SP tlog-tiles, C2SP tlog-proof, C2SP tlog-policy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from sealane.base.errors import Malformed, NotFound, declare
from sealane.cli import access
from sealane.cli.frame.answer import USAGE, Answer, read_bytes, speaker, verb
from sealane.cli.ledgers import text as ledger_text

if TYPE_CHECKING:
    from sealane.adapters.log import SqlLog
    from sealane.ledger.proofs.proof import LogProof

MAX_PROOF = 2 << 20
MAX_ENTRY_FILE = 1 << 24
INTERNAL = re.compile(r"/internal(-[1-9][0-9]*)?\Z", re.ASCII)
"""The end of the origin of a log that is never shared."""

_HEX = r"(?:[0-9a-fA-F]{2}){1,64}"
BAD_HEAD = declare(
    "ledger.head_argument",
    Malformed,
    "{text!r} is not ROOT:SIZE.",
    "{text!r} は ROOT:SIZE の形ではありません。",
    "Write the root in hex, a colon and the size.",
    "ルートを 16 進で、コロン、サイズの順に書いてください。",
)
NO_SUCH_ENTRY = declare(
    "ledger.entry_unknown",
    NotFound,
    "The log does not hold this entry.",
    "ログにこの記録はありません。",
    "Give an index below the size, or the exact bytes of the entry.",
    "サイズ未満の番号か、記録の正確なバイト列を指定してください。",
)


@click.group()
def ledger() -> None:
    """Verify logs, prove entries, show equivocation; needs no node."""


@verb(ledger, "verify")
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
def verify(
    place: str, vkeys: tuple[str, ...], policy_file: str | None, origin: str | None
) -> Answer:
    """Re-derive a whole C2SP tile log, from every entry to the signed head."""
    from sealane.ledger.log.checkpoint import parse_checkpoint
    from sealane.ledger.log.rederive import rederive
    from sealane.ledger.log.tiles import WIDTH

    trust = _Trust(vkeys, policy_file)
    with access.tile_log(place) as log:
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


class _Trust:
    """The keys and policy given on the command line, or wrong usage."""

    def __init__(self, vkeys: tuple[str, ...], policy_file: str | None) -> None:
        from sealane.ledger.log.note import parse_vkey
        from sealane.ledger.log.policy import MAX_BYTES, parse_policy

        if not vkeys and policy_file is None:
            raise USAGE(why="give --vkey or --policy", command="sealane ledger verify")
        self.keys = [parse_vkey(text) for text in vkeys]
        self.policy = (
            None if policy_file is None else parse_policy(read_bytes(policy_file, limit=MAX_BYTES))
        )

    def judge(self, checkpoint: Any, origin: str | None) -> list[str]:
        """The names that signed. Raises: Untrusted."""
        from sealane.ledger.log.checkpoint import WRONG_ORIGIN, require

        names = {key.name for key in self.keys}
        if origin is not None:
            names = {origin}
        elif self.policy is not None and self.policy.logs:
            names = {key.name for key in self.policy.logs}
        if names and checkpoint.head.origin not in names:
            raise WRONG_ORIGIN(found=checkpoint.head.origin[:120], wanted=", ".join(sorted(names)))
        signed = [key.name for key in require(checkpoint, self.keys)]
        if self.policy is not None:
            known = bool(self.keys) and not self.policy.logs
            verdict = self.policy.judge(checkpoint, log_known=known)
            signed += (
                [verdict.log.name]
                if verdict.log is not None and verdict.log not in self.keys
                else []
            )
            signed += verdict.witnesses
        return signed


@verb(ledger, "prove")
@click.argument("entry")
@click.argument("out")
@click.option(
    "--log", "place", metavar="PATH_OR_URL", help="The tile log, in a folder or behind a URL."
)
@click.option("--node", metavar="DIR", help="A node's folder: prove from its own stored log.")
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
def prove(entry: str, out: str, **given: Any) -> Answer:
    """Write a C2SP tlog-proof for ENTRY (an index, a leaf hash in hex, or a file with its bytes) to
    OUT.
    """
    from sealane.ledger.log.checkpoint import parse_checkpoint

    if (given["place"] is None) == (given["node"] is None):
        raise USAGE(why="give one of --log and --node", command="sealane ledger prove")
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

    with access.tile_log(given["place"]) as log:
        raw = log.checkpoint()
        checkpoint = parse_checkpoint(raw)
        if given["vkeys"]:
            _Trust(given["vkeys"], None).judge(checkpoint, None)
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
    with access.node_logs(given["node"]) as (tx, logs):
        log = _chosen(logs, given["origin"])
        index = _index_of(entry, log.size(tx), lambda tile: log.tile(tx, tile))
        return prove_stored(tx, log, index, policy)


def _chosen(logs: Sequence[SqlLog], origin: str | None) -> SqlLog:
    """The log of this origin; without one, the only own log that is shared."""
    own = [
        log
        for log in logs
        if (
            log.origin == origin
            if origin
            else log.role == "own" and not INTERNAL.search(log.origin)
        )
    ]
    if len(own) != 1:
        raise USAGE(
            why=f"name one --origin of: {', '.join(log.origin for log in logs) or '-'}",
            command="sealane ledger",
        )
    return own[0]


@verb(ledger, "status")
@click.option("--node", metavar="DIR", required=True, help="A node's folder.")
def status(node: str) -> Answer:
    """Every log of a node, and how far each is proven to both."""
    from sealane.services.ledgers.publisher import marks, mirror_marks

    with access.node_logs(node) as (tx, logs):
        book = access.witness_book()
        of_role = {"own": marks, "mirror": mirror_marks}
        data = [{"role": log.role, **of_role[log.role](tx, log, book).as_json()} for log in logs]
    return Answer({"logs": data}, ledger_text.statuses(data))


def _proven(tx: Any, log: SqlLog) -> int:
    """The mark up to which a log is proven to both."""
    from sealane.services.ledgers.publisher import marks, mirror_marks

    return (marks if log.role == "own" else mirror_marks)(tx, log, access.witness_book()).proven


@verb(ledger, "walk")
@click.option("--node", metavar="DIR", required=True, help="A node's folder.")
def walk(node: str) -> Answer:
    """Re-derive every stored log of a node from its entries, and compare every signed head."""
    from sealane.services.ledgers.maintenance import finding

    with access.node_logs(node) as (tx, logs):
        found = [{**finding(tx, log), "proven_to_both_up_to": _proven(tx, log)} for log in logs]
    held = all(one["error"] is None for one in found)
    return Answer(
        {"held": held, "logs": found}, ledger_text.walked(found), exit_status=0 if held else 1
    )


@verb(ledger, "search")
@click.option("--node", metavar="DIR", required=True, help="A node's folder.")
@click.option("--origin", help="One log only.")
@click.option("--kind", help="A kind of docs/ledger-entries.md, or statement.<type>.")
@click.option("--word", help="An identifier or digest in the entry: a person, an item, a decision.")
@click.option("--since", help="Not before this instant.")
@click.option("--until", help="Before this instant.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True)
def search(node: str, origin: str | None, **given: Any) -> Answer:
    """Find entries in a node's logs and in its mirrors."""
    from sealane.base.values import format_instant, parse_instant
    from sealane.services.ledgers.maintenance import Query
    from sealane.services.ledgers.maintenance import search as find

    query = Query(
        kind=given["kind"],
        word=given["word"],
        limit=given["limit"],
        since=parse_instant(given["since"]) if given["since"] else None,
        until=parse_instant(given["until"]) if given["until"] else None,
    )
    with access.node_logs(node) as (tx, logs):
        chosen = [(log, _proven(tx, log)) for log in logs if origin in (None, log.origin)]
        found = [
            {
                "origin": log.origin,
                "role": log.role,
                "index": index,
                "kind": entry.kind,
                "at": format_instant(entry.at),
                "fields": entry.fields,
                "proven_to_both": index < proven,
            }
            for log, proven in chosen
            for index, entry in find(tx, log, query)
        ][: query.limit]
    marks = {log.origin: proven for log, proven in chosen}
    return Answer({"entries": found, "proven_to_both_up_to": marks}, ledger_text.entries(found))


@verb(ledger, "copy")
@click.argument("out", metavar="FOLDER")
@click.option("--node", metavar="DIR", required=True, help="A node's folder.")
@click.option("--origin", help="Which of the node's logs, where it has several.")
def copy(out: str, node: str, origin: str | None) -> Answer:
    """Write a node's log, up to its newest signed head, as a C2SP
    tile log that any tool can read.
    """
    from sealane.ledger.log.checkpoint import parse_checkpoint
    from sealane.ledger.log.tiles import ENTRIES, Tile, tiles_of
    from sealane.services.ledgers.proofs import NOT_YET

    with access.node_logs(node) as (tx, logs):
        log = _chosen(logs, origin)
        note = log.checkpoint(tx)
        if note is None:
            raise NOT_YET(origin=log.origin)
        head = parse_checkpoint(note).head
        for tile in tiles_of(head.size):
            access.write_resource(out, tile.path, log.tile(tx, tile))
            if tile.level == 0:
                bundle = Tile(ENTRIES, tile.index, tile.width)
                access.write_resource(out, bundle.path, log.tile(tx, bundle))
        access.write_resource(out, "checkpoint", note)
    data = {"origin": head.origin, "size": head.size, "out": out}
    return Answer(data, ledger_text.copied(data))


def _index_of(entry: str, size: int, tile_of: Any) -> int:
    from sealane.ledger.log.merkle import leaf_hash
    from sealane.ledger.log.tiles import HASH, WIDTH, Tile, width_at

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


@verb(ledger, "check-proof")
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
        raise USAGE(why="give one of --entry and --leaf-hash", command="sealane ledger check-proof")
    if leaf_hash is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", leaf_hash):
        raise USAGE(why="--leaf-hash is 64 hex digits", command="sealane ledger check-proof")
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


@verb(ledger, "equivocation")
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
def equivocation(
    first: str, second: str | None, vkeys: tuple[str, ...], place: str | None, out: str | None
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
            found = rule.find(notes[0], notes[1], keys, _split_path(notes, place))
    if found is None:
        return Answer({"equivocation": False}, ledger_text.equivocated(False), exit_status=1)
    proof = found.encode()
    if out is not None:
        access.write_output(out, proof)
    return Answer(
        {"equivocation": True, "proof": proof.decode(), "out": out}, ledger_text.equivocated(True)
    )


def _split_path(notes: list[bytes], place: str) -> list[bytes]:
    from sealane.ledger.log import equivocation as rule
    from sealane.ledger.log import tiles
    from sealane.ledger.log.checkpoint import parse_checkpoint

    sizes = sorted(parse_checkpoint(note).head.size for note in notes)
    if sizes[0] == sizes[1]:
        return []
    with access.tile_log(place) as log:
        return rule.split_path(sizes[0], sizes[1], tiles.nodes_from(log.tile, sizes[1]))


@verb(ledger, "check-consistency")
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
            why="the proof is at most 63 lines in hex", command="sealane ledger check-consistency"
        )
    verify_consistency(old_size, old_root, size, root, [bytes.fromhex(line) for line in lines])
    data = {"consistent": True, "old_size": old_size, "size": size}
    return Answer(data, ledger_text.consistent(data))


def _head(text: str) -> tuple[bytes, int]:
    found = re.fullmatch(rf"({_HEX}):(0|[1-9][0-9]{{0,18}})", text)
    if found is None or int(found[2]) >= 1 << 63:
        raise BAD_HEAD(text=text[:100])
    return bytes.fromhex(found[1]), int(found[2])
