"""`docs/library.md`: the stable surface, from the docstrings and examples of its public names."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import sealane

HEADINGS = {
    "parse_mark": "Marks and labels",
    "parse_agreement": "Agreements and decisions",
    "seal": "Sealing",
    "verify_evidence": "Evidence",
    "SealaneError": "Errors",
}
"""The public name that each part of the page begins with; the order is that of `__all__`."""
SECTIONS = ("Args:", "Attributes:", "Returns:", "Raises:", "Spec:", "Example:")
INTRODUCTION = """# The library

Made by `make docs`; edit the docstrings in `src/sealane`, not this page.

```sh
pip install .    # in a clone of the repository: no package index has it yet
```
```python
import sealane

sealane.parse_mark("SECRET//REL AUS/JPN", "au-document").label.classification   # 'SECRET'
```
It needs Python 3.11 or newer and three packages: `msgspec`, `cryptography`, and `lxml` (which reads
schemes that a third party wrote as Open XML SPIF). It asks no clock, no network and no node. The
command line and the node are the extra `sealane[node]`; why they lie there:
[dependencies.md](dependencies.md).

`import sealane` takes about 11 ms of processor time (measured, two cores, Python 3.11; a test holds
it below 60 ms): each name is loaded when it is first asked for. The first use of a scheme reads
`policy/` (about 0.1 s), the first use of a shipped agreement likewise.

## What is stable
From 1.0.0 on, Sealane keeps [semantic versioning](https://semver.org): a program that uses what
this page names, as it is named here, goes on working until the next major version. Before 1.0.0 a
minor version may change it, and CHANGELOG.md says so.

* **Stable**: the names on this page and their parameters; those members of what they return that
  an example here uses; what `as_json()` gives (`spec/interfaces.md`); the codes of errors
  ([errors.md](errors.md)) and their seven kinds. Sentences are not: match codes, never words.
* **Stable apart from the library**: everything under `spec/`. A container, a receipt, a ledger or
  an evidence file that this version writes is read by every later one.
* **Not stable**: every module below `sealane` (`sealane.labels`, `sealane.sealing`, ...), members
  that no example uses, and the shipped data: schemes and agreements carry versions of their own,
  and a new version may refuse a mark that its nation has retired.

Functions that take `schemes` or `agreements` use the shipped ones unless told otherwise; give your
own with `load_schemes` and `load_agreements`. Times are RFC 3339 texts in UTC, such as
`2026-11-22T00:00:00Z`. Whatever is wrong is raised as a `SealaneError`; a refusal by a decision is
a value that carries its reasons. Every example here is run by `make test`, and once more with
nothing but the three packages installed; those that name files are run from the repository's root.
"""


def reference() -> str:
    """The page as text."""
    lines = [INTRODUCTION.rstrip()]
    for name in sealane.__all__:
        if name in HEADINGS:
            lines += ["", f"## {HEADINGS[name]}"]
        lines += ["", *_entry(name)]
    return "\n".join(lines) + "\n"


def _entry(name: str) -> Iterator[str]:
    public = getattr(sealane, name)
    yield f"### `{name}{_parameters(public)}`"
    summary, sections = _parts(inspect.getdoc(public) or "")
    yield summary
    listed = [
        line for title, lines in sections if title != "Example:" for line in _list(title, lines)
    ]
    if listed:
        yield ""
        yield from listed
    for title, lines in sections:
        if title == "Example:":
            yield from ("", "```pycon", *(line.removeprefix("    ") for line in lines), "```")


def _parameters(public: Any) -> str:
    """A function's parameters with their defaults; nothing for a class."""
    if not inspect.isfunction(public):
        return ""
    words: list[str] = []
    starred = False
    for parameter in inspect.signature(public).parameters.values():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and not starred:
            words.append("*")
            starred = True
        default = parameter.default
        if default is inspect.Parameter.empty:
            words.append(parameter.name)
        elif inspect.isroutine(default):
            words.append(f"{parameter.name}={default.__name__}")
        else:
            words.append(f"{parameter.name}={default!r}")
    return f"({', '.join(words)})"


def _parts(text: str) -> tuple[str, list[tuple[str, list[str]]]]:
    """A docstring's guarantee, and its sections by title with their lines."""
    summary: list[str] = []
    sections: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        title = next((title for title in SECTIONS if line.startswith(title)), None)
        if title is not None:
            rest = line.removeprefix(title).strip()
            sections.append((title, [rest] if rest else []))
        elif sections:
            sections[-1][1].append(line)
        else:
            summary.append(line)
    while sections and sections[-1][1] and not sections[-1][1][-1].strip():
        sections[-1][1].pop()
    return "\n".join(summary).strip(), sections


def _list(title: str, lines: list[str]) -> Iterator[str]:
    """A section as one line, or an argument a line where its lines say so."""
    entries: list[str] = []
    for line in lines:
        if title in ("Args:", "Attributes:") and line.startswith("    ") and line[4:5] != " ":
            entries.append(line.strip())
        elif line.strip():
            entries[-1:] = [f"{entries[-1]} {line.strip()}" if entries else line.strip()]
    if title in ("Args:", "Attributes:"):
        for entry in entries:
            word, _, says = entry.partition(": ")
            yield f"* `{word}`: {says}"
    else:
        yield f"* {title} {' '.join(entries)}"
