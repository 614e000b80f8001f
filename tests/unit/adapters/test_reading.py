"""What readers find in files that people make, and in files that were made to harm them.

Spec: spec/residue.md §2.
"""

from __future__ import annotations

import io
import zipfile

import pytest

from sealane.adapters.reading import reading
from sealane.adapters.reading.reader import ChildContents
from sealane.contents.found import UNSEEN, FileContents, Layer
from tests import hidden_files, made_files, sheets
from tests.carriers import LABEL, labelled

DELETED = (
    '<w:p><w:r><w:t>kept </w:t></w:r><w:del w:id="1" w:author="Alex Rowe"><w:r><w:delText>struck'
    " out</w:delText></w:r></w:del></w:p>"
)


def texts(found: FileContents, layer: Layer) -> list[str]:
    return [" ".join(one.text.split()) for one in found.of(layer)]


def layers(found: FileContents) -> set[Layer]:
    return {one.layer for one in found.parts} & UNSEEN


def why(found: FileContents) -> set[str]:
    return {one.why for one in found.unread}


def read(data: bytes) -> FileContents:
    return reading.read(data)


def test_an_honest_document_holds_nothing_that_is_not_seen():
    for data in (
        hidden_files.document("They sail at noon."),
        hidden_files.odf("<text:p>They sail at noon.</text:p>"),
        hidden_files.printed("They sail at noon."),
        b"They sail at noon.",
        "They sail at noon.".encode("utf-16"),
    ):
        found = read(data)
        assert layers(found) == set(), found
        assert found.unread == ()
        assert any("They sail at noon." in one for one in texts(found, Layer.TEXT))


def run(properties: str, text: str) -> str:
    return f"<w:p><w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


INSERTED = '<w:p><w:ins w:id="1" w:author="A"><w:r><w:t>new</w:t></w:r></w:ins></w:p>'
FETCHED = "<w:p><w:r><w:instrText> INCLUDETEXT plan.docx </w:instrText></w:r></w:p>"
IN_WORD = [
    (DELETED, Layer.REVISION, "struck out"),
    (INSERTED, Layer.REVISION, ""),
    (run("<w:vanish/>", "unseen"), Layer.HIDDEN, "unseen"),
    (run('<w:color w:val="FFFFFF"/>', "white"), Layer.HIDDEN, "white"),
    (run('<w:sz w:val="2"/>', "tiny"), Layer.HIDDEN, "tiny"),
    (FETCHED, Layer.LINKED, "INCLUDETEXT plan.docx"),
    ("<w:p><!-- left behind --></w:p>", Layer.LOOSE, "left behind"),
]


@pytest.mark.parametrize(("xml", "layer", "text"), IN_WORD)
def test_what_a_text_document_hides_is_found(xml, layer, text):
    found = read(hidden_files.document("They sail.", xml=xml))
    assert text in texts(found, layer)
    assert layers(found) == {layer}


def test_text_of_a_hidden_style_is_hidden_and_vanish_that_is_off_is_not():
    data = hidden_files.document(
        "They sail.",
        xml='<w:p><w:pPr><w:pStyle w:val="Ghost"/></w:pPr><w:r><w:t>by style</w:t></w:r></w:p>',
    )
    styles = made_files.parts_of(data)["word/styles.xml"]
    ghost = (
        b'<w:style w:type="paragraph" w:styleId="Base"><w:rPr><w:vanish/></w:rPr></w:style>'
        b'<w:style w:type="paragraph" w:styleId="Ghost"><w:basedOn w:val="Base"/></w:style>'
    )
    styled = styles.replace(b"</w:styles>", ghost + b"</w:styles>")
    assert texts(read(made_files.changed(data, "word/styles.xml", styled)), Layer.HIDDEN) == [
        "by style"
    ]
    off = '<w:p><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>seen</w:t></w:r></w:p>'
    assert layers(read(hidden_files.document("x", xml=off))) == set()


CUSTOM = b'<Properties><property name="Case"><v>Op Kite</v></property></Properties>'
REMARK = (
    b'<w:comments xmlns:w="w"><w:comment w:author="Kim"><w:p><w:r><w:t>really?</w:t></w:r></w:p>'
    b"</w:comment></w:comments>"
)


def test_properties_comments_objects_and_programs_of_a_package_are_found():
    data = hidden_files.document("They sail.", author="Alex Rowe")
    assert "Alex Rowe" in texts(read(data), Layer.METADATA)
    parts = {
        "docProps/custom.xml": CUSTOM,
        "word/comments.xml": REMARK,
        "word/vbaProject.bin": b"\x01\x02",
        "word/embeddings/plan.docx": hidden_files.document("The plan itself"),
        "customXml/item1.xml": b"<plan>noon at pier seven</plan>",
        "word/media/image1.png": sheets.picture(3, 3),
        "word/blob.dat": b"\x00\x01",
    }
    for name, content in parts.items():
        data = made_files.changed(data, name, content)
    found = read(data)
    assert layers(found) == {Layer.COMMENT, Layer.SCRIPT, Layer.EMBEDDED}
    assert "really?" in texts(found, Layer.COMMENT)
    assert any("The plan itself" in one for one in texts(found, Layer.EMBEDDED))
    assert {"Op Kite", "Kim"} <= set(texts(found, Layer.METADATA))
    assert "noon at pier seven" in texts(found, Layer.AROUND)
    assert why(found) == {"picture", "form"}


def test_what_a_workbook_hides_is_found():
    found = read(hidden_files.workbook())
    hidden = " ".join(texts(found, Layer.HIDDEN))
    assert all(one in hidden for one in ("in row", "in column", "white", "in sheet"))
    assert texts(found, Layer.TEXT) == ["shown"]
    assert (texts(found, Layer.COMMENT), layers(found)) == (
        ["a remark"],
        {Layer.HIDDEN, Layer.COMMENT},
    )


def test_strings_that_no_cell_shows_and_kept_caches_are_found():
    data = hidden_files.workbook()
    strings = b"<sst><si><t>deleted long ago</t></si></sst>"
    data = made_files.changed(data, "xl/sharedStrings.xml", strings)
    cache = b'<pivotCacheRecords><r><s v="agent seven"/></r></pivotCacheRecords>'
    data = made_files.changed(data, "xl/pivotCache/pivotCacheRecords1.xml", cache)
    found = read(data)
    assert texts(found, Layer.LOOSE) == ["deleted long ago"]
    assert "agent seven" in " ".join(texts(found, Layer.LINKED))


def test_what_slides_hide_is_found():
    found = read(hidden_files.slides())
    assert "Away" in " ".join(texts(found, Layer.HIDDEN))
    assert texts(found, Layer.NOTE) == ["say it softly"]
    assert texts(found, Layer.TEXT) == ["Shown"]


STRUCK = (
    "<text:tracked-changes><text:changed-region><text:deletion><text:p>struck</text:p>"
    "</text:deletion></text:changed-region></text:tracked-changes>"
)
NOTED = "<text:p><office:annotation><text:p>a note</text:p></office:annotation></text:p>"
SECTION = '<text:section text:display="none"><text:p>section</text:p></text:section>'
COLUMN = (
    '<table:table><table:table-column table:visibility="collapse"/><table:table-column/>'
    "<table:table-row><table:table-cell><text:p>away</text:p></table:table-cell>"
    "<table:table-cell><text:p>there</text:p></table:table-cell></table:table-row></table:table>"
)
ROW = (
    '<table:table><table:table-row table:visibility="filter"><table:table-cell>'
    "<text:p>row</text:p></table:table-cell></table:table-row></table:table>"
)
IN_ODF = [
    (STRUCK, Layer.REVISION, "struck"),
    (NOTED, Layer.COMMENT, "a note"),
    ("<text:p><text:hidden-text>unseen</text:hidden-text></text:p>", Layer.HIDDEN, "unseen"),
    ('<text:p><text:span text:style-name="G">style</text:span></text:p>', Layer.HIDDEN, "style"),
    (SECTION, Layer.HIDDEN, "section"),
    ("<presentation:notes><text:p>softly</text:p></presentation:notes>", Layer.NOTE, "softly"),
    (COLUMN, Layer.HIDDEN, "away"),
    (ROW, Layer.HIDDEN, "row"),
]


@pytest.mark.parametrize(("body", "layer", "text"), IN_ODF)
def test_what_an_open_document_hides_is_found(body, layer, text):
    style = '<style:style style:name="G"><style:text-properties text:display="none"/></style:style>'
    found = read(hidden_files.odf(f"<text:p>seen</text:p>{body}", styles=style))
    assert text in " ".join(texts(found, layer))
    assert layers(found) == {layer}
    assert "seen" in " ".join(texts(found, Layer.TEXT))


def test_properties_objects_versions_and_programs_of_an_open_document_are_found():
    named = '<meta:user-defined meta:name="Op">Kite</meta:user-defined>'
    meta = f"<dc:creator>Alex Rowe</dc:creator>{named}"
    more = {
        "Versions/Version1": b"PK old",
        "Basic/Standard/Module1.xml": b"<module>Sub Main</module>",
        "Object 1/content.xml": f"<office:document-content {hidden_files.OFFICE}/>".encode(),
        "Pictures/one.png": sheets.picture(2, 2),
    }
    found = read(hidden_files.odf("<text:p>seen</text:p>", meta=meta, more=more))
    assert layers(found) == {Layer.EARLIER, Layer.SCRIPT, Layer.EMBEDDED}
    assert {"Alex Rowe", "Kite"} <= set(texts(found, Layer.METADATA))
    assert why(found) == {"picture"}
    sealed = (
        b'<manifest:manifest xmlns:manifest="m"><manifest:encryption-data/></manifest:manifest>'
    )
    assert why(read(hidden_files.odf("", more={"META-INF/manifest.xml": sealed}))) == {"locked"}


def test_what_a_pdf_hides_is_found():
    plain = hidden_files.printed("They sail at noon.", author="Alex Rowe", hidden="white words")
    found = read(plain)
    assert texts(found, Layer.HIDDEN) == ["white words"]
    assert "Alex Rowe" in texts(found, Layer.METADATA)
    attached = read(hidden_files.with_attachment(plain, "x.txt", b"the plan itself"))
    assert "the plan itself" in texts(attached, Layer.EMBEDDED)
    assert Layer.SCRIPT in layers(read(hidden_files.with_script(plain)))
    noted = read(hidden_files.with_annotation(plain, "ask Kim"))
    assert "ask Kim" in " ".join(texts(noted, Layer.COMMENT))
    mode = "BT /F1 24 Tf 3 Tr 60 700 Td (invisible ink) Tj ET"
    beside = "BT /F1 24 Tf 9000 9000 Td (off the page) Tj ET"
    page = hidden_files.pikepdf_saved(sheets.pdf(sheets.words("seen") + mode + beside))
    found = " ".join(texts(read(page), Layer.HIDDEN))
    assert all(one in found for one in ("invisible ink", "off the page"))


def test_an_earlier_state_of_a_pdf_is_found_and_a_label_that_was_put_on_is_none():
    before = hidden_files.printed("They sail at noon.")
    after = hidden_files.printed("Nothing to say.")
    found = read(hidden_files.saved_again(before, after))
    assert texts(found, Layer.TEXT) == ["Nothing to say."]
    assert texts(found, Layer.EARLIER) == ["They sail at noon."]
    assert layers(read(labelled(before))) == set()


def test_objects_that_nothing_names_and_bytes_around_a_pdf_are_found():
    plain = made_files.pdf(trailer=b"")
    loose = made_files.pdf(trailer=b"", more=(b"<< /Kept (agent seven) >>",))
    assert texts(read(loose), Layer.LOOSE) == ["agent seven"]
    for data in (b"\n\n" + plain, plain + b"agent seven"):
        found = read(data)
        assert Layer.LOOSE in layers(found) or why(found) == {"damaged"}
    extra = b"77 0 obj\n<< /Kept (agent seven) >>\nendobj\n"
    place = plain.index(b"xref\n")
    unlisted = plain.replace(b"xref\n", extra + b"xref\n", 1).replace(
        b"startxref\n%d" % place, b"startxref\n%d" % (place + len(extra))
    )
    assert layers(read(unlisted)) == {Layer.LOOSE}


def test_what_is_beside_the_pixels_is_found_and_the_pixels_are_not_read():
    found = read(hidden_files.photograph("Alex Rowe", b"taken at base", b"behind it"))
    assert {"Alex Rowe", "taken at base", "N"} <= set(texts(found, Layer.METADATA))
    assert texts(found, Layer.LOOSE) == ["behind it"]
    assert why(found) == {"picture"}


def test_characters_that_nobody_sees_and_markup_are_found():
    tags = "".join(chr(0xE0000 + ord(one)) for one in "noon")
    assert layers(read(f"They sail{tags}".encode())) == {Layer.HIDDEN}
    assert layers(read("a\u202eb".encode())) == {Layer.HIDDEN}
    assert layers(read(("x" + "\u200b" * 20).encode())) == {Layer.HIDDEN}
    page = b"<p>They <b>sail</b> at &#110;oon<!-- at pier seven --></p><script>x</script>"
    found = read(page)
    assert layers(found) == {Layer.COMMENT, Layer.SCRIPT}
    assert any("They sail at noon" in one for one in texts(found, Layer.TEXT))
    for encoding in ("cp932", "euc_jp", "iso2022_jp", "utf-8"):
        assert "正午に出港" in " ".join(texts(read("正午に出港".encode(encoding)), Layer.TEXT))


ENTITY = "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x00\x01\x02", "form"),
        (b"{\\rtf1 they sail}", "form"),
        (b"PK\x03\x04 nothing", "form"),
        (hidden_files.document("x")[:-30], "damaged"),
        (hidden_files.printed("x")[:200], "damaged"),
        (hidden_files.locked(hidden_files.printed("x")), "locked"),
        (b"\x89PNG\r\n\x1a\n broken", "damaged"),
        (made_files.docx({"word/document.xml": "<w:document"}), "form"),
        (made_files.docx({"word/document.xml": ENTITY}), "form"),
    ],
)
def test_what_cannot_be_read_is_said(data, reason):
    assert reason in why(read(data))


def test_a_package_that_unpacks_to_much_is_not_unpacked():
    data = hidden_files.bomb()
    assert len(data) < 1 << 20
    assert why(read(data)) == {"limits"}
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", "<a>" + "<b>" * 300 + "</b>" * 300 + "</a>")
    assert why(read(many.getvalue())) <= {"form", "damaged"}


def test_files_in_files_are_read_to_a_depth():
    held = b"at the bottom"
    for _ in range(6):
        held = made_files.changed(hidden_files.document("x"), "word/embeddings/y.docx", held)
    found = read(held)
    assert "at the bottom" not in " ".join(texts(found, Layer.EMBEDDED))
    assert "limits" in why(found)


def test_a_child_reads_what_is_read_here_and_is_ended_when_it_takes_too_long():
    data = hidden_files.document("They sail.", author="Alex Rowe")
    plain = hidden_files.printed("They sail.", hidden="white")
    for one in (
        data,
        hidden_files.workbook(),
        hidden_files.photograph("Alex Rowe"),
        hidden_files.with_attachment(plain, "x.docx", data),
        hidden_files.saved_again(plain, hidden_files.printed("Nothing")),
        hidden_files.pikepdf_saved(plain, streams=True),
        hidden_files.locked(plain),
    ):
        assert ChildContents().read(one) == read(one)
    assert ChildContents().read(b"They sail.") == read(b"They sail.")
    assert why(ChildContents(seconds=0.001).read(data)) == {"limits"}
    assert why(ChildContents().read(bytes(33 << 20))) == {"limits"}


def test_a_child_says_which_label_a_file_carries_and_whether_it_holds():
    for plain, carrier in ((made_files.docx(), "ooxml"), (made_files.pdf(), "pdf")):
        whole = labelled(plain)
        (mark,) = ChildContents().read(whole, marks=True).marks
        assert (mark.carrier, mark.label, mark.fault) == (carrier, LABEL.as_json(), None)
    altered = made_files.changed(labelled(made_files.docx()), "word/header1.xml", b"<h>x</h>")
    (mark,) = ChildContents().read(altered, marks=True).marks
    assert (mark.label, mark.fault) == (None, "binding.tampered")
