"""A private spool whose bytes are digested as they are written."""

from __future__ import annotations

import hashlib
import io
from typing import BinaryIO, cast


class DigestedSink(io.RawIOBase):
    """Writes on to a spool, and knows the SHA-384 of all that it wrote."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink, self._digest = sink, hashlib.sha384()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview, /) -> int:  # type: ignore[override]
        done = self._sink.write(data)
        self._digest.update(memoryview(data)[:done])
        return done

    @property
    def as_file(self) -> BinaryIO:
        """Itself, as what is written to."""
        return cast(BinaryIO, self)

    def hexdigest(self) -> str:
        """Of what was written so far."""
        return self._digest.hexdigest()
