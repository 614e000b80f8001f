"""PDF files of other software carry their label by their cross-reference; broken ones are refused.
Spec: ISO 32000-1 §7.3, §7.5, §7.6, §12.8; spec/labels.md §Carriers.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pikepdf
import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sealane.base.errors import SealaneError
from sealane.labels.binding.pdf import carries_pdf, claimed_pdf
from sealane.labels.binding.pdf_document import read_document
from sealane.labels.binding.pdf_values import write_value
from sealane.labels.binding.xmp import RDF, binding_values, with_binding, without_binding
from tests.carriers import LABEL, LOWER, labelled, stripped, vector, verified
from tests.made_files import pdf, stream, xmp_object
from tests.unit.labels.shipped import shipped

FILES = {
    path.stem: path.read_bytes()
    for path in (Path(__file__).parents[2] / "vectors" / "pdf").glob("*.pdf")
}
ODD = ["plain", "attachment", "orphan", "id-bracket", "trailer-entries", "two-tables"]
PACKET = (
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    f'<R:RDF xmlns:R="{RDF}"><R:Description R:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:source>Ω &amp; more</dc:source></R:Description></R:RDF></x:xmpmeta>"
    '<?xpacket end="w"?>    '
)


def code(act: object, *arguments: object) -> str:
    with pytest.raises(SealaneError) as refused:
        act(*arguments)  # type: ignore[operator]
    return refused.value.code


def seen(data: bytes) -> tuple[Any, ...]:
    """Pages, text, attachments and structure as two other readers find them."""
    one, other = pypdf.PdfReader(io.BytesIO(data)), pikepdf.open(io.BytesIO(data))
    return (
        [page.extract_text() for page in one.pages],
        {name: list(content) for name, content in one.attachments.items()},
        len(other.pages),
        sorted(other.attachments),
        {str(name): str(value) for name, value in other.docinfo.items()},
    )


@pytest.mark.parametrize("name", ODD)
def test_a_label_never_changes_what_other_readers_find(name: str) -> None:
    data = vector(f"{name}.pdf")
    bound = labelled(data)
    assert bound.startswith(data)
    assert verified(bound).label == LABEL
    assert seen(bound) == seen(data)
    assert not pikepdf.open(io.BytesIO(bound)).check_pdf_syntax()
    assert stripped(bound) == data


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_of_other_software_carries_its_label_and_gives_back_its_bytes(name: str) -> None:
    bound = labelled(FILES[name])
    assert verified(bound).label == LABEL
    assert seen(bound) == seen(FILES[name])
    assert stripped(bound) == FILES[name]


def test_an_attached_file_s_label_is_not_the_file_s() -> None:
    data = vector("labelled-inside.pdf")
    assert code(verified, data) == "binding.missing"
    assert code(stripped, data) == "binding.missing"
    assert verified(labelled(data)).label == LABEL


def test_every_entry_of_the_trailer_before_is_kept() -> None:
    trailer = pypdf.PdfReader(io.BytesIO(labelled(vector("trailer-entries.pdf")))).trailer
    assert trailer["/DocChecksum"] == "/ABCDEF0123"
    identity = pypdf.PdfReader(io.BytesIO(labelled(vector("id-bracket.pdf")))).trailer["/ID"]
    assert identity == pypdf.PdfReader(io.BytesIO(vector("id-bracket.pdf"))).trailer["/ID"]


def test_metadata_of_others_stay_byte_for_byte() -> None:
    data = pdf(catalogue=b"/Metadata 4 0 R", more=(xmp_object(PACKET),))
    document = read_document(io.BytesIO(labelled(data)))
    assert document.metadata is not None
    assert without_binding(document.metadata) == PACKET.encode()
    assert stripped(labelled(data)) == data


@pytest.mark.parametrize("data", [pdf(), pdf(streams=True), vector("two-tables.pdf")])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_changed_byte_is_refused(data: bytes, share: float) -> None:
    bound = bytearray(labelled(data))
    bound[int(len(data) * share)] ^= 1
    assert code(verified, bytes(bound)) == "binding.tampered"


@settings(max_examples=60)
@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_no_changed_byte_of_a_labelled_pdf_is_accepted(place: int, flip: int) -> None:
    data = bytearray(labelled(pdf()))
    data[place % len(data)] ^= flip
    if data.startswith(b"%PDF-"):  # else it is no PDF, and a file without a label
        with pytest.raises(SealaneError):
            verified(bytes(data))


@pytest.mark.parametrize("tail", [b"x", b"\n%%EOF", b"\n5 0 obj\n<<>>\nendobj\n"])
def test_nothing_may_follow_the_update_and_what_follows_is_kept(tail: bytes) -> None:
    data = labelled(pdf()) + tail
    assert code(verified, data) == "binding.tampered"
    try:
        left = stripped(data)
    except SealaneError:
        return
    assert left.startswith(data)
    assert code(verified, left) == "binding.missing"


def later(data: bytes) -> bytes:
    """The file after another program saved a page more into it."""
    writer = pypdf.PdfWriter(io.BytesIO(data), incremental=True)
    writer.add_blank_page(20, 30)
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(data)
    return out.getvalue()


def test_what_others_saved_later_stays_when_the_label_is_taken_off() -> None:
    saved = later(labelled(vector("attachment.pdf")))
    assert code(verified, saved) == "binding.tampered"
    assert code(labelled, saved) == "binding.exists"
    left = stripped(saved)
    assert left.startswith(saved)
    assert seen(left) == seen(saved)
    assert len(pypdf.PdfReader(io.BytesIO(left)).pages) == 2
    assert code(verified, left) == "binding.missing"
    assert verified(labelled(left, LOWER)).label == LOWER


def test_an_update_that_only_looks_like_ours_is_not_cut() -> None:
    bound = labelled(pdf())
    at = bound.rindex(b"\n%confidentiality-label ")
    forged = bound[:at] + bound[at:].replace(b"/Type /Catalog", b"/Type /Catalog /Lang <61>")
    shift = len(forged) - len(bound)
    start = int(re.findall(rb"startxref\n(\d+)", forged)[-1])
    forged = forged.replace(b"startxref\n%d\n" % start, b"startxref\n%d\n" % (start + shift))
    assert code(verified, forged) == "binding.tampered"
    assert stripped(forged).startswith(forged)


SIGNATURE = b"<< /FT /Sig /T (s) /V << /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >> >>"


@pytest.mark.parametrize(
    "data",
    [
        pdf(catalogue=b"/AcroForm << /Fields [4 0 R] /SigFlags 3 >>", more=(SIGNATURE,)),
        pdf(catalogue=b"/AcroForm << /Fields [4 0 R] >>", more=(SIGNATURE,)),
        pdf(
            catalogue=b"/AcroForm << /Fields [4 0 R] >>",
            more=(b"<< /T (a) /FT /Sig /Kids [5 0 R] >>", b"<< /T (b) /V << /Type /Sig >> >>"),
        ),
        pdf(catalogue=b"/Perms << /DocMDP 4 0 R >>", more=(b"<< /Type /Sig >>",)),
        pdf(catalogue=b"/Perms << /UR3 4 0 R >>", more=(b"<< /Type /Sig >>",)),
    ],
)
def test_a_signature_or_certification_is_not_voided_and_the_sidecar_is_named(data: bytes) -> None:
    with pytest.raises(SealaneError) as refused:
        labelled(data)
    assert refused.value.code == "binding.pdf_signed"
    assert "--sidecar" in refused.value.remedy


def test_a_field_that_waits_for_a_signature_is_no_signature() -> None:
    form = b"/AcroForm << /Fields [4 0 R] /SigFlags 1 >>"
    data = pdf(catalogue=form, more=(b"<< /FT /Sig /T (s) >>",))
    assert verified(labelled(data)).label == LABEL


def locked(*, packed: bool = False, **how: Any) -> bytes:
    """A file encrypted by qpdf, with a language and metadata."""
    made = pikepdf.open(io.BytesIO(vector("attachment.pdf")))
    made.Root.Lang = pikepdf.String("en-AU")
    with made.open_metadata() as metadata:
        metadata["dc:title"] = "a title"
    out = io.BytesIO()
    kind = pikepdf.ObjectStreamMode
    made.save(
        out,
        encryption=pikepdf.Encryption(owner="o", **how),
        object_stream_mode=kind.generate if packed else kind.disable,
    )
    return out.getvalue()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    "how",
    [
        {"R": 6},
        {"R": 6, "metadata": False},
        {"R": 4},
        {"R": 4, "metadata": False},
        {"R": 3, "metadata": False, "aes": False},
    ],
)
def test_a_file_encrypted_without_a_password_to_open_it_carries_a_label(
    how: dict[str, Any], packed: bool
) -> None:
    data = locked(packed=packed, **how)
    bound = labelled(data)
    assert verified(bound).label == LABEL
    assert seen(bound) == seen(data)
    other = pikepdf.open(io.BytesIO(bound))
    assert str(other.Root.Lang) == "en-AU"
    assert other.open_metadata()["dc:title"] == "a title"
    assert stripped(bound) == data


@pytest.mark.filterwarnings("ignore:Encryption R=5")
def test_an_encryption_that_no_standard_has_is_not_taken_for_a_password() -> None:
    with pytest.raises(SealaneError) as refused:
        labelled(locked(R=5))
    assert refused.value.code == "binding.pdf_structure"
    assert "not read here" in refused.value.message


@pytest.mark.parametrize(
    "data",
    [
        locked(user="u"),
        b"",
        b"%PDF-1.7\n",
        pdf().replace(b"/Root", b"/Foot"),
        pdf(trailer=b"/Encrypt 9 0 R /ID [<00><00>]"),
        pdf()[:-30],
        pdf(catalogue=b"/Metadata 9 0 R"),
        pdf(catalogue=b"/Metadata << >>"),
        pdf(catalogue=b"/Metadata 4 0 R", more=(xmp_object("no XML"),)),
        pdf(catalogue=b"/Metadata 4 0 R", more=(xmp_object("<x/>"),)),
        pdf(catalogue=b"/Metadata 4 0 R", more=(xmp_object(f"<R:RDF xmlns:R='{RDF}'/>"),)),
        pdf(catalogue=b"/Metadata 4 0 R", more=(xmp_object("<!DOCTYPE x>" + PACKET[60:]),)),
        pdf(catalogue=b"/Metadata 4 0 R", more=(stream(4, b"", bytes(200 << 20))[8:-8],)),
        pdf(catalogue=b"/N#E9 1"),
        pdf(catalogue=b"/A [" * 300 + b"]" * 300),
        pdf(catalogue=b"/Lang (a) /Lang (b)"),
        pdf().replace(b"/Type /Catalog", b"/Type /Bubbles"),
        pdf().replace(b"1 0 obj", b"7 0 obj"),
    ],
)
def test_a_structure_that_readers_could_take_differently_needs_a_sidecar(data: bytes) -> None:
    with pytest.raises(SealaneError) as refused:
        labelled(data) if data.startswith(b"%PDF-") else read_document(io.BytesIO(data))
    assert refused.value.code == "binding.pdf_structure"
    assert "--sidecar" in refused.value.remedy


def test_a_circle_of_cross_references_ends() -> None:
    data = pdf()
    at = int(re.findall(rb"startxref\n(\d+)", data)[-1])
    circle = pdf(trailer=b"/Prev %d" % at)
    assert code(labelled, circle) == "binding.pdf_structure"


@pytest.mark.parametrize("byte", range(256))
def test_every_byte_of_a_string_is_written_again(byte: int) -> None:
    from pyhanko.pdf_utils import generic

    raw = bytes([byte, 0x41])
    assert write_value(generic.pdf_string(raw), lambda data: data) == b"<%s>" % raw.hex().encode()


def test_a_hybrid_file_keeps_what_its_stream_names() -> None:
    body = pdf(more=(b"<< /Hidden true >>",))
    at = body.index(b"xref\n0 5")
    place = body.index(b"4 0 obj")
    rows = b"\x01" + place.to_bytes(2, "big") + b"\x00"
    hidden = stream(5, b"/Type /XRef /Size 6 /W [1 2 1] /Index [4 1] ", rows, packed=False)
    table = body[at:].replace(b"0 5\n", b"0 4\n").replace(b"%010d 00000 n \n" % place, b"")
    table = table.replace(b"/Size 5", b"/Size 6 /XRefStm %d" % at)
    table = re.sub(rb"startxref\n\d+", b"startxref\n%d" % (at + len(hidden)), table)
    data = body[:at] + hidden + table
    bound = labelled(data)
    assert verified(bound).label == LABEL
    hybrid = pikepdf.open(io.BytesIO(bound))
    assert bool(hybrid.get_object(4, 0).Hidden)
    assert stripped(bound) == data


def test_what_a_packet_says_of_an_ingredient_is_not_about_the_file() -> None:
    inner = with_binding(None, "of an ingredient").decode()
    inner = inner[inner.index("<rdf:Description") : inner.index("</rdf:RDF>")]
    packet = PACKET.replace(
        "</R:RDF>", f'<R:Description R:about=""><a xmlns="a:">{inner}</a></R:Description></R:RDF>'
    )
    assert binding_values(packet.encode()) == []
    made = with_binding(packet.encode(), "of the file")
    assert binding_values(made) == ["of the file"]
    assert without_binding(made) == packet.encode()


def test_a_binding_of_other_software_without_digests_proves_nothing() -> None:
    from sealane.labels.binding.information import digest, write_binding

    bare = write_binding(LABEL, shipped(), {"": digest(b"")})
    bare = bare[: bare.index("<ds:Manifest")] + "</mb:BindingInformation>"
    packet = with_binding(None, bare).decode()
    data = pdf(catalogue=b"/Metadata 4 0 R", more=(xmp_object(packet),))
    assert code(verified, data) == "binding.unprotected"
    assert claimed_pdf(io.BytesIO(data), shipped()) == [LABEL]
    assert carries_pdf(io.BytesIO(data))


def test_two_labels_make_two_bindings() -> None:
    assert labelled(pdf()) != labelled(pdf(), LOWER)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(sorted(FILES)),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_a_broken_file_is_labelled_or_refused_and_never_fails(
    name: str, changes: list[tuple[float, int]]
) -> None:
    data = bytearray(FILES[name])
    for share, byte in changes:
        data[int(len(data) * share)] = byte
    if not data.startswith(b"%PDF-"):
        return
    try:
        bound = labelled(bytes(data))
    except SealaneError:
        return
    assert verified(bound).label == LABEL
    assert stripped(bound) == bytes(data)
