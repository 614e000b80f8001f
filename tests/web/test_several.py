"""One item to several recipients as people and programs ask for it: the release desk, the item's
page in both languages, the API and the command line.

Spec: docs/console.md §The release desk; spec/openapi.yaml; spec/interfaces.md §1, §5.
"""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from sealane.services.exchange import release
from sealane.services.register import accounts, directory
from tests import nations
from tests.lane import several
from tests.nations_three import TRILATERAL, Three
from tests.web.visiting import HOME, TEXT, Console

MARK = "SECRET//REL AUS/JPN/USA"


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def console(three: Three, party: str) -> Console:
    return Console(three, party)  # type: ignore[arg-type]


CHOICE = {
    "target": f"{TRILATERAL}:JPN",
    "to": "USA",
    "level": "SECRET",
    "area": "maritime",
    "purpose": "assessment",
    "project": nations.PROJECT,
    "until": "2027-08-22",
}


def test_the_desk_shows_each_recipient_before_and_the_page_each_state_after(three):
    officer = console(three, "AUS").visitor("aus.release")
    desk = officer.get("/release", **CHOICE)
    assert MARK in desk.text
    assert desk.text.count("will handle it as") == 2
    assured = officer.send(desk, "/release/ask")
    text = plain(assured.text)
    assert "Maritime desk" in text
    assert "USA reader" in text
    done = officer.send(
        assured,
        "/release",
        files={"file": ("survey.txt", TEXT, "text/plain")},
        originator="aus.analyst",
        kind="file",
        answer="asked for by their liaison",
    )
    name = done.url.path.rsplit("/", 1)[1]
    assert "JPN Awaiting second signer" in plain(done.text)
    assert "USA Awaiting second signer" in plain(done.text)
    second = console(three, "AUS").visitor("aus.second")
    page = second.get(f"/items/{name}")
    assert "sends this item to Japan, United States" in plain(page.text)
    three.line.down.add("USA")
    second.send(page, f"/items/{name}/countersign")
    three.settle(1)
    for lang, words in (
        ("en", ("JPN Delivered", "USA Queued", "→ Japan", "→ United States")),
        ("ja", ("JPN 引渡し済み", "USA 送信待ち", "→ 日本", "→ アメリカ合衆国")),
    ):
        auditor = console(three, "AUS").visitor("aus.auditor", lang)
        for path in (f"/items/{name}", "/"):
            text = plain(auditor.get(path, lang=lang).text)
            assert all(word in text for word in words[:2]), (path, text)
        text = plain(auditor.get(f"/items/{name}", lang=lang).text)
        assert all(word in text for word in words[2:]), text


def test_who_is_on_no_list_is_no_recipient_and_one_may_be_withdrawn_alone(three):
    officer = console(three, "AUS").visitor("aus.release")
    desk = officer.get("/release", **CHOICE)
    refused = officer.send(desk, "/release/ask", to="GBR")
    assert refused.status_code == 400
    assert "The same item also to" in plain(refused.text)
    item = nations_item(three)
    path = f"/items/{item}/withdraw"
    page = officer.get(f"/items/{item}")
    assert '<option value="USA">' in page.text
    officer.send(page, path, reason="r", **{"from": "USA"})
    assert several.states(three, item) == {"JPN": "delivered", "USA": "withdrawn"}


def test_with_each_the_officer_is_told_whom_it_did_not_go_to(three):
    officer = console(three, "AUS").visitor("aus.release")
    desk = officer.get("/release", **CHOICE)
    three.line.down.add("USA")
    done = officer.send(
        desk,
        "/release",
        files={"file": ("survey.txt", TEXT, "text/plain")},
        originator="aus.analyst",
        kind="file",
        answer="asked for by their liaison",
        each="1",
    )
    assert "Nothing was sent to United States" in plain(done.text)
    name = done.url.path.rsplit("/", 1)[1]
    assert several.states(three, name) == {"JPN": "awaiting second signer"}


def nations_item(three: Three) -> str:

    return release.release(three.aus, several.wanted(three), io.BytesIO(TEXT)).item


def caller(three: Three, person: str | None) -> TestClient:
    made = console(three, "AUS")
    client = TestClient(made.app, base_url=HOME)
    if person is not None:
        token = accounts.Accounts(made.node, made.site.secret).token(person, 7)
        client.headers["authorization"] = f"Bearer {token}"
    return client


TERMS: dict[str, Any] = {
    "to": ["JPN", "USA"],
    "label": MARK,
    "purpose": "assessment",
    "area": "maritime",
    "project": nations.PROJECT,
    "originator": "aus.analyst",
    "second": "aus.second",
    "reference": "api-1",
}


def posted(client: TestClient, terms: Any = TERMS, **more: Any) -> Any:
    text = terms if isinstance(terms, str) else json.dumps({**terms, **more})
    files = {"file": ("survey.txt", TEXT, "text/plain")}
    return client.post("/api/v1/releases", data={"release": text}, files=files)


def test_a_token_releases_to_several_and_the_same_again_is_the_same_item(three):
    client = caller(three, "aus.release")
    answer = posted(client)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [(one["to"], one["state"]) for one in found["transfers"]] == [
        ("JPN", "delivered"),
        ("USA", "delivered"),
    ]
    assert found["readers"]["JPN"]["posts"] == ["Maritime desk"]
    assert found["readers"]["USA"]["as_of"]
    assert posted(client).json()["item"] == found["item"]
    taken = posted(client, to=["JPN"], agreement=TRILATERAL)
    assert (taken.status_code, taken.json()["code"]) == (409, "release.reference_taken")
    assert several.opened(three.usa, found["item"]) == TEXT


def test_only_a_release_officers_token_releases_and_only_as_the_specification_says(three):
    assert posted(caller(three, None)).status_code == 401
    refused = posted(caller(three, "aus.second"))
    assert (refused.status_code, refused.json()["code"]) == (403, "person.duty")
    client = caller(three, "aus.release")
    wrong: list[Any] = [
        {**TERMS, "to": "JPN"},
        {**TERMS, "to": []},
        {**TERMS, "as": "aus.second"},
        {**TERMS, "each": "yes"},
        {**TERMS, "until": "tomorrow"},
        {name: value for name, value in TERMS.items() if name != "area"},
        "[]",
        "{",
    ]
    for terms in wrong:
        assert posted(client, terms).status_code == 400, terms
    bare = client.post("/api/v1/releases", json=TERMS)
    assert (bare.status_code, bare.json()["code"]) == (400, "api.body")
    unknown = posted(client, to=["JPN", "GBR"], each=True)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "partner.unknown")
    assert several.items(three.aus) == []


FREE = {name: term for name, term in TERMS.items() if name != "reference"}


def keyed(client: TestClient, key: str, terms: Any = FREE, **more: Any) -> Any:
    client.headers["idempotency-key"] = key
    return posted(client, terms, **more)


def items_of(three: Three) -> list[str]:
    with three.aus.store.reading() as tx:
        return [row.id for row in three.aus.records.items.find(tx, order="id")]


def test_a_key_makes_a_repeated_release_the_same_item_and_stands_for_one_body_alone(three):
    client = caller(three, "aus.release")
    first = keyed(client, "k-1")
    assert first.status_code == 200, first.text
    # the answer was lost, and the node started anew
    again = keyed(caller(three, "aus.release"), "k-1")
    assert (again.status_code, again.json()["item"]) == (200, first.json()["item"])
    for other in ({"purpose": "planning"}, {"title": "other"}, {"reference": "r-9"}):
        reused = keyed(client, "k-1", **other)
        assert (reused.status_code, reused.json()["code"]) == (409, "api.key_reused")
    assert items_of(three) == [first.json()["item"]]
    assert keyed(client, "k-2").json()["item"] != first.json()["item"]


def test_keys_are_per_caller_and_who_may_not_release_uses_none_up(three):
    first = keyed(caller(three, "aus.release"), "k-1").json()["item"]
    with three.aus.store.reading() as tx:
        officer = three.aus.person(tx, "aus.release")
    directory.enter(three.aus, {**officer, "id": "aus.other"})
    accounts.set_passphrase(three.aus, "aus.other", "a passphrase of their own")
    assert keyed(caller(three, "aus.other"), "k-1").json()["item"] != first
    accounts.set_passphrase(three.aus, "aus.auditor", "a passphrase of their own")
    auditor = caller(three, "aus.auditor")
    with three.aus.store.reading() as tx:
        before = three.aus.internal.size(tx)
    assert keyed(auditor, "k-7").json()["code"] == "person.duty"
    with three.aus.store.reading() as tx:
        assert three.aus.internal.size(tx) == before
    assert keyed(auditor, "k-7").json()["code"] == "person.duty"


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "caf\u00e9"])
def test_a_key_that_is_none_is_refused(three, key):
    answer = caller(three, "aus.release").post(
        "/api/v1/releases",
        data={"release": json.dumps(FREE)},
        files={"file": ("survey.txt", TEXT, "text/plain")},
        headers={"idempotency-key": key.encode()},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "api.key")
    assert items_of(three) == []


def test_two_calls_of_one_reference_at_once_make_one_item(three):
    """The second sealed its file while the first was recorded."""
    asked = several.wanted(three)
    found: list[str] = []

    def meanwhile(step: str) -> None:
        if step == "release.sealed" and not found:
            found.append("under way")
            found[0] = release.release(three.aus, asked, io.BytesIO(TEXT)).item

    three.clock.at = meanwhile
    item = release.release(three.aus, asked, io.BytesIO(TEXT)).item
    assert [item] == found == items_of(three)
    with three.aus.store.reading() as tx:
        kept = {one.container for one in three.aus.holding(tx, item).containers}
    folder = three.root / "aus" / "containers"
    assert {path.name.partition(".")[0] for path in folder.iterdir()} == kept


def test_a_token_takes_an_item_back_from_one_party_alone(three):
    item = nations_item(three)
    client = caller(three, "aus.release")
    path = f"/api/v1/items/{item}/withdraw"
    for words in ({"reason": "r", "to": 7}, {"reason": "r", "to": "USA", "x": 1}, {"to": "USA"}):
        assert client.post(path, json=words).json()["code"] == "api.stated"
    assert client.post(path, json={"reason": "r", "to": "GBR"}).status_code == 409
    done = client.post(path, json={"reason": "r", "to": "USA"})
    assert (done.status_code, done.json()["from"]) == (200, ["USA"])
    assert several.states(three, item)["USA"] == "withdrawn"
    assert several.states(three, item)["JPN"] != "withdrawn"
