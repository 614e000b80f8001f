"""Which cases properties are asked, and at the end of every run which peers' software took part and
which did not.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from sealane.crypto import keystore
from tests import clock, engines

keystore.MEMORY_KIB, keystore.PASSES = 1024, 1
"""Hundreds of nodes are opened in this process; what a keystore costs by default is shown by
`tests/cli/test_keystore_cost.py`, in processes of its own.
"""

settings.register_profile("house", deadline=None, derandomize=True)  # no test asserts a time
settings.register_profile("deep", deadline=None)
settings.load_profile("house")


@pytest.fixture(params=engines.ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """A new database of each kind: what `open_engine` takes."""
    made = engines.place_in(tmp_path, request.param)
    yield made
    if isinstance(made, str):
        engines.server().dropped(made)


def pytest_configure(config: pytest.Config) -> None:
    """`make test` asks the same cases every time, so that a change alone can break it; `make
    test-deep` asks new ones.
    """
    if "not deep" not in (config.option.markexpr or ""):
        settings.load_profile("deep")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """A test marked `untraced` runs at its own speed while coverage is measured around it."""
    if item.get_closest_marker("untraced") is None:
        return (yield)
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


DID_NOT_RUN = "did not run; install it with `make peers`"
OWN_CLOCK = ("OpenTDF Go SDK",)
"""Peers that no preloaded clock moves; see `tests/other_days.py`."""


def not_run(peer: str) -> str:
    """Why no test of this peer's software ran."""
    if clock.shifted() and peer.startswith(OWN_CLOCK):
        return clock.NOT_MOVED
    return DID_NOT_RUN


def pytest_terminal_summary(terminalreporter: Any) -> None:
    seen: dict[str, Counter[str]] = {}
    for outcome in ("passed", "failed", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", ()):
                if name == "peer" and (outcome != "skipped" or report.when == "setup"):
                    seen.setdefault(value, Counter())[outcome] += 1
    if seen:
        terminalreporter.section("peers")
        for peer in sorted(seen):
            counts = seen[peer]
            said = ", ".join(
                f"{counts[name]} {name}" for name in ("passed", "failed") if counts[name]
            )
            terminalreporter.write_line(f"{peer}: {said or not_run(peer)}")
