"""The release desk with its scripts, in a real browser: the preview follows what is chosen, a file
is hashed and sent with its progress, and what comes back keeps what was chosen.

Spec: docs/console.md §The release desk.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from sealane.web.words import say
from tests import nations
from tests.lane import several
from tests.web import browser
from tests.web.visiting import PASSPHRASE, Console

TEXT = "Vessel movements.\n船舶動向\n".encode() * 4000
CHOICE = "target=jpn-aus-2022:JPN&level=SECRET&area=maritime&purpose=assessment&until=2027-08-22"


@pytest.fixture(params=["en", "ja"])
def lang(request: Any) -> str:
    return str(request.param)


@pytest.fixture
def page(canberra: Console, lang: str) -> Iterator[Page]:
    """The release officer, signed in, whose page says what went wrong in it."""
    program = browser.found()
    if program is None:
        pytest.skip("there is no Chromium on this machine")
    with browser.served(canberra.app) as home, sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        made = chromium.new_context(base_url=home, locale=lang).new_page()
        said: list[str] = []
        made.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
        made.on("pageerror", lambda one: said.append(str(one)))
        made.goto(f"/sign-in?lang={lang}")
        made.fill("[name=person]", "aus.release")
        made.fill("[name=passphrase]", PASSPHRASE)
        made.click("form[action='/sign-in'] button")
        yield made
        heard = list(said)  # what is under way when the browser ends says so too
        chromium.close()
    assert [one for one in heard if "409" not in one] == []


def paper(folder: Path, data: bytes = TEXT) -> Path:
    made = folder / "survey.txt"
    made.write_bytes(data)
    return made


def test_the_preview_follows_what_is_chosen_and_keeps_what_was_typed(page, lang, pair, tmp_path):
    page.goto(f"/release?{CHOICE}")
    page.set_input_files("#send input[type=file]", paper(tmp_path))
    page.fill("#send [name=title]", "港湾調査")
    page.fill("#compose [name=project]", nations.PROJECT)
    page.locator("#compose [name=project]").press("Tab")
    expect(page.locator("#readers .count")).to_contain_text(say(lang, "desk.posts_1"))
    expect(page.locator("#send input[name=project]")).to_have_value(nations.PROJECT)
    page.select_option("#compose [name=area]", "disaster")
    expect(page.locator("#readers .unmet li").first).to_contain_text("2.")
    page.select_option("#compose [name=area]", "maritime")
    expect(page.locator("#readers .unmet")).to_have_count(0)
    expect(page.locator("#send [name=title]")).to_have_value("港湾調査")
    assert page.evaluate("document.querySelector('#send input[type=file]').files.length") == 1
    assert several.items(pair.aus) == []


def test_a_file_is_hashed_here_and_sent_and_the_node_s_digest_is_the_same(
    page, lang, pair, tmp_path
):
    page.goto(f"/release?{CHOICE}&project={nations.PROJECT}&preview=1")
    page.set_input_files("#send input[type=file]", paper(tmp_path))
    digest = hashlib.sha384(TEXT).hexdigest()
    expect(page.locator("#hash")).to_contain_text(digest)
    expect(page.locator("#compose input[name=sha384]")).to_have_value(digest)
    page.select_option("#send [name=originator]", "aus.analyst")
    page.fill("#send [name=answer]", "their liaison asked")
    page.click("#send button >> nth=0")
    page.wait_for_url(re.compile("/release/sent/"))
    expect(page.locator("dd code").first).to_have_text(digest)
    assert len(several.items(pair.aus)) == 1


def test_a_file_that_is_dropped_is_chosen_and_what_is_unusual_comes_back_with_it_kept(
    page, lang, pair, tmp_path
):
    page.goto(f"/release?{CHOICE}&project={nations.PROJECT}&preview=1")
    page.evaluate(
        """() => {
          const held = new DataTransfer();
          held.items.add(new File([""], "empty.txt", {type: "text/plain"}));
          const told = {bubbles: true, cancelable: true, dataTransfer: held};
          document.getElementById("drop").dispatchEvent(new DragEvent("drop", told));
        }"""
    )
    expect(page.locator("#hash")).to_contain_text(hashlib.sha384(b"").hexdigest())
    empty = "ファイルは空です。" if lang == "ja" else "The file is empty."
    expect(page.locator(".unusual")).to_contain_text(empty)
    page.fill("#send [name=title]", "空")
    page.select_option("#send [name=originator]", "aus.analyst")
    page.fill("#send [name=answer]", " ")
    page.click("#send button >> nth=0")
    expect(page.locator("div.trouble")).to_contain_text("release.unanswered")
    expect(page.locator("#send [name=title]")).to_have_value("空")
    assert page.evaluate("document.querySelector('#send input[type=file]').files.length") == 1
    assert several.items(pair.aus) == []
    page.fill("#send [name=answer]", "a form to be filled in by them")
    page.click("#send button >> nth=0")
    page.wait_for_url(re.compile("/release/sent/"))
    assert len(several.items(pair.aus)) == 1
