"""`sealane item copy`, `move`, `remark`, `return`, `destroy`, `custody` and `disclosures`: numbered
copies, in whose hands each is, and who read what.

Spec: spec/interfaces.md §5; spec/exchange.md §10; R27, R39, R40, R47, R48.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from sealane.base.visible import visible
from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, alone, speaker
from sealane.cli.frame.asking import ask
from sealane.web.words import name_of

numbered = click.option("--copy", "number", type=click.IntRange(0), required=True, metavar="N")
placed = click.option("--place", required=True, metavar="FACILITY", help="Where it is to lie.")
held = click.option(
    "--holder", default=None, metavar="PERSON", help="Who is to have it; default: the registry."
)


def _line(found: Mapping[str, Any]) -> str:
    """One copy in words."""
    state = name_of(speaker().lang, "state", found["state"])
    where = f"  {found['place']}  {found['holder']}" if "place" in found else ""
    return f"{found['item']} {found['nation']} {found['copy']}: {state}{where}"


@alone("copy")
@click.argument("name", metavar="ID")
@placed
@held
@click.option("--purpose", default=None, help="Default: the first of the item's.")
@acting.at_node("The registry clerk.")
def copy(
    *, name: str, place: str, holder: str | None, purpose: str | None, **options: Any
) -> Answer:
    """Register one more copy, under a number that is never used again; its provider is told the
    number.
    """
    found = ask(options, "items.copy", item=name, place=place, holder=holder, purpose=purpose)
    return Answer(found, _line(found))


@alone("move")
@click.argument("name", metavar="ID")
@numbered
@placed
@held
@acting.at_node("The registry clerk.")
def move(*, name: str, number: int, place: str, holder: str | None, **options: Any) -> Answer:
    """Note that a copy is at another place from now on, or in other hands."""
    found = ask(options, "items.move", item=name, copy=number, place=place, holder=holder)
    return Answer(found, _line(found))


@alone("remark")
@click.argument("name", metavar="ID")
@numbered
@acting.at_node("The registry clerk.")
def remark(*, name: str, number: int, **options: Any) -> Answer:
    """Note that a copy in people's hands bears the item's new level."""
    found = ask(options, "items.remark", item=name, copy=number)
    return Answer(found, f"{_line(found)}  {found['level']}")


@alone("return")
@click.argument("name", metavar="ID")
@numbered
@acting.at_node("The registry clerk.")
def return_(*, name: str, number: int, **options: Any) -> Answer:
    """Give a copy of a received item back to its provider, which is told by a signed statement."""
    found = ask(options, "items.return", item=name, copy=number)
    return Answer(found, _line(found))


@alone("destroy")
@click.argument("name", metavar="ID")
@numbered
@click.option("--means", default=None, metavar="TEXT", help="How, for the certificate.")
@click.option(
    "--witness",
    "second",
    default=None,
    metavar="PERSON",
    help="Before whom: another registry clerk, a second signer or a security officer.",
)
@click.option(
    "--witness-token-file",
    "second_token_file",
    default=None,
    metavar="F",
    help="File (or /dev/fd/N) with the witness's own token; needed in production.",
)
@acting.wait
@acting.at_node("The registry clerk.")
def destroy(*, name: str, number: int, means: str | None, **options: Any) -> Answer:
    """Destroy a copy and certify it; at the highest levels before a witness. Its provider is told
    by a signed statement.
    """
    found = ask(options, "items.destroy", item=name, copy=number, means=means)
    told = found["certificate"]
    people = " + ".join(visible(str(one)) for one in (told["by"], told["witness"]) if one)
    return Answer(found, f"{name} {number}: {visible(told['means'])}  {people}  {told['at']}")


@alone("custody")
@click.argument("name", metavar="ID")
@click.option("--at", default=None, metavar="T", help="As it stood then (RFC 3339); default: now.")
@acting.at_node("Who reads: any staff; at an embedded node, without it, as staff.")
def custody(*, name: str, at: str | None, **options: Any) -> Answer:
    """For every copy where it is, who has it, since when and by whose word, now or at any instant
    before.
    """
    found = ask(options, "items.custody", item=name, at=at)
    lines = [
        f"{_line({**one, 'item': name, 'copy': one['number']})}  {one['since']}"
        for one in found["copies"]
    ]
    return Answer(found, "\n".join(lines) or "-")


@alone("disclosures")
@click.argument("name", metavar="ID")
@acting.at_node("Who reads: any staff; at an embedded node, without it, as staff.")
def disclosures(*, name: str, **options: Any) -> Answer:
    """Who read an item, when and for what, and how each proved to be who they are."""
    found = ask(options, "items.disclosures", item=name)
    lines = [
        f"{one['at']}  {one['nation']}  {visible(str(one['person'] or one['post']))}"
        f"  {one['action']}  {one['purpose']}  {one['proof']}"
        for one in found["readers"]
    ]
    return Answer(found, "\n".join(lines) or "-")


VERBS = (copy, move, remark, return_, destroy, custody, disclosures)
"""What this module adds to its group, in the order of the help."""
