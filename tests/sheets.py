"""PDFs and pictures that tests have drawn: honest ones, and ones made to harm who draws them."""

from __future__ import annotations

import io
import zlib

from PIL import Image


def pdf(
    *pages: str, box: str = "0 0 595 842", more: tuple[bytes, ...] = (), catalogue: str = ""
) -> bytes:
    """A PDF with a page for each drawing (operators of a content stream); objects `more` from
    number 10 on, which pages may draw as /X10, /X11, ...
    """
    kids = " ".join(f"{100 + 2 * number} 0 R" for number in range(len(pages)))
    drawn = " ".join(f"/X{number} {number} 0 R" for number in range(10, 10 + len(more)))
    out = [
        f"1 0 obj\n<< /Type /Catalog /Pages 2 0 R {catalogue} >>\nendobj\n".encode(),
        f"2 0 obj\n<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>\nendobj\n".encode(),
        b"3 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\n",
        *(b"%d 0 obj\n%s\nendobj\n" % (10 + at, body) for at, body in enumerate(more)),
    ]
    for number, drawing in enumerate(pages):
        at = 100 + 2 * number
        head = (
            f"{at} 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents {at + 1} 0 R"
            f" /Resources << /Font << /F1 3 0 R >> /XObject << {drawn} >> >> >>\nendobj\n"
        )
        out += [head.encode(), b"%d 0 obj\n%s\nendobj\n" % (at + 1, stream("", drawing.encode()))]
    return b"%PDF-1.7\n" + b"".join(out) + b"trailer\n<< /Root 1 0 R /Size 999 >>\n%%EOF\n"


def stream(dictionary: str, body: bytes) -> bytes:
    """A stream's object without its number."""
    packed = zlib.compress(body)
    head = f"<< {dictionary} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n"
    return head.encode() + packed + b"\nendstream"


def words(text: str) -> str:
    """Operators that write a line."""
    return f"BT /F1 24 Tf 60 700 Td ({text}) Tj ET"


def laughing() -> bytes:
    """A page that draws a form ten times, which draws another ten times, twelve deep."""
    forms = tuple(
        stream(
            "/Type /XObject /Subtype /Form /BBox [0 0 600 900]"
            f" /Resources << /XObject << /X{11 + depth} {11 + depth} 0 R >> >>",
            (f"/X{11 + depth} Do " * 10).encode() if depth < 11 else b"0 0 500 800 re f " * 100,
        )
        for depth in range(12)
    )
    return pdf("/X10 Do", more=forms)


def picture(width: int, height: int, kind: str = "PNG", colour: str = "navy") -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("1" if width * height > 10_000_000 else "RGB", (width, height), colour).save(
        out, kind
    )
    return out.getvalue()
