"""Every text of the house that stands in two languages: English beside Japanese, from the sources
and the tables.
"""

from __future__ import annotations

import ast
import functools
import itertools
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
TABLES = ("src/**/*.toml", "policy/**/*.toml", "examples/**/*.json")


class Bilingual(NamedTuple):
    """One text in two languages, and the file that holds it."""

    file: str
    english: str
    japanese: str


@functools.cache
def every() -> tuple[Bilingual, ...]:
    """All of them, each once."""
    found = [
        Bilingual(path.relative_to(ROOT).as_posix(), *pair)
        for path in sorted(ROOT.glob("src/**/*.py"))
        for pair in _of_source(ast.parse(path.read_text(encoding="utf-8")))
    ]
    for path in sorted(itertools.chain(*(ROOT.glob(one) for one in TABLES))):
        text = path.read_text(encoding="utf-8")
        held = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
        found += [Bilingual(path.relative_to(ROOT).as_posix(), *pair) for pair in _of_table(held)]
    return tuple(dict.fromkeys(found))


def _of_source(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Neighbours in a call or a list, `x` beside `x_ja`, and one or the other by the language."""
    for node in ast.walk(tree):
        rows: list[Sequence[ast.expr]] = []
        if isinstance(node, ast.Call):
            rows.append(node.args)
            named = {one.arg: one.value for one in node.keywords if one.arg is not None}
            yield from _named({name: _text(value) for name, value in named.items()})
        elif isinstance(node, ast.Tuple | ast.List):
            rows.append(node.elts)
        elif isinstance(node, ast.Dict):
            keys = [one.value if isinstance(one, ast.Constant) else None for one in node.keys]
            texts = [_text(one) for one in node.values]
            yield from _named({str(key): text for key, text in zip(keys, texts, strict=True)})
        elif isinstance(node, ast.IfExp):
            rows.append((node.orelse, node.body))
        for row in rows:
            for one, other in itertools.pairwise(map(_text, row)):
                if one and not JAPANESE.search(one) and JAPANESE.search(other):
                    yield one, other


def _named(texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, text in texts.items():
        english = "en" if name == "ja" else name.removesuffix("_ja") if "_ja" in name else ""
        if text and texts.get(english):
            yield texts[english], text


def _text(node: ast.expr) -> str:
    """What a string says, with a gap where a fact comes in; nothing of what is no string."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(one) or "{}" for one in node.values)
    return ""


def _of_table(held: Any) -> Iterator[tuple[str, str]]:
    if isinstance(held, dict):
        yield from _named({name: one for name, one in held.items() if isinstance(one, str)})
        held = list(held.values())
    elif isinstance(held, list) and [type(one) for one in held] == [str, str]:
        yield held[0], held[1]
        return
    if isinstance(held, list):
        for one in held:
            yield from _of_table(one)
