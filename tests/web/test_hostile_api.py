"""The whole API by its own description: whatever is sent, within it or beside it, is answered as it
says, and nothing fails within.

Schemathesis makes the requests; every person of every duty sends them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sealane.office.beside import BESIDE
from sealane.office.table import OPERATIONS
from sealane.services.register import accounts, provisioners
from tests import nations
from tests.clock import START, Clock
from tests.web.visiting import HOME, Console

EXAMPLES = 12
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
PEOPLE = ("jpn.clerk", "jpn.security", "jpn.tanaka")


@pytest.fixture(scope="module")
def console(template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    root = nations.copy_of(template, tmp_path_factory.mktemp("hostile") / "pair")
    pair = nations.opened(root, Clock(START + 600 * 1_000_000_000))
    nations.share(pair)
    yield Console(pair, "JPN")
    pair.close()


@pytest.fixture(scope="module")
def tokens(console: Console) -> list[str]:
    held = accounts.Accounts(console.node, console.site.secret)
    return [held.token(person, 7) for person in PEOPLE]


@pytest.fixture(scope="module")
def provisioner(console: Console) -> str:
    return provisioners.enrol(console.node, "hostile")


@pytest.fixture(scope="module")
def api(console: Console) -> Any:
    made = schemathesis.openapi.from_asgi("/api/v1/openapi.json", console.app)
    made.config.update(base_url=HOME)
    return made


BESIDES = sorted(one["operationId"] for path in BESIDE.values() for one in path.values())


@pytest.mark.parametrize("name", [*sorted(OPERATIONS), *BESIDES])
def test_whatever_is_sent_is_answered_as_described(
    name: str, api: Any, tokens: list[str], provisioner: str
) -> None:
    one = api.find_operation_by_id(name)
    known = [*tokens, provisioner] if name.startswith("scim.") else tokens

    @given(st.data())
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    def tried(data: st.DataObject) -> None:
        mode = data.draw(st.sampled_from(list(GenerationMode)))
        case = data.draw(one.as_strategy(generation_mode=mode))
        token = data.draw(st.sampled_from(known))
        answer = case.call(headers={"authorization": f"Bearer {token}"})
        case.validate_response(answer, checks=CHECKS)

    tried()
