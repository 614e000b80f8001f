"""What lies in a PDF: its pages as PDFium reads them, and its objects as the file has them. Runs in
the child.

Spec: ISO 32000-1 §7.5, §12; spec/residue.md §2.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from sealane.adapters.reading import pdf_objects
from sealane.adapters.viewing.drawing import PASSWORD
from sealane.adapters.viewing.limits import PAGES_MOST
from sealane.contents.found import Gathering, Layer

Inner = Callable[[str, bytes, Gathering], None]
_TOLD = ("Title", "Author", "Subject", "Keywords")
_QUIET = (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP)
_WHITE, _FAINT, _TINY, _DEEP = 250, 12, 2.0, 12
"""The least of a colour that is the paper's, of an opacity, of points; and forms within forms."""
_UNDRAWN = frozenset((pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP))
ATTACHMENT_MOST = 32 << 20


def read_pdf(data: bytes, into: Gathering, inner: Inner) -> None:
    """Gather what lies in a PDF; one that two readers do not both take is damaged."""
    try:
        document = pypdfium2.PdfDocument(data)
        if len(document) > PAGES_MOST:
            into.leave("file", "limits")
            return
        _document(document, into, inner)
        for number in range(len(document)):
            _page(document, number, into)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == PASSWORD
        into.leave("file", "locked" if locked else "damaged")
        return
    pdf_objects.read_objects(data, into, _earlier)


def _earlier(data: bytes) -> list[str]:
    """The pages of what the file was before; nothing where it cannot be read any more."""
    try:
        document = pypdfium2.PdfDocument(data)
        return [_text(page.get_textpage()) for page in document]
    except pypdfium2.PdfiumError:
        return []


def _document(document: pypdfium2.PdfDocument, into: Gathering, inner: Inner) -> None:
    for key, value in document.get_metadata_dict().items():
        if key in _TOLD:
            into.add(Layer.METADATA, f"properties: {key}", value)
    for mark in document.get_toc(max_depth=15):
        into.add(Layer.METADATA, "outline", mark.get_title())
    for at in range(document.count_attachments()):
        held = document.get_attachment(at)
        name = f"attachment {held.get_name()}"
        into.add(Layer.EMBEDDED, name)
        inner(name, _attached(held), into)
    if pdfium.FPDFDoc_GetJavaScriptActionCount(document) > 0:
        into.add(Layer.SCRIPT, "document")


def _attached(held: pypdfium2.PdfAttachment) -> bytes:
    try:
        return bytes(held.get_data())[:ATTACHMENT_MOST]
    except pypdfium2.PdfiumError:
        return b""


def _page(document: pypdfium2.PdfDocument, number: int, into: Gathering) -> None:
    place = f"page {number + 1}"
    page = document[number]
    text = page.get_textpage()
    into.add(Layer.TEXT, place, _text(text))
    if _unmapped(text):
        into.leave(place, "font")
    left, bottom, right, top = page.get_bbox()
    hidden = []
    for kept in page.get_objects(max_depth=_DEEP):
        if kept.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            into.leave(place, "picture")
        elif kept.type == pdfium.FPDF_PAGEOBJ_TEXT:
            box = kept.get_bounds() if kept.container is None else (left, bottom, right, top)
            outside = box[2] < left or box[0] > right or box[3] < bottom or box[1] > top
            if outside or _is_unseen(kept):
                hidden.append(_object_text(kept, text))
    into.add(Layer.HIDDEN, place, "\n".join(hidden), shown=False)
    _annotations(page, place, into)


def _text(page: pypdfium2.PdfTextPage) -> str:
    return str(page.get_text_range()).replace("\r\n", "\n").replace("\ufffe", "")


def _unmapped(text: pypdfium2.PdfTextPage) -> bool:
    """Whether glyphs are drawn of which the file does not say what they mean."""
    count = text.count_chars()
    return any(pdfium.FPDFText_HasUnicodeMapError(text, at) == 1 for at in range(count))


def _is_unseen(kept: pypdfium2.PdfObject) -> bool:
    """Whether a text is drawn so that nobody sees it."""
    if pdfium.FPDFTextObj_GetTextRenderMode(kept) in _UNDRAWN:
        return True
    parts = [ctypes.c_uint() for _ in range(4)]
    if pdfium.FPDFPageObj_GetFillColor(kept, *map(ctypes.byref, parts)):
        red, green, blue, opacity = (one.value for one in parts)
        if min(red, green, blue) >= _WHITE or opacity <= _FAINT:
            return True
    points = ctypes.c_float()
    pdfium.FPDFTextObj_GetFontSize(kept, points)
    matrix = kept.get_matrix()
    return abs(points.value) * math.hypot(matrix.c, matrix.d) < _TINY


def _object_text(kept: pypdfium2.PdfObject, text: pypdfium2.PdfTextPage) -> str:
    size = pdfium.FPDFTextObj_GetText(kept, text, None, 0)
    held = (ctypes.c_ushort * (size // 2 + 1))()
    pdfium.FPDFTextObj_GetText(kept, text, held, size)
    return bytes(held)[:size].decode("utf-16-le", "ignore").strip("\0")


def _annotations(page: pypdfium2.PdfPage, place: str, into: Gathering) -> None:
    for at in range(pdfium.FPDFPage_GetAnnotCount(page)):
        held = pdfium.FPDFPage_GetAnnot(page, at)
        if not held:
            into.leave(place, "damaged")
            continue
        kind = pdfium.FPDFAnnot_GetSubtype(held)
        told = "\n".join(_said(held))
        if kind == pdfium.FPDF_ANNOT_FILEATTACHMENT:
            into.add(Layer.EMBEDDED, f"{place}: attachment", told)
        elif kind in _QUIET:
            into.add(Layer.METADATA, f"{place}: annotation", told)
        else:
            into.add(Layer.COMMENT, f"{place}: annotation", told)
        pdfium.FPDFPage_CloseAnnot(held)


def _said(held: object) -> Iterator[str]:
    for key in (b"Contents", b"T", b"Subj", b"V", b"TU", b"RC"):
        size = pdfium.FPDFAnnot_GetStringValue(held, key, None, 0)
        if size > 2:
            text = (ctypes.c_ushort * (size // 2 + 1))()
            pdfium.FPDFAnnot_GetStringValue(held, key, text, size)
            yield bytes(text)[:size].decode("utf-16-le", "ignore").strip("\0")
