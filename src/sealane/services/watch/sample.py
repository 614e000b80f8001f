"""One reading of everything about a node that is counted or measured.

It holds numbers, parties, agreements, codes and key identifiers; no person, title, label, item or
purpose, so that whoever collects it learns nothing that is not theirs. Spec: docs/operators.md
"Watch".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sealane.base.errors import SealaneError
from sealane.base.values import SECOND, Instant, parse_instant
from sealane.ledger import entries
from sealane.ports import Tx
from sealane.registry.records import ItemState, Newness
from sealane.services.ledgers.pair import Partnership
from sealane.services.node import Node
from sealane.services.register import equivocations
from sealane.services.register.key_ends import KeyEnd
from sealane.services.watch import monthly
from sealane.services.watch.monthly import Verification
from sealane.services.watch.tallies import Tallies

SECOND_SIGNER, CLERK = "second-signer", "registry-clerk"
KEPT_SECONDS, MOST_ROWS = 60, 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTail:
    """How long what a log holds has waited for the partner's cosignature, and how long it may."""

    agreement: str
    partner: str
    since: Instant | None
    limit_seconds: int

    def seconds(self, now: Instant) -> float:
        """0 where nothing waits."""
        return 0.0 if self.since is None else max(0.0, (now - self.since) / SECOND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What one reading found."""

    founded: Instant
    """When the node's internal log began."""
    newest: Instant | None
    newness: Newness
    outbox: Mapping[str, int]
    """How many statements wait for each partner."""
    oldest: Instant | None
    """Since when the oldest of them waits."""
    mail: int
    """How many messages wait for the mail server."""
    oldest_mail: Instant | None
    """Since when the oldest of them waits."""
    tails: tuple[LedgerTail, ...]
    verification: Verification
    desk: Mapping[str, int]
    """How many items wait for whom of this node's people."""
    alarms: int
    """Sign-in alarms, since this process began."""
    equivocations: int
    """Partners to which no key goes."""
    partner_refusals: Mapping[tuple[str, str], int]
    """By party and code, ever."""
    refusals: Mapping[str, int]
    """By code, since this process began."""
    rewraps: Mapping[str, int]
    openings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A node with what is watched of it beside its register."""

    node: Node
    partnerships: Callable[[], list[tuple[str, str, Partnership]]]
    key_ends: Callable[[], Sequence[KeyEnd]]
    free: Callable[[], int]
    """Bytes that are free where the node's data lies."""


class Sampler:
    """Reads a node again and again; what costs a walk over the register is kept for a minute."""

    def __init__(self, watched: Watched) -> None:
        self._watched, self._tallies = watched, Tallies(watched.node.party)
        self._founded = Instant(0)
        self._kept: tuple[int, dict[str, int], Verification] | None = None

    def read(self) -> Sample:
        """Everything, in short transactions. Raises: Unavailable `store.unavailable`; Misconfigured
        `db.*`.
        """
        node, pairs, tallies = self._watched.node, self._watched.partnerships(), self._tallies
        tallies.follow(node.store, node.internal, [one.publisher.log for _, _, one in pairs])
        tails = tuple(_tail(node, *pair) for pair in pairs)
        with node.store.reading() as tx:
            outbox, refused = node.records.outbox, node.records.refusals
            desk, verification = self._walked(tx)
            first = outbox.find(tx, order="id", limit=1, done=None)
            mails = node.records.reminder_mails
            letter = mails.find(tx, order="made", limit=1, done=None)
            return Sample(
                founded=self._began(tx),
                newest=tallies.newest,
                newness=node.newness(tx),
                outbox=Counter(outbox.column(tx, "partner", done=None)),
                oldest=parse_instant(first[0].created) if first else None,
                mail=mails.count(tx, done=None),
                oldest_mail=Instant(letter[0].made) if letter else None,
                tails=tails,
                verification=verification,
                desk=desk,
                alarms=tallies.alarms,
                equivocations=len(equivocations.open_ones(node, tx)),
                partner_refusals={
                    (row.party, row.code): row.count
                    for row in refused.find(tx, order="party", limit=MOST_ROWS)
                },
                refusals=dict(tallies.refusals),
                rewraps={**{key.suite: 0 for key in node.card.kas}, **tallies.rewraps},
                openings=tallies.openings,
            )

    def _began(self, tx: Tx) -> Instant:
        """When the internal log began, asked once."""
        if not self._founded:
            log = self._watched.node.internal
            with suppress(SealaneError):
                self._founded = entries.read(log.entry(tx, 0)).at
        return self._founded

    def _walked(self, tx: Tx) -> tuple[dict[str, int], Verification]:
        node = self._watched.node
        now = node.host.elapsed()
        if self._kept is None or now - self._kept[0] >= KEPT_SECONDS * SECOND:
            self._kept = (now, _desk(node, tx), monthly.standing(node, tx))
        return self._kept[1], self._kept[2]


def _tail(node: Node, party: str, agreement: str, pair: Partnership) -> LedgerTail:
    with node.store.reading() as tx:
        return LedgerTail(
            agreement=agreement,
            partner=party,
            since=pair.publisher.marks(tx).uncosigned_since,
            limit_seconds=node.grace(tx, agreement),
        )


def _desk(node: Node, tx: Tx) -> dict[str, int]:
    """What waits for a second signature here, and what was delivered to us and not yet accepted."""
    transfers, items = node.records.transfers, node.records.items
    waits = {
        SECOND_SIGNER: transfers.column(tx, "item", state=ItemState.AWAITING_SECOND_SIGNER),
        CLERK: transfers.column(tx, "item", state=ItemState.DELIVERED, to=node.party),
    }
    return {
        whom: sum(items.get(tx, id=item, recalled=None) is not None for item in set(found))
        for whom, found in waits.items()
    }
