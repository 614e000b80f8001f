"""`sealane inventory`: count the copies that are held here, one by one.

Spec: spec/interfaces.md §6; spec/inventory.md; R39, R52.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.base.visible import visible
from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, speaker, together, verb
from sealane.cli.frame.asking import ask
from sealane.web.words import name_of

_COPY = (
    click.argument("number", metavar="ID"),
    click.argument("item", metavar="ITEM"),
    click.argument("copy", type=click.IntRange(0), metavar="COPY"),
)


@click.group("inventory")
def inventory() -> None:
    """Inventories: what the register says is here, counted copy by copy."""


@verb(inventory, "open")
@click.option("--assign", required=True, metavar="PERSON", help="Who counts: a registry clerk.")
@click.option("--level", default=None, metavar="L", help="Of this level; default: every level.")
@click.option("--place", default=None, metavar="P", help="In this facility; default: every place.")
@click.option("--due", default=None, metavar="T", help="By when; default: in 30 days.")
@acting.at_node("A registry clerk.")
def open_(
    *, assign: str, level: str | None, place: str | None, due: str | None, **options: Any
) -> Answer:
    """Open an inventory of the copies that are held here, and assign it."""
    told = ask(options, "inventories.open", assign=assign, level=level, place=place, due=due)
    return _whole(told)


@verb(inventory, "tick")
@together(*_COPY)
@click.argument("found", type=click.Choice(["present", "absent"]))
@acting.at_node("The registry clerk to whom it is assigned.")
def tick(*, number: str, item: str, copy: int, found: str, **options: Any) -> Answer:
    """Note that a copy is there, or is not."""
    told = ask(options, "inventories.tick", inventory=number, item=item, copy=copy, found=found)
    return Answer(told, _line(told))


@verb(inventory, "close")
@click.argument("number", metavar="ID")
@acting.at_node("The registry clerk to whom it is assigned.")
def close(*, number: str, **options: Any) -> Answer:
    """End an inventory: each copy that was not found, or not looked for, opens an incident."""
    return _whole(ask(options, "inventories.close", inventory=number))


@verb(inventory, "settle")
@together(*_COPY)
@click.option("--finding", required=True, metavar="TEXT", help="What became of the copy.")
@acting.at_node("The security officer.")
def settle(*, number: str, item: str, copy: int, finding: str, **options: Any) -> Answer:
    """Say what became of an own item's copy that an inventory missed."""
    told = ask(
        options, "inventories.settle", inventory=number, item=item, copy=copy, finding=finding
    )
    return _whole(told)


@verb(inventory, "list")
@click.option("--open", "open_alone", is_flag=True, help="Those that are still counted.")
@click.option("--limit", default=100, show_default=True)
@click.option("--after", default=None, metavar="CURSOR", help="`after` of the page before.")
@acting.at_node("Who reads: a registry clerk, a security officer or an auditor.")
def list_(*, open_alone: bool, limit: int, after: str | None, **options: Any) -> Answer:
    """Inventories, the newest first."""
    told = ask(options, "inventories.list", open_=open_alone or None, limit=limit, after=after)
    lines = [_line(one) for one in told["inventories"]]
    if told["after"]:
        lines.append(f"--after {told['after']}")
    return Answer(told, "\n".join(lines) or "-")


@verb(inventory, "show")
@click.argument("number", metavar="ID")
@acting.at_node("Who reads: a registry clerk, a security officer or an auditor.")
def show(*, number: str, **options: Any) -> Answer:
    """One inventory, copy by copy."""
    return _whole(ask(options, "inventories.show", inventory=number))


def _whole(told: dict[str, Any]) -> Answer:
    lang = speaker().lang
    lines = [
        f"  {one['item']} {one['copy']}  {name_of(lang, 'counted', one['state'])}"
        f"  {visible(one['level'])}  {one['place']}  {one['incident'] or ''}".rstrip()
        for one in told["lines"]
    ]
    return Answer(told, "\n".join([_line(told), *lines]))


def _line(told: dict[str, Any]) -> str:
    lang = speaker().lang
    counts = ", ".join(
        f"{name_of(lang, 'counted', state)} {count}"
        for state, count in told["counts"].items()
        if count
    )
    where = "  ".join(visible(one) for one in (told["level"], told["place"]) if one)
    state = name_of(lang, "inventory_state", told["state"])
    return f"{told['id']}  {state}  {told['assigned']}  {told['due']}  {where}  {counts}".rstrip()
