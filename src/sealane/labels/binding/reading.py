"""BindingInformation read strictly: one label, what it covers and by which digests, who signed it.

Spec: ADatP-4778 schema 1.4; ADatP-4778.2 (SHA-384 mandatory).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sealane.crypto import jws
from sealane.labels.binding import xml_signature
from sealane.labels.binding.errors import BINDING_MALFORMED, BINDING_TAMPERED
from sealane.labels.binding.information import (
    DSIG,
    LABEL_URI,
    NAMESPACE,
    SHA384,
    SIGNATURE_NAMESPACE,
    Bound,
    all_stated,
    digest,
    statement,
)
from sealane.labels.marks.syntax import Remark
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Schemes
from sealane.labels.model.xml_tree import Element, parse_xml
from sealane.labels.nato.xml_label import read_label
from sealane.labels.nato.xml_write import NAMESPACE as LABEL_NAMESPACE
from sealane.labels.nato.xml_write import ORIGINATOR_LABEL, write_label

XMIME = "http://www.w3.org/2005/05/xmlmime"
MAX_REFERENCES = 4096


@dataclass(frozen=True, slots=True)
class _Parts:
    """The children of a BindingInformation, each kind by itself."""

    container: Element
    manifests: list[Element]
    statements: list[Element]
    xml_signatures: list[Element]


def read_binding(data: str | bytes | Element, schemes: Schemes) -> Bound:
    """What a BindingInformation says; the label's own digest, when stated, has been checked.

    Raises: Malformed `xml.*`, `binding.malformed`; Untrusted `binding.tampered`; as
        `nato.read_label`.
    """
    root = data if isinstance(data, Element) else parse_xml(data)
    # 1. The document holds one container, at most one manifest and one statement, and signatures;
    #    a child that is none of these could change what the others mean.
    parts = _parts(root)
    # 2. XML signatures cover container and digests, and their own digests hold. This comes before
    #    anything is taken from what they cover; a manifest inside one is found on the way.
    document = None if isinstance(data, Element) else data
    xml_signatures, manifests = _signed_parts(document, root, parts)
    # 3. One binding: one label of its originator, and what it is bound to.
    binding = _binding(parts.container)
    remarks: list[Remark] = []
    label, alternatives = _labels(binding, schemes, remarks)
    uris = _uris(binding)
    # 4. Digests are stated for what is bound and for the label, and for nothing else.
    stated = _stated(manifests[0]) if manifests else {}
    if foreign := sorted(set(stated) - set(uris) - {LABEL_URI}):
        raise BINDING_MALFORMED(
            why=f"a digest is stated for {foreign[0][:80]!r}, which is not bound"
        )
    # 5. The label is the one that was bound: its canonical text has the digest that is stated.
    label_digest = stated.get(LABEL_URI)
    if label_digest is not None:
        canonical_text = write_label(label, schemes).encode("utf-8")
        if digest(canonical_text) != label_digest:
            raise BINDING_TAMPERED(what="The label", what_ja="ラベル")
    bound = Bound(
        label=label,
        alternatives=tuple(alternatives),
        references={uri: stated.get(uri) for uri in uris},
        label_digest=label_digest,
        notes=tuple(remarks),
        signature=_statement(parts.statements),
        xml_signatures=xml_signatures,
    )
    # 6. A signed statement speaks of this label and these objects, whoever signed it.
    if bound.signature is not None:
        signed = jws.peek(bound.signature)
        if signed != statement(label, all_stated(bound)):
            raise BINDING_TAMPERED(
                what="The label or its list of objects", what_ja="ラベルまたは対象の一覧"
            )
    return bound


def _parts(root: Element) -> _Parts:
    """The children of the root, once each is known and they stand in the order that we write."""
    if root.namespace != NAMESPACE or root.name != "BindingInformation":
        raise BINDING_MALFORMED(
            position=root.position, why=f"the root is not BindingInformation of {NAMESPACE}"
        )
    xml_signatures = root.find(DSIG, "Signature")
    containers = root.find(NAMESPACE, "MetadataBindingContainer")
    manifests = root.find(DSIG, "Manifest")
    statements = root.find(SIGNATURE_NAMESPACE, "Signature")
    known = [*xml_signatures, *containers, *manifests, *statements]
    numbers_hold = (
        len(containers) == 1 and len(manifests) <= 1 and len(statements) <= len(manifests)
    )
    if not numbers_hold or known != root.children:
        other = next((child for child in root.children if child not in known), root)
        raise BINDING_MALFORMED(
            position=other.position,
            why=(
                "XML signatures, one container, at most one manifest and one "
                "statement are read; bindings of portions are not"
            ),
        )
    return _Parts(containers[0], manifests, statements, xml_signatures)


def _binding(container: Element) -> Element:
    bindings = container.children
    if len(bindings) == 1:
        binding = bindings[0]
        if binding.name == "MetadataBinding" and binding.namespace == NAMESPACE:
            return binding
    raise BINDING_MALFORMED(position=container.position, why="not exactly one MetadataBinding")


def _signed_parts(
    document: str | bytes | None, root: Element, parts: _Parts
) -> tuple[tuple[xml_signature.Signed, ...], list[Element]]:
    """XML signatures that cover container and digests, their own digests checked; and the
    manifests, of which one may stand inside a signature.
    """
    if not parts.xml_signatures:
        return (), parts.manifests
    if document is None:
        raise BINDING_MALFORMED(position=root.position, why="an XML signature without its bytes")
    # 1. One manifest in all, beside the signatures or in an Object of one of them.
    enclosed = list(_enclosed_manifests(root, parts.xml_signatures))
    if len(parts.manifests) + len(enclosed) > 1:
        raise BINDING_MALFORMED(position=root.position, why="two manifests")
    # 2. Each signature covers the container and the manifest, wherever that stands.
    covered = [(root.children.index(parts.container),)]
    covered += [(root.children.index(manifest),) for manifest in parts.manifests]
    paths = [*covered, *(path for path, _ in enclosed)]
    raw = document.encode("utf-8") if isinstance(document, str) else document
    signed = xml_signature.check_signatures(raw, paths)
    return signed, [*parts.manifests, *(manifest for _, manifest in enclosed)]


def _enclosed_manifests(
    root: Element, signatures: list[Element]
) -> Iterator[tuple[tuple[int, ...], Element]]:
    """Each manifest inside an Object of a signature, with its place from the root down."""
    for signature in signatures:
        for object_place, holder in enumerate(signature.children):
            if (holder.namespace, holder.name) != (DSIG, "Object"):
                continue
            for place, manifest in enumerate(holder.children):
                if (manifest.namespace, manifest.name) == (DSIG, "Manifest"):
                    yield (root.children.index(signature), object_place, place), manifest


def _statement(elements: list[Element]) -> bytes | None:
    """The signed statement as it stands, plain text and nothing else; None when there is none."""
    if not elements:
        return None
    element = elements[0]
    if element.attributes or element.children or not element.text.isascii():
        raise BINDING_MALFORMED(position=element.position, why="the statement is not plain text")
    return element.text.encode("ascii")


def _labels(binding: Element, schemes: Schemes, notes: list[Remark]) -> tuple[Label, list[Label]]:
    found: list[Label] = []
    alternatives: list[Label] = []
    for metadata in binding.find(NAMESPACE, "Metadata"):
        if len(metadata.children) != 1:
            raise BINDING_MALFORMED(
                position=metadata.position, why="a Metadata element holds exactly one label"
            )
        element = metadata.children[0]
        if element.namespace != LABEL_NAMESPACE:
            raise BINDING_MALFORMED(
                position=element.position, why="metadata that is not a confidentiality label"
            )
        own = element.name == ORIGINATOR_LABEL
        (found if own else alternatives).append(read_label(element, schemes, notes))
    if len(found) != 1:
        raise BINDING_MALFORMED(
            position=binding.position, why=f"{len(found)} originator labels; there is one"
        )
    return found[0], alternatives


def _uris(binding: Element) -> list[str]:
    uris: list[str] = []
    for child in binding.children:
        if child.namespace != NAMESPACE or child.name not in ("Metadata", "DataReference"):
            raise BINDING_MALFORMED(
                position=child.position, why=f"{child.name[:40]} is not read here"
            )
        if child.name == "DataReference":
            uri = child.attributes.get("URI")
            if (
                uri is None
                or child.children
                or set(child.attributes) - {"URI", f"{XMIME} contentType"}
            ):
                raise BINDING_MALFORMED(
                    position=child.position, why="a DataReference has a URI and no transforms"
                )
            uris.append(uri)
        elif uris:
            raise BINDING_MALFORMED(position=child.position, why="Metadata after DataReference")
    if not uris or len(uris) > MAX_REFERENCES or len(set(uris)) != len(uris):
        raise BINDING_MALFORMED(
            position=binding.position, why="no data reference, too many, or one twice"
        )
    return uris


def _stated(manifest: Element) -> dict[str, str]:
    stated: dict[str, str] = {}
    for child in manifest.children:
        method, value = child.find(DSIG, "DigestMethod"), child.find(DSIG, "DigestValue")
        uri = child.attributes.get("URI")
        if (
            child.name != "Reference"
            or uri is None
            or len(method) != 1
            or len(value) != 1
            or len(child.children) != 2
        ):
            raise BINDING_MALFORMED(
                position=child.position, why="not a plain ds:Reference with a digest"
            )
        if method[0].attributes.get("Algorithm") != SHA384:
            raise BINDING_MALFORMED(position=child.position, why="the digest is not SHA-384")
        if uri in stated:
            raise BINDING_MALFORMED(position=child.position, why="a digest stated twice")
        stated[uri] = value[0].text.strip()
    return stated
