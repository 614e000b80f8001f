"""A token in the place of a passphrase, by SoftHSM2 (`apt-get install softhsm2`): it opens every
verb with its PIN alone, and nothing that opened the node before does.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sealane.adapters import nodefolder
from sealane.adapters.keys import NodeKeys
from sealane.base.errors import SealaneError
from sealane.cli import access
from sealane.cli.main import cli
from sealane.crypto.token_lock import ASKED, BAD_LOCK, TokenLock
from sealane.ledger import entries
from sealane.settings import Settings
from sealane.wiring.site import create_site, opened_site
from tests import nations, tokens

pytestmark = [pytest.mark.peer, tokens.needed]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Path]:
    """A node whose unwrapping keys lie in a token of its own, still under a passphrase."""
    (tmp_path / "pin").write_text(f"{tokens.PIN}\n")
    (tmp_path / "pass").write_bytes(nations.PASSPHRASE)
    (tmp_path / "pass").chmod(0o600)
    with tokens.made(tmp_path):
        settings = Settings(
            party="AUS",
            node="canberra.aus.example",
            custody="pkcs11",
            pkcs11_module=tokens.MODULE,
            pkcs11_token=tokens.LABEL,
            pkcs11_pin=str(tmp_path / "pin"),
        )
        create_site(tmp_path / "node", settings, nations.PASSPHRASE).dispose()
        yield tmp_path / "node"


def run(*words: object) -> tuple[int, Any]:
    done = CliRunner().invoke(cli, [*map(str, words), "--json"])
    return done.exit_code, json.loads(done.stdout)


def passphrase(node: Path) -> tuple[str, str]:
    return "--passphrase-file", str(node.parent / "pass")


def under_token(node: Path) -> None:
    status, told = run("node", "ceremony", "token", node, *passphrase(node))
    assert (status, told) == (0, {"opens": "token", "token": tokens.LABEL})


def refused(*words: object) -> str:
    status, told = run(*words)
    assert status == 4, told
    return str(told["error"]["code"])


def test_the_token_opens_every_verb_and_the_passphrase_opens_none(node: Path) -> None:
    before = (node / "keys.sealed").read_bytes()
    under_token(node)
    for words in (("node", "keys", node), ("node", "status", node), ("people", "list")):
        place = () if node in words else ("--node", node)
        status, told = run(*words, *place)
        assert status == 0, told
        assert refused(*words, *place, *passphrase(node)) == "keystore.by_token"
    assert run("node", "ceremony", "show", node)[1]["opens"] == "token"
    assert run("node", "ceremony", "try", node)[1]["opened"] is True
    # every key is under another root key than in the file of before
    (node / "old").mkdir()
    (node / "old" / "keys.sealed").write_bytes(before)
    token = nodefolder.token_of(nodefolder.load(node))
    assert token is not None
    words = {
        NodeKeys.open(node / "old", nations.PASSPHRASE).word,
        NodeKeys.open(node, ASKED, token).word,
    }
    assert len(words) == 2
    token.close()


def test_an_agreement_is_signed_and_keys_are_renewed_by_the_token(node: Path) -> None:
    under_token(node)
    assert len(access.party_signers(node, ASKED)) == 2
    status, told = run("node", "renew", node, "--role", "statement")
    assert status == 0, told
    assert len(access.party_signers(node, ASKED)) == 2


def test_without_the_token_or_its_pin_nothing_opens(node: Path, tmp_path: Path) -> None:
    under_token(node)
    (tmp_path / "pin").write_text("0000\n")
    assert refused("node", "keys", node) == "hsm.unavailable"
    assert refused("node", "ceremony", "try", node) == "hsm.unavailable"
    (tmp_path / "pin").write_text(f"{tokens.PIN}\n")
    # settings that name no token any more
    told = (node / "node.toml").read_text()
    without = replace(
        nodefolder.load(node),
        custody="sealed-file",
        pkcs11_module="",
        pkcs11_token="",
        pkcs11_pin="",
    )
    nodefolder.save(node, without)
    assert refused("node", "keys", node) == "keystore.no_token"
    (node / "node.toml").write_text(told)
    # a token of the same label that another node has
    other = tmp_path / "other"
    other.mkdir()
    with tokens.made(other):  # which another process finds: a library reads its settings once
        done = subprocess.run(
            [sys.executable, "-m", "sealane", "node", "keys", node, "--json"],
            capture_output=True,
            check=False,
        )
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (3, "hsm.failed")


def test_a_header_altered_by_hand_opens_nothing(node: Path) -> None:
    under_token(node)
    kept = (node / "keys.sealed").read_bytes()
    stored = json.loads(kept)
    lock = TokenLock.read(stored["kdf"])
    changed = replace(lock, sealed=lock.sealed[:-1] + bytes([lock.sealed[-1] ^ 1]))
    for kdf in (changed.kdf(), {**lock.kdf(), "token": "another"}):
        (node / "keys.sealed").write_text(
            json.dumps({**stored, "kdf": kdf}, sort_keys=True, separators=(",", ":"))
        )
        status, told = run("node", "keys", node)
        assert told["error"]["code"] in ("hsm.failed", "keystore.sealed")
        assert status in (3, 4)
    for kdf in (
        None,
        {},
        {**lock.kdf(), "sealed": "%"},
        {**lock.kdf(), "sealed": "é"},
        {**lock.kdf(), "more": 1},
    ):
        with pytest.raises(SealaneError) as caught:
            TokenLock.read(kdf)
        assert caught.value.code == BAD_LOCK().code


def test_custodians_take_the_place_of_the_token_and_it_of_them(node: Path, tmp_path: Path) -> None:
    under_token(node)
    whom = []
    for name in ("alice", "bob"):
        (tmp_path / f"{name}.pw").write_text(f"the passphrase of {name}")
        whom += ["--custodian", f"{name}={tmp_path / name}.pw"]
    status, told = run(
        *("node", "ceremony", "make", node, "--threshold", 2, *whom, "--out", tmp_path / "shares")
    )
    assert status == 0, told
    given = []
    for name in ("alice", "bob"):
        file = tmp_path / f"{name}.given"
        share = (tmp_path / "shares" / f"{name}.share").read_bytes()
        file.write_bytes(share + (tmp_path / f"{name}.pw").read_bytes() + b"\n")
        file.chmod(0o600)
        given += ["--custodian-file", file]
    assert run("node", "keys", node, *given)[0] == 0
    assert run("node", "ceremony", "token", node, *given)[0] == 0
    assert refused("node", "keys", node, *given) == "keystore.by_token"
    # again: a new secret, a new root key
    before = (node / "keys.sealed").read_bytes()
    assert run("node", "ceremony", "token", node)[0] == 0
    assert (node / "keys.sealed").read_bytes() != before
    assert run("node", "ceremony", "try", node)[0] == 0
    with opened_site(node, ASKED) as site, site.node.store.reading() as tx:
        log = site.node.internal
        found = [entries.read(log.entry(tx, index)) for index in range(log.size(tx))]
    told_of = [
        (one.kind, one.fields.get("means")) for one in found if one.kind.startswith("custody.")
    ]
    begun_and_held = [("custody.begun", "token"), ("custody.held", "token")]
    made = [("custody.begun", "make"), ("custody.held", "make")]
    assert told_of == [
        *begun_and_held,
        *made,
        *begun_and_held,
        *begun_and_held,
        ("custody.tried", None),
    ]


def test_a_node_without_a_token_keeps_what_opens_it(tmp_path: Path) -> None:
    (tmp_path / "pass").write_bytes(nations.PASSPHRASE)
    (tmp_path / "pass").chmod(0o600)
    settings = Settings(party="AUS", node="canberra.aus.example")
    create_site(tmp_path / "node", settings, nations.PASSPHRASE).dispose()
    kept = (tmp_path / "node" / "keys.sealed").read_bytes()
    code = refused("node", "ceremony", "token", tmp_path / "node", *passphrase(tmp_path / "node"))
    assert code == "keystore.no_token"
    assert (tmp_path / "node" / "keys.sealed").read_bytes() == kept
