"""`sealane evidence ...`: one file per item that proves what happened; verifying needs no node and
no network.

Spec: spec/interfaces.md §1 (evidence); spec/evidence.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sealane import shipped
from sealane.cli import access
from sealane.cli.frame import acting, passphrase
from sealane.cli.frame.answer import Answer, read_bytes, speaker, verb
from sealane.cli.frame.asking import ask
from sealane.cli.ledgers import text as ledger_text
from sealane.cli.ledgers.trust import pins, read_pins


@click.group()
def evidence() -> None:
    """Verify an item's evidence offline; write the stand-alone verifier page."""


@verb(evidence, "verify")
@click.argument("file")
@pins
@click.option(
    "--tsa",
    "authorities",
    multiple=True,
    metavar="CERT",
    help="A certificate (PEM or DER) that you trust: of a time-stamping authority or a root above.",
)
def verify(
    file: str, policy_files: tuple[str, ...], vkeys: tuple[str, ...], authorities: tuple[str, ...]
) -> Answer:
    """Verify an evidence file by the keys inside, and by those you give; its time-stamps by the
    authorities that you name.
    """
    from sealane.ledger.proofs import archive, left_out, stamping, timestamp
    from sealane.ledger.proofs import evidence as rule
    from sealane.ledger.proofs.archive import MAX_BYTES

    policies, keys = read_pins(policy_files, vkeys)
    held = [
        one
        for name in authorities
        for one in timestamp.certificates(read_bytes(name, limit=1 << 20))
    ]
    whole = read_bytes(file, limit=MAX_BYTES)
    data = rule.verify(whole, policies=policies, vkeys=keys).as_json()
    data["left_out"] = left_out.told(archive.unpack(whole))
    data["timestamps"] = stamping.judged(whole, held)
    failed = any(one["state"] == "failed" for one in data["timestamps"])
    text = "\n".join([ledger_text.evidence(data), *ledger_text.left_out(data["left_out"])])
    return Answer({**data, "verified": not failed}, text, 1 if failed else 0)


@verb(evidence, "stamp-query")
@click.argument("file")
@click.argument("out")
@click.option(
    "--of",
    "name",
    metavar="PART",
    help="What to stamp: heads/PARTY (the default: the first log's newest checkpoint) or a member.",
)
def stamp_query(file: str, out: str, name: str | None) -> Answer:
    """Write an RFC 3161 query over a part of an evidence file, to be sent to a time-stamping
    authority by any means.
    """
    from sealane.ledger.proofs import stamping, timestamp
    from sealane.ledger.proofs.archive import MAX_BYTES

    part, data = stamping.part(read_bytes(file, limit=MAX_BYTES), name)
    access.write_output(
        out, timestamp.query(data, int.from_bytes(access.host().entropy(16), "big") | 1)
    )
    return Answer({"of": part, "out": out}, f"{part} -> {out}")


@verb(evidence, "stamp")
@click.argument("file")
@click.argument("reply")
@click.argument("out")
@click.option(
    "--query", metavar="QUERY", help="The query that was sent: the reply must carry its nonce."
)
def stamp(file: str, reply: str, out: str, query: str | None) -> Answer:
    """Put a time-stamping authority's REPLY into a copy of an evidence file."""
    from sealane.ledger.proofs import archive, stamping, timestamp

    nonce = (
        None if query is None else timestamp.nonce_of(read_bytes(query, limit=timestamp.MAX_TOKEN))
    )
    token = timestamp.granted(read_bytes(reply, limit=timestamp.MAX_TOKEN), nonce=nonce)
    made = stamping.stamped(read_bytes(file, limit=archive.MAX_BYTES), token)
    judged = stamping.judged(made, [])
    if judged[-1]["of"] is None:
        raise timestamp.FAILED(why=judged[-1]["why"])
    access.write_output(out, made)
    return Answer(
        {"out": out, "timestamps": judged}, f"{judged[-1]['of']} {judged[-1]['at']} -> {out}"
    )


@verb(evidence, "export")
@click.argument("item")
@click.argument("out")
@click.option(
    "--with",
    "--for",
    "party",
    default=None,
    metavar="PARTY",
    help="The partner whose dealings with us are shown; without, the first of those it went to.",
)
@acting.at_node("Who asks for it; without it, on the node's own folder, by the passphrase.")
def export(*, item: str, out: str, party: str | None, **options: Any) -> Answer:
    """Write one file that proves to anybody what happened to an item between us and one partner."""
    with access.whole_output(out) as sink:
        told = ask(options, "items.evidence", item=item, with_=party, sink=sink)
    partner, others = told["with"], told["others"]
    if others:
        speaker().tell(
            f"  with {partner} alone; the item also went to {', '.join(others)}: --with PARTY",
            f"  {partner} との間のことだけです。項目は {'、'.join(others)} にも渡りました："
            "--with PARTY",
        )
    lines = [
        f"{out}: {told['bytes']} bytes, {len(told['statements'])} statements",
        *ledger_text.left_out(told["left_out"]),
    ]
    return Answer({**told, "out": out}, "\n".join(lines))


@verb(evidence, "page")
@click.argument("out")
def page(out: str) -> Answer:
    """Write the stand-alone verifier page, for a browser without network."""

    access.write_output(out, shipped.verifier_page())
    return Answer({"out": out}, out)


@verb(evidence, "scitt")
@click.argument("file")
@click.argument("folder")
@click.option(
    "--key",
    required=True,
    type=click.Path(path_type=Path),
    metavar="K",
    help="A sealed key file or a node's folder: its ES384 key signs.",
)
@passphrase.option
def scitt(file: str, folder: str, key: Path, passphrase_file: str | None) -> Answer:
    """Write an evidence file's statements as SCITT transparent statements (COSE) into FOLDER: a
    view, never the record.
    """
    from sealane.ledger.proofs.archive import MAX_BYTES
    from sealane.ledger.proofs.scitt import export as view

    data = read_bytes(file, limit=MAX_BYTES)
    signer = access.party_signers(key, passphrase.read(passphrase_file))[0]
    made = view(data, signer)
    for name, content in made.items():
        access.write_resource(folder, name, content)
    return Answer({"folder": folder, "files": sorted(made)}, "\n".join(sorted(made)))
