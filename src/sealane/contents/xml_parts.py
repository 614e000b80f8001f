"""A part of a package as XML: parsed without anything from outside, and walked in order.

Spec: W3C Namespaces in XML 1.0; spec/residue.md §2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from sealane.contents.found import Gathering, Layer

Node = Any
"""An element of lxml; its kinds tell no types."""


def parsed(data: bytes) -> Node | None:
    """The root of a part; None where it is no XML, or more than such a part may hold."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return None if root is None or root.getroottree().docinfo.doctype else root


def named(node: Node) -> tuple[str, str]:
    """Namespace and local name of an element; two empty words for a comment or an instruction."""
    if not isinstance(node.tag, str):
        return "", ""
    namespace, _, name = node.tag.rpartition("}")
    return namespace.removeprefix("{"), name


def local(node: Node) -> str:
    """An element's local name; empty for what is none."""
    return named(node)[1]


def said(node: Node, name: str) -> str | None:
    """An attribute by its local name, whatever its prefix."""
    for key, value in node.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return None


def is_on(node: Node | None) -> bool:
    """Whether an element that switches something switches it on: there, and not set off."""
    return node is not None and said(node, "val") not in ("0", "false", "off", "none")


def child(node: Node | None, name: str) -> Node | None:
    """The first child of this local name."""
    if node is None:
        return None
    return next((one for one in node if local(one) == name), None)


def below(node: Node, *names: str) -> Iterator[Node]:
    """Every element below of one of these local names, in order."""
    return (one for one in node.iter() if local(one) in names)


def words(node: Node) -> str:
    """All text below an element, a line for each of its own and its children's."""
    return "\n".join(text for one in node.itertext("*") if (text := one.strip()))


def gather_loose(root: Node, place: str, into: Gathering) -> None:
    """Comments and instructions of the markup, which no program shows."""
    for one in root.iter(etree.Comment, etree.ProcessingInstruction):
        if not (one.tag is etree.ProcessingInstruction and one.target == "mso-application"):
            into.add(Layer.LOOSE, place, one.text or "", shown=bool((one.text or "").strip()))
    for one in (*root.itersiblings(preceding=True), *root.itersiblings()):
        into.add(Layer.LOOSE, place, one.text or "", shown=bool((one.text or "").strip()))


def gather_rest(root: Node, place: str, into: Gathering) -> None:
    """Text and attributes of a part of which nothing more is known, to be compared alone."""
    values = (str(value) for one in root.iter("*") for value in one.attrib.values())
    lines = [words(root), *(value for value in values if " " in value or not value.isascii())]
    into.add(Layer.AROUND, place, "\n".join(filter(None, lines)))
