"""An item's evidence holds for anybody, and no byte, statement, entry or proof in it can be
another.
"""

import json
import os
import random
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace

import pytest

from sealane.base.errors import SealaneError, Untrusted
from sealane.cli.main import main
from sealane.ledger import entries
from sealane.ledger.log import note
from sealane.ledger.log.policy import parse_policy
from sealane.ledger.proofs import archive, evidence, order
from sealane.ledger.proofs.evidence import Logged
from sealane.shipped import verifier_page
from tests.nations_evidence import ITEM, Story
from tests.tilelogs import signer


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    made = Story(tmp_path_factory.mktemp("story"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def data(story):
    return story.evidence()


def test_both_parties_can_export_and_everything_is_proven_in_both_logs(story):
    for exporter in ("AUS", "JPN"):
        report = evidence.verify(story.evidence(exporter)).as_json()
        assert [one["type"] for one in report["statements"]] == [
            "offer",
            "transfer.received",
            "opened",
            "recall.ordered",
            "destroyed",
        ]
        assert all(one["proven_in"] == ["AUS", "JPN"] for one in report["statements"])
        assert [one["answered"] for one in report["statements"]] == [None, True, True, None, True]
        assert report["proven_to_both"] is True
        assert {one["party"]: one["cosigned_by"] for one in report["logs"]} == {
            "AUS": ["mirror", "witness"],
            "JPN": ["mirror", "witness"],
        }


def test_either_party_gathers_the_item_s_evidence_from_its_own_database(tmp_path):
    made = Story(tmp_path)
    for exporter in ("AUS", "JPN"):
        report = evidence.verify(evidence.build(made.gathered(exporter))).as_json()
        assert sorted(one["type"] for one in report["statements"]) == [
            "destroyed",
            "offer",
            "opened",
            "recall.ordered",
            "transfer.received",
        ]
        assert all(one["proven_in"] == ["AUS", "JPN"] for one in report["statements"])
    made.say("opened", "JPN", "AUS", "0" * 96)
    assert len(made.gathered().statements) == 5, "what no cosigned head covers waits"
    made.settle()
    assert len(made.gathered().statements) == 6
    made.close()


def test_the_same_input_gives_the_same_bytes(story):
    given = story.given()
    assert evidence.build(given) == evidence.build(given)


def test_any_zip_reader_opens_the_file(data, tmp_path):
    path = tmp_path / "x.evidence"
    path.write_bytes(data)
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None
        assert opened.namelist()[:2] == ["manifest.json", "manifest.sha384"]


def test_no_single_byte_can_be_changed_added_or_left_out(data):
    rng = random.Random(7)
    members = archive.unpack(data)
    structure = [at for at in range(len(data)) if at < 200 or at > len(data) - 2000]
    places = rng.sample(structure, 250) + rng.sample(range(len(data)), 250)
    for at in places:
        for wrong in (
            data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :],
            data[:at] + data[at + 1 :],
            data[:at] + b"\x00" + data[at:],
        ):
            if wrong != data:
                with pytest.raises(SealaneError):
                    evidence.verify(wrong)
    for wrong in (data + b"\x00", data[:-1], b"", b"PK", data + data):
        with pytest.raises(SealaneError):
            evidence.verify(wrong)
    assert archive.pack(members) == data


def remade(given, **changes):
    """Evidence rebuilt with other parts and a fitting manifest: what a forger would do."""
    import sealane.ledger.proofs.evidence as module

    verify, module.verify = module.verify, lambda data, **_: data
    try:
        return module.build(replace(given, **changes))
    finally:
        module.verify = verify


def changed_view(given, party, **changes):
    return tuple(replace(one, **changes) if one.party == party else one for one in given.parties)


def test_a_proof_of_some_other_entry_does_not_stand_in(story):
    given = story.given()
    logged = list(given.parties[0].logged)
    swapped = [Logged(entry=logged[0].entry, proof=logged[1].proof), *logged[1:]]
    with pytest.raises(Untrusted, match="inclusion"):
        evidence.verify(remade(given, parties=changed_view(given, "AUS", logged=tuple(swapped))))


def test_an_entry_about_another_item_does_not_stand_in(story):
    other = story.say("offer", "AUS", "JPN", None, item="item-0002", keep=False)
    story.settle()
    given = story.given()
    node = story.nodes["AUS"]
    from sealane.services.ledgers.proofs import prove

    with node.store.reading() as tx:
        index = next(at for at, entry in node.log.mentioning(tx, [other], 100))
        stray = Logged(
            entry=node.log.entry(tx, index),
            proof=prove(tx, node.log, index, parse_policy(given.parties[0].policy)).encode(),
        )
    with pytest.raises(Untrusted, match="something else"):
        evidence.verify(
            remade(
                given, parties=changed_view(given, "AUS", logged=(*given.parties[0].logged, stray))
            )
        )


def test_an_entry_of_another_kind_that_names_a_statement_is_about_the_item_and_proves_none(
    tmp_path,
):
    made = Story(tmp_path)
    offer = made.say("offer", "AUS", "JPN", None, heard=False)
    node = made.nodes["AUS"]

    def told(kind, **fields):
        salt = os.urandom(16)
        node.append(entries.make(kind, node.host.now(), salt, statement=offer, **fields))
        made.settle()

    told("transfer.delivered", object=ITEM, node="jpn.example")
    report = evidence.verify(evidence.build(made.gathered())).as_json()
    assert {one["party"]: one["entries"] for one in report["logs"]} == {"AUS": 7, "JPN": 5}
    assert [one["proven_in"] for one in report["statements"]].count(["AUS"]) == 1
    assert report["absent"] == []
    told("statement.withdrawn", object=ITEM, node="aus.example", by="AUS", to="JPN")
    with pytest.raises(Untrusted, match="does not say"):
        evidence.build(made.gathered())
    made.close()


def test_a_statement_about_another_item_does_not_stand_in(story):
    length = len(story.statements)
    story.say("opened", "JPN", "AUS", "0" * 96, item="item-0003")
    stray = story.statements.pop()
    assert len(story.statements) == length
    given = story.given()
    with pytest.raises(Untrusted, match="another item"):
        evidence.verify(remade(given, statements=(*given.statements, stray)))


def test_a_statement_does_not_stand_in_it_twice(story):
    given = story.given()
    with pytest.raises(Untrusted, match="twice"):
        evidence.verify(remade(given, statements=(*given.statements, given.statements[0])))


def test_a_statement_that_no_log_holds_does_not_stand_in(story):
    given = story.given()
    bare_views = tuple(replace(one, logged=one.logged[:1]) for one in given.parties)
    with pytest.raises(Untrusted, match="stands in no log"):
        evidence.verify(remade(given, parties=bare_views))


def test_another_agreement_version_is_refused(story):
    with pytest.raises(Untrusted, match="another agreement"):
        evidence.verify(remade(story.given(), agreement_file=b"another version"))


def test_statements_by_other_keys_are_refused(story):
    given = story.given()
    jpn, aus = (
        next(one for one in given.parties if one.party == party) for party in ("JPN", "AUS")
    )
    with pytest.raises(Untrusted):
        evidence.verify(remade(given, parties=changed_view(given, "AUS", keys=jpn.keys)))
    with pytest.raises(Untrusted):
        evidence.verify(remade(given, parties=changed_view(given, "AUS", keys=aus.keys[:1])))


def test_a_checkpoint_without_its_quorum_is_refused(story):
    given = story.given()
    absent = signer("absent.example", note.COSIGN_ED25519).verifier.vkey
    policy = (
        given.parties[0]
        .policy.replace(b"group", f"witness absent {absent}\ngroup".encode())
        .replace(b"all witness", b"all absent witness")
    )
    with pytest.raises(Untrusted, match="quorum"):
        evidence.verify(remade(given, parties=changed_view(given, "AUS", policy=policy)))


def test_pins_must_be_the_keys_that_signed(story, data):
    mine, strange = story.keys["AUS"].log.verifier, signer(story.keys["AUS"].origin).verifier
    assert evidence.verify(data, vkeys=[mine, story.keys["JPN"].log.verifier]).pinned
    assert evidence.verify(data, policies=[parse_policy(story.given().parties[0].policy)]).pinned
    with pytest.raises(Untrusted, match="pins"):
        evidence.verify(data, vkeys=[strange])
    for policy in (
        f"log {strange.vkey}\nquorum none\n",
        f"log {signer('other.example').verifier.vkey}\nquorum none\n",
    ):
        with pytest.raises(Untrusted, match="pins"):
            evidence.verify(data, policies=[parse_policy(policy.encode())])


def test_the_command_needs_neither_node_nor_network(data, tmp_path, capsys, story):
    path = tmp_path / "x.evidence"
    path.write_bytes(data)

    def run(*arguments):
        with pytest.raises(SystemExit) as done:
            main(["evidence", "verify", *map(str, arguments), "--json"])
        return done.value.code, json.loads(capsys.readouterr().out)

    status, out = run(path, "--vkey", story.keys["AUS"].log.verifier.vkey)
    assert (status, out["item"], out["trust"]) == (0, ITEM, "pinned")
    path.write_bytes(data[:-30] + b"x" + data[-29:])
    assert run(path)[0] == 1
    path.write_bytes(b"nonsense")
    assert run(path)[0] == 2


NODE = shutil.which("node")


@pytest.mark.peer
@pytest.mark.skipif(NODE is None, reason="no node to run the page's script")
def test_the_page_in_the_file_comes_to_the_same_verdict(data, story, tmp_path, monkeypatch):
    page = verifier_page().decode()
    script = re.search(r"<script>\n(.*?)</script>", page, re.DOTALL)[1]
    assert archive.unpack(data)["verify.html"].decode() == page
    assert "http:" not in page
    assert "https:" not in page
    (tmp_path / "page.js").write_text(
        script
        + """
const fs = require("fs");
(async () => { for (const name of process.argv.slice(2)) { try {
  const r = await verifyEvidence(new Uint8Array(fs.readFileSync(name)));
  const said = r.said.map((s) => [s.type, [...s.logs].sort()]);
  console.log(JSON.stringify({ ok: true, said, open: [...r.open] }));
} catch (error) { console.log(JSON.stringify({ ok: false, why: error.message })); } } })();
"""
    )
    given = story.given()
    logged = given.parties[0].logged
    swapped = (Logged(entry=logged[0].entry, proof=logged[1].proof), *logged[1:])
    forged = remade(given, parties=changed_view(given, "AUS", logged=swapped))
    another_log_order = remade(given, parties=changed_view(given, "AUS", logged=logged[::-1]))
    monkeypatch.setattr(order, "as_said", lambda statements: list(statements)[::-1])
    another_order_said = remade(given)
    first, second, *rest = archive.unpack(data).items()
    cases = [
        data,
        data[:5000] + bytes([data[5000] ^ 1]) + data[5001:],
        data + b"\x00",
        forged,
        archive.pack(dict([second, first, *rest])),
        another_order_said,
        another_log_order,
    ]
    for at, case in enumerate(cases):
        (tmp_path / f"{at}").write_bytes(case)
    done = subprocess.run(
        [NODE, tmp_path / "page.js", *(tmp_path / f"{at}" for at in range(len(cases)))],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["ok"] for one in verdicts] == [True, *[False] * 6]
    for at, why in enumerate(("inclusion", "one order", "were said", "order of its log"), start=3):
        assert why in verdicts[at]["why"]
    assert verdicts[0]["said"] == [
        [one, ["AUS", "JPN"]]
        for one in ("offer", "transfer.received", "opened", "recall.ordered", "destroyed")
    ]
