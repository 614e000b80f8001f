"""The operator's guide: its chapter "From first to last" typed as it stands, on a PostgreSQL, an S3
server and an identity provider of the test's own, and every other command of it held against the
program.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tools import postgresql, servers

from tests.cli import guide
from tests.cli.shell_typing import SECONDS, Typed, typed
from tests.packaging import unknown_words
from tests.web import ministry

needs_tools = pytest.mark.skipif(
    not all(map(shutil.which, ("createdb", "curl", "dropdb", "openssl", "psql"))),
    reason="needs curl, openssl and PostgreSQL's client programs",
)


@pytest.fixture
def here(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """What stands here for what the guide's machine and nation have."""
    request.node.user_properties.append(("peer", "oidc-provider"))
    with (
        postgresql.serving() as database,
        guide.elsewhere("localhost", tmp_path / "client-secret") as elsewhere,
    ):
        place = parse_qs(urlsplit(database.address("postgres")).query)
        monkeypatch.setenv("PGHOST", place["host"][0])
        monkeypatch.setenv("PGUSER", postgresql.OWNER)
        monkeypatch.setenv("PGDATABASE", "postgres")
        for name in servers.CREDENTIALS:
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield {
            "/etc/sealane": str(tmp_path / "etc"),
            "/srv/": f"{tmp_path}/srv/",
            "runuser -u postgres -- ": "",
            "CREATE ROLE": "ALTER ROLE",  # the server's owner is of that name here
            "host=localhost": f"host={place['host'][0]}",
            # all that it can tell, in which no secret may stand
            "'s|^console_tls": '\'s|^log_level = .*|log_level = "debug"|; s|^console_tls',
            **elsewhere,
        }


@needs_tools
@pytest.mark.timeout(SECONDS)
def test_the_guide_holds_from_first_to_last(here: dict[str, str], tmp_path: Path) -> None:
    script = guide.in_place(guide.commands(guide.FIRST_TO_LAST), here)
    assert len(script) > 35
    try:
        done = typed(script, tmp_path)
        issuer = here["https://login.mod.example/realms/staff"]
        for one in done:
            if one.line.startswith("curl "):
                assert one.told.split("?")[0] == f"{issuer}/auth"
                let_in(f"https://localhost:{here['8443']}", tmp_path / "etc" / "desk.crt")
    finally:
        end(tmp_path / "srv" / "sealane" / "running.lock")
    assert [(one.line, one.status, one.told) for one in done if one.status != 0] == []
    files = ("etc/secret", "etc/password", "client-secret")
    secrets = [(tmp_path / file).read_text().strip() for file in files]
    logged = {one.name: one.read_text() for one in (tmp_path / "srv").glob("*.log")}
    assert sorted(logged) == ["run.log", "serve.log", "work.log"]
    for secret in (*secrets, servers.CREDENTIALS["AWS_SECRET_ACCESS_KEY"]):
        assert [one.line for one in done if secret in one.told] == []
        assert [name for name, text in logged.items() if secret in text] == []
    held = [one for one in done if "ledger walk" in one.line]
    assert len(held) == 2
    kept = told(done, "node keys")
    assert all("in use" in one for one in kept)
    assert "coming" not in kept[0]
    assert "coming" in kept[1] or kept[1].count("put by") > 3
    assert sorted(path.name for path in (tmp_path / "srv" / "heads").iterdir())
    assert not (tmp_path / "srv" / "sealane" / "node.db").exists()


def let_in(home: str, authority: Path) -> None:
    """Whom the provider vouches for comes in as the operator, over the TLS of the console; nobody
    else does.
    """
    trusted = ssl.create_default_context(cafile=str(authority))
    for person, status in (("ana.lee", 200), ("somebody.else", 403)):
        with httpx2.Client(follow_redirects=True, verify=trusted) as browser:
            page = ministry.signed_in(browser, home, person, "/account")
            assert page.status_code == status
            assert status == 403 or "operator" in page.text


def told(done: list[Typed], verb: str) -> list[str]:
    return [one.told for one in done if one.line.startswith(f"sealane {verb} ")]


def end(lock: Path) -> None:
    """Stop what the last lines left running."""
    if lock.exists():
        for holder in lock.read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(holder), signal.SIGTERM)


BLOCKS = re.findall(r"```(?:console|sh)\n(.*?)```", guide.GUIDE, re.DOTALL)
COMMANDS = sorted(
    {
        re.sub(r"\s+(?:#|&|\||\d?[<>]).*", "", found).strip()
        for block in BLOCKS
        for found in re.findall(r"\bsealane ((?:[a-z]+ )?[a-z]+\b.*)$", block, re.MULTILINE)
        if not found.startswith("sealane-")
    }
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_guide_is_one_of_the_program(command: str) -> None:
    assert len(COMMANDS) > 30
    assert unknown_words(re.sub(r"'[^']*'|\"[^\"]*\"", "WORD", command).split()) == []
