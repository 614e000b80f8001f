"""Two real nodes, made once and copied for each test, with a console in front of each."""

import pytest

from sealane.base.values import SECOND
from sealane.services.register import accounts
from tests import nations
from tests.clock import START, Clock
from tests.web.visiting import PASSPHRASE, Console


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    root = tmp_path_factory.mktemp("web") / "pair"
    clock = Clock()
    nations.build(root, clock)
    made = nations.opened(root, clock)
    for node, people in (
        (made.aus, ("aus.analyst", "aus.release", "aus.second", "aus.auditor")),
        (
            made.jpn,
            ("jpn.sato", "jpn.suzuki", "jpn.tanaka", "jpn.miller", "jpn.clerk", "jpn.security"),
        ),
    ):
        for person in people:
            accounts.set_passphrase(node, person, PASSPHRASE)
    made.close()
    return root


@pytest.fixture
def pair(template, tmp_path):
    made = nations.opened(
        nations.copy_of(template, tmp_path / "pair"),
        Clock(START + 600 * SECOND),
    )
    yield made
    made.close()


@pytest.fixture
def tokyo(pair):
    return Console(pair, "JPN")


@pytest.fixture
def canberra(pair):
    return Console(pair, "AUS")
