"""`sealane ledger ...` as an outsider drives it: other writers' logs, proofs and checkpoints; exits
0, 1, 2.
"""

import base64
import functools
import gzip
import http.server
import json
import shutil
import threading
from pathlib import Path

import pytest

from sealane.base.values import Instant
from sealane.cli.main import main
from sealane.crypto.keys import PrivateKey
from sealane.ledger import entries as catalogue
from sealane.ledger.log import note
from sealane.ledger.log.checkpoint import Head, parse_head, sign_head
from sealane.ledger.log.note import Note, Signature
from sealane.ledger.log.shadow import Shadow
from sealane.ledger.log.tiles import decode_bundle
from tests import tilelogs
from tests.nations_evidence import Story
from tests.nations_log import Keys, Node
from tests.tilelogs import AT, signer

TESSERA = Path(__file__).parents[1] / "vectors" / "tilelog" / "log"
TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"


@pytest.fixture
def run(capsys):
    def call(*arguments: object) -> tuple[int, dict]:
        with pytest.raises(SystemExit) as done:
            main(["ledger", *map(str, arguments), "--json"])
        return done.value.code, json.loads(capsys.readouterr().out)

    return call


def entries(count: int) -> list[bytes]:
    return [f"entry {one}".encode() * (one % 5) for one in range(count)]


def test_a_log_by_tessera_re_derives_at_each_of_its_sixteen_sizes(run, tmp_path):
    for size in range(16):
        copy = tmp_path / str(size)
        shutil.copytree(TESSERA, copy)
        shutil.copy(TESSERA / f"checkpoint.{size}", copy / "checkpoint")
        status, out = run("verify", copy, "--vkey", TESSERA_KEY)
        assert (status, out["size"], out["entries"]) == (0, size, size)


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 700])
@pytest.mark.parametrize("kind", [note.ED25519, note.COSIGN_MLDSA44])
def test_any_writer_s_log_re_derives(run, tmp_path, size, kind):
    log = signer("log.example/a", kind)
    place = tilelogs.write(tmp_path / "log", entries(size), [log])
    status, out = run("verify", place, "--vkey", log.verifier.vkey)
    assert status == 0
    assert out["root"] == tilelogs.mth(tilelogs.leaves_of(entries(size))).hex()


def test_a_log_three_tile_levels_high_re_derives(run, tmp_path):
    log = signer("log.example/a")
    place = tilelogs.write(tmp_path / "log", [b"%d" % one for one in range(65_800)], [log])
    status, out = run("verify", place, "--vkey", log.verifier.vkey)
    assert (status, out["tiles"]) == (0, 258 + 2 + 1)


def test_without_a_key_or_a_policy_it_is_wrong_usage(run):
    assert run("verify", TESSERA)[0] == 2


def test_every_given_key_must_have_signed(run, tmp_path):
    log, witness, absent = (
        signer("log.example/a"),
        signer("w.example", note.COSIGN_MLDSA44),
        signer("w2.example", note.COSIGN_ED25519),
    )
    place = tilelogs.write(tmp_path / "log", entries(3), [log, witness])
    keys = [one.verifier.vkey for one in (log, witness, absent)]
    assert run("verify", place, "--vkey", keys[0], "--vkey", keys[1])[0] == 0
    status, out = run("verify", place, "--vkey", keys[0], "--vkey", keys[2])
    assert (status, out["error"]["code"]) == (1, "ledger.not_signed")


def test_a_log_of_another_origin_than_the_key_s_name_is_refused_unless_asked_for(run, tmp_path):
    log = signer("log.example/a")
    place = tilelogs.write(tmp_path / "log", entries(3), [log])
    other = sign_head(tilelogs.head("log.example/b", entries(3)), [log], AT)
    (place / "checkpoint").write_bytes(other.encode())
    assert run("verify", place, "--vkey", log.verifier.vkey)[1]["error"]["code"] == "ledger.origin"
    assert run("verify", place, "--vkey", log.verifier.vkey, "--origin", "log.example/b")[0] == 0


def test_any_flipped_bit_in_entries_or_tiles_is_found_and_located(run, tmp_path):
    log = signer("log.example/a")
    place = tilelogs.write(tmp_path / "log", entries(600), [log])
    for path in sorted(path for path in (place / "tile").rglob("*") if path.is_file()):
        data = path.read_bytes()
        for at in {0, 1, len(data) // 2, len(data) - 1}:
            path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            status, out = run("verify", place, "--vkey", log.verifier.vkey)
            assert (status, out["error"]["code"]) == (1, "ledger.differs"), (path, at)
            assert "tile/" in out["error"]["message"]
        for wrong in (data + b"\x00", data[:-1], b""):
            path.write_bytes(wrong)
            assert run("verify", place, "--vkey", log.verifier.vkey)[0] == 1
        path.unlink()
        assert run("verify", place, "--vkey", log.verifier.vkey)[0] == 1
        path.write_bytes(data)
    assert run("verify", place, "--vkey", log.verifier.vkey)[0] == 0


def test_a_full_tile_stands_in_for_a_deleted_partial_one(run, tmp_path):
    log = signer("log.example/a")
    place = tilelogs.write(tmp_path / "log", entries(256), [log])
    (place / "checkpoint").write_bytes(
        sign_head(tilelogs.head("log.example/a", entries(100)), [log], AT).encode()
    )
    status, out = run("verify", place, "--vkey", log.verifier.vkey)
    assert (status, out["size"]) == (0, 100)


def test_a_root_of_an_empty_log_must_be_the_empty_root(run, tmp_path):
    log = signer("log.example/a")
    place = tilelogs.write(tmp_path / "log", [], [log])
    (place / "checkpoint").write_bytes(
        sign_head(Head("log.example/a", 0, bytes(32)), [log], AT).encode()
    )
    assert run("verify", place, "--vkey", log.verifier.vkey)[0] == 1


def test_a_policy_asks_for_its_log_and_its_quorum(run, tmp_path):
    log, one, two = (
        signer("log.example/a"),
        signer("w1", note.COSIGN_ED25519),
        signer("w2", note.COSIGN_MLDSA44),
    )
    place = tilelogs.write(tmp_path / "log", entries(9), [log, one])
    policy = tmp_path / "policy"

    def judged(quorum: str) -> int:
        policy.write_text(
            f"log {log.verifier.vkey}\nwitness A {one.verifier.vkey}\nwitness B"
            f" {two.verifier.vkey}\n{quorum}\n"
        )
        return run("verify", place, "--policy", policy)[0]

    assert judged("quorum A") == judged("quorum none") == judged("group g any A B\nquorum g") == 0
    assert (
        judged("quorum B")
        == judged("group g all A B\nquorum g")
        == judged("group g 2 A B\nquorum g")
        == 1
    )
    assert judged("group g 3 A B\nquorum g") == judged("quorum C") == 2


def test_a_proof_holds_for_its_entry_only(run, tmp_path):
    log, witness = signer("log.example/a"), signer("w1", note.COSIGN_MLDSA44)
    policy, proof, entry = tmp_path / "policy", tmp_path / "p.tlog-proof", tmp_path / "entry"
    policy.write_text(f"log {log.verifier.vkey}\nwitness A {witness.verifier.vkey}\nquorum A\n")
    items = entries(700)
    proof.write_bytes(tilelogs.proof([log, witness], items, 513, extra=b"opaque"))
    entry.write_bytes(items[513])
    leaf = tilelogs.leaves_of(items)[513].hex()
    status, out = run("check-proof", proof, "--policy", policy, "--entry", entry)
    assert (status, out["index"], out["size"]) == (0, 513, 700)
    assert run("check-proof", proof, "--policy", policy, "--leaf-hash", leaf)[0] == 0
    assert (
        run(
            "check-proof",
            proof,
            "--policy",
            policy,
            "--leaf-hash",
            tilelogs.leaves_of(items)[512].hex(),
        )[0]
        == 1
    )
    assert run("check-proof", proof, "--policy", policy)[0] == 2
    assert (
        run("check-proof", proof, "--policy", policy, "--leaf-hash", leaf, "--entry", entry)[0] == 2
    )
    proof.write_bytes(tilelogs.proof([log], items, 513))
    status, out = run("check-proof", proof, "--policy", policy, "--entry", entry)
    assert (status, out["error"]["code"]) == (1, "ledger.quorum")


def test_every_changed_line_of_a_proof_is_refused(run, tmp_path):
    log = signer("log.example/a")
    policy, proof = tmp_path / "policy", tmp_path / "p.tlog-proof"
    policy.write_text(f"log {log.verifier.vkey}\nquorum none\n")
    items = entries(11)
    good = tilelogs.proof([log], items, 6)
    leaf = tilelogs.leaves_of(items)[6].hex()
    lines = good.split(b"\n")
    for at, line in enumerate(lines[:-1]):
        for changed in (
            [*lines[:at], *lines[at + 1 :]],
            [*lines[:at], line + b"x", *lines[at + 1 :]],
            [*lines[:at], line, line, *lines[at + 1 :]],
            [*lines[:at], b" " + line, *lines[at + 1 :]],
            [*lines[:at], line + b"\r", *lines[at + 1 :]],
        ):
            if b"\n".join(changed) == good:
                continue
            proof.write_bytes(b"\n".join(changed))
            status, _ = run("check-proof", proof, "--policy", policy, "--leaf-hash", leaf)
            if at == len(lines) - 2 and changed == [*lines[:at], line, line, *lines[at + 1 :]]:
                assert status == 0  # a signature line said twice is a repetition, not a change
            else:
                assert status in (1, 2), (at, changed)


def test_a_proof_made_from_a_tile_log_checks_out(run, tmp_path):
    log = signer("log.example/a")
    place = tilelogs.write(tmp_path / "log", entries(700), [log])
    policy, out, entry = tmp_path / "policy", tmp_path / "out", tmp_path / "entry"
    policy.write_text(f"log {log.verifier.vkey}\nquorum none\n")
    entry.write_bytes(entries(700)[612])
    for which in ("612", entry, tilelogs.leaves_of(entries(700))[612].hex()):
        assert (
            run("prove", which, out, "--log", place, "--vkey", log.verifier.vkey)[1]["index"] == 612
        )
        assert run("check-proof", out, "--policy", policy, "--entry", entry)[0] == 0
    assert run("prove", "700", out, "--log", place)[0] == 1


def test_two_heads_of_one_size_are_fraud_and_their_proof_verifies_alone(run, tmp_path):
    log, a, b, out = signer("log.example/a"), tmp_path / "a", tmp_path / "b", tmp_path / "fraud"
    a.write_bytes(sign_head(tilelogs.head("log.example/a", entries(7)), [log], AT).encode())
    b.write_bytes(
        sign_head(tilelogs.head("log.example/a", [*entries(6), b"x"]), [log], AT).encode()
    )
    status, found = run("equivocation", a, b, "--vkey", log.verifier.vkey, "--out", out)
    assert (status, found["equivocation"]) == (0, True)
    assert run("equivocation", out, "--vkey", log.verifier.vkey)[0] == 0
    assert run("equivocation", out, "--vkey", signer("log.example/a").verifier.vkey)[0] == 1
    assert run("equivocation", a, a, "--vkey", log.verifier.vkey)[0] == 1
    b.write_bytes(sign_head(tilelogs.head("log.example/a", entries(8)), [log], AT).encode())
    assert run("equivocation", a, b, "--vkey", log.verifier.vkey)[0] == 1
    b.write_bytes(
        sign_head(tilelogs.head("log.example/b", [*entries(6), b"x"]), [log], AT).encode()
    )
    assert run("equivocation", a, b, "--vkey", log.verifier.vkey)[0] == 1


def test_an_unsigned_head_is_no_fraud(run, tmp_path):
    log, other, a, b = (
        signer("log.example/a"),
        signer("log.example/a"),
        tmp_path / "a",
        tmp_path / "b",
    )
    a.write_bytes(sign_head(tilelogs.head("log.example/a", entries(7)), [log], AT).encode())
    b.write_bytes(
        sign_head(tilelogs.head("log.example/a", [*entries(6), b"x"]), [other], AT).encode()
    )
    assert run("equivocation", a, b, "--vkey", log.verifier.vkey)[0] == 1
    forged = Note(
        tilelogs.head("log.example/a", [*entries(6), b"x"]).body,
        (Signature(log.name, log.verifier.key_id, bytes(64)),),
    )
    b.write_bytes(forged.encode())
    assert run("equivocation", a, b, "--vkey", log.verifier.vkey)[0] == 1
    b.write_bytes(b"nonsense")
    assert run("equivocation", a, b, "--vkey", log.verifier.vkey)[0] == 2


@pytest.mark.parametrize("old", [1, 4, 5, 255, 256, 300])
def test_heads_of_two_sizes_are_fraud_when_the_larger_tree_shows_another_past(run, tmp_path, old):
    log, a, out = signer("log.example/a"), tmp_path / "a", tmp_path / "fraud"
    place = tilelogs.write(tmp_path / "log", entries(600), [log])
    a.write_bytes(
        sign_head(tilelogs.head("log.example/a", [*entries(old - 1), b"x"]), [log], AT).encode()
    )
    assert run("equivocation", a, place / "checkpoint", "--vkey", log.verifier.vkey)[0] == 1
    found = run(
        "equivocation",
        a,
        place / "checkpoint",
        "--vkey",
        log.verifier.vkey,
        "--log",
        place,
        "--out",
        out,
    )
    assert found[0] == 0
    assert run("equivocation", out, "--vkey", log.verifier.vkey)[0] == 0
    a.write_bytes(sign_head(tilelogs.head("log.example/a", entries(old)), [log], AT).encode())
    assert (
        run("equivocation", a, place / "checkpoint", "--vkey", log.verifier.vkey, "--log", place)[0]
        == 1
    )


def test_a_consistency_proof_is_checked_from_hex_lines(run, tmp_path):
    leaves, proof = tilelogs.leaves_of(entries(20)), tmp_path / "proof"
    proof.write_text("".join(f"{step.hex()}\n" for step in tilelogs.consistency(leaves, 7)))
    old, new = f"{tilelogs.mth(leaves[:7]).hex()}:7", f"{tilelogs.mth(leaves).hex()}:20"
    assert run("check-consistency", "--old", old, "--new", new, proof)[0] == 0
    assert run("check-consistency", "--old", f"{bytes(32).hex()}:7", "--new", new, proof)[0] == 1
    assert run("check-consistency", "--old", new, "--new", old, proof)[0] == 1
    assert run("check-consistency", "--old", "xx:7", "--new", new, proof)[0] == 2
    proof.write_text("nonsense\n")
    assert run("check-consistency", "--old", old, "--new", new, proof)[0] == 2


@pytest.mark.parametrize(("lang", "words"), [("en", "16 entries"), ("ja", "記録 16 件")])
def test_people_are_answered_in_their_language(capsys, lang, words, tmp_path):
    log = signer("log.example/a")
    place = tilelogs.write(tmp_path / "log", entries(16), [log])
    with pytest.raises(SystemExit):
        main(["ledger", "verify", str(place), "--vkey", log.verifier.vkey, "--lang", lang])
    assert words in capsys.readouterr().out


VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "merkle" / "proofs.json").read_text())


def test_the_published_consistency_vectors_come_out_as_published_on_the_command_line(run, tmp_path):
    proof, hexed = tmp_path / "proof", (lambda text: base64.b64decode(text).hex())
    for case in VECTORS["consistency"]:
        proof.write_text("".join(f"{hexed(one)}\n" for one in case["proof"] or []))
        status, _ = run(
            "check-consistency",
            "--old",
            f"{hexed(case['root1'])}:{case['size1']}",
            "--new",
            f"{hexed(case['root2'])}:{case['size2']}",
            proof,
        )
        assert status == 0 if not case["wantErr"] else status in (1, 2), case["id"]


class Files(http.server.SimpleHTTPRequestHandler):
    """A static server as object stores are: gzip on entry bundles without asking, 403 for what is
    not there.
    """

    def do_GET(self):
        path = Path(self.directory) / self.path.lstrip("/").removeprefix("prefix/")
        body = path.read_bytes() if path.is_file() else b""
        self.send_response(200 if path.is_file() else 403)
        if "entries" in self.path:
            body = gzip.compress(body)
            self.send_header("content-encoding", "gzip")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_a_log_behind_a_url_re_derives_compressed_and_without_its_partial_tiles(run, tmp_path):
    log = signer("log.example/a")
    place = tilelogs.write(tmp_path / "log", entries(512), [log])
    (place / "checkpoint").write_bytes(
        sign_head(tilelogs.head("log.example/a", entries(300)), [log], AT).encode()
    )
    (place / "tile/1/000.p/1").write_bytes((place / "tile/1/000.p/2").read_bytes()[:32])
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Files, directory=str(place))
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/prefix/"
    try:
        assert run("verify", url, "--vkey", log.verifier.vkey)[1]["size"] == 300
        assert run("verify", url.rstrip("/"), "--vkey", log.verifier.vkey)[0] == 0
        (place / "tile" / "entries" / "000").unlink()
        assert run("verify", url, "--vkey", log.verifier.vkey)[0] == 1
        assert run("verify", url + "elsewhere", "--vkey", log.verifier.vkey)[0] == 1
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert run("verify", url, "--vkey", log.verifier.vkey)[0] == 3
    assert run("verify", f"file://{place}", "--vkey", log.verifier.vkey)[0] == 1


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


def test_a_node_s_logs_are_shown_searched_walked_and_proven(run, node_folder, tmp_path):
    folder, keys = node_folder
    status, out = run("status", "--node", folder / "jp")
    assert (status, out["logs"][0]["proven_to_both_up_to"], out["logs"][0]["size"]) == (0, 300, 301)
    held = run("status", "--node", folder / "au")[1]["logs"]
    assert [(one["role"], one["proven_to_both_up_to"]) for one in held] == [
        ("own", 0),
        ("mirror", 300),
    ]
    assert run("walk", "--node", folder / "jp")[1]["held"] is True
    found = run("search", "--node", folder / "jp", "--word", "item-17", "--kind", "record.read")[1][
        "entries"
    ]
    assert [(one["index"], one["fields"]["object"]) for one in found] == [(17, "item-17")]
    proof, entry, policy = tmp_path / "proof", tmp_path / "entry", tmp_path / "policy"
    policy.write_text(f"log {keys.log.verifier.vkey}\nquorum none\n")
    assert run("prove", "17", proof, "--node", folder / "jp", "--policy", policy)[0] == 0
    copied = tmp_path / "copy"
    assert run("copy", copied, "--node", folder / "jp")[1]["size"] == 300
    status, out = run(
        "verify", copied, "--vkey", keys.log.verifier.vkey, "--vkey", keys.log_pq.verifier.vkey
    )
    assert (status, out["size"], out["shadow"]) == (0, 300, "agrees")
    entry.write_bytes(note_entry(copied, 17))
    assert run("check-proof", proof, "--policy", policy, "--entry", entry)[0] == 0
    assert run("prove", "300", proof, "--node", folder / "jp")[0] == 1
    assert run("prove", "1", proof)[0] == 2
    assert run("status", "--node", tmp_path)[0] == 4


def note_entry(place: Path, index: int) -> bytes:
    return decode_bundle((place / "tile" / "entries" / "000").read_bytes(), 256)[index]


def test_a_shadow_head_over_other_entries_is_found(run, node_folder, tmp_path):
    folder, keys = node_folder
    run("copy", tmp_path / "copy", "--node", folder / "jp")
    place = tmp_path / "copy" / "checkpoint"
    checkpoint = note.parse(place.read_bytes())
    wrong = Shadow(parse_head(checkpoint.text), bytes(48), AT, None)
    line = wrong.line(wrong.sign([PrivateKey.generate("ES384")]))
    kept = Note(
        checkpoint.text, tuple(one for one in checkpoint.signatures if one.key_id != line.key_id)
    )
    place.write_bytes(kept.adding([line]).encode())
    status, out = run("verify", tmp_path / "copy", "--vkey", keys.log.verifier.vkey)
    assert (status, out["error"]["code"]) == (1, "ledger.shadow_differs")


def test_two_nodes_logs_are_compared_from_one_node_s_folder(run, tmp_path):
    story = Story(tmp_path)
    assert run("compare", "--node", tmp_path / "au") == (0, {"agree": True, "differences": []})
    story.say("opened", "JPN", "AUS", "0" * 96, heard=False)
    story.settle()
    status, out = run("compare", "--node", tmp_path / "au")
    assert (status, [(one["kind"], one["proof"]) for one in out["differences"]]) == (
        1,
        [("only_theirs", "jp.example/ledger/x")],
    )
    story.close()
