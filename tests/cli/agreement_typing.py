"""`sealane agreement` typed by tests: one run in this process, and who signs with which keys."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from sealane.adapters import partykeys
from sealane.adapters.policy import policy_root
from sealane.cli.agreements.agreement import agreement

FOLDER = policy_root() / "agreements"
SHIPPED = FOLDER / "jpn-aus-2022.toml"
TEXT = SHIPPED.read_text(encoding="utf-8")
PASSPHRASE = "correct horse battery"


def sealane(*arguments: object) -> tuple[int, Any, str]:
    """One run through the front door, in this process: (status, stdout parsed, stderr)."""
    done = CliRunner().invoke(agreement, [*map(str, arguments), "--json"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, json.loads(done.stdout), done.stderr


def words(*arguments: object, lang: str = "en") -> tuple[int, str]:
    """The same for people: (status, text)."""
    done = CliRunner().invoke(agreement, [*map(str, arguments), "--lang", lang])
    return done.exit_code, done.stdout


def sign(file: Path, keyring: Path, name: str, *more: object) -> tuple[int, Any, str]:
    return sealane(
        "sign", file, "--key", keyring / name, "--passphrase-file", keyring / "passphrase", *more
    )


def verify(file: Path, keyring: Path) -> tuple[int, Any, str]:
    return sealane("verify", file, "--keys", keyring / "keys.json")


def sign_kids(keyring: Path, name: str) -> list[str]:
    return [key.kid for key in partykeys.generations(keyring / name)[0]]


def told(file: Path, keyring: Path, name: str, kind: str, *more: object) -> tuple[int, Any, str]:
    return sealane(
        "notice",
        file,
        kind,
        "--key",
        keyring / name,
        "--passphrase-file",
        keyring / "passphrase",
        *more,
    )


def standing_at(file: Path, keyring: Path, *more: object) -> Any:
    return sealane("status", file, "--keys", keyring / "keys.json", *more)[1]
