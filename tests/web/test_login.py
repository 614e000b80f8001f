"""`sealane login`: the verbs of the registry from another folder and another machine, as oneself.

A real server on a port of this machine, and the command line typed without any node's folder.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sealane.cli.frame import logins
from sealane.cli.main import main
from tests import nations
from tests.serving import running
from tests.web.visiting import PASSPHRASE, Console

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEALANE_LOGIN", str(tmp_path / "kept" / "login.json"))
    (tmp_path / "own").write_text(PASSPHRASE)

    def typed(*words: str) -> tuple[int, Any]:
        with pytest.raises(SystemExit) as done:
            main([*words, "--json"])
        return int(done.value.code or 0), json.loads(capsys.readouterr().out)

    return typed


def served(console: Console) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener, running(console.app, listener):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def at_tokyo(tokyo: Console) -> Iterator[str]:
    yield from served(tokyo)


@pytest.fixture
def at_canberra(canberra: Console) -> Iterator[str]:
    yield from served(canberra)


def signed_in(run: Run, url: str, person: str) -> Any:
    status, told = run("login", url, "--as", person, "--passphrase-file", "own")
    assert status == 0, told
    return told


def code(found: tuple[int, Any]) -> tuple[int, str]:
    return found[0], found[1]["error"]["code"]


def test_a_clerk_works_without_the_nodes_folder(run: Run, at_tokyo: str, item: str) -> None:
    told = signed_in(run, at_tokyo, "jpn.clerk")
    assert (told["person"], told["party"], told["url"]) == ("jpn.clerk", "JPN", at_tokyo)
    kept = logins.place()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [one["id"] for one in run("item", "list")[1]["items"]] == [item]
    assert run("item", "show", item)[1]["copies"][0]["state"] == "held"
    assert run("item", "accept", item, "--as", "jpn.clerk")[1]["state"] == "accepted"
    kinds = [line["kind"] for line in run("item", "history", item)[1]["history"]]
    assert "statement.accepted" in kinds or "transfer.accepted" in str(kinds)
    assert run("suspense", "list")[0] == 0
    assert run("logout")[1] == {"url": at_tokyo, "signed_out": True}
    assert not kept.exists()
    assert code(run("item", "list")) == (4, "login.none")


def test_what_the_node_refuses_is_said_in_its_own_words(
    run: Run, at_tokyo: str, tokyo: Console, item: str
) -> None:
    signed_in(run, at_tokyo, "jpn.sato")
    status, told = run("item", "history", item)
    error = told["error"]
    assert (status, error["code"]) == (1, "person.duty")
    assert "jpn.sato" in error["message"]
    assert "職務" in error["message_ja"]
    assert code(run("item", "show", "JPN-0000-000000")) == (1, "item.unknown")
    assert code(run("item", "recall", item, "--reason", "r")) == (1, "item.not_yours")
    assert code(run("item", "list", "--as", "jpn.clerk")) == (1, "login.other_person")


def test_an_officer_releases_and_a_reader_opens_from_elsewhere(
    run: Run, at_canberra: str, at_tokyo: str, tmp_path: Path
) -> None:
    signed_in(run, at_canberra, "aus.release")
    (tmp_path / "paper.txt").write_bytes(b"a paper")
    words = ("--to", "JPN", "--label", json.dumps(nations.LABEL), "--purpose", "assessment")
    terms = ("--area", "maritime", "--originator", "aus.analyst", "--project", nations.PROJECT)
    again = ("--second", "aus.second", "--agreement", nations.AGREEMENT, "--reference", "far")
    status, told = run("release", "paper.txt", *words, *terms, *again)
    assert status == 0, told
    assert told["transfers"][0]["state"] == "delivered"
    repeated = run("release", "paper.txt", *words, *terms, *again)[1]
    assert (repeated["item"], repeated["earlier"]) == (told["item"], True)
    signed_in(run, at_tokyo, "jpn.sato")
    status, opened = run("item", "open", told["item"], "out.txt", "--purpose", "assessment")
    assert status == 0, opened
    assert (tmp_path / "out.txt").read_bytes() == b"a paper"
    refused = run("item", "open", told["item"], "no.txt", "--purpose", "gossip")
    assert (refused[0], refused[1]["error"]["code"]) == (1, "decision.refused")
    assert not (tmp_path / "no.txt").exists()


@pytest.mark.parametrize(
    "url", ["http://example.org", "ftp://127.0.0.1", "https://u@h", "https://h/path", "nonsense"]
)
def test_a_token_goes_to_a_proven_address_alone(run: Run, url: str) -> None:
    found = run("login", url, "--as", "jpn.clerk", "--passphrase-file", "own")
    assert code(found) == (2, "login.address")


def test_wrong_words_and_dead_lines_leave_nobody_signed_in(
    run: Run, at_tokyo: str, tmp_path: Path
) -> None:
    (tmp_path / "wrong").write_text("a passphrase of somebody else")
    login = ("--as", "jpn.clerk", "--passphrase-file")
    assert code(run("login", at_tokyo, *login, "wrong")) == (1, "login.denied")
    assert code(run("login", "http://127.0.0.1:9", *login, "own")) == (3, "login.away")
    (tmp_path / "token").write_text("no.token")
    stranger = run("login", at_tokyo, "--as", "jpn.clerk", "--token-file", "token")
    assert code(stranger) == (1, "login.required")
    assert not logins.place().exists()
    logins.place().parent.mkdir()
    logins.place().write_text("{")
    assert code(run("item", "list")) == (4, "login.file")


def test_an_act_of_two_waits_from_one_machine_and_is_confirmed_from_another(
    run: Run, at_canberra: str, pair: nations.Pair
) -> None:
    item = nations.share(pair)
    pair.settle(1)
    Path("label.json").write_text(json.dumps({**nations.LABEL, "classification": "PROTECTED"}))
    signed_in(run, at_canberra, "aus.release")
    relabel = ("item", "relabel", item, "--label", "label.json", "--reason", "review")
    assert code(run(*relabel)) == (1, "person.second_needed")
    status, told = run(*relabel, "--wait")
    assert (status, told["waits"]["state"]) == (0, "waiting")
    act, digest = told["waits"]["id"], told["waits"]["digest"]
    assert code(run("act", "confirm", act, "--digest", digest)) == (1, "act.own")
    signed_in(run, at_canberra, "aus.second")
    assert run("act", "show", act)[1]["says"]["reason"] == "review"
    status, told = run("act", "confirm", act, "--digest", digest)
    assert (status, told["act"]["state"], told["answer"]["changed"]) == (0, "done", True)
