"""A node that has no partner yet comes back from a backup, and goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sealane.cli.main import main
from sealane.wiring.site import open_site

PERSON = {
    "nationality": ["AUS"],
    "name": "N. N.",
    "post": "Analyst",
    "organisation": "aus.defence",
    "organisation_country": "AUS",
    "clearances": [],
    "briefings": [],
    "authorisations": [],
    "roles": [],
    "duties": [],
}
PASSPHRASE = "correct horse battery staple"
Typed = Callable[..., tuple[int, Any]]


@pytest.fixture
def typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Type a command of `sealane` with the node's passphrase: (status, JSON)."""
    secret = tmp_path / "secret"
    secret.write_text(f"{PASSPHRASE}\n")
    secret.chmod(0o600)

    def run(*words: object, key: bool = True) -> tuple[int, Any]:
        with_key = ("--passphrase-file", str(secret)) if key else ()
        with pytest.raises(SystemExit) as done:
            main([*map(str, words), *with_key, "--json"])
        return int(done.value.code or 0), json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def folder(typed: Typed, tmp_path: Path) -> Path:
    """A node whose last signed heads lie elsewhere."""
    (tmp_path / "heads").mkdir()
    made = ("--party", "AUS", "--name", "canberra.example", "--heads", tmp_path / "heads")
    assert typed("node", "init", tmp_path / "aus", *made)[0] == 0
    return tmp_path / "aus"


def enter(typed: Typed, folder: Path, person: str) -> None:
    """Something is entered, and the log that tells of it is signed."""
    row = folder.parent / "row.json"
    row.write_text(json.dumps({"people": [{**PERSON, "id": person}]}))
    status, said = typed("people", "add", row, "--as", "operator", "--node", folder)
    assert status == 0, said
    site = open_site(folder, PASSPHRASE.encode())
    site.internal.publish()
    site.dispose()


@pytest.mark.parametrize("entered_since", [False, True])
def test_a_node_without_partners_goes_on_after_its_backup_came_back(
    typed: Typed, folder: Path, tmp_path: Path, entered_since: bool
) -> None:
    enter(typed, folder, "aus.one")
    backup = tmp_path / "kept.backup"
    assert typed("node", "backup", folder, backup, key=False)[0] == 0
    if entered_since:
        enter(typed, folder, "aus.two")
    folder.rename(tmp_path / "lost")
    assert typed("node", "restore", backup, folder, key=False)[0] == 0
    status, found = typed("ledger", "recover", "--node", folder)
    assert (status, found["node"]["state"]) == (0, "current")
    begun = "canberra.example/internal-2" if entered_since else None
    assert found["internal_log"] == begun
    enter(typed, folder, "aus.three")
    assert typed("ledger", "walk", "--node", folder, key=False)[1]["held"] is True


def test_who_is_no_partner_is_not_recovered_from(typed: Typed, folder: Path) -> None:
    status, said = typed("ledger", "recover", "--with", "JPN", "--node", folder)
    assert (status, said["error"]["code"]) == (4, "ledger.no_partner")
