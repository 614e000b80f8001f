"""AuthZEN 1.0 endpoints: our questions answered, other people's questions answered false,
non-questions refused.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sealane.agreements.parse import scenario_requests
from sealane.cli.agreements.decision_point import DecisionPoint
from sealane.http.authzen import asking, routes
from tests.decisions import decided, the_agreement, words


@pytest.fixture
def client() -> TestClient:
    ask = asking(DecisionPoint().decide_json)
    return TestClient(Starlette(routes=routes(ask, base_url="https://pdp.example")))


def evaluation(request: dict[str, Any]) -> dict[str, Any]:
    """Our request in AuthZEN's four parts."""
    subject, item = dict(request["subject"]), dict(request["item"])
    return {
        "subject": {"type": "person", "id": subject.pop("id"), "properties": subject},
        "action": {"name": request["action"]},
        "resource": {
            "type": "item",
            "id": item.pop("id"),
            "properties": {**item, "label": request["label"]},
        },
        "context": {
            name: value
            for name, value in request.items()
            if name not in ("subject", "item", "label", "action")
        },
    }


SCENARIOS = [
    (one, request)
    for one, request in scenario_requests(the_agreement())
    if request["purpose"] in words().purposes  # another word is a slip of the asker
]
PERMIT = evaluation(next(request for one, request in SCENARIOS if one.expect == "permit"))
REFUSE = evaluation(next(request for one, request in SCENARIOS if one.expect == "refuse"))
TODO = {  # the shape of the public interop scenario: well-formed, and nothing of ours
    "subject": {"type": "user", "id": "someone@example.org", "identity": "abc"},
    "action": {"name": "can_read_todos"},
    "resource": {"type": "todo", "id": "todo-1"},
}


@pytest.mark.parametrize("index", range(len(SCENARIOS)))
def test_an_evaluation_is_answered_as_the_scenario_says_with_the_same_digest(
    client: TestClient, index: int
) -> None:
    scenario, request = SCENARIOS[index]
    answer = client.post(
        "/access/v1/evaluation", json=evaluation(request), headers={"X-Request-ID": "r-1"}
    )
    assert answer.status_code == 200
    assert answer.headers["X-Request-ID"] == "r-1"
    assert answer.json()["decision"] is (scenario.expect == "permit")
    assert answer.json()["context"]["digest"] == decided(request).digest


def test_a_question_of_another_domain_is_answered_false(client: TestClient) -> None:
    for resource in (
        {"type": "todo", "id": "1"},
        {"type": "user", "id": "beth@example.org"},
        {"type": "item", "id": "x"},
    ):
        answer = client.post("/access/v1/evaluation", json={**TODO, "resource": resource})
        assert answer.status_code == 200
        assert answer.json()["decision"] is False
        assert answer.json()["context"]["error"]["code"] in (
            "authzen.not_ours",
            "request.malformed",
        )


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "x",
        {**TODO, "subject": None},
        {**TODO, "subject": {"type": "user"}},
        {**TODO, "action": {}},
        {**TODO, "resource": {"id": "x"}},
        {**TODO, "context": []},
        {**TODO, "action": {"name": 7}},
    ],
    ids=range(9),
)
def test_what_is_not_authzen_is_a_bad_request(client: TestClient, body: Any) -> None:
    answer = client.post("/access/v1/evaluation", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "authzen.malformed"


def test_doubled_members_wrong_types_of_content_and_size_are_bad_requests(
    client: TestClient,
) -> None:
    doubled = json.dumps(PERMIT).replace('"action":', '"action": {"name": "open"}, "action":', 1)
    json_type = {"content-type": "application/json"}
    assert (
        client.post("/access/v1/evaluation", content=doubled, headers=json_type).status_code == 400
    )
    assert (
        client.post("/access/v1/evaluation", content="x" * (2 << 20), headers=json_type).status_code
        == 400
    )
    assert (
        client.post(
            "/access/v1/evaluation",
            content=json.dumps(PERMIT),
            headers={"content-type": "text/plain"},
        ).status_code
        == 400
    )
    assert client.get("/access/v1/evaluation").status_code == 405


def test_several_evaluations_share_defaults_and_keep_their_order(client: TestClient) -> None:
    body = {
        **PERMIT,
        "evaluations": [
            {},
            {"resource": {"type": "todo", "id": "1"}},
            {"action": {"name": "export"}},
            7,
        ],
    }
    answer = client.post("/access/v1/evaluations", json=body)
    assert answer.status_code == 200
    assert [one["decision"] for one in answer.json()["evaluations"]] == [True, False, False, False]


@pytest.mark.parametrize(
    ("semantic", "answers"),
    [
        ("execute_all", [True, False, True]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
def test_the_three_semantics_stop_where_they_say(
    client: TestClient, semantic: str, answers: list[bool]
) -> None:
    body = {
        **PERMIT,
        "evaluations": [{}, REFUSE, {}],
        "options": {"evaluations_semantic": semantic},
    }
    answer = client.post("/access/v1/evaluations", json=body).json()
    assert [one["decision"] for one in answer["evaluations"]] == answers


def test_no_list_is_one_evaluation_and_an_unknown_semantic_is_refused(client: TestClient) -> None:
    assert client.post("/access/v1/evaluations", json=PERMIT).json()["decision"] is True
    body = {**PERMIT, "evaluations": [{}], "options": {"evaluations_semantic": "most"}}
    assert client.post("/access/v1/evaluations", json=body).status_code == 400


def test_facts_smuggled_into_another_part_are_refused(client: TestClient) -> None:
    for part, member in (
        ("context", "label"),
        ("context", "item"),
        ("context", "subject"),
        ("context", "action"),
    ):
        body = {**PERMIT, part: {**PERMIT[part], member: {}}}
        assert client.post("/access/v1/evaluation", json=body).json()["decision"] is False
    for part in ("subject", "resource"):
        body = {
            **PERMIT,
            part: {**PERMIT[part], "properties": {**PERMIT[part]["properties"], "id": "other"}},
        }
        assert client.post("/access/v1/evaluation", json=body).json()["decision"] is False


def test_a_fault_of_ours_refuses_and_tells_nothing() -> None:
    def broken(_: dict[str, Any]) -> Any:
        raise RuntimeError("secret detail")

    client = TestClient(Starlette(routes=routes(broken)))
    answer = client.post("/access/v1/evaluation", json=PERMIT)
    assert answer.json()["decision"] is False
    assert answer.json()["context"]["error"]["code"] == "internal.fault"
    assert "secret detail" not in answer.text


def test_too_many_evaluations_and_odd_lists_are_refused(client: TestClient) -> None:
    for listed in ([{}] * 1001, 7, {"a": 1}):
        assert (
            client.post(
                "/access/v1/evaluations", json={**PERMIT, "evaluations": listed}
            ).status_code
            == 400
        )
    assert client.post("/access/v1/evaluations", json=[PERMIT]).status_code == 400


def test_discovery_names_both_endpoints(client: TestClient) -> None:
    found = client.get("/.well-known/authzen-configuration").json()
    assert found["access_evaluation_endpoint"] == "https://pdp.example/access/v1/evaluation"
    assert found["access_evaluations_endpoint"] == "https://pdp.example/access/v1/evaluations"


def test_the_answer_is_the_requesters_edition(client: TestClient) -> None:
    answer = client.post("/access/v1/evaluation", json=REFUSE).json()
    assert "aus-second-signer" not in json.dumps(answer)
    assert any(not one["met"] for one in answer["context"]["reasons"])
