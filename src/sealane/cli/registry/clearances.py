"""`sealane people extend | warn | debrief`: what a security officer does about clearances.

Spec: R23, R28.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.cli.frame import acting, passphrase
from sealane.cli.frame import node_folder as sites
from sealane.cli.frame.answer import Answer, alone

officer = acting.by_two(
    "The security officer; at an embedded node the keystore's passphrase is enough."
)


@alone("extend")
@click.argument("whose", metavar="PERSON")
@click.option("--level", required=True, help="The clearance, as its record names it.")
@click.option("--until", required=True, metavar="T", help="Until when it counts.")
@click.option("--reference", required=True, help="The authority's document.")
@officer
@sites.option
@passphrase.option
def extend(*, whose: str, level: str, until: str, reference: str, **options: Any) -> Answer:
    """Let a clearance count longer than its regime says, by an authority's documented word."""
    from sealane.base.values import parse_instant
    from sealane.services.register import clearances

    with sites.opened(options["folder"], options["passphrase_file"]) as site:
        held = clearances.extend(
            site.node,
            whose,
            level,
            until=parse_instant(until),
            reference=reference,
            by=acting.two(site, options),
        )
    return Answer({"person": whose, "clearance": held}, f"{whose}  {level} -> {until}")


@alone("warn")
@click.option("--days", default=30, show_default=True, type=click.IntRange(0, 3660))
@officer
@sites.option
@passphrase.option
def warn(*, days: int, **options: Any) -> Answer:
    """Whose clearance lapses soon, or is due for renewal; that they were told is recorded."""
    from sealane.services.register import clearances

    with sites.opened(options["folder"], options["passphrase_file"]) as site:
        told = clearances.warn(site.node, by=acting.two(site, options), days=days)
    found = [one.as_json() for one in told]
    text = "\n".join(f"{one['person']}  {one['level']}  {one['expires']}" for one in found)
    return Answer({"warned": found}, text or "-")


@alone("debrief")
@click.argument("whose", metavar="PERSON")
@click.option("--agreement", required=True, metavar="ID")
@officer
@sites.option
@passphrase.option
def debrief(*, whose: str, agreement: str, **options: Any) -> Answer:
    """End a person's briefing on an agreement, now."""
    from sealane.services.register import clearances

    with sites.opened(options["folder"], options["passphrase_file"]) as site:
        by = acting.two(site, options)
        at = clearances.debrief(site.node, whose, agreement, by=by)
    return Answer(
        {"person": whose, "agreement": agreement, "until": at}, f"{whose}  {agreement} -> {at}"
    )


VERBS = (extend, warn, debrief)
"""What this module adds to its group, in the order of the help."""
