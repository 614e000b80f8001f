"""Types and relationships of a package, parsed; one element put in or cut out, all else kept.

Quotes, prefixes, order and white space are free in XML: what is asked is the namespace, the name
and the attributes that a parser gives. A change touches the bytes of one element alone.
Spec: ISO/IEC 29500-2 §9.3 (relationships), §10.1.2 (content types); W3C Namespaces in XML 1.0;
spec/labels.md §Carriers.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from sealane.labels.binding.zip_package import refuse
from sealane.labels.model.xml_tree import write_element

CONTENT_TYPES = "[Content_Types].xml"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
RELATIONSHIPS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships/"
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})", re.ASCII)
_TAG = re.compile(rb"<([^\s/>]+)")
MAX_CHILDREN = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """An element directly below the root: its local name, attributes, text, and its bytes."""

    name: str
    attributes: Mapping[str, str]
    text: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A part that is a root with a list of elements, `begin` where its tag begins; `close` is where
    its end tag begins, or where its only tag ends when it is not `open`: it closes itself.
    """

    data: bytes
    namespace: str
    root: str
    deepest: int
    children: tuple[Child, ...]
    begin: int
    close: int
    open: bool


class _Reader:
    def __init__(self, data: bytes, namespace: str, deepest: int) -> None:
        self.data, self.namespace, self.depth, self.root = data, namespace, 0, ""
        self.deepest = deepest
        self.waiting: tuple[str, dict[str, str], int] | None = None
        self.done: tuple[str, dict[str, str], int] | None = None
        self.children: list[Child] = []
        self.texts: list[str] = []
        self.begin = self.close = -1
        self.parser = parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.CommentHandler = parser.DefaultHandler = self.other
        parser.ProcessingInstructionHandler = self.other
        parser.StartDoctypeDeclHandler = self.doctype

    def settle(self) -> None:
        """The element that ended before this event ends where the event begins."""
        if self.done is not None:
            name, attributes, begin = self.done
            end = self.parser.CurrentByteIndex
            text, self.texts = "".join(self.texts), []
            self.children.append(
                Child(name=name, attributes=attributes, text=text, begin=begin, end=end)
            )
            self.done = None

    def doctype(self, *_: object) -> None:
        raise refuse("a document type in its lists", "一覧に文書型宣言がある")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.settle()
        namespace, _, local = name.rpartition(" ")
        if self.depth == 0:
            self.begin = self.parser.CurrentByteIndex
            self.root = local if namespace == self.namespace else ""
        if self.depth == 1:
            if namespace != self.namespace or len(self.children) >= MAX_CHILDREN:
                raise refuse("its lists hold something else", "一覧に別のものがある")
            self.waiting = (local, attributes, self.parser.CurrentByteIndex)
        if self.depth > self.deepest:
            raise refuse("its lists hold something else", "一覧に別のものがある")
        self.depth += 1

    def end(self, _: str) -> None:
        self.settle()
        self.depth -= 1
        if self.depth == 1:
            self.done, self.waiting = self.waiting, None
        elif self.depth == 0:
            self.close = self.parser.CurrentByteIndex

    def text(self, text: str) -> None:
        self.settle()
        if (self.deepest == 1 or self.depth <= 2) and text.strip(" \t\r\n"):
            raise refuse("text in its lists", "一覧に文字がある")
        if self.depth > 2:
            self.texts.append(text)

    def other(self, *_: object) -> None:
        self.settle()


def read_listing(data: bytes, namespace: str, root: str, *, deepest: int = 1) -> Listing:
    """A part that is one list; elements stand at most so deep below the root, and text only below
    the elements of the list.

    Raises: Untrusted `binding.package_structure`.
    """
    reader = _Reader(data, namespace, deepest)
    try:
        reader.parser.Parse(data, True)
    except (expat.ExpatError, UnicodeDecodeError, ValueError):
        raise refuse("its lists are not XML in UTF-8", "一覧が UTF-8 の XML でない") from None
    if reader.root != root:
        raise refuse("its lists are of another kind", "一覧の種類が違う")
    return Listing(
        data=data,
        namespace=namespace,
        root=root,
        deepest=deepest,
        children=tuple(reader.children),
        begin=reader.begin,
        close=reader.close,
        open=data[reader.close : reader.close + 2] == b"</",
    )


def with_child(listing: Listing, name: str, attributes: Mapping[str, str], *content: str) -> bytes:
    """The part with one more element at its end, `content` already written XML."""
    placed = {"xmlns": listing.namespace, **attributes}
    child = write_element(name, placed, *content).encode("utf-8")
    data, at = listing.data, listing.close
    made = data[:at] + child + data[at:] if listing.open else _opened(listing, child)
    again = read_listing(made, listing.namespace, listing.root, deepest=listing.deepest)
    if [one.name for one in again.children] != [*(one.name for one in listing.children), name]:
        raise refuse("its lists cannot be extended", "一覧を広げられない")
    return made


def _opened(listing: Listing, child: bytes) -> bytes:
    """A root that closes itself, with a child inside."""
    data, slash = listing.data, listing.close - len(b"/>")
    name = _TAG.match(data, listing.begin)
    if name is None or data[slash : listing.close] != b"/>":
        raise refuse("its lists cannot be extended", "一覧を広げられない")
    return data[:slash] + b">" + child + b"</" + name[1] + b">" + data[listing.close :]


def without_children(listing: Listing, gone: Callable[[Child], bool]) -> bytes:
    """The part without the elements of which `gone` holds."""
    data = listing.data
    for one in reversed(listing.children):
        if gone(one):
            data = data[: one.begin] + data[one.end :]
    read_listing(data, listing.namespace, listing.root, deepest=listing.deepest)
    return data


def read_types(data: bytes) -> Listing:
    """`[Content_Types].xml`."""
    return read_listing(data, TYPES, "Types")


def read_relationships(data: bytes) -> Listing:
    """A relationships part."""
    return read_listing(data, RELATIONSHIPS, "Relationships")


def relationships_of(part: str) -> str:
    """The name of the part with the relationships of `part`; "" is the package."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def related(listing: Listing, part: str, kinds: tuple[str, ...]) -> list[tuple[str, Child]]:
    """The parts to which `part` is related by one of these kinds, each with its relationship."""
    out = []
    for one in listing.children:
        kind = one.attributes.get("Type")
        if kind in kinds and one.attributes.get("TargetMode", "Internal") == "Internal":
            out.append((resolved(part, one.attributes.get("Target", "")), one))
    return out


def resolved(part: str, target: str) -> str:
    """The part that a relative reference names, seen from `part`."""
    path = target.partition("#")[0].partition("?")[0]
    raw = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), path)
    try:
        path = raw.encode("latin-1").decode("utf-8") if "%" in target else path
    except UnicodeError:
        path = raw
    joined = posixpath.join("/", posixpath.dirname(part), path)
    return posixpath.normpath(joined).lstrip("/")


def reference(part: str, target: str) -> str:
    """The relative reference from a part to another; both are named in plain ASCII or as they
    are.
    """
    return posixpath.relpath("/" + target, posixpath.join("/", posixpath.dirname(part)))


def kinds(name: str) -> tuple[str, str]:
    """A kind of relationship in its transitional and its strict form."""
    return _OFFICE + name, _STRICT + name
