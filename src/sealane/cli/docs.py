"""`make docs`: the documents that are made from the code, so that they cannot tell anything else.

`pages()` gives every page as text; `main` writes them; tests/test_house.py compares.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import click

import sealane
from sealane import settings, shipped
from sealane.adapters.outputs import write_whole
from sealane.base.errors import CATALOGUE, SealaneError
from sealane.base.table import Table
from sealane.cli.frame import apart
from sealane.cli.main import GROUPS, cli
from sealane.cli.registry.case_verbs import verbs_of
from sealane.labels.sources.handbook import handbook
from sealane.ledger import catalogue
from sealane.library.reference import reference
from sealane.mail_settings import MailSettings
from sealane.office.table import OPERATIONS, addresses, waiting
from sealane.protocol import authority_page
from sealane.registry import who_may_page
from sealane.sign_in_settings import SignInSettings

CONTRACT = frozenset(
    {
        "label parse",
        "label render",
        "label merge",
        "label map",
        "label access",
        "scheme check",
        "scheme list",
        "agreement check",
        "agreement sign",
        "agreement verify",
        "agreement diff",
        "decide",
        "seal",
        "open",
        "inspect",
        "node init",
        "node run",
        "node status",
        "release",
        "item list",
        "item show",
        "item history",
        "item recall",
        "ledger verify",
        "ledger prove",
        "ledger check-proof",
        "ledger check-consistency",
        "ledger equivocation",
        "evidence export",
        "evidence verify",
        "audit reconcile",
    }
)
"""The verbs that spec/interfaces.md §1 fixes; every other one extends it."""
MADE = "Made by `make docs`; edit the code that declares it, not this page."


def pages() -> dict[str, str]:
    """Every made page by its path below the repository's root."""
    modules = everything()
    return {
        "docs/errors.md": errors(),
        "docs/ledger-entries.md": catalogue.catalogue(),
        "docs/lives.md": lives(modules),
        "docs/authority.md": authority_page.page(),
        "docs/who-may.md": who_may_page.page(addresses(), waiting()),
        "docs/commands.md": commands(),
        "docs/settings.md": settings_page(),
        "spec/extensions.md": extensions(),
        "docs/library.md": reference(),
        "docs/labels.md": handbook(shipped.schemes()),
    }


def everything() -> list[ModuleType]:
    """Every module of the package, imported, so that every code and table is known."""
    return [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(sealane.__path__, "sealane.")
    ]


def errors() -> str:
    """`docs/errors.md`: every declared code."""
    lines = [
        "# Error codes / エラーコード",
        "",
        MADE,
        "",
        (
            "A code is stable: programs may rely on it, never on a sentence. `{...}` stands for a"
            " fact of the case."
        ),
        "",
    ]
    for kind in sorted(
        {code.kind for code in CATALOGUE.values()}, key=lambda one: (one.exit_status, one.__name__)
    ):
        lines += [
            f"## {kind.__name__}: exit {kind.exit_status}",
            "",
            inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0],
            "",
            "| code | message | 文面 | remedy | 対処 |",
            "|---|---|---|---|---|",
            *_codes(kind),
            "",
        ]
    return "\n".join(lines)


def _codes(kind: type[SealaneError]) -> Iterator[str]:
    for code in sorted(CATALOGUE.values(), key=lambda one: one.code):
        if code.kind is kind:
            cells = (code.text, code.text_ja, code.remedy or "–", code.remedy_ja or "–")
            yield f"| `{code.code}` | {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def lives(modules: list[ModuleType]) -> str:
    """`docs/lives.md`: every life as its table and its diagram."""
    tables = {
        id(table): table
        for module in modules
        for table in vars(module).values()
        if isinstance(table, Table)
    }
    lines = [
        "# Lives",
        "",
        MADE,
        "",
        (
            "Both nodes judge one another by these same tables. A step's entry is recorded before"
            " it takes effect; where there is none, nobody acts at a node: signatures are on"
            " paper, and an end is a date."
        ),
    ]
    for table in sorted(tables.values(), key=lambda one: one.life):
        lines += [
            "",
            f"## {table.life.capitalize()}",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *_diagram(table),
            "```",
            "",
            "| from | event | to | who may | entry | clock |",
            "|---|---|---|---|---|---|",
        ]
        for row in table.rows:
            clock = "–"
            if row.starts:
                clock = f"starts {row.starts}"
            elif row.stops:
                clock = f"stops {row.stops}"
            entry = f"`{row.entry}`" if row.entry else "–"
            lines.append(
                f"| {row.state} | {row.event} | {row.to} | {row.who} | {entry} | {clock} |"
            )
    return "\n".join(lines) + "\n"


def _diagram(table: Table) -> Iterator[str]:
    names = {state: f"s{number}" for number, state in enumerate(table.states())}
    yield from (f"    {name} : {state}" for state, name in names.items())
    yield f"    [*] --> {names[table.start]}"
    yield from (f"    {names[row.state]} --> {names[row.to]} : {row.event}" for row in table.rows)


def walk() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, by its words."""
    context = click.Context(cli)
    for name in GROUPS:
        command = cli.get_command(context, name)
        assert command is not None
        yield from _below((name,), command)


def _below(
    words: tuple[str, ...], command: click.Command
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(command, click.Group):
        for name, child in sorted(command.commands.items()):
            yield from _below((*words, name), child)
    else:
        yield words, command


def commands() -> str:
    """`docs/commands.md`: every command with its arguments and options."""
    lines = [
        "# Commands",
        "",
        MADE,
        "",
        (
            "Every command also takes `--json` (one JSON document on stdout), `--lang en|ja` and"
            " `--help`."
        ),
        "Exit status: `spec/interfaces.md`.",
    ]
    for words, command in walk():
        arguments = [
            parameter.make_metavar(click.Context(command))
            for parameter in command.params
            if isinstance(parameter, click.Argument)
        ]
        lines += [
            "",
            f"## `sealane {' '.join([*words, *arguments])}`",
            "",
            inspect.cleandoc(command.help or ""),
        ]
        options = [
            parameter
            for parameter in command.params
            if isinstance(parameter, click.Option) and parameter.name not in ("as_json", "lang")
        ]
        if options:
            lines += [
                "",
                "| option | |",
                "|---|---|",
                *(
                    f"| `{', '.join(parameter.opts)}` | {_about(parameter)} |"
                    for parameter in options
                ),
            ]
    return "\n".join([*lines, *_of_kinds(), *_apart()]) + "\n"


def _of_kinds() -> list[str]:
    """The short verbs of each kind of case, in both languages."""
    lines = [
        "",
        "## Verbs of each kind of case",
        "",
        (
            "Made from the kinds' tables. Options and answers are those of `case open KIND`, `case"
            " say`, `case keep` and `case print`; `--help` names the fields of each. `list` and"
            " `show` are those of `case`, of the kind alone."
        ),
        "",
        "| verb | what it does |",
        "|---|---|",
    ]
    for name, title in shipped.case_titles().items():
        lines.append(f"| `{name}` | **{' / '.join(title)}** |")
        for verb, make in verbs_of(name).items():
            told = inspect.cleandoc(make().help or "").partition("\n")[0]
            lines.append(f"| `{name} {verb}` | {_cell(told)} |")
    return lines


def _apart() -> list[str]:
    """The verbs that no operation of the API answers, and why."""
    return [
        "",
        "## Verbs of files and folders alone",
        "",
        (
            "Every other verb is an operation of the node's API too, and works after `sealane"
            " login` without a folder."
        ),
        "",
        "| verb | why | 理由 | operation at a running node |",
        "|---|---|---|---|",
        *(f"| `{verb}` | {en} | {ja} | {_twin(verb)} |" for verb, (en, ja) in apart.APART.items()),
    ]


def _twin(verb: str) -> str:
    """Where a running node does what a verb does at a folder."""
    name = apart.TWINS.get(verb)
    if name is None:
        return "–"
    operation = OPERATIONS[name]
    return f"`{operation.method} {operation.path}`"


def extensions() -> str:
    """`spec/extensions.md`: every verb beyond the contract, with its guarantee in one line."""
    lines = [
        "# Verbs beyond the contract",
        "",
        MADE,
        "",
        (
            "They answer and fail as [interfaces.md](interfaces.md) says; every option is in"
            " [commands.md](../docs/commands.md)."
        ),
        "",
        "| verb | what it does |",
        "|---|---|",
    ]
    for words, command in walk():
        if " ".join(words) not in CONTRACT:
            lines.append(
                f"| `{' '.join(words)}` |"
                f" {_cell(inspect.cleandoc(command.help or '').partition(chr(10) * 2)[0])} |"
            )
    return "\n".join(lines) + "\n"


def _about(option: click.Option) -> str:
    choice = (
        f" One of {', '.join(map(str, option.type.choices))}."
        if isinstance(option.type, click.Choice)
        else ""
    )
    needed = " Required." if option.required else ""
    return _cell(f"{option.help or ''}{choice}{needed}".strip()) or "–"


def settings_page() -> str:
    """`docs/settings.md`: every setting of `node.toml` with its default and what it means."""
    bodies = [
        tree.body
        for group in (SignInSettings, MailSettings, settings.Settings)
        for tree in ast.parse(inspect.getsource(group)).body
        if isinstance(tree, ast.ClassDef)
    ]
    says = {
        before.target.id: after.value.value
        for body in bodies
        for before, after in pairwise(body)
        if isinstance(before, ast.AnnAssign)
        and isinstance(before.target, ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    }
    lines = [
        "# Settings of `node.toml`",
        "",
        MADE,
        "",
        "| setting | default | what it is |",
        "|---|---|---|",
    ]
    for setting in fields(settings.Settings):
        default = (
            "required"
            if isinstance(setting.default, type(setting.default_factory))
            else f"`{setting.default!r}`".replace("'", '"')
        )
        lines.append(
            f"| `{setting.name}` | {default.replace('True', 'true').replace('False', 'false')} |"
            f" {_cell(str(says[setting.name]))} |"
        )
    return "\n".join(lines) + "\n"


def main(root: Path) -> None:
    """Write every made page below a root."""
    for name, text in pages().items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(root / name, text.encode(), mode=0o644)
        print(name)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
