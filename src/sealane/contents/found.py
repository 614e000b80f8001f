"""What a reader found in a file: texts by the layer they lie in, and what nobody could read.

Spec: spec/residue.md §2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Layer(StrEnum):
    """Where in a file something lies, as far as it matters to who looks at a page."""

    TEXT = "text"
    """What a page shows."""
    METADATA = "metadata"
    """Author, title, comments, custom properties, what a camera wrote."""
    AROUND = "around"
    """What programs keep around a document: templates, styles, fields, texts of objects."""
    REVISION = "revision"
    """Tracked changes, deleted text among them."""
    HIDDEN = "hidden"
    """Text, rows, columns, sheets, slides and layers that are there and not shown."""
    COMMENT = "comment"
    """Comments, annotations and what was filled into forms."""
    NOTE = "note"
    """A speaker's notes."""
    EMBEDDED = "embedded"
    """Files and objects inside the file, previews among them."""
    SCRIPT = "script"
    """Programs, and actions that begin by themselves."""
    EARLIER = "earlier"
    """What the file was before it was last saved."""
    LOOSE = "loose"
    """Bytes that nothing in the file refers to."""
    LINKED = "linked"
    """What was taken from elsewhere and is kept: links, caches, connections."""


UNSEEN = frozenset(set(Layer) - {Layer.TEXT, Layer.METADATA, Layer.AROUND})
"""Layers that no page shows: to be there at all is a finding in a file that was cut."""


@dataclass(frozen=True, slots=True)
class ContentPart:
    """One text of a file, lines apart by line feeds; empty where only that it is there is known."""

    layer: Layer
    place: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """What no reader here can read, and why, by a code: `picture`, `form`, `locked`, `damaged`,
    `limits`, `no-reader`.
    """

    place: str
    why: str


@dataclass(frozen=True, slots=True)
class CarriedMark:
    """A label that lies in a file itself: what it says where it is proven, else the code by which
    it does not hold.
    """

    carrier: str
    label: dict[str, Any] | None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class FileContents:
    """A file as it was read, whole or with what was not."""

    form: str
    """`text`, `pdf`, `ooxml`, `odf`, `picture`; `other` where nothing here reads it."""
    parts: tuple[ContentPart, ...] = ()
    unread: tuple[Unread, ...] = ()
    marks: tuple[CarriedMark, ...] = ()

    def of(self, *layers: Layer) -> list[ContentPart]:
        """The parts of these layers."""
        return [one for one in self.parts if one.layer in layers]


TEXT_MOST, PARTS_MOST, PLACE_MOST = 8_000_000, 100_000, 200
"""Characters of all texts of a file, parts of it, and characters of a place."""


class Gathering:
    """Parts as a reader finds them, within bounds; beyond these the rest is said to be unread."""

    def __init__(self, form: str) -> None:
        self.form = form
        self._parts: list[ContentPart] = []
        self._unread: dict[Unread, None] = {}
        self._size = 0

    def add(self, layer: Layer, place: str, text: str = "", *, shown: bool = True) -> None:
        """One part more; empty ones only where `shown` says that being there counts."""
        if not text.strip() and (layer not in UNSEEN or not shown):
            return
        self._size += len(text)
        if self._size > TEXT_MOST or len(self._parts) >= PARTS_MOST:
            self.leave("file", "limits")
            return
        self._parts.append(ContentPart(layer, place[:PLACE_MOST], text))

    def leave(self, place: str, why: str) -> None:
        """Something that is not read."""
        if len(self._unread) < PARTS_MOST:
            self._unread[Unread(place[:PLACE_MOST], why)] = None

    def done(self) -> FileContents:
        """All that was found."""
        return FileContents(self.form, tuple(self._parts), tuple(self._unread))
