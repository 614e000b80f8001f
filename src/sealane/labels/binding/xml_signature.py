"""XML signatures inside a binding, verified narrowly: what each covers, whether its digests hold,
and under a named key.

Only what ADatP-4778.2 asks and other software writes is understood: exclusive and inclusive
canonicalisation, references to the whole document or to an `Id` in it, SHA-256 or better. Keys
inside the signature decide nothing. Without a key named by a person, digests are checked and the
signature is `unverified`. What must be covered is named by the caller as elements of the same
document, so that nothing can be moved out from under a signature and something else put in its
place.
Spec: W3C XML Signature 1.1 §4.4, §8.1 (what is signed is what is seen); W3C Canonical XML 1.1;
ADatP-4778.2 (signature profile); spec/labels.md §XML.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from sealane.base.errors import Malformed, Untrusted, declare
from sealane.crypto import foreign

DSIG = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INCLUSIVE_1_1 = "http://www.w3.org/2006/12/xml-c14n11"
CANONICALISATIONS = (EXCLUSIVE, INCLUSIVE, INCLUSIVE_1_1)
_XML = "{http://www.w3.org/XML/1998/namespace}"
ENVELOPED = DSIG + "enveloped-signature"
_MORE, _ENC = "http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2001/04/xmlenc#"
DIGESTS = {_ENC + "sha256": "sha256", _MORE + "sha384": "sha384", _ENC + "sha512": "sha512"}
METHODS = {
    f"{_MORE}{kind}-sha{bits}": f"{kind}-sha{bits}"
    for kind in ("rsa", "ecdsa")
    for bits in (256, 384, 512)
}
MAX_REFERENCES, MAX_VALUE = 64, 4096

XML_SIGNATURE = declare(
    "binding.xml_signature",
    Malformed,
    "The XML signature is not one that can be checked: {why}.",
    "検証できる XML 署名ではありません：{why_ja}。",
    "Sign with SHA-256 or better, canonicalisation without comments, and references inside the"
    " document.",
    "注釈なしの正規化、SHA-256 以上、文書内への参照で署名してください。",
)
SIGNATURE_BROKEN = declare(
    "binding.signature_broken",
    Untrusted,
    "What the XML signature covers has changed since it was signed.",
    "XML 署名の対象が、署名後に変わっています。",
    "Get the file again from its originator.",
    "作成者からファイルを受け取り直してください。",
)
SIGNATURE_PARTIAL = declare(
    "binding.signature_partial",
    Untrusted,
    "The XML signature does not cover the whole binding.",
    "XML 署名が結合情報の全体を覆っていません。",
    "Ask the originator to sign label and digests together.",
    "ラベルとダイジェストを共に署名するよう求めてください。",
)


@dataclass(frozen=True, slots=True)
class Canonicalisation:
    """How bytes are made of elements: exclusive or inclusive, and prefixes that exclusive keeps."""

    exclusive: bool
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature whose digests hold: the canonical bytes signed, how, and the signature's
    value.
    """

    algorithm: str
    data: bytes
    value: bytes

    def verify(self, pem: bytes) -> None:
        """Silence is success under the certificate or key given. Raises: `signature.foreign_key`,
        `signature.foreign_invalid`.
        """
        foreign.verify(foreign.load_key(pem), self.algorithm, self.data, self.value)


def _refuse(why: str, why_ja: str) -> Exception:
    return XML_SIGNATURE(why=why, why_ja=why_ja)


def check_signatures(document: bytes, covered: Sequence[tuple[int, ...]]) -> tuple[Signed, ...]:
    """Every signature that is a child of the root, once its digests hold and each covers all that
    must be.

    Args:
        document: one that the strict reader of `model/xml_tree.py` has accepted: no DTD, entity,
            comment or instruction inside the root.
        covered: elements that each signature must cover, by their places among their siblings from
            the root down.
    Raises: Malformed `binding.xml_signature`; Untrusted `binding.signature_broken`,
        `binding.signature_partial`.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=False,
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _refuse(
            "the document is not read alike by two readers", "二つの処理系で読み方が異なります"
        ) from None
    must = [_at(root, path) for path in covered]
    return tuple(_signature(one, root, must) for one in root if one.tag == f"{{{DSIG}}}Signature")


def _at(root: etree._Element, path: tuple[int, ...]) -> etree._Element:
    here = root
    for step in path:
        if step >= len(here):
            raise _refuse(
                "the document is not read alike by two readers", "二つの処理系で読み方が異なります"
            )
        here = here[step]
    return here


def _signature(
    node: etree._Element, root: etree._Element, must: Sequence[etree._Element]
) -> Signed:
    info, value = _one(node, "SignedInfo"), _one(node, "SignatureValue")
    how = _canonicalisation(_one(info, "CanonicalizationMethod"))
    if how is None:
        raise _refuse("the canonicalisation", "正規化の方式")
    method = METHODS.get(_one(info, "SignatureMethod").get("Algorithm", ""))
    if method is None:
        raise _refuse("the signature's method", "署名の方式")
    references = info.findall(f"{{{DSIG}}}Reference")
    if not references or len(references) > MAX_REFERENCES or len(info) != len(references) + 2:
        raise _refuse("its references", "参照の数")
    seen = [_reference(one, node, root) for one in references]
    for element in must:
        if not any(target is element or target in element.iterancestors() for target in seen):
            raise SIGNATURE_PARTIAL()
    return Signed(method, _canonical(info, how), _bytes(value))


def _reference(
    node: etree._Element, signature: etree._Element, root: etree._Element
) -> etree._Element:
    """The element a reference covers, once its digest holds; the signature itself is left out where
    it is enveloped.
    """
    target = _target(node.get("URI"), root)
    enveloped, how = _transforms(node)
    inside = target in signature.iterancestors()
    if inside and not enveloped:
        raise _refuse("a reference that covers the signature itself", "署名自身を覆う参照")
    name = DIGESTS.get(_one(node, "DigestMethod").get("Algorithm", ""))
    if name is None:
        raise _refuse("a digest below SHA-256", "SHA-256 未満のダイジェスト")
    if not hmac.compare_digest(
        hashlib.new(
            name, _canonical(_without(root, signature) if inside else target, how)
        ).digest(),
        _bytes(_one(node, "DigestValue")),
    ):
        raise SIGNATURE_BROKEN()
    return target


def _transforms(node: etree._Element) -> tuple[bool, Canonicalisation]:
    """Whether the signature leaves itself out, and how the rest becomes bytes: without a last step
    that says so, inclusively.
    """
    holder = node.find(f"{{{DSIG}}}Transforms")
    steps = [] if holder is None else list(holder)
    if any(one.tag != f"{{{DSIG}}}Transform" for one in steps):
        raise _refuse("its transforms", "変換の方式")
    enveloped = bool(steps) and steps[0].get("Algorithm") == ENVELOPED and not len(steps[0])
    steps = steps[1:] if enveloped else steps
    how = _canonicalisation(steps[0]) if steps else Canonicalisation(exclusive=False)
    if len(steps) > 1 or how is None:
        raise _refuse("its transforms", "変換の方式")
    return enveloped, how


def _canonicalisation(node: etree._Element) -> Canonicalisation | None:
    """The canonicalisation that an element names; None for another, or one with comments."""
    algorithm, inside = node.get("Algorithm"), list(node)
    if algorithm not in CANONICALISATIONS:
        return None
    if not inside:
        return Canonicalisation(exclusive=algorithm == EXCLUSIVE)
    listed = inside[0].get("PrefixList") if len(inside) == 1 else None
    if algorithm != EXCLUSIVE or inside[0].tag != f"{{{EXCLUSIVE}}}InclusiveNamespaces":
        return None
    return None if listed is None else Canonicalisation(True, tuple(listed.split()))


def _target(uri: str | None, root: etree._Element) -> etree._Element:
    if uri == "":
        return root
    if uri is None or not uri.startswith("#") or len(uri) < 2 or "(" in uri:
        raise _refuse("a reference outside the document", "文書外への参照")
    found = [
        one
        for one in root.iter(etree.Element)
        if uri[1:] in (one.get("Id"), one.get("ID"), one.get("id"))
    ]
    if len(found) != 1:
        raise _refuse("a reference to nothing, or to two", "参照先がないか、二つあります")
    return found[0]


def _without(root: etree._Element, signature: etree._Element) -> etree._Element:
    """A copy of the document without one signature among the root's children; the white space after
    it is kept.
    """
    copy = deepcopy(root)
    place = root.index(signature)
    gone = copy[place]
    if gone.tail and place:
        copy[place - 1].tail = (copy[place - 1].tail or "") + gone.tail
    elif gone.tail:
        copy.text = (copy.text or "") + gone.tail
    copy.remove(gone)
    return copy


def _canonical(node: etree._Element, how: Canonicalisation) -> bytes:
    """The bytes of an element and what is in it.

    Inclusively, what stands above it counts: its namespaces, and the `xml:` attributes, which the
    editions inherit differently; where there are such, it is refused.
    """
    above = node.iterancestors()
    if not how.exclusive and any(name.startswith(_XML) for one in above for name in one.attrib):
        raise _refuse("an xml: attribute above what is signed", "署名対象より上の xml: 属性")
    try:
        return etree.tostring(
            node,
            method="c14n",
            exclusive=how.exclusive,
            with_comments=False,
            inclusive_ns_prefixes=list(how.prefixes) or None,
        )
    except (etree.C14NError, ValueError):
        raise _refuse("something that has no canonical form", "正規形のないもの") from None


def _one(node: etree._Element, name: str) -> etree._Element:
    found = node.findall(f"{{{DSIG}}}{name}")
    if len(found) != 1:
        raise _refuse(f"{len(found)} {name}", f"{name} の数")
    return found[0]


def _bytes(node: etree._Element) -> bytes:
    text = "".join((node.text or "").split())
    try:
        if len(text) > MAX_VALUE or len(node):
            raise ValueError
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _refuse("a value that is no base64", "base64 でない値") from None
