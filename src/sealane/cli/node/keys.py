"""`sealane node keys`, `renew` and `retire`: births, ends and deaths of keys; and the options of
`node init` that say where a node's parts lie.

Spec: R62; docs/operators.md §Keys.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from sealane.cli.frame import passphrase
from sealane.cli.frame.answer import USAGE, Answer, alone, speaker
from sealane.cli.frame.node_folder import opened

_folder = click.argument("folder", metavar="DIR")
ROLES = ("all", "tls", "statement", "head", "log", "witness", "kas")
SUITES = ("MLKEM1024-P384", "X-Wing", "RSA-2048-OAEP-SHA1", "EC-P256")


def place_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Where a node's parts lie: the key service's keys, containers, last signed heads, and what
    wakes its machines; a PIN or a secret is read from a file, never given as a value.
    """
    for option in (
        click.option(
            "--pkcs11-pin",
            default="",
            metavar="F",
            help="Absolute path of the PIN's file, or /dev/fd/N.",
        ),
        click.option("--pkcs11-token", default="", metavar="LABEL", help="The token's label."),
        click.option(
            "--pkcs11-module", default="", metavar="PATH", help="The token's PKCS#11 library."
        ),
        click.option(
            "--blobs-credentials-file",
            default="",
            metavar="F",
            help="Absolute path of a file in the form of AWS's shared credentials.",
        ),
        click.option(
            "--blobs",
            default="",
            metavar="URL",
            help="Sealed containers in a bucket: s3://BUCKET/PREFIX?endpoint=URL&region=NAME.",
        ),
        click.option(
            "--wake",
            default="",
            metavar="URL",
            help="Wake-ups between machines: nats://HOST:PORT; polling otherwise.",
        ),
        click.option(
            "--heads",
            default="",
            metavar="PLACE",
            help="Last signed heads elsewhere: absolute path of a folder, or s3://...",
        ),
        click.option(
            "--custody",
            default="sealed-file",
            type=click.Choice(["sealed-file", "pkcs11"]),
            help="Where the key access service's unwrapping keys live.",
        ),
    ):
        function = option(function)
    return function


@alone("keys")
@_folder
@passphrase.option
def keys(*, folder: str, passphrase_file: str | None) -> Answer:
    """Every key of the node: role, suite, kid, since and until when it counts, its state, and with
    which partners it is used; nothing secret.
    """
    from sealane.services.register import key_ends

    with opened(folder, passphrase_file) as site:
        inventory, custody = site.keys.inventory(), site.node.settings.custody
        found = key_ends.states(site.node, inventory)
    text = "\n".join(
        f"{one['role']:10} {one['suite']:20} {one['kid'] or '-':24} {one['since']} .."
        f" {one['until'] or '-':20} {one['state']}"
        for one in found
    )
    return Answer({"custody": custody, "keys": found}, text)


@alone("renew")
@_folder
@click.option("--role", default="all", type=click.Choice(ROLES), help="Whose keys; default: all.")
@click.option(
    "--suite",
    "suites",
    multiple=True,
    type=click.Choice(SUITES),
    help="Of the wrapping keys, those of this suite alone; may be given again.",
)
@click.option(
    "--compromised",
    default=None,
    metavar="TEXT",
    help="What happened to the old ones; an incident tells every partner.",
)
@passphrase.option
def renew(
    *,
    folder: str,
    role: str,
    suites: tuple[str, ...],
    compromised: str | None,
    passphrase_file: str | None,
) -> Answer:
    """New keys take the place of a role's, or of all; the new card, signed by the old keys, goes
    to every partner by itself. The node may run or stand still.
    """
    from sealane.wiring import renewing

    if suites and role != "kas":
        raise USAGE(
            why="--suite belongs to --role kas",
            why_ja="--suite は --role kas とともに使います",
            command="sealane node renew",
        )
    done = renewing.renew(
        Path(folder),
        passphrase.read(passphrase_file),
        role,
        suites=suites or SUITES,
        compromised=compromised,
    )
    data = done.as_json()
    lines = [
        f"{one['role']:10} {one['suite']:20} {one['kid']} .. {one['until']}" for one in data["keys"]
    ]
    lines.append(f"card {data['card']}: {data['fingerprint']}")
    if data["told"]:
        lines.append(f"-> {', '.join(data['told'])}")
    lines += [f"{case} -> {party}" for party, case in data["incidents"].items()]
    for party in data["by_hand"]:
        speaker().tell(
            f"  hand the card to {party}: sealane node card {folder}",
            f"  {party} にはカードを手渡してください：sealane node card {folder}",
        )
    return Answer(data, "\n".join(lines))


@alone("retire")
@_folder
@click.argument("kid", metavar="KID")
@click.option("--force", is_flag=True, help="Even though items held here are still wrapped to it.")
@passphrase.option
def retire(*, folder: str, kid: str, force: bool, passphrase_file: str | None) -> Answer:
    """Erase a wrapping key that a rotation put by; what is still wrapped to it opens never
    again. Stop the node first.
    """
    from sealane.wiring.wrapping_keys import destroy_key

    suite = destroy_key(Path(folder), passphrase.read(passphrase_file), kid, force=force)
    return Answer({"suite": suite, "kid": kid, "destroyed": True}, f"{suite}: {kid}")


VERBS = (keys, renew, retire)
"""What this module adds to its group, in the order of the help."""
