"""One pair of nodes is made for a whole session and copied for each test."""

import pytest

from tests import nations


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    root = tmp_path_factory.mktemp("template") / "pair"
    nations.build(root, nations.Clock())
    return root


@pytest.fixture
def pair(template, tmp_path):
    made = nations.opened(
        nations.copy_of(template, tmp_path / "pair"),
        nations.Clock(nations.START + 10 * nations.SECOND * 60),
    )
    yield made
    made.close()
