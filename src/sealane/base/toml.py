"""TOML from strangers, in bounded time and memory: the line of what is wrong, and nothing but a
typed refusal.

Spec: TOML 1.0; spec/scheme.md, spec/agreement.md §2.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from sealane.base.errors import Malformed, declare

DEEPEST = 16
"""Parts of one dotted name; no file of ours has more than five."""

BAD_TOML = declare(
    "toml.malformed",
    Malformed,
    "This is not valid TOML: {why}.",
    "正しい TOML ではありません：{why}。",
    "Mend the line; a key may stand only once in a table.",
    "その行を直してください。一つの表に同じキーは一度しか書けません。",
)

# tomllib takes time and memory with the square of a dotted name's length, so such names never reach
# it
_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
_DEEP_NAME = re.compile(rf"(?<![\w-])(?:{_PART}){{{DEEPEST}}}")
_LINE = re.compile(r"line (\d+)")


def parse(data: bytes) -> dict[str, Any]:
    """The document that these bytes are; the caller has limited their number.

    Raises: Malformed `toml.malformed`: not UTF-8, not TOML, a name of too many parts, nested too
    deeply, a number too
        long; `position` is the line where one can be told, `details.why` the reason alone.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _bad("not UTF-8", data[: error.start].count(b"\n") + 1) from None
    if deep := _DEEP_NAME.search(text):
        raise _bad(f"a name has more than {DEEPEST} parts", text.count("\n", 0, deep.start()) + 1)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        raise _bad(str(error)[:200], int(found[1]) if found else None) from None
    except (RecursionError, ValueError, OverflowError) as error:
        raise _bad(
            f"{type(error).__name__}: nested too deeply or a number too long", None
        ) from None


def _bad(why: str, line: int | None) -> Exception:
    return BAD_TOML(position=line, why=why, details={"why": why})
