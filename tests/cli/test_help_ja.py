"""The command line's help is in Japanese whole: every text of every command has its own, no entry
is left over, and each page is one that a terminal of 80 columns shows unbroken.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner, Result

from sealane.cli import command_page, docs
from sealane.cli.frame import help_page
from sealane.cli.frame.columns import FOLLOWS, columns
from sealane.cli.frame.japanese import CLICK, catalogue, is_template, japanese
from sealane.cli.main import cli
from sealane.cli.registry.case_verbs import KindVerb, KindVerbs

JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")
LITERAL = re.compile(r"`[^`]+`|--[a-z][a-z-]+|\b[A-Z]{2,}\b(?!-)")
"""What a person types or looks for, which is the same in every language."""
WIDTH = 80


def tree() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every group and command by its words, those of the kinds of case as well."""
    context = click.Context(cli, info_name="sealane")

    def below(
        words: tuple[str, ...], one: click.Command
    ) -> Iterator[tuple[tuple[str, ...], click.Command]]:
        yield words, one
        if isinstance(one, click.Group):
            for name in one.list_commands(context):
                found = one.get_command(context, name)
                assert found is not None
                yield from below((*words, name), found)

    yield from below((), cli)


TREE = dict(tree())


def texts() -> dict[str, tuple[str, ...]]:
    """Every text that a help page shows, with a command that shows it; what is made from a table
    in two languages is its own Japanese.
    """
    found: dict[str, tuple[str, ...]] = {}
    for words, one in TREE.items():
        said = [one.epilog] if isinstance(one, KindVerb | KindVerbs) else [one.help, one.epilog]
        said += [getattr(option, "help", None) for option in one.params]
        found |= {inspect.cleandoc(text): words for text in said if text}
    return found


TEXTS = texts()
ENTRIES = {
    english: text
    for name, entries in catalogue().items()
    if name != CLICK
    for english, text in entries.items()
}


def page(*words: str, width: int = WIDTH) -> Result:
    return CliRunner().invoke(cli, [*words, "--help"], prog_name="sealane", terminal_width=width)


def test_every_text_of_every_command_has_its_japanese() -> None:
    missing = {text: words for text, words in TEXTS.items() if not _has_entry(text)}
    rows = [
        f'  [{json.dumps(text, ensure_ascii=False)}, ""],  # {" ".join(words)}'
        for text, words in missing.items()
    ]
    assert rows == [], "to be put into help_ja/*.toml:\n" + "\n".join(rows)


def test_every_verb_of_a_kind_brings_its_japanese() -> None:
    made = {words: one for words, one in TREE.items() if isinstance(one, KindVerb | KindVerbs)}
    assert made
    assert [words for words, one in made.items() if not JAPANESE.search(one.help_ja)] == []


def test_no_entry_is_of_no_command() -> None:
    unused = [
        english
        for english in ENTRIES
        if not any(re.fullmatch(_opened(english), text) for text in TEXTS)
    ]
    assert unused == []


def _has_entry(text: str) -> bool:
    """Whether a text of ours has an entry of its own, or one that leaves its facts open; click's
    sentences, which leave more open, are entries of click's alone.
    """
    return text in catalogue()[CLICK] or any(
        re.fullmatch(_opened(one), text) for one in ENTRIES if one == text or is_template(one)
    )


def _opened(entry: str) -> str:
    return re.sub(r"\\\{\w+\\\}", "[^ ]+", re.escape(entry))


def test_no_text_has_two_entries() -> None:
    places = [english for entries in catalogue().values() for english in entries]
    assert [one for one in set(places) if places.count(one) > 1] == []


def test_what_is_typed_is_the_same_in_both_languages() -> None:
    assert [
        (english, text)
        for english, text in ENTRIES.items()
        if not set(LITERAL.findall(english)) <= set(LITERAL.findall(text))
    ] == []


def test_every_entry_is_japanese_in_whole_sentences() -> None:
    assert [
        text
        for text in ENTRIES.values()
        if not JAPANESE.search(text) or "\n" in text.replace("\n\n", "") or not text.endswith("。")
    ] == []


@pytest.mark.parametrize("width", [WIDTH, 64])
def test_every_page_is_japanese_and_fits_the_terminal(width: int) -> None:
    with help_page.shown():
        pages = {words: page(*words, width=width) for words in TREE}
    assert {words for words, ran in pages.items() if ran.exit_code} == set()
    lines = [(words, line) for words, ran in pages.items() for line in ran.stdout.splitlines()]
    assert [one for one in lines if columns(one[1]) > width] == []
    assert [one for one in lines if one[1].strip()[:1] in FOLLOWS and one[1].strip()] == []
    english = ("Usage:", "Options:", "Commands:", "[required]", "[default:", "[OPTIONS]")
    assert [(words, one) for words, line in lines for one in english if one in line] == []


def test_no_page_leaves_an_english_text_standing() -> None:
    with help_page.shown():
        whole = {words: _run_together(page(*words).stdout) for words in TREE}
    assert [
        (words, text)
        for text, words in TEXTS.items()
        if _run_together(text) in whole[words] and japanese(text) != text
    ] == []


def test_the_page_of_every_command_is_japanese_whole() -> None:
    made = _run_together(command_page.page(docs.walk(), "ja", ""))
    english = _run_together(command_page.page(docs.walk(), "en", ""))
    walked = {words for words, _ in docs.walk()}
    told = {
        text for text, words in TEXTS.items() if words in walked and _run_together(text) in english
    }
    assert len(told) > 400
    assert [one for one in told if _run_together(one) in made] == []


def _run_together(text: str) -> str:
    return "".join(text.split())


def test_a_page_says_in_japanese_what_it_says_in_english() -> None:
    english = page("item", "recall").stdout
    with help_page.shown():
        told = page("item", "recall").stdout
    assert english.startswith("Usage: sealane item recall [OPTIONS] ID\n")
    assert told.startswith("使い方：sealane item recall [オプション] ID\n")
    for shown in ("--reason TEXT", "--as PERSON", "--passphrase-file F", "-h, --help"):
        assert shown in english
        assert shown in told
    assert "[required]" in english
    assert "［必須］" in told
    assert page("item", "recall").stdout == english, "English again afterwards"


def test_a_page_of_a_group_tells_each_command_in_a_whole_sentence() -> None:
    with help_page.shown():
        told = page("item").stdout.partition("コマンド：\n")[2]
    assert set(re.findall(r"^  ([a-z-]+)  ", told, re.MULTILINE)) == {
        words[1] for words in TREE if len(words) == 2 and words[0] == "item"
    }
    assert "..." not in told
