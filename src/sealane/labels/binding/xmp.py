"""The binding in XMP: put into a packet that others wrote, read, and taken out; every other byte of
the packet stays.

The property counts only where it describes the file itself: directly in a description, directly in
the outermost RDF. What a packet says of ingredients and versions is not about the file.
Spec: ISO 16684-1 §7 (RDF of XMP); ADatP-4778.2 profile urn:nato:stanag:4778:profile:xmp:1:1;
spec/labels.md §Carriers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from sealane.base.errors import SealaneError
from sealane.labels.binding.errors import BINDING_MALFORMED, pdf_structure
from sealane.labels.model.xml_tree import escaped

XMP = "urn:nato:stanag:4778:bindinginformation:1:0:xmp#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
META = "adobe:ns:meta/"
PROPERTY = "bindingInformation"
MAX_PACKET, MAX_DEPTH = 16 << 20, 200
_HOLDERS = ((f"{RDF} RDF",), (f"{META} xmpmeta", f"{RDF} RDF"), (f"{META} xapmeta", f"{RDF} RDF"))
_DESCRIPTION, _ABOUT, _NAME = f"{RDF} Description", f"{RDF} about", f"{XMP} {PROPERTY}"


@dataclass(slots=True)
class _Packet:
    """What one pass over a packet found, by byte: where its RDF ends, and each property."""

    data: bytes
    ends: list[int] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    descriptions: int = 0


class _Walker:
    """Expat's handlers over one packet."""

    def __init__(self, data: bytes) -> None:
        self.found = _Packet(data)
        self.path: list[tuple[str, int, int]] = []
        self.texts: list[str] | None = None
        self.parser = parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.StartDoctypeDeclHandler = self.doctype

    def doctype(self, *_: object) -> None:
        raise unreadable()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.path) > MAX_DEPTH:
            raise unreadable()
        above = tuple(one for one, _, _ in self.path)
        if above in _HOLDERS and name == _DESCRIPTION:
            self.found.descriptions += 1
            if _NAME in attributes:
                self.found.values.append(attributes[_NAME])
        if self.path:
            self.path[-1] = (*self.path[-1][:2], self.path[-1][2] + 1)
        self.path.append((name, self.parser.CurrentByteIndex, 0))
        if name == _NAME and above[:-1] in _HOLDERS and above[-1] == _DESCRIPTION:
            self.texts = []

    def characters(self, text: str) -> None:
        if self.texts is not None:
            self.texts.append(text)

    def end(self, name: str) -> None:
        _, begun, children = self.path.pop()
        at = self.parser.CurrentByteIndex
        above = tuple(one for one, _, _ in self.path)
        if (*above, name) in _HOLDERS:
            self.found.ends.append(at)
        if self.texts is not None and name == _NAME:
            if children:
                raise BINDING_MALFORMED(why="the property in XMP holds elements")
            self.found.values.append("".join(self.texts))
            self.found.spans.append((begun, self._after(at)))
            self.texts = None

    def _after(self, at: int) -> int:
        """The byte behind the tag that ends at or begins at `at`."""
        return self.found.data.index(b">", at) + 1


def unreadable() -> SealaneError:
    """The refusal of a packet that is not XMP in UTF-8."""
    return pdf_structure("its metadata are not XMP in UTF-8", "メタデータが UTF-8 の XMP ではない")


def _walked(packet: bytes) -> _Packet:
    if len(packet) > MAX_PACKET:
        raise unreadable()
    walker = _Walker(packet)
    try:
        walker.parser.Parse(packet.rstrip(b"\0"), True)
    except (expat.ExpatError, UnicodeDecodeError, ValueError):
        raise unreadable() from None
    return walker.found


def binding_values(packet: bytes) -> list[str]:
    """The text of each binding that a packet says of its own file.

    Raises: Malformed `binding.pdf_structure`, `binding.malformed`.
    """
    return _walked(packet).values


def with_binding(packet: bytes | None, binding: str) -> bytes:
    """The packet with one more description, which holds the binding; a new packet for None.

    Raises: Malformed `binding.pdf_structure`: not XMP, not UTF-8, or nowhere to put it.
    """
    description = (
        f'<rdf:Description xmlns:rdf="{RDF}" rdf:about=""'
        f' xmlns:mbxmp="{XMP}"><mbxmp:{PROPERTY}>{escaped(binding)}</mbxmp:{PROPERTY}>'
        "</rdf:Description>"
    ).encode()
    if packet is None:
        return (
            b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta'
            b' xmlns:x="adobe:ns:meta/">'
            + f'<rdf:RDF xmlns:rdf="{RDF}">'.encode()
            + description
            + b'</rdf:RDF></x:xmpmeta>\n<?xpacket end="r"?>'
        )
    ends = _walked(packet).ends
    if len(ends) != 1 or packet[ends[0] : ends[0] + 2] != b"</":
        raise unreadable()
    made = packet[: ends[0]] + description + b"\n" + packet[ends[0] :]
    if binding_values(made) != [binding]:
        raise unreadable()
    return made


def without_binding(packet: bytes) -> bytes | None:
    """The packet without what says a binding of its file; None when nothing else is in it.

    Raises: Malformed `binding.pdf_structure`, `binding.malformed`.
    """
    found = _walked(packet)
    for begun, end in reversed(found.spans):
        packet = packet[:begun] + packet[end:]
    left = _walked(packet)
    if left.values:
        raise unreadable()
    ours = f'<rdf:Description xmlns:rdf="{RDF}" rdf:about="" xmlns:mbxmp="{XMP}">'.encode()
    packet = packet.replace(ours + b"</rdf:Description>\n", b"")
    packet = packet.replace(ours + b"</rdf:Description>", b"")
    return packet if _walked(packet).descriptions else None
