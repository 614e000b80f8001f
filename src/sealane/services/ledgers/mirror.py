"""Mirror the partner's log: hold every entry under its signed head, and say so with a cosignature.
Spec: C2SP tlog-mirror.

Entries arrive by our pulling tiles or by the log's add-entries; both are proven package by package
against a head the witness has locked onto, so that a mirror never holds an entry of a fork.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sealane.base.errors import Malformed, Unavailable, Untrusted, declare
from sealane.ledger.log import equivocation, merkle, mirror, tiles
from sealane.ledger.log.checkpoint import Head, NoteSigner, parse_checkpoint
from sealane.ledger.log.mirror import INFO_TYPE, Package, Upload
from sealane.ledger.log.tiles import ENTRIES, WIDTH, Tile
from sealane.ledger.log.witness import encode_request
from sealane.ports import Host, Log, LogPeer, Store, Tx, WitnessBook
from sealane.services.ledgers.slices import size_of
from sealane.services.ledgers.witness import Reply, Witness

PARTNER_LIES = declare(
    "mirror.partner_log",
    Untrusted,
    "The partner's log {origin} does not show what it signed: {what}.",
    "相手国のログ {origin} が署名内容と一致しません：{what}。",
    "Its signed heads are kept as evidence; tell the partner, and do not rely on newer entries.",
    "署名付き先端は証拠として保存しました。相手国に知らせ、新しい記録に依拠しないでください。",
)
PARTNER_MOVES = declare(
    "mirror.partner_moves",
    Unavailable,
    "The partner's log {origin} grew each time its head was about to be taken.",
    "相手国のログ {origin} が、先端を受け取ろうとするたびに伸びました。",
    "Nothing is wrong; the next round takes the newest head.",
    "異常ではありません。次の回で最新の先端を受け取ります。",
)
MUCH_MORE = declare(
    "mirror.much_more",
    Unavailable,
    "The partner's log {origin} has {size} entries, of which {held} are mirrored by now.",
    "相手国のログ {origin} は {size} 件あり、{held} 件まで写しました。",
    "Nothing is wrong; the next round goes on.",
    "異常ではありません。次の回で続きを写します。",
)
AT_ONCE = 64
"""Bundles of 256 entries that one round takes of a partner's log: one that never ends ends here."""
ROUNDS = 3
"""How often a head is put to the witness again when the partner itself submitted one in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """Our copy of one partner log; `signers` are mirror cosigners, distinct from the witness."""

    store: Store
    book: WitnessBook
    host: Host
    log: Log
    witness: Witness
    signers: Sequence[NoteSigner]
    may_sign: Callable[[Tx], None] = lambda _: None
    """Raises while this node may be older than what it said."""

    def pull(self, peer: LogPeer) -> Head | None:
        """Fetch what the partner's log has beyond our copy; the head we now mirror, None when it
        has no checkpoint.

        Raises: Untrusted `mirror.partner_log`, `ledger.differs`; Unavailable, as
        `mirror.partner_moves`; `mirror.much_more` after so much as one round takes. What was proven
        before stays.
        """
        shown = peer.fetch("checkpoint")
        if shown is None:
            return None
        raw, head = self._lock_onto(shown, peer)
        with self.store.reading() as tx:
            start = self.held(tx)
        fetch = kept_tiles(peer)
        nodes = tiles.nodes_from(fetch, head.size)
        stop = min(head.size, start - start % WIDTH + WIDTH * AT_ONCE)
        while start < stop:
            end = min(head.size, start - start % WIDTH + WIDTH)
            tile = Tile(ENTRIES, start // WIDTH, tiles.width_at(ENTRIES, start // WIDTH, head.size))
            entries = tiles.decode_bundle(fetch(tile), tile.width)[start % WIDTH :]
            path = merkle.subtree_consistency_path(start - start % WIDTH, end, head.size, nodes)
            self._accept(Package(start, tuple(entries), tuple(path)), head)
            start = end
        if start < head.size:
            raise MUCH_MORE(origin=head.origin, held=start, size=head.size)
        self._finish(raw, head)
        self._compare(shown, raw)
        return head

    def _lock_onto(self, raw: bytes, peer: LogPeer) -> tuple[bytes, Head]:
        """Put the head through the witness's rule with a path from the partner's tiles; the
        checkpoint to mirror.
        """
        head = parse_checkpoint(raw).head
        if head.origin != self.log.origin:
            raise PARTNER_LIES(origin=self.log.origin, what="its checkpoint has another origin")
        nodes = tiles.nodes_from(kept_tiles(peer), head.size)
        for _ in range(ROUNDS):
            known = self.witness.checkpoint(head.origin)
            old = parse_checkpoint(known).head if known is not None else None
            if (
                known is not None
                and old is not None
                and (old.size > head.size or (old.size, old.root) == (head.size, head.root))
            ):
                return known, old
            path = merkle.consistency_path(old.size, head.size, nodes) if old is not None else []
            reply = self.witness.add_checkpoint(encode_request(old.size if old else 0, path, raw))
            if reply.status == 200:
                return raw, head
            if (
                reply.status == 422
                and known is not None
                and old is not None
                and old.size < head.size
            ):
                self.witness.accuse(known, raw, equivocation.split_path(old.size, head.size, nodes))
            if (
                reply.status != 409
                # 409: the partner's own submission came first, so the witness knows a newer head by
                # now
            ):
                raise PARTNER_LIES(origin=head.origin, what=reply.body.decode()[:120].strip())
        raise PARTNER_MOVES(origin=head.origin)

    def _compare(self, shown: bytes, raw: bytes) -> None:
        """A head behind the one we now mirror is its beginning, or evidence. Raises: Untrusted
        `mirror.partner_log`.
        """
        small, large = parse_checkpoint(shown).head, parse_checkpoint(raw).head
        if not 0 < small.size < large.size:
            return
        with self.store.reading() as tx:
            if self.log.root_at(tx, small.size) == small.root:
                return
            path = equivocation.split_path(small.size, large.size, self.log.nodes(tx, large.size))
        self.witness.accuse(raw, shown, path)
        raise PARTNER_LIES(
            origin=small.origin, what="an earlier head is not the beginning of a later one"
        )

    def add_entries(self, body: bytes) -> Reply:
        """The answer to add-entries, exact in status and body."""
        try:
            upload = mirror.parse_upload(body)
        except Malformed as error:
            return Reply(400, f"{error.message}\n".encode())
        if upload.origin != self.log.origin:
            return Reply(404, b"unknown log\n")
        pending = self.witness.checkpoint(upload.origin)
        if pending is None:
            return Reply(422, b"no pending checkpoint\n")
        head = parse_checkpoint(pending).head
        with self.store.reading() as tx:
            nxt, done = self.held(tx), self._mirrored(tx)
        if (
            upload.end != head.size
            or upload.end < done
            or upload.start > nxt
            or nxt - upload.start > WIDTH * mirror.MAX_PACKAGES
        ):
            return Reply(409, mirror.info(head.size, nxt), INFO_TYPE)
        return self._take(upload, body, (pending, head))

    def _take(self, upload: Upload, body: bytes, pending: tuple[bytes, Head]) -> Reply:
        raw, head = pending
        offset, taken = upload.offset, upload.start
        try:
            for span in upload.spans():
                if offset == len(body) and taken > upload.start:
                    break
                package, offset = mirror.read_package(body, offset, span)
                self._accept(package, head)
                taken = span[1]
        except Malformed as error:
            if taken == upload.start:
                return Reply(400, f"{error.message}\n".encode())
        except Untrusted as error:
            return Reply(422, f"{error.message}\n".encode())
        with self.store.reading() as tx:
            nxt = self.held(tx)
        if taken < upload.end:
            return Reply(202, mirror.info(upload.end, nxt), INFO_TYPE)
        return Reply(200, self._finish(raw, head))

    def _accept(self, package: Package, head: Head) -> None:
        """Prove and save one package; what is already held is skipped. Raises: Untrusted."""
        border = package.start - package.start % WIDTH
        with self.store.writing() as tx:
            held = self.held(tx)
            before = (
                [merkle.leaf_hash(entry) for entry in self.log.entries(tx, border, package.start)]
                if held
                else []
            )
            mirror.verify_package(package, before, head)
            if fresh := package.entries[max(0, held - package.start) :]:
                self.log.append(tx, fresh)
        self.host.reached("mirror.saved")

    def _finish(self, raw: bytes, head: Head) -> bytes:
        """Cosign the head that our copy now reaches; the cosignature lines. Raises: Untrusted
        `mirror.partner_log`.
        """
        at, keys = self.host.now(), [signer.verifier for signer in self.signers]
        with self.store.writing() as tx:
            held = self.log.checkpoint(tx) if self.held(tx) else None
            if held is not None and parse_checkpoint(held).head == head:
                return "".join(
                    one.line for one in parse_checkpoint(held).note.only(keys).signatures
                ).encode()
            if self.held(tx) < head.size or (
                head.size and self.log.root_at(tx, head.size) != head.root
            ):
                raise PARTNER_LIES(
                    origin=head.origin, what="its entries do not lead to the signed root"
                )
            self.may_sign(tx)
            signatures = [signer.sign(head, at) for signer in self.signers]
            if head.size:
                note = parse_checkpoint(raw).note.adding(signatures)
                self.log.put_checkpoint(tx, head.size, at, note.encode())
        return "".join(signature.line for signature in signatures).encode()

    def held(self, tx: Tx) -> int:
        """How many of the partner's entries are held here."""
        return size_of(tx, self.log)

    def _mirrored(self, tx: Tx) -> int:
        if not self.held(tx):
            return 0
        note = self.log.checkpoint(tx)
        return parse_checkpoint(note).head.size if note is not None else 0

    def checkpoint(self) -> bytes | None:
        """The newest head we hold completely, with our cosignature."""
        with self.store.reading() as tx:
            return self.log.checkpoint(tx) if self.held(tx) else None


def kept_tiles(peer: LogPeer, prefix: str = "") -> Callable[[Tile], bytes]:
    """A tile reader over the partner's resources that keeps the last few; a full tile stands in for
    a partial one.
    """
    kept: dict[Tile, bytes] = {}

    def fetch(tile: Tile) -> bytes:
        if tile not in kept:
            if len(kept) > 64:
                kept.clear()
            kept[tile] = _fetch_tile(peer, prefix, tile)
        return kept[tile]

    return fetch


def bundles(
    fetch: Callable[[Tile], bytes], start: int, end: int
) -> Iterator[tuple[int, list[bytes]]]:
    """Entries [start, end) of a tree of `end` entries or more, as (first index, entries) for each
    bundle.
    """
    while start < end:
        width = min(WIDTH, end - start // WIDTH * WIDTH)
        found = tiles.decode_bundle(fetch(Tile(ENTRIES, start // WIDTH, width)), width)[
            start % WIDTH :
        ]
        yield start, found
        start += len(found)


def _fetch_tile(peer: LogPeer, prefix: str, tile: Tile) -> bytes:
    data, width = peer.fetch(prefix + tile.path), tile.width
    if data is None and width < WIDTH:
        data, width = peer.fetch(prefix + tile.full.path), WIDTH
    if data is None:
        raise PARTNER_LIES(origin="-", what=f"{tile.path} is missing")
    if tile.level == ENTRIES:
        return tiles.encode_bundle(tiles.decode_bundle(data, width)[: tile.width])
    if len(data) != width * tiles.HASH:
        raise PARTNER_LIES(origin="-", what=f"{tile.path} has the wrong length")
    return data[: tile.width * tiles.HASH]
