"""The node's own API and AuthZEN: refused without a person, the same sight as the pages, as its
specification says.
"""

import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sealane.services.register import accounts
from tests import nations
from tests.web.visiting import HOME

SPEC = Path(__file__).parents[2] / "spec" / "openapi.yaml"


@pytest.fixture
def item(pair):
    return nations.share(pair, title="Vessel movements.txt")


def caller(console, person=None):
    client = TestClient(console.app, base_url=HOME)
    if person is not None:
        made = accounts.Accounts(console.node, console.site.secret).token(person, 7)
        client.headers["authorization"] = f"Bearer {made}"
    return client


@pytest.mark.parametrize(
    "path", ["/api/v1/status", "/api/v1/items", "/api/v1/items/X", "/api/v1/items/X/history"]
)
def test_nobody_is_answered_without_a_person(tokyo, path):
    for headers in ({}, {"authorization": "Bearer x.y"}, {"authorization": "Basic eDp5"}):
        answer = caller(tokyo).get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["code"] == "login.required"


def test_a_token_reads_the_register_the_item_and_its_history(tokyo, item):
    client = caller(tokyo, "jpn.clerk")
    assert client.get("/api/v1/items").json()["items"][0]["id"] == item
    assert client.get(f"/api/v1/items/{item}").json()["copies"][0]["state"] == "held"
    assert (
        next(one["kind"] for one in client.get(f"/api/v1/items/{item}/history").json()["history"])
        == "statement.offer"
    )
    assert client.get("/api/v1/status").json()["party"] == "JPN"


def test_answers_have_the_members_that_the_specification_requires(tokyo, item):
    text = SPEC.read_text("utf-8")
    client = caller(tokyo, "jpn.clerk")
    found = client.get(f"/api/v1/items/{item}").json()
    for schema, answer in (
        ("Item", found),
        ("Copy", found["copies"][0]),
        ("Transfer", found["transfers"][0]),
        ("Line", client.get(f"/api/v1/items/{item}/history").json()["history"][0]),
        ("Status", client.get("/api/v1/status").json()),
        ("Log", client.get("/api/v1/status").json()["ledgers"][0]),
    ):
        block = re.search(
            rf"^    {schema}:\n      type: object\n      required: \[(.*?)\]",
            text,
            re.DOTALL | re.MULTILINE,
        )[1]
        required = {name.strip() for name in block.split(",")}
        assert required <= set(answer), schema
        if schema not in ("Item", "Status", "Log"):
            assert set(answer) == required, schema


def test_every_path_of_the_local_api_is_in_the_specification_and_none_besides(tokyo):
    text = SPEC.read_text("utf-8")
    written = re.findall(r"^  (/api/v1/[^:]*):\n    (get|post|put|delete):", text, re.MULTILINE)
    served = [
        (route.path, method.lower())
        for route in tokyo.app.routes
        if getattr(route, "path", "").startswith("/api/v1")
        for method in route.methods - {"HEAD"}
    ]
    assert sorted(written) == sorted(served)
    assert len(written) >= 4


def test_a_reader_who_is_not_authorised_gets_no_title_and_no_history(tokyo, item):
    client = caller(tokyo, "jpn.tanaka")
    assert client.get(f"/api/v1/items/{item}").json()["title"] is None
    assert client.get(f"/api/v1/items/{item}/history").status_code == 403
    assert "outbox" not in client.get("/api/v1/status").json()


def test_pages_of_the_register_join_without_gap(tokyo, pair):
    names = [nations.share(pair, reference=f"p-{n}") for n in range(5)]
    client, found, after = caller(tokyo, "jpn.clerk"), [], None
    while True:
        page = client.get(
            "/api/v1/items", params={"limit": 2} | ({"after": after} if after else {})
        ).json()
        found += [one["id"] for one in page["items"]]
        after = page["after"]
        if after is None:
            break
    assert found == sorted(names, reverse=True)


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x", "99999", "٣", ""])
def test_limits_outside_the_range_are_refused(tokyo, limit):
    answer = caller(tokyo, "jpn.clerk").get("/api/v1/items", params={"limit": limit})
    assert (answer.status_code, answer.json()["code"]) == (400, "api.limit")


def test_a_token_dies_with_the_passphrase_and_with_its_days(tokyo, pair):
    client = caller(tokyo, "jpn.clerk")
    assert client.get("/api/v1/status").status_code == 200
    pair.clock.pass_(8 * 86_400)
    assert client.get("/api/v1/status").status_code == 401
    client = caller(tokyo, "jpn.clerk")
    accounts.set_passphrase(tokyo.node, "jpn.clerk", "another passphrase")
    assert client.get("/api/v1/status").status_code == 401


def test_a_session_reads_but_does_not_ask_questions(tokyo, item):
    visitor = tokyo.visitor("jpn.clerk")
    assert visitor.client.get("/api/v1/items").status_code == 200
    assert visitor.client.post("/access/v1/evaluation", json={}).status_code == 401


def test_authzen_answers_those_who_hold_a_token_only(tokyo, pair, item):
    with pair.jpn.store.reading() as tx:
        request = dict(pair.jpn.held(tx, item).request)
    subject = dict(request["subject"])
    question = {
        "subject": {"type": "person", "id": subject.pop("id"), "properties": subject},
        "action": {"name": request["action"]},
        "resource": {
            "type": "item",
            "id": request["item"]["id"],
            "properties": (
                {name: value for name, value in request["item"].items() if name != "id"}
                | {"label": request["label"]}
            ),
        },
        "context": {
            name: request[name]
            for name in (
                "recipient",
                "purpose",
                "facility",
                "consents",
                "assurance",
                "agreement",
                "at",
            )
        },
    }
    assert caller(tokyo).post("/access/v1/evaluation", json=question).status_code == 401
    answer = (
        caller(tokyo, "jpn.clerk")
        .post(
            "/access/v1/evaluation",
            content=json.dumps(question),
            headers={"content-type": "application/json"},
        )
        .json()
    )
    assert answer["decision"] is True
    assert caller(tokyo).get("/.well-known/authzen-configuration").status_code == 200


def test_another_host_name_is_nobody(tokyo):
    assert (
        caller(tokyo, "jpn.clerk")
        .get("/api/v1/items", headers={"host": "evil.example"})
        .status_code
        == 401
    )
