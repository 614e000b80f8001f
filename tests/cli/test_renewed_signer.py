"""What a node's statement keys signed before they were renewed is proven by its folder for ever."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sealane.cli.main import main
from sealane.shipped import agreement_file

LABEL = {
    "policy": "AUS",
    "classification": "SECRET",
    "originator": "AUS",
    "created": "2026-01-01T00:00:00Z",
}
Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> Run:
    monkeypatch.chdir(tmp_path)
    Path("keys").write_text("correct horse battery staple")
    Path("label.json").write_text(json.dumps(LABEL))
    Path("file").write_text("a text")

    def typed(*words: str) -> tuple[int, Any]:
        with pytest.raises(SystemExit) as done:
            main([*words, "--json"])
        return int(done.value.code or 0), json.loads(capsys.readouterr().out)

    return typed


KEYS = ("--passphrase-file", "keys")


@pytest.fixture
def renewed(run: Run) -> Run:
    """A node whose keys were renewed after it had signed a label, a seal and an agreement."""
    shipped = agreement_file("jpn-aus-2022")
    assert shipped is not None
    shutil.copy(str(shipped), "a.toml")
    for words in (
        ("node", "init", "n", "--party", "AUS"),
        ("label", "bind", "file", "--label", "label.json", "--sidecar", "--key", "n"),
        ("seal", "file", "sealed", "--label", "label.json", "--node", "n"),
        ("agreement", "sign", "a.toml", "--key", "n"),
        ("node", "renew", "n"),
    ):
        assert run(*words, *KEYS)[0] == 0, words
    return run


def test_what_was_signed_before_a_renewal_is_proven_after_it(renewed: Run) -> None:
    status, label = renewed("label", "verify", "file", "--signer", "n")
    assert (status, len(label["signed_by"])) == (0, 2)
    seal = renewed("inspect", "sealed", "--node", "n")[1]
    assert "origin" in [one["fact"] for one in seal["proven"]]
    assert renewed("agreement", "verify", "a.toml", "--keys", "n")[1]["signed"] == ["AUS"]


def test_after_a_renewal_the_newest_keys_sign_and_are_proven_beside_the_old(renewed: Run) -> None:
    renewed("label", "bind", "file", "--label", "label.json", "--sidecar", "--key", "n", *KEYS)
    status, found = renewed("label", "verify", "file", "--signer", "n")
    assert status == 0
    assert len(found["signed_by"]) == 2
    assert len(renewed("agreement", "keys", "n")[1]["AUS"]) == 4
