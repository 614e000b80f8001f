"""What lies in plain text: its characters, those that nobody sees, and what markup hides.

Spec: spec/residue.md §2.
"""

from __future__ import annotations

import codecs
import html
import re

from sealane.contents.found import Gathering, Layer

PLACE = "text"
INVISIBLE_MOST = 8
"""Zero-width characters that a text may hold for the scripts and signs that need them."""
_ENCODINGS = ("utf-8-sig", "cp932", "euc_jp")
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1b")
_TAGS = re.compile("[\U000e0000-\U000e007f]")
_TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060-\u2064\u180e\ufeff\u00ad]")
_MARKUP = re.compile(r"<[A-Za-z!/?][^<>]{0,4096}>")
_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)


def texts_of(data: bytes) -> list[str]:
    """Every text that these bytes may be, in the encodings of plain text here, the likeliest first;
    nothing where they are none.
    """
    for mark, name in _MARKS.items():
        if data.startswith(mark):
            return [text for text in [_decoded(data, name)] if text is not None]
    if not _CONTROLS.isdisjoint(data):
        return []
    names = _ENCODINGS if b"\x1b" not in data else ("iso2022_jp", *_ENCODINGS)
    found = [text for name in names if (text := _decoded(data, name)) is not None]
    # what is whole in UTF-8 is nothing else; of the others each might be meant
    return found[:1] if b"\x1b" in data or _decoded(data, "utf-8") is not None else found


def _decoded(data: bytes, name: str) -> str | None:
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        return None
    return None if any(ord(one) in _CONTROLS for one in set(text)) else text


def read_texts(texts: list[str], into: Gathering) -> None:
    """Gather a text in each of the ways that its bytes may be read."""
    for number, text in enumerate(texts):
        _read_text(text, PLACE if number == 0 else f"{PLACE} in another encoding", into)


def _read_text(text: str, place: str, into: Gathering) -> None:
    """A text, and what of it is not seen."""
    into.add(Layer.TEXT, place, text)
    tags, turned = _TAGS.findall(text), _TURNED.findall(text)
    invisible = _INVISIBLE.findall(text.removeprefix("\ufeff"))
    if tags or turned or len(invisible) > INVISIBLE_MOST:
        count = len(tags) + len(turned) + len(invisible)
        into.add(Layer.HIDDEN, f"{count} invisible characters")
    for found in _COMMENT.finditer(text):
        into.add(Layer.COMMENT, "markup", found[1])
    if _SCRIPT.search(text):
        into.add(Layer.SCRIPT, "markup")
    if _MARKUP.search(text):
        into.add(Layer.TEXT, "text without markup", html.unescape(_MARKUP.sub("", text)))
