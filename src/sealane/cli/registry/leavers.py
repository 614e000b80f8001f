"""`sealane people end | return | name`: who has access here, and by which name the nation's
identity provider knows them.

Spec: R28, R57; docs/operators.md "Signing in".
"""

from __future__ import annotations

from typing import Any

import click

from sealane.cli.frame import acting, passphrase
from sealane.cli.frame import node_folder as sites
from sealane.cli.frame.answer import Answer, alone
from sealane.cli.frame.asking import ask

officer = acting.by_two(
    "The security officer; at an embedded node the keystore's passphrase is enough."
)


@alone("end")
@click.argument("whose", metavar="PERSON")
@officer
@sites.option
@passphrase.option
def end(*, whose: str, **options: Any) -> Answer:
    """End a person's access at once and everywhere, because they leave: sessions, tokens, passkeys,
    clients, every act. The record stays.
    """
    return Answer(ask(options, "people.end", person=whose), whose)


@alone("return")
@click.argument("whose", metavar="PERSON")
@officer
@acting.wait
@sites.option
@passphrase.option
def return_(*, whose: str, **options: Any) -> Answer:
    """Let a person who had left return, with the duties of the record; in production two do so."""
    return Answer(ask(options, "people.return", person=whose), whose)


@alone("name")
@click.argument("whose", metavar="PERSON")
@click.argument("name", metavar="NAME")
@officer
@acting.wait
@sites.option
@passphrase.option
def name_(*, whose: str, name: str, **options: Any) -> Answer:
    """Say by which name the nation's identity provider, or a client certificate, knows a person;
    without, it is the person's id. Whom the provider proposed under that name is this person.
    """
    return Answer(ask(options, "people.name", person=whose, name_=name), f"{whose}  {name}")


VERBS = (end, return_, name_)
"""What this module adds to its group, in the order of the help."""
