"""How far the sources of a derived item are to be believed: kept with the maker, told to nobody.

Spec: spec/exchange.md §4.2; R13.
"""

from __future__ import annotations

from sealane.registry import grading
from sealane.services.exchange import arrival
from sealane.web.words import name_of
from tests import nations
from tests.lane import several
from tests.lane.made import code_of, derive, makers, read_sources, register, release, told


def test_each_source_keeps_its_grade_at_the_maker_and_no_partner_reads_one(pair):
    one, other, third = (register(pair.aus) for _ in range(3))
    found = derive(pair.aus, one, other, third, kind="summary", grades=("B2", f"{third}=F6"))
    assert found["grades"] == {one: "B2", third: "F6"}
    assert read_sources(pair.aus, found["item"])["grades"] == {one: "B2", third: "F6"}
    (entry,) = told(pair.aus, "item.derived")
    assert (entry["items"], entry["grades"]) == ([one, other, third], ["B2", "", "F6"])
    release(pair.aus, found["item"])
    arrival.accept(pair.jpn, found["item"], "jpn.clerk")
    theirs = read_sources(pair.jpn, found["item"])
    assert theirs["bound"]
    assert "grades" not in theirs
    shared = nations.log_of(pair.aus, nations.AGREEMENT)
    with pair.aus.store.reading() as tx:
        entries = [shared.entry(tx, index) for index in range(shared.size(tx))]
    assert entries
    assert not [one for one in entries if b"grade" in one]


def test_a_received_source_is_graded_like_an_own_one(pair):
    makers(pair.jpn)
    source = nations.share(pair)
    arrival.accept(pair.jpn, source, "jpn.clerk")
    item = derive(pair.jpn, source, grades=(f"{source}=A1",))["item"]
    assert read_sources(pair.jpn, item)["grades"] == {source: "A1"}


def test_who_grades_nothing_leaves_no_grade(pair):
    item = derive(pair.aus, register(pair.aus))["item"]
    assert read_sources(pair.aus, item)["grades"] == {}
    assert "grades" not in told(pair.aus, "item.derived")[0]


WRONG = ("", "B", "b2", "B7", "G1", "2B", "B 2", "B22", "\uff22\uff12", "AUS=", "x=B")


def test_another_spelling_is_refused_and_nothing_is_registered(pair):
    item = register(pair.aus)
    for wrong in WRONG:
        code = code_of(lambda wrong=wrong: derive(pair.aus, item, grades=(wrong,)))
        assert code == "derive.grade", wrong
    assert len(several.items(pair.aus)) == 1
    spaced = derive(pair.aus, item, grades=(" B2 ",))  # blanks at the ends say nothing
    assert spaced["grades"] == {item: "B2"}


def test_what_is_no_source_or_is_graded_twice_is_refused(pair):
    item, other = register(pair.aus), register(pair.aus)
    for wrong in ((f"{other}=B2",), ("B2", f"{item}=B3"), ("B2", "B2")):
        code = code_of(lambda wrong=wrong: derive(pair.aus, item, grades=wrong))
        assert code == "derive.grade_source"
    assert len(several.items(pair.aus)) == 2


def test_every_letter_and_digit_has_words_in_both_languages():
    for group, codes in (
        ("reliability", grading.RELIABILITY),
        ("credibility", grading.CREDIBILITY),
    ):
        for lang in ("en", "ja"):
            words = {name_of(lang, group, code) for code in codes}
            assert len(words) == 6
            assert not words & set(codes)
