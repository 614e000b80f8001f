"""A document is read page by page at the reader's own node: marked, recorded once, held in memory
for minutes and for one session.
"""

import base64
import io
import re
import tempfile

import pytest
from PIL import Image

from sealane.adapters.viewing import limits, maker
from sealane.services.exchange import recall
from sealane.web.pages import viewing
from tests import nations, sheets

PDF = "application/pdf"


@pytest.fixture
def report(pair):
    return nations.share(
        pair,
        sheets.pdf(*(sheets.words(f"page {number}") for number in (1, 2, 3))),
        title="Harbour survey.pdf",
        media_type=PDF,
    )


def view(visitor, name, **form):
    return visitor.send(
        f"/items/{name}", f"/items/{name}/open", purpose="assessment", action="view", **form
    )


def shown(page):
    """The picture in a page."""
    found = re.search(r'src="data:image/png;base64,([^"]+)"', page.text)
    assert found, page.text
    return Image.open(io.BytesIO(base64.b64decode(found[1])))


def openings(node, item):
    with node.store.reading() as tx:
        rows = node.records.entry_refs.find(tx, order="index", item=item)
    return [row.kind for row in rows].count("statement.opened")


def test_a_report_is_read_page_by_page_and_recorded_once(tokyo, report, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "there is no such folder"))
    visitor = tokyo.visitor("jpn.sato")
    first = view(visitor, report)
    assert (first.status_code, first.url.path) == (200, f"/items/{report}/view/1")
    assert first.headers["cache-control"] == "no-store"
    second = visitor.get(f"/items/{report}/view/2")
    assert "Page 2 of 3" in second.text
    assert shown(first).tobytes() != shown(second).tobytes()
    assert openings(tokyo.node, report) == 1


def test_each_page_tells_whom_it_was_shown_when_and_under_which_mark(tokyo, report):
    page = view(tokyo.visitor("jpn.sato"), report)
    stamp = re.search(r'<p class="stamp">(.*?)</p>', page.text)[1]
    assert re.fullmatch(rf".+ · \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ · .*SECRET.* · {report}", stamp)


def test_the_page_leads_nowhere_but_to_its_pages_and_back(tokyo, report):
    visitor = tokyo.visitor("jpn.sato")
    view(visitor, report)
    page = visitor.get(f"/items/{report}/view/2", lang="ja")
    main = page.text.partition("<main")[2].partition("</main")[0]
    assert not re.search(r"download|<form|<iframe|<object|<embed|blob:|href=\"data:", main)
    assert set(re.findall(r'href="([^"]*)"', main)) == {
        f"/items/{report}",
        f"/items/{report}/view/1",
        f"/items/{report}/view/3",
    }
    assert "2 / 3 ページ" in main


def test_nobody_else_and_no_other_session_sees_a_page_of_it(tokyo, report):
    visitor = tokyo.visitor("jpn.sato")
    view(visitor, report)
    for other in (tokyo.visitor("jpn.sato"), tokyo.visitor("jpn.clerk")):
        page = other.get(f"/items/{report}/view/1")
        assert page.status_code == 409
        assert "view.over" in page.text
        assert "data:image" not in page.text
    assert tokyo.visitor().get(f"/items/{report}/view/1").url.path == "/sign-in"
    assert visitor.get(f"/items/{report}/view/1").status_code == 200


def test_a_view_is_over_after_ten_minutes(pair, tokyo, report):
    visitor = tokyo.visitor("jpn.sato")
    view(visitor, report)
    tokyo.node.host.pass_(viewing.SECONDS)
    assert visitor.get(f"/items/{report}/view/1").status_code == 409
    pair.settle()
    assert view(visitor, report).status_code == 200
    assert openings(tokyo.node, report) == 2


def test_a_recall_ends_a_view(pair, tokyo, report):
    visitor = tokyo.visitor("jpn.sato")
    view(visitor, report)
    recall.recall(pair.aus, report, reason="superseded", person="aus.analyst")
    pair.settle()
    page = visitor.get(f"/items/{report}/view/1")
    assert page.status_code == 409
    assert "data:image" not in page.text


def test_what_is_let_go_is_wiped(tokyo):
    shown_here = viewing.Views(tokyo.node, maker.ChildPages())

    class Visit:
        ticket = None

    first, second = bytearray(sheets.pdf("")), bytearray(sheets.pdf("", ""))
    stamp = viewing.Stamp("s", "s")
    shown_here.begin(Visit(), "i", PDF, first, stamp)
    shown_here.begin(Visit(), "i", PDF, second, stamp)
    assert not any(first)
    assert any(second)
    shown_here.drop(("", "i"))
    assert not any(second)


def test_when_there_is_no_room_the_oldest_view_ends(tokyo, monkeypatch):
    monkeypatch.setattr(viewing, "HELD_MOST", 30)
    shown_here = viewing.Views(tokyo.node, maker.ChildPages())

    class Visit:
        ticket = None

    documents = [bytearray(b"x" * 12) for _ in range(3)]
    for number, document in enumerate(documents):
        shown_here.begin(Visit(), f"i{number}", PDF, document, viewing.Stamp("s", "s"))
    assert [any(one) for one in documents] == [False, True, True]
    for number in range(3):
        shown_here.drop(("", f"i{number}"))


def test_a_document_that_is_none_says_so_with_a_way_back(pair, tokyo):
    name = nations.share(pair, b"%PDF-1.7 broken", title="broken.pdf", media_type=PDF)
    page = view(tokyo.visitor("jpn.sato"), name)
    assert page.status_code == 400
    assert "view.damaged" in page.text
    assert f'href="/items/{name}"' in page.text
    assert openings(tokyo.node, name) == 1


def test_a_picture_is_drawn_anew_and_marked(pair, tokyo):
    source = sheets.picture(400, 300, "JPEG")
    name = nations.share(pair, source, title="pier.jpg", media_type="image/jpeg")
    page = view(tokyo.visitor("jpn.sato"), name)
    assert shown(page).format == "PNG"
    assert shown(page).height > 300


@pytest.mark.skipif(maker.office_program() is not None, reason="LibreOffice is installed")
def test_without_libreoffice_nothing_is_opened_and_the_page_says_what_to_do(pair, tokyo):
    docx = next(name for name, ending in limits.OFFICE.items() if ending == "docx")
    name = nations.share(pair, b"PK", title="survey.docx", media_type=docx)
    page = view(tokyo.visitor("jpn.sato"), name)
    assert page.status_code == 500
    assert "view.no_office" in page.text
    assert openings(tokyo.node, name) == 0


@pytest.mark.skipif(maker.office_program() is None, reason="LibreOffice is not installed")
def test_an_office_file_is_read_page_by_page(pair, tokyo):
    from docx import Document

    made, out = Document(), io.BytesIO()
    made.add_paragraph("船舶動向")
    made.save(out)
    docx = next(name for name, ending in limits.OFFICE.items() if ending == "docx")
    name = nations.share(pair, out.getvalue(), title="survey.docx", media_type=docx)
    page = view(tokyo.visitor("jpn.sato"), name)
    assert page.status_code == 200
    assert shown(page).width > 1000


def test_a_type_that_nobody_draws_offers_no_view(pair, tokyo):
    name = nations.share(pair, b"PK", title="all.zip", media_type="application/zip")
    page = tokyo.visitor("jpn.sato").get(f"/items/{name}")
    assert 'value="open"' in page.text
    assert 'value="view"' not in page.text
