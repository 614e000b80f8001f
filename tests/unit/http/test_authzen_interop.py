"""The public AuthZEN interop requests: each is understood, answered in its shape, and permits
nothing of ours.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sealane.cli.agreements.decision_point import DecisionPoint
from sealane.http.authzen import asking, routes
from tests.unit.http.test_authzen import PERMIT, REFUSE

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).resolve().parents[2] / "vectors" / "authzen" / "interop.json").read_text(
        encoding="utf-8"
    )
)
SINGLE = [*VECTORS["todo"], *VECTORS["gateway"]]


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(
        Starlette(
            routes=routes(asking(DecisionPoint().decide_json), base_url="https://pdp.example")
        )
    )


def test_the_vectors_are_all_there() -> None:
    assert {name: len(several) for name, several in VECTORS.items()} == {
        "todo": 40,
        "gateway": 25,
        "boxcarred": 3,
        "search": 1,
    }


@pytest.mark.parametrize("place", range(len(SINGLE)))
def test_each_request_is_answered_with_a_decision_and_an_echo(
    client: TestClient, place: int
) -> None:
    vector = SINGLE[place]
    answer = client.post(
        "/access/v1/evaluation",
        json=vector["request"],
        headers={"X-Request-ID": f"interop-{place}"},
    )
    assert answer.status_code == 200
    assert answer.headers["X-Request-ID"] == f"interop-{place}"
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["decision"] is False
    assert answer.json()["context"]["error"]["code"] == "authzen.not_ours"
    if not vector["expected"]:
        assert answer.json()["decision"] == vector["expected"]


@pytest.mark.parametrize(
    ("semantic", "count"),
    [(None, 2), ("execute_all", 2), ("deny_on_first_deny", 1), ("permit_on_first_permit", 2)],
)
def test_boxcarred_requests_keep_their_order_and_stop_where_they_say(
    client: TestClient, semantic: str | None, count: int
) -> None:
    for vector in VECTORS["boxcarred"]:
        options = {} if semantic is None else {"options": {"evaluations_semantic": semantic}}
        answer = client.post("/access/v1/evaluations", json={**vector["request"], **options})
        assert answer.status_code == 200
        assert [one["decision"] for one in answer.json()["evaluations"]] == [False] * count
        assert "decision" not in answer.json()


def test_theirs_and_ours_in_one_call(client: TestClient) -> None:
    theirs = VECTORS["todo"][2]["request"]
    body = {
        "evaluations": [theirs, PERMIT, REFUSE],
        "options": {"evaluations_semantic": "permit_on_first_permit"},
    }
    answer = client.post("/access/v1/evaluations", json=body).json()
    assert [one["decision"] for one in answer["evaluations"]] == [False, True]


def test_the_shape_is_asked_of_the_single_endpoint_too(client: TestClient) -> None:
    for vector in VECTORS["todo"][:8]:
        for part in ("subject", "action", "resource"):
            body = {name: value for name, value in vector["request"].items() if name != part}
            assert client.post("/access/v1/evaluation", json=body).status_code == 400
    assert client.post("/access/v1/evaluation", content=b"{").status_code == 400
    assert client.get("/access/v1/evaluation").status_code == 405


def test_what_is_not_served_is_not_named(client: TestClient) -> None:
    for vector in VECTORS["search"]:
        assert client.post(vector["path"], json=vector["request"]).status_code == 404
    found = client.get("/.well-known/authzen-configuration")
    assert found.status_code == 200
    assert found.json() == {
        "policy_decision_point": "https://pdp.example",
        "access_evaluation_endpoint": "https://pdp.example/access/v1/evaluation",
        "access_evaluations_endpoint": "https://pdp.example/access/v1/evaluations",
    }
