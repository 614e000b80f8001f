"""Microsoft sensitivity labels beside ours: read and noted, and written where a tenant's identities
are named, so that Purview and mail gateways see a mark. They prove nothing and decide nothing here.

They stand in `docMetadata/LabelInfo.xml`, found by its relationship, and in custom properties
`MSIP_Label_<id>_...`. A label that another program wrote is left as it is; what we wrote beside our
label goes with it.
Spec: spec/labels.md §Carriers; ISO/IEC 29500-2 §9.3.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sealane.base import toml
from sealane.base.errors import Misconfigured, declare
from sealane.labels.binding import opc
from sealane.labels.binding.office_package import OfficePackage
from sealane.labels.marks.syntax import Remark
from sealane.labels.model.label import Label
from sealane.labels.model.xml_tree import escaped, write_element

INFO = "http://schemas.microsoft.com/office/2020/mipLabelMetadata"
INFO_KIND = "http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels"
INFO_TYPE = "application/vnd.ms-office.classificationlabels+xml"
INFO_PART = "docMetadata/LabelInfo.xml"
CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
CUSTOM_PART, CUSTOM_KINDS = "docProps/custom.xml", opc.kinds("custom-properties")
VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
OURS = "rIdSealaneSensitivity"
_NAME = re.compile(r"/?MSIP_Label_([0-9A-Fa-f-]{36})_([A-Za-z]{1,40})", re.ASCII)
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
MAX_ROWS, DEEPEST = 1000, 6

BAD_TENANT = declare(
    "settings.sensitivity",
    Misconfigured,
    "The file of sensitivity labels is wrong: {why}.",
    "秘密度ラベルのファイルに誤りがあります：{why}。",
    "Correct it; docs/labels-us-nato-stix.md shows one.",
    "docs/labels-us-nato-stix.md の例を見て直してください。",
)


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """A tenant's label: its identifier, the tenant's, and the name that people see."""

    identifier: str
    tenant: str
    name: str


def read_tenant(data: bytes) -> dict[tuple[str, str], Sensitivity]:
    """A tenant's labels by policy and classification, from TOML: `tenant`, and a `[[label]]` of
    `policy`, `classification`, `id` and `name` each.

    Raises: Misconfigured `settings.sensitivity`; Malformed `toml.malformed`.
    """
    value = toml.parse(data)
    tenant, rows = value.get("tenant"), value.get("label")
    if not isinstance(rows, list) or len(rows) > MAX_ROWS or set(value) != {"tenant", "label"}:
        raise BAD_TENANT(why="it holds `tenant` and one or more [[label]]")
    out: dict[tuple[str, str], Sensitivity] = {}
    for row in rows:
        told = [row.get(one) for one in ("policy", "classification", "id", "name")]
        if len(row) != 4 or not all(isinstance(one, str) and 0 < len(one) < 300 for one in told):
            raise BAD_TENANT(why="a [[label]] has policy, classification, id and name")
        policy, classification, identifier, name = told
        if not _GUID.fullmatch(identifier) or not _GUID.fullmatch(str(tenant)):
            raise BAD_TENANT(why="an identifier is no GUID in lower case")
        if (policy, classification) in out:
            raise BAD_TENANT(why=f"two labels for {policy} {classification}")
        out[policy, classification] = Sensitivity(identifier, str(tenant), name)
    return out


def found_in(package: OfficePackage) -> list[Sensitivity]:
    """The sensitivity labels of a package, in the order of their identifiers.

    Raises: Untrusted `binding.package_structure`.
    """
    found: dict[str, Sensitivity] = {}
    for _, data in _related(package, (INFO_KIND,)):
        for one in opc.read_listing(data, INFO, "labelList").children:
            identifier = one.attributes.get("id", "").strip("{}").lower()
            tenant = one.attributes.get("siteId", "").strip("{}").lower()
            if one.name == "label" and one.attributes.get("removed") not in ("1", "true"):
                found[identifier] = Sensitivity(identifier, tenant, "")
    for _, data in _related(package, CUSTOM_KINDS):
        found |= named_by(_properties(data), found)
    return [found[one] for one in sorted(found)]


def named_by(
    properties: Mapping[str, str], known: Mapping[str, Sensitivity] | None = None
) -> dict[str, Sensitivity]:
    """The labels that properties `MSIP_Label_<id>_<member>` spell out, by identifier."""
    told: dict[str, dict[str, str]] = {}
    for name, value in properties.items():
        if match := _NAME.fullmatch(name):
            told.setdefault(match[1].lower(), {})[match[2]] = value
    out = dict(known or {})
    for identifier, members in told.items():
        if members.get("Enabled", "true").lower() == "true":
            tenant = members.get("SiteId", "").strip("{}").lower()
            out[identifier] = Sensitivity(identifier, tenant, members.get("Name", ""))
    return out


def notes(found: list[Sensitivity]) -> tuple[Remark, ...]:
    """What a reader is told of them."""
    return tuple(
        Remark(
            "label.microsoft",
            f"A Microsoft sensitivity label stands here too: {_words(one)}. It is not verified"
            " and decides nothing.",
            f"Microsoft 秘密度ラベルもあります：{_words(one)}。検証されず、判断に用いません。",
        )
        for one in found
    )


def _words(one: Sensitivity) -> str:
    name = f" {one.name[:100]!r}" if one.name else ""
    return f"{one.identifier[:36]}{name}, tenant {one.tenant[:36] or '-'}"


def put_in(package: OfficePackage, one: Sensitivity, label: Label) -> bool:
    """Write a tenant's label into the lists of a package that has none; False where it has one.

    Raises: Untrusted `binding.package_structure`.
    """
    if found_in(package) or package.entry(INFO_PART) is not None:
        return False
    attributes = {"id": f"{{{one.identifier}}}", "enabled": "1", "method": "Privileged"}
    attributes |= {"siteId": f"{{{one.tenant}}}", "removed": "0"}
    inside = write_element("clbl:label", attributes)
    text = write_element("clbl:labelList", {"xmlns:clbl": INFO}, inside)
    _add_part(package, INFO_PART, text, (OURS, INFO_KIND), INFO_TYPE)
    members = {
        "Enabled": "true",
        "SetDate": label.created or "",
        "Method": "Privileged",
        "Name": one.name,
        "SiteId": one.tenant,
        "ActionId": str(uuid.uuid5(uuid.UUID(one.tenant), one.identifier)),
        "ContentBits": "0",
    }
    held = _related(package, CUSTOM_KINDS)
    if not held:
        empty = write_element("Properties", {"xmlns": CUSTOM, "xmlns:vt": VALUES}, "")
        relation = (OURS + "Properties", CUSTOM_KINDS[0])
        _add_part(package, CUSTOM_PART, empty, relation, CUSTOM_TYPE)
        held = [(CUSTOM_PART, empty.encode())]
    part, data = held[0]
    for name, value in members.items():
        listing = opc.read_listing(data, CUSTOM, "Properties", deepest=DEEPEST)
        used = [int(child.attributes.get("pid", "1")) for child in listing.children]
        placed = {"fmtid": FORMAT, "pid": str(max(used, default=1) + 1)}
        placed["name"] = f"MSIP_Label_{one.identifier}_{name}"
        value_text = write_element("vt:lpwstr", {"xmlns:vt": VALUES}, escaped(value))
        data = opc.with_child(listing, "property", placed, value_text)
    package.put(part, data)
    return True


def take_out(package: OfficePackage) -> set[str]:
    """Undo `put_in`, and nothing that another program wrote; the parts that go."""
    root = opc.read_relationships(package.listing("_rels/.rels") or b"")
    ours = [one for one in root.children if one.attributes.get("Id", "").startswith(OURS)]
    info = [one for one in ours if one.attributes.get("Id") == OURS]
    if not info:
        return set()
    gone = {opc.resolved("", info[0].attributes.get("Target", ""))}
    written = {one.identifier for one in _listed(package.listing(next(iter(gone))))}
    for part, data in _related(package, CUSTOM_KINDS):
        listing = opc.read_listing(data, CUSTOM, "Properties", deepest=DEEPEST)
        left = opc.without_children(listing, lambda one: _of(one, written))
        package.put(part, left)
        rest = opc.read_listing(left, CUSTOM, "Properties", deepest=DEEPEST).children
        gone |= {part} if len(ours) > 1 and not rest else set()
    names = {one.lower() for one in gone}
    package.put(
        "_rels/.rels",
        opc.without_children(
            root, lambda one: opc.resolved("", one.attributes.get("Target", "")).lower() in names
        ),
    )
    types = opc.read_types(package.listing(opc.CONTENT_TYPES) or b"")
    package.put(
        opc.CONTENT_TYPES,
        opc.without_children(
            types, lambda one: one.attributes.get("PartName", "").lstrip("/").lower() in names
        ),
    )
    for name in gone:
        package.changed.pop(name, None)
    return names


def _of(one: opc.Child, identifiers: set[str]) -> bool:
    match = _NAME.fullmatch(one.attributes.get("name", ""))
    return match is not None and match[1].lower() in identifiers


def _listed(data: bytes | None) -> list[Sensitivity]:
    listing = opc.read_listing(data or b"", INFO, "labelList")
    return [
        Sensitivity(one.attributes.get("id", "").strip("{}").lower(), "", "")
        for one in listing.children
    ]


def _related(package: OfficePackage, kinds: tuple[str, ...]) -> list[tuple[str, bytes]]:
    """The parts that the package relates by one of these kinds, each with its bytes."""
    root = opc.read_relationships(package.listing("_rels/.rels") or b"")
    out = []
    for name, _ in opc.related(root, "", kinds):
        data = package.listing(name)
        if data is not None:
            entry = package.entry(name)
            out.append((name if entry is None else entry.name, data))
    return out


def _properties(data: bytes) -> dict[str, str]:
    listing = opc.read_listing(data, CUSTOM, "Properties", deepest=DEEPEST)
    return {one.attributes.get("name", ""): one.text for one in listing.children}


def _add_part(
    package: OfficePackage, name: str, text: str, relation: tuple[str, str], kind: str
) -> None:
    root = opc.read_relationships(package.listing("_rels/.rels") or b"")
    types = opc.read_types(package.listing(opc.CONTENT_TYPES) or b"")
    package.put(
        "_rels/.rels",
        opc.with_child(
            root, "Relationship", {"Id": relation[0], "Type": relation[1], "Target": name}
        ),
    )
    package.put(
        opc.CONTENT_TYPES,
        opc.with_child(types, "Override", {"PartName": "/" + name, "ContentType": kind}),
    )
    package.put(name, text.encode("utf-8"))
