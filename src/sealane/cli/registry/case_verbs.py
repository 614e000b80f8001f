"""`sealane rfi`, `sealane visit` and their like: a group for each kind of case, made from its
table.

`visit request` is `case open visit`, `visit approve` is `case approve`, with the same options and
answers; a case of another kind is none to them. A new kind has its verbs from its file alone, and
nothing of it is read before a verb of the kind is asked for.
Spec: spec/interfaces.md §6; spec/case.md §2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from sealane.cli.frame.answer import Answer, command
from sealane.cli.registry import case

if TYPE_CHECKING:
    from sealane.agreements.agreement import Bilingual
    from sealane.cases.kind import CaseField, CaseKind

_NUMBER = click.argument("number", metavar="ID")


class KindVerb(click.Command):
    """A verb whose help is made from a table in two languages, and so is in no catalogue."""

    help_ja = ""
    """The help in Japanese."""


class KindVerbs(click.Group):
    """The verbs of one kind of case, made when one is asked for."""

    def __init__(self, kind: str, title: tuple[str, str]) -> None:
        """Args: title: how people call the kind, in English and Japanese."""
        called = " / ".join(title)
        super().__init__(kind, help=f"{called}.", short_help=f"{called}.")
        self.help_ja = f"{title[1]}。"
        self._kind = kind

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(verbs_of(self._kind))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        make = verbs_of(self._kind).get(cmd_name)
        return None if make is None else make()


def verbs_of(name: str) -> Mapping[str, Callable[[], click.Command]]:
    """The verbs of a kind, each made when it is called: what opens a case, what is said in one by
    people, what a side keeps, the forms, and the list.
    """
    from sealane import shipped
    from sealane.cases.kind import Side

    kind = shipped.case_kinds().get(name)
    if kind is None:
        return {}
    found: dict[str, Callable[[], click.Command]] = {kind.open.verb: partial(_opening, kind)}
    for event in kind.event:
        if event.who is not Side.CLOCK:
            found[event.name] = partial(_saying, kind, event.name)
    for own in kind.own:
        found[own.verb] = partial(_keeping, kind, own.name)
    if forms := shipped.printed_forms().get(name):
        found["print"] = partial(_printing, kind, forms)
    return found | {"list": partial(_listing, kind), "show": partial(_showing, kind)}


def _opening(kind: CaseKind) -> click.Command:
    @command
    @case.OPENING
    def opened(**options: Any) -> Answer:
        return case.opened(kind.kind, **options)

    return _named(kind.open.verb, kind.open.title, kind.field)(opened)


def _saying(kind: CaseKind, name: str) -> click.Command:
    @command
    @_NUMBER
    @case.SAYING
    def said(*, number: str, **options: Any) -> Answer:
        return case.said_in(number, name, kind=kind.kind, **options)

    event = kind.event_of(name)
    assert event is not None
    return _named(name, event.title, event.field)(said)


def _keeping(kind: CaseKind, name: str) -> click.Command:
    @command
    @_NUMBER
    @case.KEEPING
    def kept(*, number: str, **options: Any) -> Answer:
        return case.kept(number, name, kind=kind.kind, **options)

    own = kind.own_of(name)
    assert own is not None
    return _named(own.verb, own.title, own.field)(kept)


def _printing(kind: CaseKind, forms: Iterable[str]) -> click.Command:
    @command
    @_NUMBER
    @click.argument("out", metavar="OUT.pdf")
    @case.PRINTING
    def printed(*, number: str, out: str, form: str, **options: Any) -> Answer:
        return case.printed(number, out, form, kind=kind.kind, **options)

    own = f"Print it on a partner's own form ({', '.join(forms)})"
    return _told("print", (own, f"相手国の様式（{'、'.join(forms)}）に印刷する"))(printed)


def _listing(kind: CaseKind) -> click.Command:
    @command
    @case.LISTING
    def listed(**options: Any) -> Answer:
        return case.listed(kind=kind.kind, **options)

    return _told("list", ("Those of this kind", "この種類の案件の一覧"))(listed)


def _showing(kind: CaseKind) -> click.Command:
    @command
    @_NUMBER
    @case.SHOWING
    def shown(*, number: str, **options: Any) -> Answer:
        return case.seen(number, kind=kind.kind, **options)

    return _told("show", ("One of this kind", "この種類の案件を一つ表示する"))(shown)


def _named(
    verb: str, title: Bilingual, fields: Iterable[CaseField]
) -> Callable[[Callable[..., None]], click.Command]:
    """A command with its help in both languages, and the fields that it takes."""
    taken = [one for one in fields if not one.by_node]
    return _told(
        verb,
        (title.en, title.ja),
        below=[f"{_field(one)}  {one.title.en} / {one.title.ja}" for one in taken],
        below_ja=[f"{_field(one)}  {one.title.ja}" for one in taken],
    )


def _told(
    verb: str,
    title: tuple[str, str],
    *,
    below: Iterable[str] = (),
    below_ja: Iterable[str] = (),
) -> Callable[[Callable[..., None]], click.Command]:
    """A command whose help tells its title, and lines below."""

    def decorate(function: Callable[..., None]) -> click.Command:
        help_en = f"{title[0]} / {title[1]}.{_listed(below)}"
        made = click.command(verb, cls=KindVerb, help=help_en)(function)
        made.help_ja = f"{title[1]}。{_listed(below_ja)}"
        return made

    return decorate


def _listed(lines: Iterable[str]) -> str:
    listed = "\n".join(lines)
    return f"\n\n\b\n{listed}" if listed else ""


def _field(field: CaseField) -> str:
    words = f" ({', '.join(field.values)})" if field.values else ""
    again = " ..." if field.list else ""
    needed = "*" if field.required else ""
    return f"--set {field.name}={needed}{words}{again}"
