"""A node with custodians to type ceremonies at, and what its log tells of them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from sealane.cli.frame import custodians
from sealane.cli.node.commands import node
from sealane.ledger import entries
from sealane.settings import Settings
from sealane.wiring.site import create_site, opened_site
from tests import nations

ALL = ("alice", "bob", "carol", "dora")


class Desk:
    """A node, its custodians' passphrases, and where the shares of each ceremony lie."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.node = folder, folder / "node"
        create_site(
            self.node, Settings(party="AUS", node="canberra.aus.example"), nations.PASSPHRASE
        ).dispose()
        self.put("pass", nations.PASSPHRASE)
        for name in ALL:
            self.put(f"{name}.pw", f"the passphrase of {name}".encode())

    def put(self, name: str, data: bytes) -> Path:
        (self.folder / name).write_bytes(data)
        (self.folder / name).chmod(0o600)
        return self.folder / name

    def run(self, *words: object) -> tuple[int, Any]:
        done = CliRunner().invoke(node, [*map(str, words), "--json"])
        return done.exit_code, json.loads(done.stdout)

    def whom(self, *names: str) -> list[str]:
        return [
            word for name in names for word in ("--custodian", f"{name}={self.folder / name}.pw")
        ]

    def make(self, *names: str, threshold: int = 2, out: str = "first") -> tuple[int, Any]:
        return self.run(
            *("ceremony", "make", self.node, "--threshold", threshold, *self.whom(*names)),
            *("--out", self.folder / out, "--passphrase-file", self.folder / "pass"),
        )

    def files(self, *names: str, out: str = "first") -> list[object]:
        """Each custodian's share with the passphrase as its second line."""
        found: list[object] = []
        for name in names:
            told = (self.folder / out / f"{name}.share").read_bytes()
            made = self.put(
                f"{out}-{name}.given", told + (self.folder / f"{name}.pw").read_bytes() + b"\n"
            )
            found += ["--custodian-file", made]
        return found

    def opens(self, *given: object) -> object:
        """Whether a verb that opens keys does, and its code."""
        status, told = self.run("keys", self.node, *given)
        return status == 0 or told["error"]["code"]

    def told(self, *given: object) -> list[tuple[str, Any, dict[str, Any]]]:
        """The ceremony's entries of the internal log, read by who opens the node."""
        with (
            opened_site(self.node, custodians_secret(given)) as site,
            site.node.store.reading() as tx,
        ):
            log = site.node.internal
            found = [entries.read(log.entry(tx, index)) for index in range(log.size(tx))]
        return [
            (one.kind, one.fields.get("means") or one.fields.get("reason"), one.fields)
            for one in found
            if one.kind.startswith("custody.")
        ]


def custodians_secret(words: Sequence[object]) -> bytes:
    return custodians.read([str(one) for one in words[1::2]])
