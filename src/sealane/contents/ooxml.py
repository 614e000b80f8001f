"""What lies in an Office Open XML package: documents, slides and sheets, and all around them.

A part is known by its root element, not by its name; one that is not known is compared and nothing
is believed of it. Binary parts are objects, programs or pictures, or nobody reads them.
Spec: ISO/IEC 29500-1; spec/residue.md §2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sealane.contents import spreadsheet, word
from sealane.contents.found import Gathering, Layer
from sealane.contents.xml_parts import (
    Node,
    below,
    gather_loose,
    gather_rest,
    local,
    parsed,
    said,
    words,
)

XML_MOST = 24 << 20
"""Bytes of a part that is parsed."""
_PICTURES = re.compile(r"\.(png|jpe?g|gif|bmp|tiff?|webp|emf|wmf|emz|wmz|svg|ico)", re.IGNORECASE)
_OBJECTS = re.compile(r"(^|/)(embeddings|activex|ctrlprops)/", re.IGNORECASE)
_PROGRAMS = re.compile(r"vba[a-z]*\.bin", re.IGNORECASE)
_PLAIN_LINKS = ("/hyperlink",)
_UNTOLD = frozenset(
    [
        "Application",
        "AppVersion",
        "DocSecurity",
        "ScaleCrop",
        "SharedDoc",
        "LinksUpToDate",
        "HyperlinksChanged",
        "TotalTime",
        "Pages",
        "Words",
        "Characters",
        "Lines",
        "Paragraphs",
        "CharactersWithSpaces",
        "Slides",
        "Notes",
        "HiddenSlides",
        "MMClips",
        "PresentationFormat",
        "created",
        "modified",
        "lastPrinted",
        "revision",
        "HeadingPairs",
        "Template",
        "version",
    ]
)
"""Properties that tell of the program and of counts, not of anybody or anything."""
Inner = Callable[[str, bytes, Gathering], None]


def read(parts: Mapping[str, bytes], into: Gathering, inner: Inner) -> None:
    """Gather what lies in the parts of a package."""
    roots: dict[str, Node] = {}
    for name, data in parts.items():
        root = parsed(data) if _is_xml(name, data) else None
        if root is None:
            _binary(name, data, into, inner)
        else:
            roots[name] = root
    styles = word.hidden_styles(roots)
    book = spreadsheet.book_of(roots)
    for name, root in roots.items():
        gather_loose(root, name, into)
        reader = READERS.get(local(root))
        if local(root) in ("document", "hdr", "ftr", "footnotes", "endnotes"):
            word.read(root, name, styles, into)
        elif local(root) in ("worksheet", "dialogsheet", "macrosheet"):
            spreadsheet.read(root, name, book, into)
        elif reader is not None:
            reader(root, name, into)
        else:
            gather_rest(root, name, into)
    spreadsheet.read_unused(book, into)


def _is_xml(name: str, data: bytes) -> bool:
    begun = data[:64].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
    return begun.startswith(b"<") and len(data) <= XML_MOST and not name.endswith(".svg")


def _binary(name: str, data: bytes, into: Gathering, inner: Inner) -> None:
    if not data:
        return
    if _PROGRAMS.search(name):
        into.add(Layer.SCRIPT, name)
    elif _OBJECTS.search(name):
        into.add(Layer.EMBEDDED, name)
        inner(name, data, into)
    elif _PICTURES.search(name):
        inner(name, data, into)
        into.leave(name, "picture")
    else:
        into.leave(name, "limits" if len(data) > XML_MOST else "form")


def _comments(root: Node, name: str, into: Gathering) -> None:
    for one in below(root, "comment", "cm", "threadedComment"):
        into.add(Layer.COMMENT, name, words(one))
        into.add(Layer.METADATA, f"{name}: author", said(one, "author") or "")
    for one in below(root, "author"):
        into.add(Layer.METADATA, f"{name}: author", words(one))


def _authors(root: Node, name: str, into: Gathering) -> None:
    for one in below(root, "person", "cmAuthor", "author"):
        for key in ("author", "displayName", "name", "userId"):
            into.add(Layer.METADATA, f"{name}: {key}", said(one, key) or "")


def _properties(root: Node, name: str, into: Gathering) -> None:
    for one in root:
        key = said(one, "name") or local(one)
        if local(one) and key not in _UNTOLD:
            into.add(Layer.METADATA, f"{name}: {key}", words(one))


def _slide(root: Node, name: str, into: Gathering) -> None:
    layer = Layer.HIDDEN if said(root, "show") in ("0", "false") else Layer.TEXT
    if layer is Layer.HIDDEN:
        into.add(layer, name)
    _shapes(root, name, layer, into)


def _notes(root: Node, name: str, into: Gathering) -> None:
    text = "\n".join(line for line in _lines(root) if not line.isdigit())
    into.add(Layer.NOTE, name, text, shown=False)


def _master(root: Node, name: str, into: Gathering) -> None:
    _shapes(root, name, Layer.AROUND, into)


def _shapes(root: Node, name: str, layer: Layer, into: Gathering) -> None:
    """Text of shapes, and of those that are not shown; names and descriptions to be compared."""
    hidden = [one for one in below(root, "cNvPr", "docPr") if said(one, "hidden") in ("1", "true")]
    shapes = [one.getparent().getparent() for one in hidden if one.getparent() is not None]
    for one in shapes:
        if one is not None:
            into.add(Layer.HIDDEN, name, "\n".join(_lines(one)))
    into.add(layer, name, "\n".join(_lines(root)))
    for one in below(root, "cNvPr", "docPr"):
        for key in ("descr", "title"):
            into.add(Layer.METADATA, f"{name}: {key}", said(one, key) or "")


def _lines(root: Node) -> list[str]:
    """The paragraphs of drawings, charts and diagrams."""
    lines = ["".join(one.itertext("{*}t")) for one in below(root, "p")]
    return [*lines, *(one.text or "" for one in below(root, "v"))]


def _drawn(root: Node, name: str, into: Gathering) -> None:
    into.add(Layer.TEXT, name, "\n".join(_lines(root)))


def _linked(root: Node, name: str, into: Gathering) -> None:
    texts = [words(root), *(said(one, "v") or "" for one in root.iter("*"))]
    into.add(Layer.LINKED, name, "\n".join(filter(None, texts)))


def _revisions(root: Node, name: str, into: Gathering) -> None:
    into.add(Layer.REVISION, name, words(root))


def _relations(root: Node, name: str, into: Gathering) -> None:
    for one in below(root, "Relationship"):
        if said(one, "TargetMode") != "External":
            continue
        kind, target = said(one, "Type") or "", said(one, "Target") or ""
        into.add(Layer.METADATA if kind.endswith(_PLAIN_LINKS) else Layer.LINKED, name, target)


def _settings(root: Node, name: str, into: Gathering) -> None:
    for one in below(root, "docVar"):
        into.add(Layer.METADATA, f"{name}: {said(one, 'name')}", said(one, "val") or "")


def _chunk(root: Node, name: str, into: Gathering) -> None:
    into.add(Layer.EMBEDDED, name, words(root))


READERS: Mapping[str, Callable[[Node, str, Gathering], None]] = {
    "comments": _comments,
    "cmLst": _comments,
    "ThreadedComments": _comments,
    "commentsEx": _authors,
    "people": _authors,
    "personList": _authors,
    "cmAuthorLst": _authors,
    "authorLst": _authors,
    "coreProperties": _properties,
    "Properties": _properties,
    "settings": _settings,
    "sld": _slide,
    "notes": _notes,
    "sldLayout": _master,
    "sldMaster": _master,
    "notesMaster": _master,
    "handoutMaster": _master,
    "chartSpace": _drawn,
    "dataModel": _drawn,
    "drawing": _drawn,
    "wsDr": _drawn,
    "sst": lambda *_: None,
    "externalLink": _linked,
    "pivotCacheDefinition": _linked,
    "pivotCacheRecords": _linked,
    "queryTable": _linked,
    "connections": _linked,
    "revisions": _revisions,
    "headers": _revisions,
    "Relationships": _relations,
    "html": _chunk,
}
"""What reads a part, by the local name of its root."""
