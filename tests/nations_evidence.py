"""An item's whole story between two nodes, as statements, entries and evidence."""

from __future__ import annotations

import os
from pathlib import Path

from sealane.base import canonical
from sealane.base.values import format_instant
from sealane.crypto.keys import PrivateKey
from sealane.ledger import bodies, receipt, telling
from sealane.ledger.log.policy import write_policy
from sealane.ledger.proofs import evidence
from sealane.ledger.proofs.evidence import EvidenceInput
from sealane.services.ledgers.proofs import LogSide, bare, gather, view
from sealane.shipped import verifier_page
from tests import mistyped
from tests.nations_log import Keys, Node

ITEM = "item-0001"
AGREEMENT = b'id = "jpn-aus-2022"\n# a stand-in for the signed file\n'
FILL = {"decision": "1" * 96, "container": "2" * 96}
"""What stands in these members of a body; the others hold what `mistyped.good` invents."""


class Story:
    """Two nodes in which an item is offered, received, opened, recalled and destroyed."""

    def __init__(self, folder: Path) -> None:
        self.keys = {"JPN": Keys("jp"), "AUS": Keys("au")}
        self.nodes = {
            "JPN": Node(folder / "jp", self.keys["JPN"], self.keys["AUS"]),
            "AUS": Node(folder / "au", self.keys["AUS"], self.keys["JPN"]),
        }
        self.statement_keys = {
            party: [PrivateKey.generate("ES384"), PrivateKey.generate("ML-DSA-87")]
            for party in self.keys
        }
        self.statements: list[bytes] = []
        last = None
        for kind, by, to in (
            ("offer", "AUS", "JPN"),
            ("transfer.received", "JPN", "AUS"),
            ("opened", "JPN", "AUS"),
            ("recall.ordered", "AUS", "JPN"),
            ("destroyed", "JPN", "AUS"),
        ):
            answers = last if "answers" in bodies.members(kind) else None
            last = self.say(kind, by, to, answers)
        self.settle()

    def say(
        self,
        kind: str,
        by: str,
        to: str,
        answers: str | None,
        item: str = ITEM,
        keep: bool = True,
        heard: bool = True,
    ) -> str:
        host = self.nodes[by].host
        wanted = {"answers": answers or "0" * 96, **FILL}
        known = {name: wanted[name] for name in bodies.members(kind) if name in wanted}
        said = receipt.Statement(
            agreement="jpn-aus-2022",
            agreement_digest=canonical.sha384(AGREEMENT),
            by=by,
            to=to,
            node=f"{by.lower()}.example",
            item=item,
            at=format_instant(host.now()),
            nonce=os.urandom(16).hex(),
            body=bodies.read(kind, mistyped.good(kind, **known)),
        )
        data = receipt.sign(said, self.statement_keys[by])
        for party in (by, to):
            if party == by or heard:
                node = self.nodes[party]
                node.append(
                    telling.entry_of(
                        said,
                        receipt.digest(data),
                        node=f"{party.lower()}.example",
                        at=node.host.now(),
                        salt=os.urandom(16),
                    )
                )
        if keep:
            self.statements.append(data)
        return receipt.digest(data)

    def settle(self) -> None:
        for one, other in (("AUS", "JPN"), ("JPN", "AUS")):
            node, peer = self.nodes[one], self.nodes[other].peer
            node.publisher.publish()
            node.publisher.seek_cosignature(peer)
            self.nodes[other].mirror.pull(node.peer)
            node.publisher.note_mirrored(peer)

    def given(self, exporter: str = "AUS") -> EvidenceInput:
        """What the exporter's node knows: its own log, and the partner's through its mirror."""
        views = []
        node = self.nodes[exporter]
        for party, keys in sorted(self.keys.items()):
            other = self.keys["JPN" if party == "AUS" else "AUS"]
            policy = write_policy(
                keys.log.verifier,
                {"witness": other.witness[0].verifier, "mirror": other.mirror[0].verifier},
            )
            log = node.log if party == exporter else node.mirror.log
            blank = bare(
                party,
                f"{party.lower()}.example",
                [key.public for key in self.statement_keys[party]],
                log.origin,
                policy,
            )
            with node.store.reading() as tx:
                views.append(view(tx, log, blank, ITEM, self.statements))
        return EvidenceInput(
            item=ITEM,
            agreement="jpn-aus-2022",
            agreement_file=AGREEMENT,
            made=node.host.now(),
            statements=tuple(self.statements),
            parties=tuple(views),
            page=verifier_page(),
        )

    def gathered(self, exporter: str = "AUS") -> EvidenceInput:
        """The same from the exporter's database alone."""
        node, sides = self.nodes[exporter], []
        for party, keys in sorted(self.keys.items()):
            other = self.keys["JPN" if party == "AUS" else "AUS"]
            sides.append(
                LogSide(
                    party=party,
                    node=f"{party.lower()}.example",
                    keys=[key.public for key in self.statement_keys[party]],
                    log=node.log if party == exporter else node.mirror.log,
                    log_key=keys.log.verifier,
                    cosigners={"witness": other.witness[0].verifier},
                )
            )
        with node.store.reading() as tx:
            return gather(
                tx,
                sides,
                ITEM,
                ("jpn-aus-2022", AGREEMENT),
                node.host.now(),
                page=verifier_page(),
                statements=self.statements,
            )

    def evidence(self, exporter: str = "AUS") -> bytes:
        return evidence.build(self.given(exporter))

    def close(self) -> None:
        for node in self.nodes.values():
            node.close()
