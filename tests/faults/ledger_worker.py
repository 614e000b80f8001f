"""Two nodes logging, publishing, witnessing and mirroring until the process is killed; what was
acknowledged goes to stdout.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from sealane.crypto.keys import PrivateKey
from sealane.ledger.log import note
from sealane.ledger.log.checkpoint import parse_checkpoint
from tests.nations_log import Keys, Node
from tests.tilelogs import fixed, sha


class FixedKeys(Keys):
    """The same keys in every life of the process."""

    def __init__(self, party: str) -> None:
        self.origin = f"{party}.example/ledger/x"
        self.log, self.log_pq = fixed(self.origin), fixed(self.origin, note.COSIGN_MLDSA44)
        self.witness = [fixed(f"{party}.example/witness", note.COSIGN_ED25519)]
        self.mirror = [fixed(f"{party}.example/mirror", note.COSIGN_ED25519)]
        self.shadow = [PrivateKey("ML-DSA-87", sha(party.encode()))]


def nodes(folder: Path) -> tuple[Node, Node]:
    jp, au = FixedKeys("jp"), FixedKeys("au")
    return Node(folder / "jp", jp, au), Node(folder / "au", au, jp)


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main(folder: Path, life: str) -> None:
    one, other = nodes(folder)
    one.publisher.publish(one.publisher.known_by(other.peer))
    say("READY")
    at = 0
    while True:
        items = [f"{life} {at} {extra}".encode() for extra in range(at % 4 + 1)]
        first = one.append(*items)
        for place, item in enumerate(items, start=first):
            say("ACK", place, hashlib.sha256(item).hexdigest())
        if at % 2:
            head = parse_checkpoint(one.publisher.publish()).head
            say("HEAD", head.size, head.root.hex())
            one.publisher.seek_cosignature(other.peer)
            say("COSIGNED", head.size)
        if at % 3 == 2:
            mirrored = other.mirror.pull(one.peer)
            say("MIRRORED", mirrored.size if mirrored else 0)
        at += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
