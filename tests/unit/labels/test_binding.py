"""Labels bound to bytes: sidecar, OOXML and PDF; any change on either side is refused. Spec:
ADatP-4778; ADatP-4778.2; spec/labels.md §XML.
"""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane.base.errors import SealaneError
from sealane.crypto import jws
from sealane.crypto.keys import PrivateKey
from sealane.labels.binding.information import (
    SIGNATURE_TYPE,
    digest,
    verify_references,
    verify_signers,
    write_binding,
)
from sealane.labels.binding.ooxml import bind_ooxml, is_ooxml, unbind_ooxml, verify_ooxml
from sealane.labels.binding.pdf import bind_pdf, is_pdf, unbind_pdf, verify_pdf
from sealane.labels.binding.reading import read_binding
from sealane.labels.model.label import Category, Label
from tests.unit.labels.shipped import shipped

LABEL = Label(
    policy="AUS",
    classification="SECRET",
    originator="AUS",
    created="2026-11-22T00:00:00Z",
    review="2031-01-01T00:00:00Z",
    categories=(Category("Releasable To", "permissive", ("AUS", "JPN")),),
)
LOWER = Label(
    policy="AUS",
    classification="OFFICIAL",
    originator="AUS",
    created="2026-11-22T00:00:00Z",
    review="2031-01-01T00:00:00Z",
)
DATA = b"the plan"


def sidecar(label: Label = LABEL, data: bytes = DATA) -> str:
    return write_binding(label, shipped(), {"plan.txt": digest(data)})


def test_a_signature_moved_to_another_label_is_refused() -> None:
    key = PrivateKey.generate("ES384")
    signed = write_binding(
        LABEL,
        shipped(),
        {"plan.txt": digest(DATA)},
        sign=lambda payload: jws.sign(payload, [key], typ=SIGNATURE_TYPE),
    )
    bound = read_binding(signed, shipped())
    assert verify_signers(bound, {key.public.kid: key.public}) == (key.public.kid,)
    lowered = write_binding(
        LOWER, shipped(), {"plan.txt": digest(DATA)}, sign=lambda _: bound.signature or b""
    )
    assert refusal(read_binding, lowered, shipped()) == "binding.tampered"
    other = PrivateKey.generate("ES384").public
    assert refusal(verify_signers, bound, {other.kid: other}) == "jws.unknown_key"
    assert (
        refusal(verify_signers, read_binding(sidecar(), shipped()), {other.kid: other})
        == "binding.unsigned"
    )


def docx(extra: dict[str, str] | None = None) -> bytes:
    parts = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default'
            ' Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default'
            ' Extension="xml" ContentType="application/xml"/></Types>'
        ),
        "_rels/.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
        ),
        "word/document.xml": (
            "<w:document"
            " xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body/></w:document>"
        ),
        "word/_rels/document.xml.rels": (
            "<Relationships"
            ' xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
        ),
        "word/header1.xml": "<h/>",
        **(extra or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def pdf(*, stream: bool = False, xmp: str = "") -> bytes:
    out = b"%PDF-1.7\n"
    places = [len(out)]
    metadata = b" /Metadata 4 0 R" if xmp else b""
    out += b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R" + metadata + b" >>\nendobj\n"
    places.append(len(out))
    out += b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
    places.append(len(out))
    out += b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10 10] >>\nendobj\n"
    if xmp:
        places.append(len(out))
        out += (
            b"4 0 obj\n<< /Type /Metadata /Subtype /XML /Length %d"
            b" >>\nstream\n%s\nendstream\nendobj\n" % (len(xmp), xmp.encode())
        )
    at, size = len(out), len(places) + 1
    if stream:
        rows = b"\x00" * 7 + b"".join(
            b"\x01" + place.to_bytes(4, "big") + b"\x00\x00" for place in [*places, at]
        )
        out += (
            b"%d 0 obj\n<< /Type /XRef /Size %d /W [1 4 2] /Root 1 0 R /Length %d >>\nstream\n"
            % (size, size + 1, len(rows))
        )
        out += rows + b"\nendstream\nendobj\n"
    else:
        out += b"xref\n0 %d\n0000000000 65535 f \n" % size + b"".join(
            b"%010d 00000 n \n" % place for place in places
        )
        out += b"trailer\n<< /Size %d /Root 1 0 R /ID [<00><00>] >>\n" % size
    return out + b"startxref\n%d\n%%%%EOF\n" % at


def refusal(act: object, *arguments: object) -> str:
    with pytest.raises(SealaneError) as refused:
        act(*arguments)  # type: ignore[operator]
    return refused.value.code


def test_a_sidecar_gives_the_label_once_the_bytes_are_the_same() -> None:
    bound = read_binding(sidecar(), shipped())
    verify_references(bound, {"plan.txt": digest(DATA)})
    assert bound.label == LABEL


def test_other_bytes_missing_bytes_and_further_bytes_are_refused() -> None:
    bound = read_binding(sidecar(), shipped())
    assert (
        refusal(verify_references, bound, {"plan.txt": digest(b"another plan")})
        == "binding.tampered"
    )
    assert refusal(verify_references, bound, {}) == "binding.dangling"
    assert (
        refusal(verify_references, bound, {"plan.txt": digest(DATA), "more.txt": digest(b"")})
        == "binding.uncovered"
    )


def test_a_lowered_label_no_longer_matches_its_own_digest() -> None:
    assert (
        refusal(read_binding, sidecar().replace(">SECRET<", ">OFFICIAL<"), shipped())
        == "binding.tampered"
    )


def test_a_binding_without_digests_verifies_nothing() -> None:
    text = sidecar()
    bare = text[: text.index("<ds:Manifest")] + "</mb:BindingInformation>"
    assert (
        refusal(verify_references, read_binding(bare, shipped()), {"plan.txt": digest(DATA)})
        == "binding.unprotected"
    )


@pytest.mark.parametrize(
    "change",
    [
        ("sha384", "sha1"),
        ("mb:DataReference", "mb:Data"),
        ("bindinginformation:1:0", "bindinginformation:2:0"),
        ("originatorC", "metadataC"),
        ('<mb:DataReference URI="plan.txt"/>', ""),
        ('<mb:DataReference URI="plan.txt"/>', '<mb:DataReference URI="plan.txt"/>' * 2),
        ("<mb:Metadata>", "<mb:Metadata><x/>"),
        (
            "</mb:MetadataBindingContainer>",
            "</mb:MetadataBindingContainer><mb:MetadataBindingContainer/>",
        ),
        ("<ds:Manifest", "<ds:Signature/><ds:Manifest"),
        ('URI="#label"', 'URI="other"'),
        ("</mb:MetadataBinding>", "</mb:MetadataBinding><mb:MetadataBinding/>"),
    ],
)
def test_a_binding_of_another_shape_is_refused(change: tuple[str, str]) -> None:
    assert refusal(read_binding, sidecar().replace(*change), shipped()) == "binding.malformed"


@settings(max_examples=60)
@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_no_changed_byte_of_a_sidecar_yields_another_label(place: int, flip: int) -> None:
    text = bytearray(sidecar().encode())
    text[place % len(text)] ^= flip
    try:
        bound = read_binding(bytes(text), shipped())
        verify_references(bound, {"plan.txt": digest(DATA)})
    except SealaneError:
        return
    assert bound.label == LABEL


def test_a_document_carries_its_label_through_every_part() -> None:
    bound = bind_ooxml(docx(), LABEL, shipped())
    assert is_ooxml(bound)
    found = verify_ooxml(bound, shipped())
    assert found.label == LABEL
    assert "pack:///word/header1.xml" in found.references
    assert refusal(bind_ooxml, bound, LABEL, shipped()) == "binding.malformed"
    assert refusal(verify_ooxml, unbind_ooxml(bound), shipped()) == "binding.missing"


def changed(data: bytes, name: str, content: bytes | None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.namelist():
            if one != name:
                new.writestr(one, old.read(one))
        if content is not None:
            new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("word/header1.xml", b"<h>x</h>", "binding.tampered"),
        ("word/header1.xml", None, "binding.dangling"),
        ("word/header2.xml", b"<h/>", "binding.uncovered"),
        ("word/_rels/document.xml.rels", b"<Relationships/>", "binding.tampered"),
        ("customXml/item1.xml", None, "binding.missing"),
        (
            "customXml/item2.xml",
            b"<x xmlns='urn:nato:stanag:4778:bindinginformation:1:0'/>",
            "binding.malformed",
        ),
    ],
)
def test_a_changed_lost_or_added_part_is_refused(
    name: str, content: bytes | None, code: str
) -> None:
    assert (
        refusal(
            verify_ooxml, changed(bind_ooxml(docx(), LABEL, shipped()), name, content), shipped()
        )
        == code
    )


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04 broken", docx({"../evil.xml": "x"}), docx({"WORD/document.xml": "x"})],
)
def test_a_package_that_cannot_be_trusted_is_refused(data: bytes) -> None:
    assert refusal(verify_ooxml, data, shipped()) == "binding.malformed"


@pytest.mark.parametrize(
    "data",
    [
        pdf(),
        pdf(stream=True),
        pdf(
            xmp=(
                '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
                ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF></x:xmpmeta>'
            )
        ),
    ],
)
def test_a_pdf_carries_its_label_in_an_update_and_gives_back_its_original_bytes(
    data: bytes,
) -> None:
    bound = bind_pdf(data, LABEL, shipped())
    assert is_pdf(bound)
    assert bound.startswith(data)
    assert verify_pdf(bound, shipped()).label == LABEL
    assert unbind_pdf(bound) == data
    assert refusal(bind_pdf, bound, LABEL, shipped()) == "binding.malformed"
    assert refusal(verify_pdf, data, shipped()) == "binding.missing"


@settings(max_examples=60)
@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_no_changed_byte_of_a_labelled_pdf_is_accepted(place: int, flip: int) -> None:
    data = bytearray(bind_pdf(pdf(), LABEL, shipped()))
    data[place % len(data)] ^= flip
    with pytest.raises(SealaneError):
        verify_pdf(bytes(data), shipped())


@pytest.mark.parametrize("tail", [b"x", b"\n%%EOF", b"\n5 0 obj\n<<>>\nendobj\n"])
def test_nothing_may_follow_the_update(tail: bytes) -> None:
    with pytest.raises(SealaneError):
        verify_pdf(bind_pdf(pdf(), LABEL, shipped()) + tail, shipped())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7\n",
        pdf().replace(b"/Root", b"/Foot"),
        pdf().replace(b"/ID", b"/Encrypt 9 0 R /ID"),
        pdf()[:-30],
    ],
)
def test_a_pdf_that_needs_a_sidecar_says_so(data: bytes) -> None:
    assert refusal(bind_pdf, data, LABEL, shipped()) == "binding.malformed"


def test_two_labels_make_two_bindings() -> None:
    assert bind_pdf(pdf(), LABEL, shipped()) != bind_pdf(pdf(), LOWER, shipped())
