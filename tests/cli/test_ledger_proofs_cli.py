"""`sealane ledger prove`, `check-proof`, `check-consistency` and `equivocation` from outside."""

import base64
import json
from pathlib import Path

import pytest

from sealane.ledger.log import note
from sealane.ledger.log.checkpoint import sign_head
from sealane.ledger.log.note import Note, Signature
from tests import tilelogs
from tests.cli.ledger_typing import entries
from tests.tilelogs import AT, signer


def test_a_policy_asks_for_its_log_and_its_quorum(ledger, tmp_path):
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
        return ledger("verify", place, "--policy", policy)[0]

    assert judged("quorum A") == judged("quorum none") == judged("group g any A B\nquorum g") == 0
    assert (
        judged("quorum B")
        == judged("group g all A B\nquorum g")
        == judged("group g 2 A B\nquorum g")
        == 1
    )
    assert judged("group g 3 A B\nquorum g") == judged("quorum C") == 2


def test_a_proof_holds_for_its_entry_only(ledger, tmp_path):
    log, witness = signer("log.example/a"), signer("w1", note.COSIGN_MLDSA44)
    policy, proof, entry = tmp_path / "policy", tmp_path / "p.tlog-proof", tmp_path / "entry"
    policy.write_text(f"log {log.verifier.vkey}\nwitness A {witness.verifier.vkey}\nquorum A\n")
    items = entries(700)
    proof.write_bytes(tilelogs.proof([log, witness], items, 513, extra=b"opaque"))
    entry.write_bytes(items[513])
    leaf = tilelogs.leaves_of(items)[513].hex()
    status, out = ledger("check-proof", proof, "--policy", policy, "--entry", entry)
    assert (status, out["index"], out["size"]) == (0, 513, 700)
    assert ledger("check-proof", proof, "--policy", policy, "--leaf-hash", leaf)[0] == 0
    assert (
        ledger(
            "check-proof",
            proof,
            "--policy",
            policy,
            "--leaf-hash",
            tilelogs.leaves_of(items)[512].hex(),
        )[0]
        == 1
    )
    assert ledger("check-proof", proof, "--policy", policy)[0] == 2
    assert (
        ledger("check-proof", proof, "--policy", policy, "--leaf-hash", leaf, "--entry", entry)[0]
        == 2
    )
    proof.write_bytes(tilelogs.proof([log], items, 513))
    status, out = ledger("check-proof", proof, "--policy", policy, "--entry", entry)
    assert (status, out["error"]["code"]) == (1, "ledger.quorum")


def test_every_changed_line_of_a_proof_is_refused(ledger, tmp_path):
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
            status, _ = ledger("check-proof", proof, "--policy", policy, "--leaf-hash", leaf)
            if at == len(lines) - 2 and changed == [*lines[:at], line, line, *lines[at + 1 :]]:
                assert status == 0  # a signature line said twice is a repetition, not a change
            else:
                assert status in (1, 2), (at, changed)


def test_a_proof_made_from_a_tile_log_checks_out(ledger, tmp_path):
    log = signer("log.example/a")
    place = tilelogs.write(tmp_path / "log", entries(700), [log])
    policy, out, entry = tmp_path / "policy", tmp_path / "out", tmp_path / "entry"
    policy.write_text(f"log {log.verifier.vkey}\nquorum none\n")
    entry.write_bytes(entries(700)[612])
    for which in ("612", entry, tilelogs.leaves_of(entries(700))[612].hex()):
        assert (
            ledger("prove", which, out, "--log", place, "--vkey", log.verifier.vkey)[1]["index"]
            == 612
        )
        assert ledger("check-proof", out, "--policy", policy, "--entry", entry)[0] == 0
    assert ledger("prove", "700", out, "--log", place)[0] == 1


def test_two_heads_of_one_size_are_fraud_and_their_proof_verifies_alone(ledger, tmp_path):
    log, a, b, out = signer("log.example/a"), tmp_path / "a", tmp_path / "b", tmp_path / "fraud"
    a.write_bytes(sign_head(tilelogs.head("log.example/a", entries(7)), [log], AT).encode())
    b.write_bytes(
        sign_head(tilelogs.head("log.example/a", [*entries(6), b"x"]), [log], AT).encode()
    )
    status, found = ledger("equivocation", a, b, "--vkey", log.verifier.vkey, "--out", out)
    assert (status, found["equivocation"]) == (0, True)
    assert ledger("equivocation", out, "--vkey", log.verifier.vkey)[0] == 0
    assert ledger("equivocation", out, "--vkey", signer("log.example/a").verifier.vkey)[0] == 1
    assert ledger("equivocation", a, a, "--vkey", log.verifier.vkey)[0] == 1
    b.write_bytes(sign_head(tilelogs.head("log.example/a", entries(8)), [log], AT).encode())
    assert ledger("equivocation", a, b, "--vkey", log.verifier.vkey)[0] == 1
    b.write_bytes(
        sign_head(tilelogs.head("log.example/b", [*entries(6), b"x"]), [log], AT).encode()
    )
    assert ledger("equivocation", a, b, "--vkey", log.verifier.vkey)[0] == 1


def test_an_unsigned_head_is_no_fraud(ledger, tmp_path):
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
    assert ledger("equivocation", a, b, "--vkey", log.verifier.vkey)[0] == 1
    forged = Note(
        tilelogs.head("log.example/a", [*entries(6), b"x"]).body,
        (Signature(log.name, log.verifier.key_id, bytes(64)),),
    )
    b.write_bytes(forged.encode())
    assert ledger("equivocation", a, b, "--vkey", log.verifier.vkey)[0] == 1
    b.write_bytes(b"nonsense")
    assert ledger("equivocation", a, b, "--vkey", log.verifier.vkey)[0] == 2


@pytest.mark.parametrize("old", [1, 4, 5, 255, 256, 300])
def test_heads_of_two_sizes_are_fraud_when_the_larger_tree_shows_another_past(
    ledger, tmp_path, old
):
    log, a, out = signer("log.example/a"), tmp_path / "a", tmp_path / "fraud"
    place = tilelogs.write(tmp_path / "log", entries(600), [log])
    a.write_bytes(
        sign_head(tilelogs.head("log.example/a", [*entries(old - 1), b"x"]), [log], AT).encode()
    )
    assert ledger("equivocation", a, place / "checkpoint", "--vkey", log.verifier.vkey)[0] == 1
    found = ledger(
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
    assert ledger("equivocation", out, "--vkey", log.verifier.vkey)[0] == 0
    a.write_bytes(sign_head(tilelogs.head("log.example/a", entries(old)), [log], AT).encode())
    assert (
        ledger(
            "equivocation", a, place / "checkpoint", "--vkey", log.verifier.vkey, "--log", place
        )[0]
        == 1
    )


def test_a_consistency_proof_is_checked_from_hex_lines(ledger, tmp_path):
    leaves, proof = tilelogs.leaves_of(entries(20)), tmp_path / "proof"
    proof.write_text("".join(f"{step.hex()}\n" for step in tilelogs.consistency(leaves, 7)))
    old, new = f"{tilelogs.mth(leaves[:7]).hex()}:7", f"{tilelogs.mth(leaves).hex()}:20"
    assert ledger("check-consistency", "--old", old, "--new", new, proof)[0] == 0
    assert ledger("check-consistency", "--old", f"{bytes(32).hex()}:7", "--new", new, proof)[0] == 1
    assert ledger("check-consistency", "--old", new, "--new", old, proof)[0] == 1
    assert ledger("check-consistency", "--old", "xx:7", "--new", new, proof)[0] == 2
    proof.write_text("nonsense\n")
    assert ledger("check-consistency", "--old", old, "--new", new, proof)[0] == 2


VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "merkle" / "proofs.json").read_text())


def test_the_published_consistency_vectors_come_out_as_published_on_the_command_line(
    ledger, tmp_path
):
    proof, hexed = tmp_path / "proof", (lambda text: base64.b64decode(text).hex())
    for case in VECTORS["consistency"]:
        proof.write_text("".join(f"{hexed(one)}\n" for one in case["proof"] or []))
        status, _ = ledger(
            "check-consistency",
            "--old",
            f"{hexed(case['root1'])}:{case['size1']}",
            "--new",
            f"{hexed(case['root2'])}:{case['size2']}",
            proof,
        )
        assert status == 0 if not case["wantErr"] else status in (1, 2), case["id"]
