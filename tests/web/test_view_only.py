"""A view shows a document and leaves nothing: no file is made of it, key and plaintext buffers are
wiped, the page has no download.
"""

import re
import tempfile

import pytest

from sealane.sealing.manifest import NO_INTEGRITY
from sealane.services.opening import containers
from sealane.web.pages import opening


@pytest.fixture
def no_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "there is no such folder"))


@pytest.fixture
def held(monkeypatch):
    """The key and the sheet of each opening, kept by the test after the node let them go."""
    kept = []
    unpack = containers.unpack

    def spy(source, dek, sink, **terms):
        kept.append((dek, sink._sink))  # below what digests it on its way
        return unpack(source, dek, sink, **terms)

    monkeypatch.setattr(containers, "unpack", spy)
    return kept


def view(visitor, name):
    return visitor.send(
        f"/items/{name}", f"/items/{name}/open", purpose="assessment", action="view"
    )


def test_a_view_makes_no_file_and_wipes_key_and_sheet(tokyo, item, held, no_temporary_files):
    page = view(tokyo.visitor("jpn.sato"), item)
    assert page.status_code == 200
    assert "船舶動向" in page.text
    ((key, sheet),) = held
    assert isinstance(key, bytearray)
    assert key == bytes(32)
    assert isinstance(sheet, opening.Sheet)
    assert sheet.closed
    assert not any(sheet._held)


def test_a_view_that_fails_at_the_last_segment_shows_nothing_and_wipes_too(
    tokyo, item, held, monkeypatch, no_temporary_files
):
    noted = containers.unpack

    def late(source, dek, sink, **terms):
        noted(source, dek, sink, **terms)
        raise NO_INTEGRITY(why="the last segment")

    monkeypatch.setattr(containers, "unpack", late)
    page = view(tokyo.visitor("jpn.sato"), item)
    assert page.status_code != 200
    assert "船舶動向" not in page.text
    ((key, sheet),) = held
    assert key == bytes(32)
    assert sheet.closed
    assert not any(sheet._held)


def test_the_page_of_a_view_offers_no_download_and_is_kept_nowhere(tokyo, item):
    page = view(tokyo.visitor("jpn.sato"), item)
    assert "content-disposition" not in page.headers
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["content-type"].startswith("text/html")
    shown = page.text.partition("<main")[2].partition("</main")[0]
    assert not re.search(r"download|<form|<iframe|<object|<embed|blob:|href=\"data:", shown)
    assert re.findall(r'href="([^"]*)"', shown) == [f"/items/{item}"]
