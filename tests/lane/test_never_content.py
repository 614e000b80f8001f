"""No log of either node ever holds content: every entry of a whole story is read byte by byte."""

import base64
import io
import json

import pytest

from sealane.adapters.stored_logs import stored_logs
from sealane.base.errors import SealaneError
from sealane.cli.demo.cast import cast
from sealane.ledger import entries, receipt, telling
from sealane.ledger.kinds import COMMON, KINDS
from sealane.services.exchange import arrival, onward, recall, reseal
from sealane.services.opening import open_item
from sealane.services.statements.journal import INTERNAL, statement_bytes
from tests import nations
from tests.clock import START, Clock
from tests.lane.test_ledgers import rounds
from tests.nations import copy_of, opened, read, share

TITLE, PAYLOAD, REASON = (
    "Harbour watch, week 47",
    b"The grey ship berths at pier seven on Sunday",
    "Sent under the wrong paragraph",
)
HEADS = {"v", "kind", "at", "salt"}


@pytest.fixture(scope="module")
def told(template, tmp_path_factory):
    """Every entry of every log and mirror of both nodes after a share, openings, refusals, a
    re-wrap, a recall and a rejection.
    """
    pair = opened(copy_of(template, tmp_path_factory.mktemp("content") / "w"), Clock())
    item = share(pair, PAYLOAD, title=TITLE)
    arrival.accept(pair.jpn, item, "jpn.clerk")
    assert read(pair, item) == PAYLOAD
    for person in ("jpn.suzuki", "jpn.miller"):
        with pytest.raises(SealaneError):
            open_item.open_item(
                pair.jpn,
                item,
                person=person,
                purpose="assessment",
                action="open",
                sink=io.BytesIO(),
            )
    with pytest.raises(SealaneError):
        onward.pass_on(pair.jpn, onward.PassingOn(item=item, to="NZL"), person="jpn.release")
    pair.settle()
    reseal.rewrap(pair.aus, item, suite="X-Wing", person="aus.release")
    pair.settle()
    with pytest.raises(SealaneError):
        share(pair, PAYLOAD, title=TITLE, purpose="training", reference="refused")
    recall.recall(pair.aus, item, reason=REASON, person="aus.release")
    pair.settle()
    pair.line.mangle_container = lambda data: data[:-1]
    share(pair, PAYLOAD, title=TITLE, reference="rejected")
    rounds(pair)
    found = {}
    for party, site in pair.sites.items():
        with site.node.store.reading() as tx:
            for log in stored_logs(tx):
                found[party, log.origin, log.role] = list(log.entries(tx, 0, log.size(tx)))
    yield pair, found
    pair.close()


def forbidden():
    """Words that no entry may hold: names, titles, content, labels, reasons; each as text and as it
    may hide in base64.
    """
    words = [
        TITLE,
        PAYLOAD.decode(),
        REASON,
        "Releasable",
        "SECRET",
        "極秘",
        "特定秘密",
        "Maritime desk",
        "harbour",
        "assessed",
    ]
    words += [
        one[name]
        for side in cast(START).values()
        for one in side["people"]
        for name in ("name", "name_ja", "post", "post_ja")
    ]
    for word in dict.fromkeys(words):
        raw = word.encode()
        yield word, raw
        yield word, json.dumps(word).encode()[1:-1]
        for before in range(3):
            text = base64.urlsafe_b64encode(bytes(before) + raw)
            core = text[(before * 8 + 5) // 6 : (before + len(raw)) * 8 // 6]
            if len(core) >= 6:
                yield word, core
        yield word, raw.hex().encode()


def test_the_story_left_entries_of_every_sort_in_every_log(told):
    _, found = told
    kinds = {entries.read(entry).kind for log in found.values() for entry in log}
    assert {
        "statement.offer",
        "statement.transfer.received",
        "statement.transfer.rejected",
        "statement.transfer.accepted",
        "statement.opened",
        "statement.open.denied",
        "statement.recall.ordered",
        "statement.destroyed",
        "statement.acknowledged",
        "item.sealed",
        "statement.rewrapped",
        "key.released",
        "decision.refuse",
        "recall.ordered",
        "head.entangled",
        "agreement.in_force",
    } <= kinds
    assert {role for _, _, role in found} == {"own", "mirror"}
    assert len(found) >= 6


def test_no_entry_holds_a_title_a_label_a_name_a_reason_or_a_byte_of_the_payload(told):
    _, found = told
    for where, log in found.items():
        for word, needle in forbidden():
            assert not any(needle in entry for entry in log), (where, word)


def test_every_member_of_every_entry_is_in_the_catalogue_and_salted(told):
    _, found = told
    salts = []
    for (_, origin, role), log in found.items():
        for entry in log:
            value = json.loads(entry)
            assert set(value) - HEADS <= {*COMMON, *KINDS[value["kind"]].fields}
            assert len(bytes.fromhex(value["salt"])) == 16
            if role == "own":
                salts.append(value["salt"])
            if "/x/" in origin:
                assert not INTERNAL & set(value), "a person or a guessable digest in a shared log"
    assert len(set(salts)) == len(salts)


def test_both_nodes_hold_the_bytes_that_their_logs_name_and_prove_them(told):
    pair, found = told
    proven = 0
    for party, node in (("AUS", pair.aus), ("JPN", pair.jpn)):
        for (holder, _, role), log in found.items():
            if holder == party and role == "own":
                with node.store.reading() as tx:
                    for entry in log:
                        if (one := telling.told(entry)) is not None:
                            data = statement_bytes(node, tx, one.statement)
                            assert data is not None
                            assert telling.binds(entry, data)
                            proven += 1
    assert proven > 20


def test_the_node_s_own_logs_refuse_what_is_not_in_the_catalogue(told):
    pair, _ = told
    node = pair.aus
    for stray in (
        b"content",
        json.dumps({"payload": "x", "signatures": []}).encode(),
        receipt_bytes(pair),
    ):
        for agreement in (None, nations.AGREEMENT):
            with node.store.reading() as tx:
                size = nations.log_of(node, agreement).size(tx)
            with pytest.raises(SealaneError), node.store.writing() as tx:
                nations.log_of(node, agreement).append(tx, [stray])
            with node.store.reading() as tx:
                assert nations.log_of(node, agreement).size(tx) == size


def receipt_bytes(pair):
    with pair.aus.store.reading() as tx:
        row = pair.aus.records.statements.find(tx, order="kept", limit=1)[0]
    assert receipt.peek(bytes(row.data)).nonce
    return bytes(row.data)
