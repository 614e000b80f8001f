"""How much a document and its pages may take; both sides of the pipe know the same numbers.

Spec: docs/console.md §Page by page.
"""

from __future__ import annotations

MIB = 1 << 20
DOCUMENT_MOST = 32 * MIB
"""Bytes of a document, as it was sealed or as LibreOffice made a PDF of it."""
PAGES_MOST = 5000
SIDE_MOST, PIXELS_MOST = 4096, 4_000_000
"""Pixels of one page: along a side, and together."""
DOTS = 144 / 72
"""Pixels for each point of a page that is not too large for them."""
SOURCE_PIXELS_MOST = 50_000_000
"""Pixels of a picture as it arrives."""
HEAD_MOST = 256
"""Bytes of the line that a child begins its answer with."""

DRAWING_SECONDS, DRAWING_MEMORY = 20, 1024 * MIB
OFFICE_SECONDS, OFFICE_MEMORY = 90, 4096 * MIB
OFFICE_DISK = 256 * MIB
"""Of the memory file system that LibreOffice works in, all files together."""

PDF = "application/pdf"
PICTURES = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/tiff": "TIFF",
    "image/bmp": "BMP",
}
"""Pictures by media type, with the name of the one decoder that each is given to."""
_OPEN = "application/vnd.openxmlformats-officedocument"
_OASIS = "application/vnd.oasis.opendocument"
OFFICE = {
    f"{_OPEN}.wordprocessingml.document": "docx",
    f"{_OPEN}.spreadsheetml.sheet": "xlsx",
    f"{_OPEN}.presentationml.presentation": "pptx",
    f"{_OASIS}.text": "odt",
    f"{_OASIS}.spreadsheet": "ods",
    f"{_OASIS}.presentation": "odp",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/rtf": "rtf",
}
"""Office files by media type, with the ending that tells LibreOffice what they are."""
