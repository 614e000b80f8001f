"""SCIM: joiners are proposals, leavers lose access at once, and no more is a provider's to say."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from sealane.base.errors import Conflict, Refused
from sealane.services.register import accounts, directory, identities, leaving, provisioners
from tests.nations import Pair
from tests.web.test_passkeys import made, told
from tests.web.visiting import HOME, Console

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Client:
    """The nation's identity provider."""

    def __init__(self, console: Console, token: str) -> None:
        self.http = TestClient(console.app, base_url=HOME)
        self.http.headers["authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, **more: Any) -> Any:
        return self.http.request(method, f"/scim/v2{path}", **more)

    def patch(self, name: str, *operations: Any) -> Any:
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return self.call("PATCH", f"/Users/{name}", json=body)

    def found(self, asked: str) -> list[Any]:
        answer = self.call("GET", "/Users", params={"filter": asked})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["Resources"])


@pytest.fixture
def client(tokyo: Console) -> Client:
    return Client(tokyo, provisioners.enrol(tokyo.node, "ministry"))


def test_a_provider_finds_out_what_is_served(client: Client) -> None:
    config = client.call("GET", "/ServiceProviderConfig").json()
    assert (config["patch"]["supported"], config["bulk"]["supported"]) == (True, False)
    types = client.call("GET", "/ResourceTypes").json()["Resources"]
    assert [one["endpoint"] for one in types] == ["/Users"]
    schema = client.call("GET", f"/Schemas/{USER}").json()
    assert {one["name"] for one in schema["attributes"]} >= {"userName", "active"}
    assert client.call("GET", "/ResourceTypes/User").status_code == 200
    assert client.call("GET", "/Schemas").json()["totalResults"] == 1


def test_a_leaver_loses_access_at_once_and_it_is_recorded_by_whom(
    client: Client, tokyo: Console
) -> None:
    made(tokyo, "jpn.sato")
    visitor = tokyo.visitor("jpn.sato")
    token = accounts.Accounts(tokyo.node, tokyo.site.secret).token("jpn.sato", 1)
    (user,) = client.found('userName eq "jpn.sato"')
    assert user["active"] is True
    done = client.patch(user["id"], {"op": "Replace", "path": "active", "value": "False"})
    assert (done.status_code, done.json()["active"]) == (200, False)
    assert visitor.client.get("/", follow_redirects=False).status_code == 303
    held = {"authorization": f"Bearer {token}"}
    assert visitor.client.get("/api/v1/items", headers=held).status_code == 401
    assert tokyo.visitor().sign_in("jpn.sato").status_code == 403
    left = told(tokyo, "person.left")[-1]
    assert (left["people"], left["credential"], left.get("actor")) == (
        ["jpn.sato"],
        "ministry",
        None,
    )
    # the provider cannot bring them back: it can ask
    again = client.patch(user["id"], {"op": "replace", "value": {"active": True}})
    assert (again.status_code, again.json()["active"]) == (200, False)
    assert tokyo.visitor().sign_in("jpn.sato").status_code == 403
    assert "jpn.sato" in tokyo.visitor("jpn.security").get("/people").text.partition("Proposed")[2]
    leaving.come_back(tokyo.node, "jpn.sato")
    assert client.call("GET", f"/Users/{user['id']}").json()["active"] is True
    assert "Proposed by" not in tokyo.visitor("jpn.security").get("/people").text


def test_deleted_is_ended_and_the_record_stays(client: Client, tokyo: Console) -> None:
    assert client.call("DELETE", "/Users/jpn.sato").status_code == 204
    assert client.call("GET", "/Users/jpn.sato").status_code == 404
    assert client.call("DELETE", "/Users/jpn.sato").status_code == 404
    assert client.found('userName eq "jpn.sato"') == []
    with tokyo.node.store.reading() as tx:
        assert tokyo.node.records.people.get(tx, id="jpn.sato") is not None
        with pytest.raises(Refused, match=r"person\.left"):
            tokyo.node.person(tx, "jpn.sato")
    # told of again, they are a wish
    back = client.call("POST", "/Users", json={"schemas": [USER], "userName": "jpn.sato"})
    assert (back.status_code, back.json()["active"]) == (201, False)


def test_a_joiner_is_a_proposal_without_access_duties_or_clearances(
    client: Client, tokyo: Console
) -> None:
    body = {
        "schemas": [USER],
        "userName": "yamada@mod.example",
        "externalId": "e-7",
        "displayName": "Yamada Hanako",
        "emails": [{"value": "yamada@mod.example"}],
        "active": True,
    }
    sent = client.call("POST", "/Users", json=body)
    assert (sent.status_code, sent.json()["active"]) == (201, False)
    name = sent.json()["id"]
    assert sent.headers["location"].endswith(f"/scim/v2/Users/{name}")
    assert [one["id"] for one in client.found('externalId eq "e-7"')] == [name]
    with tokyo.node.store.reading() as tx:
        assert identities.person_named(tokyo.node, tx, "yamada@mod.example") is None
        assert tokyo.node.records.people.get(tx, id="yamada@mod.example") is None
    page = tokyo.visitor("jpn.security").get("/people").text
    assert "Yamada Hanako" in page
    assert "Yamada Hanako" not in tokyo.visitor("jpn.clerk").get("/people").text
    # the officer enters them, and from then on the provider's name is this person's
    with tokyo.node.store.reading() as tx:
        sato = tokyo.node.person(tx, "jpn.sato")
    directory.enter(tokyo.node, {**sato, "id": "jpn.yamada", "duties": [], "clearances": []})
    identities.name_person(tokyo.node, "jpn.yamada", "yamada@mod.example")
    with tokyo.node.store.reading() as tx:
        assert identities.person_named(tokyo.node, tx, "yamada@mod.example") == "jpn.yamada"
        assert identities.person_named(tokyo.node, tx, "jpn.yamada") is None
    told_now = client.call("GET", f"/Users/{name}").json()
    assert told_now["active"] is True
    # and the provider renames nobody who is entered
    renamed = client.patch(name, {"op": "replace", "path": "userName", "value": "jpn.security"})
    assert (renamed.status_code, renamed.json()["scimType"]) == (400, "mutability")
    done = client.patch(name, {"op": "replace", "path": "active", "value": False})
    assert done.json()["active"] is False


@pytest.mark.parametrize("taken", ["jpn.sato", "twice@mod.example"])
def test_a_name_is_one_users(client: Client, taken: str) -> None:
    client.call("POST", "/Users", json={"schemas": [USER], "userName": "twice@mod.example"})
    sent = client.call("POST", "/Users", json={"schemas": [USER], "userName": taken})
    assert (sent.status_code, sent.json()["scimType"]) == (409, "uniqueness")


def test_no_name_of_another_person_is_given_by_the_officer_either(tokyo: Console) -> None:
    for name in ("jpn.security", "jpn.clerk"):
        with pytest.raises(Conflict, match=r"identity\.taken"):
            identities.name_person(tokyo.node, "jpn.sato", name)
    identities.name_person(tokyo.node, "jpn.sato", "sato@mod.example")
    with pytest.raises(Conflict, match=r"identity\.taken"):
        identities.name_person(tokyo.node, "jpn.clerk", "sato@mod.example")
    identities.name_person(tokyo.node, "jpn.sato", "sato.taro@mod.example")
    identities.name_person(tokyo.node, "jpn.clerk", "sato@mod.example")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ('groups[display eq "x"]', "x"),
        ("roles", [{"value": "security-officer"}]),
        ("duties", ["security-officer"]),
        ("clearances", []),
        ("urn:sealane:scim:schemas:1.0:User:status", "active"),
        ("active", "maybe"),
        ("active", 1),
        ("userName", ""),
        ("userName", "a b"),
        ("userName", "a\x00"),
        ("displayName", "x" * 300),
        ("displayName", "evil\u202e"),
        ("externalId", ["x"]),
    ],
)
def test_what_is_not_a_providers_to_say_changes_nothing(
    client: Client, tokyo: Console, path: str, value: Any
) -> None:
    sent = client.patch("jpn.sato", {"op": "replace", "path": path, "value": value})
    if path.startswith("groups"):
        assert sent.status_code == 200  # read-only by the standard, and ignored
    else:
        assert (sent.status_code, sent.json()["schemas"][0].rpartition(":")[2]) == (400, "Error")
    with tokyo.node.store.reading() as tx:
        assert tokyo.node.records.identities.get(tx, person="jpn.sato") is None
        assert "security-officer" not in tokyo.node.person(tx, "jpn.sato")["duties"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/Users", "["),
        ("POST", "/Users", "[]"),
        ("POST", "/Users", "{}"),
        ("POST", "/Users", '{"userName": "a", "userName": "b"}'),
        ("POST", "/Users", "x" * 70_000),
        ("PATCH", "/Users/jpn.sato", "{}"),
        ("PATCH", "/Users/jpn.sato", '{"schemas": ["' + PATCH + '"], "Operations": []}'),
        ("PATCH", "/Users/jpn.sato", '{"schemas": ["' + PATCH + '"], "Operations": [{"op": "x"}]}'),
        ("GET", '/Users?filter=userName sw "j"', None),
        ("GET", '/Users?filter=userName eq "j" or active eq true', None),
        ("GET", '/Users?filter=userName eq "\\x"', None),
        ("GET", "/Users?startIndex=x", None),
        ("POST", "/Groups", "{}"),
        ("POST", "/Bulk", "{}"),
        ("GET", "/Me", None),
    ],
)
def test_what_cannot_be_read_is_an_error_of_the_standards_form(
    client: Client, method: str, path: str, body: str | None
) -> None:
    sent = client.call(method, path, content=body)
    assert (sent.status_code, sent.json()["status"]) == (400, "400")
    assert sent.headers["content-type"] == "application/scim+json"


def test_users_come_in_pages(client: Client) -> None:
    whole = client.call("GET", "/Users").json()
    two = client.call("GET", "/Users", params={"startIndex": 2, "count": 2}).json()
    assert two["totalResults"] == whole["totalResults"] > 4
    assert [one["id"] for one in two["Resources"]] == [one["id"] for one in whole["Resources"][1:3]]
    assert client.call("GET", "/Users", params={"count": 0}).json()["itemsPerPage"] == 0


def test_only_a_scim_client_is_let_in_and_it_opens_nothing_else(
    client: Client, tokyo: Console
) -> None:
    own = str(client.http.headers["authorization"])
    person = accounts.Accounts(tokyo.node, tokyo.site.secret).token("jpn.security", 1)
    for word in ("", "Bearer x", f"Bearer {person}", own[:-1], own.swapcase(), f"Basic {own[7:]}"):
        client.http.headers["authorization"] = word
        sent = client.call("GET", "/Users")
        assert (sent.status_code, sent.headers["www-authenticate"]) == (401, "Bearer")
    client.http.headers["authorization"] = own
    assert client.call("GET", "/Users").status_code == 200
    assert client.http.get("/api/v1/items").status_code == 401
    visitor = tokyo.visitor("jpn.security")
    visitor.client.headers["authorization"] = ""
    assert visitor.client.get("/scim/v2/Users").status_code == 401
    evil = TestClient(tokyo.app, base_url="http://evil.example", headers={"authorization": own})
    assert evil.get("/scim/v2/Users").status_code == 401
    assert provisioners.let_go(tokyo.node, "ministry")
    assert client.call("GET", "/Users").status_code == 401
    assert not provisioners.let_go(tokyo.node, "ministry")


def test_a_token_is_in_the_store_by_its_digest_alone(client: Client, tokyo: Console) -> None:
    token = str(client.http.headers["authorization"]).removeprefix("Bearer ")
    for path in tokyo.site.folder.rglob("*"):
        assert not path.is_file() or token.encode() not in path.read_bytes(), path


def test_a_flood_of_strangers_is_measured(client: Client, pair: Pair) -> None:
    client.http.headers["authorization"] = "Bearer x"
    answers = [client.call("GET", "/Users").status_code for _ in range(70)]
    assert answers[:60] == [401] * 60
    assert answers[-1] == 429
