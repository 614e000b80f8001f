"""Two nations at work while everything that they stand on fails at random moments: no acknowledged
act is lost or done twice, no log forks, no key leaves without its entry, and all of it completes.

A run says its seed; `SEALANE_FAULTS_SEED` repeats the same faults, `SEALANE_FAULTS_POINTS` asks for
another number of them.
"""

from __future__ import annotations

import os
import random
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.faults import laws
from tests.faults.happenings import EVERYWHERE, ON_FILES, ON_SERVERS, Happenings
from tests.faults.load import Caller, Load
from tests.faults.stage import Stage, staged

ENGINES = ("sqlite", "postgresql")
GROUP = 20
"""Faults between two looks at the laws."""
QUIET_SECONDS = 240
"""How long at most until two nations that nothing disturbs have done what was begun: several times
the longest pause of an outbox.
"""


def seed_of(run: str) -> int:
    told = int(os.environ.get("SEALANE_FAULTS_SEED", "0")) or int.from_bytes(os.urandom(4), "big")
    print(f"{run}: SEALANE_FAULTS_SEED={told}", flush=True)
    return told


def lived(root: Path, engine: str, *, points: int, workers: int) -> Happenings:
    """Two nations through so many faults, the laws looked at after each group of them."""
    chance = random.Random(seed_of(engine))
    with staged(root, engine, workers=workers) as stage:
        callers = {party: Caller(stage.pair[party], stage.tokens[party]) for party in stage.pair}
        load = Load(callers, random.Random(chance.random()))
        happenings = Happenings(stage, chance)
        try:
            while happenings.points < points:
                load.start()
                assert stage.until(partial(more_opened, load, opened(load)), 240), load.waited
                happenings.run(min(GROUP, points - happenings.points))
                settled(stage, load, happenings)
        finally:
            load.end()
            told = "\n".join(happenings.told)
            (root / "happenings.log").write_text(f"{told}\n")
        return happenings


def opened(load: Load) -> int:
    return sum(one.opened for one in load.shared)


def more_opened(load: Load, than: int) -> bool:
    return opened(load) > than


def settled(stage: Stage, load: Load, happenings: Happenings) -> None:
    """Everything is healed, what was begun ends, and every law holds."""
    began = time.monotonic()
    stage.heal()
    stage.time_passes()
    load.pause(QUIET_SECONDS)
    with laws.seen(stage.pair) as sites:
        still = [""]

        def quiet() -> bool:
            still[0] = laws.quiet(sites)
            return not still[0]

        assert stage.until(quiet, QUIET_SECONDS), still
        found = laws.broken(stage.pair, sites, load)
        differ: list[str] = []

        def agreed() -> bool:
            differ[:] = laws.differences(sites)
            return not differ

        # an answer that was lost comes home by itself, some time after it was due
        stage.until(agreed, QUIET_SECONDS, every=10)
    done: dict[str, Any] = {
        "points": happenings.points,
        "items": sum(bool(one.item) for one in load.shared),
        "opened": opened(load),
        "accepted": sum("accepted" in one.done for one in load.shared),
        "rewrapped": sum("rewrapped" in one.done for one in load.shared),
        "recalled": sum("recalled" in one.done for one in load.shared),
        "quiet after": round(time.monotonic() - began),
    }
    print(stage.engine, done, flush=True)
    assert found + differ == [], "\n".join(found + differ)


@pytest.mark.untraced
@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.deep)])
def test_two_nations_live_through_a_handful_of_faults(engine: str, tmp_path: Path) -> None:
    assert lived(tmp_path, engine, points=4, workers=1).points == 4


@pytest.mark.deep
@pytest.mark.untraced
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("engine", ENGINES)
def test_two_nations_live_through_two_hundred_faults_and_more(engine: str, tmp_path: Path) -> None:
    points = int(os.environ.get("SEALANE_FAULTS_POINTS", "220"))
    happenings = lived(tmp_path, engine, points=points, workers=2)
    assert happenings.points >= points
    print(engine, dict(happenings.counts))
    kinds = EVERYWHERE.keys() | (ON_FILES if engine == "sqlite" else ON_SERVERS).keys()
    if points >= 200:
        assert set(happenings.counts) == kinds
