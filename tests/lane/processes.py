"""Both nations as two node processes, driven by the command line and
over HTTP, as people run them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from sealane.cli.demo.stage import Stage
from tests import engines, nations


@contextlib.contextmanager
def running(root: Any, engine: str = "sqlite") -> Iterator[Any]:
    """A `Stage` with both nodes built, staffed and serving; stopped at the end."""
    written(root, engine)
    stage = Stage(root, "en")
    try:
        for party in nations.NAMES:
            stage.start(party)
        yield stage
    finally:
        stage.stop()
        engines.dropped(root)


def written(root: Any, engine: str = "sqlite") -> None:
    """Both nodes built and staffed in a folder, with what their processes are started by."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "passphrase").write_bytes(nations.PASSPHRASE)
    (root / "label.json").write_text(json.dumps(nations.LABEL))
    nations.build_live(root, engine)


def released(
    stage: Any, data: bytes, *, reference: str = "r-1", title: str = "t", name: str = "in.txt"
) -> Any:
    """One item, released by AUS and delivered to JPN."""
    source = stage.root / f"{reference}-{name}"
    source.write_bytes(data)
    item = stage.must(
        "release",
        str(source),
        "--to",
        "JPN",
        "--label",
        str(stage.root / "label.json"),
        "--purpose",
        "assessment",
        "--area",
        "maritime",
        "--agreement",
        nations.AGREEMENT,
        "--originator",
        "aus.analyst",
        "--as",
        "aus.release",
        "--second",
        "aus.second",
        "--project",
        nations.PROJECT,
        "--reference",
        reference,
        "--title",
        title,
        party="AUS",
    )["item"]
    assert stage.until(lambda: stage.run("item", "show", item, party="JPN")[0] == 0)
    assert stage.until(
        lambda: stage.must("item", "show", item, party="AUS")["state"] == "delivered"
    )
    source.unlink()
    return item
