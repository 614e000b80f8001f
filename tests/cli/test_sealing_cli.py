"""`inspect` and `open --kas-key` from the outside: exits, JSON, and an
OUT that is whole or absent.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from sealane.sealing.keywrap import RSA
from tests.unit.sealing.making import KEM, RING, sealed
from tests.unit.sealing.tampering import changed

VECTORS = Path(__file__).parents[1] / "vectors" / "opentdf"
TEXT = b"plain text " * 20_000


def sealane(*arguments, stdin=None):
    done = subprocess.run(
        [sys.executable, "-m", "sealane.cli.main", *map(str, arguments), "--json"],
        input=stdin,
        capture_output=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def files(tmp_path):
    """A sealed file, the key that opens it, the originator's public keys."""
    data, _ = sealed(TEXT, "interop")
    key = KEM[RSA][0].handle.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "in.tdf").write_bytes(data)
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "origin.json").write_text(json.dumps([one.as_json() for one in RING.values()]))
    return tmp_path


def names(answer, part):
    return [one["fact"] for one in answer[part]]


def test_inspect_tells_what_is_proven_claimed_and_not_to_be_told(files):
    status, answer = sealane("inspect", files / "in.tdf", "--origin-keys", files / "origin.json")
    assert (status, answer["holds"], answer["failed"]) == (0, True, [])
    assert names(answer, "proven") == ["structure", "payload", "seal", "origin"]
    assert "plaintext" in names(answer, "unverifiable")
    assert answer["claimed"]["label"]["classification"] == "SECRET"
    assert answer["claimed"]["agreement"]["id"] == "jpn-aus-2022"


def test_inspect_without_the_originators_keys_says_that_the_origin_is_open(files):
    status, answer = sealane("inspect", files / "in.tdf")
    assert status == 0
    assert "origin_unchecked" in names(answer, "unverifiable")


def test_inspect_reads_stdin(files):
    status, answer = sealane("inspect", "-", stdin=(files / "in.tdf").read_bytes())
    assert (status, answer["claimed"]["plaintext_bytes"]) == (0, len(TEXT))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            lambda payload, manifest: manifest["payload"].update(mimeType="text/html"),
            "container.seal_mismatch",
        ),
        (
            lambda payload, manifest: (payload[:-1] + bytes([payload[-1] ^ 1]), manifest),
            "container.integrity",
        ),
        (lambda payload, manifest: manifest["assertions"].pop() and None, "container.seal_missing"),
    ],
)
def test_inspect_of_a_tampered_file_exits_1_with_the_code(files, change, code):
    (files / "bad.tdf").write_bytes(changed((files / "in.tdf").read_bytes(), change))
    status, answer = sealane("inspect", files / "bad.tdf")
    assert (status, answer["holds"], answer["failed"][0]["code"]) == (1, False, code)


def test_inspect_of_something_else_exits_2(files):
    status, answer = sealane("inspect", files / "key.pem")
    assert (status, answer["error"]["code"]) == (2, "container.malformed")
    assert answer["error"]["message_ja"]


def test_inspect_of_nothing_is_wrong_usage(files):
    status, answer = sealane("inspect", files / "absent")
    assert (status, answer["error"]["code"]) == (2, "input.unreadable")


def test_open_with_a_key_in_hand_writes_the_whole_plaintext(files):
    status, answer = sealane(
        "open",
        files / "in.tdf",
        files / "out",
        "--kas-key",
        files / "key.pem",
        "--origin-keys",
        files / "origin.json",
    )
    assert (status, answer["origin_proven"], answer["plaintext_bytes"]) == (0, True, len(TEXT))
    assert (files / "out").read_bytes() == TEXT


def test_open_without_the_originators_keys_says_that_the_origin_is_not_proven(files):
    status, answer = sealane(
        "open", files / "in.tdf", files / "out", "--kas-key", files / "key.pem"
    )
    assert (status, answer["origin_proven"]) == (0, False)


def test_a_failed_opening_leaves_the_old_out_and_nothing_else(files):
    data = bytearray((files / "in.tdf").read_bytes())
    data[200_000] ^= 1
    (files / "bad.tdf").write_bytes(data)
    (files / "out").write_bytes(b"what was there")
    before = sorted(path.name for path in files.iterdir())
    status, answer = sealane(
        "open", files / "bad.tdf", files / "out", "--kas-key", files / "key.pem"
    )
    assert (status, answer["error"]["code"]) == (1, "container.integrity")
    assert (files / "out").read_bytes() == b"what was there"
    assert sorted(path.name for path in files.iterdir()) == before


@pytest.mark.parametrize("name", sorted(path.name for path in VECTORS.glob("*.tdf")))
def test_a_golden_file_of_another_writer_opens(tmp_path, name):
    key = json.loads((VECTORS / "extra-keys.json").read_text())[0]["privateKey"]
    (tmp_path / "key.pem").write_text(key)
    status, answer = sealane(
        "open", VECTORS / name, tmp_path / "out", "--kas-key", tmp_path / "key.pem"
    )
    assert (status, answer["origin_proven"]) == (0, False)
    assert (tmp_path / "out").stat().st_size == answer["plaintext_bytes"] > 0
    assert sealane("inspect", VECTORS / name)[0] == 0


def test_a_range_comes_without_the_rest(files):
    arguments = ["open", files / "in.tdf", files / "out", "--kas-key", files / "key.pem", "--range"]
    assert sealane(*arguments, "20000:33")[0] == 0
    assert (files / "out").read_bytes() == TEXT[20000:20033]
    assert sealane(*arguments, f"{len(TEXT)}:1")[1]["error"]["code"] == "container.range"
    assert sealane(*arguments, "-1:5")[0] == 2


def test_open_with_neither_node_nor_key_is_wrong_usage(files):
    assert sealane("open", files / "in.tdf", files / "out")[0] == 2
