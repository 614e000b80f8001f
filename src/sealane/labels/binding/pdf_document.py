"""A PDF as its cross-reference says it is: catalogue, trailer, metadata, encryption, signatures.

pyHanko reads, strictly: an object is where the newest cross-reference puts it, and bytes inside a
stream are no objects. What it does not take is refused here, and the label goes beside the file.
Nothing of a document is changed in this module.
Spec: ISO 32000-1 §7.5 (file structure), §7.6 (encryption), §12.8 (signatures); spec/labels.md
§Carriers; docs/adr/0020-carriers.md.
"""

from __future__ import annotations

import hashlib
import hmac
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sealane.labels.binding.errors import PDF_READER, PDF_SIGNED, pdf_structure

MAX_PDF, MAX_FIELDS = 4 << 30, 100_000
_MODIFY = 8
"""Bit 4 of the permissions: the document may be changed by whoever opens it."""
_REVISIONS = frozenset((2, 3, 4, 6))
"""Of the standard security handler. 5 was never a standard's; 7 is not written here."""
_OF_ITS_SECTION = frozenset(
    ("/Size", "/Prev", "/XRefStm", "/Type", "/W", "/Index", "/Length", "/Filter", "/DecodeParms")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfDocument:
    """What binding a label needs to know of a PDF.

    `catalogue` and `trailer` hold their values as written: what is encrypted in the file is
    encrypted here. `metadata` is the XMP packet in clear; `properties` are texts of `/Info`. `lock`
    encrypts for an object's number and generation, and is None where nothing is encrypted.
    """

    length: int
    newest: int
    streams: bool
    root: tuple[int, int]
    size: int
    catalogue: dict[str, Any]
    trailer: dict[str, Any]
    packed: bool
    metadata: bytes | None
    metadata_at: int | None
    properties: dict[str, str]
    lock: Lock | None
    clear_metadata: bool


@dataclass(frozen=True, slots=True)
class Lock:
    """Encryption as a document's own handler does it, with initial vectors made from key and text:
    one text under one key is one cipher text, so that an update can be made again and compared.
    """

    strings: Any
    streams: Any

    def string(self, data: bytes, number: int, generation: int) -> bytes:
        """A string of an object."""
        return _encrypted(self.strings, data, number, generation)

    def stream(self, data: bytes, number: int, generation: int) -> bytes:
        """A stream."""
        return _encrypted(self.streams, data, number, generation)


def _encrypted(filter_: Any, data: bytes, number: int, generation: int) -> bytes:
    method = str(filter_.method)
    if method in ("/None", "/Identity"):
        return data
    key = filter_.derive_object_key(number, generation)
    if method == "/V2":
        return bytes(filter_.encrypt(key, data))
    if method not in ("/AESV2", "/AESV3"):
        raise pdf_structure("an encryption that is not written here", "書けない方式の暗号化")
    vector = hmac.digest(key, data, hashlib.sha256)[:16]
    padder = padding.PKCS7(128).padder()
    plain = padder.update(data) + padder.finalize()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    return vector + encryptor.update(plain) + encryptor.finalize()


@contextmanager
def _reading() -> Iterator[None]:
    """A reader's failure is the document's structure; what it says of bytes is not repeated."""
    from pyhanko.pdf_utils.misc import PdfError

    faults = (PdfError, ValueError, LookupError, TypeError, AssertionError, AttributeError)
    try:
        yield
    except (*faults, ArithmeticError, NotImplementedError, RecursionError, EOFError, zlib.error):
        raise pdf_structure(
            "its structure is not as the standard has it", "構造が標準のとおりでない"
        ) from None


def read_document(source: BinaryIO) -> PdfDocument:
    """A PDF that a label can be read from and, where nothing forbids it, put into.

    Args:
        source: seekable, from its first byte to its last the file and nothing else.
    Raises: Malformed `binding.pdf_structure`; Misconfigured `binding.pdf_reader`.
    """
    reader_of = _reader()
    length = source.seek(0, 2)
    if length > MAX_PDF:
        raise pdf_structure("it is larger than is read here", "大きすぎる")
    with _reading():
        reader = reader_of(source)
        lock = _unlocked(reader)
        newest = reader.trailer._trailer_revisions[0]
        if ("/Encrypt" in newest) != (lock is not None) or "/Root" not in newest:
            raise pdf_structure("its trailers disagree", "トレーラーが食い違う")
        root = newest.raw_get("/Root")
        at = reader.xrefs[root.reference]
        catalogue = _raw(reader.get_object(root.reference, transparent_decrypt=False))
        if catalogue.get("/Type") != "/Catalog":
            raise pdf_structure("its catalogue is none", "カタログでない")
        metadata, metadata_at = _metadata(reader, catalogue)
        return PdfDocument(
            length=length,
            newest=reader.last_startxref,
            streams="/W" in newest,
            root=(root.idnum, root.generation),
            size=_free_number(reader),
            catalogue=catalogue,
            trailer={
                str(name): value
                for name, value in newest.items()
                if str(name) not in _OF_ITS_SECTION
            },
            packed=not isinstance(at, int),
            metadata=metadata,
            metadata_at=metadata_at,
            properties=_properties(reader),
            lock=lock,
            clear_metadata=lock is not None and _clear_metadata(reader),
        )


def _reader() -> Callable[[BinaryIO], Any]:
    try:
        from pyhanko.pdf_utils import generic, reader
    except ImportError:
        raise PDF_READER() from None

    class DirectToo(reader.PdfFileReader):  # type: ignore[misc]  # pyHanko tells no types
        """pyHanko's strict reader, which also takes an encryption dictionary that stands in the
        trailer itself, as MuPDF writes it and the standard lets it.
        """

        @property
        def encrypt_dict(self) -> Any:
            held = self.trailer.raw_get("/Encrypt") if "/Encrypt" in self.trailer else None
            return held if isinstance(held, generic.DictionaryObject) else super().encrypt_dict

    return DirectToo


def _raw(value: Any) -> dict[str, Any]:
    """A dictionary as written: strings of an encrypted document stay encrypted."""
    value = getattr(value, "raw_object", value)
    if not isinstance(value, dict):
        raise pdf_structure("an object is no dictionary", "辞書でないオブジェクト")
    return {str(name): one for name, one in value.items()}


def _free_number(reader: Any) -> int:
    """A number that no section of the cross-reference uses."""
    highest = 0
    for place in range(reader.xrefs.total_revisions):
        used = (one.idnum for one in reader.xrefs.explicit_refs_in_revision(place))
        size = reader.xrefs.get_xref_container_info(place).size
        highest = max(highest, size - 1, *used)
    return highest + 1


def _unlocked(reader: Any) -> Lock | None:
    """Encryption that opens without a password; None where there is none."""
    if not reader.encrypted:
        return None
    handler = reader.security_handler
    if str(handler.get_name()) != "/Standard":
        raise pdf_structure("it is encrypted for named recipients", "特定の受信者向けに暗号化")
    if int(reader.encrypt_dict["/R"]) not in _REVISIONS:
        raise pdf_structure("an encryption that is not read here", "読めない方式の暗号化")
    if handler.pdf_mac_enabled or "/AuthCode" in reader.trailer:
        raise pdf_structure("a code authenticates all its bytes", "全体に認証符号がある")
    if reader.decrypt("").status.name == "FAILED":
        raise pdf_structure("it opens with a password only", "開くのに暗証が要る")
    return Lock(handler.get_string_filter(), handler.get_stream_filter())


def _clear_metadata(reader: Any) -> bool:
    found = reader.encrypt_dict.get("/EncryptMetadata")
    return int(reader.encrypt_dict["/V"]) >= 4 and found is not None and not bool(found)


def _metadata(reader: Any, catalogue: dict[str, Any]) -> tuple[bytes | None, int | None]:
    """The XMP packet that the catalogue names, and where its object begins."""
    named = catalogue.get("/Metadata")
    reference = getattr(named, "reference", None)
    if reference is None:
        if named is not None:
            raise pdf_structure("its metadata are no object", "メタデータがオブジェクトでない")
        return None, None
    at = reader.xrefs[reference]
    stream = reader.get_object(reference, never_decrypt=_clear_and_bare(reader, reference))
    return bytes(stream.data), at if isinstance(at, int) else None


def _properties(reader: Any) -> dict[str, str]:
    """The document's own properties that are text."""
    try:
        info = reader.trailer["/Info"]
        return {str(name): info[name] for name in info if isinstance(info[name], str)}
    except (KeyError, TypeError):
        return {}


def _clear_and_bare(reader: Any, reference: Any) -> bool:
    """Metadata that the handler leaves in clear without saying so at the stream."""
    if not reader.encrypted or not _clear_metadata(reader):
        return False
    raw = reader.get_object(reference, transparent_decrypt=False)
    raw = getattr(raw, "raw_object", raw)
    named = raw.get("/Filter", ())
    reader.resolved_objects.pop((reference.generation, reference.idnum), None)
    return "/Crypt" not in ([named] if isinstance(named, str) else list(named))


def refuse_signed(source: BinaryIO) -> None:
    """Silence is success: nothing in the document would be voided by a change.

    Raises: Refused `binding.pdf_signed`; Malformed `binding.pdf_structure`.
    Spec: ISO 32000-1 §12.8 (signatures, DocMDP, usage rights).
    """
    reader_of = _reader()
    with _reading():
        reader = reader_of(source)
        lock = _unlocked(reader)
        if lock is not None and not _may_change(reader):
            raise PDF_SIGNED(what="its author's ban on changes", what_ja="作成者による変更の禁止")
        if reader.root.get("/Perms"):
            raise PDF_SIGNED(what="a certification or usage rights", what_ja="証明または使用権")
        form = reader.root.get("/AcroForm")
        if form is not None and _signed(reader.root["/AcroForm"]):
            raise PDF_SIGNED(what="a signature", what_ja="署名")


def _may_change(reader: Any) -> bool:
    return bool(int(reader.encrypt_dict["/P"]) & _MODIFY)


def _signed(form: Any) -> bool:
    """Whether a field of the form is a signature that has been made."""
    if int(form.get("/SigFlags", 0)) & 2:
        return True
    waiting: list[tuple[Any, Any]] = [(one, None) for one in form.get("/Fields", ())]
    for _ in range(MAX_FIELDS):
        if not waiting:
            return False
        field, above = waiting.pop()
        field = field.get_object()
        kind = field.get("/FT", above)
        if kind == "/Sig" and field.get("/V") is not None:
            return True
        waiting.extend((one, kind) for one in field.get("/Kids", ()))
    raise pdf_structure("its form has too many fields", "欄が多すぎる")
