"""The node's own API and AuthZEN: refused without a person, the same sight as the pages, as its
specification says.
"""

import io
import json

import jsonschema
import openapi_spec_validator
import pytest
from starlette.testclient import TestClient

from sealane.office.description import document
from sealane.office.spoken import spoken
from sealane.office.table import OPERATIONS
from sealane.registry.post_records import PostKind
from sealane.registry.who_may import WHO_MAY, Act
from sealane.services.dialogue import acting
from sealane.services.dialogue.beginning import CaseAsked
from sealane.services.guard import holding
from sealane.services.inspection import counting
from sealane.services.placing import posts
from sealane.services.register import accounts
from sealane.services.register.acts import Actor
from sealane.services.two_people import asking
from tests import nations
from tests.web.visiting import HOME


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


def fits(schema, answer):
    """Raises where an answer is not what the description says of it."""
    described = document(OPERATIONS.values())
    whole = {**described, "$ref": f"#/components/schemas/{schema}"}
    jsonschema.Draft202012Validator(whole).validate(answer)


DUTIES = ("registry-clerk", "security-officer", "auditor")
"""Of those who look."""


def may_look(operation, duty):
    row = None if operation.act is None else WHO_MAY[operation.act]
    return row is None or row.duties is None or duty in row.duties


def at_the_desk(canberra):
    """A release officer, and what the desk is asked about: a draft, and the terms of a release."""
    desk = caller(canberra, "aus.release")
    draft = desk.post("/api/v1/desk/forms", json={"kind": "draft", "name": "n"}).json()
    terms = {"to": ["JPN"], "label": "SECRET//REL AUS/JPN", "area": "maritime"}
    terms |= {"originator": "aus.analyst", "agreement": nations.AGREEMENT}
    return desk, {**terms, "kind": "draft", "form": draft["id"]}


def within(node):
    """An inventory, a post, a room and an export of a node, and an act that waits for a second."""
    for name, kind in (("desk", PostKind.POST), ("vault", PostKind.ROOM)):
        wanted = posts.Defining(id=name, kind=kind, level="極秘")
        posts.define(node, wanted, by=Actor("jpn.security"))
    asked = counting.CountAsked(assigned="jpn.clerk")
    count = counting.open_inventory(node, asked, by=Actor("jpn.clerk"))
    file = io.BytesIO("注意\nfine\n注意".encode())
    wanted = holding.HoldAsked(
        domain="office", name="f", media_type="text/plain", actor=Actor("jpn.release")
    )
    export = holding.hold(node, wanted, file)
    waits = asking.AskedAct(
        operation="people.warn",
        act=Act.VET,
        duties=("auditor",),
        says={"days": 30},
        stated=frozenset({"days"}),
        version=None,
        summary={"en": "warn", "ja": "警告"},
    )
    act = asking.let_wait(node, waits, by=Actor("jpn.clerk"))
    made = {"inventory": count["id"], "post": "desk", "room": "vault"}
    return {**made, "act": act["id"], "export": export["id"]}


def case_of(node):
    """A case that this nation opened."""
    asked = CaseAsked(
        kind="rfi",
        with_="AUS",
        agreement=nations.AGREEMENT,
        form={"subject": "s", "question": "q", "urgency": "routine"},
    )
    return acting.open_case(node, asked, person="jpn.release")


def test_answers_are_as_the_description_has_them(tokyo, canberra, item):
    client = caller(tokyo, "jpn.clerk")
    officer = caller(tokyo, "jpn.security")
    looks = [one for one in OPERATIONS.values() if one.reads]
    named = {
        "old": 1,
        "new": 1,
        "agreement": nations.AGREEMENT,
        "item": item,
        "purpose": "assessment",
        "person": "jpn.tanaka",
        "origin": tokyo.node.settings.internal_origin,
        "index": 0,
        "form": "F-000001",
        "case": case_of(tokyo.node),
        **within(tokyo.node),
    }
    auditor = caller(tokyo, "jpn.auditor")
    place = officer.get("/api/v1/facilities").json()["facilities"][0]["id"]
    desk, terms = at_the_desk(canberra)
    for one in looks:
        asked = {**(one.example or {}), **named, "facility": place}
        asked |= terms if one.tag == "desk" else {}
        known = {member.name for member in one.members}
        said = spoken(one, {name: asked[name] for name in known & set(asked)})
        asks = officer if one.tag in ("people", "facilities") else client
        asks = desk if one.tag == "desk" else asks
        answer = asks.get(said.target)
        for other in (officer, auditor):
            if answer.status_code == 403 and answer.json()["code"] == "person.duty":
                answer = other.get(said.target)
        duties = ("registry-clerk", "security-officer", "auditor", "release-officer")
        if not any(may_look(one, duty) for duty in duties):
            assert answer.json()["code"] == "person.duty", one.id
            continue
        if one.id.startswith("exercise."):  # there is none at a real node
            assert answer.json()["code"] == "exercise.real_node", one.id
            continue
        assert answer.status_code == 200, (one.id, answer.text)
        fits(one.answer, answer.json())
    assert len(looks) >= 7
    fits("Acted", client.post(f"/api/v1/items/{item}/accept").json())
    fits("Problem", client.get("/api/v1/items/none").json())
    with pytest.raises(jsonschema.ValidationError):
        fits("Item", {})


def test_every_path_of_the_local_api_is_described_and_none_besides(tokyo):
    described = caller(tokyo).get("/api/v1/openapi.json").json()
    written = [
        (path, method)
        for path, methods in described["paths"].items()
        for method in methods
        if path.startswith("/api/v1")
    ]
    served = [
        (route.path, method.lower())
        for route in tokyo.app.routes
        if getattr(route, "path", "").startswith("/api/v1")
        for method in route.methods - {"HEAD"}
    ]
    assert sorted([*written, ("/api/v1/openapi.json", "get")]) == sorted(served)
    names = [one["operationId"] for path in described["paths"].values() for one in path.values()]
    assert len(names) == len(set(names))
    assert described["openapi"] == "3.1.0"
    openapi_spec_validator.validate(described)


def test_an_item_that_names_a_reader_nowhere_is_not_there_for_them(tokyo, item):
    client = caller(tokyo, "jpn.tanaka")
    shown = client.get(f"/api/v1/items/{item}")
    none = client.get("/api/v1/items/AUS-2026-999999")
    assert (shown.status_code, shown.json()["code"]) == (404, "item.unknown")
    assert shown.text == none.text.replace("AUS-2026-999999", item)
    assert client.get("/api/v1/items").json() == {"items": [], "after": None}
    assert client.get(f"/api/v1/items/{item}/history").status_code == 404
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
    told = answer.json()
    assert (answer.status_code, told["code"], told["position"]) == (400, "api.stated", "limit")


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


def test_two_officers_at_one_record_and_the_second_is_told(tokyo):
    client = caller(tokyo, "jpn.security")
    seen = client.get("/api/v1/people/jpn.tanaka")
    fits("Person", seen.json())
    path, second = "/api/v1/people/jpn.tanaka", {"second": "jpn.auditor"}
    body = {"post": "Another desk", **second}
    blind = client.patch(path, json=body)
    assert (blind.status_code, blind.json()["code"]) == (428, "edit.unseen")
    match = {"if-match": seen.headers["etag"]}
    done = client.patch(path, json=body, headers=match)
    assert (done.status_code, done.json()["post"]) == (200, "Another desk")
    late = client.patch(path, json={"post": "A third", **second}, headers=match)
    assert (late.status_code, late.json()["code"]) == (412, "edit.stale")
    now = client.get(path)
    assert now.json()["post"] == "Another desk"
    assert now.json()["clearances"] == seen.json()["clearances"]
    again = client.patch(path, json={"facility": None}, headers={"if-match": done.headers["etag"]})
    assert (again.status_code, again.json()["facility"]) == (200, None)


def test_a_facility_is_entered_changed_and_refused_to_others(tokyo):
    client, path = caller(tokyo, "jpn.security"), "/api/v1/facilities"
    place = {
        "id": "jpn-annex",
        "country": "JPN",
        "accredited": client.get(path).json()["facilities"][0]["accredited"],
        "until": "2031-01-01T00:00:00Z",
    }
    made = client.post(path, json=place)
    assert made.status_code == 200, made.text
    changed = client.patch(
        f"{path}/jpn-annex",
        json={"until": "2032-01-01T00:00:00Z"},
        headers={"if-match": made.headers["etag"]},
    )
    assert changed.json() == place | {"until": "2032-01-01T00:00:00Z"}
    stranger = caller(tokyo, "jpn.tanaka")
    assert stranger.post(path, json=place).json()["code"] == "person.duty"
    assert stranger.get("/api/v1/people").json()["code"] == "person.duty"
    assert stranger.get("/api/v1/people/jpn.tanaka").json()["id"] == "jpn.tanaka"
    assert stranger.get("/api/v1/people/jpn.sato").json()["code"] == "person.duty"
    assert client.get(f"{path}/nowhere").json()["code"] == "facility.unknown"


def test_many_people_are_entered_and_each_line_is_answered(tokyo):
    client = caller(tokyo, "jpn.security")
    known = client.get("/api/v1/people/jpn.tanaka").json()
    good = {**known, "id": "jpn.kato", "name": "Kato"}
    place = client.get("/api/v1/facilities").json()["facilities"][0]
    lines = [good, {"id": "x"}, {**place, "id": "jpn-second"}, {**good, "id": "jpn.kat0"}]
    text = "\n".join([json.dumps(lines[0]), "", *map(json.dumps, lines[1:]), "not json"])
    answer = client.post("/api/v1/people/import", files={"file": ("people.ndjson", text)})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    fits("ImportReport", told)
    assert (told["entered"], told["refused"]) == (2, 3)
    assert [(one["line"], one["id"]) for one in told["lines"]] == [
        (1, "jpn.kato"),
        (3, None),
        (4, "jpn-second"),
        (5, None),
        (6, None),
    ]
    codes = [one["error"]["code"] for one in told["lines"] if one["id"] is None]
    assert codes == ["person.malformed", "person.alike", "json.malformed"]
    refused = caller(tokyo, "jpn.clerk").post(
        "/api/v1/people/import", files={"file": ("people.ndjson", text)}
    )
    assert refused.json()["code"] == "person.duty"
