"""The operator's guide as it is typed, and what stands here for what a nation has elsewhere."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tools import ports, servers

from tests.web import ministry

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "operators.md").read_text(encoding="utf-8")
FIRST_TO_LAST = "From first to last"
NOBODY = "http://127.0.0.1:9"
"""An issuer where nothing answers."""


def commands(chapter: str) -> list[str]:
    """The lines to type of a chapter, of whatever depth, up to the next heading."""
    part = re.split(rf"^##+ {chapter}\n", GUIDE, flags=re.MULTILINE)[1]
    return re.findall(r"^\$ (.*)$", re.split("^##", part, flags=re.MULTILINE)[0], re.MULTILINE)


def in_place(script: list[str], here: dict[str, str]) -> list[str]:
    """The lines with what stands here for what they name; without the way to a provider, where
    none is installed (`make peers`).
    """
    for said, stands in here.items():
        script = [line.replace(said, stands) for line in script]
    here_alone = NOBODY in here.values()
    return [line for line in script if not (here_alone and line.startswith("curl "))]


@contextmanager
def elsewhere(console: str, secret: Path) -> Iterator[dict[str, str]]:
    """A bucket, and an identity provider (the npm package oidc-provider) whose client the console
    at host `console` is, as the guide names them; `secret` gets what the client knows.
    """
    port = ports.free()
    secret.write_text(f"{ministry.SECRET}\n")
    with ExitStack() as open_:
        endpoint = open_.enter_context(servers.s3())
        servers.bucket_owner(endpoint).create_bucket(Bucket="canberra")
        issuer = NOBODY
        if (ministry.PLACE / "node_modules").is_dir() and shutil.which("node"):
            issuer = open_.enter_context(ministry.provider(f"https://{console}:{port}"))
        yield {
            "https://s3.aus.example": endpoint,
            "=KEY": "=" + _quoted("AWS_ACCESS_KEY_ID"),
            "=SECRET": "=" + _quoted("AWS_SECRET_ACCESS_KEY"),
            "CLIENT-SECRET": str(secret),
            "desk.aus.example": console,
            "8443": str(port),
            "https://login.mod.example/realms/staff": issuer,
        }


def _quoted(name: str) -> str:
    """A credential as it stands within single quotes."""
    return servers.CREDENTIALS[name].replace("'", "'\\''")
