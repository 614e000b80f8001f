"""`sealane evidence ...`: one file per item that proves what happened; verifying needs no node and no network.

Spec: spec/interfaces.md §1 (evidence); spec/evidence.md.
"""

from __future__ import annotations

import click

from sealane.cli import ledger_text
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


@verb(evidence, "page")
@click.argument("out")
def page(out: str) -> Answer:
    """Write the stand-alone verifier page, for a browser without network."""
    from sealane import wiring

    wiring.write_output(out, wiring.verifier_page())
    return Answer({"out": out}, out)
