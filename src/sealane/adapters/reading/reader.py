"""Files read by a child process each; plain text, which harms no reader, here.

What a child answers is believed for nothing but what it says it found. Where no child can be shut
in, nothing but text is read, and that is said.
Spec: spec/residue.md §2; R62.
"""

from __future__ import annotations

import threading

import msgspec

from sealane.adapters.viewing.feeding import Ended, asked
from sealane.adapters.viewing.limits import DOCUMENT_MOST, DRAWING_SECONDS
from sealane.contents.found import TEXT_MOST, FileContents, Gathering, Unread
from sealane.contents.plain import read_texts, texts_of
from sealane.ports.reading import Document

CHILD = "sealane.adapters.reading.child"
ANSWER_MOST = 8 * TEXT_MOST
TURNS, PATIENCE = 2, 60.0
"""Children at one time, and seconds that a file waits for its turn."""
_BINARY = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"{\\rtf")


class ChildContents:
    """`ContentReader` by children.

    Args:
        seconds: after which a child is ended.
    """

    def __init__(self, turns: int = TURNS, seconds: float = DRAWING_SECONDS) -> None:
        self._turns = threading.BoundedSemaphore(turns)
        self._seconds = seconds

    def read(self, document: Document, *, marks: bool = False) -> FileContents:
        if len(document) > DOCUMENT_MOST:
            return _unread("limits")
        data = bytes(document)
        if not data.startswith(_BINARY) and b"%PDF-" not in data[:1024]:
            texts = texts_of(data)
            if texts:
                into = Gathering("text")
                read_texts(texts, into)
                return into.done()
        return self._by_child(data, marks)

    def _by_child(self, data: bytes, marks: bool) -> FileContents:
        if not self._turns.acquire(timeout=PATIENCE):
            return _unread("limits")
        try:
            answer = asked(
                {"marks": marks}, data, seconds=self._seconds, most=ANSWER_MOST, program=CHILD
            )
        except Ended:
            return _unread("limits")
        finally:
            self._turns.release()
        if not answer:  # it died: the system's limits end a process without a word
            return _unread("limits")
        try:
            return msgspec.json.decode(answer, type=FileContents)
        except msgspec.MsgspecError:
            return _unread("damaged")


def _unread(why: str) -> FileContents:
    return FileContents("other", (), (Unread("file", why),))
