"""What lies in an OpenDocument package: text, sheets, slides, and all around them.

Spec: ISO/IEC 26300-1; spec/residue.md §2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

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
Inner = Callable[[str, bytes, Gathering], None]
_UNSEEN = {
    "tracked-changes": Layer.REVISION,
    "annotation": Layer.COMMENT,
    "hidden-text": Layer.HIDDEN,
    "hidden-paragraph": Layer.HIDDEN,
    "conditional-text": Layer.HIDDEN,
    "notes": Layer.NOTE,
    "binary-data": Layer.EMBEDDED,
    "dde-source": Layer.LINKED,
    "dde-connection-decl": Layer.LINKED,
    "table-source": Layer.LINKED,
    "cell-range-source": Layer.LINKED,
    "event-listener": Layer.SCRIPT,
    "script": Layer.SCRIPT,
}
"""Elements that are shown on no page, and the layer of all that is in them."""
_BLOCKS = frozenset(("p", "h", "table-row", "list-item", "page"))
_GENERATED = frozenset(
    [
        "generator",
        "creation-date",
        "date",
        "editing-cycles",
        "editing-duration",
        "print-date",
        "document-statistic",
        "template",
        "auto-reload",
        "hyperlink-behaviour",
        "language",
    ]
)
_FOLDERS = {"Basic/": Layer.SCRIPT, "Scripts/": Layer.SCRIPT, "Versions/": Layer.EARLIER}
_PICTURES = ("Pictures/", "Thumbnails/", "ObjectReplacements/", "media/")
_WHITE = ("#ffffff", "#fefefe")


def read(parts: Mapping[str, bytes], into: Gathering, inner: Inner) -> None:
    """Gather what lies in the parts of a package."""
    if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
        into.leave("file", "locked")
        return
    roots: dict[str, Node] = {}
    for name, data in parts.items():
        small = len(data) <= XML_MOST and data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        root = parsed(data) if small else None
        if root is None:
            _binary(name, data, into, inner)
        else:
            roots[name] = root
    for name, root in roots.items():
        gather_loose(root, name, into)
        layer = next((one for folder, one in _FOLDERS.items() if name.startswith(folder)), None)
        if layer is not None:
            into.add(layer, name, words(root))
        elif local(root) in ("document-content", "document-styles"):
            _content(root, name, roots, into)
        elif local(root) == "document-meta":
            _meta(root, name, into)
        elif not name.startswith("META-INF/"):
            gather_rest(root, name, into)


def _binary(name: str, data: bytes, into: Gathering, inner: Inner) -> None:
    layer = next((one for folder, one in _FOLDERS.items() if name.startswith(folder)), None)
    if name == "mimetype" or not data:
        return
    if layer is not None:
        into.add(layer, name)
    elif name.startswith(_PICTURES):
        inner(name, data, into)
        into.leave(name, "picture")
    elif name.startswith("Object "):
        into.add(Layer.EMBEDDED, name)
        inner(name, data, into)
    else:
        into.leave(name, "limits" if len(data) > XML_MOST else "form")


def _meta(root: Node, name: str, into: Gathering) -> None:
    for one in below(root, "meta"):
        for told in one:
            key = said(told, "name") or local(told)
            if local(told) and local(told) not in _GENERATED:
                into.add(Layer.METADATA, f"{name}: {key}", words(told))


def _content(root: Node, name: str, roots: Mapping[str, Node], into: Gathering) -> None:
    if name.startswith("Object "):
        into.add(Layer.EMBEDDED, name)
    styles = [
        one for part, one in roots.items() if part.rpartition("/")[0] == name.rpartition("/")[0]
    ]
    walk = _OdfWalk(frozenset(style for one in styles for style in _unshown(one)))
    walk.go(root, Layer.TEXT)
    for layer, texts in walk.found.items():
        into.add(layer, name, "".join(texts), shown=False)
    for layer in walk.there:
        into.add(layer, name)


def _unshown(root: Node) -> list[str]:
    """The styles of a part whose text, table or page is not shown."""
    found = []
    for style in below(root, "style"):
        for told in style:
            hides = (
                (local(told) == "text-properties" and _hides_text(told))
                or (local(told) == "table-properties" and said(told, "display") == "false")
                or said(told, "visibility") == "hidden"
            )
            if hides:
                found.append(said(style, "name") or "")
    return found


def _hides_text(told: Node) -> bool:
    display, colour = said(told, "display"), said(told, "color") or ""
    size = said(told, "font-size") or ""
    tiny = size.removesuffix("pt").replace(".", "", 1).isdigit() and float(size[:-2]) <= 2
    return display == "none" or colour.lower() in _WHITE or (size.endswith("pt") and tiny)


@dataclass
class _OdfWalk:
    styles: frozenset[str]
    found: dict[Layer, list[str]] = field(default_factory=dict)
    there: dict[Layer, None] = field(default_factory=dict)

    def go(self, node: Node, layer: Layer) -> None:
        name = local(node)
        if not name or (
            name in ("automatic-styles", "font-face-decls", "master-styles")
            and not any(True for _ in below(node, "p"))
        ):
            return
        layer = self._layer_of(node, name, layer)
        if name == "table":
            self._table(node, layer)
            return
        self._text(node.text, layer)
        for one in node:
            self.go(one, layer)
            self._text(one.tail, layer)
        if name in _BLOCKS:
            self.found.setdefault(layer, []).append("\n")
        elif name in ("s", "tab", "line-break"):
            self.found.setdefault(layer, []).append(" ")

    def _text(self, text: str | None, layer: Layer) -> None:
        if text:
            self.found.setdefault(layer, []).append(text)

    def _layer_of(self, node: Node, name: str, layer: Layer) -> Layer:
        if layer is not Layer.TEXT:
            return layer
        unseen = _UNSEEN.get(name)
        if unseen is not None:
            if unseen is not Layer.NOTE:
                self.there[unseen] = None
            return unseen
        if name.startswith(("change-start", "change-end")) or name == "change":
            self.there[Layer.REVISION] = None
        hidden = (
            said(node, "style-name") in self.styles
            or said(node, "visibility") in ("collapse", "filter")
            or (name == "section" and said(node, "display") in ("none", "condition"))
        )
        return Layer.HIDDEN if hidden else layer

    def _table(self, table: Node, layer: Layer) -> None:
        """A table row by row, cells of hidden columns apart."""
        away: set[int] = set()
        at = 0
        for column in below(table, "table-column"):
            count = _repeated(column, "number-columns-repeated")
            if said(column, "visibility") in ("collapse", "filter"):
                away |= set(range(at, at + count))
            at += count
        for row in below(table, "table-row"):
            row_layer = self._layer_of(row, "table-row", layer)
            at = 0
            for cell in row:
                if local(cell) in ("table-cell", "covered-table-cell"):
                    own = Layer.HIDDEN if at in away and row_layer is Layer.TEXT else row_layer
                    self.go(cell, own)
                    self._text("\t", own)
                    at += _repeated(cell, "number-columns-repeated")
            self._text("\n", row_layer)
        for one in table:
            if not any(True for _ in below(one, "table-row", "table-column")):
                self.go(one, layer)


def _repeated(node: Node, name: str) -> int:
    count = said(node, name) or "1"
    return min(int(count), 16_384) if count.isdigit() else 1
