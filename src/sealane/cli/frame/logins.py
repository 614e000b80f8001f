"""Where this user is signed in: the address of a node's API, and the person's own token there.

One small file that its owner alone reads: `login.json` below `$XDG_CONFIG_HOME/sealane`, or where
`SEALANE_LOGIN` says. Spec: spec/interfaces.md §5; docs/console.md "From another machine".
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from sealane.base.errors import Malformed, Misconfigured, Refused, declare

MOST = 16_384

NOT_HERE = declare(
    "login.none",
    Misconfigured,
    "No node was given, and you are signed in at none.",
    "ノードの指定がなく、どのノードにも認証していません。",
    "Give --node DIR, or sign in with `sealane login URL --as PERSON`.",
    "--node DIR を指定するか、`sealane login URL --as PERSON` で認証してください。",
)
BROKEN = declare(
    "login.file",
    Misconfigured,
    "The file {path}, which tells where you are signed in, cannot be read.",
    "認証先を記したファイル {path} を読み取れません。",
    "Remove it and sign in again with `sealane login`.",
    "それを削除し、`sealane login` で認証し直してください。",
)
OTHER_PERSON = declare(
    "login.other_person",
    Refused,
    "You are signed in as {known}, not as {person}.",
    "認証しているのは {known} であり、{person} ではありません。",
    "Leave out --as, give --token-file with that person's own token, or sign in anew.",
    "--as を省くか、その人のトークンを --token-file で指定するか、認証し直してください。",
)
NOT_AN_ADDRESS = declare(
    "login.address",
    Malformed,
    "{url} is no address of a node: https://HOST[:PORT], or http:// on this machine.",
    "{url} はノードのアドレスではありません（https://HOST[:PORT]、この機械なら http:// も可）。",
    "Ask the node's operator for its console_url.",
    "ノードの運用者に console_url を確認してください。",
)
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Login:
    """One sign-in."""

    url: str
    person: str
    token: str
    ca: str | None = None
    """A file of certificates that this node's is checked against; None: the system's."""


def place() -> Path:
    """Where it is written down."""
    if given := os.environ.get("SEALANE_LOGIN"):
        return Path(given)
    root = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(root) / "sealane" / "login.json"


def found() -> Login | None:
    """The sign-in of this user, if there is one. Raises: Misconfigured `login.file`."""
    path = place()
    try:
        with path.open("rb") as file:
            data = file.read(MOST + 1)
    except FileNotFoundError:
        return None
    except OSError:
        raise BROKEN(path=path) from None
    try:
        held = json.loads(data)
        texts = {name: held[name] for name in ("url", "person", "token")}
        if len(data) > MOST or not all(isinstance(one, str) for one in texts.values()):
            raise ValueError
        return Login(**texts, ca=held.get("ca"))
    except (ValueError, KeyError, TypeError):
        raise BROKEN(path=path) from None


def keep(login: Login) -> None:
    """Write it down, for its owner alone. Raises: Unavailable `store.write_failed`."""
    from sealane.adapters.outputs import write_whole

    path = place()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, json.dumps(asdict(login)).encode(), mode=0o600)


def forget() -> bool:
    """Strike it; whether there was one."""
    try:
        place().unlink()
    except FileNotFoundError:
        return False
    return True


def address(url: str) -> str:
    """A node's address as it is asked at. Raises: Malformed `login.address`."""
    from urllib.parse import urlsplit

    parts = urlsplit(url.strip())
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        raise NOT_AN_ADDRESS(url=url[:200]) from None
    named = f"[{host}]" if host and ":" in host else str(host)
    good = parts.scheme == "https" or (parts.scheme == "http" and named in LOOPBACK)
    if not host or not good or parts.path not in ("", "/") or parts.query or parts.username:
        raise NOT_AN_ADDRESS(url=url[:200])
    return f"{parts.scheme}://{named}" + (f":{port}" if port else "")
