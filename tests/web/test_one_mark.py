"""One item has one mark, in the form in which its nation writes it, and one mark by which each
recipient handles it: before it is sent, when it was sent, on every page and in every line.
"""

from __future__ import annotations

import html
import itertools
import re
from typing import Any

import pytest

from sealane import shipped
from sealane.agreements.agreement import Agreement
from sealane.cli.frame.marks import marked
from sealane.services.register import views
from sealane.web import shown
from tests.web.test_release_desk import item_of, plain, previewed, sent
from tests.web.visiting import Console

ROWS = [
    (name, giver.policy, given, taker.id)
    for name in shipped.agreements()
    for one in [shipped.agreements()[name]]
    for giver, taker in itertools.permutations(one.parties, 2)
    for row in one.rows
    if row.holds.get(taker.id)
    for given in row.gives.get(giver.id, ())
]


def banner(page: Any) -> list[str]:
    """The marks that a page bears at its top, the provider's first."""
    top = page.text[page.text.index('class="banner top-mark"') :].partition("</section>")[0]
    return [html.unescape(one) for one in re.findall(r"<strong>(.*?)</strong>", top)]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_what_the_preview_says_of_the_mark_stands_after_sending_and_on_every_page(
    canberra: Console, pair: Any, lang: str
) -> None:
    officer = canberra.visitor("aus.release", lang)
    preview = previewed(officer)
    written = re.search(r'<p class="printed [^"]*">(.*?)</p>', preview.text)
    assert written is not None
    mark = html.unescape(written[1])
    after = sent(officer, preview)
    own, there = banner(after)
    assert own == mark
    assert there in plain(preview)
    item = item_of(after)
    for path in (f"/items/{item}", f"/items/{item}/sign", f"/release/sent/{item}"):
        assert banner(officer.get(path)) == [mark, there]
    assert mark in plain(officer.get("/register"))
    with pair.aus.store.reading() as tx:
        label = views.item(pair.aus, tx, item)["label"]
    assert marked(label) == f"AUS {mark}"


@pytest.mark.parametrize(("name", "policy", "level", "to"), ROWS)
def test_a_recipient_handles_it_by_one_mark_the_first_word_of_its_row(
    name: str, policy: str, level: str, to: str
) -> None:
    agreement: Agreement = shipped.agreements()[name]
    found = agreement.equivalent(policy, level, to)
    assert found is not None
    mark, _ = shown.mark_there(shipped.schemes(), agreement, (policy, level), to)
    assert mark == shown.level_mark(shipped.schemes(), to, found.names[0])
    said, _ = shown.mark_there(shipped.schemes(), agreement, (policy, level), to, found.names[-1])
    assert said == shown.level_mark(shipped.schemes(), to, found.names[-1])
