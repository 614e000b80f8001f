"""A label bound to bytes as ADatP-4778 BindingInformation, every reference with its SHA-384; read
strictly, verified first.

The binding names each data object and states its digest in a `ds:Manifest` after the container,
where the schema allows foreign elements; the label's own canonical text is one more reference.
Digests alone show that label and bytes belong together; a signed statement over both, carried
beside the manifest, shows who bound them.
Spec: ADatP-4778 schema 1.4; ADatP-4778.2 (SHA-384 mandatory; SHA-1, MD5 prohibited);
spec/labels.md §Nothing unknown.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sealane.base import canonical
from sealane.base.errors import Untrusted
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey
from sealane.labels.binding import xml_signature
from sealane.labels.binding.errors import (
    BINDING_DANGLING,
    BINDING_TAMPERED,
    BINDING_UNCOVERED,
    BINDING_UNPROTECTED,
    BINDING_UNSIGNED,
)
from sealane.labels.marks.syntax import Remark
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Schemes
from sealane.labels.model.xml_tree import escaped, write_element
from sealane.labels.nato.xml_write import write_label

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a binding says: the originator's label, alternative labels as hints, and a digest
    (base64) or None a URI.
    """

    label: Label
    alternatives: tuple[Label, ...]
    references: Mapping[str, str | None]
    label_digest: str | None
    notes: tuple[Remark, ...]
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
    data = [write_element("mb:DataReference", {"URI": uri}) for uri in references]
    binding = write_element(
        "mb:MetadataBinding", {"Id": "binding"}, write_element("mb:Metadata", {}, metadata), *data
    )
    stated = {LABEL_URI: digest(metadata.encode("utf-8")), **references}
    manifest = write_element(
        "ds:Manifest",
        {"Id": MANIFEST_ID},
        *(_reference(uri, value) for uri, value in stated.items()),
    )
    return write_element(
        "mb:BindingInformation",
        {"xmlns:mb": NAMESPACE, "xmlns:ds": DSIG},
        write_element("mb:MetadataBindingContainer", {}, binding),
        manifest,
        *_signature(label, references, sign),
    )


def _signature(label: Label, references: Mapping[str, str], sign: Sign | None) -> list[str]:
    if sign is None:
        return []
    signed = sign(statement(label, references)).decode("ascii")
    return [write_element("lb:Signature", {"xmlns:lb": SIGNATURE_NAMESPACE}, escaped(signed))]


def _reference(uri: str, value: str) -> str:
    return write_element(
        "ds:Reference",
        {"URI": uri},
        write_element("ds:DigestMethod", {"Algorithm": SHA384}),
        write_element("ds:DigestValue", {}, value),
    )


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


def all_stated(bound: Bound) -> dict[str, str]:
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
