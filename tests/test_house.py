"""The house keeps its own rules: sizes, names, both languages, and documents that say what the code
does.
"""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path
from string import Formatter

import pytest

from sealane.base.errors import CATALOGUE
from sealane.cli import docs
from sealane.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "src" / "sealane").rglob("*.py"))
MAX_LINES, MAX_FUNCTION, MAX_POSITIONAL = 400, 50, 5
WIDER = {"base/errors.py:declare"}
"""Functions with more positional parameters than five; no new one."""
BANNED = {"utils", "util", "common", "misc", "manager", "helpers", "helper"}
JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")


def inside(path: Path) -> str:
    return path.relative_to(ROOT / "src" / "sealane").as_posix()


def functions() -> list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    return [
        (f"{inside(path)}:{node.name}", node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def positional(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    named = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
    return len(named) - (named[:1] in (["self"], ["cls"]))


def test_no_file_is_longer_than_400_lines() -> None:
    sizes = {inside(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {name: size for name, size in sizes.items() if size > MAX_LINES} == {}


def test_no_test_file_is_longer_than_400_lines() -> None:
    sizes = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for folder in ("tests", "bench")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert {name: size for name, size in sizes.items() if size > MAX_LINES} == {}


def lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The length of a function; what its docstring says costs nothing."""
    first = node.body[0]
    told = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    return (
        (node.end_lineno or 0)
        - node.lineno
        + 1
        - ((first.end_lineno or 0) - first.lineno + 1 if told else 0)
    )


def test_no_function_is_longer_than_50_lines() -> None:
    assert [name for name, node in functions() if lines(node) > MAX_FUNCTION] == []


def test_no_function_takes_more_than_five_positional_parameters() -> None:
    assert {
        name for name, node in functions() if positional(node) > MAX_POSITIONAL
    } - WIDER == set()


def test_no_module_is_named_after_nothing() -> None:
    assert [
        inside(path) for path in SOURCES if BANNED & {path.stem, *path.relative_to(ROOT).parts}
    ] == []


def test_no_two_classes_share_a_name() -> None:
    rooms: dict[str, list[str]] = {}
    for path in SOURCES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                rooms.setdefault(node.name, []).append(inside(path))
    assert {name: places for name, places in rooms.items() if len(places) > 1} == {}


def test_every_module_says_what_it_is_for() -> None:
    assert [
        inside(path)
        for path in SOURCES
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ] == []


def test_every_error_speaks_english_and_japanese_and_names_the_same_facts() -> None:
    docs.everything()

    def facts(text: str) -> set[str]:
        return {name.removesuffix("_ja") for name in re.findall(r"\{(\w+)", text)}

    wrong = [
        code.code
        for code in CATALOGUE.values()
        if not JAPANESE.search(code.text_ja)
        or JAPANESE.search(code.text)
        or not facts(code.text_ja) <= facts(code.text)
        or (
            code.remedy
            and not JAPANESE.search(code.remedy_ja)
            and not re.fullmatch(r"\{\w+_ja\}", code.remedy_ja)
        )
    ]
    assert wrong == []


def test_every_error_can_be_written_whatever_its_texts_hold() -> None:
    docs.everything()
    texts = {
        (code.code, text)
        for code in CATALOGUE.values()
        for text in (code.text, code.text_ja, code.remedy, code.remedy_ja)
    }
    assert [
        (code, field)
        for code, text in sorted(texts)
        for _, field, _, _ in Formatter().parse(text)
        if field is not None and not field.isidentifier()
    ] == []


def test_every_error_code_is_lower_case_and_dotted() -> None:
    docs.everything()
    assert [
        code for code in CATALOGUE if not re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", code)
    ] == []


def test_no_two_codes_are_told_apart_by_punctuation_alone() -> None:
    docs.everything()
    plain = [re.sub(r"[._]", "", code) for code in CATALOGUE]
    assert [code for code in plain if plain.count(code) > 1] == []


@pytest.mark.parametrize("name", sorted(docs.pages()))
def test_the_made_pages_are_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == docs.pages()[name], "run `make docs`"


def test_every_setting_is_told_to_operators() -> None:
    told = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8") + (
        ROOT / "docs" / "settings.md"
    ).read_text(encoding="utf-8")
    assert [one.name for one in fields(Settings) if f"`{one.name}`" not in told] == []


def test_every_command_has_json_and_help() -> None:
    lacking = [
        words
        for words, found in docs.walk()
        if not found.help or "as_json" not in {one.name for one in found.params}
    ]
    assert lacking == []


def test_every_command_of_the_contract_exists() -> None:
    text = (ROOT / "spec" / "interfaces.md").read_text(encoding="utf-8").partition("## 2.")[0]
    words = {" ".join(one) for one, _ in docs.walk()}
    groups = {one.split()[0] for one in words}
    told = {
        match
        for quoted in re.findall(r"`([a-z]+(?: [a-z][a-z/-]*)?)", text)
        for match in spread(quoted)
        if match.split()[0] in groups
    }
    known = {one for one in told if one in words or one in groups}
    assert told - known == set()
    assert len(known) >= 25


def spread(quoted: str) -> list[str]:
    """`item list/show/history` names three commands."""
    group, _, verbs = quoted.partition(" ")
    return [f"{group} {verb}" for verb in verbs.split("/") if verb] or [group]


def test_every_verb_of_the_contract_is_one_of_ours() -> None:
    assert docs.CONTRACT - {" ".join(words) for words, _ in docs.walk()} == set()


def test_every_command_named_in_a_remedy_exists() -> None:
    docs.everything()
    words = {" ".join(one) for one, _ in docs.walk()}
    groups = {one.rpartition(" ")[0] for one in words} | {one.split()[0] for one in words}
    named = {
        (code.code, match)
        for code in CATALOGUE.values()
        for match in re.findall(r"`sealane ([a-z]+(?: [a-z][a-z-]*){0,2})", code.remedy)
    }
    assert [
        (code, one)
        for code, one in sorted(named)
        if one not in words and one not in groups and one.split()[0] not in words
    ] == []


def test_every_page_that_the_code_sends_a_reader_to_exists() -> None:
    named = {
        match
        for path in SOURCES
        for match in re.findall(
            r"\b((?:docs|spec|examples|policy)/[\w/.-]+\.(?:md|json|toml|yaml))",
            path.read_text(encoding="utf-8"),
        )
    }
    assert [one for one in sorted(named) if not (ROOT / one).exists()] == []


def test_the_readme_leads_to_every_document_and_specification() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    led = set(re.findall(r"\]\(([^)#]+)", text))
    pages = {
        path.relative_to(ROOT).as_posix()
        for folder in ("docs", "spec")
        for path in (ROOT / folder).iterdir()
        if path.is_file()
    }
    assert pages - led == set()
    assert [one for one in led if not one.startswith("http") and not (ROOT / one).exists()] == []


NAMED_TEST = re.compile(r"`(tests/[\w/.]+)(?:::(\w+)(?:\[([^\]`]+)\])?)?`")


def test_every_test_that_the_threat_model_names_exists() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    named = NAMED_TEST.findall(text)
    assert len(named) > 50
    assert [one for one in named if not holds(*one)] == []
    assert re.findall(r"tests/[\w/.]+", NAMED_TEST.sub("", text)) == [], (
        "name a test as `tests/file.py::test_name[case]`"
    )


def holds(path: str, function: str, case: str) -> bool:
    """Whether the path exists, defines the test, and spells the case in a string of its own."""
    place = ROOT / path
    if not function:
        return place.exists()
    if not place.is_file():
        return False
    nodes = list(ast.walk(ast.parse(place.read_text(encoding="utf-8"))))
    defined = any(isinstance(node, ast.FunctionDef) and node.name == function for node in nodes)
    return defined and (
        not case or any(isinstance(node, ast.Constant) and node.value == case for node in nodes)
    )


def test_every_code_that_the_threat_model_names_exists() -> None:
    docs.everything()
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    rows = [
        line.split("|")[2].strip()
        for line in text.partition("one by one")[2].partition("\n## ")[0].splitlines()
        if line.startswith("| ") and "::" in line
    ]
    assert len(rows) > 30
    assert [row for row in rows if row.strip("`") not in CATALOGUE] == []
