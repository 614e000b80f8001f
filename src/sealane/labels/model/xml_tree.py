"""Strict XML into a small frozen tree: no DTD, entity, comment, instruction or CDATA; size, depth
and count bounded.

Spec: W3C XML 1.0; W3C Namespaces in XML 1.0; spec/labels.md §XML.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from sealane.base.errors import Malformed, SealaneError, declare

MAX_BYTES, MAX_DEPTH, MAX_NODES = 1 << 20, 32, 20_000

NOT_XML = declare(
    "xml.malformed",
    Malformed,
    "This is not well-formed XML: {why}.",
    "整形式の XML ではありません：{why}。",
    "Send one UTF-8 XML document.",
    "UTF-8 の XML 文書を一つ送ってください。",
)
FORBIDDEN = declare(
    "xml.forbidden",
    Malformed,
    "The document holds {what}; a label never does.",
    "文書に{what_ja}があります。ラベルには置けません。",
    "Remove it; labels carry elements, attributes and text only.",
    "取り除いてください。ラベルは要素、属性、文字だけで書きます。",
)
TOO_BIG = declare(
    "xml.too_large",
    Malformed,
    "The document goes beyond the limit of {limit} {unit}.",
    "文書が上限（{limit} {unit_ja}）を超えます。",
    "Send a smaller document.",
    "より小さな文書を送ってください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element: namespace, local name, attributes (`name` or `namespace name`), and either
    children or text.

    `position` is the character index of its start tag in the document.
    """

    namespace: str
    name: str
    attributes: Mapping[str, str]
    position: int
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def find(self, namespace: str, name: str) -> list[Element]:
        """The direct children of this name, in document order."""
        return [
            child for child in self.children if child.name == name and child.namespace == namespace
        ]


class _Builder:
    """Expat's handlers; raises on the first thing a label may not hold."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.root: Element | None = None
        self.open: list[tuple[str, str, dict[str, str], int, list[Element], list[str]]] = []
        self.nodes = 0
        self.parser = parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.StartDoctypeDeclHandler = lambda *_: self.refuse(
            "a document type", "文書型宣言", always=True
        )
        parser.CommentHandler = lambda *_: self.refuse("a comment", "注釈")
        parser.ProcessingInstructionHandler = lambda *_: self.refuse(
            "a processing instruction", "処理命令"
        )
        parser.StartCdataSectionHandler = lambda *_: self.refuse("a CDATA section", "CDATA 区間")
        parser.SkippedEntityHandler = lambda *_: self.refuse("an entity", "実体", always=True)

    def position(self) -> int:
        return len(self.data[: self.parser.CurrentByteIndex].decode("utf-8", "replace"))

    def refuse(self, what: str, what_ja: str, *, always: bool = False) -> None:
        if always or self.open:
            raise FORBIDDEN(
                position=self.position(), what=what, what_ja=what_ja, details={"construct": what}
            )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.nodes += 1
        if len(self.open) >= MAX_DEPTH:
            raise TOO_BIG(position=self.position(), limit=MAX_DEPTH, unit="levels", unit_ja="段")
        if self.nodes > MAX_NODES:
            raise TOO_BIG(
                position=self.position(), limit=MAX_NODES, unit="elements", unit_ja="要素"
            )
        namespace, _, local = name.rpartition(" ")
        self.open.append((namespace, local, attributes, self.parser.CurrentByteIndex, [], []))

    def end(self, name: str) -> None:
        namespace, local, attributes, index, children, texts = self.open.pop()
        text = "".join(texts)
        if children and text.strip(" \t\r\n"):
            raise NOT_XML(position=self.position(), why="text between elements")
        position = (
            index if self.data.isascii() else len(self.data[:index].decode("utf-8", "replace"))
        )
        made = Element(
            namespace=namespace,
            name=local,
            attributes=attributes,
            position=position,
            children=children,
            text="" if children else text,
        )
        if self.open:
            self.open[-1][4].append(made)
        else:
            self.root = made

    def characters(self, text: str) -> None:
        self.open[-1][5].append(text)


def parse_xml(data: str | bytes, *, limit: int = MAX_BYTES) -> Element:
    """The root element of one strict XML document in UTF-8.

    Raises: Malformed `xml.malformed`, `xml.forbidden`, `xml.too_large`.
    Spec: spec/labels.md §XML.
    """
    try:
        raw = data.encode("utf-8") if isinstance(data, str) else data
    except UnicodeEncodeError as error:
        raise NOT_XML(position=error.start, why="a lone surrogate") from None
    if len(raw) > limit:
        raise TOO_BIG(position=limit, limit=limit, unit="bytes", unit_ja="バイト")
    builder = _Builder(raw)
    try:
        builder.parser.Parse(raw, True)
    except expat.ExpatError as error:
        position = len(raw[: builder.parser.ErrorByteIndex].decode("utf-8", "replace"))
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]:
            raise FORBIDDEN(
                position=position,
                what="an entity",
                what_ja="実体",
                details={"construct": "an entity"},
            ) from None
        raise NOT_XML(position=position, why=expat.ErrorString(error.code)) from None
    except UnicodeDecodeError:
        raise NOT_XML(why="not UTF-8") from None
    if builder.root is None:
        raise NOT_XML(why="no element")
    return builder.root


@contextmanager
def pointing(document: str) -> Iterator[None]:
    """Move a refusal that names a token from its element to the token itself, where the document
    spells it out.
    """
    try:
        yield
    except SealaneError as error:
        token = (error.details or {}).get("token")
        if isinstance(token, str) and token:
            start = error.position if isinstance(error.position, int) else 0
            found = document.find(token, start)
            error.position = start if found < 0 else found
        raise


def write_element(name: str, attributes: Mapping[str, str], *content: str) -> str:
    """One element's text; attributes in the given order, `content` already written XML."""
    head = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{head}>{''.join(content)}</{name}>" if content else f"<{name}{head}/>"


def escaped(value: str) -> str:
    """Character data, escaped."""
    return escape(value)
