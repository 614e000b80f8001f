"""The Grafana dashboard and the Prometheus alert rules that ship, and the verb that writes them.

Spec: docs/operators.md "Watch".
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from sealane.cli import access
from sealane.cli.frame.answer import Answer, alone

FILES = ("sealane.json", "sealane-alerts.yml")


def shipped(name: str) -> bytes:
    """One of the files, as it ships."""
    return files(__name__).joinpath(name).read_bytes()


@alone("dashboards")
@click.argument("out", metavar="FOLDER", type=click.Path(path_type=Path))
def dashboards(*, out: Path) -> Answer:
    """Write the Grafana dashboard and the Prometheus alert rules for a node's `/metrics` into an
    existing folder.
    """
    written = [str(out / name) for name in FILES]
    for name in FILES:
        access.write_output(str(out / name), shipped(name))
    return Answer({"files": written}, "\n".join(written))


VERBS = (dashboards,)
"""What this module adds to its group, in the order of the help."""
