"""A partner that is proven to have signed two histories: everybody is told, and no key goes there
until two people say otherwise.
"""

import io
import json
import subprocess
import sys

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sealane.base.errors import SealaneError
from sealane.base.values import DAY, Instant
from sealane.ledger import entries
from sealane.ledger.log import merkle
from sealane.ledger.log.checkpoint import parse_checkpoint, sign_head
from sealane.services.audit import reconcile
from sealane.services.exchange import reseal
from sealane.services.opening import open_item
from sealane.services.register import accounts, equivocations
from sealane.services.statements.refusal_limits import Crowd
from sealane.wiring import doors
from tests import nations
from tests.lane.liar import ledgers, lie
from tests.nations import AGREEMENT, read, share

HOME = "http://127.0.0.1"


@pytest.fixture
def item(pair):
    made = share(pair)
    pair.rounds(2)
    return made


def stopped(node):
    with node.store.reading() as tx:
        return equivocations.open_ones(node, tx)


def test_keys_to_the_liar_stop_at_once_and_come_back_by_two_people_alone(pair, item):
    assert read(pair, item) == b"harbour"
    pair.rounds()
    lie(pair, "JPN")
    assert stopped(pair.aus) == ["JPN"]
    assert stopped(pair.jpn) == []
    with pytest.raises(SealaneError) as refused:
        read(pair, item)
    assert "partner.equivocated" in str(refused.value.details)
    for first, second, code in (
        (None, None, "usage.person"),
        ("operator", None, "equivocation.second_needed"),
        ("operator", "operator", "equivocation.second_needed"),
        ("operator", "aus.analyst", "person.duty"),
        ("operator", "nobody", "person.unknown"),
    ):
        with pytest.raises(SealaneError) as caught:
            equivocations.readmit(pair.aus, "JPN", by=nations.two(first, second), reason="r")
        assert caught.value.code == code
        assert stopped(pair.aus) == ["JPN"]
    (settled,) = equivocations.readmit(
        pair.aus, "JPN", by=nations.two("operator", "aus.security"), reason="they restored a copy"
    )
    assert settled["people"] == ["operator", "aus.security"]
    assert read(pair, item) == b"harbour"
    with pytest.raises(SealaneError, match=r"equivocation\.none_open"):
        equivocations.readmit(
            pair.aus, "JPN", by=nations.two("operator", "aus.security"), reason="again"
        )


def test_it_is_recorded_once_with_its_proof_and_so_is_who_settled_it(pair, item):
    for _ in range(2):
        lie(pair, "JPN")
    equivocations.readmit(pair.aus, "JPN", by=nations.two("operator", "aus.security"), reason="r")
    with pair.aus.store.reading() as tx:
        log = pair.aus.internal
        told = [entries.read(one) for one in log.entries(tx, 0, log.size(tx))]
        (row,) = equivocations.told(pair.aus, tx)
    kinds = [one.kind for one in told]
    assert kinds.count("head.conflict") == kinds.count("equivocation.settled") == 1
    conflict = told[kinds.index("head.conflict")].fields
    assert (conflict["outcome"], conflict["peer"]) == ("proven", "JPN")
    settled = told[kinds.index("equivocation.settled")].fields
    names = (settled["actor"], settled["second"], settled["record"])
    assert names == ("operator", "aus.security", row["proof"])


def test_what_was_settled_opens_nothing_for_the_next_lie(pair, item):
    lie(pair, "JPN")
    equivocations.readmit(pair.aus, "JPN", by=nations.two("operator", "aus.security"), reason="r")
    lie(pair, "JPN", b"a third history")
    assert stopped(pair.aus) == ["JPN"]


def test_a_holder_gives_its_share_to_no_provider_that_lied(pair, item):
    lie(pair, "AUS")
    assert stopped(pair.jpn) == ["AUS"]
    with pytest.raises(SealaneError) as refused:
        reseal.rewrap(pair.aus, item, suite="X-Wing", person="aus.release")
    assert "partner.equivocated" in str(refused.value.details)
    with pytest.raises(SealaneError):
        open_item.open_item(
            pair.jpn,
            "AUS-2026-999999",
            person="jpn.sato",
            purpose="assessment",
            action="open",
            sink=io.BytesIO(),
        )


def test_two_sizes_that_contradict_are_proven_by_the_tiles_and_stop_keys_too(pair, item):
    """The first head is only kept, for nothing proves it yet; the pull that follows proves it."""
    node, publisher = pair.jpn, ledgers(pair, "JPN").publisher
    with node.store.reading() as tx:
        head = parse_checkpoint(publisher.log.checkpoint(tx)).head
        salted = [b"rewritten", *list(publisher.log.entries(tx, 1, head.size)), b"more"]
    forked = Forked(head.origin, salted, publisher.signers, node.host.now())
    with pytest.raises(SealaneError, match=r"mirror\.partner_log"):
        ledgers(pair, "AUS").mirror.pull(forked)
    assert stopped(pair.aus) == ["JPN"]


class Forked:
    """A log peer that shows a history of its own making."""

    def __init__(self, origin, items, signers, at):
        from tests import tilelogs

        self._items = items
        self._note = sign_head(tilelogs.head(origin, items), signers, at).encode()

    def fetch(self, path):
        from sealane.ledger.log import tiles

        if path == "checkpoint":
            return self._note
        tile = tiles.parse_path(path)
        held = self._items[tile.index * 256 : tile.index * 256 + tile.width]
        if tile.level == tiles.ENTRIES:
            return tiles.encode_bundle(held)
        return b"".join(merkle.leaf_hash(one) for one in held) if tile.level == 0 else None

    def post(self, *_):
        raise AssertionError("nothing is submitted here")


def test_the_api_and_every_page_of_the_console_say_it_in_both_languages(pair, item):
    lie(pair, "JPN")
    site = pair.sites["AUS"]
    client = TestClient(Starlette(routes=doors.on_this_machine(site, [], Crowd())), base_url=HOME)
    accounts.set_passphrase(site.node, "aus.auditor", "correct horse battery")
    token = accounts.Accounts(site.node, site.secret).token("aus.auditor", 7)
    told = client.get("/api/v1/status", headers={"authorization": f"Bearer {token}"}).json()
    assert (told["keys_stopped"], told["equivocations_total"]) == (["JPN"], 1)
    client.post("/sign-in", data={"person": "aus.auditor", "passphrase": "correct horse battery"})
    for path in ("/", "/ledger", "/people"):
        for lang, words in (("en", "signed two histories"), ("ja", "二つの異なる履歴")):
            page = client.get(path, params={"lang": lang}).text
            assert 'role="alert"' in page, path
            assert words in page, (path, lang)
    equivocations.readmit(pair.aus, "JPN", by=nations.two("operator", "aus.security"), reason="r")
    page = client.get("/ledger", params={"lang": "en"}).text
    assert 'role="alert"' not in page
    assert "aus.security" in page


def test_status_at_the_command_line_says_it_by_word_and_exit_code(live_pair):
    pair, root = live_pair, live_pair.root
    (root / "pw").write_bytes(nations.PASSPHRASE)
    share(pair, until=Instant(pair.clock.now() + 30 * DAY))
    pair.rounds(2)

    def told(*words):
        done = subprocess.run(
            [sys.executable, "-m", "sealane.cli.main", *words, "--json", "--passphrase-file", "pw"],
            cwd=root,
            capture_output=True,
            check=False,
            timeout=120,
        )
        return done.returncode, json.loads(done.stdout)

    status, before = told("node", "status", "aus")
    assert (status, before["keys_stopped"], before["equivocations_total"]) == (0, [], 0)
    lie(pair, "JPN")
    status, after = told("node", "status", "aus")
    assert (status, after["keys_stopped"], after["equivocations_total"]) == (1, ["JPN"], 1)
    assert after["equivocations"][0]["origin"].endswith(f"/x/{AGREEMENT}")
    words = ("node", "readmit", "aus", "JPN", "--reason", "r", "--as", "operator")
    assert told(*words)[0] == 1
    status, answer = told(*words, "--second", "aus.security")
    assert (status, answer["equivocations"][0]["settled"] is None) == (0, False)
    assert told("node", "status", "aus")[0] == 0


def test_reconciling_with_the_liar_reports_the_contradiction(pair, item):
    lie(pair, "JPN")
    found = reconcile.reconcile(pair.aus, "JPN", AGREEMENT, ledgers(pair, "AUS"))
    assert "ledger.equivocation" in {one["kind"] for one in found["differences"]}
    assert found["agree"] is False
