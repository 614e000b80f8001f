"""Who finds what: by every duty, with every clearance, in pages, counts, facets and errors alike;
and by how many decisions and questions, since those tell as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sealane.adapters.search import engines as search_engines
from sealane.adapters.search import finding as search_finding
from sealane.base.errors import SealaneError
from sealane.decisions.outlook import clearing
from sealane.registry.records import Duty
from sealane.registry.who_may import STAFF
from sealane.services.deciding.reach import sight_of
from sealane.services.exchange import recall
from sealane.services.register import directory, views
from sealane.services.register.acts import Actor
from sealane.services.search import find, saved
from sealane.services.search.find import SearchAsked
from tests import nations

READER = "t.reader"
TITLE = "Vessel movements 船舶動向"


@pytest.fixture
def items(pair):
    """Three items of the project that readers are authorised for, and two of another."""
    made = [nations.share(pair, reference=f"s-{number}", title=TITLE) for number in range(3)]
    made += [
        nations.share(pair, reference=f"o-{number}", title=TITLE, project="other")
        for number in range(2)
    ]
    return made


def entered(pair, *duties: str, **changes: Any) -> dict[str, Any]:
    with pair.jpn.store.reading() as tx:
        base = dict(pair.jpn.person(tx, "jpn.sato"))
    data = {**base, "id": READER, "duties": list(map(str, duties)), **changes}
    directory.enter(pair.jpn, data)
    with pair.jpn.store.reading() as tx:
        return dict(pair.jpn.person(tx, READER))


def found(pair, reader, **asked: Any) -> dict[str, Any]:
    return find.search(pair.jpn, reader, SearchAsked(**asked))


def ids(answer) -> list[str]:
    return [one["id"] for one in answer["items"]]


def whole(answer) -> bool:
    """Totals and facets say what the items say."""
    return all(sum(facet.values()) == answer["total"] for facet in answer["facets"].values())


@pytest.mark.parametrize("duty", Duty)
def test_staff_see_the_register_and_everybody_else_what_names_them(pair, items, duty):
    reader = entered(pair, duty)
    answer = found(pair, reader)
    seen = items if duty in STAFF else items[:3]
    assert ids(answer) == sorted(seen, reverse=True)
    assert answer["total"] == len(seen)
    assert whole(answer)
    with pair.jpn.store.reading() as tx:
        sight = sight_of(pair.jpn, tx, reader)
        assert [one["id"] for one in views.items(pair.jpn, tx, sight)] == ids(answer)
        for name in (*items, "AUS-2026-999999"):
            if name in seen:
                assert views.item(pair.jpn, tx, name, sight)["id"] == name
            else:
                with pytest.raises(SealaneError, match=r"item\.unknown"):
                    views.item(pair.jpn, tx, name, sight)


CLEARANCES = {
    "none": lambda held: [],
    "suspended": lambda held: [{**held, "status": "suspended"}],
    "ended": lambda held: [{**held, "expires": held["granted"]}],
    "too low": lambda held: [{**held, "level": "秘"}],
    "of another state": lambda held: [{**held, "issuer": "AUS"}],
    "by consent alone": lambda held: [{**held, "basis": "temporary"}],
}


@pytest.mark.parametrize("how", CLEARANCES)
def test_a_title_above_the_clearance_is_withheld_and_its_words_find_nothing(pair, items, how):
    cleared = entered(pair, "reader")
    shown = found(pair, cleared, text="船舶")
    assert (ids(shown), shown["total"]) == (sorted(items[:3], reverse=True), 3)
    assert {one["title"] for one in shown["items"]} == {TITLE}
    held = cleared["clearances"][0]
    reader = entered(pair, "reader", clearances=CLEARANCES[how](held))
    every = found(pair, reader)
    assert ids(every) == sorted(items[:3], reverse=True)
    assert {(one["title"], one["project"]) for one in every["items"]} == {(None, None)}
    for word in ("船舶", "vessel", "s-1", nations.PROJECT):
        nothing = found(pair, reader, text=word)
        assert (nothing["items"], nothing["total"]) == ([], 0), word
        assert set(map(str, nothing["facets"].values())) == {"{}"}
        best = found(pair, reader, text=word, by="relevance")
        assert best["items"] == []
    by_number = found(pair, reader, text=items[0])
    assert ids(by_number) == [items[0]]
    assert whole(every)


def test_an_authorisation_counts_while_it_lasts_and_by_its_item_too(pair, items):
    reader = entered(pair, "reader")
    given = reader["authorisations"][0]
    single = {one: value for one, value in given.items() if one != "project"}
    past = {**given, "until": given["from"]}
    none = entered(pair, "reader", authorisations=[past, {**given, "until": None}])
    assert found(pair, none)["total"] == 0
    one = entered(pair, "reader", authorisations=[{**single, "item": items[4]}])
    answer = found(pair, one)
    assert (ids(answer), answer["total"]) == ([items[4]], 1)
    both = entered(pair, "reader", authorisations=[given, {**single, "item": items[1]}])
    assert found(pair, both)["total"] == 3


def test_filters_and_pages_say_the_same_as_their_counts(pair, items):
    reader = entered(pair, "reader")
    every = found(pair, reader)
    for name, facet in every["facets"].items():
        for value, count in facet.items():
            assert found(pair, reader, **{name: value})["total"] == count
    handled = every["items"][0]["handle_as"]
    assert found(pair, reader, level=handled)["total"] == 3
    assert found(pair, reader, originator="aus.analyst")["total"] == 3
    assert found(pair, reader, direction="out")["total"] == 0
    assert found(pair, reader, area="\0")["total"] == 0
    assert found(pair, reader, until=every["items"][-1]["created"])["total"] == 0
    page = find.search(pair.jpn, reader, SearchAsked(text="vessel"), limit=2)
    rest = find.search(pair.jpn, reader, SearchAsked(text="vessel"), limit=2, after=page["after"])
    assert ids(page) + ids(rest) == ids(every)
    assert rest["after"] is None
    for after in (items[4], "AUS-2026-999999"):
        with pytest.raises(SealaneError, match=r"search\.cursor"):
            find.search(pair.jpn, reader, SearchAsked(), after=after)


def test_a_page_that_needs_no_counts_has_none_and_no_count_goes_beyond_what_is_seen(
    pair, items, monkeypatch
):
    reader = entered(pair, "reader")
    bare = find.search(pair.jpn, reader, SearchAsked(text="vessel"), counts=False)
    assert (bare["total"], bare["exact"], set(map(str, bare["facets"].values()))) == (
        None,
        False,
        {"{}"},
    )
    assert ids(bare) == sorted(items[:3], reverse=True)
    for most, told in ((4, (3, True)), (3, (3, False)), (2, (2, False))):
        for module in (find, search_finding):
            monkeypatch.setattr(module, "COUNTED", most)
        answer = found(pair, reader, text="vessel")
        assert (answer["total"], answer["exact"]) == told
        assert whole(answer)
        assert found(pair, reader)["exact"]


def test_an_act_on_an_item_that_is_not_seen_is_as_on_one_that_is_not_there(pair, items):
    entered(pair, "reader")
    said = set()
    for name in (items[4], "AUS-2026-999999"):
        with pytest.raises(SealaneError) as caught:
            recall.recall(pair.jpn, name, reason="r", person=Actor(READER))
        said.add((caught.value.code, caught.value.message.replace(name, "X")))
    assert said == {("item.unknown", "Item 'X' is not registered here.")}


@contextmanager
def counted(pair, monkeypatch) -> Iterator[dict[str, int]]:
    """How many decisions were made, and how many statements the database was asked."""
    seen = {"decisions": 0, "questions": 0}
    decide, run = clearing.reaches, search_engines.SqliteSearch.run

    def reaches(*arguments, **named):
        seen["decisions"] += 1
        return decide(*arguments, **named)

    def asked(*arguments, **named):
        seen["questions"] += 1
        return run(*arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(clearing, "reaches", reaches)
        patched.setattr(search_engines.SqliteSearch, "run", asked)
        yield seen


def test_clearances_are_decided_once_a_label_class_and_not_again_until_something_changes(
    pair, items, monkeypatch
):
    reader = entered(pair, "reader", facility=None)
    with pair.jpn.store.reading() as tx:
        classes = len(pair.jpn.records.search.classes(tx))
    with counted(pair, monkeypatch) as seen:
        found(pair, reader)
    assert 0 < seen["decisions"] <= classes < len(items)
    with counted(pair, monkeypatch) as seen:
        found(pair, reader, text="船舶")
    assert seen["decisions"] == 0
    reader = entered(pair, "reader", clearances=[])
    with counted(pair, monkeypatch) as seen:
        assert found(pair, reader, text="船舶")["total"] == 0
    assert seen["decisions"] == classes


def test_what_is_not_seen_costs_no_question_more(pair, items, monkeypatch):
    """A word that stands only in what a reader may not see, and one that stands nowhere."""
    hidden = nations.share(pair, reference="hidden", title="zephyr 秘匿", project="other")
    reader = entered(pair, "reader")
    asked = []
    for word in ("zephyr", "nowhere", "秘匿", "無存", hidden, "AUS-2026-999999"):
        with counted(pair, monkeypatch) as seen:
            assert found(pair, reader, text=word)["items"] == []
        asked.append((seen["questions"], seen["decisions"]))
    assert len(set(asked[1:])) == 1


def test_a_saved_search_is_the_persons_own_and_answered_anew(pair, items):
    reader, other = entered(pair, "reader"), {"id": "jpn.sato"}
    saved.save(pair.jpn, reader, "mine", SearchAsked(text="船舶", area="maritime"))
    assert saved.saved(pair.jpn, other) == {"searches": []}
    with pytest.raises(SealaneError, match=r"search\.not_saved"):
        saved.remove(pair.jpn, other, "mine")
    saved.save(pair.jpn, reader, "mine", SearchAsked(text="vessel"))
    (kept,) = saved.saved(pair.jpn, reader)["searches"]
    assert kept["asked"] == {"text": "vessel", "by": "newest"}
    for name in ("", " ", "x" * 81):
        with pytest.raises(SealaneError, match=r"search\.name"):
            saved.save(pair.jpn, reader, name, SearchAsked())
    saved.remove(pair.jpn, reader, "mine")
    assert saved.saved(pair.jpn, reader) == {"searches": []}
