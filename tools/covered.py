"""What the tests cover, room by room, and the floor under the pure rooms.

`make test` runs it over `build/coverage`. A statement counts when it ran, a branch when it was
taken; what a child process runs is not counted.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.spec_lines import ROOT


@dataclass
class Count:
    """Statements and branches: how many there are, how many ran."""

    all: int = 0
    ran: int = 0

    def add(self, summary: dict[str, Any]) -> None:
        """Take in one file's numbers, as coverage writes them."""
        self.all += summary["num_statements"] + summary["num_branches"]
        self.ran += summary["covered_lines"] + summary["covered_branches"]

    @property
    def percent(self) -> float:
        """Of a hundred; a room with nothing to run is covered whole."""
        return 100 * self.ran / self.all if self.all else 100.0


def by_room(files: dict[str, Any]) -> dict[str, Count]:
    """The counts of every package or single module below `sealane`, by its name."""
    rooms: dict[str, Count] = defaultdict(Count)
    for name, told in files.items():
        inside = Path(name).parts[Path(name).parts.index("sealane") + 1 :]
        rooms[inside[0].removesuffix(".py")].add(told["summary"])
    return dict(rooms)


def low(rooms: dict[str, Count], floors: dict[str, float]) -> list[str]:
    """The rooms under their floor, in sentences; a room without a count is one of them."""
    return [
        f"{room}: {rooms.get(room, Count(1)).percent:.1f} % is under its floor of {floor} %"
        for room, floor in floors.items()
        if rooms.get(room, Count(1)).percent < floor
    ]


def main() -> int:
    """Print the table; 1 when a pure room is under its floor."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    floors: dict[str, float] = settings["tool"]["sealane"]["coverage-floors"]
    told = subprocess.run(
        [sys.executable, "-m", "coverage", "json", "-q", "-o", "-"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    rooms = by_room(json.loads(told.stdout)["files"])
    print("statements and branches that the tests ran, of a hundred:")
    for room, count in sorted(rooms.items()):
        under = f"   floor {floors[room]}" if room in floors else ""
        print(f"  {room:<12}{count.percent:6.1f}  of {count.all:6}{under}")
    found = low(rooms, floors)
    print(*found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
