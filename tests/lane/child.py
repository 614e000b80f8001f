"""A process that is killed at one step of one act: `python -m tests.lane.child FOLDER ACT STEP`.

Without a step it prints the steps that the act passes, so that the test can kill at each of them.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from typing import Any

from sealane.base.errors import SealaneError
from sealane.base.values import SECOND
from sealane.services.custody import ending
from sealane.services.exchange import recall, reseal
from tests import nations
from tests.clock import START, Clock
from tests.lane.copied import copied
from tests.nations import Pair


def act(pair: Pair, name: str) -> None:
    if name == "share":
        nations.share(pair)
    elif name == "open":
        with pair.aus.store.reading() as tx:
            item = pair.aus.records.items.find(tx, order="id")[0].id
        out = Path(pair.root) / "opened"
        spool = io.BytesIO()
        from sealane.services.opening import open_item

        open_item.open_item(
            pair.jpn, item, person="jpn.sato", purpose="assessment", action="open", sink=spool
        )
        out.write_bytes(spool.getvalue())
        pair.settle(1)
    elif name == "rewrap":
        with pair.aus.store.reading() as tx:
            item = pair.aus.records.items.find(tx, order="id")[0].id
        reseal.rewrap(pair.aus, item, suite="X-Wing", person="aus.release")
        pair.settle(1)
    elif name.startswith("pack-"):
        packed(pair, name)
    elif name in ("copy", "destroy", "return"):
        with pair.aus.store.reading() as tx:
            item = pair.aus.records.items.find(tx, order="id")[0].id
        if name == "copy":
            copied(pair, item)
        else:
            (ending.destroy if name == "destroy" else ending.give_back)(
                pair.jpn, item, "jpn.clerk", number=1
            )
        pair.settle(1)
    else:
        with pair.aus.store.reading() as tx:
            item = pair.aus.records.items.find(tx, order="id")[0].id
        recall.recall(pair.aus, item, reason="r", person="aus.release")
        pair.settle(1)


def packed(pair: Pair, name: str) -> None:
    """A pack that Australia writes, or that Japan or Australia takes, by files in the folder."""
    from sealane.adapters.outputs import whole_file
    from sealane.services.packs import exporting, importing
    from sealane.services.register.acts import OPERATOR

    root = Path(pair.root)
    if name == "pack-export":
        with whole_file(root / "out.pack") as sink:
            exporting.export(pair.aus, "JPN", OPERATOR, sink)
        return
    node, file = {"pack-import": (pair.jpn, "in.pack"), "pack-hear": (pair.aus, "back.pack")}[name]
    with (root / file).open("rb") as source:
        importing.load(node, source, OPERATOR)


def main() -> None:
    folder, name, *rest = sys.argv[1:]
    clock = Clock(START + 3600 * SECOND)
    pair = nations.opened(Path(folder), clock)
    clock.steps.clear()
    if rest:
        wanted = int(rest[0])

        def kill(_: Any) -> None:
            if len(clock.steps) == wanted:
                os.kill(os.getpid(), signal.SIGKILL)

        clock.at = kill
    try:
        act(pair, name)
    except SealaneError as error:
        print("error", error.code)
        return
    print(*clock.steps)


if __name__ == "__main__":
    main()
