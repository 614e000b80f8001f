"""`sealane people extend | warn | debrief`: what a security officer does about clearances.

Spec: R23, R28.
"""

from __future__ import annotations

import click

from sealane.cli.frame import node_folder as sites
from sealane.cli.frame import passphrase
from sealane.cli.frame.answer import Answer, alone

officer_option = click.option(
    "--as", "officer", required=True, metavar="PERSON", help="The security officer."
)


@alone("extend")
@click.argument("person", metavar="PERSON")
@click.option("--level", required=True, help="The clearance, as its record names it.")
@click.option("--until", required=True, metavar="T", help="Until when it counts.")
@click.option("--reference", required=True, help="The authority's document.")
@officer_option
@sites.option
@passphrase.option
def extend(
    *,
    person: str,
    level: str,
    until: str,
    reference: str,
    officer: str,
    folder: str | None,
    passphrase_file: str | None,
) -> Answer:
    """Let a clearance count longer than its regime says, by an authority's documented word."""
    from sealane.base.values import parse_instant
    from sealane.services.register import clearances

    with sites.opened(folder, passphrase_file) as site:
        held = clearances.extend(
            site.node,
            person,
            level,
            until=parse_instant(until),
            reference=reference,
            officer=officer,
        )
    return Answer({"person": person, "clearance": held}, f"{person}  {level} -> {until}")


@alone("warn")
@click.option("--days", default=30, show_default=True, type=click.IntRange(0, 3660))
@officer_option
@sites.option
@passphrase.option
def warn(*, days: int, officer: str, folder: str | None, passphrase_file: str | None) -> Answer:
    """Whose clearance lapses soon, or is due for renewal; that they were told is recorded."""
    from sealane.services.register import clearances

    with sites.opened(folder, passphrase_file) as site:
        found = [one.as_json() for one in clearances.warn(site.node, officer=officer, days=days)]
    text = "\n".join(f"{one['person']}  {one['level']}  {one['expires']}" for one in found)
    return Answer({"warned": found}, text or "-")


@alone("debrief")
@click.argument("person", metavar="PERSON")
@click.option("--agreement", required=True, metavar="ID")
@officer_option
@sites.option
@passphrase.option
def debrief(
    *,
    person: str,
    agreement: str,
    officer: str,
    folder: str | None,
    passphrase_file: str | None,
) -> Answer:
    """End a person's briefing on an agreement, now."""
    from sealane.services.register import clearances

    with sites.opened(folder, passphrase_file) as site:
        at = clearances.debrief(site.node, person, agreement, officer=officer)
    return Answer(
        {"person": person, "agreement": agreement, "until": at}, f"{person}  {agreement} -> {at}"
    )


VERBS = (extend, warn, debrief)
"""What this module adds to its group, in the order of the help."""
