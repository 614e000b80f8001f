"""An unmodified client at a node as a person runs it: `node init`, `node run`, `seal --profile
interop`, `client add`, `item recall`.
"""

import json
import subprocess
import sys
import time
import tomllib

import pytest

LABEL = {"policy": "AUS", "classification": "PROTECTED", "originator": "AUS", "categories": []}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pass").write_text("correct horse battery staple")
    (tmp_path / "label.json").write_text(json.dumps(LABEL))
    (tmp_path / "in").write_bytes(b"synthetic " * 5000)
    return tmp_path


def sealane(folder, *words, keys=True):
    call = [sys.executable, "-m", "sealane.cli.main", *words, "--json"]
    call += ["--passphrase-file", "pass"] if keys else []
    done = subprocess.run(call, cwd=folder, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def running(folder):
    sealane(folder, "node", "init", "n", "--party", "AUS")
    told = folder / "told"
    with told.open("wb") as out:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "sealane.cli.main",
                "node",
                "run",
                "n",
                "--passphrase-file",
                "pass",
            ],
            cwd=folder,
            stdout=out,
            stderr=out,
        )
    try:
        for _ in range(1200):
            if b"http://" in told.read_bytes():
                break
            assert process.poll() is None, told.read_text()
            time.sleep(0.1)
        settings = tomllib.loads((folder / "n" / "node.toml").read_text())
        yield f"http://127.0.0.1:{settings['console_port']}"
    finally:
        process.terminate()
        process.wait(timeout=60)


def test_otdf_python_opens_what_the_command_line_sealed_until_it_is_recalled(
    folder, running, otdf_python
):
    builder = pytest.importorskip("otdf_python.sdk_builder")
    item = sealane(
        folder,
        "seal",
        "in",
        "out.tdf",
        "--label",
        "label.json",
        "--profile",
        "interop",
        "--node",
        "n",
    )["item"]
    secret = sealane(
        folder,
        "client",
        "add",
        "peer",
        "--node",
        "n",
        "--person",
        "operator",
        "--kind",
        "otdf-python",
    )["secret"]
    sdk = (
        builder.SDKBuilder.new_builder()
        .set_platform_endpoint(running)
        .client_secret("peer", secret)
        .use_insecure_plaintext_connection(True)
        .build()
    )
    sealed = (folder / "out.tdf").read_bytes()
    assert sdk.load_tdf(sealed).payload == b"synthetic " * 5000
    (folder / "raised.json").write_text(json.dumps({**LABEL, "classification": "SECRET"}))
    change = (
        "item",
        "relabel",
        item,
        "--label",
        "raised.json",
        "--reason",
        "reviewed",
        "--node",
        "n",
    )
    first, then = (
        sealane(folder, *change),
        sealane(folder, *change, "--in", "out.tdf", "--out", "new.tdf"),
    )
    assert (first["changed"], first["sealed_anew"], first["trouble"]) == (
        True,
        False,
        "relabel.file_wanted",
    )
    assert (then["changed"], then["sealed_anew"], then["label"]["classification"]) == (
        False,
        True,
        "SECRET",
    )
    with pytest.raises(Exception, match="Unable to unwrap"):
        sdk.load_tdf(sealed)
    sealed = (folder / "new.tdf").read_bytes()
    assert sdk.load_tdf(sealed).payload == b"synthetic " * 5000
    sealane(folder, "item", "recall", item, "--reason", "superseded", "--node", "n")
    with pytest.raises(Exception, match="Unable to unwrap"):
        sdk.load_tdf(sealed)
    history = sealane(folder, "item", "history", item, "--node", "n")["history"]
    kinds = [line["kind"] for line in history]
    assert "recall.ordered" in kinds
    assert (
        kinds.index("key.released") < kinds.index("item.level_changed") < kinds.index("key.refused")
    )
    assert (
        kinds.index("recall.ordered")
        < len(kinds) - 1
        == max(at for at, kind in enumerate(kinds) if kind == "key.refused")
    )
    refused = [line["says"] for line in history if line["kind"] == "key.refused"]
    assert {one["actor"] for one in refused} == {"operator"}
    assert refused[-1]["reason"] == "key.recalled"
    assert refused[0]["reason"] in (
        "key.attributes_differ",
        "key.policy_differs",
        "key.object_foreign",
    )
    for lang, words in (
        ("en", "Key share of this nation refused"),
        ("ja", "当方の鍵の分割片を拒否"),
    ):
        assert words in told(folder, "item", "history", item, "--node", "n", "--lang", lang)


def told(folder, *words):
    done = subprocess.run(
        [sys.executable, "-m", "sealane.cli.main", *words, "--passphrase-file", "pass"],
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()
