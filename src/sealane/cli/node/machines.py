"""`sealane node copy`: the folder for another machine of a node.

Spec: spec/interfaces.md §8; docs/operators.md "Several machines".
"""

from __future__ import annotations

from pathlib import Path

import click

from sealane.cli import access
from sealane.cli.frame import passphrase
from sealane.cli.frame.answer import Answer, alone, speaker


@alone("copy")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--host", "listen", default="", help="Address that the other machine listens on for partners."
)
@passphrase.option
def copy(*, folder: Path, out: Path, listen: str, passphrase_file: str | None) -> Answer:
    """Make the folder for another machine of a node whose database, containers and last signed
    heads lie where every machine reaches them. It holds the sealed keys: carry it there as you
    would carry this one, and open it with the same passphrase.
    """
    from sealane.wiring.machine_folder import copy as copied

    secret = passphrase.read(passphrase_file)
    settings = copied(folder, secret, out, listen=listen, host=access.host())
    done = {"node": settings.node, "path": str(out), "peer": settings.peer_origin}
    en = (
        f"{out} is the folder for another machine of {settings.node}.\nMove it there, mode 0700,"
        " then: sealane node serve, sealane node work."
    )
    ja = (
        f"{out} は {settings.node} の別の機器用のフォルダーです。\n"
        "モード 0700 でその機器に移し、sealane node serve と sealane node work を起動してください。"
    )
    return Answer(done, ja if speaker().lang == "ja" else en)


VERBS = (copy,)
"""What this module adds to its group, in the order of the help."""
