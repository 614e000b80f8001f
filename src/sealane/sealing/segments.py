"""The payload as segments of AES-256-GCM: streamed in reused buffers, flat in memory whatever the
size.

On disk a segment is a 12-byte nonce (a counter from 1), the ciphertext and the 16-byte tag; its
GMAC hash is that tag.
Spec: spec/container.md §3.
"""

from __future__ import annotations

import hashlib
import hmac
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sealane.sealing.manifest import NO_INTEGRITY, OVERHEAD, Integrity
from sealane.sealing.shape import Secret

try:
    from zlib_ng.zlib_ng import crc32
except ImportError:  # optional: the same result, ten times the rate
    from zlib import crc32

__all__ = [
    "NONCE",
    "SEGMENT",
    "TAG",
    "Hasher",
    "Written",
    "check_root",
    "crc32",
    "decrypt",
    "encrypt",
    "root_signature",
]

SEGMENT = 2 << 20
NONCE, TAG = 12, 16
_ZEROS = bytes(64 << 10)


class Hasher(Protocol):
    """Something fed with bytes as they pass; a hash, or a shell's hash on another thread."""

    def update(self, data: bytes | bytearray | memoryview, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Written:
    """What a payload came to: plaintext sizes, the concatenated tags, the CRC-32 of the encrypted
    bytes.
    """

    sizes: array[int]
    tags: bytes
    crc: int

    @property
    def plaintext_bytes(self) -> int:
        """The size of what was written, in the clear."""
        return sum(self.sizes)


def encrypt(
    source: BinaryIO,
    sink: BinaryIO,
    dek: bytes,
    *,
    segment: int = SEGMENT,
    plain: Hasher | None = None,
    sealed: Hasher | None = None,
    size: int | None = None,
) -> Written:
    """Encrypt a stream to its end; at least one segment, even for nothing.

    Args:
        dek: 32 bytes, fresh for this one call: the nonce counter starts at 1 each time.
        plain, sealed: hashes to feed with the plaintext and with the encrypted bytes.
        size: plaintext bytes when known, so that a small document takes and wipes a small buffer.
    """
    payload = _Payload(sink, dek, sealed)
    _encrypt_into(source, [payload], segment=segment, plain=plain, size=size)
    return payload.written()


def encrypt_several(
    source: BinaryIO,
    sinks: Sequence[tuple[BinaryIO, bytes]],
    *,
    segment: int = SEGMENT,
    plain: Hasher | None = None,
    size: int | None = None,
) -> list[Written]:
    """`encrypt` into several sinks, each under a key of its own, from one reading of the source: no
    sink holds another document than the next.
    """
    payloads = [_Payload(sink, dek, None) for sink, dek in sinks]
    _encrypt_into(source, payloads, segment=segment, plain=plain, size=size)
    return [payload.written() for payload in payloads]


def _encrypt_into(
    source: BinaryIO,
    payloads: Sequence[_Payload],
    *,
    segment: int,
    plain: Hasher | None,
    size: int | None,
) -> None:
    room = segment if size is None else max(1, min(segment, size))
    clear, out = bytearray(room), bytearray(room + OVERHEAD)
    clear_view, out_view = memoryview(clear), memoryview(out)
    first = True
    while True:
        held = _fill(source, clear_view)
        if held == 0 and not first:
            break
        first = False
        for payload in payloads:
            payload.put(clear_view[:held], out_view[: held + OVERHEAD])
        if plain is not None:
            plain.update(clear_view[:held])
        if held < room:
            break
    _wipe(clear)


class _Payload:
    """One sink that segments are laid into under one key."""

    __slots__ = ("_aes", "_crc", "_sealed", "_sink", "_sizes", "_tags")

    def __init__(self, sink: BinaryIO, dek: bytes, sealed: Hasher | None) -> None:
        self._sink, self._aes, self._sealed = sink, AESGCM(dek), sealed
        self._sizes, self._tags, self._crc = array("Q"), bytearray(), 0

    def put(self, clear: memoryview, block: memoryview) -> None:
        """Encrypt one segment into `block`, a buffer that may be used again at once, and lay it."""
        block[:NONCE] = (len(self._sizes) + 1).to_bytes(NONCE, "big")
        self._aes.encrypt_into(block[:NONCE], clear, None, block[NONCE:])
        self._crc = crc32(block, self._crc)
        _put(self._sink, block)
        if self._sealed is not None:
            self._sealed.update(block)
        self._sizes.append(len(clear))
        self._tags += block[-TAG:]

    def written(self) -> Written:
        return Written(self._sizes, bytes(self._tags), self._crc)


def root_signature(dek: Secret, aggregate: bytes) -> bytes:
    """HMAC-SHA256 over the concatenated hashes: what commits the container to its key. Spec:
    spec/container.md §3.
    """
    return hmac.new(dek, aggregate, hashlib.sha256).digest()


def check_root(dek: Secret, integrity: Integrity) -> None:
    """Prove the whole segment list under the key, before anything is decrypted. Raises:
    `container.integrity`.
    """
    if not hmac.compare_digest(root_signature(dek, integrity.aggregate), integrity.root):
        raise NO_INTEGRITY(why="the root signature does not hold")


def decrypt(
    source: BinaryIO,
    dek: Secret,
    integrity: Integrity,
    *,
    at: int,
    first: int = 0,
    last: int | None = None,
) -> Iterator[memoryview]:
    """Each segment's plaintext in order, after its hash equalled the listed one and its tag held.

    A yielded view is valid until the next is asked for, and wiped when the stream ends or fails.
    Args:
        at: offset of segment `first` in the source.
        first, last: segments to read, `last` excluded.
    Raises: Untrusted `container.integrity`, with the segment's number.
    """
    aes = AESGCM(dek)
    chosen = integrity.sizes[first:last]
    largest = max(chosen, default=0)
    clear, sealed = bytearray(largest), bytearray(largest + OVERHEAD)
    clear_view, sealed_view = memoryview(clear), memoryview(sealed)
    source.seek(at)
    try:
        for index, size in enumerate(chosen, first):
            block = sealed_view[: size + OVERHEAD]
            if _fill(source, block) != len(block):
                raise NO_INTEGRITY(why="the payload ends too early", position=index)
            if not hmac.compare_digest(
                _segment_hash(dek, block, integrity.segment_alg), integrity.tag(index)
            ):
                raise NO_INTEGRITY(why="a segment is not the listed one", position=index)
            try:
                aes.decrypt_into(block[:NONCE], block[NONCE:], None, clear_view[:size])
            except InvalidTag:
                raise NO_INTEGRITY(why="a segment does not decrypt", position=index) from None
            yield clear_view[:size]
    finally:
        _wipe(clear)


def _segment_hash(dek: Secret, block: memoryview, alg: str) -> bytes:
    if alg == "GMAC":
        return bytes(block[-TAG:])
    return hmac.new(dek, block, hashlib.sha256).digest()


def _fill(source: BinaryIO, view: memoryview) -> int:
    """Read until the view is full or the stream ends; short reads of pipes are normal."""
    done = 0
    while done < len(view):
        got = source.readinto(view[done:])  # type: ignore[attr-defined]
        if not got:
            break
        done += got
    return done


def _put(sink: BinaryIO, block: memoryview) -> None:
    done = 0
    while done < len(block):
        done += sink.write(block[done:])


def _wipe(buffer: bytearray) -> None:
    """Zeros over the whole buffer, by small blocks: a fresh block of the buffer's size would cost
    more than the wiping.
    """
    view = memoryview(buffer)
    for at in range(0, len(buffer), len(_ZEROS)):
        rest = view[at : at + len(_ZEROS)]
        rest[:] = _ZEROS[: len(rest)]
