"""A text document of an Office package: what is shown, what is tracked, what is hidden.

Spec: ISO/IEC 29500-1 §17; spec/residue.md §2.
"""

from __future__ import annotations

from collections.abc import Mapping

from sealane.contents.found import Gathering, Layer
from sealane.contents.xml_parts import Node, below, child, is_on, local, said

_GONE = frozenset(("del", "moveFrom", "delText", "delInstrText"))
_CHANGED = frozenset(
    [
        "ins",
        "moveTo",
        "rPrChange",
        "pPrChange",
        "sectPrChange",
        "tblPrChange",
        "tcPrChange",
        "trPrChange",
        "tblGridChange",
        "tblPrExChange",
        "numberingChange",
        "cellIns",
        "cellDel",
        "cellMerge",
        "moveFromRangeStart",
        "moveToRangeStart",
    ]
)
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "p": "\n", "tr": "\n"}
_FETCHING = ("INCLUDE", "DDE", "LINK", "DATABASE", "IMPORT", "EMBED", "RD ")
"""Fields that bring something from elsewhere."""
_WHITE, _TINY = ("FFFFFF", "FEFEFE"), 4
"""Colours of the paper, and half points below which nobody reads."""


def hidden_styles(roots: Mapping[str, Node]) -> frozenset[str]:
    """The styles whose text is not shown, by what they say or are based on."""
    hidden: set[str] = set()
    based: dict[str, str] = {}
    for root in roots.values():
        if local(root) != "styles":
            continue
        for style in below(root, "style"):
            name = said(style, "styleId") or ""
            if _is_hidden(child(style, "rPr")):
                hidden.add(name)
            base = child(style, "basedOn")
            if base is not None:
                based[name] = said(base, "val") or ""
    for _ in range(len(based)):
        more = {name for name, base in based.items() if base in hidden} - hidden
        if not more:
            break
        hidden |= more
    return frozenset(hidden)


def read(root: Node, name: str, styles: frozenset[str], into: Gathering) -> None:
    """Gather what lies in a document, a header, a footer or its notes."""
    walk = _WordWalk(styles)
    walk.go(root, Layer.TEXT)
    for layer, texts in walk.found.items():
        into.add(layer, name, "".join(texts), shown=False)
    if walk.changed:
        into.add(Layer.REVISION, name)
    for author in walk.authors:
        into.add(Layer.METADATA, f"{name}: author", author)
    for told in walk.described:
        into.add(Layer.METADATA, f"{name}: description", told)
    for code in walk.fields:
        linked = code.strip().upper().startswith(_FETCHING)
        into.add(Layer.LINKED if linked else Layer.AROUND, f"{name}: field", code)


class _WordWalk:
    def __init__(self, styles: frozenset[str]) -> None:
        self.styles = styles
        self.found: dict[Layer, list[str]] = {}
        self.changed = False
        self.authors: dict[str, None] = {}
        self.described: dict[str, None] = {}
        self.fields: list[str] = []

    def go(self, node: Node, layer: Layer) -> None:
        """An element and what is in it, each text in the layer that it is shown or hidden in."""
        name = local(node)
        if name in _GONE:
            layer = Layer.REVISION
        elif name in _CHANGED:
            self.changed = True
        elif name in ("r", "p") and layer is Layer.TEXT and self._hides(node, name):
            layer = Layer.HIDDEN
        elif name in ("cNvPr", "docPr"):
            self._describe(node)
        if name in _GONE or name in _CHANGED:
            self.authors |= dict.fromkeys(filter(None, [said(node, "author")]))
        self._say(node, name, layer)
        for one in node:
            self.go(one, layer)
        if name in ("p", "tr"):
            self.found.setdefault(layer, []).append("\n")

    def _say(self, node: Node, name: str, layer: Layer) -> None:
        if name in ("t", "delText"):
            self.found.setdefault(layer, []).append(node.text or "")
        elif name in ("instrText", "delInstrText") and node.text:
            self.fields.append(node.text)
        elif name == "fldSimple":
            self.fields.append(said(node, "instr") or "")
        elif name in ("tab", "br", "cr", "noBreakHyphen"):
            self.found.setdefault(layer, []).append(_BREAKS[name])

    def _hides(self, node: Node, name: str) -> bool:
        told = child(node, f"{name}Pr")
        style = child(told, f"{name}Style")
        if style is not None and said(style, "val") in self.styles:
            return True
        return name == "r" and _is_hidden(told)

    def _describe(self, node: Node) -> None:
        for key in ("descr", "title"):
            if told := said(node, key):
                self.described[told] = None


def _is_hidden(told: Node | None) -> bool:
    """Whether properties of a run keep its text from whoever looks at the page."""
    if told is None:
        return False
    if any(is_on(child(told, one)) for one in ("vanish", "webHidden", "specVanish")):
        return True
    colour, size = child(told, "color"), child(told, "sz")
    if colour is not None and (said(colour, "val") or "").upper() in _WHITE:
        return True
    points = said(size, "val") if size is not None else None
    return points is not None and points.isdigit() and int(points) <= _TINY
