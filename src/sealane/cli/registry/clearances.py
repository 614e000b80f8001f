"""`sealane people extend | warn | debrief`: what a security officer does about clearances.

Spec: R23, R28.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.cli.frame import acting, passphrase
from sealane.cli.frame import node_folder as sites
from sealane.cli.frame.answer import Answer, alone

OFFICER = "The security officer."


@alone("extend")
@click.argument("about", metavar="PERSON")
@click.option("--level", required=True, help="The clearance, as its record names it.")
@click.option("--until", required=True, metavar="T", help="Until when it counts.")
@click.option("--reference", required=True, help="The authority's document.")
@acting.by_two(OFFICER)
@sites.option
@passphrase.option
def extend(
    *,
    about: str,
    level: str,
    until: str,
    reference: str,
    **options: Any,
) -> Answer:
    """Let a clearance count longer than its regime says, by an authority's documented word."""
    from sealane.base.values import parse_instant
    from sealane.services.register import clearances

    with acting.acting_two(options) as (site, officer):
        held = clearances.extend(
            site.node,
            about,
            level,
            until=parse_instant(until),
            reference=reference,
            officer=officer,
        )
    return Answer({"person": about, "clearance": held}, f"{about}  {level} -> {until}")


@alone("warn")
@click.option("--days", default=30, show_default=True, type=click.IntRange(0, 3660))
@acting.at_node(OFFICER)
def warn(*, days: int, **options: Any) -> Answer:
    """Whose clearance lapses soon, or is due for renewal; that they were told is recorded."""
    from sealane.services.register import clearances

    with acting.acting(options) as (site, officer):
        found = [one.as_json() for one in clearances.warn(site.node, officer=officer, days=days)]
    text = "\n".join(f"{one['person']}  {one['level']}  {one['expires']}" for one in found)
    return Answer({"warned": found}, text or "-")


@alone("debrief")
@click.argument("about", metavar="PERSON")
@click.option("--agreement", required=True, metavar="ID")
@acting.by_two(OFFICER)
@sites.option
@passphrase.option
def debrief(*, about: str, agreement: str, **options: Any) -> Answer:
    """End a person's briefing on an agreement, now."""
    from sealane.services.register import clearances

    with acting.acting_two(options) as (site, officer):
        at = clearances.debrief(site.node, about, agreement, officer=officer)
    return Answer(
        {"person": about, "agreement": agreement, "until": at}, f"{about}  {agreement} -> {at}"
    )


VERBS = (extend, warn, debrief)
"""What this module adds to its group, in the order of the help."""
