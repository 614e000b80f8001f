"""`sealane login` and `logout`: work at another machine's node, as oneself.

Spec: spec/interfaces.md §5; R57.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sealane.cli.frame import logins, passphrase
from sealane.cli.frame.answer import USAGE, Answer, alone, speaker


@alone("login")
@click.argument("url", metavar="URL")
@click.option("--as", "person", required=True, metavar="PERSON", help="Who you are.")
@click.option("--token-file", default=None, metavar="F", help="File with a token of your own.")
@click.option("--passphrase-file", default=None, metavar="F", help="File with your own passphrase.")
@click.option("--days", default=7, show_default=True, help="How long it lasts, at most 90.")
@click.option(
    "--ca-file",
    "ca",
    default=None,
    metavar="PEM",
    help="The authority that the node's certificate is of; default: the system's.",
)
def login(
    *,
    url: str,
    person: str,
    token_file: str | None,
    passphrase_file: str | None,
    days: int,
    ca: str | None,
) -> Answer:
    """Sign in at a node's API: from then on the verbs of registry and desk need no --node and speak
    to that node, as you.
    """
    from sealane.cli.frame.logins import Login

    if token_file is not None and passphrase_file is not None:
        raise USAGE(
            why="give a token or a passphrase, not both",
            why_ja="トークンとパスフレーズは、いずれか一つを指定してください",
            command="sealane login",
        )
    authority = None if ca is None else str(Path(ca).absolute())
    nobody = Login(logins.address(url), person, "", authority)
    if token_file is None:
        token = _token_for(nobody, _secret(passphrase_file), days)
    else:
        token = _secret(token_file)
    found = Login(nobody.url, person, token, authority)
    told = _who(found)
    logins.keep(found)
    return Answer({"url": found.url, **told}, _words(found, told))


@alone("logout")
def logout() -> Answer:
    """Forget where you are signed in; the token that was kept here is struck."""
    held = logins.found()
    struck = logins.forget()
    ja = speaker().lang == "ja"
    text = ("認証を終えました。" if ja else "Signed out.") if struck else "-"
    return Answer({"url": None if held is None else held.url, "signed_out": struck}, text)


def _secret(path: str | None) -> str:
    return passphrase.read(path).decode("utf-8", "replace").strip()


def _token_for(nobody: logins.Login, secret: str, days: int) -> str:
    from sealane.cli.frame import remote
    from sealane.office.operation import OfficeQuestion
    from sealane.office.table import OPERATIONS

    says = {"person": nobody.person, "passphrase": secret, "days": days}
    found = remote.ask(nobody, OPERATIONS["credentials.sign-in"], OfficeQuestion(says=says))
    return str(found["token"])


def _who(login: logins.Login) -> dict[str, Any]:
    """Whom the node takes this token for. Raises: Refused `login.other_person`."""
    from sealane.cli.frame import remote
    from sealane.office.operation import OfficeQuestion
    from sealane.office.table import OPERATIONS

    me = remote.ask(login, OPERATIONS["node.me"], OfficeQuestion(says={}))
    if me["id"] != login.person:
        raise logins.OTHER_PERSON(known=me["id"], person=login.person)
    return {"person": me["id"], "name": me["name"], "party": me["party"], "node": me["node"]}


def _words(login: logins.Login, told: dict[str, Any]) -> str:
    if speaker().lang == "ja":
        return f"{login.url}（{told['node']}）に {told['person']} として認証しました。"
    return f"Signed in at {login.url} ({told['node']}) as {told['person']}."
