"""Two node processes, the command line and the console: a re-wrap that both tell alike, a view that
leaves nothing.
"""

import base64
import os
import re
import secrets
import tomllib

import pytest

from sealane.sealing.keywrap import join
from sealane.services.opening import key_parts
from sealane.services.register import accounts
from sealane.wiring import doors
from tests import nations
from tests.clock import Clock, now
from tests.lane import processes
from tests.web.visiting import Browser


@pytest.fixture(scope="module")
def stage(engine, tmp_path_factory):
    root = tmp_path_factory.mktemp("nations")
    (root / "tmp").mkdir()
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(
        root / "tmp"
    )  # where the processes would leave a file, if they made one
    try:
        with processes.running(root, engine) as made:
            yield made
    finally:
        os.environ.pop("TMPDIR") if before is None else os.environ.update(TMPDIR=before)


def test_a_delivered_item_is_rewrapped_between_two_processes_and_opens(stage):
    data = b"harbour " * 100_000
    item = processes.released(stage, data)
    before = stage.must("item", "show", item, party="JPN")["container"]
    found = stage.must(
        "item", "rewrap", item, "--suite", "X-Wing", "--as", "aus.release", party="AUS"
    )
    assert (found["suite"], found["replaces"]) == ("X-Wing", before)

    def both():
        return {
            stage.must("item", "show", item, party=party)["container"] for party in ("AUS", "JPN")
        }

    assert stage.until(lambda: both() == {found["container"]})
    for party in ("AUS", "JPN"):
        held = list((stage.root / party.lower() / "containers").glob("*.tdf"))
        assert [path.stem for path in held] == [found["container"]]
        told = [
            line["kind"] for line in stage.must("item", "history", item, party=party)["history"]
        ]
        assert {"statement.rewrap.request", "statement.rewrapped", "statement.acknowledged"} <= set(
            told
        )
        assert stage.must("inspect", str(held[0]), keys=False)["failed"] == []
    out = stage.root / "opened"
    stage.must(
        "item", "open", item, str(out), "--as", "jpn.sato", "--purpose", "assessment", party="JPN"
    )
    assert out.read_bytes() == data


def secrets_of(stage, item):
    """The item's key and both shares, as an attacker with both passphrases would compute them."""
    pair = nations.opened(stage.root, Clock(now()))
    try:
        shares = [
            key_parts.provider_share(node, nations.given(node, item))
            for node in (pair.aus, pair.jpn)
        ]
        paths = {route.path for site in pair.sites.values() for route in doors.behind_sign_in(site)}
    finally:
        pair.close()
    return [*shares, join(shares)], paths


def spelled(secret):
    """The ways bytes are written down."""
    return {
        secret,
        secret.hex().encode(),
        base64.b64encode(secret).rstrip(b"="),
        base64.urlsafe_b64encode(secret).rstrip(b"="),
    }


def found_in(data, needles):
    return [needle for needle in needles if needle in data or needle.upper() in data]


def test_a_view_leaves_no_key_and_no_plaintext_at_either_node(stage):
    marker = secrets.token_hex(24)
    item = processes.released(stage, f"{marker} 船舶動向\n".encode() * 500, reference="view-1")
    word = stage.root / "word"
    word.write_text("a passphrase of one's own")
    for party, person in (("JPN", "jpn.sato"), ("JPN", "jpn.clerk"), ("AUS", "aus.auditor")):
        stage.must("people", "passphrase", person, "--new-passphrase-file", str(word), party=party)
    settings = {
        party: tomllib.loads((stage.root / party.lower() / "node.toml").read_text())
        for party in nations.NAMES
    }
    origins = {
        party: f"http://127.0.0.1:{settings[party]['console_port']}" for party in nations.NAMES
    }
    with Browser(origins["JPN"]) as reader:
        assert reader.sign_in("jpn.sato").status_code == 303
        page = reader.send(
            f"/items/{item}", f"/items/{item}/open", purpose="assessment", action="view"
        )
    assert page.status_code == 200
    assert marker in page.text
    assert stage.until(
        lambda: (
            "statement.opened"
            in [
                line["kind"] for line in stage.must("item", "history", item, party="AUS")["history"]
            ]
        )
    )
    keys, paths = secrets_of(stage, item)
    assert len(paths) > 20
    needles = {marker.encode(), *(form for key in keys for form in spelled(key))}
    assert found_in(page.content, needles - {marker.encode()}) == []
    for origin, person in (
        (origins["JPN"], "jpn.sato"),
        (origins["JPN"], "jpn.clerk"),
        (origins["AUS"], "aus.auditor"),
    ):
        with Browser(origin) as browser:
            assert browser.sign_in(person).status_code == 303
            for path in sorted(paths):
                answer = browser.client.get(
                    re.sub(r"\{item[^}]*\}", item, path), follow_redirects=True
                )
                assert found_in(answer.content, needles) == [], path
    for path in stage.root.rglob("*"):
        if path.is_file():
            assert found_in(path.read_bytes(), needles) == [], path
    assert list((stage.root / "tmp").iterdir()) == []


def test_a_log_at_a_running_console_is_read_with_a_token_of_staff_and_not_without(stage):
    settings = tomllib.loads((stage.root / "aus" / "node.toml").read_text())
    place = f"http://127.0.0.1:{settings['console_port']}/ledger/{nations.AGREEMENT}"
    site = nations.open_site(stage.root / "aus", nations.PASSPHRASE)
    (ledgers,) = [one for _, name, one in site.partnerships() if name == nations.AGREEMENT]
    key = ledgers.publisher.signers[0].verifier.vkey
    accounts.set_passphrase(site.node, "aus.auditor", "correct horse battery")
    token = stage.root / "token"
    token.write_text(accounts.Accounts(site.node, site.secret).token("aus.auditor", 1))
    site.dispose()
    status, refused = stage.run("ledger", "verify", place, "--vkey", key, keys=False)
    assert (status, refused["error"]["code"]) == (1, "ledger.closed")
    found = stage.must(
        "ledger", "verify", place, "--vkey", key, "--token-file", str(token), keys=False
    )
    assert (found["verified"], found["origin"]) == (True, ledgers.publisher.log.origin)
