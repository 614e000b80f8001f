"""`sealane case`: open a case with a partner, say something in it, list and show.

Every event of every kind is a verb of its own: `sealane case accept ID`.
Spec: spec/interfaces.md §6; spec/case.md.
"""

from __future__ import annotations

import json
from typing import Any

import click

from sealane.base.errors import Malformed, declare
from sealane.base.visible import visible
from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, command, read_bytes, speaker, together, verb
from sealane.cli.frame.asking import ask

FILE_MOST = 1 << 18
NO_PAIR = declare(
    "usage.set",
    Malformed,
    "--set takes NAME=VALUE, or NAME=@FILE for JSON; {given!r} is neither.",
    "--set は NAME=VALUE、又は JSON の場合 NAME=@FILE の形です。{given!r} は異なります。",
    "`sealane case kinds` lists the fields of every kind.",
    "各種類の項目は `sealane case kinds` で確認できます。",
)
_SET = click.option(
    "--set",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    help="A field; again for one more of a list; NAME=@FILE reads JSON.",
)
_ITEM = click.option("--item", "items", multiple=True, metavar="ID", help="An item that it names.")


class EveryEvent(click.Group):
    """The group's own verbs, and every event that some kind of case has."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        if own is not None or cmd_name.startswith("-"):
            return own
        return _said(cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *_events()]


@click.group("case", cls=EveryEvent)
def case() -> None:
    """What two nations say to one another beside handing over an item."""


@verb(case, "kinds")
@acting.at_node("Who reads.")
def kinds(**options: Any) -> Answer:
    """Every kind of case: its form, its life, and who may say what."""
    told = ask(options, "cases.kinds")
    return Answer(told, "\n".join(line for one in told["kinds"] for line in _kind(one)))


def _kind(one: dict[str, Any]) -> list[str]:
    """A kind with its fields and its events, as people read it."""
    lang = speaker().lang
    lines = [f"{one['kind']}: {one['title'][lang]}"]
    lines += [f"  {_field(field, lang)}" for field in one["fields"]]
    lines += [
        f"  {row['from']} > {row['event']} > {row['to']}  ({row['who']}): {row['title'][lang]}"
        + "".join(f"\n      {_field(field, lang)}" for field in row["fields"])
        for row in one["rows"]
    ]
    return lines


def _field(field: dict[str, Any], lang: str) -> str:
    words = f" ({', '.join(field['values'])})" if field["values"] else ""
    return (
        f"--set {field['name']}={'*' if field['required'] else ''}{words}  {field['title'][lang]}"
    )


@verb(case, "list")
@click.option("--kind", default=None)
@click.option("--open", "open_alone", is_flag=True, help="Those in which something can be said.")
@click.option("--with", "with_", default=None, metavar="PARTY")
@click.option("--item", default=None, metavar="ID", help="Those that are about it or named it.")
@click.option("--limit", default=50, show_default=True)
@click.option("--after", default=None, metavar="CURSOR", help="`after` of the page before.")
@acting.at_node("Who reads: any staff; others see the cases that they spoke in.")
def list_(
    *,
    open_alone: bool,
    after: str | None,
    **options: Any,
) -> Answer:
    """Cases with partners, the newest first."""
    asked = {name: options.pop(name) for name in ("kind", "with_", "item", "limit")}
    told = ask(options, "cases.list", open_=open_alone, after=after, **asked)
    lines = [_line(one) for one in told["cases"]]
    if told["after"]:
        lines.append(f"--after {told['after']!r}")
    return Answer(told, "\n".join(lines) or "-")


@verb(case, "show")
@click.argument("number", metavar="ID")
@acting.at_node("Who reads.")
def show(*, number: str, **options: Any) -> Answer:
    """One case whole: the same at both nodes once everything was delivered."""
    return _answer(ask(options, "cases.show", case=number))


@verb(case, "open")
@click.argument("kind", metavar="KIND")
@click.option("--with", "with_", required=True, metavar="PARTY")
@click.option("--agreement", required=True, metavar="ID")
@together(_ITEM, _SET)
@acting.at_node("Who opens it, with a duty that the kind names.")
def open_(
    *,
    kind: str,
    with_: str,
    agreement: str,
    items: tuple[str, ...],
    pairs: tuple[str, ...],
    **options: Any,
) -> Answer:
    """Open a case with a partner."""
    told = ask(
        options,
        "cases.open",
        kind=kind,
        with_=with_,
        agreement=agreement,
        items=items or None,
        form=_form(pairs),
    )
    return _answer(told)


_SAYING = together(
    _ITEM,
    _SET,
    acting.second,
    acting.second_token,
    acting.at_node("Who says it, with a duty that the kind names."),
)


@verb(case, "say")
@click.argument("number", metavar="ID")
@click.argument("event", metavar="EVENT")
@_SAYING
def say(*, number: str, event: str, **options: Any) -> Answer:
    """Say something in a case; each event is a verb of its own as well: `case accept ID`."""
    return _answer(_asked(number, event, **options))


def _asked(
    number: str, event: str, *, items: tuple[str, ...], pairs: tuple[str, ...], **options: Any
) -> dict[str, Any]:
    told: dict[str, Any] = ask(
        options, "cases.say", case=number, event=event, items=items or None, form=_form(pairs)
    )
    return told


def _said(event: str) -> click.Command:
    """The verb of an event."""

    @command
    @click.argument("number", metavar="ID")
    @_SAYING
    def said(*, number: str, **options: Any) -> Answer:
        return _answer(_asked(number, event, **options))

    return click.command(event, help=f"Say `{event}` in a case.")(said)


def _events() -> list[str]:
    """Every event that a person says in some kind, each once."""
    from sealane import shipped
    from sealane.cases.kind import Side

    return sorted(
        {
            event.name
            for kind in shipped.case_kinds().values()
            for event in kind.event
            if event.who is not Side.CLOCK
        }
    )


def _form(pairs: tuple[str, ...]) -> dict[str, Any]:
    """The fields that were set: one value each, or a list where a name stands again. Raises:
    Malformed `usage.set`, `input.*`, `json.*`.
    """
    found: dict[str, list[Any]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise NO_PAIR(given=pair[:60])
        found.setdefault(name, []).append(_value(value))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _value(text: str) -> Any:
    if not text.startswith("@"):
        return text
    from sealane.base import canonical

    return canonical.parse(read_bytes(text[1:], limit=FILE_MOST))


def _line(one: dict[str, Any]) -> str:
    due = f"  due {one['due']}" if one["due"] else ""
    return f"{one['id']}  {one['kind']}  {one['opener']} > {one['with']}  {one['state']}{due}"


def _answer(told: dict[str, Any]) -> Answer:
    lines = [_line(told)]
    lines += [f"  {name}: {_said_of(value)}" for name, value in told["form"].items()]
    lines += [
        f"  {one['at']}  {one['by']}  {one['event']}  "
        + ", ".join(f"{name}: {_said_of(value)}" for name, value in one["form"].items())
        for one in told["events"]
    ]
    if told["own"]["possible"]:
        lines.append("  > " + ", ".join(told["own"]["possible"]))
    return Answer(told, "\n".join(lines))


def _said_of(value: Any) -> str:
    if isinstance(value, str):
        return visible(value, keep="\n")
    return visible(json.dumps(value, ensure_ascii=False), keep="\n")
