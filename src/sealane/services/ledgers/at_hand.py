"""The ledgers that a node keeps, as those who look at them reach them: every stored log, how far it
is proven, and the partnerships behind the shared ones.

Spec: spec/ledger.md §4; R59, R61.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sealane.base.errors import Misconfigured, NotFound, declare
from sealane.ledger.log.checkpoint import Checkpoint, signed_by
from sealane.ledger.log.marks import Marks
from sealane.ledger.log.note import VerifierKey
from sealane.ports import Log, LogPeer, Tx, WitnessBook
from sealane.services.ledgers.log_marks import marks, mirror_marks
from sealane.services.ledgers.pair import Partnership
from sealane.services.ledgers.publisher import Publisher

OWN, MIRROR = "own", "mirror"

NO_LEDGER_WITH = declare(
    "ledger.no_partner",
    Misconfigured,
    "This node keeps no ledger of {agreement} with {party}.",
    "このノードに {party} との {agreement} の台帳はありません。",
    "Enrol the partner and adopt the agreement.",
    "相手国を登録し、取決めを採択してください。",
)
NO_LOG = declare(
    "ledger.log_unknown",
    NotFound,
    "This node keeps no log {origin}.",
    "このノードにログ {origin} はありません。",
    "See `sealane ledger status`.",
    "`sealane ledger status` で確かめてください。",
)


def _nobody(party: str, agreement: str) -> LogPeer:
    raise NO_LEDGER_WITH(party=party[:80], agreement=agreement[:80])


@dataclass(frozen=True, slots=True)
class LogAtHand:
    """A log that this node holds: one that it writes, or its mirror of a partner's."""

    role: str
    log: Log


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgersAtHand:
    """Every ledger of one node."""

    stored: Callable[[Tx], Sequence[LogAtHand]]
    """Own logs first, then mirrors, by origin."""
    book: WitnessBook
    partnerships: Callable[[], list[tuple[str, str, Partnership]]] = list
    """Partner, agreement and their two logs, where keys are open."""
    internal: Callable[[], Publisher] | None = None
    """What signs the log that is never shared; None where no key is open."""
    peer: Callable[[str, str], LogPeer] = _nobody
    page: Callable[[], bytes] = bytes
    """The stand-alone page that verifies an evidence file."""

    def gathered(self) -> LedgersAtHand:
        """The same with its partnerships looked up now, before a transaction that needs them."""
        pairs = self.partnerships()
        return replace(self, partnerships=lambda: pairs)

    def own(self, tx: Tx) -> list[Log]:
        """The logs that this node writes."""
        return [one.log for one in self.stored(tx) if one.role == OWN]

    def marks(self, tx: Tx, one: LogAtHand) -> Marks:
        """How far a log is durable, signed, cosigned and mirrored."""
        return (marks if one.role == OWN else mirror_marks)(tx, one.log, self.book)

    def told(self, tx: Tx) -> list[dict[str, object]]:
        """The same of every log, as it is shown."""
        return [{"role": one.role, **self.marks(tx, one).as_json()} for one in self.stored(tx)]

    def named(self, tx: Tx, origin: str) -> LogAtHand:
        """The log of an origin. Raises: NotFound `ledger.log_unknown`."""
        for one in self.stored(tx):
            if one.log.origin == origin:
                return one
        raise NO_LOG(origin=origin[:200])

    def with_partner(self, party: str, agreement: str | None) -> list[tuple[str, Partnership]]:
        """The ledgers kept with a partner, by agreement; at least one. Raises: Misconfigured
        `ledger.no_partner`.
        """
        kept = [
            (name, pair)
            for partner, name, pair in self.partnerships()
            if partner == party and agreement in (None, name)
        ]
        if not kept:
            raise NO_LEDGER_WITH(party=party[:80], agreement=(agreement or "-")[:80])
        return kept

    def keys(self, origin: str) -> tuple[VerifierKey, ...]:
        """Every key that may have signed or cosigned a head of this log, as far as it is known
        here.
        """
        for _, _, pair in self.partnerships():
            ours, theirs = pair.publisher, pair.mirror
            if ours.log.origin == origin:
                own = [*(one.verifier for one in ours.signers), *ours.ever]
                return (*own, *ours.witnesses, *ours.mirrors)
            if theirs.log.origin == origin:
                cosigning = [*theirs.witness.signers, *theirs.signers]
                return (*theirs.witness.ever(origin), *(one.verifier for one in cosigning))
        internal = None if self.internal is None else self.internal()
        if internal is not None and internal.log.origin == origin:
            return (*(one.verifier for one in internal.signers), *internal.ever)
        return ()

    def signed_by(self, checkpoint: Checkpoint) -> list[str]:
        """The names of who signed a head and is proven to have: its log, a witness, a mirror.

        Raises: Untrusted `ledger.note_signature`: a line in a known name does not hold.
        """
        found = signed_by(checkpoint, self.keys(checkpoint.head.origin))
        return list(dict.fromkeys(key.name for key in found))
