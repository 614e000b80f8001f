"""`make fuzz [FUZZ=name]`: every tests/fuzz/fuzz_*.py for a bounded number of inputs from a printed
seed.

A fuzz module has `run(seed: int, rounds: int) -> None`, which raises when an input crashes, hangs
or is wrongly accepted.
"""

from __future__ import annotations

import importlib
import random
import sys
import time
from pathlib import Path

ROUNDS = 10_000


def main() -> int:
    wanted = sys.argv[1:]
    seed = random.SystemRandom().getrandbits(32)
    for path in sorted(Path(__file__).parent.glob("fuzz_*.py")):
        name = path.stem.removeprefix("fuzz_")
        if wanted and name not in wanted:
            continue
        started = time.monotonic()
        importlib.import_module(f"tests.fuzz.{path.stem}").run(seed, ROUNDS)
        print(
            f"{name}: {ROUNDS} inputs from seed {seed}, {time.monotonic() - started:.1f} s, nothing"
            " found",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
