"""Keys and an agreement to type commands with."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sealane.cli.main import main
from tests.cli.agreement_typing import (
    PASSPHRASE,
    TEXT,
    sealane,
)


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key files of two parties and a stranger, with the passphrase file."""
    folder = tmp_path_factory.mktemp("keyring")
    secret = folder / "passphrase"
    secret.write_text(PASSPHRASE + "\n")
    for name, party in (("aus", "AUS"), ("jpn", "JPN"), ("other", "JPN"), ("fra", "FRA")):
        status, made, _ = sealane(
            "keygen", folder / name, "--party", party, "--passphrase-file", secret
        )
        assert status == 0
        assert [key["alg"] for key in made[party]] == ["ES384", "ML-DSA-87"]
    (folder / "keys.json").write_text(
        json.dumps(sealane("keys", folder / "aus", folder / "jpn")[1])
    )
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The shipped agreement between Australia and Japan, to be changed and signed."""
    path = tmp_path / "agreement.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def ledger(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any]]:
    """`sealane ledger` typed in this process: (status, JSON)."""

    def call(*arguments: object) -> tuple[int, Any]:
        with pytest.raises(SystemExit) as done:
            main(["ledger", *map(str, arguments), "--json"])
        return int(done.value.code or 0), json.loads(capsys.readouterr().out)

    return call
