"""Labels inside Office packages: by relationships and parsed XML; every byte belongs to an entry.
Spec: ISO/IEC 29500-2 §9.3, §10; spec/labels.md §Carriers.
"""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane.base.errors import SealaneError
from sealane.labels.binding import opc
from sealane.labels.binding.information import NAMESPACE
from tests.carriers import LABEL, LOWER, carries, labelled, stripped, vector, verified
from tests.made_files import OFFICE, RELATIONSHIPS, TYPES, changed, docx, parts_of, zipped

ODD = ["document2", "default-is-main", "single-quotes", "prefixed-rels", "plain"]


def code(act: object, *arguments: object) -> str:
    with pytest.raises(SealaneError) as refused:
        act(*arguments)  # type: ignore[operator]
    return refused.value.code


def test_a_document_carries_its_label_through_every_part() -> None:
    bound = labelled(docx())
    assert carries(bound)
    found = verified(bound)
    assert found.label == LABEL
    assert "pack:///word/header1.xml" in found.references
    assert code(labelled, bound) == "binding.exists"
    assert code(verified, stripped(bound)) == "binding.missing"


@pytest.mark.parametrize("name", ODD)
def test_the_main_part_is_the_one_related_however_its_xml_is_written(name: str) -> None:
    data = vector(f"{name}.docx")
    bound = labelled(data)
    assert verified(bound).label == LABEL
    assert parts_of(stripped(bound)) == parts_of(data)


def test_what_is_added_has_a_content_type_of_its_own_and_one_relationship() -> None:
    parts = parts_of(labelled(vector("default-is-main.docx")))
    types = opc.read_types(parts[opc.CONTENT_TYPES])
    added = [one.attributes for one in types.children if one.name == "Override"]
    assert [(one["PartName"], one["ContentType"]) for one in added] == [
        ("/customXml/item1.xml", "application/xml")
    ]
    listing = opc.read_relationships(parts["word/_rels/document.xml.rels"])
    assert [
        name for name, _ in opc.related(listing, "word/document.xml", opc.kinds("customXml"))
    ] == ["customXml/item1.xml"]


def test_a_document_without_relationships_gets_some_and_their_content_type() -> None:
    bare = (
        f'<Types xmlns="{TYPES}"><Default Extension="xml" ContentType="application/xml"/></Types>'
    )
    data = docx({"word/_rels/document.xml.rels": None, opc.CONTENT_TYPES: bare})
    parts = parts_of(labelled(data))
    types = opc.read_types(parts[opc.CONTENT_TYPES])
    overrides = {one.attributes.get("PartName"): one.attributes for one in types.children}
    assert overrides["/word/_rels/document.xml.rels"]["ContentType"] == opc.RELATIONSHIPS_TYPE
    assert verified(labelled(data)).label == LABEL
    assert parts_of(stripped(labelled(data))) == parts_of(data)


def test_what_another_program_hung_under_the_label_goes_with_it_and_nothing_else() -> None:
    kind = "/customXmlProps"
    hung = (
        f'<Relationships xmlns="{RELATIONSHIPS}"><Relationship Id="a" Type="{OFFICE}{kind}"'
        f' Target="itemProps1.xml"/><Relationship Id="b" Type="{OFFICE}{kind}"'
        ' Target="../word/header1.xml"/></Relationships>'
    )
    later = zipped(
        {
            **parts_of(labelled(docx())),
            "customXml/_rels/item1.xml.rels": hung.encode(),
            "customXml/itemProps1.xml": b"<p/>",
        }
    )
    assert parts_of(stripped(later)) == parts_of(docx())


@pytest.mark.parametrize(
    "root",
    [
        f"<Relationships xmlns='{RELATIONSHIPS}'/>",
        f"<p:Relationships xmlns:p='{RELATIONSHIPS}' />\n",
        f"<r:Relationships xmlns:r='{RELATIONSHIPS}' Odd='>' /><!-- /> -->",
        f"<!-- x --><a:Relationships xmlns:a='{RELATIONSHIPS}'><!-- > --></a:Relationships>",
    ],
)
def test_a_list_of_any_form_is_extended_and_given_back_as_it_was(root: str) -> None:
    data = docx({"word/_rels/document.xml.rels": root})
    bound = labelled(data)
    assert verified(bound).label == LABEL
    left = parts_of(stripped(bound))
    again = opc.read_relationships(left["word/_rels/document.xml.rels"])
    assert again.children == ()


def test_a_strict_document_gets_a_strict_relationship() -> None:
    strict = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    root = (
        f'<Relationships xmlns="{RELATIONSHIPS}"><Relationship Id="a"'
        f' Type="{strict}/officeDocument" Target="/word/document.xml"/></Relationships>'
    )
    bound = labelled(docx({"_rels/.rels": root}))
    assert f"{strict}/customXml".encode() in parts_of(bound)["word/_rels/document.xml.rels"]
    assert verified(bound).label == LABEL


def test_what_was_packed_stays_packed_and_in_its_order() -> None:
    before, after = (zipfile.ZipFile(io.BytesIO(one)) for one in (docx(), labelled(docx())))
    names = [one.filename for one in after.infolist()]
    assert names == [*(one.filename for one in before.infolist()), "customXml/item1.xml"]
    for one in before.infolist():
        if one.filename not in (opc.CONTENT_TYPES, "word/_rels/document.xml.rels"):
            twin = after.getinfo(one.filename)
            assert (twin.date_time, twin.compress_size) == (one.date_time, one.compress_size)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("word/header1.xml", b"<h>x</h>", "binding.tampered"),
        ("word/header1.xml", None, "binding.dangling"),
        ("word/header2.xml", b"<h/>", "binding.uncovered"),
        ("word/_rels/document.xml.rels", b"<Relationships/>", "binding.tampered"),
        ("customXml/item1.xml", None, "binding.missing"),
        (
            "any/where.bin",
            f"<x:BindingInformation xmlns:x='{NAMESPACE}'/>".encode(),
            "binding.malformed",
        ),
    ],
)
def test_a_changed_lost_or_added_part_is_refused(
    name: str, content: bytes | None, expected: str
) -> None:
    assert code(verified, changed(labelled(docx()), name, content)) == expected


def test_two_parts_that_bind_other_labels_are_a_conflict_with_both_told() -> None:
    other = parts_of(labelled(docx(), LOWER))["customXml/item1.xml"]
    with pytest.raises(SealaneError) as refused:
        verified(changed(labelled(docx()), "customXml/item7.xml", other))
    assert refused.value.code == "binding.conflict"
    told = (refused.value.details or {})["labels"]
    assert sorted(one["classification"] for one in told) == ["OFFICIAL", "SECRET"]


def test_a_part_that_binds_and_hangs_nowhere_proves_nothing() -> None:
    bound = parts_of(labelled(docx()))
    loose = {
        **bound,
        "word/_rels/document.xml.rels": parts_of(docx())["word/_rels/document.xml.rels"],
    }
    assert code(verified, zipped(loose)) == "binding.tampered"


@pytest.mark.parametrize(
    "name", ["zip-hidden-entry", "zip-prepended", "zip-trailing", "zip-folder-with-content"]
)
def test_bytes_that_no_digest_covers_are_never_verified(name: str) -> None:
    data = vector(f"{name}.docx")
    assert code(verified, data) == "binding.tampered"
    assert code(labelled, data) == "binding.package_structure"


def with_central(data: bytes, change: dict[int, bytes]) -> bytes:
    """The zip with bytes of its first directory record changed."""
    at = struct.unpack_from("<I", data, len(data) - 6)[0]
    out = bytearray(data)
    for offset, value in change.items():
        out[at + offset : at + offset + len(value)] = value
    return bytes(out)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 broken",
        docx({"../evil.xml": "x"}),
        docx({"WORD/document.xml": "x"}),
        docx({"word//double.xml": "x"}),
        docx({"word\\back.xml": "x"}),
        docx()[:-1] + b"\x01",
        docx() + b"PK",
        with_central(docx(), {8: b"\x01\x00"}),
        with_central(docx(), {10: b"\x0c\x00"}),
        with_central(docx(), {16: b"\0\0\0\0"}),
        with_central(docx(), {24: b"\xff\0\0\0"}),
        with_central(docx(), {46: b"{"}),
        docx({opc.CONTENT_TYPES: "<Types/>"}),
        docx({opc.CONTENT_TYPES: f'<!DOCTYPE Types><Types xmlns="{TYPES}"/>'}),
        docx({opc.CONTENT_TYPES: f'<Types xmlns="{TYPES}">words</Types>'}),
        docx({"_rels/.rels": "<x/>"}),
        docx({"_rels/.rels": f'<Relationships xmlns="{RELATIONSHIPS}"/>'}),
    ],
)
def test_a_package_that_readers_could_read_differently_takes_no_label(data: bytes) -> None:
    assert code(labelled, data) == "binding.package_structure"


def test_an_entry_written_by_a_streaming_program_is_read_by_its_descriptor() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as package:  # type: ignore[arg-type]
        for name, content in parts_of(docx()).items():
            package.writestr(name, content)
        package.mkdir("word/media")
    assert verified(labelled(pipe.data)).label == LABEL
    at = pipe.data.index(b"PK\x07\x08")
    broken = pipe.data[: at + 4] + b"\xff" + pipe.data[at + 5 :]
    assert code(labelled, broken) == "binding.package_structure"


def test_a_package_that_says_its_sizes_in_zip64_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as every:
        every.setattr(zipfile, "ZIP64_LIMIT", 10)
        data = docx()
    assert b"PK\x06\x06" in data
    assert verified(labelled(data)).label == LABEL
    assert parts_of(labelled(data)).keys() >= parts_of(data).keys()
    lying = data.replace(b"PK\x06\x06", b"PK\x06\x05")
    assert code(labelled, lying) == "binding.package_structure"


def test_two_headers_that_differ_on_encryption_are_two_packages() -> None:
    data = docx()
    assert code(labelled, data[:6] + b"\x01" + data[7:]) == "binding.package_structure"


def test_bytes_behind_the_end_of_packed_content_are_found() -> None:
    data = docx()
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        last = package.infolist()[-1]
    header = last.header_offset
    end = header + 30 + len(last.filename) + last.compress_size
    out = bytearray(data[:end] + b"hidden" + data[end:])
    struct.pack_into("<I", out, header + 18, last.compress_size + 6)
    at = out.rindex(b"PK\x01\x02")
    struct.pack_into("<I", out, at + 20, last.compress_size + 6)
    struct.pack_into("<I", out, len(out) - 6, struct.unpack_from("<I", out, len(out) - 6)[0] + 6)
    assert zipfile.ZipFile(io.BytesIO(bytes(out))).testzip() is None
    assert code(labelled, bytes(out)) == "binding.package_structure"


@settings(max_examples=80)
@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_of_a_labelled_package_never_changes_what_is_verified(
    place: int, flip: int
) -> None:
    bound = labelled(docx())
    data = bytearray(bound)
    data[place % len(data)] ^= flip
    try:
        found = verified(bytes(data))
    except SealaneError:
        return
    assert found.label == LABEL
    assert parts_of(bytes(data)) == parts_of(bound)


def test_a_drawing_has_no_office_document_and_takes_no_label_inside() -> None:
    assert not carries(vector("drawing.vsdx"))
    assert code(labelled, vector("drawing.vsdx")) == "binding.package_structure"
    binary = docx(
        {
            "_rels/.rels": (
                f'<Relationships xmlns="{RELATIONSHIPS}"><Relationship Id="r"'
                f' Type="{OFFICE}/officeDocument" Target="xl/workbook.bin"/></Relationships>'
            ),
            "xl/workbook.bin": "\x01binary",
        }
    )
    assert carries(binary)
    assert verified(labelled(binary)).label == LABEL
