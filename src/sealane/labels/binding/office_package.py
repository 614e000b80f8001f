"""An Office package as other readers find it: its lists, its main part, its parts by digest; and
the copying of what stays.

Spec: ISO/IEC 29500-2 §9.3, §10.1.2; spec/labels.md §Carriers.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol
from xml.parsers import expat

from sealane.base.errors import SealaneError
from sealane.base.zip_layout import ZERO_DATE, ZipEntry
from sealane.labels.binding import opc
from sealane.labels.binding.information import NAMESPACE
from sealane.labels.binding.zip_package import (
    PackageWriter,
    content,
    entries,
    header_places,
    loosely_unpacked,
    refuse,
    unpacked,
)

MAX_LIST, MAX_BINDING, SNIFFED = 8 << 20, 4 << 20, 1 << 16
BINDING = (NAMESPACE, "BindingInformation")
_MAIN = opc.kinds("officeDocument")


class Hash(Protocol):
    """What `hashlib.sha384()` gives; a shell may hand in one that works in a thread of its own."""

    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


NewHash = Callable[[], Hash]


@dataclass(slots=True)
class OfficePackage:
    """A package once its entries tile the file: its lists, and its main part when it has one."""

    source: BinaryIO
    entries: list[ZipEntry]
    main: str | None
    changed: dict[str, bytes] = field(default_factory=dict)

    def entry(self, name: str) -> ZipEntry | None:
        """The entry of a part; names are equal without regard to ASCII case."""
        return next((one for one in self.entries if one.name.lower() == name.lower()), None)

    def put(self, name: str, data: bytes) -> None:
        """Change a part, or add one; it keeps the letters of its name."""
        found = self.entry(name)
        self.changed[name if found is None else found.name] = data

    def listing(self, name: str) -> bytes | None:
        """A small part as it is, or as it was changed."""
        found = self.entry(name)
        real = name if found is None else found.name
        if real in self.changed:
            return self.changed[real]
        return None if found is None else content(self.source, found, limit=MAX_LIST)


def is_package(source: BinaryIO) -> bool:
    """Whether these bytes begin as a zip does."""
    source.seek(0)
    return source.read(4) == b"PK\x03\x04"


def is_office(source: BinaryIO) -> bool:
    """Whether a label can lie inside: a package whose office document is named by a relationship.

    A zip that is no such package, or whose structure is broken, is answered no; `open_package` says
    why.
    """
    if not is_package(source):
        return False
    try:
        return open_package(source).main is not None
    except SealaneError:
        return _calls_itself_office(source)


def _calls_itself_office(source: BinaryIO) -> bool:
    """Whether a package that cannot be read would be one: it begins with a list of content types
    or names one. A hint for the right refusal, nothing more.
    """
    size = source.seek(0, 2)
    source.seek(max(0, size - (1 << 20)))
    tail = source.read(1 << 20)
    return opc.CONTENT_TYPES.encode() in tail and any(
        one in tail for one in (b"word/", b"xl/", b"ppt/")
    )


def open_package(source: BinaryIO) -> OfficePackage:
    """A package, its bytes accounted for.

    Raises: Untrusted `binding.package_structure`.
    """
    package = OfficePackage(source, entries(source), None)
    types, root = package.listing(opc.CONTENT_TYPES), package.listing("_rels/.rels")
    if types is None:
        raise refuse("no content types", "内容種別の一覧がない")
    opc.read_types(types)
    if root is not None:
        named = opc.related(opc.read_relationships(root), "", _MAIN)
        if len(named) > 1:
            raise refuse("two office documents", "文書が二つある")
        found = package.entry(named[0][0]) if named else None
        package.main = None if found is None else found.name
    return package


def is_strict(package: OfficePackage) -> bool:
    root = opc.read_relationships(package.listing("_rels/.rels") or b"")
    return bool(opc.related(root, "", (_MAIN[1],)))


def copied(
    package: OfficePackage, writer: PackageWriter, sink: BinaryIO, new_hash: NewHash
) -> Iterator[tuple[str, str, tuple[str, str] | None]]:
    """Every part written to the package's new form; its name, digest and root element."""
    present = set()
    for entry in package.entries:
        present.add(entry.name)
        if entry.name in package.changed:
            data = package.changed[entry.name]
            writer.add(entry.name, data, entry.date)
            yield entry.name, _value(new_hash, data), None
            continue
        writer.begin(entry)
        value, root = _digested(package.source, entry, new_hash, sink)
        if not entry.folder:
            yield entry.name, value, root
    for name, data in package.changed.items():
        if name not in present:
            writer.add(name, data, ZERO_DATE)
            yield name, _value(new_hash, data), None


def _digested(
    source: BinaryIO, entry: ZipEntry, new_hash: NewHash, sink: BinaryIO | None = None
) -> tuple[str, tuple[str, str] | None]:
    state, begun = new_hash(), b""
    for block in unpacked(source, entry, sink):
        if len(begun) < SNIFFED:
            begun += block[:SNIFFED]
        state.update(block)
    return base64.b64encode(state.digest()).decode("ascii"), root_element(begun)


def _value(new_hash: NewHash, data: bytes) -> str:
    state = new_hash()
    state.update(data)
    return base64.b64encode(state.digest()).decode("ascii")


class _RootFoundError(Exception):
    """Ends the parse at the first element."""


def root_element(begun: bytes) -> tuple[str, str] | None:
    """Namespace and name of the root of what begins as XML; None when it does not."""
    if not begun.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith(b"<"):
        return None
    found: list[tuple[str, str]] = []

    def start(name: str, _: dict[str, str]) -> None:
        namespace, _separator, local = name.rpartition(" ")
        found.append((namespace, local))
        raise _RootFoundError

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    with contextlib.suppress(expat.ExpatError, _RootFoundError, ValueError, LookupError):
        parser.Parse(begun, False)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over the parts found: a digest for each, and the parts that bind."""

    digests: dict[str, str]
    bindings: list[ZipEntry]


def surveyed(package: OfficePackage, new_hash: NewHash) -> Survey:
    digests, bindings = {}, []
    for entry in package.entries:
        if entry.folder:
            continue
        digests[entry.name], root = _digested(package.source, entry, new_hash)
        if root == BINDING:
            bindings.append(entry)
    return Survey(digests, bindings)


def loose_bindings(source: BinaryIO) -> Iterator[bytes]:
    """Every part that binds, wherever in the bytes a local header begins: what no directory lists
    and what is cut off counts too.
    """
    for offset in header_places(source):
        begun = loosely_unpacked(source, offset, SNIFFED)
        if root_element(begun) == BINDING:
            yield loosely_unpacked(source, offset, MAX_BINDING)
