"""Files that hold what no page of them shows, each made by the program that people use or byte by
byte: what a check has to find, and what would harm a reader.
"""

from __future__ import annotations

import io
import zipfile

import docx
import openpyxl
import pikepdf
import pptx
from docx.oxml import parse_xml
from openpyxl.comments import Comment
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject
from reportlab.pdfgen import canvas

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ODF_TEXT = "application/vnd.oasis.opendocument.text"
OFFICE = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    ' xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0"'
    ' xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def document(*paragraphs: str, author: str = "", xml: str = "") -> bytes:
    """A Word document; `xml` is one more element of its body, of the namespace `w`."""
    made, out = docx.Document(), io.BytesIO()
    for one in paragraphs:
        made.add_paragraph(one)
    made.core_properties.author = author
    made.core_properties.comments = ""
    if xml:
        made.element.body.append(parse_xml(xml.replace(">", f" {W}>", 1)))
    made.save(out)
    return without(out.getvalue(), "docProps/thumbnail.jpeg")


def struck(text: str) -> str:
    """A paragraph of a Word document that was deleted while changes were tracked."""
    run = f"<w:r><w:delText>{text}</w:delText></w:r>"
    return f'<w:p><w:del w:id="1" w:author="A">{run}</w:del></w:p>'


def without(data: bytes, name: str) -> bytes:
    """A package without one part and whatever names it in the package's relationships."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.namelist():
            if one != name:
                new.writestr(one, old.read(one))
    return out.getvalue()


def workbook() -> bytes:
    """A workbook with a hidden row, column and sheet, white text and a comment."""
    made, out = openpyxl.Workbook(), io.BytesIO()
    sheet = made.active
    sheet["A1"], sheet["A2"], sheet["B1"], sheet["A3"] = "shown", "in row", "in column", "white"
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["B"].hidden = True
    sheet["A3"].font = openpyxl.styles.Font(color="FFFFFFFF")
    sheet["A1"].comment = Comment("a remark", "Alex Rowe")
    away = made.create_sheet("Plans")
    away["A1"] = "in sheet"
    away.sheet_state = "veryHidden"
    made.save(out)
    return out.getvalue()


def slides() -> bytes:
    """Slides, one of them hidden, and a speaker's note."""
    made, out = pptx.Presentation(), io.BytesIO()
    shown, away = (made.slides.add_slide(made.slide_layouts[1]) for _ in range(2))
    shown.shapes.title.text, away.shapes.title.text = "Shown", "Away"
    shown.notes_slide.notes_text_frame.text = "say it softly"
    away._element.set("show", "0")
    made.save(out)
    return out.getvalue()


def odf(body: str, styles: str = "", meta: str = "", more: dict[str, bytes] | None = None) -> bytes:
    """An OpenDocument text."""
    content = (
        f"<office:document-content {OFFICE}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
        "</office:document-content>"
    )
    told = (
        f"<office:document-meta {OFFICE}><office:meta>{meta}</office:meta></office:document-meta>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", ODF_TEXT)
        package.writestr("content.xml", content)
        package.writestr("meta.xml", told)
        for name, data in (more or {}).items():
            package.writestr(name, data)
    return out.getvalue()


def printed(*lines: str, author: str = "", hidden: str = "") -> bytes:
    """A PDF of one page, as a program prints it; `hidden` is written in the paper's colour."""
    out = io.BytesIO()
    page = canvas.Canvas(out)
    page.setAuthor(author)
    for at, line in enumerate(lines):
        page.drawString(72, 700 - 20 * at, line)
    if hidden:
        page.setFillColorRGB(1, 1, 1)
        page.drawString(72, 100, hidden)
    page.showPage()
    page.save()
    return out.getvalue()


def with_attachment(data: bytes, name: str, content: bytes) -> bytes:
    """A PDF with a file in it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as held:
        held.attachments[name] = content
        held.save(out)
    return out.getvalue()


def with_script(data: bytes) -> bytes:
    """A PDF that does something when it is opened."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as held:
        held.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        held.save(out)
    return out.getvalue()


def with_annotation(data: bytes, text: str) -> bytes:
    """A PDF with a note on its page."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as held:
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[9, 9, 30, 30], Contents=text
        )
        held.pages[0].Annots = held.make_indirect(pikepdf.Array([held.make_indirect(note)]))
        held.save(out)
    return out.getvalue()


def saved_again(before: bytes, after: bytes) -> bytes:
    """A PDF whose page was replaced by an update behind it: the old page is still in the file."""
    writer = PdfWriter(io.BytesIO(before), incremental=True)
    new = PdfReader(io.BytesIO(after)).pages[0]
    writer.pages[0][NameObject("/Contents")] = writer._add_object(new["/Contents"].clone(writer))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pikepdf_saved(data: bytes, *, streams: bool = False) -> bytes:
    """A PDF with the cross-reference that it lacked; packed into streams where that is wanted."""
    out = io.BytesIO()
    mode = pikepdf.ObjectStreamMode.generate if streams else pikepdf.ObjectStreamMode.preserve
    with pikepdf.open(io.BytesIO(data)) as held:
        held.save(out, object_stream_mode=mode)
    return out.getvalue()


def locked(data: bytes) -> bytes:
    """A PDF that asks for a password."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as held:
        held.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def photograph(artist: str = "", comment: bytes = b"", behind: bytes = b"") -> bytes:
    """A JPEG with what a camera writes beside it."""
    picture, out = Image.new("RGB", (9, 9)), io.BytesIO()
    exif = picture.getexif()
    if artist:
        exif[0x013B] = artist
        exif.get_ifd(0x8825)[1] = "N"
    picture.save(out, "JPEG", exif=exif, comment=comment)
    return out.getvalue() + behind


def bomb(name: str = "word/document.xml", size: int = 300 << 20) -> bytes:
    """A package that is small and unpacks to much."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        with package.open(name, "w") as entry:
            for _ in range(size >> 20):
                entry.write(bytes(1 << 20))
    return out.getvalue()
