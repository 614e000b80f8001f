"""Witness the partner's log: check and save in one step, cosign, and keep what contradicts. Spec:
C2SP tlog-witness.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sealane.base.errors import Malformed, SealaneError
from sealane.ledger.log import equivocation
from sealane.ledger.log.checkpoint import Checkpoint, NoteSigner, parse_checkpoint
from sealane.ledger.log.note import VerifierKey
from sealane.ledger.log.witness import SIZE_TYPE, TEXT_TYPE, CosignRequest, parse_request, rule
from sealane.ports import Host, Store, Tx, WitnessBook

OnConflict = Callable[[Tx, Checkpoint, bytes | None], None]
"""Called in the witness's transaction with a kept head and its fraud proof, so that the conflict
becomes an entry.
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer."""

    status: int
    body: bytes
    content_type: str = TEXT_TYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """One cosigner with its keys; `trusted` gives the log keys for an origin, none for a log it
    does not know.
    """

    store: Store
    book: WitnessBook
    host: Host
    signers: Sequence[NoteSigner]
    trusted: Callable[[str], Sequence[VerifierKey]]
    """Those that count now."""
    ever: Callable[[str], Sequence[VerifierKey]] = lambda _: ()
    """All that a log had, one after another: what they signed before stays its word."""
    on_conflict: OnConflict | None = None
    may_sign: Callable[[Tx], None] = lambda _: None
    """Raises while this node may be older than what it said: what it cosigned since, it forgot."""

    def add_checkpoint(self, body: bytes) -> Reply:
        """The answer to add-checkpoint, exact in status and body. A saved head is durable before
        this returns.
        """
        try:
            request = parse_request(body)
        except Malformed as error:
            return Reply(400, f"{error.message}\n".encode())
        head = request.checkpoint.head
        keys = self.trusted(head.origin)
        with self.store.writing() as tx:
            self.may_sign(tx)
            known = self.book.last(tx, head.origin)
            last = parse_checkpoint(known).head if known is not None else None
            ruling = rule(request, keys, last)
            if ruling.conflict:
                self._keep(tx, request, known)
            if ruling.status != 200:
                return _refusal(ruling.status, ruling.why)
            lines = self._cosign(tx, request)
        self.host.reached("witness.saved")
        return Reply(200, lines)

    def _cosign(self, tx: Tx, request: CosignRequest) -> bytes:
        at, head = self.host.now(), request.checkpoint.head
        signatures = [signer.sign(head, at) for signer in self.signers]
        note = request.checkpoint.note.only(self.every_key(head.origin)).adding(signatures)
        self.book.save(tx, head.origin, head.size, note.encode(), at)
        return "".join(signature.line for signature in signatures).encode()

    def every_key(self, origin: str) -> Sequence[VerifierKey]:
        """All keys that a log had, those that count now first."""
        return list(dict.fromkeys([*self.trusted(origin), *self.ever(origin)]))

    def _keep(self, tx: Tx, request: CosignRequest, known: bytes | None) -> None:
        """Evidence is kept by MUST here, where the specification says MAY."""
        every = self.every_key(request.checkpoint.head.origin)
        fraud = _fraud(known, request.raw, every) if known is not None else None
        fresh = self.book.keep(
            tx,
            request.checkpoint.head.origin,
            request.raw,
            against=known,
            fraud=fraud,
            at=self.host.now(),
        )
        if fresh and self.on_conflict is not None:
            self.on_conflict(tx, request.checkpoint, fraud)

    def accuse(self, known: bytes, raw: bytes, path: Sequence[bytes]) -> bytes | None:
        """Complete the evidence for two heads of two sizes with nodes of the larger tree; the fraud
        proof, if it is one.
        """
        checkpoint = parse_checkpoint(raw)
        fraud = _fraud(known, raw, self.every_key(checkpoint.head.origin), path)
        if fraud is not None:
            with self.store.writing() as tx:
                fresh = self.book.keep(
                    tx, checkpoint.head.origin, raw, against=known, fraud=fraud, at=self.host.now()
                )
                if fresh and self.on_conflict is not None:
                    self.on_conflict(tx, checkpoint, fraud)
        return fraud

    def checkpoint(self, origin: str) -> bytes | None:
        """The last cosigned checkpoint of a log, for the monitoring address."""
        with self.store.reading() as tx:
            return self.book.last(tx, origin)


def _refusal(status: int, why: str) -> Reply:
    return Reply(status, f"{why}\n".encode(), SIZE_TYPE if status == 409 else TEXT_TYPE)


def _fraud(
    known: bytes, raw: bytes, keys: Sequence[VerifierKey], path: Sequence[bytes] = ()
) -> bytes | None:
    """A self-contained proof by any one trusted key, or None."""
    for key in keys:
        try:
            found = equivocation.find(known, raw, [key], path)
        except SealaneError:
            continue
        if found is not None:
            return found.encode()
    return None
