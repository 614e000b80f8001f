"""The `Spec:` lines of the sources, read strictly: every citation is a requirement, a heading of
this repository, or a public standard.

A line runs from `Spec:` to the end of its paragraph in a docstring. Notes stand in parentheses and
are not read. Citations are parted by semicolons; commas, `and` and `to` continue the one before
with another section of the same text.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "sealane"

STANDARDS = re.compile(
    r"""
      RFC\ \d{3,5} | draft-[a-z0-9-]+                                        # IETF
    | C2SP\ (signed-note|tlog-\w+) | connectrpc\.com\ protocol | gRPC\ [\w/ ]+
    | OpenMetrics\ 1\.0 | OCSF\ 1\.4
    | protobuf\.dev\ encoding | proto3\ JSON | TOML\ 1\.0 | PKWARE\ APPNOTE\ [\d.]+
    | ISO(/IEC)?\ \d{4,5}[\d:-]* | POSIX\.1
    | ITU-T\ X\.\d+ | X\.\d{3} | FIPS\ \d{3}(-\d)? | NIST\ [\w. -]+ | ETSI\ (EN|TS)\ [\d -]+\d
    | W3C\ [\w. -]+ | ECMA-\d+ | PDF\ \d\.\d
    | (TDF|OpenTDF\ platform|OpenTDF)\ `?[\w.]+`?
    | OpenID\ (Authorization\ API|Connect\ (Core|Discovery|Back-Channel\ Logout))\ 1\.0
    | OIDC\ Discovery
    | AuthZEN\ 1\.0
    | OASIS\ extension\ definition\ [0-9a-f]{8} | Unicode\ UAX\ \#\d+ | PEP\ \d{3,4}
    | STIX\ \d\.\d | TAXII\ \d\.\d | FIRST\ TLP\ [\d.]+ | Open\ XML\ SPIF\ [123]\.\d | SPIF\ 2\.1
    | ADatP-4774(\.1)? | ADatP-4778(\.\d)? | STANAG\ \d{4} | ACP-240
    | (IC\ )?ISM(\ 2021-NOV)? | ISM-ACES | ISM-ID-\d{5} | CAPCO\ Register\ and\ Manual\ 2016
    | CUI\ Registry
    | DoDM\ 5200\.01\ volume\ \d | 32\ CFR\ [\d.]+ | GENC
    | PSPF(\ Policy\ \d+)?(\ \d+)? | Email\ Protective\ Marking\ Standard[\w. ]*
    | Australian\ ISM-\d{4}
    | Government\ Security\ Classifications\ Policy | NZ\ [\w ]+
    | 特定秘密保護法 | 行政文書の管理に関するガイドライン | 統一基準
    """,
    re.VERBOSE,
)
"""Public texts that a `Spec:` line may lead to."""

REQUIREMENT = re.compile(r"R(\d+)(?:(?: to |-)R?(\d+))?$")
PAGE = re.compile(r"((?:spec|docs|policy)/[\w/.-]*\w)\s*(.*)$")
SECTION = re.compile(
    r'(?:§\s*(?P<number>\d+(?:\.\d+)*))?\s*(?:"(?P<quoted>[^"]+)")?$|§\s*(?P<named>\D.*)$'
)
PARTS = re.compile(r'\s*[;,]\s*(?=(?:[^"]*"[^"]*")*[^"]*$)|\s+and\s+(?=[§"R])')
"""What parts citations; a quoted heading may hold commas of its own."""
THROUGH = re.compile(r"§(\d+)(?: to |-)§?(\d+)")


@dataclass(frozen=True)
class SpecLine:
    """One `Spec:` line: the module it stands in, from `src/sealane/`; its text, notes left out."""

    module: str
    text: str

    def citations(self) -> list[str]:
        """The citations one by one; a bare section carries the text it is a section of."""
        told: list[str] = []
        spread = THROUGH.sub(lambda found: f"§{found[1]}, §{found[2]}", self.text)
        for part in PARTS.split(spread.rstrip(". ")):
            bare = part.strip()
            if bare[:1] in {"§", '"'} and told:
                text = re.split(r' (?=[§"])', told[-1], maxsplit=1)[0]
                bare = f"{text} {bare}"
            if bare:
                told.append(bare)
        return told


def spec_lines() -> list[SpecLine]:
    """Every `Spec:` line of the package, in the order of its modules."""
    return [
        SpecLine(path.relative_to(SOURCES).as_posix(), text)
        for path in sorted(SOURCES.rglob("*.py"))
        for text in _told(path)
    ]


def _told(path: Path) -> list[str]:
    """A string that is a statement is a docstring, of a module, class, function or constant."""
    docstrings = [
        node.value.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]
    paragraph = re.compile(r"Spec:(.*?)(?=\n\s*\n|\Z)", re.DOTALL)
    told = [found[1] for text in docstrings for found in paragraph.finditer(text)]
    return [_without_notes(" ".join(text.split())) for text in told]


def _without_notes(text: str) -> str:
    bare = text
    while (shorter := re.sub(r"\s*\([^()]*\)", "", bare)) != bare:
        bare = shorter
    return bare


def requirements(citation: str) -> list[int]:
    """The numbers that a citation names: `R20 to R22` names three; none if it is none."""
    found = REQUIREMENT.match(citation)
    if not found:
        return []
    return list(range(int(found[1]), int(found[2] or found[1]) + 1))


@cache
def headings(page: str) -> frozenset[str]:
    """The headings of a Markdown page, whole, and by their numbers where they are numbered."""
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    titles = [line.lstrip("#").strip() for line in lines if line.startswith("#")]
    numbers = [found[1] for title in titles if (found := re.match(r"(\d+(?:\.\d+)*)\.?\s", title))]
    plain = [re.sub(r"^\d+(?:\.\d+)*\.?\s+", "", title) for title in titles]
    return frozenset({*titles, *numbers, *plain})


def leads_nowhere(citation: str) -> bool:
    """Whether a citation names no requirement, no heading that exists and no public standard."""
    if numbers := requirements(citation):
        known = headings("docs/requirements.md")
        return any(f"R{number}" not in known for number in numbers)
    page = PAGE.match(citation)
    if not page:
        return STANDARDS.match(citation) is None
    path, section = page[1], page[2]
    if not (ROOT / path).exists():
        return True
    if not section:
        return False
    named = SECTION.match(section)
    if not named:
        return True
    wanted = [named[part] for part in ("number", "quoted", "named") if named[part]]
    return not all(_stands_in(path, title) for title in wanted)


def _stands_in(path: str, wanted: str) -> bool:
    """Whether a page has this heading, or one that alone begins with these words."""
    if not path.endswith(".md"):
        return wanted in (ROOT / path).read_text(encoding="utf-8")
    begun = [title for title in headings(path) if title.startswith(f"{wanted} ")]
    return wanted in headings(path) or len(begun) == 1
