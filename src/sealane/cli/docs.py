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
from sealane.cli import command_page
from sealane.cli.command_page import cell
from sealane.cli.main import GROUPS, cli
from sealane.labels.sources.handbook import handbook
from sealane.ledger import catalogue
from sealane.library.reference import reference
from sealane.mail_settings import MailSettings
from sealane.office.table import addresses, waiting
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
MADE_JA = "`make docs` が作るページです。ここではなく、元のコードを直してください。"


def pages() -> dict[str, str]:
    """Every made page by its path below the repository's root."""
    modules = everything()
    return {
        "docs/errors.md": errors(),
        "docs/ledger-entries.md": catalogue.catalogue(),
        "docs/lives.md": lives(modules),
        "docs/authority.md": authority_page.page(),
        "docs/who-may.md": who_may_page.page(addresses(), waiting()),
        "docs/commands.md": command_page.page(walk(), "en", MADE),
        "docs/commands.ja.md": command_page.page(walk(), "ja", MADE_JA),
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
            yield f"| `{code.code}` | {' | '.join(map(cell, cells))} |"


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
                f" {cell(inspect.cleandoc(command.help or '').partition(chr(10) * 2)[0])} |"
            )
    return "\n".join(lines) + "\n"


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
            f" {cell(str(says[setting.name]))} |"
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
