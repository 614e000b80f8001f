"""Small documents built byte by byte: a package and a PDF that tests bend where they need to."""

from __future__ import annotations

import io
import zipfile
import zlib

TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(extra: dict[str, str | None] | None = None) -> bytes:
    """A Word document of five parts; `extra` adds, replaces, or takes away."""
    parts: dict[str, str | None] = {
        "[Content_Types].xml": (
            f'<Types xmlns="{TYPES}"><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default'
            ' Extension="xml" ContentType="application/xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{RELATIONSHIPS}"><Relationship Id="rId1"'
            f' Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
        ),
        "word/document.xml": f"<w:document xmlns:w='{WORD}'><w:body/></w:document>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{RELATIONSHIPS}"></Relationships>',
        "word/header1.xml": "<h/>",
        **(extra or {}),
    }
    return zipped({name: text.encode() for name, text in parts.items() if text is not None})


def zipped(parts: dict[str, bytes]) -> bytes:
    """A zip of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    """What another reader finds in a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def changed(data: bytes, name: str, content: bytes | None) -> bytes:
    """The zip with one part replaced, added, or without it."""
    parts = {one: held for one, held in parts_of(data).items() if one != name}
    return zipped(parts if content is None else {**parts, name: content})


def stream(number: int, dictionary: bytes, body: bytes, *, packed: bool = True) -> bytes:
    """A stream object."""
    raw = zlib.compress(body) if packed else body
    kind = b"/Filter /FlateDecode " if packed else b""
    return b"%d 0 obj\n<< %s%s/Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        dictionary,
        kind,
        len(raw),
        raw,
    )


def pdf(
    *,
    catalogue: bytes = b"",
    trailer: bytes = b"/ID [<00><00>]",
    more: tuple[bytes, ...] = (),
    streams: bool = False,
) -> bytes:
    """A PDF of one page: objects 1 to 3, then `more` from number 4 on, each without its head."""
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalogue + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10 10] >>",
        *more,
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    at, size = len(out), len(places) + 1
    if streams:
        rows = b"\x00" * 7 + b"".join(
            b"\x01" + place.to_bytes(4, "big") + b"\x00\x00" for place in [*places, at]
        )
        head = b"/Type /XRef /Size %d /W [1 4 2] /Root 1 0 R %s " % (size + 1, trailer)
        out += stream(size, head, rows, packed=False)
    else:
        out += b"xref\n0 %d\n0000000000 65535 f \n" % size + b"".join(
            b"%010d 00000 n \n" % place for place in places
        )
        out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (size, trailer)
    return out + b"startxref\n%d\n%%%%EOF\n" % at


def xmp_object(packet: str) -> bytes:
    """The body of a metadata object."""
    raw = packet.encode()
    return b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%s\nendstream" % (
        len(raw),
        raw,
    )
