"""Nothing rests on today's date: one module reads the machine's clock for all tests, one for the
product, and what people are given to type holds on any day.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import clock, other_days

ROOT = Path(__file__).resolve().parents[1]
READERS = {"tests/clock.py", "src/sealane/adapters/host.py"}
"""The only files that may ask what day it is."""
ASK = {
    *(("time", name) for name in ("time", "time_ns", "gmtime", "localtime", "ctime", "asctime")),
    *(("datetime", name) for name in ("now", "utcnow", "today")),
    ("date", "today"),
}
MAKERS = {"SystemHost", "machine_now"}
"""What hands the machine's clock on; the product may, tests may not."""
DATE = re.compile(r"\b(\d{4})-\d\d-\d\d(?:T|\b)")
SAFE = (2026, 2090)
"""A year that something given to live nodes may name: long past, or out of everybody's sight."""


def asked(source: str, makers: set[str]) -> list[str]:
    """The readings of the machine's clock in a module, by line."""
    tree, found = ast.parse(source), []
    named = {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else None
            if isinstance(node.value, ast.Name):
                owner = named.get(node.value.id, ("", node.value.id))[1]
            if (owner, node.attr) in ASK or node.attr in makers:
                found.append(f"{node.lineno}: {owner}.{node.attr}")
        elif isinstance(node, ast.Name) and (
            named.get(node.id) in ASK or named.get(node.id, ("", node.id))[1] in makers
        ):
            found.append(f"{node.lineno}: {node.id}")
    return found


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def test_only_the_one_place_asks_what_day_it_is() -> None:
    found = {}
    for path in modules("src", "tests", "bench", "examples"):
        name = path.relative_to(ROOT).as_posix()
        makers = set() if name.startswith("src/") else MAKERS
        lines = asked(path.read_text(encoding="utf-8"), makers)
        if lines and name not in READERS:
            found[name] = lines
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.time()",
        "import time as t\nfrom time import time_ns as n\nn()",
        "from time import time\nat = time()",
        "import datetime\ndatetime.datetime.now(datetime.UTC)",
        "from datetime import date as d\nd.today()",
        "from sealane.adapters.host import SystemHost\nSystemHost().now()",
        "from sealane.cli import access\naccess.machine_now()",
    ],
)
def test_a_reading_of_the_machines_clock_is_found(source: str) -> None:
    assert asked(source, MAKERS)


def test_waiting_and_measuring_are_no_readings() -> None:
    assert asked("import time\ntime.monotonic()\ntime.sleep(1)\ntime.perf_counter()", MAKERS) == []


def given_to_live_nodes() -> dict[str, str]:
    """What people give to nodes that live in the machine's own time, by where it stands."""
    found = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in (*modules("src/sealane/cli/demo"), *(ROOT / "examples").glob("people-*.json"))
    }
    for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        blocks = re.findall(
            r"```(?:sh|console|bash)\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL
        )
        typed = [line for block in blocks for line in block.splitlines() if "--until" in line]
        found[path.relative_to(ROOT).as_posix()] = "\n".join(typed)
    return found


def dated(text: str) -> list[str]:
    """The dates in a text that pass within a lifetime of this project."""
    return [match[0] for match in DATE.finditer(text) if SAFE[0] <= int(match[1]) < SAFE[1]]


def test_what_is_given_to_live_nodes_names_no_day_that_will_pass() -> None:
    found = {place: dated(text) for place, text in given_to_live_nodes().items()}
    assert {place: dates for place, dates in found.items() if dates} == {}
    assert dated('"until": "2036-01-01T00:00:00Z"')
    assert not dated('"from": "2025-11-01T00:00:00Z", "until": "2099-01-01T00:00:00Z"')


def test_the_days_of_test_deep_are_a_year_three_and_ten_away_and_a_leap_day() -> None:
    now = datetime(2028, 2, 29, 8, tzinfo=UTC)
    days = {name: day(now) for name, day in other_days.DAYS.items()}
    assert [days[name].year for name in ("year", "three", "ten")] == [2029, 2031, 2038]
    assert {(days[name].month, days[name].day) for name in ("year", "three", "ten")} == {(2, 28)}
    assert days["leap"] == datetime(2032, 2, 29, 12, tzinfo=UTC)
    assert other_days.next_leap_day(datetime(2099, 1, 1, tzinfo=UTC)).year == 2104


MOVED = """
import threading, time
began, wall = time.monotonic(), time.time()
time.sleep(0.1)
threading.Event().wait(0.1)
threading.Lock().acquire(timeout=0.1)
print(wall, time.time() - wall, time.monotonic() - began)
"""


def test_a_preloaded_clock_moves_the_day_and_nothing_that_measures_time(tmp_path: Path) -> None:
    try:
        library = other_days.preloaded(tmp_path)
    except FileNotFoundError as error:
        pytest.skip(str(error))
    ahead = 10 * 365 * 86_400
    done = subprocess.run(
        [sys.executable, "-c", MOVED],
        env=other_days.environment(library, ahead),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    wall, by_wall, measured = map(float, done.stdout.split())
    shift = int(os.environ.get(clock.SHIFT, 0))
    assert abs(wall - (clock.seconds() - shift + ahead)) < 60
    assert 0.2 <= by_wall < 30
    assert 0.2 <= measured < 30
