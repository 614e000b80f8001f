"""Labels inside OOXML packages (docx, xlsx, pptx): one custom XML part that covers every other part
by digest.

Spec: ADatP-4778.2 profile urn:nato:stanag:4778:profile:ooxml:1:2; ECMA-376 parts 1 and 2.
"""

from __future__ import annotations

import io
import re
import zipfile

from sealane.labels.binding.errors import BINDING_MALFORMED, BINDING_MISSING
from sealane.labels.binding.information import (
    NAMESPACE,
    Bound,
    Sign,
    digest,
    verify_references,
    write_binding,
)
from sealane.labels.binding.reading import read_binding
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Schemes
from sealane.labels.model.xml_tree import parse_xml, write_element

MAX_PARTS, MAX_TOTAL = 4096, 256 << 20
MAIN_PARTS = ("word/document.xml", "xl/workbook.xml", "ppt/presentation.xml")
CUSTOM = re.compile(r"customXml/item([0-9]{1,6})\.xml", re.ASCII)
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
CUSTOM_XML = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
RELATIONSHIP_ID = "rIdConfidentialityLabel"
EPOCH = (1980, 1, 1, 0, 0, 0)


def is_ooxml(data: bytes) -> bool:
    """Whether these bytes are a zip package with content types."""
    return data[:4] == b"PK\x03\x04" and b"[Content_Types].xml" in data


def bind_ooxml(data: bytes, label: Label, schemes: Schemes, *, sign: Sign | None = None) -> bytes:
    """The package with the label bound to all its other parts; an earlier binding is refused, not
    replaced.

    Raises: Malformed `binding.malformed`; as `nato.write_label`.
    Spec: ADatP-4778.2 §5.6.
    """
    parts = _parts(data)
    if _binding_parts(parts):
        raise BINDING_MALFORMED(why="a label is already bound; unbind it first")
    main = next((name for name in MAIN_PARTS if name in parts), None)
    if main is None:
        raise BINDING_MALFORMED(why="not a document, workbook or presentation")
    taken = {int(found[1]) for name in parts if (found := CUSTOM.fullmatch(name))}
    name = f"customXml/item{max(taken, default=0) + 1}.xml"
    folder, _, file = main.partition("/")
    parts[f"{folder}/_rels/{file}.rels"] = _related(
        parts.get(f"{folder}/_rels/{file}.rels"), f"../{name}"
    )
    if b"xml" not in {
        extension.lower()
        for extension in re.findall(rb'Extension="(\w+)"', parts["[Content_Types].xml"])
    }:
        raise BINDING_MALFORMED(why="the package has no default content type for xml")
    digests = {part_uri(one): digest(content) for one, content in sorted(parts.items())}
    parts[name] = write_binding(label, schemes, digests, sign=sign).encode("utf-8")
    return _package(parts)


def unbind_ooxml(data: bytes) -> bytes:
    """The package without its binding part and the relationship to it. Raises: NotFound
    `binding.missing`.
    """
    parts = _parts(data)
    found = _binding_parts(parts)
    if not found:
        raise BINDING_MISSING()
    for name in found:
        del parts[name]
    for name in [one for one in parts if one.endswith(".rels")]:
        parts[name] = re.sub(
            rb'<Relationship Id="' + RELATIONSHIP_ID.encode() + rb'"[^>]*/>', b"", parts[name]
        )
    return _package(parts)


def verify_ooxml(data: bytes, schemes: Schemes) -> Bound:
    """The label bound to a package, once every part is what it was bound to and none is left
    uncovered.

    Raises: NotFound `binding.missing`; Malformed `binding.malformed`; Untrusted `binding.*`.
    """
    parts = _parts(data)
    found = _binding_parts(parts)
    if not found:
        raise BINDING_MISSING()
    if len(found) > 1:
        raise BINDING_MALFORMED(why="two parts bind labels")
    bound = read_binding(parts.pop(found[0]), schemes)
    verify_references(bound, {part_uri(one): digest(content) for one, content in parts.items()})
    return bound


def part_uri(name: str) -> str:
    """The absolute pack URI of a part: every byte outside the unreserved set and `/`
    percent-encoded.
    """
    safe = re.compile(r"[A-Za-z0-9._~/-]", re.ASCII)
    encoded = (
        chr(one) if one < 128 and safe.match(chr(one)) else f"%{one:02X}"
        for one in name.encode("utf-8")
    )
    return "pack:///" + "".join(encoded)


def _parts(data: bytes) -> dict[str, bytes]:
    """Every part by name, bounded; two members of one name (any case) or odd names are refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = [one for one in package.infolist() if not one.is_dir()]
            if len(members) > MAX_PARTS or sum(one.file_size for one in members) > MAX_TOTAL:
                raise BINDING_MALFORMED(why="the package is too large")
            if len({one.filename.lower() for one in members}) != len(members):
                raise BINDING_MALFORMED(why="a part occurs twice")
            out: dict[str, bytes] = {}
            for one in members:
                if (
                    one.flag_bits & 1
                    or one.filename.startswith("/")
                    or ".." in one.filename
                    or "\\" in one.filename
                ):
                    raise BINDING_MALFORMED(why="an encrypted part, or a part with an odd name")
                with package.open(one) as file:
                    content = file.read(one.file_size + 1)
                if len(content) != one.file_size:
                    raise BINDING_MALFORMED(why="a part is not as long as the package says")
                out[one.filename] = content
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise BINDING_MALFORMED(
            why=f"not a readable zip package ({type(error).__name__})"
        ) from None
    if "[Content_Types].xml" not in out:
        raise BINDING_MALFORMED(why="no content types")
    return out


def _binding_parts(parts: dict[str, bytes]) -> list[str]:
    """Binding parts are known by the namespace of their root, never by their name."""
    found = []
    for name, content in parts.items():
        if (
            name.startswith("customXml/")
            and name.endswith(".xml")
            and NAMESPACE.encode() in content
        ):
            found.append(name)
    return found


def _related(existing: bytes | None, target: str) -> bytes:
    relationship = write_element(
        "Relationship", {"Id": RELATIONSHIP_ID, "Type": CUSTOM_XML, "Target": target}
    )
    if existing is None:
        return write_element("Relationships", {"xmlns": RELATIONSHIPS}, relationship).encode(
            "utf-8"
        )
    root = parse_xml(existing)
    if root.namespace != RELATIONSHIPS or any(
        one.attributes.get("Id") == RELATIONSHIP_ID for one in root.children
    ):
        raise BINDING_MALFORMED(why="the relationships of the main part are not as expected")
    closing = existing.rfind(b"</Relationships>")
    if closing < 0:
        raise BINDING_MALFORMED(why="the relationships of the main part are written with a prefix")
    return existing[:closing] + relationship.encode("utf-8") + existing[closing:]


def _package(parts: dict[str, bytes]) -> bytes:
    """A zip with fixed dates, content types first, so that one set of parts makes one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name in sorted(parts, key=lambda one: (one != "[Content_Types].xml", one)):
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, parts[name])
    return out.getvalue()
