"""Files as thirty programs write them, each with what a label must leave alone: text, attachments,
bookmarks, page labels, properties.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

KEPT = Path(__file__).parents[2] / "vectors" / "producers"
WORDS = ("first page", "second page")


def by_reportlab() -> bytes:
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    page = canvas.Canvas(out, pageCompression=1, invariant=1)
    page.setTitle("A title é")
    for number, words in enumerate(WORDS):
        page.drawString(50, 700, words)
        page.bookmarkPage(str(number))
        page.addOutlineEntry(words, str(number))
        page.showPage()
    page.save()
    return out.getvalue()


def by_pydyf() -> bytes:
    import pydyf

    made = pydyf.PDF()
    font = pydyf.Dictionary({"Type": "/Font", "Subtype": "/Type1", "BaseFont": "/Helvetica"})
    made.add_object(font)
    for words in WORDS:
        text = pydyf.Stream()
        text.begin_text()
        text.set_font_size("F1", 12)
        text.set_text_matrix(1, 0, 0, 1, 20, 100)
        text.show_text_string(words)
        text.end_text()
        made.add_object(text)
        resources = pydyf.Dictionary({"Font": pydyf.Dictionary({"F1": font.reference})})
        page = {"Type": "/Page", "Parent": made.pages.reference, "Contents": text.reference}
        page |= {"MediaBox": pydyf.Array([0, 0, 200, 200]), "Resources": resources}
        made.add_page(pydyf.Dictionary(page))
    out = io.BytesIO()
    made.write(out, version=b"1.7", identifier=True)
    return out.getvalue()


def by_pypdf() -> bytes:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(by_reportlab()))
    writer.add_attachment("note.txt", b"attached")
    writer.set_page_label(0, 1, style="/r")
    writer.add_metadata({"/Own": "kept"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def by_qpdf(**how: Any) -> bytes:
    import pikepdf

    made = pikepdf.open(io.BytesIO(by_pypdf()))
    with made.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata["dc:title"] = "XMP of others"
    made.Root.Lang = pikepdf.String("en-AU")
    made.attachments["more.bin"] = pikepdf.AttachedFileSpec(made, bytes(range(256)))
    out = io.BytesIO()
    made.save(out, **how)
    return out.getvalue()


def by_qpdf_with_object_streams() -> bytes:
    import pikepdf

    return by_qpdf(object_stream_mode=pikepdf.ObjectStreamMode.generate)


def by_qpdf_linearised() -> bytes:
    return by_qpdf(linearize=True)


def by_qpdf_encrypted() -> bytes:
    import pikepdf

    return by_qpdf(encryption=pikepdf.Encryption(owner="owner", R=6))


def by_pdfium() -> bytes:
    import pypdfium2

    made = pypdfium2.PdfDocument(by_reportlab())
    made.new_page(100, 100)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def by_pyhanko() -> bytes:
    from pyhanko.pdf_utils.generic import pdf_string
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(by_pypdf()))
    writer.root["/Lang"] = pdf_string("ja")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def by_python_docx() -> bytes:
    import docx

    made = docx.Document()
    made.core_properties.title = "A title"
    for words in WORDS:
        made.add_paragraph(words)
    made.add_table(1, 1).cell(0, 0).text = "cell"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def by_openpyxl() -> bytes:
    import openpyxl
    from openpyxl.packaging.custom import StringProperty

    made = openpyxl.Workbook()
    made.active["A1"] = WORDS[0]
    made.create_sheet("more")["B2"] = WORDS[1]
    made.custom_doc_props.append(StringProperty(name="Own", value="kept"))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def by_xlsxwriter() -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = made.add_worksheet()
    for row, words in enumerate(WORDS):
        sheet.write(row, 0, words)
    made.set_custom_property("Own", "kept")
    made.close()
    return out.getvalue()


def by_python_pptx() -> bytes:
    import pptx

    made = pptx.Presentation()
    for words in WORDS:
        made.slides.add_slide(made.slide_layouts[5]).shapes.title.text = words
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


PDF: dict[str, Callable[[], bytes]] = {
    "ReportLab": by_reportlab,
    "pydyf": by_pydyf,
    "pypdf": by_pypdf,
    "qpdf": by_qpdf,
    "qpdf with object streams": by_qpdf_with_object_streams,
    "qpdf linearised": by_qpdf_linearised,
    "qpdf encrypted": by_qpdf_encrypted,
    "PDFium": by_pdfium,
    "pyHanko": by_pyhanko,
}
OFFICE: dict[str, Callable[[], bytes]] = {
    "python-docx": by_python_docx,
    "openpyxl": by_openpyxl,
    "XlsxWriter": by_xlsxwriter,
    "python-pptx": by_python_pptx,
}
for _file in sorted(KEPT.glob("*.*")):
    if _file.suffix != ".md":
        (PDF if _file.suffix == ".pdf" else OFFICE)[_file.name] = partial(Path.read_bytes, _file)


def seen_by_pypdf(data: bytes) -> dict[str, Any]:
    import pypdf

    found = pypdf.PdfReader(io.BytesIO(data))
    return {
        "text": [page.extract_text() for page in found.pages],
        "attachments": {name: list(held) for name, held in found.attachments.items()},
        "bookmarks": [getattr(one, "title", "") for one in found.outline],
        "page labels": list(found.page_labels),
        "properties": {name: str(found.metadata[name]) for name in found.metadata or {}},
        "language": str(found.trailer["/Root"].get("/Lang")),
        "identity": [bytes(one.original_bytes) for one in found.trailer.get("/ID", [])],
    }


def seen_by_qpdf(data: bytes) -> dict[str, Any]:
    import pikepdf

    found = pikepdf.open(io.BytesIO(data))
    return {
        "pages": len(found.pages),
        "attachments": {
            name: one.get_file().read_bytes() for name, one in found.attachments.items()
        },
        "properties": {str(name): str(one) for name, one in found.docinfo.items()},
        "title": found.open_metadata().get("dc:title"),
    }


def faults(data: bytes) -> int:
    """What qpdf has to say against a file, in lines; a package has none."""
    import pikepdf

    if not data.startswith(b"%PDF-"):
        return 0
    return len(pikepdf.open(io.BytesIO(data)).check_pdf_syntax())


def seen_by_pdfium(data: bytes) -> list[str]:
    import pypdfium2

    found = pypdfium2.PdfDocument(data)
    return [page.get_textpage().get_text_range() for page in found]


def seen_in_office(data: bytes) -> Any:
    """What the format's own library reads: paragraphs, cells, titles; and properties."""
    import docx
    import openpyxl
    import pptx

    from tests.made_files import parts_of

    names = parts_of(data)
    if "word/document.xml" in names:
        text = docx.Document(io.BytesIO(data))
        words = [one.text for one in text.paragraphs], [one.cell(0, 0).text for one in text.tables]
        return words, text.core_properties.title
    if "xl/workbook.xml" in names:
        book = openpyxl.load_workbook(io.BytesIO(data))
        cells = [[[cell.value for cell in row] for row in sheet] for sheet in book]
        return (
            book.sheetnames,
            cells,
            [(one.name, one.value) for one in book.custom_doc_props.props],
        )
    if "xl/workbook.bin" in names:
        return None
    slides = pptx.Presentation(io.BytesIO(data)).slides
    return [[shape.text for shape in slide.shapes if shape.has_text_frame] for slide in slides]
