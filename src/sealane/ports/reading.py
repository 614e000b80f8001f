"""The seam between a file that nobody trusts and what lies in it."""

from __future__ import annotations

from typing import Protocol

from sealane.contents.found import FileContents

Document = bytes | bytearray | memoryview


class ContentReader(Protocol):
    """Reads files for what lies in them, seen and unseen; what becomes of them harms no node."""

    def read(self, document: Document, *, marks: bool = False) -> FileContents:
        """What lies in a file; what cannot be read, whatever the reason, is among its `unread`.

        Args:
            marks: whether the labels that it carries itself are asked for too.
        """
