"""Verifiers and a log that others wrote in Go judge our log, proofs and witness, and ours judges
theirs.

What ran is in the test names: golang.org/x/mod/sumdb/note, filippo.io/torchwood and mldsa,
transparency-dev's formats, merkle and tessera (fsck and its POSIX log with our witness). Without
Go, or without its module proxy, the tests say so and skip.
"""

import base64
import hashlib
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest
import uvicorn

from sealane.ledger.log import note
from sealane.ledger.log.checkpoint import parse_checkpoint, sign_head
from sealane.ledger.log.note import VerifierKey
from sealane.ledger.log.policy import write_policy
from sealane.services.ledgers.proofs import prove
from tests import tilelogs
from tests.nations_log import Keys, Node

pytestmark = pytest.mark.peer
SIZE = 700


@pytest.fixture(scope="module")
def golog(tmp_path_factory):
    if shutil.which("go") is None:
        pytest.skip("no Go here: the Go verifiers did not run")
    out = tmp_path_factory.mktemp("golog") / "golog"
    built = subprocess.run(
        ["go", "build", "-o", str(out), "."],
        cwd=Path(__file__).parent / "golog",
        capture_output=True,
        text=True,
        timeout=280,
    )
    if built.returncode:
        pytest.skip(f"the Go modules cannot be fetched: {built.stderr[-200:]}")

    def run(*arguments: object) -> tuple[bool, str]:
        done = subprocess.run(
            [str(out), *map(str, arguments)], capture_output=True, text=True, timeout=60
        )
        assert done.returncode in (0, 1), done.stderr
        return done.returncode == 0, done.stdout

    return run


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    jp, au = Keys("jp"), Keys("au")
    nodes = Node(folder / "jp", jp, au), Node(folder / "au", au, jp)
    one, other = nodes
    one.append(*(f"entry {at}".encode() for at in range(SIZE)))
    one.publisher.publish()
    one.publisher.seek_cosignature(other.peer)
    other.mirror.pull(one.peer)
    one.publisher.note_mirrored(other.peer)
    place = folder / "tiles"
    for path in [
        "checkpoint",
        *(
            f"tile/{level}/{name}"
            for level in ("0", "entries")
            for name in ("000", "001", "002.p/188")
        ),
        "tile/1/000.p/2",
    ]:
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(one.peer.fetch(path))
    yield folder, place, nodes, (jp, au)
    for node in nodes:
        node.close()


def test_x_mod_sumdb_note_opens_our_checkpoint_and_no_forged_one(golog, world):
    _, place, _, (jp, _) = world
    checkpoint = place / "checkpoint"
    assert golog("note", checkpoint, jp.log.verifier.vkey)[0]
    forged = place.parent / "forged"
    forged.write_bytes(checkpoint.read_bytes().replace(b"\n700\n", b"\n701\n"))
    assert not golog("note", forged, jp.log.verifier.vkey)[0]


def test_torchwood_accepts_our_ed25519_and_filippo_s_mldsa_our_ml_dsa_cosignatures(golog, world):
    _, place, _, (jp, au) = world
    verbs = {note.COSIGN_ED25519: "cosignature", note.COSIGN_MLDSA44: "mldsa"}
    for signer in (*au.witness, *au.mirror, jp.log_pq):
        assert golog(verbs[signer.kind], place / "checkpoint", signer.verifier.vkey) == (
            True,
            "",
        ), signer.name
    forged = place.parent / "forged"
    forged.write_bytes((place / "checkpoint").read_bytes().replace(b"\n700\n", b"\n701\n"))
    for signer in (*au.witness, *au.mirror):
        assert not golog(verbs[signer.kind], forged, signer.verifier.vkey)[0]


def test_torchwood_and_formats_accept_our_proof_under_our_policy_and_refuse_another_entry(
    golog, world
):
    folder, _, (one, _), (jp, au) = world
    policy, proof, entry = folder / "policy", folder / "proof", folder / "entry"
    policy.write_bytes(write_policy(jp.log.verifier, {"w": au.witness[0].verifier}))
    with one.store.reading() as tx:
        for index in (0, 255, 256, SIZE - 1):
            proof.write_bytes(prove(tx, one.log, index).encode())
            entry.write_bytes(one.log.entry(tx, index))
            assert golog("proof", proof, policy, entry) == (True, "")
            assert golog("formats-proof", proof, jp.log.verifier.vkey, entry) == (True, "")
    entry.write_bytes(b"another entry")
    assert not golog("proof", proof, policy, entry)[0]
    assert not golog("formats-proof", proof, jp.log.verifier.vkey, entry)[0]
    lonely = sign_head(tilelogs.head(jp.origin, [b"x"]), [jp.log], tilelogs.AT).encode()
    (folder / "lonely").write_bytes(lonely)
    assert golog("checkpoint", folder / "tiles" / "checkpoint", policy)[0]
    assert not golog("checkpoint", folder / "lonely", policy)[0]


def test_merkle_accepts_our_consistency_proofs_and_refuses_a_fork(golog, world):
    _, _, (one, _), _ = world
    with one.store.reading() as tx:
        for old in (1, 255, 256, 257, 699):
            path = [step.hex() for step in one.log.consistency(tx, old, SIZE)]
            old_root, root = one.log.root_at(tx, old).hex(), one.log.root_at(tx, SIZE).hex()
            assert golog("consistency", old, old_root, SIZE, root, *path)[0]
            assert not golog("consistency", old, bytes(32).hex(), SIZE, root, *path)[0]


def test_tessera_fsck_and_torchwood_s_client_re_derive_our_tiles_and_find_a_flipped_bit(
    golog, world
):
    folder, place, (one, _), (jp, au) = world
    assert golog("fsck", place, jp.log.verifier.vkey)[0]
    policy = folder / "policy"
    policy.write_bytes(write_policy(jp.log.verifier, {"w": au.witness[0].verifier}))
    joint = hashlib.sha256(b"".join(one.stored())).hexdigest()
    assert golog("entries", place, policy) == (True, f"{SIZE} {joint}\n")
    bundle = place / "tile" / "entries" / "001"
    good = bundle.read_bytes()
    bundle.write_bytes(good.replace(b"entry 300", b"entry 301"))
    assert not golog("entries", place, policy)[0]
    bundle.write_bytes(good)


def go_signer(name: str, signer) -> str:
    seed = signer.key.private_bytes()
    key = base64.b64encode(bytes([note.ED25519]) + seed).decode()
    return f"PRIVATE+KEY+{name}+{signer.verifier.key_id.hex()}+{key}"


def test_a_log_that_tessera_writes_re_derives_here(golog, tmp_path, capsys):
    import json

    from sealane.cli.main import main

    log = tilelogs.signer("tessera.example/log")
    assert golog("write", tmp_path / "log", go_signer(log.name, log), 600) == (True, "")
    with pytest.raises(SystemExit) as done:
        main(["ledger", "verify", str(tmp_path / "log"), "--vkey", log.verifier.vkey, "--json"])
    assert (done.value.code, json.loads(capsys.readouterr().out)["size"]) == (0, 600)


def test_tessera_has_its_log_cosigned_by_our_witness_over_http(golog, tmp_path):
    log = tilelogs.signer("tessera.example/log")
    partner = Keys("au")
    partner.origin, partner.log = log.name, log
    own = Keys("jp")
    node = Node(tmp_path / "jp", own, partner)
    server = uvicorn.Server(uvicorn.Config(node.app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    witness = own.witness[0].verifier
    policy = tmp_path / "policy"
    policy.write_text(f"witness w {witness.vkey} http://127.0.0.1:{port}/ledger/x\nquorum w\n")
    try:
        assert golog("write", tmp_path / "log", go_signer(log.name, log), 300, policy) == (True, "")
    finally:
        server.should_exit = True
        thread.join()
    checkpoint = parse_checkpoint((tmp_path / "log" / "checkpoint").read_bytes())
    assert any(
        VerifierKey(witness.name, witness.kind, witness.public).made(one)
        for one in checkpoint.note.signatures
    )
    assert parse_checkpoint(node.witness.checkpoint(log.name)).head == checkpoint.head
    node.close()
