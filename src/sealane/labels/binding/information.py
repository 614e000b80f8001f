"""A label bound to bytes as ADatP-4778 BindingInformation, every reference with its SHA-384; read
strictly, verified first.

The binding names each data object and states its digest in a `ds:Manifest` after the container,
where the schema allows foreign elements; the label's own canonical text is one more reference.
Digests alone show that label and bytes belong together; a signed statement over both, carried
beside the manifest, shows who bound them.
Spec: ADatP-4778 schema 1.4; ADatP-4778.2 (SHA-384 mandatory; SHA-1, MD5 prohibited); S7, S29.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sealane.base import canonical
from sealane.base.errors import Malformed, NotFound, Refused, Untrusted, declare
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey
from sealane.labels.binding import xml_signature
from sealane.labels.marks.syntax import Note
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Schemes
from sealane.labels.model.xml_tree import Element, parse_xml, text, write
from sealane.labels.nato.xml_label import read_label
from sealane.labels.nato.xml_write import NAMESPACE as LABEL_NAMESPACE
from sealane.labels.nato.xml_write import ORIGINATOR_LABEL, write_label

NAMESPACE = "urn:nato:stanag:4778:bindinginformation:1:0"
DSIG, XMIME = "http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2005/05/xmlmime"
SHA384 = "http://www.w3.org/2001/04/xmldsig-more#sha384"
LABEL_URI, MANIFEST_ID = "#label", "digests"
SIGNATURE_NAMESPACE, SIGNATURE_TYPE = "urn:x-sealane:label-binding:1", "sealane-label-binding+json"
Sign = Callable[[bytes], bytes]
"""Signs the statement's bytes and gives JWS JSON; the verifier of a PDF gives back the signature
that is there.
"""
MAX_REFERENCES = 4096

BINDING_MALFORMED = declare(
    "binding.malformed",
    Malformed,
    "The binding is not what ADatP-4778 describes: {why}.",
    "結合情報が ADatP-4778 のとおりではありません：{why}。",
    "Bind the label again.",
    "ラベルを結合し直してください。",
)
BINDING_MISSING = declare(
    "binding.missing",
    NotFound,
    "No label is bound to this.",
    "ラベルが結合されていません。",
    "Bind one with `sealane label bind`; unlabelled means not releasable.",
    "`sealane label bind` で結合してください。ラベルのないものは開示できません。",
)
BINDING_TAMPERED = declare(
    "binding.tampered",
    Untrusted,
    "{what} is not what the label was bound to.",
    "{what_ja} が、ラベルを結合したときのものと違います。",
    "Get the file again from its originator.",
    "作成者からファイルを受け取り直してください。",
)
BINDING_DANGLING = declare(
    "binding.dangling",
    Untrusted,
    "The binding names {uri}, which is not here.",
    "結合情報が示す {uri} がここにありません。",
    "Keep the label and its data together.",
    "ラベルとデータを一緒に保管してください。",
)
BINDING_UNCOVERED = declare(
    "binding.uncovered",
    Untrusted,
    "{uri} is here and no label covers it.",
    "{uri} を覆うラベルがありません。",
    "Bind the label again to everything in the file.",
    "ファイル全体にラベルを結合し直してください。",
)
BINDING_UNSIGNED = declare(
    "binding.unsigned",
    Untrusted,
    "Nobody signed this binding.",
    "この結合情報には署名がありません。",
    "Ask the originator to bind it with a key.",
    "作成者に鍵を用いて結合するよう求めてください。",
)
BINDING_UNPROTECTED = declare(
    "binding.unprotected",
    Refused,
    "The binding states no SHA-384 digest for {uri}, so nothing can be verified.",
    "結合情報に {uri} の SHA-384 ダイジェストがなく、検証できません。",
    "Bind the label again with digests.",
    "ダイジェスト付きで結合し直してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a binding says: the originator's label, alternative labels as hints, and a digest
    (base64) or None a URI.
    """

    label: Label
    alternatives: tuple[Label, ...]
    references: Mapping[str, str | None]
    label_digest: str | None
    notes: tuple[Note, ...]
    signature: bytes | None = None
    xml_signatures: tuple[xml_signature.Signed, ...] = ()


def digest(data: bytes) -> str:
    """SHA-384, base64, as XML Signature writes it."""
    return base64.b64encode(hashlib.sha384(data).digest()).decode("ascii")


def statement(label: Label, references: Mapping[str, str]) -> bytes:
    """What a signer of a binding says: this label, these objects, by digest."""
    return canonical.encode({"v": 1, "label": label.as_json(), "references": dict(references)})


def write_binding(
    label: Label, schemes: Schemes, references: Mapping[str, str], *, sign: Sign | None = None
) -> str:
    """The BindingInformation of one label and everything it covers.

    Args:
        references: URI of each data object to its SHA-384 in base64, in the order to be written.
        sign: makes the signature over `statement`.
    Raises: as `nato.write_label`.
    Spec: ADatP-4778 §4.3.
    """
    metadata = write_label(label, schemes)
    data = [write("mb:DataReference", {"URI": uri}) for uri in references]
    binding = write(
        "mb:MetadataBinding", {"Id": "binding"}, write("mb:Metadata", {}, metadata), *data
    )
    stated = {LABEL_URI: digest(metadata.encode("utf-8")), **references}
    manifest = write(
        "ds:Manifest",
        {"Id": MANIFEST_ID},
        *(_reference(uri, value) for uri, value in stated.items()),
    )
    return write(
        "mb:BindingInformation",
        {"xmlns:mb": NAMESPACE, "xmlns:ds": DSIG},
        write("mb:MetadataBindingContainer", {}, binding),
        manifest,
        *_signature(label, references, sign),
    )


def _signature(label: Label, references: Mapping[str, str], sign: Sign | None) -> list[str]:
    if sign is None:
        return []
    signed = sign(statement(label, references)).decode("ascii")
    return [write("lb:Signature", {"xmlns:lb": SIGNATURE_NAMESPACE}, text(signed))]


def _reference(uri: str, value: str) -> str:
    return write(
        "ds:Reference",
        {"URI": uri},
        write("ds:DigestMethod", {"Algorithm": SHA384}),
        write("ds:DigestValue", {}, value),
    )


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
    notes: list[Note] = []
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
        label, _all_stated(bound)
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
    return xml_signature.check(document, must), [*manifests, *(manifest for _, manifest in inner)]


def verify_xml_signature(bound: Bound, pem: bytes) -> None:
    """Silence is success: an XML signature over label and digests holds under this certificate or
    key.

    Raises: Untrusted `binding.unsigned`, `signature.foreign_invalid`; Malformed
    `signature.foreign_key`.
    Spec: ADatP-4778.2 signature profile.
    """
    if not bound.xml_signatures:
        raise BINDING_UNSIGNED()
    for place, one in enumerate(bound.xml_signatures):
        try:
            one.verify(pem)
        except Untrusted:
            if place + 1 == len(bound.xml_signatures):
                raise
        else:
            return


def _signed(found: list[Element]) -> bytes | None:
    if not found:
        return None
    if found[0].attributes or found[0].children or not found[0].text.isascii():
        raise BINDING_MALFORMED(position=found[0].position, why="the statement is not plain text")
    return found[0].text.encode("ascii")


def _all_stated(bound: Bound) -> dict[str, str]:
    """Every digest; a signed binding leaves none out."""
    for uri, value in bound.references.items():
        if value is None:
            raise BINDING_UNPROTECTED(uri=uri)
    return {uri: value for uri, value in bound.references.items() if value is not None}


def verify_signers(bound: Bound, keys: Mapping[str, PublicKey]) -> tuple[str, ...]:
    """The kids of the signers, once every one of these keys has signed exactly this label and these
    objects.

    Raises: Untrusted `binding.unsigned`, `jws.*`, `signature.invalid`.
    Spec: RFC 7515 §7.2.1; R62.
    """
    if bound.signature is None:
        raise BINDING_UNSIGNED()
    return jws.verify(bound.signature, keys=keys, required=keys, typ=SIGNATURE_TYPE).kids


def _labels(binding: Element, schemes: Schemes, notes: list[Note]) -> tuple[Label, list[Label]]:
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


def verify_references(bound: Bound, actual: Mapping[str, str]) -> None:
    """Every bound object is here with the stated digest, and nothing here is left uncovered.

    Args:
        actual: URI of each object found to its SHA-384 in base64.
    Raises: Untrusted `binding.dangling`, `binding.uncovered`, `binding.tampered`; Refused
    `binding.unprotected`.
    """
    for uri, stated in bound.references.items():
        if uri not in actual:
            raise BINDING_DANGLING(uri=uri)
        if stated is None:
            raise BINDING_UNPROTECTED(uri=uri)
        if stated != actual[uri]:
            raise BINDING_TAMPERED(
                what=uri or "The file", what_ja=uri or "ファイル", details={"uri": uri}
            )
    if bound.label_digest is None and not bound.xml_signatures:
        raise BINDING_UNPROTECTED(uri=LABEL_URI)
    for uri in actual:
        if uri not in bound.references:
            raise BINDING_UNCOVERED(uri=uri)
