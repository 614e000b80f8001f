"""`sealane people extend | warn | debrief`: what a security officer does about clearances.

Spec: R23, R28.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.cli.frame import acting, passphrase
from sealane.cli.frame import node_folder as sites
from sealane.cli.frame.answer import Answer, alone
from sealane.cli.frame.asking import ask

officer = acting.by_two(
    "The security officer; at an embedded node the keystore's passphrase is enough."
)


@alone("extend")
@click.argument("whose", metavar="PERSON")
@click.option("--level", required=True, help="The clearance, as its record names it.")
@click.option("--until", required=True, metavar="T", help="Until when it counts.")
@click.option("--reference", required=True, help="The authority's document.")
@officer
@acting.wait
@sites.option
@passphrase.option
def extend(*, whose: str, level: str, until: str, reference: str, **options: Any) -> Answer:
    """Let a clearance count longer than its regime says, by an authority's documented word."""
    told = ask(
        options, "people.extend", person=whose, level=level, until=until, reference=reference
    )
    return Answer(told, f"{whose}  {level} -> {until}")


@alone("warn")
@click.option("--days", default=30, show_default=True, type=click.IntRange(0, 3660))
@officer
@acting.wait
@sites.option
@passphrase.option
def warn(*, days: int, **options: Any) -> Answer:
    """Whose clearance lapses soon, or is due for renewal; that they were told is recorded."""
    told = ask(options, "people.warn", days=days)
    lines = [f"{one['person']}  {one['level']}  {one['expires']}" for one in told["warned"]]
    return Answer(told, "\n".join(lines) or "-")


@alone("debrief")
@click.argument("whose", metavar="PERSON")
@click.option("--agreement", required=True, metavar="ID")
@officer
@acting.wait
@sites.option
@passphrase.option
def debrief(*, whose: str, agreement: str, **options: Any) -> Answer:
    """End a person's briefing on an agreement, now."""
    told = ask(options, "people.debrief", person=whose, agreement=agreement)
    return Answer(told, f"{whose}  {agreement} -> {told['until']}")


VERBS = (extend, warn, debrief)
"""What this module adds to its group, in the order of the help."""
