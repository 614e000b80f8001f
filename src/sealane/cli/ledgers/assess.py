"""`sealane assess`: the pack for a partner's inspection; verifying it needs no node and no network.

Spec: spec/interfaces.md §6; spec/assessment.md; R52.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.cli import access
from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, read_bytes, speaker, verb
from sealane.cli.frame.asking import ask
from sealane.cli.ledgers.trust import pins, read_pins


@click.group("assess")
def assess() -> None:
    """Packs for a partner's inspection: registers, counts, logs, inventories, without content."""


@verb(assess, "export")
@click.argument("out")
@click.option("--for", "party", required=True, metavar="P", help="The partner that inspects.")
@click.option("--agreement", default=None, metavar="ID", help="Default: every one with it.")
@acting.at_node("The auditor.")
def export(*, out: str, party: str, agreement: str | None, **options: Any) -> Answer:
    """Write the pack: what is between that partner and this nation, and nothing of others'."""
    with access.whole_output(out) as sink:
        told = ask(options, "assessments.export", for_=party, agreement=agreement, sink=sink)
    return Answer({**told, "out": out}, f"{out}: {told['bytes']}\n{_told(told)}")


@verb(assess, "verify")
@click.argument("file")
@pins
@click.option(
    "--card",
    "card_file",
    default=None,
    metavar="FILE",
    help="The card of the nation that you enrolled: the pack must be signed by its keys.",
)
def verify(
    file: str, policy_files: tuple[str, ...], vkeys: tuple[str, ...], card_file: str | None
) -> Answer:
    """Verify a pack by the keys inside, and by those you give."""
    from sealane.ledger.proofs import archive, assessment

    card = None
    if card_file is not None:
        from sealane.protocol.card import read_card

        enrolled = read_card(read_bytes(card_file, limit=1 << 20))
        card = (enrolled.party, enrolled.node, enrolled.statement)
    policies, keys = read_pins(policy_files, vkeys)
    trusted = assessment.AssessmentPins(policies=policies, vkeys=keys, card=card)
    data = assessment.verify(read_bytes(file, limit=archive.MAX_BYTES), trusted)
    return Answer(data, _told(data))


def _told(data: dict[str, Any]) -> str:
    ja = speaker().lang == "ja"
    head = (
        f"{data['by']}（{data['node']}）作成、{data['for']} 宛、{data['made']}：成立"
        if ja
        else f"made by {data['by']} ({data['node']}) for {data['for']}, {data['made']}: holds"
    )
    counts = "  ".join(f"{name} {count}" for name, count in sorted(data["counts"].items()))
    logs = [f"  {one['origin']}: {one['size']}" for one in data["logs"]]
    return "\n".join([head, f"  {data['trust']}", f"  {counts}", *logs])
