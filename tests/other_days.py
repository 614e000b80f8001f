"""`python -m tests.other_days`: all tests but the deep ones, and the demonstration, on other days.

The days are a year, three years and ten years from now, and the next 29 February. Name some of
`year`, `three`, `ten` and `leap` to run those alone; what follows `--` goes to pytest. Every
process gets its clock from `tests/clock.c`, preloaded; nothing in the product knows of it, so that
no setting can turn a node's clock. What asks the kernel for the time by itself cannot be moved, and
pytest's summary names it as left out.
"""

from __future__ import annotations

import calendar
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tests import clock

ROOT = Path(__file__).resolve().parents[1]


def years_on(now: datetime, years: int) -> datetime:
    """The same day and time some years later; the 28th where that year has no 29 February."""
    last = calendar.monthrange(now.year + years, now.month)[1]
    return now.replace(year=now.year + years, day=min(now.day, last))


def next_leap_day(now: datetime) -> datetime:
    """Noon of the next 29 February that has not begun."""
    year = now.year
    while not calendar.isleap(year) or datetime(year, 2, 29, tzinfo=UTC) <= now:
        year += 1
    return datetime(year, 2, 29, 12, tzinfo=UTC)


DAYS: dict[str, Callable[[datetime], datetime]] = {
    "year": lambda now: years_on(now, 1),
    "three": lambda now: years_on(now, 3),
    "ten": lambda now: years_on(now, 10),
    "leap": next_leap_day,
}


def preloaded(folder: Path) -> Path:
    """`clock.c`, compiled. Raises: FileNotFoundError without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise FileNotFoundError("no C compiler: nothing was run as of another day")
    made, source = folder / "clock.so", Path(__file__).with_name("clock.c")
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", str(made), str(source), "-ldl"], check=True
    )
    return made


def environment(library: Path, seconds: int) -> dict[str, str]:
    """This process's environment, for processes whose clock is that many seconds ahead."""
    held = os.environ.get("LD_PRELOAD", "").split(":")
    others = [one for one in held if one and Path(one).name != library.name]
    return {
        **os.environ,
        "LD_PRELOAD": ":".join([str(library), *others]),
        clock.SHIFT: str(seconds),
    }


def as_of(day: datetime, library: Path, asked: list[str]) -> list[str]:
    """Run everything as of one day; what failed."""
    env = environment(library, int((day - clock.today()).total_seconds()))
    told = subprocess.run(
        [sys.executable, "-c", "import time; print(time.time())"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    if abs(float(told.stdout) - day.timestamp()) > 60:
        return ["the clock could not be moved on this machine"]
    failed = []
    tests = [sys.executable, "-m", "pytest", "-m", "not deep"]
    if subprocess.run(
        [*tests, *(asked or ["-n", "2", "--dist", "worksteal"])], cwd=ROOT, env=env, check=False
    ).returncode:
        failed.append("tests")
    with tempfile.TemporaryDirectory(prefix="sealane-demo-") as folder:
        demo = [sys.executable, "-m", "sealane.cli.main", "demo", "--once", "--folder"]
        if subprocess.run(
            [*demo, str(Path(folder, "run"))], cwd=ROOT, env=env, check=False
        ).returncode:
            failed.append("demo")
    return failed


def main(words: list[str]) -> int:
    """Run the days that were named, or all; 1 when anything failed."""
    named, _, asked = " ".join(words).partition("--")
    lines, good = [], True
    with tempfile.TemporaryDirectory(prefix="sealane-clock-") as folder:
        try:
            library = preloaded(Path(folder))
        except FileNotFoundError as error:
            print(error)
            return 1
        for name in named.split() or list(DAYS):
            day = DAYS[name](clock.today())
            print(f"--- as of {day:%d %B %Y} ---", flush=True)
            started = time.monotonic()
            failed = as_of(day, library, asked.split())
            good &= not failed
            outcome = f"failed: {', '.join(failed)}" if failed else "tests and demo passed"
            lines.append(f"as of {day:%d %B %Y}: {outcome}, {time.monotonic() - started:.0f} s")
    print("\n".join(lines))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
