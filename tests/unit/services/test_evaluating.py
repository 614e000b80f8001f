"""AuthZEN questions at a node: facts come from its register, never from the asker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sealane.base.values import parse_instant
from sealane.wiring.evaluation_routes import evaluation_routes
from tests.decisions import decided
from tests.opentdf_platform import Platform


@pytest.fixture
def node(tmp_path: Path) -> Platform:
    return Platform(tmp_path / "node.db")


@pytest.fixture
def client(node: Platform) -> TestClient:
    routes = evaluation_routes(node.node, origin="https://node.example")
    return TestClient(Starlette(routes=routes))


def question(node: Platform, **changes: Any) -> dict[str, Any]:
    return {
        "subject": {"type": "person", "id": node.facts["subject"]["id"]},
        "action": {"name": "open"},
        "resource": {"type": "item", "id": node.facts["item"]["id"]},
        "context": {"purpose": "assessment"},
        **changes,
    }


def ask(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/access/v1/evaluation", json=body)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_the_answer_is_the_decision_on_the_registers_facts(
    node: Platform, client: TestClient
) -> None:
    found = ask(client, question(node))
    assert found["decision"] is True
    assert found["context"]["digest"] == decided(node.facts).digest


def test_a_changed_register_changes_the_answer_at_once(node: Platform, client: TestClient) -> None:
    node.change(lambda subject: subject.update(authorisations=[]))
    found = ask(client, question(node))
    assert found["decision"] is False
    assert [one["clause"] for one in found["context"]["reasons"] if not one["met"]] == ["4.5"]


def test_time_passes_for_answers_too(node: Platform, client: TestClient) -> None:
    node.host.at = parse_instant("2027-11-22T00:00:00Z")
    assert ask(client, question(node))["decision"] is False


def test_facts_that_the_asker_sends_count_for_nothing(node: Platform, client: TestClient) -> None:
    node.change(lambda subject: subject.update(clearances=[]))
    loud = question(
        node,
        subject={
            "type": "person",
            "id": node.facts["subject"]["id"],
            "properties": node.facts["subject"],
        },
        context={**node.facts, "purpose": "assessment"},
    )
    assert ask(client, loud)["decision"] is False


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": {"type": "person", "id": "stranger"}},
        {"resource": {"type": "item", "id": "other"}},
        {"resource": {"type": "todo", "id": "AU-2026-0001"}},
        {"action": {"name": "release"}},
        {"action": {"name": "can_read"}},
        {"context": {}},
        {"context": {"purpose": 7}},
        {"context": {"purpose": "leisure"}},
        {"action": {"name": "onward"}, "context": {"purpose": "assessment", "recipient": "USA"}},
        {"action": {"name": "export"}},
    ],
)
def test_everything_else_is_answered_false(
    node: Platform, client: TestClient, changes: dict[str, Any]
) -> None:
    assert ask(client, question(node, **changes))["decision"] is False


def test_an_unknown_person_and_an_unknown_item_are_told_apart_by_nothing(
    node: Platform, client: TestClient
) -> None:
    one = ask(client, question(node, subject={"type": "person", "id": "stranger"}))
    other = ask(client, question(node, resource={"type": "item", "id": "other"}))
    assert one == other
