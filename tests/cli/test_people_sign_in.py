"""Giving a person a passphrase and a token from the command line; black box."""

import json
import subprocess
import sys

import pytest


def sealane(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "sealane.cli.main", *map(str, arguments), "--json"],
        capture_output=True,
        timeout=120,
    )
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def node(tmp_path):
    (tmp_path / "pass").write_text("a passphrase for tests")
    assert (
        sealane(
            "node", "init", tmp_path / "n", "--party", "AUS", "--passphrase-file", tmp_path / "pass"
        )[0]
        == 0
    )
    return tmp_path / "n", ("--node", tmp_path / "n", "--passphrase-file", tmp_path / "pass")


def test_a_person_gets_a_passphrase_and_then_a_token(node, tmp_path):
    _, at = node
    (tmp_path / "own").write_text("words of one's own\n")
    status, found = sealane("people", "token", "operator", *at)
    assert (status, found["error"]["code"]) == (1, "login.denied")
    assert sealane(
        "people", "passphrase", "operator", "--new-passphrase-file", tmp_path / "own", *at
    ) == (0, {"person": "operator"})
    status, found = sealane("people", "token", "operator", "--days", "3", *at)
    assert status == 0
    assert found["token"].count(".") == 1


@pytest.mark.parametrize(
    ("person", "word", "status", "code"),
    [
        ("operator", "too short", 2, "login.weak_passphrase"),
        ("nobody", "words of one's own", 1, "person.unknown"),
    ],
)
def test_a_weak_passphrase_or_an_unknown_person_is_refused(
    node, tmp_path, person, word, status, code
):
    _, at = node
    (tmp_path / "own").write_text(word)
    found = sealane("people", "passphrase", person, "--new-passphrase-file", tmp_path / "own", *at)
    assert (found[0], found[1]["error"]["code"]) == (status, code)
