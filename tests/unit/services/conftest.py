"""Two nations' logs, and a node whose key access service is asked,
for the tests of what they do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sealane.sealing.keywrap import EC, HYBRID, RSA, X_WING
from sealane.services.opentdf.model import KeyVerdict
from tests import kas, oauth
from tests.nations_log import Keys, Node
from tests.rewraps import TEXT


@pytest.fixture
def keys() -> Any:
    return Keys("jp"), Keys("au")


@pytest.fixture
def pair(tmp_path: Path, keys: Any) -> Iterator[Any]:
    jp, au = keys
    nodes = Node(tmp_path / "jp", jp, au), Node(tmp_path / "au", au, jp)
    yield nodes
    for node in nodes:
        node.close()


@pytest.fixture(scope="module")
def made() -> Any:
    node = kas.Node()
    return node, {suite: node.seal(TEXT, suite=suite) for suite in (RSA, EC, HYBRID, X_WING)}


@pytest.fixture
def node(made: Any) -> Iterator[Any]:
    found = made[0]
    found.log.clear()
    found.host.steps.clear()
    found.seen.clear()
    found.asked.clear()
    found.verdict = KeyVerdict(permit=True, decision="cd" * 48)
    found.host.at = oauth.NOW
    found.service.store.fails = False
    found.named = frozenset()
    kept = dict(found.records)
    yield found
    found.records.clear()
    found.records.update(kept)


@pytest.fixture
def container(made: Any) -> Any:
    return made[1][RSA][0]
