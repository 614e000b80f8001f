"""`sealane ledger` at a node's folder: its logs shown, searched, walked and compared."""

from pathlib import Path

import pytest

from sealane.base.values import Instant
from sealane.crypto.keys import PrivateKey
from sealane.ledger import entries as catalogue
from sealane.ledger.log import note
from sealane.ledger.log.checkpoint import parse_head
from sealane.ledger.log.note import Note
from sealane.ledger.log.shadow import Shadow
from sealane.ledger.log.tiles import decode_bundle
from tests.nations_evidence import Story
from tests.nations_log import Keys, Node
from tests.tilelogs import AT


@pytest.fixture(scope="module")
def node_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nodes")
    jp, au = Keys("jp"), Keys("au")
    one, other = Node(folder / "jp", jp, au), Node(folder / "au", au, jp)
    at = 1_764_000_000_000_000_000
    one.append(
        *(
            catalogue.make(
                "record.read",
                Instant(at + one_),
                bytes(16),
                actor=f"p-{one_ % 3}",
                object=f"item-{one_}",
            )
            for one_ in range(300)
        )
    )
    one.publisher.publish()
    one.publisher.seek_cosignature(other.peer)
    other.mirror.pull(one.peer)
    one.publisher.note_mirrored(other.peer)
    one.append(b"{}")
    yield folder, jp
    one.close()
    other.close()


def test_a_node_s_logs_are_shown_searched_walked_and_proven(ledger, node_folder, tmp_path):
    folder, keys = node_folder
    status, out = ledger("status", "--node", folder / "jp")
    assert (status, out["logs"][0]["proven_to_both_up_to"], out["logs"][0]["size"]) == (0, 300, 301)
    held = ledger("status", "--node", folder / "au")[1]["logs"]
    assert [(one["role"], one["proven_to_both_up_to"]) for one in held] == [
        ("own", 0),
        ("mirror", 300),
    ]
    assert ledger("walk", "--node", folder / "jp")[1]["held"] is True
    found = ledger("search", "--node", folder / "jp", "--word", "item-17", "--kind", "record.read")[
        1
    ]["entries"]
    assert [(one["index"], one["fields"]["object"]) for one in found] == [(17, "item-17")]
    proof, entry, policy = tmp_path / "proof", tmp_path / "entry", tmp_path / "policy"
    policy.write_text(f"log {keys.log.verifier.vkey}\nquorum none\n")
    assert ledger("prove", "17", proof, "--node", folder / "jp", "--policy", policy)[0] == 0
    copied = tmp_path / "copy"
    assert ledger("copy", copied, "--node", folder / "jp")[1]["size"] == 300
    status, out = ledger(
        "verify", copied, "--vkey", keys.log.verifier.vkey, "--vkey", keys.log_pq.verifier.vkey
    )
    assert (status, out["size"], out["shadow"]) == (0, 300, "agrees")
    entry.write_bytes(note_entry(copied, 17))
    assert ledger("check-proof", proof, "--policy", policy, "--entry", entry)[0] == 0
    assert ledger("prove", "300", proof, "--node", folder / "jp")[0] == 1
    assert ledger("prove", "1", proof)[0] == 2
    assert ledger("status", "--node", tmp_path)[0] == 4


def note_entry(place: Path, index: int) -> bytes:
    return decode_bundle((place / "tile" / "entries" / "000").read_bytes(), 256)[index]


def test_a_shadow_head_over_other_entries_is_found(ledger, node_folder, tmp_path):
    folder, keys = node_folder
    ledger("copy", tmp_path / "copy", "--node", folder / "jp")
    place = tmp_path / "copy" / "checkpoint"
    checkpoint = note.parse(place.read_bytes())
    wrong = Shadow(parse_head(checkpoint.text), bytes(48), AT, None)
    line = wrong.line(wrong.sign([PrivateKey.generate("ES384")]))
    kept = Note(
        checkpoint.text, tuple(one for one in checkpoint.signatures if one.key_id != line.key_id)
    )
    place.write_bytes(kept.adding([line]).encode())
    status, out = ledger("verify", tmp_path / "copy", "--vkey", keys.log.verifier.vkey)
    assert (status, out["error"]["code"]) == (1, "ledger.shadow_differs")


def test_two_nodes_logs_are_compared_from_one_node_s_folder(ledger, tmp_path):
    story = Story(tmp_path)
    assert ledger("compare", "--node", tmp_path / "au") == (0, {"agree": True, "differences": []})
    story.say("opened", "JPN", "AUS", "0" * 96, heard=False)
    story.settle()
    status, out = ledger("compare", "--node", tmp_path / "au")
    assert (status, [(one["kind"], one["proof"]) for one in out["differences"]]) == (
        1,
        [("only_theirs", "jp.example/ledger/x")],
    )
    story.close()
