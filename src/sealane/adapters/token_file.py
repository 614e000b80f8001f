"""A token that lies in a file of its own, read again when the file changes.

Spec: docs/settings.md (`metrics_token_file`).
"""

from __future__ import annotations

import hmac
import threading
from pathlib import Path

LEAST, MOST = 16, 4096
"""Characters that a token has; a shorter one is none."""


class TokenFile:
    """Whether words are those of the file; nobody's are where it is not there or holds too few."""

    def __init__(self, path: str) -> None:
        """Args: path: empty for no file."""
        self._path, self._turn = path, threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._held = b""

    def holds(self, words: str) -> bool:
        """Compared in a time that tells nothing of the token."""
        held = self._read() if self._path else b""
        right = hmac.compare_digest(words.encode("utf-8", "replace"), held or b"\x00" * LEAST)
        return right and bool(held)

    def _read(self) -> bytes:
        with self._turn:
            try:
                found = Path(self._path).stat()
                seen = (found.st_ino, found.st_mtime_ns, found.st_size)
                if seen != self._seen:
                    with Path(self._path).open("rb") as file:
                        held = file.read(MOST + 1).strip()
                    self._held = held if LEAST <= len(held) <= MOST else b""
                    self._seen = seen
            except OSError:
                self._held, self._seen = b"", None
            return self._held
