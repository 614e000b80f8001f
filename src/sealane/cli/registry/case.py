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
from sealane.cli import access
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
    every = told["kinds"] + told["standing"]
    return Answer(told, "\n".join(line for one in every for line in _kind(one)))


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


LISTING = together(
    click.option(
        "--open", "open_alone", is_flag=True, help="Those in which one can say something."
    ),
    click.option("--with", "with_", default=None, metavar="PARTY"),
    click.option("--item", default=None, metavar="ID", help="Those that are about it or named it."),
    click.option("--limit", default=50, show_default=True),
    click.option("--after", default=None, metavar="CURSOR", help="`after` of the page before."),
    acting.at_node("Who reads: any staff; others see the cases that they spoke in."),
)


@verb(case, "list")
@click.option("--kind", default=None)
@LISTING
def list_(**options: Any) -> Answer:
    """Cases with partners, the newest first."""
    return listed(**options)


def listed(
    *,
    open_alone: bool,
    after: str | None,
    **options: Any,
) -> Answer:
    """A page of the cases that may be seen."""
    asked = {name: options.pop(name, None) for name in ("kind", "with_", "item", "limit")}
    told = ask(options, "cases.list", open_=open_alone, after=after, **asked)
    lines = [_line(one) for one in told["cases"]]
    if told["after"]:
        lines.append(f"--after {told['after']!r}")
    return Answer(told, "\n".join(lines) or "-")


SHOWING = acting.at_node("Who reads.")


@verb(case, "show")
@click.argument("number", metavar="ID")
@SHOWING
def show(*, number: str, **options: Any) -> Answer:
    """One case whole: the same at both nodes once everything was delivered."""
    return seen(number, **options)


def seen(number: str, *, kind: str | None = None, **options: Any) -> Answer:
    """One case, of a kind where one is named."""
    return shown(ask(options, "cases.show", case=number, kind=kind))


OPENING = together(
    click.option("--with", "with_", required=True, metavar="PARTY"),
    click.option("--agreement", required=True, metavar="ID"),
    _ITEM,
    _SET,
    acting.at_node("Who opens it, with a duty that the kind names."),
)


@verb(case, "open")
@click.argument("kind", metavar="KIND")
@OPENING
def open_(*, kind: str, **options: Any) -> Answer:
    """Open a case with a partner."""
    return opened(kind, **options)


def opened(
    kind: str,
    *,
    with_: str,
    agreement: str,
    items: tuple[str, ...],
    pairs: tuple[str, ...],
    **options: Any,
) -> Answer:
    """A case that begins."""
    told = ask(
        options,
        "cases.open",
        kind=kind,
        with_=with_,
        agreement=agreement,
        items=items or None,
        form=_form(pairs),
    )
    return shown(told)


SAYING = together(
    _ITEM,
    _SET,
    acting.second,
    acting.second_token,
    acting.wait,
    acting.at_node("Who says it, with a duty that the kind names."),
)


@verb(case, "say")
@click.argument("number", metavar="ID")
@click.argument("event", metavar="EVENT")
@SAYING
def say(*, number: str, event: str, **options: Any) -> Answer:
    """Say something in a case; each event is a verb of its own as well: `case accept ID`."""
    return said_in(number, event, **options)


def said_in(
    number: str,
    event: str,
    *,
    items: tuple[str, ...],
    pairs: tuple[str, ...],
    kind: str | None = None,
    **options: Any,
) -> Answer:
    """The case with one more word in it."""
    told = ask(
        options,
        "cases.say",
        case=number,
        event=event,
        items=items or None,
        form=_form(pairs),
        kind=kind,
    )
    return shown(told)


KEEPING = together(_SET, acting.at_node("Who keeps it, with a duty that the kind names."))


@verb(case, "keep")
@click.argument("number", metavar="ID")
@click.argument("name", metavar="NAME")
@KEEPING
def keep(*, number: str, name: str, **options: Any) -> Answer:
    """Write what this nation keeps for itself about a case, such as `limits` of a visit, which the
    other side is never told; `--set FIELD=` takes a field away. Without --set, the case is shown.
    """
    return kept(number, name, **options)


def kept(
    number: str, name: str, *, pairs: tuple[str, ...], kind: str | None = None, **options: Any
) -> Answer:
    """The case with what is kept about it."""
    if not pairs:
        return shown(ask(options, "cases.show", case=number, kind=kind))
    form = {field: None if value == "" else value for field, value in _form(pairs).items()}
    told = ask(options, "cases.keep", case=number, name_=name, form=form, kind=kind)
    return shown(told)


PRINTING = together(
    click.option("--form", required=True, metavar="FORM", help="Whose form, such as `usa`."),
    acting.at_node("Who prints: whoever reads it."),
)


@verb(case, "print")
@click.argument("number", metavar="ID")
@click.argument("out", metavar="OUT.pdf")
@PRINTING
def print_(*, number: str, out: str, form: str, **options: Any) -> Answer:
    """Print a case on a partner's own form, headings in both languages, the one that --lang names
    first; that it was printed is on record.
    """
    return printed(number, out, form, **options)


def printed(number: str, out: str, form: str, *, kind: str | None = None, **options: Any) -> Answer:
    """A case in a file."""
    lang = click.get_current_context().params.get("lang")
    with access.whole_output(out) as sink:
        told = ask(options, "cases.print", case=number, form=form, lang=lang, kind=kind, sink=sink)
    return Answer({**told, "out": out}, f"{out}: {told['bytes']}")


def _said(event: str) -> click.Command:
    """The verb of an event of any kind."""

    @command
    @click.argument("number", metavar="ID")
    @SAYING
    def said(*, number: str, **options: Any) -> Answer:
        return said_in(number, event, **options)

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


def shown(told: dict[str, Any]) -> Answer:
    """A case as it is answered, and as people read it."""
    lines = [_line(told)]
    lines += [f"  {name}: {_said_of(value)}" for name, value in told["form"].items()]
    lines += [
        f"  {one['at']}  {one['by']}  {one['event']}  "
        + ", ".join(f"{name}: {_said_of(value)}" for name, value in one["form"].items())
        for one in told["events"]
    ]
    lines += [
        f"  {name}: {_said_of(held)}"
        for name, held in told["own"].items()
        if isinstance(held, dict) and held
    ]
    if told["own"]["possible"]:
        lines.append("  > " + ", ".join(told["own"]["possible"]))
    return Answer(told, "\n".join(lines))


def _said_of(value: Any) -> str:
    if isinstance(value, str):
        return visible(value, keep="\n")
    return visible(json.dumps(value, ensure_ascii=False), keep="\n")
