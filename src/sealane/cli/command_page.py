"""The page of every command with its arguments and options, in English or Japanese, made from the
commands themselves.

Spec: R66.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator

import click

from sealane import shipped
from sealane.cli.frame import apart
from sealane.cli.frame.help_page import told_of
from sealane.cli.frame.japanese import japanese
from sealane.cli.registry.case_verbs import verbs_of

HEAD = {
    "en": (
        "Every command also takes `--json` (one JSON document on stdout), `--lang en|ja` and"
        " `--help`.\nExit status: `spec/interfaces.md`."
    ),
    "ja": (
        "どのコマンドも `--json`（標準出力に JSON 文書を一つ書き出す）、`--lang en|ja`、`--help` を"
        "取ります。\n終了の状態：`spec/interfaces.md`。"
    ),
}
OF_KINDS = {
    "en": (
        "Made from the kinds' tables. Options and answers are those of `case open KIND`, `case"
        " say`, `case keep` and `case print`; `--help` names the fields of each. `list` and `show`"
        " are those of `case`, of the kind alone."
    ),
    "ja": (
        "案件の種類の表から作られます。オプションと回答は `case open KIND`、`case say`、"
        "`case keep`、`case print` と同じで、欄は `--help` が示します。"
        "`list` と `show` は、その種類だけについての `case` のものです。"
    ),
}
APART = {
    "en": (
        "Every other verb is an operation of the node's API too, and works after `sealane login`"
        " without a folder."
    ),
    "ja": (
        "ほかのコマンドはすべてノードの API の操作でもあり、`sealane login` の後はフォルダーなしで"
        "使えます。"
    ),
}


def page(
    commands: Iterable[tuple[tuple[str, ...], click.Command]], language: str, made: str
) -> str:
    """The page in a language, `en` or `ja`.

    Args:
        commands: each that does something, by its words.
        made: that the page is made, and from what.
    """
    lines = ["# コマンド" if language == "ja" else "# Commands", "", made, "", HEAD[language]]
    for words, command in commands:
        lines += _command(words, command, language)
    return "\n".join([*lines, *_of_kinds(language), *_apart(language)]) + "\n"


def cell(text: str) -> str:
    """A text as one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def _command(words: tuple[str, ...], command: click.Command, language: str) -> Iterator[str]:
    arguments = [
        parameter.make_metavar(click.Context(command))
        for parameter in command.params
        if isinstance(parameter, click.Argument)
    ]
    yield from ("", f"## `sealane {' '.join([*words, *arguments])}`", "", _told(command, language))
    options = [
        parameter
        for parameter in command.params
        if isinstance(parameter, click.Option) and parameter.name not in ("as_json", "lang")
    ]
    if options:
        yield from ("", f"| {_in(language, 'option', 'オプション')} | |", "|---|---|")
    for option in options:
        yield f"| `{', '.join(option.opts)}` | {_about(option, language)} |"


def _about(option: click.Option, language: str) -> str:
    told = option.help or ""
    choices = option.type.choices if isinstance(option.type, click.Choice) else ()
    if language == "ja":
        told = japanese(told) if told else ""
        one_of = f"{'、'.join(map(str, choices))} のいずれか。" if choices else ""
        return cell(f"{told}{one_of}{'必須。' if option.required else ''}") or "–"
    one_of = f" One of {', '.join(map(str, choices))}." if choices else ""
    return cell(f"{told}{one_of}{' Required.' if option.required else ''}".strip()) or "–"


def _told(command: click.Command, language: str) -> str:
    return told_of(command) if language == "ja" else inspect.cleandoc(command.help or "")


def _of_kinds(language: str) -> Iterator[str]:
    """The short verbs of each kind of case."""
    yield from ("", f"## {_in(language, 'Verbs of each kind of case', '案件の種類ごとのコマンド')}")
    yield from ("", OF_KINDS[language], "")
    yield _in(language, "| verb | what it does |", "| コマンド | すること |")
    yield "|---|---|"
    for name, title in shipped.case_titles().items():
        yield f"| `{name}` | **{_in(language, ' / '.join(title), title[1])}** |"
        for verb, make in verbs_of(name).items():
            told = _told(make(), language).partition("\n")[0]
            yield f"| `{name} {verb}` | {cell(told)} |"


def _apart(language: str) -> Iterator[str]:
    """The verbs that no operation of the API answers, and why."""
    heading = _in(
        language, "Verbs of files and folders alone", "ファイルとフォルダーだけのコマンド"
    )
    yield from ("", f"## {heading}", "", APART[language], "")
    yield _in(language, "| verb | why | 理由 |", "| コマンド | 理由 |")
    yield _in(language, "|---|---|---|", "|---|---|")
    for verb, (english, told) in apart.APART.items():
        yield f"| `{verb}` | {_in(language, f'{english} | {told}', told)} |"


def _in(language: str, english: str, told: str) -> str:
    return told if language == "ja" else english
