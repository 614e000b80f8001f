"""The command line's own words in Japanese: of its help, and of what click says where something is
wrongly typed. Data: `help_ja/*.toml`, pairs of English, exactly as in the code, and Japanese.

Read when a Japanese help page or a usage error is shown, and at no other time: a command is judged
by how fast it starts. Spec: R66.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from string import Formatter

FACT = re.compile(r"\{\w+\}")
CLICK = "click.toml"
"""The file of what click says, which is no command's text."""
WITHIN = "message"
"""The fact that is itself a sentence of click's."""


@lru_cache(1)
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """English to Japanese, by the file that holds it."""
    return {
        one.name: dict(tomllib.loads(text)["say"])
        for one in files("sealane.cli.frame").joinpath("help_ja").iterdir()
        if one.name.endswith(".toml")
        for text in (one.read_text("utf-8"),)
    }


def japanese(english: str) -> str:
    """The text in Japanese, by its own entry, or by one that leaves facts open; else as it is."""
    for entries in catalogue().values():
        if english in entries:
            return entries[english]
    for pattern, text in _templates():
        if found := pattern.fullmatch(english):
            facts = found.groupdict()
            if WITHIN in facts:
                facts[WITHIN] = japanese(facts[WITHIN])
            return text.format(**facts)
    return english


@lru_cache(1)
def _templates() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile("".join(_pattern(english)), re.DOTALL), text)
        for entries in catalogue().values()
        for english, text in entries.items()
        if is_template(english)
    ]


def is_template(english: str) -> bool:
    """Whether an entry leaves facts open."""
    return FACT.search(english) is not None


def _pattern(template: str) -> Iterator[str]:
    for literal, name, _, _ in Formatter().parse(template):
        yield re.escape(literal)
        if name:
            yield f"(?P<{name}>.+?)"
