"""`sealane node keys`, `rotate` and `retire`, and the custody options of `node init`: births and
deaths of keys.

Spec: R62; docs/operators.md §Keys.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from sealane.cli.frame import passphrase
from sealane.cli.frame.answer import Answer, alone
from sealane.cli.frame.node_folder import opened

_folder = click.argument("folder", metavar="DIR")
SUITES = ("MLKEM1024-P384", "X-Wing", "RSA-2048-OAEP-SHA1", "EC-P256")


def custody_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Where the key service's keys, containers and last signed heads are to live; a PIN or a secret
    is read from a file, never given as a value.
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
    """Every key of the node: role, algorithm, kid, birth, and since when it is put by; nothing
    secret.
    """
    with opened(folder, passphrase_file) as site:
        found, custody = site.keys.inventory(), site.node.settings.custody
    text = "\n".join(
        f"{one['role']:10} {one['alg']:20} {one['kid'] or '-':24} {one['born']} "
        f" {one['retired'] or ''}"
        for one in found
    )
    return Answer({"custody": custody, "keys": found}, text)


@alone("rotate")
@_folder
@click.option("--suite", required=True, type=click.Choice(SUITES))
@passphrase.option
def rotate(*, folder: str, suite: str, passphrase_file: str | None) -> Answer:
    """A new wrapping key takes the suite's place; the old one goes on opening what was sealed
    to it. Stop the node first.
    """
    from sealane.wiring.wrapping_keys import rotate_key

    fresh, kept = rotate_key(Path(folder), passphrase.read(passphrase_file), suite)
    return Answer({"suite": suite, "kid": fresh, "kept": kept}, f"{suite}: {fresh} ({kept})")


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


VERBS = (keys, rotate, retire)
"""What this module adds to its group, in the order of the help."""
