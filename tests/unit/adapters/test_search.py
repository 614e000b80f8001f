"""What an index promises, on each kind of database: found is what a plain reading of the rows
finds, in its order, of what a person may see and of nothing else; kept by the step that puts a row.
"""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane.adapters import search
from sealane.adapters.records import SqlRecords, SqlStore
from sealane.adapters.search import engines, finding, known
from sealane.adapters.sql import open_engine
from sealane.adapters.tables import make_tables, reindex
from sealane.base.errors import Misconfigured
from sealane.registry import search_words
from sealane.registry.records import ItemState
from sealane.registry.searched import PageAsked, Sought, indexed
from tests.unit.adapters.searched_plainly import (
    LEVELS,
    PROJECTS,
    START,
    WORDS,
    both,
    has,
    label_class,
    made,
    seeing,
    words,
)


@pytest.fixture
def store(place):
    engine = open_engine(place)
    make_tables(engine, "a.example")
    yield SqlStore(engine)
    engine.dispose()


@pytest.fixture
def records():
    return SqlRecords()


@pytest.fixture
def items(store, records):
    """Three hundred items, of which some were changed once or twice after."""
    dice = random.Random(11)
    rows = {one.id: one for one in (made(number, dice) for number in range(300))}
    with store.writing() as tx:
        for one in rows.values():
            records.items.add(tx, one)
        for name in dice.sample(sorted(rows), 120):
            changed = dice.choice(
                (
                    {"state": dice.choice(list(ItemState))},
                    {"recalled": "2026-11-02T00:00:00Z"},
                    {"label": {**rows[name].label, "classification": dice.choice(LEVELS)}},
                    {"title": dice.choice(WORDS), "handle_as": None},
                    {"facts": {**rows[name].facts, "project": dice.choice(PROJECTS)}},
                )
            )
            records.items.change(tx, {"id": name}, **changed)
            rows[name] = replace(rows[name], **changed)
    return list(rows.values())


TEXTS = (
    None,
    "港湾",
    "湾監",
    "監視",
    "監視報告",
    "報告",
    "SURVEY",
    "ｓｕｒｖｅｙ",
    "けーぶる",
    "harbour watch",
    "aus.hayes",
    "AUS",
    "000017",
    "blue",
    "青",
    "ref-21",
    "闘機",
    "nothing",
    "harb*",
    "ＨＡＲＢ＊ watch",
    "blu*",
    "ha*",
    "haye* sur*",
    "監*",
    "harbour *",
    "*",
    "港",
)
ASKED = (
    {},
    {"area": "cyber"},
    {"level": "SECRET"},
    {"level": "極秘"},
    {"originator": "JPN"},
    {"author": "aus.hayes"},
    {"state": "delivered"},
    {"direction": "in", "kind": "oral"},
    {"since": START + 100 * 10**9},
    {"until": START + 50 * 10**9, "area": "maritime"},
)


def test_found_and_counted_is_what_a_reading_of_every_row_finds(store, records, items):
    classes = {label_class(one) for one in items}
    dice = random.Random(5)
    sights = [
        None,
        (set(), set(), classes),
        ({"blue"}, set(), set()),
        ({"blue", "青"}, {items[3].id, items[200].id, "AUS-2026-999999"}, classes),
        ({"north"}, set(), set(dice.sample(sorted(classes), len(classes) // 2))),
        (set(PROJECTS) - {None}, {items[9].id}, set(dice.sample(sorted(classes), 9))),
    ]
    with store.reading() as tx:
        for text in TEXTS:
            for sight in sights:
                for asked in dice.sample(ASKED, 3):
                    both(records, tx, Sought(words=words(text), **asked), sight, items)


SIGHTS = (
    None,
    ({"blue"}, set(), set()),
    ({"blue", "青"}, {"AUS-2026-000003", "AUS-2026-000200"}, set()),
    (set(PROJECTS) - {None}, {"AUS-2026-000009"}, set()),
)


def test_numbers_that_share_a_byte_are_told_apart_by_the_row(store, records, items, monkeypatch):
    """More projects and faces than have a byte each."""
    for module in (engines, known):
        monkeypatch.setattr(module, "FOLDED", 4)
    known_before = dict(known._KNOWN)
    known._KNOWN.clear()
    classes = {label_class(one) for one in items}
    with store.writing() as tx:
        reindex(tx)
        for text in TEXTS[::3]:
            for sight in SIGHTS:
                for reached in (set(), classes, set(sorted(classes)[::2])):
                    seen = None if sight is None else (*sight[:2], reached)
                    both(records, tx, Sought(words=words(text)), seen, items)
    known._KNOWN.clear()
    known._KNOWN.update(known_before)


def test_what_is_there_and_not_seen_is_asked_for_by_as_many_questions_as_what_is_not_there(
    store, records, items, monkeypatch
):
    """By its number, which is a word for whoever may know of it, and in several blocks of rows."""
    kind = type(engines.ENGINES[store.engine.dialect.name])
    asked, run = [], kind.run
    if len(kind.steps) > 1:
        monkeypatch.setattr(kind, "steps", (2, 4, 6, None))
    with store.writing() as tx:
        reindex(tx)
    monkeypatch.setattr(kind, "run", lambda *said: asked.append(1) or run(*said))
    hidden = next(one for one in items if one.facts["project"] != "blue")
    counts = set()
    with store.reading() as tx:
        records.search.page(tx, Sought(words=words("AUS")), seeing({"blue"}), PageAsked(limit=1))
        for number in ("000299", hidden.id[-6:], "999999"):
            asked.clear()
            sought = Sought(words=words(f"AUS-2026-{number}"))
            found = records.search.page(tx, sought, seeing({"blue"}), PageAsked(limit=9))
            if not found:
                counts.add(len(asked))
    assert len(counts) == 1


def test_words_are_found_beyond_the_newest_blocks_of_rows(store, records, items, monkeypatch):
    for engine in engines.ENGINES.values():
        if len(engine.steps) > 1:
            monkeypatch.setattr(type(engine), "steps", (2, 4, 6, None))
    with store.writing() as tx:
        reindex(tx)
        for text in TEXTS[::3]:
            for sight in SIGHTS:
                for asked in ({}, {"area": "cyber"}, {"until": START + 50 * 10**9}):
                    both(records, tx, Sought(words=words(text), **asked), sight, items)


def test_what_is_known_of_an_index_is_what_this_very_step_reads(store, records, items):
    """A step that fails gave numbers; the next gives the same ones to something else."""
    for end, project, area in (("fail", "eins", "energy"), ("", "zwei", "health")):
        with suppress(RuntimeError), store.writing() as tx:
            one = made(700, random.Random(3), title="drei")
            facts = {**one.facts, "project": project, "area": area}
            records.items.add(tx, replace(one, facts=facts))
            both(records, tx, Sought(area=area), ({project}, (), ()), [replace(one, facts=facts)])
            if end:
                raise RuntimeError
    with store.reading() as tx:
        visible = seeing({"eins"})
        assert records.search.page(tx, Sought(), visible, PageAsked(limit=9)) == []
        both(records, tx, Sought(area="health"), ({"zwei"}, (), ()), [replace(one, facts=facts)])
        assert records.search.page(tx, Sought(area="energy"), None, PageAsked(limit=9)) == []


def test_where_no_word_is_asked_rows_beyond_the_newest_are_found_by_project_and_face(
    store, records, items, monkeypatch
):
    monkeypatch.setattr(finding, "WALKED", 8)
    with store.reading() as tx:
        for sight in SIGHTS:
            for asked in ASKED:
                both(records, tx, Sought(**asked), sight, items)


def test_made_anew_the_index_answers_the_same(store, records, items):
    with store.writing() as tx:
        assert reindex(tx) == len(items)
        for text in TEXTS:
            both(records, tx, Sought(words=words(text)), ({"blue"}, set(), set()), items)
            both(records, tx, Sought(words=words(text)), None, items)


def test_a_step_that_fails_leaves_the_index_as_it_was(store, records, items):
    with pytest.raises(RuntimeError), store.writing() as tx:  # noqa: PT012
        records.items.add(tx, made(900, random.Random(1), title="港湾監視"))
        records.items.change(tx, {"id": items[0].id}, title="港湾監視")
        raise RuntimeError
    with store.reading() as tx:
        both(records, tx, Sought(words=words("港湾監視")), None, items)


def test_an_index_of_another_version_is_left_alone_and_answers_nothing(store, records, items):
    with store.writing() as tx:
        search.unmark(tx)
    with store.writing() as tx:
        records.items.add(tx, made(900, random.Random(1), title="港湾監視"))
    with store.reading() as tx:
        for ask in (
            lambda: records.search.classes(tx),
            lambda: records.search.page(tx, Sought(), None, PageAsked(limit=1)),
            lambda: records.search.counts(tx, Sought(), None),
        ):
            with pytest.raises(Misconfigured, match=r"search\.stale"):
                ask()
    with store.writing() as tx:
        assert reindex(tx) == len(items) + 1
        assert records.search.page(tx, Sought(), None, PageAsked(limit=1)) == ["AUS-2026-000900"]


def test_after_an_item_that_is_not_seen_and_after_none_that_is_there_comes_the_same(
    store, records, items
):
    hidden = next(one for one in items if one.facts["project"] != "blue")
    visible = seeing({"blue"})
    with store.reading() as tx:
        for name in (hidden.id, "AUS-2026-999999", "", "' OR 1=1 --", "1; DROP TABLE items"):
            asked = PageAsked(limit=5, after=name)
            assert records.search.page(tx, Sought(), visible, asked) is None


HOSTILE = (
    '"',
    "*",
    "a* OR b",
    "NEAR(a b)",
    "open : x",
    "{closed} : harbour",
    "-harbour",
    "^harbour",
    "' & !x | (",
    "\\",
    "%",
    "_",
    "harbour\x00",
    "\u202eharbour",
    "); DROP TABLE search_rows; --",
    ":match",
    "''",
    "a AND",
    "<-> b",
    "x:*A",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_stands_in_a_question_is_text(store, records, text):
    stored = text.replace("\0", "")  # what no database of ours holds
    item = made(1, random.Random(2), title=f"before {stored} after", reference=None)
    named = {item.facts["project"]}, {item.id}, set()
    with store.writing() as tx:
        records.items.add(tx, item)
    with store.reading() as tx:
        for sought in (text, f"before {text} after", f"harbours {text}"):
            both(records, tx, Sought(words=words(sought)), None, [item])
            both(
                records,
                tx,
                Sought(words=words(sought)),
                named,
                [item],
            )


@given(st.text(max_size=80))
@settings(deadline=None, max_examples=200)
def test_a_text_is_found_by_all_of_itself_and_by_every_two_neighbours_of_an_unspaced_run(text):
    cut = search_words.cut(text)
    for phrase in search_words.asked(text):
        (first, *_) = phrase
        if first.endswith(search_words.BEGINNING):
            assert any(word.startswith(first[:-1]) for word in cut)
        else:
            assert any(cut[at : at + len(phrase)] == phrase for at in range(len(cut)))
    assert all(word and word == word.casefold() for word in cut)
    assert not any(one in "\"'* :&|!()<>\\" or one.isspace() for word in cut for one in word)


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ("港湾監視報告", "監視"),
        ("ハンカク", "ﾊﾝｶｸ"),
        ("カタカナ", "かたかな"),
        ("ＡＢＣ１２３", "abc123"),
        ("Café Straße", "CAFE strasse"),
        ("har\u200bbour", "harbour"),
        ("F-35戦闘機", "戦闘機 f"),
        ("が", "か\u3099"),
        ("日本", "日本"),
    ],
)
def test_spellings_of_one_word_are_one_word(told, asked):
    assert has(told, words(asked))


def test_what_an_item_is_found_by_is_nothing_but_its_row():
    item = made(7, random.Random(3), title="港湾 Harbour", reference="R-1")
    held = indexed(item)
    assert {"aus", "2026", "000007"} <= set(held.open)
    assert {"港湾", "harbour", "r", "1"} <= set(held.closed)
    assert not set(held.closed) & set(held.open) - {"1"}
