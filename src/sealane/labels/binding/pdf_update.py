"""The update that carries a label in a PDF: metadata, catalogue, cross-reference; a function of the
document and the packet.

The same document and packet give the same bytes, whatever library read the document and whenever:
so verifying is making the update again, and every byte of it is accounted for.
Spec: ISO 32000-1 §7.5.6 (incremental updates), §7.5.8 (cross-reference streams); spec/labels.md
§Carriers.
"""

from __future__ import annotations

from typing import Any

from sealane.labels.binding.errors import pdf_structure
from sealane.labels.binding.pdf_document import MAX_PDF, PdfDocument
from sealane.labels.binding.pdf_values import write_dictionary


def write_update(document: PdfDocument, packet: bytes | None, marker: bytes) -> bytes:
    """The bytes that follow the document's last: it then has this metadata, or none.

    Args:
        packet: XMP in clear; None takes the catalogue's metadata away.
        marker: a comment, with the line ends around it, that begins the update.
    Raises: Malformed `binding.pdf_structure`.
    """
    out = bytearray(marker)
    number = document.size
    places: dict[int, int] = {}
    if packet is not None:
        places[number] = document.length + len(out)
        out += _metadata(document, number, packet)
    places[document.root[0]] = document.length + len(out)
    out += _catalogue(document, number if packet is not None else None)
    at = document.length + len(out)
    if at > MAX_PDF:
        raise pdf_structure("it is larger than is written here", "大きすぎる")
    write = _stream if document.streams else _table
    return bytes(out) + write(document, places, at)


def _metadata(document: PdfDocument, number: int, packet: bytes) -> bytes:
    """The metadata's object: encrypted as the document's streams are, or in clear where its handler
    leaves metadata in clear.
    """
    if document.lock is not None and not document.clear_metadata:
        packet = document.lock.stream(packet, number, 0)
    head = b"%d 0 obj\n<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n"
    return head % (number, len(packet)) + packet + b"\nendstream\nendobj\n"


def _catalogue(document: PdfDocument, number: int | None) -> bytes:
    """The catalogue as it was, with other metadata. Its strings are as they stood in the file;
    those that stood in an encrypted stream are encrypted by themselves now.
    """
    lock, root = document.lock, document.root

    def text(data: bytes) -> bytes:
        return lock.string(data, *root) if lock is not None and document.packed else data

    entries = {name: one for name, one in document.catalogue.items() if name != "/Metadata"}
    body = write_dictionary(entries, text)
    if number is not None:
        body = body[:-2] + b"/Metadata %d 0 R >>" % number
    return b"%d %d obj\n" % root + body + b"\nendobj\n"


def _trailer(document: PdfDocument, size: int, entries: dict[str, Any]) -> bytes:
    """Every entry of the trailer before, and what is this section's own."""
    body = write_dictionary(entries, lambda data: data)
    return body[:-2] + b"/Size %d /Prev %d" % (size, document.newest)


def _table(document: PdfDocument, places: dict[int, int], at: int) -> bytes:
    generations = {document.root[0]: document.root[1]}
    rows = b"".join(
        b"%d 1\n%010d %05d n \n" % (number, place, generations.get(number, 0))
        for number, place in sorted(places.items())
    )
    size = max(document.size, *(number + 1 for number in places))
    trailer = _trailer(document, size, document.trailer)
    return b"xref\n0 1\n0000000000 65535 f \n" + rows + b"trailer\n" + trailer + b" >>\n" + _end(at)


def _stream(document: PdfDocument, places: dict[int, int], at: int) -> bytes:
    own = max(document.size, *(number + 1 for number in places))
    places = {**places, own: at}
    generations = {document.root[0]: document.root[1]}
    index = b" ".join(b"%d 1" % number for number in sorted(places))
    body = b"".join(
        b"\x01" + place.to_bytes(4, "big") + generations.get(number, 0).to_bytes(2, "big")
        for number, place in sorted(places.items())
    )
    head = b"%d 0 obj\n" % own + _trailer(document, own + 1, document.trailer)
    head += b" /Type /XRef /W [1 4 2] /Index [%s] /Length %d >>\nstream\n" % (index, len(body))
    return head + body + b"\nendstream\nendobj\n" + _end(at)


def _end(at: int) -> bytes:
    return b"startxref\n%d\n%%%%EOF\n" % at
