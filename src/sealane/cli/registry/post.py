"""`sealane post` and `sealane room`: who fills which post or is in which room, and what is lacking.

Spec: spec/interfaces.md §6; spec/post.md; R20, R26, R28, R49.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.base.visible import visible
from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, speaker, together, verb
from sealane.cli.frame.asking import ask
from sealane.web.words import name_of

_ASKS = (
    click.option("--level", required=True, metavar="L", help="A level of this nation's scheme."),
    click.option("--agreement", default=None, metavar="A", help="On which people are briefed."),
    click.option("--project", default=None, metavar="X", help="For which people are named."),
    click.option("--facility", default=None, metavar="F", help="Where it is."),
)
_EXCEPTION = click.option(
    "--exception",
    default=None,
    metavar="TEXT",
    help="Why those are placed who lack something: the security officer signs it.",
)
_PEOPLE = click.option("--person", "people", multiple=True, metavar="P", help="Who; default: all.")
_WHO = "The security officer."
_READS = "Who reads: a security officer or an auditor."


@click.group("post")
def post() -> None:
    """Posts: what each asks of whoever fills it, and who does."""


@click.group("room")
def room() -> None:
    """Rooms, ships and meetings: what each asks of whoever is within, and who is."""


@verb(post, "define")
@click.argument("name", metavar="POST")
@together(*_ASKS)
@acting.at_node(_WHO)
def define_post(*, name: str, **options: Any) -> Answer:
    """Define a post, or change what it asks; who fills it stays, and what they lack is told."""
    return _answer(ask(options, "posts.define", name_=name, **_asked(options)))


@verb(post, "assign")
@click.argument("name", metavar="POST")
@click.argument("who", metavar="PERSON")
@_EXCEPTION
@acting.second
@acting.second_token
@acting.wait
@acting.at_node(_WHO)
def assign(*, name: str, who: str, exception: str | None, **options: Any) -> Answer:
    """Fill a post, once clearance, briefing, nationality and authorisation were checked."""
    told = ask(options, "posts.assign", post=name, person=who, exception=exception)
    return _answer(told)


@verb(post, "vacate")
@click.argument("name", metavar="POST")
@acting.at_node(_WHO)
def vacate(*, name: str, **options: Any) -> Answer:
    """End the time of who fills a post."""
    return _answer(ask(options, "posts.vacate", post=name))


@verb(post, "list")
@acting.at_node(_READS)
def list_posts(**options: Any) -> Answer:
    """Every post, who fills it, and what they lack by now."""
    return _several(ask(options, "posts.list"), "posts")


@verb(post, "show")
@click.argument("name", metavar="POST")
@acting.at_node(_READS)
def show_post(*, name: str, **options: Any) -> Answer:
    """One post."""
    return _answer(ask(options, "posts.show", post=name))


@verb(room, "define")
@click.argument("name", metavar="ROOM")
@together(*_ASKS)
@acting.at_node(_WHO)
def define_room(*, name: str, **options: Any) -> Answer:
    """Define a room, a ship or a meeting, or change what it asks of who is within."""
    return _answer(ask(options, "rooms.define", name_=name, **_asked(options)))


@verb(room, "enter")
@click.argument("name", metavar="ROOM")
@click.option("--person", "people", multiple=True, required=True, metavar="P", help="Who.")
@_EXCEPTION
@acting.second
@acting.second_token
@acting.wait
@acting.at_node(_WHO)
def enter(*, name: str, people: tuple[str, ...], exception: str | None, **options: Any) -> Answer:
    """Let people into a room, once everybody was checked: all of them or nobody. A facility is a
    room that asks for the level that it is accredited for.
    """
    told = ask(options, "rooms.enter", room=name, people=people, exception=exception)
    return _answer(told)


@verb(room, "leave")
@click.argument("name", metavar="ROOM")
@_PEOPLE
@acting.at_node(_WHO)
def leave(*, name: str, people: tuple[str, ...], **options: Any) -> Answer:
    """Note that people left a room; nobody named: all of them."""
    return _answer(ask(options, "rooms.leave", room=name, people=people or None))


@verb(room, "list")
@acting.at_node(_READS)
def list_rooms(**options: Any) -> Answer:
    """Every room, who is within, and what they lack by now."""
    return _several(ask(options, "rooms.list"), "rooms")


@verb(room, "show")
@click.argument("name", metavar="ROOM")
@acting.at_node(_READS)
def show_room(*, name: str, **options: Any) -> Answer:
    """One room."""
    return _answer(ask(options, "rooms.show", room=name))


def _asked(options: dict[str, Any]) -> dict[str, Any]:
    """What a post asks, taken out of the options."""
    return {one: options.pop(one) for one in ("level", "agreement", "project", "facility")}


def _several(told: dict[str, Any], member: str) -> Answer:
    return Answer(told, "\n".join(_lines(one) for one in told[member]) or "-")


def _answer(told: dict[str, Any]) -> Answer:
    return Answer(told, _lines(told))


def _lines(told: dict[str, Any]) -> str:
    lang = speaker().lang
    asks = (told["level"], told["agreement"], told["project"], told["facility"])
    state = name_of(lang, "post_state", told["state"])
    first = f"{told['id']}  {state}  " + "  ".join(visible(one) for one in asks if one)
    return "\n".join([first, *(_person(one, lang) for one in told["people"])])


def _person(one: dict[str, Any], lang: str) -> str:
    gaps = ", ".join(name_of(lang, "gap", gap["what"]) for gap in one["gaps"])
    excepted = ", ".join(name_of(lang, "gap", what) for what in one["excepted"])
    told = f"  {one['person']}  {one['since']}"
    told += f"  ({excepted})" if excepted else ""
    return told + (f"  ! {gaps}" if gaps else "")
