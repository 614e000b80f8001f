"""Every word of the console, in both languages, from the files `words*.toml`; a missing one is a
fault and not a blank. Spec: R66.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from sealane.base.errors import CATALOGUE, NotFound, declare

LANGUAGES = ("en", "ja")

NO_WORD = declare(
    "web.no_word",
    NotFound,
    "The console has no word {key!r}.",
    "コンソールに語 {key!r} がありません。",
    "Add it to one of the files words*.toml, in both languages.",
    "words*.toml のいずれかに両言語で加えてください。",
)


@lru_cache(1)
def catalogue() -> Mapping[str, tuple[str, str]]:
    """Key to (English, Japanese)."""
    names = [one for one in files("sealane.web").iterdir() if one.name.startswith("words")]
    texts = [one.read_text("utf-8") for one in names if one.name.endswith(".toml")]
    return {
        f"{group}.{key}": (pair[0], pair[1])
        for text in texts
        for group, words in tomllib.loads(text).items()
        for key, pair in words.items()
    }


def say(lang: str, key: str, /, **facts: object) -> str:
    """The words of a key. Raises: NotFound `web.no_word`."""
    if key not in catalogue():
        raise NO_WORD(key=key[:80])
    english, japanese = catalogue()[key]
    text = japanese if lang == "ja" else english
    return text.format(**facts) if facts else text


GAP = re.compile(r"\s*\{[^{}]*\}\s*")
"""Where a fact comes into an error's sentence."""


def code_words(lang: str, code: str) -> str:
    """What an error's code says to people: our own words for it, else the sentence of the error
    with its facts left open; nothing for a code that is not known here.
    """
    if f"code.{code}" in catalogue():
        return name_of(lang, "code", code)
    known = CATALOGUE.get(code)
    if known is None:
        return ""
    text = known.text_ja if lang == "ja" else known.text
    return GAP.sub(" … ", text).strip()


def name_of(lang: str, group: str, code: str) -> str:
    """The words for a code of ours, such as a state or a duty; the code itself where it has
    none.
    """
    english, japanese = catalogue().get(f"{group}.{code}", (code, code))
    return japanese if lang == "ja" else english
