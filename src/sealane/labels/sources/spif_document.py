"""An Open XML SPIF file as XML: its root, its shape by its version, its attributes.

Spec: Open XML SPIF 2.1, Open XML SPIF 3.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from lxml import etree

from sealane.base.errors import Malformed
from sealane.base.values import Instant, parse_instant
from sealane.labels.model.errors import SCHEME_MALFORMED
from sealane.labels.sources.spif_grammar import (
    CODES,
    MAX_FILE,
    NAMESPACE,
    QUALIFIERS_OF,
    SHAPES,
    UNUSED,
    XML_LANG,
    XSI,
)


def root_of(data: bytes, file: str) -> etree._Element:
    """The root of a SPIF file of a version that is read. Raises: Malformed `scheme.malformed`."""
    if len(data) > MAX_FILE:
        raise SCHEME_MALFORMED(file=file, why=f"more than {MAX_FILE} bytes")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise SCHEME_MALFORMED(file=file, why="a document type declaration")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SCHEME_MALFORMED(file=file, why=f"not XML: {str(error)[:120]}") from None
    if root.getroottree().docinfo.doctype:
        raise SCHEME_MALFORMED(file=file, why="a document type declaration")
    name = etree.QName(root)
    if name.namespace != NAMESPACE or name.localname != "SPIF":
        raise SCHEME_MALFORMED(
            file=file,
            why=f"the root is {{{name.namespace}}}{name.localname}, not {{{NAMESPACE}}}SPIF",
        )
    if root.get("schemaVersion") not in SHAPES:
        raise SCHEME_MALFORMED(
            file=file,
            why=f"schemaVersion is {root.get('schemaVersion')!r}; {', '.join(SHAPES)} are read",
        )
    return root


class SpifDocument:
    """A file read element by element; `findings` is what was understood and has no effect here."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[str] = []
        self.version = "2.1"

    def refuse(self, node: etree._Element, why: str) -> Exception:
        """The refusal of the file for one of its elements."""
        return SCHEME_MALFORMED(
            position=node.sourceline, file=self.file, why=f"line {node.sourceline}: {why}"
        )

    def note_unused(self, root: etree._Element) -> None:
        """Say what is read and has no effect here; none of it can make a label wider."""
        for path, sentence in UNUSED:
            count = len(root.findall(path, {"s": NAMESPACE}))
            if count:
                self.findings.append(f"{sentence} ({count})")

    def check_shape(self, node: etree._Element, depth: int = 0) -> None:
        """Every element and attribute is one that the file's version has, in the right place."""
        name = etree.QName(node)
        if name.namespace != NAMESPACE:
            raise self.refuse(node, f"element {name.localname!r} is not in the SPIF namespace")
        shape = SHAPES[self.version].get(name.localname)
        if shape is None or depth > 12:
            raise self.refuse(node, f"element {name.localname!r} is not of SPIF {self.version}")
        children, attributes, required = shape
        for attribute in cast(Iterable[str], node.attrib):
            if attribute not in attributes and not attribute.startswith((XSI, XML_LANG)):
                raise self.refuse(
                    node, f"attribute {attribute!r} of {name.localname!r} is not understood"
                )
        for attribute in required:
            if not (node.get(attribute) or "").strip():
                raise self.refuse(node, f"{name.localname!r} has no {attribute!r}")
        if name.localname == "extensions":
            if len(node):
                raise self.refuse(node, "extensions are not understood")
            return
        for child in node:
            local = etree.QName(child).localname
            if local not in children and etree.QName(child).namespace == NAMESPACE:
                raise self.refuse(child, f"element {local!r} may not stand in {name.localname!r}")
            self.check_shape(child, depth + 1)
        self._check_display(node, name.localname)

    def _check_display(self, node: etree._Element, name: str) -> None:
        """What steers display only: a qualifier of the version, a marking code that is known."""
        if name == "qualifier":
            code = node.get("qualifierCode")
            if code is not None and code not in QUALIFIERS_OF[self.version]:
                raise self.refuse(node, f"qualifierCode {code!r} is not of SPIF {self.version}")
        if name == "code" and (node.text or "").strip() not in CODES:
            # Ours shows every part, so an unknown code hides nothing.
            self.findings.append(
                f"line {node.sourceline}: the marking code {(node.text or '').strip()[:40]!r} has"
                " no effect"
            )

    def children(self, node: etree._Element, name: str) -> list[etree._Element]:
        """The children of this name, in document order."""
        return node.findall(f"{{{NAMESPACE}}}{name}")

    def only_child(self, node: etree._Element, name: str) -> etree._Element:
        """The one child of this name; none, or two, are refused."""
        found = self.children(node, name)
        if len(found) != 1:
            raise self.refuse(node, f"{len(found)} {name!r} instead of one")
        return found[0]

    def each_once(self, names: list[Any], what: str, node: etree._Element) -> None:
        """Refuse the second of two equal names."""
        seen: set[Any] = set()
        for name in names:
            if name in seen:
                raise self.refuse(node, f"the {what} {str(name)!r} occurs twice")
            seen.add(name)

    def name(self, node: etree._Element) -> str:
        """The name of an element, without space around it, which is told."""
        raw = node.get("name", "")
        if raw != raw.strip():
            self.findings.append(
                f"line {node.sourceline}: the name {raw!r} has space around it and is compared"
                " without"
            )
        return raw.strip()

    def number(self, node: etree._Element, attribute: str) -> int:
        """A count or rank of at most nine digits."""
        text = (node.get(attribute) or "").strip()
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise self.refuse(node, f"{attribute} {text!r} is not an integer")
        return int(text)

    def bound(self, node: etree._Element, attribute: str) -> int | None:
        """A count, or None for `unbounded` and for nothing."""
        text = (node.get(attribute) or "unbounded").strip()
        return None if text == "unbounded" else self.number(node, attribute)

    def lacv(self, node: etree._Element) -> str:
        """The name of a category in its tag: an integer, or a word of at most 64 characters."""
        text = (node.get("lacv") or "").strip()
        if text.isascii() and text.isdigit():
            return str(self.number(node, "lacv"))
        if not text or len(text) > 64 or not text.isprintable():
            raise self.refuse(node, f"lacv {text[:80]!r} names nothing")
        return text

    def flag(self, node: etree._Element, attribute: str) -> bool:
        """A truth value as XML writes it; false when it is missing."""
        text = node.get(attribute, "false").strip()
        if text not in ("true", "false", "1", "0"):
            raise self.refuse(node, f"{attribute} {text!r} is neither true nor false")
        return text in ("true", "1")

    def moment(self, node: etree._Element, attribute: str) -> Instant | None:
        """An instant in UTC, as RFC 3339 or as fourteen digits and Z; None when it is missing."""
        text = node.get(attribute)
        if text is None:
            return None
        if len(text) == 15 and text[:14].isdigit():
            text = f"{text[:4]}-{text[4:6]}-{text[6:8]}T{text[8:10]}:{text[10:12]}:{text[12:14]}Z"
        try:
            return parse_instant(text)
        except Malformed:
            raise self.refuse(node, f"{attribute} {text!r} is not an instant in UTC") from None

    def texts(self, node: etree._Element, name: str) -> dict[str, str]:
        """The names that people see, by language."""
        out = {"en": name, "ja": name}
        for marking in self.children(node, "markingData"):
            if phrase := (marking.get("phrase") or "").strip():
                out[marking.get(XML_LANG + "lang", "en")] = phrase
        return out
