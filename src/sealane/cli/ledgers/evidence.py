"""`sealane evidence ...`: one file per item that proves what happened; verifying needs no node and
no network.

Spec: spec/interfaces.md §1 (evidence); spec/evidence.md.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from sealane import shipped
from sealane.cli import access
from sealane.cli.frame import node_folder as sites
from sealane.cli.frame import passphrase
from sealane.cli.frame.answer import Answer, read_bytes, speaker, verb
from sealane.cli.ledgers import text as ledger_text


@click.group()
def evidence() -> None:
    """Verify an item's evidence offline; write the stand-alone verifier page."""


@verb(evidence, "verify")
@click.argument("file")
@click.option(
    "--policy",
    "policy_files",
    multiple=True,
    metavar="FILE",
    help="A tlog-policy you trust; a log it names must satisfy it.",
)
@click.option(
    "--vkey",
    "vkeys",
    multiple=True,
    metavar="V",
    help="A log's or witness's key that must have signed one log's checkpoints.",
)
@click.option(
    "--tsa",
    "authorities",
    multiple=True,
    metavar="CERT",
    help="A time-stamping authority's certificate (PEM or DER) that you trust.",
)
def verify(
    file: str, policy_files: tuple[str, ...], vkeys: tuple[str, ...], authorities: tuple[str, ...]
) -> Answer:
    """Verify an evidence file by the keys inside, and by those you give; its time-stamps by the
    authorities that you name.
    """
    from sealane.ledger.log.note import parse_vkey
    from sealane.ledger.log.policy import MAX_BYTES as MAX_POLICY
    from sealane.ledger.log.policy import parse_policy
    from sealane.ledger.proofs import archive, left_out, stamping, timestamp
    from sealane.ledger.proofs import evidence as rule
    from sealane.ledger.proofs.archive import MAX_BYTES

    policies = [parse_policy(read_bytes(name, limit=MAX_POLICY)) for name in policy_files]
    keys = [parse_vkey(text) for text in vkeys]
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
@sites.option
@passphrase.option
def export(
    *, item: str, out: str, party: str | None, folder: str | None, passphrase_file: str | None
) -> Answer:
    """Write one file that proves to anybody what happened to an item between us and one partner."""
    from sealane.base.errors import Unavailable
    from sealane.ledger.proofs import archive, left_out
    from sealane.ledger.proofs import evidence as rule
    from sealane.services.audit import evidence as item_evidence

    with sites.opened(folder, passphrase_file) as site:
        node = site.node
        with node.store.reading() as tx:
            row = node.item(tx, item)
            partner, *others = item_evidence.partners_of(node, tx, row, party)
        name, ledgers = sites.partnership(site, partner, row.agreement)
        with contextlib.suppress(Unavailable):
            ledgers.round(site.peer(partner, name))
        data = rule.build(
            item_evidence.evidence_input(node, item, partner, ledgers, shipped.verifier_page())
        )
        item_evidence.note_export(node, item, data)
    access.write_output(out, data)
    if others:
        speaker().tell(
            f"  with {partner} alone; the item also went to {', '.join(others)}: --with PARTY",
            f"  {partner} との間のことだけです。項目は {'、'.join(others)} にも渡りました："
            "--with PARTY",
        )
    report = rule.verify(data)
    left = left_out.told(archive.unpack(data))
    return Answer(
        {
            "item": item,
            "with": partner,
            "others": others,
            "out": out,
            "bytes": len(data),
            **report.as_json(),
            "left_out": left,
        },
        "\n".join(
            [
                f"{out}: {len(data)} bytes, {len(report.statements)} statements",
                *ledger_text.left_out(left),
            ]
        ),
    )


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
