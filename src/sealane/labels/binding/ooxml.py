"""Labels inside OOXML packages (docx, xlsx, xlsb, pptx and their templates): one custom XML part
that covers every other part by digest.

The main part is the one that the package relates as its office document, whatever it is called.
Parts are found by relationships and by the namespace of their root, and what is added has a content
type of its own.
Spec: ADatP-4778.2 profile urn:nato:stanag:4778:profile:ooxml:1:2; ISO/IEC 29500-2 §9.3, §10.1.2;
spec/labels.md §Carriers.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from dataclasses import replace
from typing import BinaryIO

from sealane.base.errors import SealaneError
from sealane.base.zip_layout import ZERO_DATE
from sealane.labels.binding import microsoft, opc
from sealane.labels.binding.errors import (
    BINDING_CONFLICT,
    BINDING_EXISTS,
    BINDING_MALFORMED,
    BINDING_MISSING,
    BINDING_TAMPERED,
    PACKAGE_STRUCTURE,
)
from sealane.labels.binding.information import (
    Bound,
    Sign,
    verify_references,
    write_binding,
)
from sealane.labels.binding.office_package import (
    BINDING,
    MAX_BINDING,
    NewHash,
    OfficePackage,
    copied,
    is_strict,
    loose_bindings,
    open_package,
    surveyed,
)
from sealane.labels.binding.reading import read_binding
from sealane.labels.binding.zip_package import (
    PackageWriter,
    content,
    refuse,
)
from sealane.labels.marks.syntax import Remark
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Schemes

RELATIONSHIP_ID = "rIdConfidentialityLabel"
ONLY = RELATIONSHIP_ID + "Only"
"""The main part had no relationships before: their list goes with the label."""
XML_TYPE = "application/xml"
_CUSTOM, _CUSTOM_PROPS = opc.kinds("customXml"), opc.kinds("customXmlProps")
_ITEM_PROPS = re.compile(r"customxml/itemprops[0-9]{1,6}\.xml", re.ASCII)
_ITEM = re.compile(r"customxml/item([0-9]{1,6})\.xml", re.ASCII)
_SAFE = re.compile(r"[A-Za-z0-9._~/-]", re.ASCII)


def bind_ooxml(
    source: BinaryIO,
    sink: BinaryIO,
    label: Label,
    schemes: Schemes,
    *,
    sign: Sign | None = None,
    new_hash: NewHash = hashlib.sha384,
    sensitivity: microsoft.Sensitivity | None = None,
) -> None:
    """Write the package with the label bound to all its other parts.

    What was packed is copied packed, in its order; only the lists that name the new part change.
    Raises: Untrusted `binding.package_structure`; Conflict `binding.exists`; as `nato.write_label`.
    Spec: ADatP-4778.2 §5.6.
    """
    package = open_package(source)
    if package.main is None:
        raise refuse("no office document in it", "Office 文書がない")
    if sensitivity is not None:
        microsoft.put_in(package, sensitivity, label)
    name = _free_item(package)
    _name_part(package, package.main, name)
    writer, digests = PackageWriter(sink), {}
    for one, value, root in copied(package, writer, sink, new_hash):
        if root == BINDING:
            raise BINDING_EXISTS(where=one)
        digests[part_uri(one)] = value
    ordered = dict(sorted(digests.items()))
    writer.add(name, write_binding(label, schemes, ordered, sign=sign).encode("utf-8"), ZERO_DATE)
    writer.end()


def _free_item(package: OfficePackage) -> str:
    taken = [_ITEM.fullmatch(one.name.lower()) for one in package.entries]
    highest = max((int(one[1]) for one in taken if one), default=0)
    return f"customXml/item{highest + 1}.xml"


def _name_part(package: OfficePackage, main: str, name: str) -> None:
    """The new part gets a relationship from the main part and a content type of its own."""
    types = opc.read_types(package.listing(opc.CONTENT_TYPES) or b"")
    override = {"PartName": "/" + name, "ContentType": XML_TYPE}
    made = opc.with_child(types, "Override", override)
    holder = opc.relationships_of(main)
    found = package.entry(holder)
    empty = f'<Relationships xmlns="{opc.RELATIONSHIPS}"></Relationships>'.encode()
    data = package.listing(holder) if found is not None else empty
    listing = opc.read_relationships(data or empty)
    if any(one.attributes.get("Id") in (RELATIONSHIP_ID, ONLY) for one in listing.children):
        raise BINDING_EXISTS(where=holder)
    if found is None and not any(
        one.name == "Default" and one.attributes.get("Extension", "").lower() == "rels"
        for one in types.children
    ):
        override = {"PartName": "/" + holder, "ContentType": opc.RELATIONSHIPS_TYPE}
        made = opc.with_child(opc.read_types(made), "Override", override)
    strict = is_strict(package)
    target = opc.reference(main, name)
    identifier = ONLY if found is None else RELATIONSHIP_ID
    relation = {"Id": identifier, "Type": _CUSTOM[strict], "Target": target}
    package.put(opc.CONTENT_TYPES, made)
    package.put(found.name if found else holder, opc.with_child(listing, "Relationship", relation))


def unbind_ooxml(source: BinaryIO, sink: BinaryIO, *, new_hash: NewHash = hashlib.sha384) -> None:
    """Write the package without its binding part, the relationships to it and its content type.

    Raises: NotFound `binding.missing`; Untrusted `binding.package_structure`.
    """
    package = open_package(source)
    found = surveyed(package, new_hash)
    if not found.bindings:
        raise BINDING_MISSING()
    gone = {one.name.lower() for one in found.bindings} | microsoft.take_out(package)
    gone |= _without_owner(package, gone)
    types = opc.read_types(package.listing(opc.CONTENT_TYPES) or b"")
    package.put(
        opc.CONTENT_TYPES,
        opc.without_children(
            types, lambda one: one.attributes.get("PartName", "").lstrip("/").lower() in gone
        ),
    )
    for entry in package.entries:
        part = _owner(entry.name)
        if part is None or entry.name.lower() in gone:
            continue
        listing = opc.read_relationships(package.listing(entry.name) or b"")
        named = {id(one) for name, one in _all_related(listing, part) if name.lower() in gone}
        if named:
            left = opc.without_children(
                listing,
                lambda one, named=named: id(one) in named,  # type: ignore[misc]
            )
            package.put(entry.name, left)
    package.entries = [one for one in package.entries if one.name.lower() not in gone]
    writer = PackageWriter(sink)
    for _ in copied(package, writer, sink, new_hash):
        pass
    writer.end()


def _without_owner(package: OfficePackage, gone: set[str]) -> set[str]:
    """The lists of relationships that nothing owns without these parts: what other programs hung
    under them goes too, and the list of the main part where the label alone made it.
    """
    out = set()
    for entry in package.entries:
        part = _owner(entry.name)
        if part is None:
            continue
        listing = opc.read_relationships(package.listing(entry.name) or b"")
        if part.lower() in gone:
            below = (name.lower() for name, _ in opc.related(listing, part, _CUSTOM_PROPS))
            out |= {entry.name.lower(), *(one for one in below if _ITEM_PROPS.fullmatch(one))}
        elif [one.attributes.get("Id") for one in listing.children] == [ONLY]:
            out.add(entry.name.lower())
    return out


def _owner(name: str) -> str | None:
    """The part whose relationships a part holds; None when it holds none."""
    folder, _, file = name.rpartition("/")
    above, _, last = folder.rpartition("/")
    if last != "_rels" or not file.endswith(".rels"):
        return None
    return f"{above}/{file.removesuffix('.rels')}".lstrip("/")


def _all_related(listing: opc.Listing, part: str) -> list[tuple[str, opc.Child]]:
    every = tuple({one.attributes.get("Type", "") for one in listing.children})
    return opc.related(listing, part, every)


def verify_ooxml(
    source: BinaryIO, schemes: Schemes, *, new_hash: NewHash = hashlib.sha384
) -> Bound:
    """The label bound to a package, once every part is what it was bound to and none is left
    uncovered.

    Raises: NotFound `binding.missing`; Malformed `binding.malformed`;
        Untrusted `binding.*`.
    """
    # 1. Every byte of the package belongs to an entry, and every entry is what its header says.
    # 2. One part binds, wherever it lies and whatever it is called.
    try:
        package = open_package(source)
        found = surveyed(package, new_hash)
    except SealaneError as error:
        raise _damaged(error) from None
    if not found.bindings:
        raise BINDING_MISSING()
    bounds = [
        read_binding(content(source, one, limit=MAX_BINDING), schemes) for one in found.bindings
    ]
    if len(bounds) > 1:
        if any(one.label != bounds[0].label for one in bounds):
            raise BINDING_CONFLICT(details=conflict([one.label for one in bounds]))
        raise BINDING_MALFORMED(why="two parts bind labels")
    # 3. Every other part has the digest that the binding states.
    name = found.bindings[0].name
    actual = {part_uri(one): value for one, value in found.digests.items() if one != name}
    verify_references(bounds[0], actual)
    # 4. A reader that follows relationships finds it.
    _refuse_loose(package, name)
    # 5. What Microsoft's programs would show is told, and weighs nothing.
    return replace(bounds[0], notes=(*bounds[0].notes, *_foreign_notes(package)))


def _foreign_notes(package: OfficePackage) -> tuple[Remark, ...]:
    with contextlib.suppress(SealaneError):
        return microsoft.notes(microsoft.found_in(package))
    return ()


def _damaged(error: SealaneError) -> SealaneError:
    """A package that is not whole is not what a label was bound to."""
    if error.code != PACKAGE_STRUCTURE.code:
        return error
    details = {"uri": "", "why": error.message}
    return BINDING_TAMPERED(what="The package", what_ja="パッケージ", details=details)


def claimed_ooxml(source: BinaryIO, schemes: Schemes) -> list[Label]:
    """The labels that parts of a package state, proven or not; none where it cannot be read."""
    labels = []
    for data in loose_bindings(source):
        with contextlib.suppress(SealaneError):
            labels.append(read_binding(data, schemes).label)
    return labels


def carries_ooxml(source: BinaryIO) -> bool:
    """Whether a package carries a label, damaged or whole, as far as any reader could see one."""
    return any(True for _ in loose_bindings(source))


def conflict(labels: list[Label]) -> dict[str, object]:
    """The details of labels that disagree."""
    return {"labels": [one.as_json() for one in labels]}


def _refuse_loose(package: OfficePackage, name: str) -> None:
    for part in ("", package.main or ""):
        data = package.listing(opc.relationships_of(part))
        listing = None if data is None else opc.read_relationships(data)
        if listing and any(one.lower() == name.lower() for one, _ in _all_related(listing, part)):
            return
    raise BINDING_MALFORMED(why="nothing is related to the part that binds")


def part_uri(name: str) -> str:
    """The absolute pack URI of a part: every byte outside the unreserved set and `/`
    percent-encoded.
    """
    encoded = (
        chr(one) if one < 128 and _SAFE.match(chr(one)) else f"%{one:02X}"
        for one in name.encode("utf-8")
    )
    return "pack:///" + "".join(encoded)
