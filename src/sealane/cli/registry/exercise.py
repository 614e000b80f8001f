"""`sealane exercise`: what is made to go wrong in an exercise.

Spec: spec/exercise.md §4.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, speaker, verb
from sealane.cli.frame.asking import ask
from sealane.web.words import name_of

_WHO = "A security officer or an operator, at a node of an exercise."


@click.group("exercise")
def exercise() -> None:
    """Make something go wrong at a node of an exercise; a real node refuses."""


@verb(exercise, "leak")
@click.argument("name", metavar="ITEM")
@click.option("--text", required=True, metavar="TEXT", help="What people are told.")
@acting.at_node(_WHO)
def leak(*, name: str, text: str, **options: Any) -> Answer:
    """A received item came into wrong hands: an incident opens with its provider."""
    return _answer(ask(options, "exercise.leak", item=name, text=text))


@verb(exercise, "lapse")
@click.argument("who", metavar="PERSON")
@acting.at_node(_WHO)
def lapse(*, who: str, **options: Any) -> Answer:
    """Every clearance of a person that counts now ends now."""
    return _answer(ask(options, "exercise.lapse", person_=who))


@verb(exercise, "cut")
@click.argument("party", metavar="PARTY")
@acting.at_node(_WHO)
def cut(*, party: str, **options: Any) -> Answer:
    """The line to a partner is lost: nothing passes over it, either way, until it is restored."""
    return _answer(ask(options, "exercise.cut", party=party))


@verb(exercise, "restore")
@click.argument("party", metavar="PARTY")
@acting.at_node(_WHO)
def restore(*, party: str, **options: Any) -> Answer:
    """A line that was lost stands again; what waited goes out by itself."""
    return _answer(ask(options, "exercise.restore", party=party))


@verb(exercise, "list")
@acting.at_node(_WHO)
def list_(**options: Any) -> Answer:
    """Everything that was put in, the newest first."""
    told = ask(options, "exercise.list")
    return Answer(told, "\n".join(map(_line, told["injects"])) or "-")


def _answer(told: dict[str, Any]) -> Answer:
    return Answer(told, _line(told))


def _line(one: dict[str, Any]) -> str:
    kind = name_of(speaker().lang, "inject", one["kind"])
    parts = (one["id"], kind, one["about"], one["since"], one["case"], one["ended"])
    return "  ".join(part for part in parts if part)
