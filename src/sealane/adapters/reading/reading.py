"""Which reader takes a file, by its first bytes; files in files to a depth. Runs in the child.

Spec: spec/residue.md §2.
"""

from __future__ import annotations

from functools import partial

from sealane.adapters.reading.pdf import read_pdf
from sealane.adapters.reading.pictures import is_picture, read_picture
from sealane.contents.found import FileContents, Gathering, Layer
from sealane.contents.packages import form_of, is_package, read_package
from sealane.contents.plain import read_texts, texts_of

DEPTH = 3
"""Files within files that are read; deeper ones are not."""
_KEPT = (Layer.METADATA, Layer.AROUND, Layer.LOOSE)
PDF_BEGINS = 1024


def is_pdf(data: bytes) -> bool:
    """Whether a PDF begins within the first bytes, as readers take it."""
    return b"%PDF-" in data[:PDF_BEGINS]


def read(data: bytes, depth: int = 0) -> FileContents:
    """What lies in a file."""
    inner = partial(_inner, depth)
    if is_pdf(data):
        into = Gathering("pdf")
        read_pdf(data, into, inner)
    elif is_package(data):
        into = Gathering(form_of(data))
        read_package(data, into, inner)
    elif is_picture(data):
        into = Gathering("picture")
        read_picture(data, into)
    elif (texts := texts_of(data)) and not data.startswith(b"{\\rtf"):
        into = Gathering("text")
        read_texts(texts, into)
    else:
        into = Gathering("other")
        into.leave("file", "form")
    return into.done()


def _inner(depth: int, place: str, data: bytes, into: Gathering) -> None:
    """Gather what lies in a file that lies in another."""
    if depth >= DEPTH:
        into.leave(place, "limits")
        return
    found = read(data, depth + 1)
    for part in found.parts:
        layer = part.layer if part.layer in _KEPT else Layer.EMBEDDED
        into.add(layer, f"{place}: {part.place}", part.text, shown=False)
    for one in found.unread:
        into.leave(f"{place}: {one.place}", one.why)
