"""`sealane reminders`: how a person is told that something waits, by e-mail and by a feed.

Spec: docs/console.md §Reminders; R42.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from sealane.base.visible import visible
from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, speaker, verb
from sealane.cli.frame.asking import ask


@click.group("reminders")
def reminders() -> None:
    """Being told that something waits: by e-mail, and by a feed. Never what it is."""


@verb(reminders, "show")
@acting.at_node("Whose.")
def show(**options: Any) -> Answer:
    """How a person is told that something waits."""
    told = ask(options, "reminders.show")
    return Answer(told, _line(told))


@verb(reminders, "set")
@click.option("--address", default=None, help="Where; a code proves it.")
@click.option("--often", default=None, type=click.Choice(["at-once", "daily"]))
@click.option("--minutes", default=None, type=int, help="The least time between two messages.")
@click.option("--hour", default=None, type=int, help="Of the day, with daily; the own time zone's.")
@click.option("--language", default=None, type=click.Choice(["en", "ja"]), help="Of the messages.")
@acting.at_node("Whose.")
def set_(
    *,
    address: str | None,
    often: str | None,
    minutes: int | None,
    hour: int | None,
    language: str | None,
    **options: Any,
) -> Answer:
    """Be told by e-mail that something waits; a code goes to an address that is not proven yet."""
    told = ask(
        options,
        "reminders.set",
        address=address,
        often=often,
        minutes=minutes,
        hour=hour,
        lang=language,
    )
    return Answer(told, _line(told))


@verb(reminders, "confirm")
@click.argument("code")
@acting.at_node("Whose.")
def confirm(*, code: str, **options: Any) -> Answer:
    """Take an address as one's own, by the code that was sent there."""
    told = ask(options, "reminders.confirm", code=code)
    return Answer(told, _line(told))


@verb(reminders, "end")
@acting.at_node("Whose.")
def end(**options: Any) -> Answer:
    """Be told by e-mail no longer; the address is forgotten."""
    told = ask(options, "reminders.end")
    return Answer(told, _line(told))


@verb(reminders, "feed")
@click.option("--days", default=None, type=int, help="How long the token lasts; 90 days as usual.")
@click.option("--name", default=None, help="What it is called on the own account's page.")
@acting.at_node("Whose.")
def feed(*, days: int | None, name: str | None, **options: Any) -> Answer:
    """Make a token for a feed reader, shown this once: it opens the own feed and nothing else."""
    told = ask(options, "reminders.feed", days=days, name_=name)
    return Answer(told, f"{told['feed']}\n{told['person']}\n{told['token']}")


def _line(told: Mapping[str, Any]) -> str:
    from sealane.web.words import name_of, say

    lang = speaker().lang
    if told["address"] is None and told["wanted"] is None:
        return say(lang, "reminder.none_yet")
    often = name_of(lang, "reminder_often", str(told["often"])).format_map(told)
    lines = [] if told["address"] is None else [f"{told['address']}  {often}"]
    if told["wanted"] is not None:
        lines.append(say(lang, "reminder.to_prove", address=told["wanted"]))
    return visible("\n".join(lines), keep="\n")
