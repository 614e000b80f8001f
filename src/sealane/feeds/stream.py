"""The objects of a bundle or an envelope, one by one, from whatever pieces it comes in: memory
holds one object and one piece.

Spec: STIX 2.1 §8 (bundle); TAXII 2.1 §3.7 (envelope); spec/feeds.md §What is taken.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from typing import Any

from sealane.base.errors import Malformed, declare

OBJECT_MOST, MEMBER_MOST, BESIDE_MOST = 1 << 20, 1 << 16, 16
"""Characters of one object, and of a member beside `objects`; how many such members are kept."""
_SPACE = " \t\r\n"
_decoder = json.JSONDecoder()

NO_BUNDLE = declare(
    "feed.bundle",
    Malformed,
    "This is no bundle or envelope of STIX objects: {why}.",
    "STIX オブジェクトのバンドルやエンベロープではありません：{why}。",
    "Send one JSON object with `objects`, a list of STIX objects.",
    "`objects`（STIX オブジェクトの配列）を持つ JSON オブジェクトを一つ送ってください。",
)


def objects_of(pieces: Iterable[bytes], beside: dict[str, Any] | None = None) -> Iterator[str]:
    """The text of each member of `objects`, in order.

    Args: beside: is given what stands beside the list.
    What came before a fault was given out already: whoever takes it has taken whole objects.
    Raises: Malformed `feed.bundle`, as soon as it is reached.
    """
    for _, text in _BundleWalk(pieces, {} if beside is None else beside).objects():
        yield text


def read_loosely(pieces: Iterable[bytes]) -> Iterator[Any]:
    """The same as values, for whoever only looks for something: of a name that stands twice in one
    object the last counts. Raises: as `objects_of`.
    """
    for value, _ in _BundleWalk(pieces, {}).objects():
        yield value


class _BundleWalk:
    """One pass over the text of a document."""

    def __init__(self, pieces: Iterable[bytes], beside: dict[str, Any]) -> None:
        self._beside = beside
        self._pieces = iter(pieces)
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._text, self._at, self._over = "", 0, False

    def objects(self) -> Iterator[tuple[Any, str]]:
        self._take("{")
        seen = False
        while self._peek() != "}":
            name = self._value(MEMBER_MOST)[0]
            if not isinstance(name, str):
                raise NO_BUNDLE(why="a member has no name")
            self._take(":")
            if name != "objects":
                value, _ = self._value(MEMBER_MOST)
                if len(self._beside) < BESIDE_MOST:
                    self._beside[name] = value
            elif seen:
                raise NO_BUNDLE(why="`objects` stands in it twice")
            else:
                seen = True
                yield from self._list()
            if self._peek() != ",":
                break
            self._take(",")
        self._take("}")
        if self._peek():
            raise NO_BUNDLE(why="something follows it")

    def _list(self) -> Iterator[tuple[Any, str]]:
        self._take("[")
        while self._peek() != "]":
            yield self._value(OBJECT_MOST)
            if self._peek() != ",":
                break
            self._take(",")
            if self._peek() == "]":
                raise NO_BUNDLE(why="a comma ends the list")
        self._take("]")

    def _peek(self) -> str:
        """The next character that is no space; nothing at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _take(self, wanted: str) -> None:
        found = self._peek()
        if found != wanted:
            raise NO_BUNDLE(why=f"{wanted!r} is missing")
        self._at += 1

    def _value(self, most: int) -> tuple[Any, str]:
        """The next value, and its text."""
        self._peek()
        while True:
            try:
                value, end = _decoder.raw_decode(self._text, self._at)
            except RecursionError:
                raise NO_BUNDLE(why="it is nested too deep") from None
            except ValueError as error:
                whole, end = False, len(self._text)
                if self._over:
                    raise NO_BUNDLE(why=f"it is no JSON ({str(error)[:60]})") from None
            else:
                # a number may go on in the next piece
                whole = end < len(self._text) or self._over
            if end - self._at > most:
                raise NO_BUNDLE(why=f"one member is longer than {most} characters")
            if whole:
                text = self._text[self._at : end]
                self._at = end
                return value, text
            self._more()

    def _more(self) -> bool:
        """Whether more came; what was read already is let go."""
        if self._over:
            return False
        try:
            piece = next(self._pieces, None)
            self._over = piece is None
            more = self._decode(piece or b"", self._over)
        except UnicodeDecodeError:
            raise NO_BUNDLE(why="it is not UTF-8") from None
        self._text, self._at = self._text[self._at :] + more, 0
        return not self._over or bool(more)
