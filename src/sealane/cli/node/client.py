"""`sealane client ...`: the OpenTDF clients that a node lets in, each for one person, and the
identity provider that tells of joiners and leavers.

Spec: spec/key-access.md §4.2, §8.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.cli.frame import acting
from sealane.cli.frame.answer import USAGE, Answer, verb
from sealane.cli.frame.asking import ask

whose = acting.at_node(
    "Who lets it in; without it, on the node's own folder, the keystore's passphrase is enough."
)


@click.group()
def client() -> None:
    """Clients of a node: enrol one for a person, list them, let one go."""


@verb(client, "add")
@click.argument("name", metavar="ID")
@click.option(
    "--person", "whom", default=None, help="The person the client acts for; none with scim."
)
@click.option(
    "--kind",
    type=click.Choice(["none", "go-sdk", "java-sdk", "web-sdk", "otdf-python", "scim", "taxii"]),
    default="none",
    help="Which released OpenTDF client it is, which names the exceptions it needs; or scim: the"
    " identity provider that tells of joiners and leavers; or taxii: a program that reads and"
    " writes feeds for the person.",
)
@click.option("--purpose", default=None, help="The purpose of a call that names none.")
@whose
def add(*, name: str, whom: str | None, kind: str, purpose: str | None, **options: Any) -> Answer:
    """Enrol a client and print its secret, once; in production print an invitation, which the
    person redeems with `people redeem`.
    """
    if (whom is None) != (kind == "scim"):
        raise USAGE(
            why="a scim client acts for nobody, every other for a --person",
            why_ja="scim は誰の代理でもないので --person を取らず、ほかには --person が必要です",
            command="sealane client add",
        )
    told = ask(options, "clients.add", id=name, person=whom, kind=kind, purpose=purpose)
    shown = next(told[one] for one in ("secret", "token", "invitation") if one in told)
    return Answer(told, shown)


@verb(client, "list")
@whose
def list_(**options: Any) -> Answer:
    """Every client ever enrolled; no secrets."""
    told = ask(options, "clients.list")
    text = "\n".join(
        f"{row['id']}  {row['person'] or row['purpose']}  {row['since']}  {row['ended'] or '-'}"
        for row in told["clients"]
    )
    return Answer(told, text or "-")


@verb(client, "end")
@click.argument("name", metavar="ID")
@whose
def end(name: str, **options: Any) -> Answer:
    """Let a client go; its next call is refused."""
    return Answer(ask(options, "clients.end", client=name), name)
