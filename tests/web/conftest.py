"""Two real nodes, made once and copied for each test, with a console in front of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sealane.base.values import SECOND
from sealane.services.register import accounts
from tests import nations, nations_three
from tests.clock import START, Clock
from tests.nations import Pair
from tests.nations_three import Three
from tests.web import crawled
from tests.web.visiting import PASSPHRASE, TEXT, Console


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("web") / "pair"
    clock = Clock()
    nations.build(root, clock)
    made = nations.opened(root, clock)
    for node, people in (
        (made.aus, ("aus.analyst", "aus.release", "aus.second", "aus.auditor")),
        (
            made.jpn,
            (
                *("jpn.sato", "jpn.suzuki", "jpn.tanaka", "jpn.miller"),
                *("jpn.clerk", "jpn.security", "jpn.auditor"),
            ),
        ),
    ):
        for person in people:
            accounts.set_passphrase(node, person, PASSPHRASE)
    made.close()
    return root


@pytest.fixture
def pair(template: Any, tmp_path: Path) -> Iterator[Any]:
    made = nations.opened(
        nations.copy_of(template, tmp_path / "pair"),
        Clock(START + 600 * SECOND),
    )
    yield made
    made.close()


@pytest.fixture
def three(template: Path, tmp_path: Path) -> Iterator[Three]:
    """AUS, JPN and USA with people at each who may read what AUS gives under the trilateral
    agreement.
    """
    made = nations_three.build(template, tmp_path / "three", Clock(START + 600 * SECOND))
    nations_three.staff(made)
    yield made
    made.close()


@pytest.fixture(scope="session")
def seen_pages(tmp_path_factory: pytest.TempPathFactory) -> list[crawled.SeenPage]:
    """Every page that has a picture, in both languages, as its HTML."""
    return crawled.crawled(tmp_path_factory.mktemp("seen") / "pair")


@pytest.fixture
def tokyo(pair: Pair) -> Any:
    return Console(pair, "JPN")


@pytest.fixture
def canberra(pair: Pair) -> Any:
    return Console(pair, "AUS")


@pytest.fixture
def item(pair: Pair) -> str:
    """One document that Australia released and Japan holds."""
    return nations.share(pair, TEXT, title="Vessel movements.txt", media_type="text/plain")
