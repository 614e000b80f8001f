"""The rooms of `docs/requirements.md`: which modules' `Spec:` lines cite each requirement."""

from __future__ import annotations

import re
from collections import defaultdict

from tools.spec_lines import ROOT, requirements, spec_lines

PAGE = "docs/requirements.md"


def page() -> str:
    """The page with every `Rooms:` line made anew; all else stays as people wrote it."""
    rooms = citing()
    number = 0
    lines = []
    for line in (ROOT / PAGE).read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"## R(\d+)", line):
            number = int(heading[1])
        if line.startswith("Rooms:"):
            lines.append(f"Rooms: {_told(rooms.get(number, set()))}.")
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def citing() -> dict[int, set[str]]:
    """For each requirement the modules that cite it, named from `src/sealane/`."""
    rooms: dict[int, set[str]] = defaultdict(set)
    for line in spec_lines():
        for citation in line.citations():
            for number in requirements(citation):
                rooms[number].add(line.module)
    return rooms


def _told(modules: set[str]) -> str:
    """Modules gathered by folder: `services/exchange`: arrival, release."""
    if not modules:
        return "no room yet"
    folders: dict[str, list[str]] = defaultdict(list)
    for module in sorted(modules):
        folder, _, name = module.rpartition("/")
        folders[folder].append(name.removesuffix(".py"))
    return "; ".join(
        f"`{folder}`: {', '.join(names)}" if folder else ", ".join(f"`{name}`" for name in names)
        for folder, names in sorted(folders.items())
    )
