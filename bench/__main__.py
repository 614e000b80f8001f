"""`make bench [BENCH=name]`: runs bench/bench_*.py and writes side-by-side tables to
bench/results.md.

A benchmark module has `tables() -> Iterable[Table]`; every figure is a median measured in this run,
beside a named peer where one exists. No test asserts a time.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results.md"
PARTS = HERE / "out"


def main() -> int:
    wanted = sys.argv[1:]
    PARTS.mkdir(exist_ok=True)
    for path in sorted(HERE.glob("bench_*.py")):
        name = path.stem.removeprefix("bench_")
        if wanted and name not in wanted:
            continue
        if subprocess.run(
            [sys.executable, "-m", "bench.part", name, str(PARTS)], check=False
        ).returncode:
            return 1
    head = (
        f"# Measured\n\nOn {platform.machine()}, {os.cpu_count()} cores, Python"
        f" {platform.python_version()}; shared machine, so read ratios before digits. Figures are"
        " medians. `make bench` makes this file.\n"
    )
    RESULTS.write_text(
        "\n".join([head, *(part.read_text() for part in sorted(PARTS.glob("*.md")))])
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
