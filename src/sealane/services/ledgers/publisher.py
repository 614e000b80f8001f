"""Publish this node's heads, have the partner cosign them, entangle the partner's, and come back
from an old backup.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sealane.base.errors import NotFound, Untrusted, declare
from sealane.base.values import Instant
from sealane.crypto.keys import Signer
from sealane.ledger import entries, fields
from sealane.ledger.log import merkle, restore, shadow, tiles
from sealane.ledger.log.checkpoint import (
    Checkpoint,
    Head,
    NoteSigner,
    parse_checkpoint,
    require_any,
    signed_by,
)
from sealane.ledger.log.marks import Marks
from sealane.ledger.log.note import Note, VerifierKey, parse_signature
from sealane.ledger.log.tiles import Tile
from sealane.ledger.log.witness import encode_request
from sealane.ports import Anchor, Host, Log, LogPeer, Store, Tx, WitnessBook
from sealane.services.ledgers.log_marks import COSIGNED, MIRRORED, marks
from sealane.services.ledgers.mirror import bundles, kept_tiles
from sealane.services.ledgers.slices import size_of

WITNESS_REFUSED = declare(
    "ledger.witness_refused",
    Untrusted,
    "The partner's witness did not cosign log {origin}: {status} {why}.",
    "相手国の証人がログ {origin} に連署しませんでした：{status} {why}。",
    "Compare the two nodes' heads with `sealane ledger equivocation`; keep both checkpoints.",
    "`sealane ledger equivocation` で両ノードの先端を比べ、両方を保存してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """One own log with its keys; `witnesses` and `mirrors` are the partner's cosigner keys."""

    store: Store
    book: WitnessBook
    host: Host
    log: Log
    anchor: Anchor
    signers: Sequence[NoteSigner]
    shadow_signers: Sequence[Signer] = ()
    witnesses: Sequence[VerifierKey] = ()
    mirrors: Sequence[VerifierKey] = ()
    ever: Sequence[VerifierKey] = ()
    """Every key that this log had."""
    may_sign: Callable[[Tx], None] = lambda _: None
    """Raises while this node may be older than what it said."""

    def publish(self, marks: Iterable[Head] = ()) -> bytes:
        """Sign the newest head and give its checkpoint; entries appended before are durable and
        covered by it.

        The order is: re-derive from stored entries, restore rule, anchor, sign, store.
        Args:
            marks: heads the partner knows this log to have signed.
        Raises: Conflict `ledger.behind`, `ledger.anchor_missing`; Untrusted `ledger.forked`,
        `ledger.store_altered`; what `may_sign` raises.
        """
        anchored = self.anchor.load()
        known = [mark for mark in [anchored, *marks] if mark is not None]
        with self.store.writing() as tx:
            if anchored is None and size_of(tx, self.log) and self.log.checkpoint(tx) is not None:
                raise restore.UNANCHORED(origin=self.log.origin)

            def before(head: Head) -> None:
                restore.may_sign(head, lambda size: self.log.root_at(tx, size), known)
                self.may_sign(tx)
                self.host.reached("ledger.before_anchor")
                if head != anchored:
                    self.anchor.save(head)
                self.host.reached("ledger.anchored")

            note = self.log.publish(
                tx, self.signers, self.host.now(), shadow_signers=self.shadow_signers, before=before
            )
        self.host.reached("ledger.published")
        return note

    def require_newest(self, tx: Tx, marks: Iterable[Head] = ()) -> None:
        """What is stored extends the anchored head and every head that others show.

        Raises: Conflict `ledger.behind`, `ledger.anchor_missing`; Untrusted `ledger.forked`.
        """
        anchored, size = self.anchor.load(), size_of(tx, self.log)
        if anchored is None and size and self.log.checkpoint(tx) is not None:
            raise restore.UNANCHORED(origin=self.log.origin)
        for mark in filter(None, [anchored, *marks]):
            if mark.size > size:
                raise restore.BEHIND(origin=self.log.origin, size=size, signed=mark.size)
            if mark.size and self.log.root_at(tx, mark.size) != mark.root:
                raise restore.FORKED(origin=self.log.origin, signed=mark.size)

    def known_by(self, peer: LogPeer) -> list[Head]:
        """Heads of this log that the partner's witness and mirror hold, proven by this log's own
        signature.
        """
        found = []
        for name in ("witness", "mirror"):
            raw = peer.fetch(f"{name}/{origin_hash(self.log.origin)}/checkpoint")
            if raw is not None:
                checkpoint = parse_checkpoint(raw)
                require_any(checkpoint, self._own())
                found.append(checkpoint.head)
        return found

    def _own(self) -> list[VerifierKey]:
        return list(dict.fromkeys([*(one.verifier for one in self.signers), *self.ever]))

    def seek_cosignature(self, peer: LogPeer) -> Checkpoint:
        """Submit the newest checkpoint to the partner's witness and keep its cosignature.

        Raises: Untrusted `ledger.witness_refused`; Conflict `ledger.behind`; Unavailable.
        """
        with self.store.reading() as tx:
            raw = self.log.checkpoint(tx)
            old = self.book.mark(tx, self.log.origin, COSIGNED)
        checkpoint = parse_checkpoint(raw if raw is not None else self.publish())
        if old == checkpoint.head.size and _has(checkpoint, self.witnesses):
            return checkpoint
        for _ in range(3):
            with self.store.reading() as tx:
                path = self.log.consistency(tx, old, checkpoint.head.size) if old else []
            status, body = peer.post(
                "add-checkpoint", encode_request(old, path, checkpoint.note.encode())
            )
            if status == 200:
                return self._merge(
                    checkpoint, body.decode(errors="replace"), self.witnesses, COSIGNED
                )
            if status != 409:
                break
            old = _size(body)
            if old > checkpoint.head.size:
                raise restore.BEHIND(origin=self.log.origin, size=checkpoint.head.size, signed=old)
        raise WITNESS_REFUSED(
            origin=self.log.origin, status=status, why=body[:120].decode(errors="replace").strip()
        )

    def note_mirrored(self, peer: LogPeer) -> int:
        """Learn from the partner's mirror how many of our entries it holds; its cosignature must
        hold.
        """
        raw = peer.fetch(f"mirror/{origin_hash(self.log.origin)}/checkpoint")
        if raw is None:
            return 0
        checkpoint = parse_checkpoint(raw)
        require_any(checkpoint, self._own())
        if self.mirrors:
            require_any(checkpoint, self.mirrors)
        with self.store.reading() as tx:
            if self.log.root_at(tx, checkpoint.head.size) != checkpoint.head.root:
                raise restore.FORKED(origin=self.log.origin, signed=checkpoint.head.size)
            own = self.log.checkpoint(tx)
            known = self.book.mark(tx, self.log.origin, MIRRORED)
        noted = own is not None and _has(parse_checkpoint(own), self.mirrors)
        if known >= checkpoint.head.size and noted:
            return known
        lines = "".join(
            one.line
            for one in checkpoint.note.signatures
            if any(key.made(one) for key in self.mirrors)
        )
        if self.mirrors and own is not None and parse_checkpoint(own).head == checkpoint.head:
            self._merge(parse_checkpoint(own), lines, self.mirrors, MIRRORED)
        else:
            with self.store.writing() as tx:
                self.book.set_mark(
                    tx, self.log.origin, MIRRORED, checkpoint.head.size, self.host.now()
                )
        return checkpoint.head.size

    def note_cosigned(self, peer: LogPeer, said: Instant) -> int:
        """Learn from what the partner's witness shows how many of our entries it cosigned, where
        nobody is there to be asked; its cosignature must hold.

        Args:
            said: when it was shown; what was cosigned then counts from then, and no later.
        Raises: Conflict `ledger.behind`; Untrusted `ledger.forked`, as `require_any`.
        """
        raw = peer.fetch(f"witness/{origin_hash(self.log.origin)}/checkpoint")
        with self.store.reading() as tx:
            known = self.book.mark(tx, self.log.origin, COSIGNED)
            own = self.log.checkpoint(tx) if size_of(tx, self.log) else None
        if raw is None:
            return known
        checkpoint = parse_checkpoint(raw)
        head, at = checkpoint.head, Instant(min(said, self.host.now()))
        require_any(checkpoint, self._own())
        require_any(checkpoint, self.witnesses)
        with self.store.reading() as tx:
            self.require_newest(tx, [head])
        if own is not None and parse_checkpoint(own).head == head:
            noted = head.size <= known and _has(parse_checkpoint(own), self.witnesses)
            if not noted:
                lines = "".join(one.line for one in checkpoint.note.only(self.witnesses).signatures)
                self._merge(parse_checkpoint(own), lines, self.witnesses, COSIGNED, at=at)
        elif head.size > known:
            with self.store.writing() as tx:
                self.book.set_mark(tx, self.log.origin, COSIGNED, head.size, at)
        return max(known, head.size)

    def _merge(
        self,
        checkpoint: Checkpoint,
        lines: str,
        keys: Sequence[VerifierKey],
        mark: str,
        *,
        at: Instant | None = None,
    ) -> Checkpoint:
        """Add cosignature lines by known keys that hold; at least one must. Raises: Untrusted."""
        signatures = [parse_signature(line) for line in lines.splitlines() if line]
        known = [one for one in signatures if any(key.made(one) for key in keys)]
        head = checkpoint.head
        alone = Checkpoint(head, Note(head.body, tuple(known)))
        if not known or not signed_by(alone, keys):
            raise WITNESS_REFUSED(
                origin=head.origin, status=200, why="no cosignature by a known key"
            )
        with self.store.writing() as tx:
            newest = self.log.checkpoint(tx)
            base = parse_checkpoint(newest) if newest is not None else checkpoint
            if base.head == head:
                base = Checkpoint(head, base.note.adding(known))
                self.log.put_checkpoint(tx, head.size, self.host.now(), base.note.encode())
            self.book.set_mark(
                tx, head.origin, mark, head.size, self.host.now() if at is None else at
            )
        return base

    def entangle(self, partner: bytes) -> int | None:
        """Append the partner's newest head to this log, unless nothing else was logged since the
        last time.

        Without that rule two nodes would answer each other for ever.
        """
        checkpoint = parse_checkpoint(partner)
        head = checkpoint.head
        name = f"entangled:{origin_hash(head.origin)[:16]}"
        with self.store.writing() as tx:
            size = size_of(tx, self.log)
            if head.size <= self.book.mark(tx, self.log.origin, name) or (
                size and _is_entanglement(self.log.entry(tx, size - 1))
            ):
                return None
            text = (
                Note(
                    head.body,
                    tuple(
                        one
                        for one in checkpoint.note.signatures
                        if one.key_id != shadow.line_id(head.origin)
                    ),
                )
                .encode()
                .decode()
            )
            at = self.host.now()
            entry = entries.make(
                "head.entangled",
                at,
                self.host.entropy(entries.SALT),
                origin=head.origin,
                size=head.size,
                root=head.root.hex(),
                note=text if len(text) <= fields.MAX_NOTE_FIELD else None,
            )
            self.book.set_mark(tx, self.log.origin, name, head.size, at)
            return self.log.append(tx, [entry])

    def marks(self, tx: Tx) -> Marks:
        """How far this log is durable, signed, cosigned and mirrored."""
        return marks(tx, self.log, self.book)

    def recover(
        self, peer: LogPeer, moved: Callable[[Tx, int, int], None] | None = None
    ) -> tuple[int, int]:
        """Fetch this log's own later entries from the partner's mirror: (first index, end) of what
        came back.

        Every bundle is proven against the head that this log itself signed before the loss. What
        was appended after the backup came back was never signed: it keeps its order and follows
        what was recovered.
        Args:
            moved: told in the same step when such entries, from an index on, now stand further on
                by a distance.
        Raises: NotFound `ledger.nothing_to_recover`; Untrusted `ledger.forked`,
        `ledger.consistency`; Unavailable.
        """
        prefix = f"mirror/{origin_hash(self.log.origin)}/"
        raw = peer.fetch(f"{prefix}checkpoint")
        if raw is None:
            raise NOTHING_TO_RECOVER(origin=self.log.origin)
        checkpoint = parse_checkpoint(raw)
        require_any(checkpoint, self._own())
        head, fetch = checkpoint.head, kept_tiles(peer, prefix)
        nodes = tiles.nodes_from(fetch, head.size)
        if merkle.root_of(0, head.size, nodes) != head.root:
            raise restore.FORKED(origin=self.log.origin, signed=head.size)
        with self.store.writing() as tx:
            first = self._agreeing(tx, head, fetch)
            if first < head.size:
                late = self.log.take_back(tx, first)
                for _, found in bundles(fetch, first, head.size):
                    self.log.append(tx, found)
                if self.log.head(tx).root != head.root:
                    raise restore.FORKED(origin=self.log.origin, signed=head.size)
                self.log.put_checkpoint(tx, head.size, self.host.now(), raw)
                self.log.append(tx, late)
                if late and moved is not None:
                    moved(tx, first, head.size - first)
        if self.anchor.load() is None:
            self.anchor.save(head)
        return first, max(first, head.size)

    def _agreeing(self, tx: Tx, head: Head, fetch: Callable[[Tile], bytes]) -> int:
        """How many of the entries stored here are the mirror's too, from the start. Raises:
        Untrusted `ledger.forked`.
        """
        nodes, at = tiles.nodes_from(fetch, head.size), 0
        size = min(size_of(tx, self.log), head.size)
        for signed, _, _ in self.log.signed(tx) if size else ():
            if signed <= head.size:
                if self.log.root_at(tx, signed) != merkle.root_of(0, signed, nodes):
                    raise restore.FORKED(origin=self.log.origin, signed=signed)
                at = signed
                break
        for start, found in bundles(fetch, at, size):
            for index, own in enumerate(
                self.log.entries(tx, start, start + len(found)), start=start
            ):
                if own != found[index - start]:
                    return index
        return size


NOTHING_TO_RECOVER = declare(
    "ledger.nothing_to_recover",
    NotFound,
    "The partner's mirror holds nothing of log {origin}.",
    "相手国の写しにログ {origin} の記録がありません。",
    "If the log never reached the partner, start a new origin and say so in both logs.",
    "一度も相手国に届いていなければ、新しい origin を始め、両方のログに記してください。",
)


def origin_hash(origin: str) -> str:
    """The path element that stands for a log at a witness or mirror. Spec: C2SP tlog-witness
    (monitoring).
    """
    return hashlib.sha256(origin.encode()).hexdigest()


def _has(checkpoint: Checkpoint, keys: Sequence[VerifierKey]) -> bool:
    """Whether one of somebody's keys made a line of the note."""
    return not keys or bool(checkpoint.note.only(keys).signatures)


def _size(body: bytes) -> int:
    text = body.decode("ascii", errors="replace").strip()
    return int(text) if text.isdecimal() and len(text) < 20 else 0


def _is_entanglement(entry: bytes) -> bool:
    found = entries.known(entry)
    return found is not None and found.kind == "head.entangled"
