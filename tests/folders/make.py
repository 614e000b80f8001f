"""Makes the folders of a release once, by its own program: `python -m tests.folders.make 0.1.0`.

Two nodes after a little story: one item that Japan took, opened and still holds, one that was
recalled and destroyed, ledgers proven to both. They are kept as they are for ever: every later
program is shown to open what this one left.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from sealane.base.values import format_instant
from sealane.services.exchange import arrival, recall
from tests import nations
from tests.clock import Clock
from tests.nations import Pair

HERE = Path(__file__).parent
STORY = "story.json"


def tell(pair: Pair) -> dict[str, str]:
    """What happens; which item is held in the end, and which is gone."""
    held, gone = (
        nations.share(pair, data, reference=data.decode(), title=data.decode())
        for data in (b"harbour", b"lighthouse")
    )
    pair.settle()
    arrival.accept(pair.jpn, held, "jpn.clerk")
    pair.settle()
    pair.rounds(2)
    assert nations.read(pair, held) == b"harbour"
    recall.recall(pair.aus, gone, reason="superseded", person="aus.release")
    pair.settle()
    pair.rounds(3)
    return {"held": held, "recalled": gone}


def main(version: str) -> None:
    """Build, tell, close; what a running node alone needs goes."""
    place, clock = HERE / version, Clock()
    place.mkdir()
    nations.build(place, clock)
    pair = nations.opened(place, clock)
    story = tell(pair)
    for site in pair.sites.values():
        site.internal.publish()
    pair.close()
    for party in ("aus", "jpn"):
        with closing(sqlite3.connect(place / party / "node.db")) as database:
            database.execute("PRAGMA journal_mode = DELETE")
            database.execute("VACUUM")
        (place / party / "node.db-turn").unlink()
    told = {
        **story,
        "at": format_instant(clock.now()),
        "passphrase": nations.PASSPHRASE.decode(),
    }
    (place / STORY).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
