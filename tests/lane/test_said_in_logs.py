"""A whole story between two processes with logs at debug: every line is an event, what belongs
together has one number, and nothing confidential stands in any of it.
"""

import json
import re

import httpx2
import pytest

from sealane.adapters import logs
from sealane.cli.demo.cast import PROJECT, cast
from sealane.cli.demo.stage import Stage
from sealane.services.register import accounts
from sealane.wiring.site import open_site
from tests import nations
from tests.clock import now
from tests.lane import processes

TITLE = "Harbour watch, week 47"
CONTENT = b"The grey ship berths at pier seven on Sunday"
REASON = "Sent under the wrong paragraph"
PHRASE = "a passphrase of one's own"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARTIES = ("AUS", "JPN")


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """What both processes said, as bytes, and the words that nobody may find there."""
    root = tmp_path_factory.mktemp("said")
    (root / "passphrase").write_bytes(nations.PASSPHRASE)
    (root / "passphrase").chmod(0o600)
    (root / "label.json").write_text(json.dumps(nations.LABEL))
    nations.build_live(root)
    token = prepared(root)
    stage = Stage(root, "en")
    try:
        for party in PARTIES:
            stage.start(party)
        cookies = played(stage, token)
    finally:
        stage.stop()
    said = {party: (root / party.lower() / "node.log").read_bytes() for party in PARTIES}
    return said, [*confidential(), token, *cookies]


def prepared(root):
    """Logs at debug at both nodes; a token and a passphrase of Japan's."""
    for party in PARTIES:
        file = root / party.lower() / "node.toml"
        file.write_text(file.read_text().replace('log_level = "info"', 'log_level = "debug"'))
    site = open_site(root / "jpn", nations.PASSPHRASE)
    for person in ("jpn.clerk", "jpn.sato"):
        accounts.set_passphrase(site.node, person, PHRASE)
    token = accounts.Accounts(site.node, site.secret).token("jpn.clerk", 7)
    site.dispose()
    return token


def played(stage, token):
    """Release, accept, open, refuse, sign in rightly and wrongly, look, recall."""
    item = processes.released(stage, CONTENT, title=TITLE, name="pier-seven.txt")
    origin = stage.must("node", "status", stage.folder("JPN"))["console"].rstrip("/")
    bearing = {"authorization": f"Bearer {token}", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    with httpx2.Client(base_url=origin, trust_env=False, timeout=60) as client:
        assert client.post(f"/api/v1/items/{item}/accept", headers=bearing).status_code == 200
        wrong = {"authorization": f"Bearer {token}x"}
        assert client.get("/api/v1/items", headers=wrong).status_code == 401
        client.get(f"/invitation?invitation={token}")
        same = {"Origin": origin}
        for words in ("wrong " + PHRASE, PHRASE):
            form = {"person": "jpn.sato", "passphrase": words}
            client.post("/sign-in", data=form, headers=same)
        assert TITLE in client.get(f"/items/{item}").text
        assert client.get("/readyz").json()["ready"] is True
        cookies = [one.value for one in client.cookies.jar]
    out = stage.root / "opened"
    how = ("--purpose", "assessment")
    stage.must("item", "open", item, str(out), "--as", "jpn.sato", *how, party="JPN")
    status, _ = stage.run("item", "open", item, str(out), "--as", "jpn.suzuki", *how, party="JPN")
    assert status == 1
    stage.must("item", "recall", item, "--reason", REASON, "--as", "aus.release", party="AUS")
    assert stage.until(
        lambda: stage.must("item", "show", item, party="JPN")["copies"][0]["state"] == "destroyed"
    )
    return cookies


def confidential():
    """Titles, contents, reasons, secrets, and every name and post of everybody."""
    staff = [one for party in cast(now()).values() for one in party["people"]]
    names = [word for one in staff for word in (one["id"], one.get("name"), one.get("post"))]
    return [
        *(word for word in names if word),
        TITLE,
        "Harbour",
        CONTENT.decode(),
        "pier-seven",
        "wrong paragraph",
        PHRASE,
        nations.PASSPHRASE.decode(),
        PROJECT,
        "SECRET",
        "Releasable",
        "assessment",
        "maritime",
    ]


def lines(said, party):
    """All but the answer of the command itself, on stdout."""
    found = [json.loads(line) for line in said[party].splitlines()]
    return [one for one in found if one != {"stopped": True}]


def test_nothing_confidential_stands_in_the_logs_of_a_whole_story(story):
    said, words = story
    assert len(words) > 30
    for party in PARTIES:
        assert len(said[party]) > 2000
        for word in words:
            assert word.encode() not in said[party], (party, word)


def test_every_line_is_an_event_with_its_time_and_level(story):
    said, _ = story
    for party in PARTIES:
        found = lines(said, party)
        for line in found:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
            assert line["level"] in ("debug", "info", "warning", "error")
            assert set(line) <= {"time", "level", "event", "fault", "at", *logs.FIELDS}
        assert "node.ready" in {line["event"] for line in found}


def test_a_statement_is_found_at_both_nodes_by_its_digest(story):
    said, _ = story
    sent = {one["statement"] for one in lines(said, "JPN") if one["event"] == "delivery.answered"}
    heard = {one["statement"] for one in lines(said, "AUS") if one["event"] == "statement.answered"}
    assert sent
    assert sent <= heard


def test_a_request_is_found_by_its_number_and_its_callers_trace(story):
    said, _ = story
    (accepted,) = [one for one in lines(said, "JPN") if one.get("trace") == TRACE]
    assert (accepted["path"], accepted["status"]) == ("/api/v1/items/{item}/accept", 200)
    heard = [one for one in lines(said, "JPN") if one["event"] == "statement.answered"]
    assert all(re.fullmatch(r"[0-9a-f]{16}", one["request"]) for one in heard)
