"""The ledger as a feed: bounded pages from the consumer's cursor, no gap and no repetition, and
nothing that the reader's duty does not see.
"""

import json
import threading
import time

import pytest
from click.testing import CliRunner
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sealane.adapters.stored_logs import stored_logs
from sealane.base import base64url, canonical
from sealane.base.errors import Malformed, Refused
from sealane.cli.main import cli
from sealane.ledger import entries
from sealane.registry.person_proof import PersonProof
from sealane.services.register import accounts
from sealane.services.register.acts import OPERATOR, Actor
from sealane.services.statements.journal import INTERNAL, record
from sealane.services.watch import feed
from sealane.services.watch.places import LedgerReader, mark, written
from sealane.wiring import doors
from tests import nations

PHRASE = "a passphrase of one's own"


def own(node, tx):
    return [log for log in stored_logs(tx) if log.role == "own"]


def reader(person="aus.auditor", *, whole=True):
    return LedgerReader(register="ledger.feed", person=person, whole=whole)


def read(node, *, after=None, limit=7, whole=True):
    with node.store.reading() as tx:
        return feed.page(node, tx, own(node, tx), reader(whole=whole), after=after, limit=limit)


def everything(node, **how):
    found, after = [], None
    while True:
        page = read(node, after=after, **how)
        found += page.events
        after = page.after
        if not page.more:
            return found, after


def stored(node):
    with node.store.reading() as tx:
        return {
            (log.origin, index): data
            for log in own(node, tx)
            for index, data in enumerate(log.entries(tx, 0, log.size(tx)))
        }


@pytest.fixture
def node(pair):
    nations.share(pair)
    pair.rounds(2)
    return pair.aus


@pytest.mark.parametrize("limit", [1, 3, 7, 1000])
def test_pages_join_without_gap_and_repetition_in_each_logs_order(node, limit):
    found, after = everything(node, limit=limit)
    assert sorted((one.origin, one.index) for one in found) == sorted(stored(node))
    for origin in {one.origin for one in found}:
        order = [one.index for one in found if one.origin == origin]
        assert order == sorted(order)
    assert read(node, after=after).events == ()
    with node.store.writing() as tx:
        record(node, tx, "evidence.exported", record="0" * 96)
    (new,) = read(node, after=after).events
    assert new.kind == "evidence.exported"


def test_no_page_is_longer_than_asked_and_no_log_waits_for_another(node):
    page = read(node, limit=4)
    assert len(page.events) == 4
    assert len({one.origin for one in page.events}) > 1


@pytest.mark.parametrize("cursor", ["x", "e30", "x" * 70_000, "eyJ2IjoxLCJhdCI6eyJhIjotMX19"])
def test_a_cursor_that_this_feed_never_gave_is_refused(node, cursor):
    with pytest.raises(Malformed) as refused:
        read(node, after=cursor)
    assert refused.value.code == "feed.cursor"


def test_a_cursor_from_before_a_loss_is_refused_rather_than_leaving_a_gap(node):
    _, after = everything(node)
    with node.store.writing() as tx:
        tx.exec_driver_sql("UPDATE log SET size = size - 1 WHERE role = 'own'")
    with pytest.raises(Malformed):
        read(node, after=after)


def test_the_operator_reads_nothing_about_an_item_and_no_person(node):
    with node.store.writing() as tx:
        record(node, tx, "login.denied", actor="aus.analyst", means="passphrase")
    seen, _ = everything(node, whole=False)
    kinds = {one.kind for one in seen}
    assert {"login.denied", "person.enrolled", "key.born"} <= kinds
    for one in seen:
        assert not set(one.fields) & (INTERNAL | {"object", "items", "purpose", "clauses"})
        assert not one.kind.startswith("statement.")
    whole, _ = everything(node)
    assert any(one.fields.get("actor") == "aus.analyst" for one in whole)
    assert len(whole) > len(seen)


def test_an_auditor_and_the_operator_may_and_that_they_began_is_on_record(node):
    def began():
        return sum(
            entries.read(data).fields.get("register") == "ledger.feed"
            for data in stored(node).values()
            if b"record.read" in data
        )

    before = began()
    assert feed.opened(node, Actor("aus.auditor", PersonProof.TOKEN), after=None).whole
    feed.opened(node, Actor("operator", PersonProof.TOKEN), after=None)
    given = read(node).after
    feed.opened(node, Actor("aus.auditor", PersonProof.TOKEN), after=given)
    assert began() == before + 2
    with pytest.raises(Refused) as refused:
        feed.opened(node, Actor("aus.analyst", PersonProof.TOKEN), after=None)
    assert refused.value.code == "person.duty"
    assert began() == before + 2
    # from what somebody else was given, one begins
    assert feed.opened(node, OPERATOR, after=given).whole
    assert began() == before + 3


def test_a_cursor_made_by_hand_reads_nothing_and_one_of_another_list_neither(node):
    given = json.loads(base64url.decode(read(node).after))
    ahead = {**given, "at": {origin: place + 1 for origin, place in given["at"].items()}}
    unsigned = {name: value for name, value in given.items() if name != "word"}
    for forged in (
        ahead,
        {**given, "by": mark("aus.clerk")},
        unsigned,
        {**given, "word": "0" * 48},
    ):
        with pytest.raises(Malformed, match=r"feed\.cursor"):
            read(node, after=base64url.encode(canonical.encode(forged)))
    searched = LedgerReader(register="ledger.search", person="aus.auditor", whole=True)
    with pytest.raises(Malformed, match=r"feed\.cursor"):
        read(node, after=written(node, {"x": 1}, searched))


@pytest.fixture
def api(pair, node):
    site = pair.sites["AUS"]
    app = Starlette(routes=doors.behind_sign_in(site))

    def calling(person):
        accounts.set_passphrase(node, person, PHRASE)
        token = accounts.Accounts(node, site.secret).token(person, 7)
        headers = {"authorization": f"Bearer {token}"}
        return TestClient(app, base_url="http://127.0.0.1", headers=headers)

    return calling


def test_the_api_gives_pages_in_both_forms_to_an_auditor_alone(api):
    client = api("aus.auditor")
    page = client.get("/api/v1/ledger/feed", params={"limit": 3}).json()
    assert page["more"] is True
    assert [json.loads(one)["class_uid"] for one in page["events"]]
    told = client.get(
        "/api/v1/ledger/feed", params={"format": "cef", "after": page["after"]}
    ).json()
    assert all(one.startswith("CEF:0|") for one in told["events"])
    for wrong in ({"format": "xml"}, {"limit": "0"}, {"limit": "1001"}, {"wait": "31"}):
        answer = client.get("/api/v1/ledger/feed", params=wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, "feed.asked")
    assert client.get("/api/v1/ledger/feed", params={"after": "x"}).json()["code"] == "feed.cursor"
    assert api("aus.analyst").get("/api/v1/ledger/feed").json()["code"] == "person.duty"


def test_who_waits_is_answered_when_something_comes(api, node):
    client = api("aus.auditor")
    after = None
    while True:
        asked = {"limit": 1000} | ({"after": after} if after else {})
        page = client.get("/api/v1/ledger/feed", params=asked).json()
        after = page["after"]
        if not page["more"] and not page["events"]:
            break

    def later():
        time.sleep(0.3)
        with node.store.writing() as tx:
            record(node, tx, "evidence.exported", record="0" * 96)

    thread = threading.Thread(target=later)
    thread.start()
    page = client.get("/api/v1/ledger/feed", params={"after": after, "wait": 20}).json()
    thread.join()
    (event,) = page["events"]
    assert json.loads(event)["metadata"]["event_code"] == "evidence.exported"


def typed(pair, *words):
    folder, secret = str(pair.sites["AUS"].folder), pair.root / "secret"
    secret.write_bytes(nations.PASSPHRASE)
    secret.chmod(0o600)
    given = ["ledger", "feed", *words, "--node", folder, "--passphrase-file", str(secret)]
    return CliRunner().invoke(cli, given)


def test_the_command_writes_a_line_an_event_and_keeps_the_cursor_after_each_page(pair, node):
    cursor = str(pair.root / "cursor")
    ran = typed(pair, "--format", "ocsf", "--limit", "5", "--cursor-file", cursor)
    assert ran.exit_code == 0, ran.output
    first = [json.loads(line)["metadata"]["uid"] for line in ran.stdout.splitlines()]
    assert len(first) == len(set(first)) == len(stored(node))
    again = typed(pair, "--format", "cef", "--cursor-file", cursor)
    assert again.stdout == ""
    page = json.loads(typed(pair, "--format", "cef", "--limit", "2", "--json").stdout)
    assert (len(page["events"]), page["more"]) == (2, True)
    wrong = typed(pair, "--format", "cef", "--follow", "--json")
    assert (wrong.exit_code, json.loads(wrong.stdout)["error"]["code"]) == (2, "usage.wrong")
