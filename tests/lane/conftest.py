"""One pair of nodes is made for a whole session and copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sealane.base.values import SECOND
from tests import nations, nations_three
from tests.clock import START, Clock, now


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("template") / "pair"
    nations.build(root, Clock())
    return root


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
def live_template(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("live") / "pair"
    nations.build_live(root)
    return root


@pytest.fixture
def live_pair(live_template: Any, tmp_path: Path) -> Iterator[Any]:
    """Two nations in the machine's own time, for tests that type commands at their folders."""
    made = nations.opened(nations.copy_of(live_template, tmp_path / "pair"), Clock(now()))
    yield made
    made.close()
