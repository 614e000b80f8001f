"""One pair of nodes is made for a whole session and copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sealane.base.values import SECOND
from tests import engines, nations, nations_three
from tests.clock import START, Clock, now
from tests.lane import drill as drills
from tests.lane.drill import Drill

SHARE = (
    "test_backup",
    "test_copies",
    "test_copies_ending",
    "test_disposal",
    "test_reconciling",
    "test_record_first",
    "test_recovery",
    "test_several_losses",
    "test_story",
    "test_suspense",
    "test_two_processes",
)
"""Modules that every run tries on both engines; a deep one tries all."""
FILE_ALONE = (
    "test_by_hand_processes",
    "test_full_disk",
    "test_plans",
    "test_renewal_losses",
    "test_to_another_engine",
    "test_whole_database",
)
"""Modules about the node's own file."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test of the lane that opens nodes is one of SQLite and one of PostgreSQL."""
    if "engine" not in metafunc.fixturenames:
        return
    module = metafunc.module.__name__.rpartition(".")[2]
    marks = () if module in SHARE else (pytest.mark.deep,)
    kinds: list[Any] = ["sqlite"]
    if module not in FILE_ALONE:
        kinds.append(pytest.param("postgresql", marks=marks))
    metafunc.parametrize("engine", kinds, scope="session")


@pytest.fixture(scope="session")
def template(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("template") / "pair"
    nations.build(root, Clock(), engine)
    return root


@pytest.fixture(autouse=True)
def _no_database_left(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """The databases of folders that a test made go with it."""
    yield
    if "engine" in request.fixturenames:
        engines.dropped(tmp_path)


@pytest.fixture
def pair(template: Any, tmp_path: Path) -> Iterator[Any]:
    made = nations.opened(
        nations.copy_of(template, tmp_path / "pair"),
        Clock(START + 10 * SECOND * 60),
    )
    yield made
    made.close()


@pytest.fixture
def three(template: Any, tmp_path: Path) -> Iterator[Any]:
    """AUS, JPN and USA with people at each who may read what AUS gives under the trilateral
    agreement.
    """
    made = nations_three.build(template, tmp_path / "three", Clock(START + 600 * SECOND))
    nations_three.staff(made)
    yield made
    made.close()


@pytest.fixture(scope="session")
def live_template(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("live") / "pair"
    nations.build_live(root, engine)
    return root


@pytest.fixture
def live_pair(live_template: Any, tmp_path: Path) -> Iterator[Any]:
    """Two nations in the machine's own time, for tests that type commands at their folders."""
    made = nations.opened(nations.copy_of(live_template, tmp_path / "pair"), Clock(now()))
    yield made
    made.close()


@pytest.fixture(scope="session")
def drill_folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Clock]:
    """Two nodes of an exercise, and the clock that they were made by."""
    root, clock = tmp_path_factory.mktemp("drill"), Clock(START)
    drills.build(root, clock)
    return root, clock


@pytest.fixture
def drill(drill_folders: tuple[Path, Clock], tmp_path: Path) -> Iterator[Drill]:
    root, clock = drill_folders
    made = drills.opened(nations.copy_of(root, tmp_path / "drill"), replace(clock))
    yield made
    made.close()
