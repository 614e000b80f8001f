"""BindingInformation read strictly: one label, what it covers and by which digests, who signed it.

Spec: ADatP-4778 schema 1.4; ADatP-4778.2 (SHA-384 mandatory).
"""

from __future__ import annotations

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


def read_binding(data: str | bytes | Element, schemes: Schemes) -> Bound:
    """What a BindingInformation says; the label's own digest, when stated, has been checked.

    Raises: Malformed `xml.*`, `binding.malformed`; Untrusted `binding.tampered`; as
    `nato.read_label`.
    """
    root = data if isinstance(data, Element) else parse_xml(data)
    if root.namespace != NAMESPACE or root.name != "BindingInformation":
        raise BINDING_MALFORMED(
            position=root.position, why=f"the root is not BindingInformation of {NAMESPACE}"
        )
    containers, foreign = (
        root.find(NAMESPACE, "MetadataBindingContainer"),
        root.find(DSIG, "Signature"),
    )
    manifests, signatures = root.find(DSIG, "Manifest"), root.find(SIGNATURE_NAMESPACE, "Signature")
    known = [*foreign, *containers, *manifests, *signatures]
    if (
        len(containers) != 1
        or len(manifests) > 1
        or len(signatures) > len(manifests)
        or known != root.children
    ):
        other = next((one for one in root.children if one not in known), root)
        raise BINDING_MALFORMED(
            position=other.position,
            why=(
                "XML signatures, one container, at most one manifest and one "
                "statement are read; bindings of portions are not"
            ),
        )
    xml_signatures, manifests = _foreign(data, root, foreign, manifests)
    bindings = containers[0].children
    if (
        len(bindings) != 1
        or bindings[0].name != "MetadataBinding"
        or bindings[0].namespace != NAMESPACE
    ):
        raise BINDING_MALFORMED(
            position=containers[0].position, why="not exactly one MetadataBinding"
        )
    notes: list[Remark] = []
    label, alternatives = _labels(bindings[0], schemes, notes)
    uris = _uris(bindings[0])
    stated = _stated(manifests[0]) if manifests else {}
    if unknown := sorted(set(stated) - set(uris) - {LABEL_URI}):
        raise BINDING_MALFORMED(
            why=f"a digest is stated for {unknown[0][:80]!r}, which is not bound"
        )
    expected = stated.get(LABEL_URI)
    if expected is not None and expected != digest(write_label(label, schemes).encode("utf-8")):
        raise BINDING_TAMPERED(what="The label", what_ja="ラベル")
    bound = Bound(
        label=label,
        alternatives=tuple(alternatives),
        references={uri: stated.get(uri) for uri in uris},
        label_digest=expected,
        notes=tuple(notes),
        signature=_signed(signatures),
        xml_signatures=xml_signatures,
    )
    if bound.signature is not None and jws.peek(bound.signature) != statement(
        label, all_stated(bound)
    ):
        raise BINDING_TAMPERED(
            what="The label or its list of objects", what_ja="ラベルまたは対象の一覧"
        )
    return bound


def _foreign(
    data: str | bytes | Element, root: Element, foreign: list[Element], manifests: list[Element]
) -> tuple[tuple[xml_signature.Signed, ...], list[Element]]:
    """XML signatures that cover label and digests, their own digests checked; the manifest may
    stand inside one.
    """
    if not foreign:
        return (), manifests
    if isinstance(data, Element):
        raise BINDING_MALFORMED(position=root.position, why="an XML signature without its bytes")
    inner = [
        ((root.children.index(one), place, within), manifest)
        for one in foreign
        for place, holder in enumerate(one.children)
        if (holder.namespace, holder.name) == (DSIG, "Object")
        for within, manifest in enumerate(holder.children)
        if (manifest.namespace, manifest.name) == (DSIG, "Manifest")
    ]
    if len(manifests) + len(inner) > 1:
        raise BINDING_MALFORMED(position=root.position, why="two manifests")
    container = next(
        place for place, one in enumerate(root.children) if one.name == "MetadataBindingContainer"
    )
    must = [
        (container,),
        *((root.children.index(one),) for one in manifests),
        *(path for path, _ in inner),
    ]
    document = data.encode("utf-8") if isinstance(data, str) else data
    return xml_signature.check_signatures(document, must), [
        *manifests,
        *(manifest for _, manifest in inner),
    ]


def _signed(found: list[Element]) -> bytes | None:
    if not found:
        return None
    if found[0].attributes or found[0].children or not found[0].text.isascii():
        raise BINDING_MALFORMED(position=found[0].position, why="the statement is not plain text")
    return found[0].text.encode("ascii")


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
