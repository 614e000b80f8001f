"""Pages are drawn by a child that is shut in; whatever a document or a child does ends in a typed
error and in no child.
"""

import io
import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from sealane.adapters.viewing import feeding, limits, maker, stamping
from sealane.base.errors import SealaneError
from sealane.ports.viewing import Stamp
from tests import sheets

STAMP = Stamp("情報本部 分析官 · SECRET", "Analyst · SECRET")
PDF = "application/pdf"
DOCX = next(name for name, ending in limits.OFFICE.items() if ending == "docx")
PAGES = maker.ChildPages()


def refused(media_type, document, *, page=1, pages=PAGES):
    with pytest.raises(SealaneError) as error:
        pages.draw(media_type, document, page=page, stamp=STAMP)
    return error.value


def opened(page):
    return Image.open(io.BytesIO(page.png))


def ink(picture):
    """How many pixels are not white."""
    return sum(picture.convert("L").histogram()[:250])


def test_a_page_of_a_pdf_comes_as_a_picture_with_its_number():
    document = sheets.pdf(sheets.words("one"), sheets.words("two"))
    page = PAGES.draw(PDF, document, page=2, stamp=STAMP)
    assert (page.page, page.pages) == (2, 2)
    assert opened(page).width == 1190
    assert opened(page).height > 1684  # the strip below the page


@pytest.mark.parametrize("media_type", limits.PICTURES)
def test_pictures_of_every_kind_are_drawn_anew(media_type):
    source = sheets.picture(300, 200, limits.PICTURES[media_type])
    page = PAGES.draw(media_type, source, page=1, stamp=STAMP)
    assert (page.page, page.pages) == (1, 1)
    red, green, blue = opened(page).convert("RGB").getpixel((299, 0))[:3]
    assert blue > red >= green
    assert source not in page.png


def test_the_stamp_is_in_the_pixels_of_the_page_and_whole_below_it():
    page = opened(PAGES.draw(PDF, sheets.pdf(""), page=1, stamp=STAMP))
    assert ink(page.crop((0, 0, 1190, 1684))) > 10_000
    assert ink(page.crop((0, 1684, *page.size))) > 200
    other = opened(PAGES.draw(PDF, sheets.pdf(""), page=1, stamp=Stamp("他", "Other")))
    assert page.tobytes() != other.tobytes()


def test_a_machine_without_japanese_letters_marks_in_plain_ones():
    assert stamping.text_of(STAMP, None) == "Analyst · SECRET".replace("·", "?")
    assert stamping.text_of(STAMP, "/a/typeface") == STAMP.own


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", "view.damaged"),
        (b"%PDF-1.7 and nothing", "view.damaged"),
        (os.urandom(4096), "view.damaged"),
        (sheets.picture(10, 10), "view.damaged"),
        (sheets.pdf("", box="0 0 1 999999"), "view.damaged"),
    ],
)
def test_what_is_no_pdf_is_said_to_be_damaged(document, code):
    assert refused(PDF, document).code == code


@pytest.mark.parametrize(
    "box", ["0 0 14400 14400", "0 0 99999999 99999999", "0 0 0 0", "-9 -9 9 9"]
)
def test_a_page_as_large_as_it_may_say_stays_within_its_pixels(box):
    picture = opened(PAGES.draw(PDF, sheets.pdf(sheets.words("x"), box=box), page=1, stamp=STAMP))
    assert picture.width * picture.height < 1.1 * limits.PIXELS_MOST


def test_a_page_that_never_ends_is_ended():
    began = time.monotonic()
    assert refused(PDF, sheets.laughing(), pages=maker.ChildPages(seconds=6)).code == "view.limits"
    assert time.monotonic() - began < 60


def test_a_form_that_draws_itself_ends():
    form = sheets.stream(
        "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X10 10 0 R >> >>",
        b"/X10 Do /X10 Do",
    )
    document, said = sheets.pdf("/X10 Do", more=(form,)), "a page"
    try:
        maker.ChildPages(seconds=8).draw(PDF, document, page=1, stamp=STAMP)
    except SealaneError as error:
        said = error.code
    assert said in ("a page", "view.limits")


def test_scripts_of_a_pdf_change_nothing_that_is_drawn():
    catalogue = "/OpenAction << /S /JavaScript /JS (while(true){app.alert(1)}) >>"
    plain, scripted = (
        PAGES.draw(PDF, sheets.pdf(sheets.words("x"), catalogue=one), page=1, stamp=STAMP)
        for one in ("", catalogue)
    )
    assert plain.png == scripted.png


def test_a_picture_that_unpacks_to_gigabytes_is_refused():
    bomb = sheets.picture(30_000, 30_000, colour=1)
    assert len(bomb) < 1 << 20
    assert refused("image/png", bomb).code == "view.limits"


def test_a_page_that_is_not_there_is_said_so():
    error = refused(PDF, sheets.pdf(""), page=2)
    assert error.code == "view.no_page"
    assert error.remedy


def test_types_that_nobody_draws_and_documents_that_are_too_long_are_not_taken():
    assert PAGES.takes(PDF, 1)
    assert not PAGES.takes("application/zip", 1)
    assert not PAGES.takes("image/svg+xml", 1)
    assert not PAGES.takes(PDF, limits.DOCUMENT_MOST + 1)
    assert not PAGES.takes(PDF, 0)


HOSTILE = {
    "nothing": "",
    "dies": "import os; os.abort()",
    "sleeps": "import time; time.sleep(999)",
    "never ends": "import sys\nwhile True: sys.stdout.write('x' * 65536)",
    "no json": "print('{]')",
    "no object": "print('[]')",
    "other word": 'print(\'{"no": "__class__"}\')',
    "too wide": 'print(\'{"width": 5000, "height": 1, "pages": 1}\' + chr(10) + "x" * 14999)',
    "few pixels": 'print(\'{"width": 10, "height": 10, "pages": 1}\')',
    "true": 'print(\'{"width": true, "height": 1, "pages": 1}\' + chr(10) + "xx")',
    "below": 'print(\'{"width": -1, "height": -1, "pages": 1}\' + chr(10) + "xx")',
    "deep": "print('[' * 100000)",
}


@pytest.mark.parametrize("says", HOSTILE)
def test_a_child_that_was_taken_over_is_believed_for_nothing(says, monkeypatch):
    monkeypatch.setattr(feeding, "BEGIN", HOSTILE[says])
    error = refused(PDF, sheets.pdf(""), pages=maker.ChildPages(seconds=3))
    assert error.code in ("view.damaged", "view.limits")


def test_no_child_is_left_whatever_it_began(monkeypatch, tmp_path):
    told = tmp_path / "pids"
    monkeypatch.setattr(
        feeding,
        "BEGIN",
        f"import os, time\nother = os.fork()\nopen({str(told)!r}, 'a').write(f'{{os.getpid()}} ')\n"
        "time.sleep(999)",
    )
    assert refused(PDF, sheets.pdf(""), pages=maker.ChildPages(seconds=3)).code == "view.limits"
    pids = told.read_text().split()
    assert len(pids) == 2
    until = time.monotonic() + 30  # what was killed takes a moment to go
    while any(map(lives, pids)) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(map(lives, pids))


def lives(pid: str) -> bool:
    """Whether a process is there, and not only its last word."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


PROBE = """
import json, os, socket, sys
from sealane.adapters.viewing import child, drawing
sys.path[:] = sys.path
drawing.warm_up()
layers = child.shut_in()
tried = {}
def attempt(name, act):
    try:
        act()
        tried[name] = "done"
    except OSError as error:
        tried[name] = error.errno
attempt("tcp", lambda: socket.create_connection(("127.0.0.1", int(os.environ["PORT"])), 2))
attempt("unix", lambda: socket.socket(socket.AF_UNIX))
attempt("read", lambda: open("/etc/passwd").read())
attempt("own", lambda: open(os.environ["SECRET"]).read())
attempt("write", lambda: open("/tmp/written-by-a-child", "w"))
attempt("fork", os.fork)
attempt("exec", lambda: os.execv("/bin/true", ["true"]))
attempt("signal", lambda: os.kill(os.getppid(), 0))
os.write(1, json.dumps([layers, tried]).encode())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the cage is Linux's")
def test_a_child_reaches_no_network_no_file_no_program_and_no_process(tmp_path):
    secret = tmp_path / "node.db"
    secret.write_text("key")
    import socket

    with socket.create_server(("127.0.0.1", 0)) as door:
        done = subprocess.run(
            [sys.executable, "-c", PROBE],
            capture_output=True,
            check=True,
            env={
                **os.environ,
                "PORT": str(door.getsockname()[1]),
                "SECRET": str(secret),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
        )
    layers, tried = json.loads(done.stdout)
    assert "calls" in layers or {"namespaces", "files"} <= set(layers)
    assert "done" not in tried.values(), tried


def test_each_layer_alone_shuts_out_what_it_is_there_for(monkeypatch):
    """Where containers are refused namespaces or have no landlock, the filter of calls holds."""
    probe = PROBE.replace(
        "layers = child",
        "from sealane.adapters.viewing import cage\n"
        "cage.leave = lambda _: False\ncage.only = lambda _: False\nlayers = child",
    )
    done = subprocess.run(
        [sys.executable, "-c", probe],
        capture_output=True,
        check=True,
        env={**os.environ, "PORT": "9", "SECRET": __file__},
    )
    layers, tried = json.loads(done.stdout)
    assert layers == ["calls"]
    assert "done" not in tried.values(), tried


def test_where_nothing_shuts_the_child_in_nothing_is_drawn(monkeypatch):
    monkeypatch.setattr(
        feeding,
        "BEGIN",
        "import sys; sys.path[:] = sys.argv[1:]\n"
        "from sealane.adapters.viewing import cage, child, system_calls\n"
        "cage.leave = cage.only = lambda *_: False\n"
        "system_calls.refuse = lambda *_: False\nchild.main()",
    )
    assert refused(PDF, sheets.pdf(sheets.words("x"))).code == "view.no_cage"


@pytest.mark.skipif(maker.office_program() is not None, reason="LibreOffice is installed")
def test_without_libreoffice_an_office_file_is_not_opened_for_viewing():
    with pytest.raises(SealaneError) as error:
        PAGES.require(DOCX)
    assert error.value.code == "view.no_office"


office = pytest.mark.skipif(maker.office_program() is None, reason="LibreOffice is not installed")


@office
def test_an_office_file_is_printed_in_memory_and_drawn(monkeypatch):
    from docx import Document

    made, out = Document(), io.BytesIO()
    for number in range(100):
        made.add_paragraph(f"Line {number} 二隻が入港した。")
    made.save(out)
    kind, document = PAGES.prepared(DOCX, out.getvalue())
    assert kind == PDF
    page = PAGES.draw(kind, document, page=2, stamp=STAMP)
    assert page.pages >= 2
    assert not Path("/tmp/in.docx").exists()


@office
def test_an_office_file_that_unpacks_without_end_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        )
        with package.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(2000):
                part.write(b" " * (1 << 20))
    assert len(out.getvalue()) < 4 << 20
    with pytest.raises(SealaneError) as error:
        PAGES.prepared(DOCX, out.getvalue())
    assert error.value.code in ("view.damaged", "view.limits")


@office
@pytest.mark.parametrize("document", [b"", b"PK\x03\x04 no package", os.urandom(5000)])
def test_what_is_no_office_file_ends_in_a_typed_error_or_in_pages(document):
    said = "pages"
    try:
        kind, made = PAGES.prepared(DOCX, document)
    except SealaneError as error:
        said = error.code
    assert said in ("view.damaged", "view.limits", "pages")
    # LibreOffice may take it for text
    assert said != "pages" or (kind, made[:4]) == (PDF, b"%PDF")
