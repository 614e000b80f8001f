"""The register's page: what is asked, counted, kept, accepted at once, taken away as CSV and on
paper.
"""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from sealane.adapters.search import SqlSearch, finding
from sealane.services.exchange import arrival
from sealane.services.register.acts import Actor
from sealane.services.search import find
from sealane.web.pages import register
from tests import nations
from tests.nations import Pair
from tests.web.visiting import TEXT, Console


@pytest.fixture
def items(pair: Pair) -> list[str]:
    """Four that Japan holds: the last is accepted."""
    titles = ("Vessel movements", "港湾調査", "Harbour survey", "Vessel routes")
    made = [
        nations.share(pair, TEXT, title=title, reference=f"r-{place}")
        for place, title in enumerate(titles)
    ]
    arrival.accept(pair.jpn, made[-1], Actor("jpn.clerk"))
    return made


def listed(page: Any) -> list[str]:
    return re.findall(r'<a href="/items/([A-Z0-9-]+)"><b>', page.text)


def test_words_in_both_scripts_and_filters_find_what_they_name(
    tokyo: Console, items: list[str]
) -> None:
    clerk = tokyo.visitor("jpn.clerk")
    assert listed(clerk.get("/register")) == items[::-1]
    assert listed(clerk.get("/register", text="港湾")) == [items[1]]
    assert listed(clerk.get("/register", text="vessel")) == [items[3], items[0]]
    assert listed(clerk.get("/register", text="vessel", state="delivered")) == [items[0]]
    nothing = clerk.get("/register", text="nowhere")
    assert "Nothing that you may see is found by this." in nothing.text


def test_counts_are_of_what_is_asked_and_lead_to_it(tokyo: Console, items: list[str]) -> None:
    page = tokyo.visitor("jpn.clerk").get("/register")
    found = re.search(
        r'href="(/register\?state=delivered)">Delivered</a> <span class="count">3<', page.text
    )
    assert found
    assert "4 items" in page.text


def test_who_sees_less_counts_less_and_reads_no_titles(tokyo: Console, items: list[str]) -> None:
    page = tokyo.visitor("jpn.tanaka").get("/register")
    assert listed(page) == []
    assert "0 items" in page.text
    assert "Delivered</a>" not in page.text
    suzuki = tokyo.visitor("jpn.suzuki").get("/register")
    assert len(listed(suzuki)) == 4
    assert "Vessel" not in suzuki.text


def test_pages_follow_one_another_without_a_gap(
    tokyo: Console, items: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sealane.web.pages.register.PAGE", 3)
    clerk = tokyo.visitor("jpn.clerk")
    first = clerk.get("/register", view="dense")
    after = re.search(r'href="/register(\?[^"]*)" rel="next"', first.text)
    assert after
    second = clerk.client.get("/register" + after[1].replace("&amp;", "&"))
    assert listed(first) + listed(second) == items[::-1]
    assert 'class="register dense"' in second.text


def test_several_are_accepted_at_once_and_what_cannot_be_is_told_by_its_number(
    pair: Pair, tokyo: Console, items: list[str]
) -> None:
    clerk = tokyo.visitor("jpn.clerk")
    page = clerk.get("/register")
    chosen = [items[0], items[1], items[3], "AUS-2026-999999"]
    done = clerk.send(page, "/register/accept", item=chosen)
    assert "2 accepted; providers are told." in done.text
    for name, code in ((items[3], "life.no_such_step"), (chosen[3], "item.unknown")):
        assert re.search(rf"{name}</a>.*?<code>{code}</code>", done.text), name
    with pair.jpn.store.reading() as tx:
        states = [str(pair.jpn.item(tx, one).state) for one in items]
    assert states == ["accepted", "accepted", "delivered", "accepted"]
    assert f'value="{items[2]}"' in done.text
    assert f'value="{items[0]}"' not in done.text


def test_only_a_clerk_is_offered_to_accept(tokyo: Console, items: list[str]) -> None:
    assert "/register/accept" not in tokyo.visitor("jpn.security").get("/register").text


def test_a_search_is_kept_asked_again_and_taken_away(tokyo: Console, items: list[str]) -> None:
    clerk = tokyo.visitor("jpn.clerk")
    page = clerk.get("/register", text="港湾", state="delivered")
    kept = clerk.send(page, "/register/keep", name="港湾の到着")
    link = re.search(r'<li><a href="([^"]+)">港湾の到着</a>', kept.text)
    assert link
    assert listed(clerk.client.get(link[1].replace("&amp;", "&"))) == [items[1]]
    assert "港湾の到着" not in tokyo.visitor("jpn.security").get("/register").text
    gone = clerk.send(kept, "/register/remove", name="港湾の到着")
    assert "港湾の到着" not in gone.text


def test_the_csv_has_marks_who_and_when_and_no_formula(
    pair: Pair, tokyo: Console, items: list[str]
) -> None:
    bad = nations.share(pair, TEXT, title="=HYPERLINK(1)\u202etxt", reference="bad")
    wide = nations.share(pair, TEXT, title="＝1+1", reference="wide")
    parted = nations.share(pair, TEXT, title="a;=1+1", reference="parted")
    answer = tokyo.visitor("jpn.clerk").get("/register.csv", direction="in")
    assert answer.headers["content-disposition"] == 'attachment; filename="register.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert "7 of 7 items, by jpn.clerk at 2026-11-2" in rows[0][0]
    assert "SECRET" in rows[0][0]
    assert [row[0] for row in rows[2:]] == [parted, wide, bad, *items[::-1]]
    assert all(row[1] == "SECRET//REL AUS/JPN" for row in rows[2:])
    assert rows[4][3].startswith("'=HYPERLINK(1)")
    assert rows[3][3] == "'＝1+1"
    assert '"a;=1+1"' in answer.text
    assert "\u202e" not in answer.text
    with pair.jpn.store.reading() as tx:
        taken = pair.jpn.records.entry_refs.find(tx, order="index", kind="record.read")
    assert taken


def test_a_list_is_counted_once_however_many_pages_it_is_read_in(
    tokyo: Console, items: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, count = [], SqlSearch.counts
    monkeypatch.setattr(register, "READ", 1)
    monkeypatch.setattr(SqlSearch, "counts", lambda *asked: counted.append(1) or count(*asked))
    answer = tokyo.visitor("jpn.clerk").get("/register.csv", text="vessel")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert "2 of 2 items" in rows[0][0]
    assert [row[0] for row in rows[2:]] == [items[3], items[0]]
    assert len(counted) == 1


def test_where_there_may_be_more_than_are_counted_pages_say_so(
    tokyo: Console, items: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (find, finding):
        monkeypatch.setattr(module, "COUNTED", 2)
    clerk = tokyo.visitor("jpn.clerk")
    assert "at least 2 items" in clerk.get("/register", text="vessel").text
    assert "4 items" in clerk.get("/register").text
    assert (
        "少なくとも 2 件"
        in tokyo.visitor("jpn.clerk", lang="ja").get("/register", text="vessel").text
    )
    assert "at least 2 items" in clerk.get("/register/print", text="vessel").text


def test_sheets_bear_the_highest_mark_and_who_printed_them(
    tokyo: Console, items: list[str]
) -> None:
    page = tokyo.visitor("jpn.clerk").get("/register/print", text="vessel")
    assert page.text.count("<strong>SECRET</strong>") == 2
    assert "Printed by Yamada Emi" in page.text
    assert all(name in page.text for name in (items[0], items[3]))
    assert items[1] not in page.text
