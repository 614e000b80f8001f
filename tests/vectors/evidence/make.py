"""Makes the files of this folder anew: `python -m tests.vectors.evidence.make`. Every key follows
from a name.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from sealane.crypto.keys import PrivateKey
from sealane.ledger.log import equivocation
from sealane.ledger.log.checkpoint import sign_head
from sealane.ledger.proofs import evidence
from tests import tilelogs
from tests.faults.ledger_worker import FixedKeys
from tests.nations_evidence import Story
from tests.nations_log import Node
from tests.tilelogs import AT, fixed, sha

HERE = Path(__file__).parent


class Fixed(Story):
    """One acknowledgement from Japan to Australia, in both logs."""

    def __init__(self, folder: Path) -> None:
        self.keys = {"JPN": FixedKeys("jp"), "AUS": FixedKeys("au")}
        self.nodes = {
            "JPN": Node(folder / "jp", self.keys["JPN"], self.keys["AUS"]),
            "AUS": Node(folder / "au", self.keys["AUS"], self.keys["JPN"]),
        }
        self.statement_keys = {
            party: [PrivateKey.generate("ES384"), PrivateKey("ML-DSA-87", sha(party.encode()))]
            for party in self.keys
        }
        self.statements = []
        self.say("acknowledged", "JPN", "AUS", "0" * 96)
        self.settle()


def main() -> None:
    log = fixed("log.example/a")
    heads = [
        sign_head(tilelogs.head(log.name, [b"one", last]), [log], AT).encode()
        for last in (b"two", b"other")
    ]
    found = equivocation.find(heads[0], heads[1], [log.verifier])
    assert found is not None
    (HERE / "fraud.json").write_bytes(found.encode())
    with tempfile.TemporaryDirectory() as folder:
        story = Fixed(Path(folder))
        data = evidence.build(story.gathered())
        vkeys = {party: keys.log.verifier.vkey for party, keys in story.keys.items()}
        story.close()
    (HERE / "good.evidence").write_bytes(data)
    (HERE / "keys.json").write_text(
        json.dumps({"evidence": vkeys, "fraud": log.verifier.vkey}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main()
