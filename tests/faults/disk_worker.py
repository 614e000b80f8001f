"""Two nodes on a disk that fails at every call in turn: `python -m tests.faults.disk_worker FOLDER`
under tests/faults/disk.c.

What was acknowledged goes to stdout; after each fault the same process must be able to go on.
"""

from __future__ import annotations

import ctypes
import hashlib
import sys
from pathlib import Path
from typing import Any

from sealane.base.errors import Unavailable
from sealane.ledger.log.checkpoint import parse_checkpoint
from tests.faults.ledger_worker import nodes, say

disk = ctypes.CDLL(None)
KINDS = {1: "fsync", 2: "full", 3: "cut"}


def act(one: Any, other: Any, name: str) -> None:
    items = [f"{name} {extra} ".encode() * 40 for extra in range(3)]
    first = one.append(*items)
    for place, item in enumerate(items, start=first):
        say("ACK", place, hashlib.sha256(item).hexdigest())
    head = parse_checkpoint(one.publisher.publish()).head
    say("HEAD", head.size, head.root.hex())
    one.publisher.seek_cosignature(other.peer)
    other.mirror.pull(one.peer)


def main(folder: Path, depth: int) -> None:
    one, other = nodes(folder)
    act(one, other, "before")
    for kind in KINDS:
        for last in (1, -1):
            for skip in range(depth):
                name = f"{KINDS[kind]}-{last}-{skip}"
                disk.fault(kind, skip, last)
                try:
                    act(one, other, name)
                except Unavailable as error:
                    disk.fault(0, 0, 0)
                    say("REFUSED", name, error.code)
                else:
                    hit = disk.hits()
                    disk.fault(0, 0, 0)
                    if not hit:
                        break
                act(one, other, f"after-{name}")
    say("END")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
