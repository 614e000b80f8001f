"""Nothing of a partner's text acts unseen: every control and format character, at every outlet."""

from __future__ import annotations

import json
import sys
import unicodedata

from jinja2 import Environment

from sealane.base.visible import HIDDEN, escaped_in_json, file_name, visible
from sealane.web.shell import shown_whole

EVERY = [
    chr(code)
    for code in range(sys.maxunicode + 1)
    if unicodedata.category(chr(code)) in ("Cc", "Cf", "Zl", "Zp")
]


def hides(text: str) -> bool:
    return any(unicodedata.category(one) in HIDDEN for one in text)


def test_every_hidden_character_is_spelt_out_and_what_is_seen_stays():
    assert len(EVERY) > 200
    for one in EVERY:
        shown = visible(f"a{one}b")
        assert shown == f"a<U+{ord(one):04X}>b"
        assert not hides(shown)
    for plain in ("SECRET//REL AUS/JPN", "極秘　全角", "Überblick — 日本", ""):
        assert visible(plain) == plain
    assert visible("two\nlines\x1b[2J", keep="\n") == "two\nlines<U+001B>[2J"


def test_json_says_the_same_without_a_hidden_character():
    for one in [*EVERY, "\U000e0041"]:
        document = escaped_in_json(json.dumps({"title": f"a{one}b"}, ensure_ascii=False))
        assert not hides(document)
        assert json.loads(document) == {"title": f"a{one}b"}


def test_a_file_s_name_hides_nothing_and_leads_nowhere():
    for one in EVERY:
        assert not hides(file_name(f"invoice{one}fdp.exe"))
    for title in ("../../etc/passwd", "..\\..\\x", "a/b", "con:", ".", "..", "", "x\r\ny"):
        name = file_name(title)
        assert name
        assert not {"/", "\\", ":"} & set(name)
        assert not name.startswith(".")


def test_every_expression_of_a_page_goes_through_it_once():
    page = Environment(autoescape=True, finalize=shown_whole).from_string("<p>{{ title }}</p>")
    for one in EVERY:
        if one not in "\n\t\r":
            assert not hides(page.render(title=f"a{one}b"))
    assert page.render(title="<b>") == "<p>&lt;b&gt;</p>"
