"""`sealane act`: acts that take two people and wait for the second.

Spec: docs/console.md §Two people; docs/who-may.md; R57, R64.
"""

from __future__ import annotations

import json
from typing import Any

import click

from sealane.base.visible import visible
from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, speaker, verb
from sealane.cli.frame.asking import act_line, ask
from sealane.web.words import name_of


@click.group("act")
def act() -> None:
    """Acts of two people that wait for the second: asked with --wait, done once confirmed."""


@verb(act, "list")
@acting.at_node("Who reads.")
def list_(**options: Any) -> Answer:
    """What waits for one's own word, what of one's own waits for another's, and what came of it."""
    told = ask(options, "acts.list")
    lines = [act_line(one) for part in ("waiting", "own", "ended") for one in told[part]]
    return Answer(told, "\n".join(lines) or "-")


@verb(act, "show")
@click.argument("number", metavar="ID")
@acting.at_node("Who reads: whoever asked, or may stand beside.")
def show(*, number: str, **options: Any) -> Answer:
    """One act with everything that it asks, and the digest by which it is confirmed."""
    told = ask(options, "acts.show", act=number)
    lang = speaker().lang
    lines = [act_line(told)]
    for name in told["stated"]:
        value = json.dumps(told["says"][name], ensure_ascii=False)
        lines.append(visible(f"  {name_of(lang, 'asked', name)}: {value}"))
    lines.append(f"  --digest {told['digest']}")
    return Answer(told, "\n".join(lines))


@verb(act, "confirm")
@click.argument("number", metavar="ID")
@click.option("--digest", required=True, metavar="D", help="As `sealane act show` told it.")
@acting.at_node("The second: another person, with a duty that the act names.")
def confirm(*, number: str, digest: str, **options: Any) -> Answer:
    """Do what was asked, as its second person; judged anew as everything stands now."""
    told = ask(options, "acts.confirm", act=number, digest=digest)
    return Answer(told, act_line(told["act"]))


@verb(act, "decline")
@click.argument("number", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why, for whoever asked.")
@acting.at_node("The second: another person, with a duty that the act names.")
def decline(*, number: str, reason: str, **options: Any) -> Answer:
    """Say no; nothing is done."""
    told = ask(options, "acts.decline", act=number, reason=reason)
    return Answer(told, act_line(told))


@verb(act, "take-back")
@click.argument("number", metavar="ID")
@acting.at_node("Whoever asked.")
def take_back(*, number: str, **options: Any) -> Answer:
    """Take an act of one's own back while it waits."""
    told = ask(options, "acts.take-back", act=number)
    return Answer(told, act_line(told))
