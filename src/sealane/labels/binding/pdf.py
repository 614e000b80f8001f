"""Labels inside PDF: one incremental update with the binding in XMP; the file is the original bytes
and that update.

The update is a function of the original and the label, so verifying is making it again and
comparing every byte.
Spec: ADatP-4778.2 profile urn:nato:stanag:4778:profile:xmp:1:1; ISO 32000-1 §7.5.6 (incremental
updates), §14.3.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sealane.labels.binding.errors import (
    BINDING_MALFORMED,
    BINDING_MISSING,
    BINDING_TAMPERED,
    BINDING_UNPROTECTED,
)
from sealane.labels.binding.information import Bound, Sign, digest, verify_references, write_binding
from sealane.labels.binding.pdf_objects import decoded, find_object
from sealane.labels.binding.reading import read_binding
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Schemes
from sealane.labels.model.xml_tree import escaped

XMP = "urn:nato:stanag:4778:bindinginformation:1:0:xmp#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PROPERTY = "mbxmp:bindingInformation"
MARKER = b"\n%confidentiality-label "
MAX_PDF = 512 << 20
_TAIL = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF\s*\Z", re.ASCII)
_ROOT = re.compile(rb"/Root\s+(\d{1,8})\s+(\d{1,5})\s+R", re.ASCII)
_SIZE = re.compile(rb"/Size\s+(\d{1,8})", re.ASCII)
_KEPT = (re.compile(rb"/ID\s*\[[^\]]*\]"), re.compile(rb"/Info\s+\d{1,8}\s+\d{1,5}\s+R"))
_METADATA = re.compile(rb"/Metadata\s+(\d{1,8})\s+(\d{1,5})\s+R", re.ASCII)
_VALUE = re.compile(rb"<mbxmp:bindingInformation>(.*?)</mbxmp:bindingInformation>", re.DOTALL)
USE_SIDECAR = "use a sidecar"


@dataclass(frozen=True, slots=True)
class Trailer:
    """What the last cross-reference section says: where it is, its kind, the catalogue and the next
    object number.
    """

    position: int
    stream: bool
    root: tuple[int, int]
    size: int
    kept: bytes


def is_pdf(data: bytes) -> bool:
    """Whether these bytes start as PDF does."""
    return data.startswith(b"%PDF-")


def bind_pdf(data: bytes, label: Label, schemes: Schemes, *, sign: Sign | None = None) -> bytes:
    """The PDF with one incremental update that carries the binding.

    Raises: Malformed `binding.malformed`: already bound, encrypted, or a structure that needs a
        sidecar.
    """
    if MARKER in data:
        raise BINDING_MALFORMED(why="a label is already bound; unbind it first")
    trailer = _trailer(data)
    catalogue = (
        find_object(data, trailer.position, *trailer.root)
        if trailer.stream
        else _object(data, *trailer.root)
    )
    binding = write_binding(label, schemes, {"": digest(data)}, sign=sign)
    packet = _packet(_existing_xmp(data, catalogue), binding)
    number = trailer.size
    reference = b"/Metadata %d 0 R" % number
    catalogue = (
        _METADATA.sub(reference, catalogue)
        if _METADATA.search(catalogue)
        else _with_entry(catalogue, reference)
    )
    out = bytearray(data + MARKER + b"%d\n" % len(data))
    places = {number: len(out)}
    out += b"%d 0 obj\n<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n" % (
        number,
        len(packet),
    )
    out += packet + b"\nendstream\nendobj\n"
    places[trailer.root[0]] = len(out)
    out += b"%d %d obj\n" % trailer.root + catalogue.strip() + b"\nendobj\n"
    return bytes(out) + _cross_reference(trailer, places, len(out))


def unbind_pdf(data: bytes) -> bytes:
    """The original bytes, before the update that bound a label. Raises: NotFound
    `binding.missing`.
    """
    start = data.rfind(MARKER)
    if start < 0:
        raise BINDING_MISSING()
    return data[:start]


def verify_pdf(data: bytes, schemes: Schemes) -> Bound:
    """The label bound to a PDF, once the file is byte for byte the original and its update.

    Raises: NotFound `binding.missing`; Refused `binding.unprotected`; Untrusted `binding.tampered`.
    """
    start = data.rfind(MARKER)
    if start < 0:
        if PROPERTY.encode() in data:
            raise BINDING_UNPROTECTED(uri="the file")
        raise BINDING_MISSING()
    found = _VALUE.findall(data, start)
    if len(found) != 1:
        raise BINDING_MALFORMED(why="the update holds no binding, or two")
    try:
        escaped = found[0].decode("utf-8")
    except UnicodeDecodeError:
        raise BINDING_MALFORMED(why="the binding is not UTF-8") from None
    bound = read_binding(_unescape(escaped), schemes)
    verify_references(bound, {"": digest(data[:start])})
    kept = bound.signature
    if (
        bind_pdf(data[:start], bound.label, schemes, sign=None if kept is None else lambda _: kept)
        != data
    ):
        raise BINDING_TAMPERED(
            what="The update that carries the label", what_ja="ラベルを載せた更新部"
        )
    return bound


def _unescape(value: str) -> str:
    return value.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _refuse(why: str) -> Exception:
    return BINDING_MALFORMED(why=f"{why}; {USE_SIDECAR}")


def _trailer(data: bytes) -> Trailer:
    if not is_pdf(data) or len(data) > MAX_PDF:
        raise _refuse("not a PDF of acceptable size")
    tail = _TAIL.search(data, max(0, len(data) - 2048))
    if tail is None or int(tail[1]) >= len(data):
        raise _refuse("no end of file as PDF has it")
    position = int(tail[1])
    section = data[position : tail.start()]
    stream = not section.startswith(b"xref")
    head = section.partition(b"stream")[0] if stream else section.rpartition(b"trailer")[2]
    root, size = _ROOT.search(head), _SIZE.search(head)
    if root is None or size is None or (stream and b"/XRef" not in head):
        raise _refuse("a trailer that is not understood")
    if b"/Encrypt" in head:
        raise _refuse("an encrypted PDF")
    kept = b" ".join(found[0] for pattern in _KEPT if (found := pattern.search(head)))
    return Trailer(position, stream, (int(root[1]), int(root[2])), int(size[1]), kept)


def _object(data: bytes, number: int, generation: int) -> bytes:
    """The last definition of an object outside object streams, between `obj` and `endobj`."""
    head = b"%d %d obj" % (number, generation)
    at = len(data)
    while (at := data.rfind(head, 0, at)) > 0:
        if data[at - 1 : at] in b"\r\n \t":
            end = data.find(b"endobj", at)
            if end > 0:
                return data[at + len(head) : end]
    raise _refuse("an object that is not there")


def _with_entry(catalogue: bytes, entry: bytes) -> bytes:
    end = catalogue.rstrip().rfind(b">>")
    if end < 0:
        raise _refuse("a catalogue that is not a dictionary")
    return catalogue[:end] + entry + b" >>"


def _existing_xmp(data: bytes, catalogue: bytes) -> bytes | None:
    found = _METADATA.search(catalogue)
    if found is None:
        return None
    head, separator, body = _object(data, int(found[1]), int(found[2])).partition(b"stream")
    body = body.rpartition(b"endstream")[0]
    body = decoded(head, body.lstrip(b"\r\n")) if b"/Filter" in head else body.strip(b"\r\n")
    if not separator or body.count(b"</rdf:RDF>") != 1 or XMP.encode() in body:
        raise _refuse("metadata that cannot be extended")
    return body


def _packet(existing: bytes | None, binding: str) -> bytes:
    description = (
        '<rdf:Description rdf:about=""'
        f' xmlns:mbxmp="{XMP}"><{PROPERTY}>{escaped(binding)}</{PROPERTY}></rdf:Description>'
    ).encode()
    if existing is not None:
        head, separator, tail = existing.partition(b"</rdf:RDF>")
        return head + description + b"\n" + separator + tail
    return (
        b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta'
        b' xmlns:x="adobe:ns:meta/">'
        + f'<rdf:RDF xmlns:rdf="{RDF}">'.encode()
        + description
        + b'</rdf:RDF></x:xmpmeta>\n<?xpacket end="r"?>'
    )


def _cross_reference(trailer: Trailer, places: dict[int, int], at: int) -> bytes:
    """The section that ends the update, of the kind the file already uses."""
    common = b"/Root %d %d R /Prev %d %s" % (*trailer.root, trailer.position, trailer.kept)
    end = b"startxref\n%d\n%%%%EOF\n" % at
    generations = {trailer.root[0]: trailer.root[1]}
    if not trailer.stream:
        rows = b"".join(
            b"%d 1\n%010d %05d n \n" % (number, place, generations.get(number, 0))
            for number, place in sorted(places.items())
        )
        return (
            b"xref\n0 1\n0000000000 65535 f \n"
            + rows
            + b"trailer\n<< /Size %d %s >>\n" % (trailer.size + 1, common)
            + end
        )
    own = trailer.size + 1
    places = {**places, own: at}
    index = b" ".join(b"%d 1" % number for number in sorted(places))
    body = b"".join(
        b"\x01" + place.to_bytes(4, "big") + generations.get(number, 0).to_bytes(2, "big")
        for number, place in sorted(places.items())
    )
    head = (
        b"%d 0 obj\n<< /Type /XRef /Size %d /W [1 4 2] /Index [%s] /Length %d %s >>\nstream\n"
        % (own, own + 1, index, len(body), common)
    )
    return head + body + b"\nendstream\nendobj\n" + end
