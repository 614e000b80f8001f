"""`sealane home`: what waits for a person, by duty; `sealane access`: asking for what was refused,
and answering who asks.

Spec: docs/console.md §Home, §Access requests; R36, R37, R42.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from sealane.base.visible import visible
from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, alone, speaker, verb
from sealane.cli.frame.asking import ask


@alone("home")
@click.option("--limit", default=50, show_default=True)
@acting.at_node("Whose home.")
def home(*, limit: int, **options: Any) -> Answer:
    """What waits for a person, by that person's duties: the oldest and overdue first."""
    from sealane.web.words import name_of

    told, lang = ask(options, "home.show", limit=limit), speaker().lang
    lines = []
    for one in told["waiting"]:
        about = [one[name] for name in ("item", "party", "person", "about") if one[name]]
        mark = "!" if one["overdue"] else " "
        kind = name_of(lang, "home_kind", one["kind"])
        lines.append(f"{mark} {one['due'] or '-':20}  {kind}  {'  '.join(about)}")
    return Answer(told, visible("\n".join(lines), keep="\n") or "-")


@click.group("access")
def access() -> None:
    """Requests for access: asked by whoever was refused, answered by who can mend it."""


@verb(access, "request")
@click.argument("name", metavar="ID")
@click.option("--purpose", required=True)
@click.option("--action", default=None, type=click.Choice(["open", "view"]))
@click.option("--said", default=None, metavar="TEXT", help="Why it is needed.")
@acting.at_node("Who asks.")
def request(
    *, name: str, purpose: str, action: str | None, said: str | None, **options: Any
) -> Answer:
    """Ask for access to an item that was refused; it reaches who can mend it, named by post."""
    told = ask(options, "access.request", item=name, purpose=purpose, action=action, said=said)
    return Answer(told, _line(told))


@verb(access, "list")
@acting.at_node("Who reads.")
def listed(**options: Any) -> Answer:
    """One's own requests, and those that reach one's duties."""
    told = ask(options, "access.list")
    lines = [_line(one) for part in ("waiting", "to_mend", "own") for one in told[part]]
    return Answer(told, "\n".join(lines) or "-")


@verb(access, "grant")
@click.argument("name", metavar="REQUEST")
@click.option("--reason", default=None, metavar="TEXT", help="Why, for whoever asked.")
@acting.at_node("Whoever it reaches: the security officer or the release officer.")
def grant(*, name: str, reason: str | None, **options: Any) -> Answer:
    """Agree to a request. Nothing is opened by it: the acts that mend what is missing are named."""
    told = ask(options, "access.grant", request=name, reason=reason)
    mends = [f"  {one['clause']}  {one['by']}: {one['path']}" for one in told["mends"]]
    return Answer(told, "\n".join([_line(told), *map(visible, mends)]))


@verb(access, "refuse")
@click.argument("name", metavar="REQUEST")
@click.option("--reason", default=None, metavar="TEXT", help="Why, for whoever asked.")
@acting.at_node("Whoever it reaches: the security officer or the release officer.")
def refuse(*, name: str, reason: str | None, **options: Any) -> Answer:
    """Say no to a request."""
    told = ask(options, "access.refuse", request=name, reason=reason)
    return Answer(told, _line(told))


def _line(told: Mapping[str, Any]) -> str:
    from sealane.web.words import name_of

    lang = speaker().lang
    state = name_of(lang, "state", told["state"])
    name = "post_ja" if lang == "ja" else "post"
    posts = [post[name] for one in told["reaches"] for post in one["posts"]]
    reached = ", ".join(posts) or "-"
    return visible(f"{told['id']}  {state}  {told['item']}  {told['person']}  -> {reached}")
