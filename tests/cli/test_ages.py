"""A folder of another age is refused by every command that opens one, in both languages, with the
way on; an older one is told, kept and upgraded by three commands alone.
"""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sealane.adapters import schema
from sealane.adapters.folder_age import FILE
from sealane.cli import docs
from sealane.cli.main import cli
from sealane.services.register import enrolment
from sealane.settings import Settings
from sealane.wiring.site import create_site
from tests import later, nations

ANSWERS = {"db status", "db upgrade"}
NO_NODE = {"node init", "node restore", "demo", "evidence scitt"}
"""Commands with a folder that is not a node's, or that make one."""
FILLED = {
    "label_text": "SECRET//REL AUS/JPN",
    "until": "2030-01-01T00:00:00Z",
    "level": "SECRET",
    "purpose": "assessment",
    "authority": "0" * 96,
    "entry": "0",
    "card": "card.json",
    "threshold": "2",
    "lost": "one",
    "url": "https://127.0.0.1:9/taxii2/",
}
"""What an option or argument of a name is given; else the name of a file with a label in it."""
MORE = {
    "client add": ["--person", "operator"],
    "open": ["--purpose", "assessment"],
    "item open": ["--purpose", "assessment"],
    "node enrol": ["card.json"],
    "node issuer": ["--built-in"],
    "node policy": ["--as-written"],
    "people redeem": ["--new-passphrase-file", "secret"],
    "ledger authorise": ["--item", "AUS-2026-000001"],
}
"""What a command wants beside what it names as required."""


def opening() -> dict[str, click.Command]:
    """Every command that is told a node's folder."""
    found = {" ".join(words): one for words, one in docs.walk()}
    return {
        name: one
        for name, one in found.items()
        if name not in NO_NODE | ANSWERS and {param.name for param in one.params} & PLACE
    }


PLACE = {"folder", "node"}
OPENING = opening()


def typed(name: str) -> list[str]:
    """A command as somebody types it, with everything that it requires."""
    words = name.split()
    for param in OPENING[name].params:
        if param.name in PLACE:
            value = "node"
        elif param.name == "passphrase_file":
            value = "secret"
        elif not param.required:
            continue
        elif param.name == "names":
            words += ["--custodian", "one=secret", "--custodian", "two=secret"]
            continue
        elif isinstance(param.type, click.Choice):
            value = str(param.type.choices[0])
        elif isinstance(param.type, click.IntRange):
            value = "1"
        else:
            value = FILLED.get(str(param.name), "label.json")
        words += [param.opts[0], value] if param.param_type_name == "option" else [value]
    return words + MORE.get(name, [])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to stand in: a node, its passphrase, its card, and a label."""
    root = tmp_path_factory.mktemp("ages")
    settings = Settings(party="AUS", node="canberra.aus.example")
    site = create_site(root / "node", settings, nations.PASSPHRASE)
    (root / "card.json").write_bytes(enrolment.card_statement(site.node))
    site.dispose()
    (root / "secret").write_bytes(nations.PASSPHRASE)
    (root / "secret").chmod(0o600)
    (root / "label.json").write_text(json.dumps(nations.LABEL), encoding="utf-8")
    return root


@pytest.fixture
def here(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(made)
    return made


def answer(words: list[str]) -> tuple[int, dict]:
    done = CliRunner().invoke(cli, [*words, "--json"])
    return done.exit_code, json.loads(done.stdout)


@pytest.mark.parametrize("name", sorted(OPENING))
def test_a_newer_folder_is_refused_by_every_command(here, name):
    (here / "node" / FILE).write_text("9.0.0\n")
    try:
        status, told = answer(typed(name))
    finally:
        (here / "node" / FILE).write_text("0.1.0\n")
    assert (status, told["error"]["code"]) == (4, "db.newer"), "give it what it wants in MORE"


@pytest.mark.parametrize("name", sorted(OPENING))
def test_an_older_database_is_refused_by_every_command_but_what_reads_no_database(
    here, tmp_path, monkeypatch, name
):
    later.revise(monkeypatch, tmp_path / "later")
    status, told = answer(typed(name))
    code = told.get("error", {}).get("code")
    assert ((status, code) == (4, "db.older")) != (name in KEYS_ALONE)


KEYS_ALONE = {
    "db import",
    "inspect",
    "label bind",
    "node backup",
    "node health",
    *(f"node ceremony {verb}" for verb in ("change", "recover", "show", "try", "words")),
}
"""Commands that look at settings or keys, and at no row that is there; and what keeps all of it."""


def test_the_words_say_what_to_do_in_both_languages(here, tmp_path, monkeypatch):
    before = schema.HISTORY.newest
    later.revise(monkeypatch, tmp_path / "later")
    error = answer(["item", "list", "--node", "node", "--passphrase-file", "secret"])[1]["error"]
    for part in ("sealane node backup DIR OUT", "sealane db upgrade --node DIR"):
        assert part in error["remedy"]
        assert part in error["remedy_ja"]
    assert before in error["message"]
    assert later.NAME in error["message_ja"]
