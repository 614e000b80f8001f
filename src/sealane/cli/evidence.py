"""`sealane evidence ...`: one file per item that proves what happened; verifying needs no node and no network.

Spec: spec/interfaces.md §1 (evidence); spec/evidence.md.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from sealane.cli import ledger_text, passphrase
from sealane.cli import site as sites
from sealane.cli.answer import Answer, read_bytes, verb


@click.group()
def evidence() -> None:
    """Verify an item's evidence offline; write the stand-alone verifier page."""


@verb(evidence, "verify")
@click.argument("file")
@click.option("--policy", "policy_files", multiple=True, metavar="FILE", help="A tlog-policy you trust; a log it names must satisfy it.")
@click.option("--vkey", "vkeys", multiple=True, metavar="V", help="A log's or witness's key that must have signed one log's checkpoints.")
def verify(file: str, policy_files: tuple[str, ...], vkeys: tuple[str, ...]) -> Answer:
    """Verify an evidence file by the keys inside, and by those you give."""
    from sealane.ledger import evidence as rule
    from sealane.ledger.archive import MAX_BYTES
    from sealane.ledger.note import parse_vkey
    from sealane.ledger.policy import MAX_BYTES as MAX_POLICY
    from sealane.ledger.policy import parse_policy

    policies = [parse_policy(read_bytes(name, limit=MAX_POLICY)) for name in policy_files]
    keys = [parse_vkey(text) for text in vkeys]
    report = rule.verify(read_bytes(file, limit=MAX_BYTES), policies=policies, vkeys=keys)
    data = report.as_json()
    return Answer(data, ledger_text.evidence(data))


@verb(evidence, "export")
@click.argument("item")
@click.argument("out")
@sites.option
@passphrase.option
def export(*, item: str, out: str, folder: str | None, passphrase_file: str | None) -> Answer:
    """Write one file that proves what happened to an item, to anybody."""
    from sealane import wiring
    from sealane.base.errors import Unavailable
    from sealane.ledger import evidence as rule
    from sealane.services import auditing

    with sites.opened(folder, passphrase_file) as site:
        node = site.node
        with node.store.reading() as tx:
            row = node.item(tx, item)
        partner = row["provider"] if row["direction"] == "in" else row["facts"]["released_to"][0]
        name, ledgers = sites.partnership(site, partner, row["agreement"])
        with contextlib.suppress(Unavailable):
            ledgers.round(site.peer(partner, name))
        data = rule.build(auditing.evidence_input(node, item, partner, ledgers, wiring.verifier_page()))
        auditing.note_export(node, item, data)
    wiring.write_output(out, data)
    report = rule.verify(data)
    return Answer({"item": item, "out": out, "bytes": len(data), **report.as_json()}, f"{out}: {len(data)} bytes, {len(report.statements)} statements")


@verb(evidence, "page")
@click.argument("out")
def page(out: str) -> Answer:
    """Write the stand-alone verifier page, for a browser without network."""
    from sealane import wiring

    wiring.write_output(out, wiring.verifier_page())
    return Answer({"out": out}, out)


@verb(evidence, "scitt")
@click.argument("file")
@click.argument("folder")
@click.option("--key", required=True, type=click.Path(path_type=Path), metavar="K", help="A sealed key file or a node's folder: its ES384 key signs.")
@passphrase.option
def scitt(file: str, folder: str, key: Path, passphrase_file: str | None) -> Answer:
    """Write an evidence file's statements as SCITT transparent statements (COSE) into FOLDER: a view, never the record."""
    from sealane import wiring
    from sealane.ledger.archive import MAX_BYTES
    from sealane.ledger.scitt import export as view

    data = read_bytes(file, limit=MAX_BYTES)
    signer = wiring.party_keys().signers(key, passphrase.read(passphrase_file))[0]
    made = view(data, signer)
    for name, content in made.items():
        wiring.write_resource(folder, name, content)
    return Answer({"folder": folder, "files": sorted(made)}, "\n".join(sorted(made)))
