"""Docstrings and links of this house as Sphinx wants them.

Docstrings are plain text with `names` in single backquotes and lines that begin with `Raises:`,
`Args:` or `Spec:`. Links of the repository's pages may lead to folders and to files that are no
page; on the site they lead to a copy of the file, or to the folder's own page.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
LEADS = re.compile(r"(Args|Raises|Returns|Spec|Yields):")
ITEM = re.compile(r"(\* |\d+\. )")
LINK = re.compile(r"(?<!!)\[([^\]\[]+)\]\(([^)#:\s]+)(#[^)]*)?\)")
FOLDERS = {"docs/adr": "docs/site/adr.md", "examples": "examples/README.md"}
"""Folders that have a page, and which."""


def plain_to_rest(text: list[str]) -> list[str]:
    """A docstring's lines as reStructuredText: paragraphs, items, and marked leads."""
    made: list[str] = []
    shown = False
    for line in re.sub(r"(?<=\S)\s+(?=Spec: )", "\n", "\n".join(text)).splitlines():
        bare = line.strip()
        if shown:  # an example is the last part of a docstring, and stands as it was typed
            made.append(line.removeprefix("    "))
        elif bare == "Example:":
            shown = True
            made += ["", "**Example**", ""]
        elif bare.startswith(">>>") or (made and made[-1].startswith((">>>", "..."))):
            made.append(bare)
        elif not bare:
            made.append("")
        elif ITEM.match(bare):
            mark = "*" if bare[0] == "*" else "#."
            made += ["", f"{mark} {_escaped(bare.split(' ', 1)[1])}"]
        elif lead := LEADS.match(bare):
            made += ["", f"**{lead[1]}** {_escaped(bare[lead.end() :].strip())}"]
        elif made and made[-1]:
            made[-1] += " " + _escaped(bare)
        else:
            made.append(_escaped(bare))
    return [*made, ""]


def _escaped(text: str) -> str:
    """Marks of reStructuredText taken literally; single backquotes become code."""
    parts = re.split(r"`([^`]+)`", text)
    out = ""
    for number, part in enumerate(parts):
        if number % 2:
            out += rf"\ ``{part.strip()}``\ "
        else:
            out += re.sub(r"([\\*|`_])", r"\\\1", part)
    return out


def rewrite_docstring(
    _app: Sphinx, _what: str, _name: str, _obj: Any, _options: Any, lines: list[str]
) -> None:
    """Sphinx's hook for each docstring."""
    lines[:] = plain_to_rest(lines)


def rewrite_links(_app: Sphinx, name: str, source: list[str]) -> None:
    """Sphinx's hook for each page: folders become their page, or their name; diagrams stay text."""
    place = (ROOT / name).parent

    def lead(found: re.Match[str]) -> str:
        target = (place / found[2]).resolve()
        if not target.is_dir():
            return found[0]
        page = FOLDERS.get(target.relative_to(ROOT).as_posix())
        if page is None:
            return f"{found[1]} (`{target.relative_to(ROOT).as_posix()}/`)"
        return f"[{found[1]}](/{page})"

    drawn = source[0].replace("```mermaid", "```text")  # drawing it would fetch a script
    source[0] = LINK.sub(lead, drawn)


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx's door to an extension."""
    app.connect("autodoc-process-docstring", rewrite_docstring)
    app.connect("source-read", rewrite_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
