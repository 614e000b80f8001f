"""The objects of a PDF as the file has them: earlier states, what nothing refers to, programs, and
every text that stands in an object. Runs in the child.

Spec: ISO 32000-1 §7.5.6 (incremental updates), §7.7, §12.6; spec/residue.md §2.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from sealane.contents.found import Gathering, Layer
from sealane.contents.xml_parts import parsed, words

FAULTS = (PdfError, ValueError, LookupError, TypeError, AssertionError, AttributeError, EOFError)
_HEADER = re.compile(rb"(?:^|[\r\n])[ \t]*(\d{1,10})[ \t]+(\d{1,5})[ \t]+obj\b")
_END = re.compile(rb"startxref\s+\d+\s+%%EOF[\r\n]{0,2}")
_LABEL = re.compile(rb"\s*%confidentiality-label (\d{1,10})\n")
_LINEAR = re.compile(rb"/Linearized\b[^>]{0,400}?/L\s+(\d{1,12})")
OBJECTS_MOST, STRING_LEAST, PACKET_MOST = 200_000, 2, 4 << 20
_PRESENT = {
    "/JS": Layer.SCRIPT,
    "/JavaScript": Layer.SCRIPT,
    "/Launch": Layer.SCRIPT,
    "/RichMedia": Layer.EMBEDDED,
    "/EmbeddedFile": Layer.EMBEDDED,
    "/XFA": Layer.COMMENT,
    "/PieceInfo": Layer.EMBEDDED,
    "/Alternates": Layer.EMBEDDED,
    "/SubmitForm": Layer.SCRIPT,
    "/ImportData": Layer.SCRIPT,
}
"""Names whose being there is told, as keys or as values of a type."""
_BINARY = frozenset(
    ("/ID", "/O", "/U", "/OE", "/UE", "/Perms", "/CheckSum", "/ByteRange", "/Contents")
)
Texts = Callable[[bytes], list[str]]


def read_objects(data: bytes, into: Gathering, texts: Texts) -> None:
    """Gather what the objects of a file say and hide.

    Args:
        texts: the pages of a whole PDF.
    """
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=True)
        if reader.encrypted and reader.decrypt("").status.name == "FAILED":
            into.leave("file", "locked")
            return
        walk = _ObjectWalk(reader)
        walk.from_trailer()
        loose = list(walk.unreached())
        places = _places(reader)
    except (*FAULTS, ArithmeticError, NotImplementedError, RecursionError, zlib.error):
        into.leave("file", "damaged")
        return
    walk.tell(into)
    for text in loose:
        into.add(Layer.LOOSE, "objects that nothing names", text)
    _outside(data, places, into)
    _revisions(data, into, texts)


class _ObjectWalk:
    """Every object that can be reached, each once."""

    def __init__(self, reader: PdfFileReader) -> None:
        self._reader = reader
        self._seen: set[tuple[int, int]] = set()
        self._strings: dict[str, None] = {}
        self._packets: dict[str, None] = {}
        self._present: dict[tuple[Layer, str], None] = {}

    def from_trailer(self) -> None:
        """Go from the newest trailer to everything that it leads to."""
        for revision in self._reader.trailer._trailer_revisions:
            self._go(revision, "trailer")

    def _go(self, begun: Any, key: str) -> None:
        waiting: list[tuple[Any, str]] = [(begun, key)]
        while waiting:
            one, key = waiting.pop()
            if isinstance(one, generic.IndirectObject):
                name = (one.idnum, one.generation)
                if name in self._seen:
                    continue
                self._seen.add(name)
                if len(self._seen) > OBJECTS_MOST:
                    raise ValueError(OBJECTS_MOST)
                one = one.get_object()
            waiting += self._inside(one, key)

    def _inside(self, one: Any, key: str) -> list[tuple[Any, str]]:
        one = getattr(one, "decrypted", one)
        if isinstance(one, generic.StreamObject):
            self._stream(one)
        if isinstance(one, generic.DictionaryObject):
            self._name(one)
            return [(one.raw_get(name), str(name)) for name in one]
        if isinstance(one, generic.ArrayObject):
            return [(one.raw_get(at), key) for at in range(len(one))]
        text = isinstance(one, generic.TextStringObject) and key not in _BINARY
        if text and len(one) >= STRING_LEAST:
            self._strings[str(one)] = None
        return []

    def _name(self, one: Any) -> None:
        told = {str(name) for name in one}
        told |= {str(one.raw_get(name)) for name in ("/S", "/Type", "/Subtype") if name in one}
        for name in told & _PRESENT.keys():
            self._present[_PRESENT[name], name.lstrip("/")] = None
        config = one.get("/D") if "/OCGs" in told else None
        if isinstance(config, dict) and (config.get("/OFF") or config.get("/BaseState") == "/OFF"):
            self._present[Layer.HIDDEN, "layers that are off"] = None

    def _stream(self, one: Any) -> None:
        if one.get("/Type") == "/Metadata" or one.get("/Subtype") == "/XML":
            packet = bytes(one.data)
            root = parsed(packet.strip()) if len(packet) <= PACKET_MOST else None
            self._packets[words(root) if root is not None else packet.decode("utf-8", "ignore")] = (
                None
            )

    def unreached(self) -> Iterator[str]:
        """What objects hold that the file lists and nothing leads to; nothing of those that only
        store others.
        """
        xrefs = self._reader.xrefs
        known = {
            (one.idnum, one.generation)
            for place in range(xrefs.total_revisions)
            for one in xrefs.explicit_refs_in_revision(place)
            if one.generation >= 0  # else it was freed
        }
        for number, generation in sorted(known - self._seen):
            held = self._reader.get_object(generic.Reference(number, generation, self._reader))
            if isinstance(held, generic.StreamObject):
                if held.get("/Type") not in ("/XRef", "/ObjStm"):
                    yield f"object {number}"
            elif isinstance(held, dict | list | generic.TextStringObject):
                before = set(self._strings)
                self._go(held, "")
                if new := [one for one in self._strings if one not in before]:
                    yield "\n".join(new)

    def tell(self, into: Gathering) -> None:
        """All of it."""
        for layer, name in self._present:
            into.add(layer, name)
        into.add(Layer.AROUND, "texts of objects", "\n".join(self._strings))
        for packet in self._packets:
            into.add(Layer.AROUND, "metadata packet", packet)


def _places(reader: PdfFileReader) -> set[int]:
    """Where objects begin, by every cross-reference of the file."""
    xrefs = reader.xrefs
    found: set[int] = set()
    for revision in range(xrefs.total_revisions):
        for one in xrefs.explicit_refs_in_revision(revision):
            at = xrefs.get_historical_ref(one, revision)
            if isinstance(at, int):
                found.add(at)
    return found


def _outside(data: bytes, places: set[int], into: Gathering) -> None:
    """Objects that no cross-reference lists, and bytes before and behind the document."""
    for found in _HEADER.finditer(data):
        if found.start(1) not in places and not _is_section(data, found.end()):
            into.add(Layer.LOOSE, "objects outside the cross-reference")
            break
    if data.find(b"%PDF-") > 0:
        into.add(Layer.LOOSE, "before the document")
    end = data.rfind(b"%%EOF")
    if end >= 0 and data[end + 5 :].strip():
        into.add(
            Layer.LOOSE, "behind the document", data[end + 5 : end + 4101].decode("utf-8", "ignore")
        )


def _is_section(data: bytes, at: int) -> bool:
    """Whether what begins there is a cross-reference stream, which lists others."""
    return b"/XRef" in data[at : at + 400]


def _revisions(data: bytes, into: Gathering, texts: Texts) -> None:
    """What the file was each time that it was saved before."""
    ends = [found.end() for found in _END.finditer(data)]
    linear = _LINEAR.search(data[:2048])
    if linear is not None and len(ends) > 1:
        del ends[0]
    for number, (end, after) in enumerate(pairwise(ends), 1):
        label = _LABEL.match(data, end - 2 if data[end - 2 : end - 1] == b"\n" else end)
        if label is None:
            label = _LABEL.match(data, data.rfind(b"%%EOF", 0, end) + 5)
        if label is not None and _LABEL.search(data, after) is None:
            continue  # a label that was put on is the newest, and holds nothing that is not read
        into.add(Layer.EARLIER, f"saved state {number}", "\n".join(texts(data[:end])))
