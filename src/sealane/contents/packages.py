"""A zip package as a document: which kind, its entries one by one, within bounds.

Every byte belongs to an entry or the package is not read (`labels.binding.zip_package`); what an
entry unpacks to is bounded before it is unpacked.
Spec: spec/residue.md §2; ISO/IEC 29500-2; ISO/IEC 26300-3.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

from sealane.base.errors import SealaneError
from sealane.base.zip_layout import ZipEntry
from sealane.contents import odf, ooxml
from sealane.contents.found import Gathering
from sealane.labels.binding import zip_package

PART_MOST, TOTAL_MOST = 64 << 20, 256 << 20
"""Bytes that one entry, and all together, may unpack to."""
Inner = Callable[[str, bytes, Gathering], None]
"""Reads a file that lies in another: its place, its bytes, where to."""

ODF_TYPE = b"application/vnd.oasis.opendocument."


def is_package(data: bytes) -> bool:
    """Whether these bytes begin as a zip does."""
    return data.startswith(b"PK\x03\x04")


def form_of(data: bytes) -> str:
    """Which kind of package it calls itself: `odf`, `ooxml`, or `other`."""
    if ODF_TYPE in data[:256]:
        return "odf"
    return "ooxml" if b"[Content_Types].xml" in data else "other"


def read_package(data: bytes, into: Gathering, inner: Inner) -> None:
    """Gather what lies in a package; what is damaged or too large is said to be unread."""
    form = form_of(data)
    if form == "other":
        into.leave("file", "form")
        return
    source = io.BytesIO(data)
    try:
        entries = zip_package.entries(source)
        if sum(one.size for one in entries) > TOTAL_MOST:
            into.leave("file", "limits")
            return
        parts = dict(_unpacked(source, entries, into))
    except SealaneError:
        into.leave("file", "damaged")
        return
    (odf.read if form == "odf" else ooxml.read)(parts, into, inner)


def _unpacked(
    source: io.BytesIO, entries: list[ZipEntry], into: Gathering
) -> Iterator[tuple[str, bytes]]:
    for one in entries:
        if one.folder:
            continue
        if one.size > PART_MOST:
            into.leave(one.name, "limits")
            continue
        yield one.name, zip_package.content(source, one, limit=PART_MOST)
