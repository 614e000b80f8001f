"""What auditors, operators and ministers look at: entries, heads, verification, reconciliation,
statistics, the trust board, clients; each held against what the node's own tables and logs say.
"""

from __future__ import annotations

import html
import io
import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from sealane.ledger.log.checkpoint import parse_checkpoint
from sealane.ledger.log.merkle import leaf_hash
from sealane.ledger.proofs import evidence
from sealane.ledger.proofs.proof import parse_proof
from sealane.protocol.card import read_card
from sealane.registry.records import Direction
from sealane.services.exchange import arrival, recall
from sealane.services.register import accounts, directory, enrolment
from sealane.web.pages import node_facts
from sealane.wiring import keyless_entry
from sealane.wiring.office import ledgers_of
from tests import nations
from tests.web.visiting import HOME, PASSPHRASE


@pytest.fixture
def item(pair):
    """An item that came, and whose statements both logs hold, proven to both."""
    made = nations.share(pair, title="Vessel movements.txt")
    pair.rounds(3)
    return made


def caller(console, person):
    made = accounts.Accounts(console.node, console.site.secret).token(person, 7)
    client = TestClient(console.app, base_url=HOME)
    client.headers["authorization"] = f"Bearer {made}"
    return client


def visitor(console, person):
    found = console.visitor()
    assert found.sign_in(person, PASSPHRASE).status_code == 303
    return found


def post(browser, path, **form):
    """Send a form that stands on several rows, or on another page."""
    key = re.search(r'name="form_key" value="([^"]+)"', browser.get("/trust").text)
    return browser.client.post(path, data={"form_key": html.unescape(key[1]), **form})


def enter(console, person, duty):
    """Somebody with one duty."""
    node = console.node
    with node.store.reading() as tx:
        known = node.person(tx, "jpn.clerk")
    none = {name: [] for name in ("clearances", "briefings", "authorisations", "roles")}
    directory.enter(node, {**known, **none, "id": person, "name": person, "duties": [duty]})
    accounts.set_passphrase(node, person, PASSPHRASE)


def every_page(client, path, **asked):
    found, after, looked = [], None, 0
    while True:
        more = {} if after is None else {"after": after}
        page = client.get(path, params={"limit": 7, **asked, **more}).json()
        found += page["entries"]
        looked += page["looked_at"]
        after = page["after"]
        if after is None:
            return found, looked


def stored(console):
    """Every entry of every log of a node, as it is stored: (origin, index)."""
    with console.node.store.reading() as tx:
        return {
            (one.log.origin, index)
            for one in ledgers_of(console.site).stored(tx)
            for index in range(one.log.size(tx))
        }


def test_pages_of_entries_join_without_gap_the_newest_first(tokyo, item):
    auditor = caller(tokyo, "jpn.auditor")
    before = stored(tokyo)
    found, looked = every_page(auditor, "/api/v1/ledger/entries")
    places = [(one["origin"], one["index"]) for one in found]
    assert len(places) == len(set(places)) == looked
    # the reading itself is on record, and stands in no page that began before
    assert before <= set(places)
    # every log's own order is kept, backwards
    for origin in {one["origin"] for one in found}:
        of_log = [one["index"] for one in found if one["origin"] == origin]
        assert of_log == sorted(of_log, reverse=True)


@pytest.mark.parametrize(
    "asked", [{"kind": "statement.offer"}, {"word": "ITEM"}, {"kind": "login.done", "word": "none"}]
)
def test_entries_are_narrowed_to_what_holds_it(tokyo, item, asked):
    asked = {name: item if value == "ITEM" else value for name, value in asked.items()}
    auditor = caller(tokyo, "jpn.auditor")
    whole, _ = every_page(auditor, "/api/v1/ledger/entries")
    found, _ = every_page(auditor, "/api/v1/ledger/entries", **asked)
    wanted = [
        one
        for one in whole
        if asked.get("kind") in (None, one["kind"])
        and (asked.get("word") is None or asked["word"] in one["fields"].values())
    ]
    assert [(one["origin"], one["index"]) for one in found] == [
        (one["origin"], one["index"]) for one in wanted
    ]


def test_an_operator_reads_no_entry_about_an_item_and_no_person(tokyo, pair, item):
    enter(tokyo, "jpn.op", "operator")
    found, _ = every_page(caller(tokyo, "jpn.op"), "/api/v1/ledger/entries")
    assert found
    assert not any(one["fields"].get("object") for one in found)
    assert not any("actor" in one["fields"] for one in found)
    hidden, _ = every_page(caller(tokyo, "jpn.auditor"), "/api/v1/ledger/entries", word=item)
    place = {"origin": hidden[0]["origin"], "index": hidden[0]["index"]}
    shut = caller(tokyo, "jpn.op").get("/api/v1/ledger/entry", params=place)
    none = caller(tokyo, "jpn.op").get("/api/v1/ledger/entry", params={**place, "index": 9_999_999})
    assert shut.status_code == none.status_code == 404
    assert shut.text == none.text


def test_one_entry_comes_with_a_proof_that_its_own_bytes_are_in_the_log(tokyo, item):
    auditor = caller(tokyo, "jpn.auditor")
    found, _ = every_page(auditor, "/api/v1/ledger/entries", kind="statement.offer")
    place = {name: found[0][name] for name in ("origin", "index")}
    one = auditor.get("/api/v1/ledger/entry", params=place).json()
    assert leaf_hash(one["text"].encode()).hex() == one["leaf"]
    proof = parse_proof(one["proof"].encode())
    head = parse_checkpoint(proof.checkpoint).head
    assert (proof.index, head.origin) == (place["index"], place["origin"])


def test_heads_name_who_is_proven_to_have_signed(tokyo, pair, item):
    auditor = caller(tokyo, "jpn.auditor")
    logs = auditor.get("/api/v1/ledger/logs").json()["logs"]
    name = nations.AGREEMENT
    own = [one for one in logs if one["role"] == "own"]
    shared = next(one for one in own if one["origin"].endswith(f"/x/{name}"))
    told = auditor.get("/api/v1/ledger/heads", params={"origin": shared["origin"]}).json()
    newest = told["heads"][0]
    names = set(newest["signed_by"])
    partner = pair.aus.settings.node
    assert {shared["origin"], f"{partner}/witness", f"{partner}/mirror"} <= names
    assert newest["proven_to_both"]
    sizes = [one["size"] for one in told["heads"]]
    assert sizes == sorted(sizes, reverse=True)
    below = auditor.get(
        "/api/v1/ledger/heads", params={"origin": shared["origin"], "below": sizes[0], "limit": 1}
    ).json()
    assert [one["size"] for one in below["heads"]] == sizes[1:2]


def test_a_walk_holds_until_an_entry_is_altered(tokyo, item):
    auditor = caller(tokyo, "jpn.auditor")
    told = auditor.post("/api/v1/ledger/walk").json()
    assert told["held"]
    assert {one["origin"] for one in told["logs"]} == {origin for origin, _ in stored(tokyo)}


def test_reconciling_says_what_differs_and_whose_claim_is_proven(tokyo, item):
    auditor = caller(tokyo, "jpn.auditor")
    assert auditor.post("/api/v1/audit/reconciliations", json={"with": "AUS"}).json()["agree"]
    with tokyo.node.store.writing() as tx:
        tokyo.node.records.transfers.change(tx, {"item": item}, state="rejected")
    told = auditor.post("/api/v1/audit/reconciliations", json={"with": "AUS"}).json()
    assert not told["agree"]
    assert {one["item"] for one in told["differences"]} == {item}
    page = visitor(tokyo, "jpn.auditor")
    shown = post(page, "/audit/reconcile", agreement=nations.AGREEMENT, **{"with": "AUS"})
    assert shown.status_code == 200
    assert shown.text.count('class="card difference"') == len(told["differences"])
    assert told["differences"][0]["do"] in html.unescape(shown.text)


def test_a_form_and_the_api_answer_the_same_wrong_thing_with_the_same_status(tokyo):
    asked = {"with": "XXX", "agreement": "another"}
    told = caller(tokyo, "jpn.auditor").post("/api/v1/audit/reconciliations", json=asked)
    page = post(visitor(tokyo, "jpn.auditor"), "/audit/reconcile", **asked)
    assert (told.status_code, told.json()["code"]) == (404, "ledger.no_partner")
    assert page.status_code == 404
    assert "ledger.no_partner" in page.text


def test_evidence_comes_as_a_file_that_verifies_by_itself(tokyo, item):
    clerk = caller(tokyo, "jpn.clerk")
    answer = clerk.post(f"/api/v1/items/{item}/evidence", json={})
    assert answer.status_code == 200, answer.text
    report = evidence.verify(answer.content).as_json()
    assert report["item"] == item
    page = visitor(tokyo, "jpn.clerk")
    saved = post(page, f"/items/{item}/evidence")
    assert evidence.verify(saved.content).as_json()["item"] == item
    unseen = caller(tokyo, "jpn.tanaka").post(f"/api/v1/items/{item}/evidence", json={})
    assert (unseen.status_code, unseen.json()["code"]) == (404, "item.unknown")


def test_refusals_and_times_are_those_that_stand_in_the_logs(tokyo, pair, item):
    arrival.accept(tokyo.node, item, "jpn.clerk")
    pair.settle(2)
    client = caller(tokyo, "jpn.suzuki")
    refused = client.post(f"/api/v1/items/{item}/open", json={"purpose": "assessment"})
    assert refused.status_code in (403, 404)
    auditor = caller(tokyo, "jpn.auditor")
    told = auditor.get("/api/v1/audit/statistics").json()
    denied, _ = every_page(auditor, "/api/v1/ledger/entries", kind="statement.open.denied")
    ours = [one for one in denied if one["role"] == "own"]
    counted = [one["count"] for one in told["refusals"] if one["kind"] == "statement.open.denied"]
    assert sum(counted) == len(ours)
    assert sum(told["by_code"].values()) == told["refused"]
    assert {one["what"] for one in told["times"]} >= {"delivery", "acceptance"}
    assert all(
        one["median_seconds"] <= one["p90_seconds"] <= one["longest_seconds"]
        for one in told["times"]
    )


def test_the_board_counts_what_the_register_holds(tokyo, pair, item):
    second = nations.share(pair, reference="second", title="Harbour notes.txt")
    arrival.accept(tokyo.node, item, "jpn.clerk")
    recall.recall(pair.aus, second, reason="over", person="aus.release")
    pair.settle(3)
    board = caller(tokyo, "jpn.clerk").get("/api/v1/trust-board").json()
    with tokyo.node.store.reading() as tx:
        held = tokyo.node.records.items.find(tx, order="id", direction=Direction.IN)
    assert sum(one["count"] for one in board["flows"]) == len(held) == 2
    assert board["recalls"] == {
        "ordered": 1,
        "answered": 1,
        "rows": [{**board["recalls"]["rows"][0], "item": second, "answered": True}],
    }
    head = board["heads"][0]
    assert head["head"]["size"] <= head["proven_to_both_up_to"] <= head["entries"]
    page = visitor(tokyo, "jpn.clerk").get("/trust")
    assert page.status_code == 200
    assert "style=" not in page.text
    numbers = re.findall(r'<tspan class="count">(\d+)</tspan>', page.text)
    assert sum(map(int, numbers)) == 2
    # who sees nothing counts nothing
    unseen = caller(tokyo, "jpn.tanaka").get("/api/v1/trust-board").json()
    assert (unseen["flows"], unseen["receipts"]["open"], unseen["recalls"]["ordered"]) == ([], 0, 0)
    assert unseen["refusals"]["count"] == 0


def test_a_client_is_let_in_shown_once_and_let_go(tokyo):
    officer = visitor(tokyo, "jpn.security")
    asked = {"id": "jpn.viewer", "person": "jpn.tanaka", "kind": "none"}
    made = officer.send("/clients", "/clients", **asked)
    secret = re.search(r'<code class="token">([^<]+)</code>', made.text)
    assert secret is not None
    assert secret[1] not in officer.get("/clients").text
    wrong = officer.send("/clients", "/clients", id="x", kind="none")
    assert wrong.status_code == 400
    assert "client.person" in wrong.text
    gone = officer.send("/clients", "/clients/end")
    assert gone.status_code == 200
    told = caller(tokyo, "jpn.security").get("/api/v1/clients").json()["clients"]
    assert [one["ended"] is not None for one in told if one["id"] == "jpn.viewer"] == [True]


def test_an_answer_that_is_shown_once_is_kept_for_nobody(tokyo):
    officer = caller(tokyo, "jpn.security")
    key, body = {"idempotency-key": "once"}, {"person": "jpn.tanaka"}
    first = officer.post("/api/v1/invitations", json=body, headers=key)
    again = officer.post("/api/v1/invitations", json=body, headers=key)
    assert first.status_code == 200
    assert (again.status_code, again.json()["code"]) == (409, "api.key_acted")
    with tokyo.node.store.reading() as tx:
        held = tokyo.node.records.calls.find(tx, order="name")
    assert first.json()["invitation"] not in str(held)


def test_an_invitation_is_redeemed_over_the_api_by_whom_it_names(tokyo):
    officer = caller(tokyo, "jpn.security")
    asked = {"person": "jpn.tanaka", "what": "token", "days": 2}
    text = officer.post("/api/v1/invitations", json=asked).json()["invitation"]
    nobody = TestClient(tokyo.app, base_url=HOME)
    says = {"person": "jpn.tanaka", "invitation": text, "own": PASSPHRASE}
    other = nobody.post("/api/v1/invitations/redeem", json={**says, "person": "jpn.sato"})
    assert other.json()["code"] == "login.invitation"
    made = nobody.post("/api/v1/invitations/redeem", json=says).json()
    nobody.headers["authorization"] = f"Bearer {made['token']}"
    assert nobody.get("/api/v1/me").json()["id"] == "jpn.tanaka"
    again = nobody.post("/api/v1/invitations/redeem", json=says)
    assert again.json()["code"] == "login.invitation"


def test_items_are_imported_line_by_line(tokyo):
    enter(tokyo, "jpn.author", "originator")
    good = b'{"kind":"oral","title":"Briefing","label":"\xe7\xa7\x98","area":"maritime"}'
    lines = b"\n".join([good, b"[]", good.replace(b"oral", b"file"), b"", good])
    told = caller(tokyo, "jpn.author").post(
        "/api/v1/items/import", files={"file": ("items.jsonl", io.BytesIO(lines))}
    )
    report = told.json()
    assert (report["entered"], report["refused"]) == (2, 2), report
    assert [(one["line"], one["id"] is None) for one in report["lines"]] == [
        (1, False),
        (2, True),
        (3, True),
        (5, False),
    ]
    assert report["lines"][1]["error"]["code"] == "import.no_record"
    assert report["lines"][2]["error"]["code"] == "api.stated"
    with tokyo.node.store.reading() as tx:
        names = [one["id"] for one in report["lines"] if one["id"]]
        assert all(tokyo.node.item(tx, name) for name in names)


PAGES = (
    *("/ledger", "/ledger/entries", "/ledger/heads", "/ledger/verify"),
    *("/audit/reconcile", "/audit/statistics", "/trust"),
)


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_show_themselves_in_both_languages(tokyo, item, path):
    auditor = visitor(tokyo, "jpn.auditor")
    for lang in ("ja", "en"):
        page = auditor.client.get(path, params={"lang": lang})
        assert page.status_code == 200, page.text
        assert "style=" not in page.text


def test_a_partner_is_enrolled_by_two_who_compared_the_fingerprint(tokyo, pair):
    enter(tokyo, "jpn.op", "operator")
    moved = replace(pair.aus.card, url="https://127.0.0.1:9")
    card = enrolment.card_statement(replace(pair.aus, card=moved, cards=None))
    shown = read_card(card).fingerprint()
    officer = visitor(tokyo, "jpn.security")

    def tried(**form):
        key = re.search(r'name="form_key" value="([^"]+)"', officer.get("/partners").text)
        return officer.client.post(
            "/partners",
            data={"form_key": html.unescape(key[1]), **form},
            files={"file": ("card.json", card)},
            follow_redirects=False,
        )

    two = {"second": "jpn.op", "second_passphrase": PASSPHRASE}
    other = tried(fingerprint=shown[:-4] + "0000", **two)
    assert (other.status_code, "card.fingerprint" in other.text) == (403, True)
    alone = tried(fingerprint=shown)
    assert "peer.second_needed" in alone.text
    wrong = tried(fingerprint=shown, second="jpn.op", second_passphrase="not it")
    assert "login.denied" in wrong.text
    with tokyo.node.store.reading() as tx:
        assert tokyo.node.partner(tx, "AUS").url != moved.url
    done = tried(fingerprint=" ".join(shown[at : at + 4] for at in range(0, len(shown), 4)), **two)
    assert done.status_code == 303, done.text
    with tokyo.node.store.reading() as tx:
        assert tokyo.node.partner(tx, "AUS").url == moved.url


def test_the_last_backup_stands_on_record(tokyo, tmp_path):
    op = caller(tokyo, "jpn.security")
    assert op.get("/api/v1/upkeep").json()["backup"] is None
    sha = "ab" * 48
    keyless_entry.append_entry(tokyo.site.folder, "node.backed_up", record=sha, count=7)
    told = op.get("/api/v1/upkeep").json()["backup"]
    assert (told["digest"], told["files"]) == (sha, 7)
    assert sha[:32] in visitor(tokyo, "jpn.security").get("/upkeep").text


def test_the_list_of_people_goes_on_over_its_pages(tokyo):
    with tokyo.node.store.writing() as tx:
        row = tokyo.node.person_entry(tx, "jpn.clerk")
        for number in range(node_facts.MOST):
            name = f"jpn.many-{number:04}"
            data = {**row.data, "id": name, "clearances": []}
            tokyo.node.records.people.add(tx, replace(row, id=name, data=data))
        everybody = {row.id for row in tokyo.node.records.people.find(tx, order="id")}
    officer, path, found = visitor(tokyo, "jpn.security"), "/people", []
    while path is not None:
        page = officer.client.get(path)
        found += re.findall(r"<br><code>([a-z0-9.-]+)</code>", page.text)
        more = re.search(r'class="do" href="(/people\?after=[^"]+)"', page.text)
        path = None if more is None else html.unescape(more[1])
    assert len(found) > node_facts.MOST
    assert sorted(found) == sorted(everybody)
