"""Withdrawing and turning away by console, API and command line, each by its own person."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sealane.cli.main import main
from sealane.services.exchange import release
from sealane.services.register import accounts
from tests import nations
from tests.nations import Pair
from tests.web.visiting import HOME, Console


def queued(pair: Pair, **changes: Any) -> str:
    """A release that has not left yet."""
    wanted = nations.wanted(pair.aus, **changes)
    return release.release(pair.aus, wanted, io.BytesIO(b"x")).item


def states(pair: Pair, item: str) -> list[str | None]:
    found = []
    for node in (pair.aus, pair.jpn):
        with node.store.reading() as tx:
            row = node.records.items.get(tx, id=item)
        found.append(None if row is None else str(row.state))
    return found


def caller(console: Console, person: str) -> TestClient:
    client = TestClient(console.app, base_url=HOME)
    token = accounts.Accounts(console.node, console.site.secret).token(person, 7)
    client.headers["authorization"] = f"Bearer {token}"
    return client


def test_the_release_officer_withdraws_on_the_page_and_only_while_nothing_was_delivered(
    pair: Pair, canberra: Console
) -> None:
    item = queued(pair)
    path = f"/items/{item}/withdraw"
    assert f'action="{path}"' not in canberra.visitor("aus.second").get(f"/items/{item}").text
    officer = canberra.visitor("aus.release")
    page = officer.send(f"/items/{item}", path, reason="wrong paragraph")
    assert "Withdrawn. Nothing of it opens" in page.text
    pair.settle()
    assert states(pair, item) == ["withdrawn", None]
    delivered = nations.share(pair, reference="r-2")
    assert "/withdraw" not in officer.get(f"/items/{delivered}").text


def test_the_clerk_turns_away_on_the_page_and_the_reader_finds_nothing_to_open(
    pair: Pair, tokyo: Console
) -> None:
    item = nations.share(pair)
    clerk = tokyo.visitor("jpn.clerk", "ja")
    page = clerk.send(f"/items/{item}", f"/items/{item}/reject", reason="頁が足りません")
    assert "受理を拒みました" in page.text
    pair.settle()
    assert states(pair, item) == ["rejected", "rejected"]
    assert "/open" not in tokyo.visitor("jpn.sato").get(f"/items/{item}").text


def test_a_token_withdraws_and_turns_away_and_a_session_does_not(
    pair: Pair, canberra: Console, tokyo: Console
) -> None:
    held = nations.share(pair, reference="r-2")
    item = queued(pair)
    path, body = f"/api/v1/items/{item}/withdraw", {"reason": "stale"}
    assert canberra.visitor("aus.release").client.post(path, json=body).status_code == 401
    refused = caller(canberra, "aus.second").post(path, json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "person.duty")
    for wrong in (b"", b"{", b"{}", b'{"reason": ""}', b'{"reason": 1}', b'["reason"]'):
        assert caller(canberra, "aus.release").post(path, content=wrong).status_code == 400
    long = json.dumps({"reason": "x" * 20_000})
    assert caller(canberra, "aus.release").post(path, content=long).status_code == 400
    done = caller(canberra, "aus.release").post(path, json=body)
    assert done.json() == {
        "item": item,
        "state": "withdrawn",
        "from": ["JPN"],
        "told": ["JPN"],
        "answers": ["acknowledged"],
    }
    again = caller(canberra, "aus.release").post(path, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "item.state")
    away = f"/api/v1/items/{held}/reject"
    assert caller(tokyo, "jpn.clerk").post(away, json=body).json()["state"] == "rejected"
    pair.settle()
    assert (states(pair, item), states(pair, held)) == (["withdrawn", None], ["rejected"] * 2)


def test_the_commands_do_the_same_and_name_who_acts(
    pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    item = queued(pair)
    (tmp_path / "pass").write_bytes(nations.PASSPHRASE)

    def run(*words: str) -> tuple[int, dict[str, Any]]:
        with pytest.raises(SystemExit) as done:
            main(
                [
                    *words,
                    "--node",
                    str(pair.root / "aus"),
                    "--passphrase-file",
                    str(tmp_path / "pass"),
                    "--json",
                ]
            )
        assert isinstance(done.value.code, int)
        return done.value.code, json.loads(capsys.readouterr().out)

    status, found = run("item", "withdraw", item, "--reason", "r", "--as", "aus.nobody")
    assert (status, found["error"]["code"]) == (1, "person.unknown")
    status, found = run("item", "reject", item, "--reason", "r", "--as", "aus.release")
    assert (status, found["error"]["code"]) == (1, "item.not_yours")
    status, found = run("item", "withdraw", item, "--reason", "r", "--as", "aus.release")
    assert (status, found["state"], found["told"]) == (0, "withdrawn", ["JPN"])
