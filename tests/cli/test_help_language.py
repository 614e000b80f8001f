"""Help and usage errors are in the language that the line or the environment asks for, wherever on
the line it stands, and nobody else pays for the words.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sealane import cli
from sealane.cli.main import chosen, main

JAPANESE_PAGE = "使い方：sealane"


def typed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = 0
    try:
        main(list(words))
    except SystemExit as ended:
        status = int(str(ended.code))
    told = capsys.readouterr()
    return status, told.out, told.err


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_AU.UTF-8")


@pytest.mark.parametrize(
    "line",
    [
        "--lang ja --help",
        "--help --lang ja",
        "--lang=ja -h",
        "--lang ja item --help",
        "item --lang ja --help",
        "item --help --lang ja",
        "item recall --lang ja --help",
        "item recall --help --lang=ja",
        "item --lang ja recall -h",
        "visit request --help --lang ja",
    ],
)
def test_help_is_japanese_wherever_the_line_says_so(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = typed(capsys, *line.split())
    assert status == 0
    assert out.startswith(JAPANESE_PAGE)


def test_help_is_japanese_where_the_environment_is_and_the_line_outweighs_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert typed(capsys, "item", "recall", "--help")[1].startswith("Usage: sealane")
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert typed(capsys, "item", "recall", "--help")[1].startswith(JAPANESE_PAGE)
    assert typed(capsys, "item", "recall", "--lang", "en", "--help")[1].startswith("Usage: sealane")


@pytest.mark.parametrize(
    ("line", "english", "japanese"),
    [
        ("item recall 5", "Missing option '--reason'.", "オプション '--reason' がありません。"),
        ("item recall", "Missing argument 'ID'.", "引数 'ID' がありません。"),
        ("item nothing", "No such command 'nothing'.", "コマンド 'nothing' はありません。"),
        ("item show 5 --frob", "No such option '--frob'.", "オプション '--frob' はありません。"),
        (
            "item recal 5",
            "No such command 'recal'. Did you mean 'recall'?",
            "コマンド 'recal' はありません。'recall' ではありませんか。",
        ),
        (
            "item show 5 6",
            "Got unexpected extra argument (6)",
            "余分な引数があります（6）。",
        ),
        (
            "item show 5 --node",
            "Option '--node' requires an argument.",
            "オプション '--node' には値が必要です。",
        ),
        (
            "item list --limit x",
            "Invalid value for '--limit': 'x' is not a valid integer.",
            "'--limit' の値が正しくありません：'x' は整数ではありません。",
        ),
        (
            "node serve d --peer-port 70000",
            "Invalid value for '--peer-port': 70000 is not in the range 0<=x<=65535.",
            "'--peer-port' の値が正しくありません：70000 は範囲 0<=x<=65535 にありません。",
        ),
        (
            "item show 5 --lang fr",
            "Invalid value for '--lang': 'fr' is not one of 'en', 'ja'.",
            "'--lang' の値が正しくありません：'fr' は次のいずれでもありません：'en', 'ja'。",
        ),
        (
            "decide --json=x",
            "Option '--json' does not take a value.",
            "オプション '--json' は値を取りません。",
        ),
        ("ledger verify x", "give --vkey or --policy", "--vkey か --policy を指定してください"),
    ],
)
def test_what_is_wrongly_typed_is_told_in_both_languages_under_one_code(
    line: str, english: str, japanese: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = line.split()
    status, _, err = typed(capsys, *words)
    assert status == 2
    assert err.startswith("usage.wrong: ")
    assert english in err
    status, _, err = typed(capsys, *words[:2], "--lang=ja", *words[2:])
    assert status == 2
    assert err.startswith("usage.wrong: 使い方が違います：")
    assert japanese in err
    status, out, _ = typed(capsys, *words[:2], "--json", *words[2:])
    assert status == 2
    told = json.loads(out)["error"]
    assert told["code"] == "usage.wrong"
    assert english in told["message"]
    assert japanese in told["message_ja"]


def test_every_wrong_usage_of_ours_is_worded_in_both_languages() -> None:
    calls = [
        (path.name, one.lineno, {word.arg for word in one.keywords})
        for path in sorted(Path(cli.__path__[0]).rglob("*.py"))
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "USAGE"
    ]
    assert len(calls) > 30
    assert [one for one in calls if one[2] != {"why", "why_ja", "command"}] == []


def test_a_group_without_a_verb_shows_its_verbs_in_the_language_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    status, _, err = typed(capsys, "item")
    assert (status, "Usage: sealane item" in err) == (2, True)
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    status, _, err = typed(capsys, "item")
    assert status == 2
    assert f"使い方が違います：コマンドがありません。\n\n{JAPANESE_PAGE} item" in err


@pytest.mark.parametrize(
    ("line", "language", "others"),
    [
        ("item show 5", "en", "item show 5"),
        ("item --lang ja show 5", "ja", "item show 5"),
        ("item show --lang=ja 5", "ja", "item show 5"),
        ("item show --lang xx", "en", "item show"),
        ("item show --lang", "en", "item show"),
        ("item show -- --lang ja", "en", "item show -- --lang ja"),
    ],
)
def test_the_language_of_a_line_is_read_anywhere_on_it(
    line: str, language: str, others: str
) -> None:
    assert chosen(line.split()) == (language, others.split())


@pytest.mark.parametrize(
    ("line", "lang", "loaded"),
    [
        ("scheme list", "ja_JP.UTF-8", False),
        ("scheme --help", "en_AU.UTF-8", False),
        ("scheme --help", "ja_JP.UTF-8", True),
    ],
)
def test_the_words_are_read_only_for_japanese_help(line: str, lang: str, loaded: bool) -> None:
    said = (
        "import sys; from sealane.cli.main import main\n"
        f"try: main({line.split()!r})\n"
        "except SystemExit: pass\n"
        "print('sealane.cli.frame.japanese' in sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", said],
        env={**os.environ, "LANG": lang},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr.split()[-1] == str(loaded)
