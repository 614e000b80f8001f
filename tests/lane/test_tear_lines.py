"""A tear-line is looked through before it is registered: what is left of the source above the line,
whatever it is hidden in, and what nobody can read, refuse it; a check that found nothing is signed.

Spec: spec/residue.md; R13, R34, R57.
"""

from __future__ import annotations

import dataclasses
import hashlib

import pytest

from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.crypto import jws
from sealane.services.exchange import cutting
from sealane.services.register import directory, remarks
from sealane.services.register.acts import Actor
from tests import hidden_files, made_files, nations
from tests.lane.made import LOW, cleared, code_of, derive, makers, read_sources, register, told
from tests.sheets import picture

SECRET = "The convoy leaves Kure at noon on Friday with three escorts."
FREE = "The weather will be fine all week long."
HAN = "艦隊は正午に呉を出港し、三日後に佐世保へ入る予定である。"
SOURCE = f"SECRET//REL AUS/JPN\n{SECRET}\n{FREE}\n{HAN}\n"


@pytest.fixture
def source(pair):
    return derive(pair.aus, register(pair.aus), data=SOURCE.encode())["item"]


def cut(pair, source, data, **more):
    if isinstance(data, str):
        data = data.encode()
    return derive(pair.aus, source, kind="tear-line", label=LOW, data=data, **more)


def refused(pair, source, data, **more):
    with pytest.raises(SealaneError) as caught:
        cut(pair, source, data, **more)
    return caught.value


def whats(error):
    return {one["what"] for one in error.details["findings"]}


def test_a_clean_cut_is_registered_and_the_check_is_signed(pair, source):
    found = cut(pair, source, "Ships may move at the end of the week.")
    assert (found["findings"], found["check"]["version"]) == ([], "residue-1")
    assert {"text", "metadata", "revision", "hidden"} <= set(found["check"]["covered"])
    (entry,) = told(pair.aus, "derive.checked")
    assert (entry["version"], entry["actor"]) == ("residue-1", "aus.release")
    assert entry["covered"] == found["check"]["covered"]
    ours = read_sources(pair.aus, found["item"])
    assert entry["record"] == canonical.sha384(ours["report"].encode())
    signed = jws.verify_by_suites(
        ours["report"].encode(), keys=pair.aus.card.statement, typ=cutting.REPORT
    )
    said = canonical.parse(signed.payload)
    assert said == ours["check"]
    assert said["file"] == hashlib.sha384(b"Ships may move at the end of the week.").hexdigest()
    assert said["sources"][0]["item"] == source
    opened = told(pair.aus, "key.released")
    assert (opened[-1]["object"], opened[-1]["actor"]) == (source, "aus.release")


EMPTY = hidden_files.printed("x")
UNSEEN = f"<text:p><text:hidden-text>{SECRET}</text:hidden-text></text:p>"
LEFT = {
    "words": "Note: the convoy  leaves Kure\u200b at noon.",
    "characters": "艦隊は 正午に呉を 出港し、三日後に着くらしい",
    "same": SOURCE,
    "revision": hidden_files.document("Fine.", xml=hidden_files.struck(SECRET)),
    "words of an author": hidden_files.document("Fine.", author=SECRET),
    "hidden in a workbook": hidden_files.workbook(),
    "note": hidden_files.slides(),
    "hidden in an open document": hidden_files.odf(UNSEEN),
    "words in white": hidden_files.printed("Fine.", hidden=SECRET),
    "embedded": hidden_files.with_attachment(EMPTY, "s.txt", SOURCE.encode()),
    "script": hidden_files.with_script(EMPTY),
    "earlier": hidden_files.saved_again(hidden_files.printed(SECRET), EMPTY),
    "comment": hidden_files.with_annotation(EMPTY, "y"),
    "words of a photograph": hidden_files.photograph(comment=SECRET.encode()),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_left_of_the_source_refuses_it_whatever_it_is_hidden_in(pair, source, name):
    what = name.partition(" ")[0]
    error = refused(pair, source, LEFT[name])
    assert error.code == "derive.residue"
    assert what in whats(error)
    one = next(one for one in error.details["findings"] if one["what"] == what)
    assert {"where", "what", "excerpt"} <= set(one)
    (entry,) = told(pair.aus, "derive.refused")
    assert (entry["reason"], entry["items"]) == ("derive.residue", [source])
    assert not told(pair.aus, "derive.checked")
    with pair.aus.store.reading() as tx:
        assert not pair.aus.records.derivations.find(tx, order="item", kind="tear-line")


def test_what_both_have_of_one_template_is_no_finding(pair):
    for make in (hidden_files.document, hidden_files.printed):
        above = derive(pair.aus, register(pair.aus), data=make(SECRET, author="Alex Rowe"))["item"]
        found = cut(pair, above, make("Ships may move.", author="Kim Novak"))
        assert found["findings"] == []
        error = refused(pair, above, make("Ships may move.", author="alex rowe"))
        assert whats(error) == {"metadata"}


def test_findings_stand_beside_the_sources_paragraph(pair, source):
    error = refused(pair, source, "The convoy leaves Kure at noon, they say.")
    (one,) = error.details["findings"]
    assert one["source"] == {"item": source, "paragraph": 1, "excerpt": SECRET}
    (shown,) = error.details["sources"]
    assert [(each["number"], each["released"]) for each in shown["paragraphs"]] == [
        (1, False),
        (2, False),
        (3, False),
    ]


def test_paragraphs_that_the_officer_names_may_stand_in_it(pair, source):
    assert refused(pair, source, FREE).code == "derive.residue"
    found = cut(pair, source, FREE, released=("2",))
    said = read_sources(pair.aus, found["item"])["check"]
    assert said["sources"][0]["released"] == [2]
    assert cut(pair, source, FREE + "x", released=(f"{source}:2-3",))["findings"] == []
    for wrong in ("9", "0", "x", "AUS-2026-999999:1", "2-"):
        assert refused(pair, source, FREE, released=(wrong,)).code == "derive.released"


def test_what_stands_below_the_sources_own_tear_line_may_stand_in_it(pair):
    text = f"{SECRET}\n--- TEAR LINE ---\n{FREE}\n"
    source = derive(pair.aus, register(pair.aus), data=text.encode())["item"]
    assert cut(pair, source, FREE)["findings"] == []
    assert refused(pair, source, SECRET).code == "derive.residue"


def test_a_portion_mark_that_the_label_covers_frees_its_paragraph(pair):
    text = f"(SECRET//REL AUS/JPN) {SECRET}\n(PROTECTED//REL AUS/JPN) {FREE}\n(PROTECTED) {HAN}\n"
    source = derive(pair.aus, register(pair.aus), data=text.encode())["item"]
    protected = dataclasses.replace(LOW, classification="PROTECTED")
    more = {"kind": "tear-line", "label": protected}
    assert derive(pair.aus, source, data=FREE.encode(), **more)["findings"] == []
    for left in (SECRET, HAN):  # one is higher, the other is not for the nations of the cut
        data = left.encode()
        found = code_of(lambda data=data: derive(pair.aus, source, data=data, **more))
        assert found == "derive.residue"


def test_what_nobody_can_read_refuses_it_unless_the_officer_says_why(pair, source):
    data = made_files.changed(
        hidden_files.document("Fine."), "word/media/image1.png", picture(3, 3)
    )
    error = refused(pair, source, data)
    assert error.code == "derive.unread"
    assert ("word/media/image1.png", "picture") in {
        (one["where"], one["why"]) for one in error.details["unread"]
    }
    assert refused(pair, source, data, reason=" ").code == "derive.unread"
    found = cut(pair, source, data, reason="the service's crest")
    said = read_sources(pair.aus, found["item"])["check"]
    assert said["reason"] == "the service's crest"
    assert told(pair.aus, "derive.checked")[0]["lacking"] == ["picture"]
    with pair.aus.store.reading() as tx:
        (remark,) = remarks.of(pair.aus, tx, found["item"])
    assert (remark["by"], remark["text"]) == ("aus.release", "the service's crest")
    # a reason is no answer to what was found
    leaky = made_files.changed(data, "word/comments.xml", b"<comments><comment/></comments>")
    assert refused(pair, source, leaky, reason="r").code == "derive.residue"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (hidden_files.bomb(), "limits"),
        (hidden_files.document("x")[:-9], "damaged"),
        (hidden_files.locked(hidden_files.printed("x")), "locked"),
        (b"\x00\x01", "form"),
        (b"%PDF-1.7 nothing", "damaged"),
    ],
    ids=["bomb", "cut-off", "locked", "unknown", "no-pdf"],
)
def test_files_that_harm_or_are_damaged_are_refused_by_type(pair, source, data, why):
    error = refused(pair, source, data)
    assert error.code == "derive.unread"
    assert why in {one["why"] for one in error.details["unread"]}


def test_a_source_that_is_not_kept_or_not_read_is_said_and_stops_nothing(pair):
    given = nations.share(pair, b"the plan", second="aus.second")
    image = derive(pair.aus, register(pair.aus), data=picture(3, 3))["item"]
    for above, why in ((given, "not-kept"), (image, "picture")):
        found = cut(pair, above, "Fine.")
        assert found["check"]["uncompared"] == [{"item": above, "why": why}]
        said = read_sources(pair.aus, found["item"])["check"]
        assert said["sources"][0]["compared"] is False
        assert said["unread"][0]["why"] == why
        assert told(pair.aus, "derive.checked")[-1]["lacking"] == [why]
    # the same bytes are known by the register's digest alone
    assert whats(refused(pair, given, b"the plan")) == {"same"}
    # a source that was read through has no such line
    assert cut(pair, register(pair.aus), "Fine.")["check"]["uncompared"] == []


def test_a_file_that_no_reader_here_reads_is_refused_whatever_its_source(pair):
    bare = dataclasses.replace(pair.aus, contents=None)
    with pytest.raises(SealaneError) as caught:
        derive(bare, register(pair.aus), kind="tear-line", label=LOW)
    assert caught.value.code == "derive.unread"
    assert caught.value.details["unread"][0]["why"] == "no-reader"


def test_what_has_no_file_is_held_against_its_note(pair):
    oral = register(pair.aus, title="Convoy to Kure leaves at noon")
    assert cut(pair, oral, "Nothing of it.")["findings"] == []
    assert refused(pair, oral, "the convoy to Kure leaves at noon").code == "derive.residue"


def uncleared(pair):
    """A release officer who may open nothing above PROTECTED."""
    cleared(pair.aus, "aus.release", level="PROTECTED")
    with pair.aus.store.reading() as tx:
        officer = pair.aus.person(tx, "aus.release")
    directory.enter(pair.aus, {**officer, "id": "aus.officer", "post": "o"})
    return {"actor": Actor("aus.officer")}


def test_an_officer_who_may_not_open_the_source_cuts_and_is_shown_nothing_of_it(pair, source):
    blind = uncleared(pair)
    before = len(told(pair.aus, "key.released"))
    found = cut(pair, source, "Ships may move at the end of the week.", **blind)
    assert found["findings"] == []
    (compared,) = told(pair.aus, "derive.compared")
    assert (compared["object"], compared["actor"]) == (source, "aus.officer")
    assert len(told(pair.aus, "key.released")) == before
    said = read_sources(pair.aus, found["item"])["check"]["sources"][0]
    assert (said["compared"], said["shown"]) == (True, False)


def test_of_what_is_left_an_officer_who_may_not_open_the_source_is_told_only_that_it_is(
    pair, source
):
    blind = uncleared(pair)
    error = refused(pair, source, f"Hello.\n{SECRET}\n{HAN}\n", **blind)
    assert error.code == "derive.residue"
    about = {"item": source, "paragraph": None, "excerpt": None}
    assert {one["what"] for one in error.details["findings"]} == {"words", "characters"}
    for one in error.details["findings"]:
        assert (one["where"], one["excerpt"], one["source"]) == ("file", "", about)
    assert error.details["sources"] == []
    # what lies in the file whatever the source says is the officer's own, and told in full
    own = refused(
        pair, source, hidden_files.document("Fine.", xml=hidden_files.struck("x")), **blind
    )
    assert [one["excerpt"] for one in own.details["findings"] if one["what"] == "revision"] == ["x"]


def test_paragraphs_are_named_by_who_may_read_them(pair, source):
    blind = uncleared(pair)
    error = refused(pair, source, FREE, released=("2",), **blind)
    assert error.code == "national.refused"
    assert told(pair.aus, "key.refused")[-1]["reason"] == "national.refused"
    assert not told(pair.aus, "derive.compared")


def test_every_source_is_looked_at(pair, source):
    other = derive(pair.aus, register(pair.aus), data=f"{FREE}\n".encode())["item"]
    with pytest.raises(SealaneError) as caught:
        derive(pair.aus, source, other, kind="tear-line", label=LOW, data=f"{FREE} {HAN}".encode())
    items = {one["source"]["item"] for one in caught.value.details["findings"]}
    assert items == {source, other}


def test_the_recipient_learns_that_it_is_bound_and_nothing_of_the_check(pair, source):
    makers(pair.jpn)
    found = cut(pair, source, "Ships may move.")
    with pair.jpn.store.reading() as tx:
        assert not pair.jpn.records.derivations.find(tx, order="item")
    assert set(read_sources(pair.aus, found["item"])) == {
        "bound",
        "by",
        "kind",
        "sources",
        "binding",
        "grades",
        "opening",
        "check",
        "report",
    }
