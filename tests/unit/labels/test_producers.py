"""Bind, verify, unbind over files of thirty producers: what two other readers find is as before.
Spec: spec/labels.md §Carriers.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pikepdf
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane.labels.binding.information import NAMESPACE
from tests.carriers import LABEL, LOWER, labelled, stripped, verified
from tests.made_files import docx, parts_of, pdf, xmp_object
from tests.unit.labels import producers
from tests.unit.labels.producers import OFFICE, PDF


def readers(data: bytes) -> tuple[Any, ...]:
    if data.startswith(b"%PDF-"):
        return (
            producers.seen_by_pypdf(data),
            producers.seen_by_qpdf(data),
            producers.seen_by_pdfium(data),
        )
    return (producers.seen_in_office(data), own_parts(data))


def own_parts(data: bytes) -> dict[str, bytes]:
    """Every part but the lists and the label itself."""
    lists = ("[Content_Types].xml", ".rels")
    return {
        name: held
        for name, held in parts_of(data).items()
        if not name.endswith(lists) and NAMESPACE.encode() not in held
    }


@pytest.mark.parametrize("name", [*PDF, *OFFICE])
def test_a_label_goes_on_and_off_and_two_other_readers_see_no_difference(name: str) -> None:
    data = {**PDF, **OFFICE}[name]()
    before = readers(data)
    bound = labelled(data)
    assert verified(bound).label == LABEL
    assert readers(bound) == before
    assert producers.faults(bound) <= producers.faults(data)
    bare = stripped(bound)
    assert readers(bare) == before
    assert bare == data or parts_of(bare) == parts_of(data)
    assert verified(labelled(bare, LOWER)).label == LOWER


@pytest.mark.parametrize("name", PDF)
def test_the_metadata_of_others_say_what_they_said(name: str) -> None:
    data = PDF[name]()

    def said(held: bytes) -> Any:
        found = pypdf.PdfReader(io.BytesIO(held)).xmp_metadata
        return None if found is None else (found.dc_title, found.xmp_creator_tool)

    before, after = said(data), said(labelled(data))
    assert after == (before or ({}, None))


def written(value: Any) -> str:
    """A value as pypdf would write it, references by their numbers."""
    return re.sub(r"IndirectObject\((\d+), (\d+), \d+\)", r"\1 \2 R", repr(value))


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)


@settings(max_examples=25)
@given(
    streams=st.booleans(),
    language=st.binary(max_size=20),
    title=TEXT,
    packet=st.booleans(),
    identity=st.lists(st.binary(max_size=20), min_size=2, max_size=2),
    own=st.sampled_from([b"", b"/Own << /A [1 -2.5 .5 true null /N#20x (s\\)(x)) <0aB> 2 0 R] >>"]),
)
def test_any_small_pdf_keeps_what_its_catalogue_and_trailer_say(
    streams: bool,
    language: bytes,
    title: str,
    packet: bool,
    identity: list[bytes],
    own: bytes,
) -> None:
    from xml.sax.saxutils import escape

    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF'
        ' xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description'
        f' xmlns:d="http://purl.org/dc/elements/1.1/"><d:source>{escape(title)}</d:source>'
        "</r:Description></r:RDF></x:xmpmeta>"
    )
    data = pdf(
        catalogue=b"/Lang <%s> %s" % (language.hex().encode(), own)
        + (b" /Metadata 4 0 R" if packet else b""),
        trailer=b"/ID [<%s> <%s>] /Mine (kept)" % tuple(one.hex().encode() for one in identity),  # type: ignore[str-bytes-safe]
        more=(xmp_object(xmp),) if packet else (),
        streams=streams,
    )
    bound = labelled(data)
    assert verified(bound).label == LABEL
    assert stripped(bound) == data
    one, other = (pypdf.PdfReader(io.BytesIO(held)) for held in (data, bound))
    before, after = dict(one.trailer["/Root"]), dict(other.trailer["/Root"])
    before.pop("/Metadata", None)
    after.pop("/Metadata")
    for said in (before, after):
        said["/Pages"] = said["/Pages"].get_object()["/Count"]
    assert written(after) == written(before)
    assert [bytes(held.original_bytes) for held in other.trailer["/ID"]] == identity
    with pikepdf.open(io.BytesIO(bound)) as qpdf:
        assert str(qpdf.trailer["/Mine"]) == "kept"
    if packet:
        assert escape(title) in other.trailer["/Root"]["/Metadata"].get_data().decode()


NAMES = st.text("abcXYZ019_-.é計", min_size=1, max_size=8).filter(lambda name: name.strip("."))


@settings(max_examples=25)
@given(
    st.dictionaries(NAMES, st.binary(max_size=300), max_size=5),
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
    st.booleans(),
)
def test_any_package_keeps_every_other_part(
    extra: dict[str, bytes], packing: int, folders: bool
) -> None:
    made = io.BytesIO()
    names = {name.lower(): name for name in extra}
    with zipfile.ZipFile(made, "w", packing) as package:
        for name, held in parts_of(docx()).items():
            package.writestr(name, held)
        if folders:
            package.mkdir("word/media")
        for name in names.values():
            package.writestr(f"word/media/{name}", extra[name])
    data = made.getvalue()
    bound = labelled(data)
    assert verified(bound).label == LABEL
    assert own_parts(bound) == own_parts(data)
    assert parts_of(stripped(bound)) == parts_of(data)
