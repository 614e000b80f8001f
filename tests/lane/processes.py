"""Both nations as two node processes, driven by the command line and
over HTTP, as people run them.
"""

import contextlib
import json

from sealane.cli.demo.command import Stage
from tests import clock, nations


@contextlib.contextmanager
def running(root):
    """A `Stage` with both nodes built, staffed and serving; stopped at the end."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "passphrase").write_bytes(nations.PASSPHRASE)
    (root / "label.json").write_text(json.dumps(nations.LABEL))
    nations.build(root, clock.Clock(clock.now()))
    stage = Stage(root, "en")
    try:
        for party in nations.NAMES:
            stage.start(party)
        yield stage
    finally:
        stage.stop()


def released(stage, data, *, reference="r-1", title="t", name="in.txt"):
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
