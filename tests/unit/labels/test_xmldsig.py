"""XML signatures in bindings: checked under a named key, never called verified without one, and
nothing moved from under them.
"""

import base64
import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from lxml import etree

from sealane.base.errors import SealaneError
from sealane.labels.binding.information import (
    digest,
    verify_references,
    verify_xml_signature,
    write_binding,
)
from sealane.labels.binding.reading import read_binding
from sealane.labels.binding.xml_signature import (
    DSIG,
    ENVELOPED,
    EXCLUSIVE,
    INCLUSIVE,
    INCLUSIVE_1_1,
)
from sealane.labels.model.label import label_from_json
from tests.unit.labels.shipped import shipped

VECTORS = Path(__file__).parents[2] / "vectors" / "xmldsig"
PLAN = b"the plan\n"
CATEGORIES = [{"tag": "Context", "type": "permissive", "values": ["NATO"]}]
LABEL, LOWER = (
    label_from_json(
        {
            "policy": "NATO",
            "classification": level,
            "created": "2026-01-01T00:00:00Z",
            "categories": CATEGORIES,
        }
    )
    for level in ("SECRET", "RESTRICTED")
)
KEY = ec.generate_private_key(ec.SECP256R1())
PEM = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
CONTAINER = "<mb:MetadataBindingContainer"


def plain(label=LABEL):
    return write_binding(label, shipped(), {"plan.txt": digest(PLAN)})


def canonical(node, *, exclusive=True):
    return etree.tostring(node, method="c14n", exclusive=exclusive)


def signed(
    text,
    uris=("",),
    *,
    method="ecdsa-sha256",
    how=None,
    digest_uri=MORE + "sha384",
    c14n=EXCLUSIVE,
    extra="",
    exclusive=True,
):
    """The binding with a signature of ours as its first child; references to "" are enveloped."""
    place = text.index(CONTAINER)
    references = []
    for uri in uris:
        root = etree.fromstring((text[:place] + extra.replace("SIG", "") + text[place:]).encode())
        node = root if uri == "" else root.xpath(f"//*[@Id='{uri[1:]}']")[0]
        steps = how if how is not None else ([ENVELOPED, EXCLUSIVE] if uri == "" else [EXCLUSIVE])
        transforms = "".join(f'<ds:Transform Algorithm="{one}"/>' for one in steps)
        value = base64.b64encode(
            hashlib.sha384(canonical(node, exclusive=exclusive)).digest()
        ).decode()
        references.append(
            f'<ds:Reference URI="{uri}"><ds:Transforms>{transforms}</ds:Transforms><ds:DigestMethod'
            f' Algorithm="{digest_uri}"/><ds:DigestValue>{value}</ds:DigestValue></ds:Reference>'
        )
    info = (
        f'<ds:SignedInfo xmlns:ds="{DSIG}"><ds:CanonicalizationMethod Algorithm="{c14n}"/>'
        f'<ds:SignatureMethod Algorithm="{MORE}{method}"/>{"".join(references)}</ds:SignedInfo>'
    )
    r, s = utils.decode_dss_signature(
        KEY.sign(canonical(etree.fromstring(info)), ec.ECDSA(hashes.SHA256()))
    )
    value = base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()
    signed = f"<ds:Signature>{info}<ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature>"
    return text[:place] + signed + text[place:]


def code(act, *arguments):
    with pytest.raises(SealaneError) as caught:
        act(*arguments)
    return caught.value.code


def read(text):
    bound = read_binding(text, shipped())
    verify_references(bound, {"plan.txt": digest(PLAN)})
    return bound


@pytest.mark.parametrize("name", ["rsa", "ecdsa", "inclusive", "inclusive-1.1"])
def test_a_binding_signed_by_other_software_is_read_and_verified_under_its_certificate(name):
    bound = read((VECTORS / f"{name}.bdo").read_bytes())
    assert bound.label == LABEL
    verify_xml_signature(bound, (VECTORS / f"{name}.pem").read_bytes())
    other = (VECTORS / ("ecdsa.pem" if name == "rsa" else "rsa.pem")).read_bytes()
    assert code(verify_xml_signature, bound, other) == "signature.foreign_invalid"
    assert code(verify_xml_signature, bound, PEM) == "signature.foreign_invalid"


@pytest.mark.parametrize("uris", [("",), ("#binding", "#digests"), ("", "#binding")])
def test_what_covers_label_and_digests_is_accepted(uris):
    text = plain().replace(
        "<mb:MetadataBindingContainer>", '<mb:MetadataBindingContainer Id="all">'
    )
    uris = tuple("#all" if uri == "#binding" else uri for uri in uris)
    verify_xml_signature(read(signed(text, uris)), PEM)


@pytest.mark.parametrize("how", [[], [INCLUSIVE], [INCLUSIVE_1_1]])
@pytest.mark.parametrize("uris", [("",), ("#all", "#digests")])
def test_inclusive_canonicalisation_is_read_and_is_what_no_transform_means(how, uris):
    text = plain().replace(
        "<mb:MetadataBindingContainer>", '<mb:MetadataBindingContainer Id="all">'
    )
    steps = [ENVELOPED, *how] if uris == ("",) else how
    made = signed(text, uris, how=steps, exclusive=False)
    verify_xml_signature(read(made), PEM)
    moved = made.replace("<mb:BindingInformation ", '<mb:BindingInformation xmlns:more="urn:x" ')
    assert code(read, moved) == "binding.signature_broken"


def test_an_inherited_attribute_that_the_editions_read_differently_is_refused():
    text = plain().replace(
        "<mb:MetadataBindingContainer>", '<mb:MetadataBindingContainer Id="all">'
    )
    made = signed(text, ("#all", "#digests"), how=[INCLUSIVE], exclusive=False)
    made = made.replace("<mb:BindingInformation ", '<mb:BindingInformation xml:lang="en" ')
    assert code(read, made) == "binding.xml_signature"


def test_prefixes_that_exclusive_canonicalisation_keeps_are_read():
    text = plain().replace("<mb:BindingInformation ", '<mb:BindingInformation xmlns:more="urn:x" ')
    kept = f'<e:InclusiveNamespaces xmlns:e="{EXCLUSIVE}" PrefixList="more"/>'
    made = signed(text)
    plainly = f'<ds:Transform Algorithm="{EXCLUSIVE}"/>'
    listed = f'<ds:Transform Algorithm="{EXCLUSIVE}">{kept}</ds:Transform>'
    assert code(read, made.replace(plainly, listed)) == "binding.signature_broken"
    assert code(read, made.replace(plainly, listed.replace("PrefixList", "Other"))) == (
        "binding.xml_signature"
    )


def test_the_key_inside_the_signature_decides_nothing():
    bound = read((VECTORS / "rsa.bdo").read_bytes())
    assert bound.xml_signatures
    assert code(verify_xml_signature, read(plain()), PEM) == "binding.unsigned"


def test_a_signature_over_a_part_only_is_refused():
    text = plain().replace(
        "<mb:MetadataBindingContainer>", '<mb:MetadataBindingContainer Id="all">'
    )
    assert code(read, signed(text, ("#all",))) == "binding.signature_partial"
    assert code(read, signed(text, ("#digests",))) == "binding.signature_partial"
    assert code(read, signed(plain(), ("#binding", "#digests"))) == "binding.signature_partial"


@pytest.mark.parametrize(
    "change",
    [
        ("SECRET</slab:Classification>", "RESTRICTED</slab:Classification>"),
        ("2026-01-01", "2026-01-02"),
        ('URI="plan.txt"', 'URI="plan.txt" '),
        ("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"),
        ('sha384"/><ds:DigestValue>', 'sha384"/><ds:DigestValue>AAAA'),
    ],
)
def test_a_changed_binding_is_refused_or_its_signature_is(change):
    text = signed(plain())
    changed = text.replace(*change)
    assert changed != text
    outcome = None
    try:
        verify_xml_signature(read(changed), PEM)
    except SealaneError as error:
        outcome = error.code
    same = canonical(etree.fromstring(text.encode())) == canonical(
        etree.fromstring(changed.encode())
    )
    assert outcome in (
        {None}
        if same
        else {"binding.signature_broken", "signature.foreign_invalid", "binding.tampered"}
    )


def test_a_label_put_in_place_of_the_signed_one_is_refused():
    """Signature wrapping: the signed binding is moved aside and
    another stands where readers look.
    """
    text, lower = signed(plain(), ("",)), plain(LOWER)
    inner = text[text.index(CONTAINER) : text.index("</mb:MetadataBindingContainer>")]
    swapped = text.replace(
        inner, lower[lower.index(CONTAINER) : lower.index("</mb:MetadataBindingContainer>")]
    )
    assert code(read, swapped) in ("binding.signature_broken", "binding.tampered")
    hidden = signed(
        plain().replace("<mb:MetadataBindingContainer>", '<mb:MetadataBindingContainer Id="all">'),
        ("#all", "#digests"),
    )
    container = hidden[
        hidden.index(CONTAINER) : hidden.index("</mb:MetadataBindingContainer>")
        + len("</mb:MetadataBindingContainer>")
    ]
    moved = hidden.replace(
        container, lower[lower.index(CONTAINER) : lower.index("<ds:Manifest")]
    ).replace("</ds:Signature>", f"<ds:Object>{container}</ds:Object></ds:Signature>")
    assert code(read, moved) in (
        "binding.signature_partial",
        "binding.tampered",
        "binding.signature_broken",
    )
    doubled = hidden.replace(
        "</ds:Signature>", f"<ds:Object>{container}</ds:Object></ds:Signature>"
    )
    assert code(read, doubled) == "binding.xml_signature"


@pytest.mark.parametrize(
    "text",
    [
        signed(plain(), c14n="http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"),
        signed(plain(), method="rsa-sha1"),
        signed(plain(), method="hmac-sha256"),
        signed(plain(), digest_uri=DSIG + "sha1"),
        signed(plain(), digest_uri=MORE + "md5"),
        signed(plain(), how=[]),
        signed(plain(), how=[EXCLUSIVE]),
        signed(plain(), how=[ENVELOPED, ENVELOPED]),
        signed(plain(), how=[ENVELOPED, EXCLUSIVE, EXCLUSIVE]),
        signed(plain(), how=[ENVELOPED, INCLUSIVE + "#WithComments"]),
        signed(plain()).replace(
            "<ds:Transform ", "<ds:Transform><x/></ds:Transform><ds:Transform ", 1
        ),
        signed(plain(), how=[ENVELOPED, "http://www.w3.org/TR/1999/REC-xslt-19991116"]),
        signed(plain()).replace('URI=""', 'URI="http://a/b"', 1),
        signed(plain()).replace('URI=""', 'URI="#nothing"', 1),
        signed(plain()).replace('URI=""', 'URI="#xpointer(/)"', 1),
        signed(plain()).replace('<ds:Reference URI=""', "<ds:Reference", 1),
        signed(plain(), ()),
        signed(plain()).replace("<ds:SignatureValue>", "<ds:SignatureValue>!!"),
        plain().replace(CONTAINER, "<ds:Signature/>" + CONTAINER),
    ],
)
def test_what_is_not_understood_is_refused(text):
    assert code(read, text) == "binding.xml_signature"


def test_a_signature_made_with_another_key_or_method_does_not_hold():
    other = (
        rsa.generate_private_key(65537, 2048)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    assert code(verify_xml_signature, read(signed(plain())), other) == "signature.foreign_invalid"
    assert (
        code(verify_xml_signature, read(signed(plain(), method="ecdsa-sha512")), PEM)
        == "signature.foreign_invalid"
    )


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"x",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-" * 100_000,
        rsa.generate_private_key(65537, 1024)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    ],
)
def test_what_is_no_key_is_refused(pem):
    assert code(verify_xml_signature, read(signed(plain())), pem) == "signature.foreign_key"
