"""Labels inside PDF: one incremental update with the binding in XMP; the file is the original bytes
and that update.

The update is a function of the original and the label, so verifying is making it again and
comparing every byte. What is cut when a label is taken off has been proven that way first.
Spec: ADatP-4778.2 profile urn:nato:stanag:4778:profile:xmp:1:1; ISO 32000-1 §7.5.6 (incremental
updates), §14.3.2; spec/labels.md §Carriers.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from sealane.base.errors import SealaneError
from sealane.labels.binding import microsoft
from sealane.labels.binding.errors import (
    BINDING_EXISTS,
    BINDING_MALFORMED,
    BINDING_MISSING,
    BINDING_TAMPERED,
    BINDING_UNPROTECTED,
    PDF_READER,
    PDF_STRUCTURE,
)
from sealane.labels.binding.information import (
    NAMESPACE,
    Bound,
    Sign,
    verify_references,
    write_binding,
)
from sealane.labels.binding.pdf_document import PdfDocument, read_document, refuse_signed
from sealane.labels.binding.pdf_update import write_update
from sealane.labels.binding.reading import read_binding
from sealane.labels.binding.xmp import binding_values, with_binding, without_binding
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Schemes

CHUNK = 1 << 18
_MARKER = re.compile(rb"\n%confidentiality-label (\d{1,10})\n\Z", re.ASCII)
_REMOVED = b"\n%confidentiality-label removed\n"
_LONGEST_MARKER = 64


@dataclass(frozen=True, slots=True)
class Stripped:
    """A PDF without its label: so many of its first bytes, and these after them."""

    keep: int
    then: bytes


def is_pdf(data: bytes) -> bool:
    """Whether these bytes start as PDF does."""
    return data.startswith(b"%PDF-")


def bind_pdf(
    source: BinaryIO,
    label: Label,
    schemes: Schemes,
    *,
    sign: Sign | None = None,
    digest: str | None = None,
) -> bytes:
    """The update that, after the file's last byte, carries the binding.

    Args:
        digest: SHA-384 of the file in base64, by a caller who has read it all; else it is read
            here.
    Raises: Malformed `binding.pdf_structure`; Refused `binding.pdf_signed`; Conflict
        `binding.exists`; Misconfigured `binding.pdf_reader`; as `nato.write_label`.
    """
    document = read_document(source)
    refuse_signed(source)
    if document.metadata is not None and binding_values(document.metadata):
        raise BINDING_EXISTS(where="its XMP")
    return _update(document, digest or _digest(source), label, schemes, sign)


def unbind_pdf(source: BinaryIO, schemes: Schemes) -> Stripped:
    """What is left without the label.

    Where the label's update is the last of the file and is proven to be ours, the original bytes
    are left. Where others have saved the file since, all they saved is left, and an update takes
    the binding out of the metadata.
    Raises: NotFound `binding.missing`; as `bind_pdf`.
    """
    document = read_document(source)
    if document.metadata is None or not binding_values(document.metadata):
        raise BINDING_MISSING()
    start = _own_update(source, document)
    if start is not None and _is_ours(source, document, schemes, start):
        return Stripped(start, b"")
    refuse_signed(source)
    packet = without_binding(document.metadata)
    return Stripped(document.length, write_update(document, packet, _REMOVED))


def verify_pdf(source: BinaryIO, schemes: Schemes) -> Bound:
    """The label bound to a PDF, once the file is byte for byte the original and its update.

    Raises: NotFound `binding.missing`; Refused `binding.unprotected`; Untrusted `binding.tampered`;
        Misconfigured `binding.pdf_reader`.
    """
    # 1. The file's own metadata, by its cross-reference. A file that cannot be read has no label;
    #    where the words of a binding stand in it, it had one.
    try:
        document = read_document(source)
        values = [] if document.metadata is None else binding_values(document.metadata)
    except SealaneError as error:
        if error.code != PDF_STRUCTURE.code:
            raise
        raise (_damaged() if _mentions_a_binding(source) else BINDING_MISSING()) from None
    if not values:
        raise BINDING_MISSING()
    if len(values) > 1:
        raise BINDING_MALFORMED(why="the metadata hold two bindings")
    bound = read_binding(values[0], schemes)
    # 2. What stands before the update is what the label was bound to.
    start = _own_update(source, document)
    if start is None:
        if None in bound.references.values():
            raise BINDING_UNPROTECTED(uri="the file")
        raise _damaged()
    verify_references(bound, {"": _digest(source, start)})
    # 3. The update is the one that this label makes, to the last byte.
    if not _same(source, start, _made_again(source, start, bound, schemes)):
        raise BINDING_TAMPERED(
            what="The update that carries the label", what_ja="ラベルを載せた更新部"
        )
    # 4. What Microsoft's programs would show is told, and weighs nothing.
    found = microsoft.named_by(document.properties)
    told = microsoft.notes([found[one] for one in sorted(found)])
    return replace(bound, notes=(*bound.notes, *told))


def claimed_pdf(source: BinaryIO, schemes: Schemes) -> list[Label]:
    """The labels that a PDF's own metadata state, proven or not; none where it cannot be read.

    Raises: Misconfigured `binding.pdf_reader`.
    """
    try:
        document = read_document(source)
        values = [] if document.metadata is None else binding_values(document.metadata)
        return [read_binding(one, schemes).label for one in values]
    except SealaneError as error:
        if error.code == PDF_READER.code:
            raise
        return []


def carries_pdf(source: BinaryIO) -> bool:
    """Whether a PDF carries a label, damaged or whole. Where it cannot be read, or nothing here
    reads it, the words of a binding in its bytes are taken for one.
    """
    try:
        document = read_document(source)
        return document.metadata is not None and bool(binding_values(document.metadata))
    except SealaneError:
        return _mentions_a_binding(source)


def _damaged() -> SealaneError:
    return BINDING_TAMPERED(what="The file", what_ja="ファイル", details={"uri": ""})


def _update(
    document: PdfDocument, value: str, label: Label, schemes: Schemes, sign: Sign | None
) -> bytes:
    binding = write_binding(label, schemes, {"": value}, sign=sign)
    marker = b"\n%%confidentiality-label %d\n" % document.length
    return write_update(document, with_binding(document.metadata, binding), marker)


def _made_again(source: BinaryIO, start: int, bound: Bound, schemes: Schemes) -> bytes | None:
    """The update that the first bytes and this label make; None when they make none."""
    kept = bound.signature
    try:
        original = read_document(head(source, start))
        value = bound.references.get("") or ""
        return _update(
            original, value, bound.label, schemes, None if kept is None else lambda _: kept
        )
    except SealaneError:
        return None


def _is_ours(source: BinaryIO, document: PdfDocument, schemes: Schemes, start: int) -> bool:
    """Whether everything from `start` on is an update that a label made of what is before it."""
    try:
        bound = read_binding(binding_values(document.metadata or b"")[0], schemes)
    except SealaneError:
        return False
    return bound.references == {"": _digest(source, start)} and _same(
        source, start, _made_again(source, start, bound, schemes)
    )


def _own_update(source: BinaryIO, document: PdfDocument) -> int | None:
    """Where a label's update begins, by the comment before the metadata in force; None when there
    is none.
    """
    if document.metadata_at is None:
        return None
    begin = max(0, document.metadata_at - _LONGEST_MARKER)
    source.seek(begin)
    found = _MARKER.search(source.read(document.metadata_at - begin))
    if found is None or int(found[1]) != begin + found.start():
        return None
    return begin + found.start()


def _same(source: BinaryIO, start: int, made: bytes | None) -> bool:
    if made is None:
        return False
    source.seek(start)
    return source.read(len(made) + 1) == made


def _digest(source: BinaryIO, end: int | None = None) -> str:
    """SHA-384 of a file's bytes up to `end`, base64."""
    state = hashlib.sha384()
    part = source if end is None else head(source, end)
    part.seek(0)
    while chunk := part.read(CHUNK):
        state.update(chunk)
    return base64.b64encode(state.digest()).decode("ascii")


def _mentions_a_binding(source: BinaryIO) -> bool:
    """Whether the words of a binding stand in the bytes: a hint for the right refusal, nothing
    more.
    """
    source.seek(0)
    words, before = NAMESPACE.encode(), b""
    while chunk := source.read(CHUNK):
        if words in before + chunk:
            return True
        before = chunk[-len(words) :]
    return False


class _Head(io.RawIOBase):
    """The first bytes of a file, as a file."""

    def __init__(self, source: BinaryIO, end: int) -> None:
        self._source, self._end, self._at = source, end, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._at = max(0, offset + (0, self._at, self._end)[whence])
        return self._at

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        self._source.seek(self._at)
        data = self._source.read(max(0, min(len(buffer), self._end - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def head(source: BinaryIO, end: int) -> BinaryIO:
    """The first `end` bytes of a file, as a seekable file."""
    return cast(BinaryIO, io.BufferedReader(_Head(source, end)))
