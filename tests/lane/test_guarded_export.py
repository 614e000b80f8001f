"""What leaves for a domain of lower protection: the mark is judged, words are looked for, the file
is held, and another person lets it pass; what stands under an agreement never leaves.

Spec: spec/export.md; R36, R37, R57.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
from types import SimpleNamespace

import pytest

from sealane.base.errors import NotFound, Refused
from sealane.crypto import jws
from sealane.labels.binding.information import write_binding
from sealane.labels.model.label import Category, Label
from sealane.registry.domain import read_domains
from sealane.services.exchange import arrival, recall
from sealane.services.guard import holding, kept, passing
from sealane.services.register.acts import Actor
from tests import nations
from tests.carriers import labelled
from tests.hidden_files import document, printed, workbook
from tests.lane.made import code_of, derive, makers, register, staff, told
from tests.lane.made import release as release_held
from tests.made_files import changed, docx

HELD_BY, SECOND = Actor("aus.analyst"), Actor("aus.second")
PLAIN = b"OFFICIAL\nThe harbour is open on Friday.\nOFFICIAL\n"


def hold(pair, data=PLAIN, domain="office", by=HELD_BY, **more):
    asked = holding.HoldAsked(
        domain=domain, name="note.txt", media_type="text/plain", actor=by, **more
    )
    return holding.hold(pair.aus, asked, io.BytesIO(data))


def pass_(pair, export, by=SECOND, reason=None):
    sink = io.BytesIO()
    found = passing.pass_(pair.aus, export, sink, by=by, reason=reason)
    return sink.getvalue(), found


def label(classification="OFFICIAL", *categories):
    return Label(
        policy="AUS",
        classification=classification,
        originator="AUS",
        created="2026-11-22T00:00:00Z",
        categories=categories,
    )


def test_it_is_held_by_one_and_passed_by_another_byte_for_byte(pair):
    found = hold(pair)
    assert (found["state"], found["mark"], found["carrier"]) == ("held", "OFFICIAL", "text")
    assert (found["findings"], found["unread"]) == ([], [])
    data, passed = pass_(pair, found["id"])
    assert (data, passed["state"]) == (PLAIN, "passed")
    shown = kept.show(pair.aus, found["id"], by=SECOND)
    signed = jws.verify_by_suites(
        shown["slip"].encode(), keys=pair.aus.card.statement, typ=passing.SLIP
    )
    assert found["document"].encode() in signed.payload
    assert b"aus.analyst" not in signed.payload
    (entry,), (left,) = told(pair.aus, "export.held"), told(pair.aus, "export.passed")
    assert (entry["actor"], entry["type"], entry["size"]) == ("aus.analyst", "office", 0)
    assert (left["actor"], left["object"]) == ("aus.second", found["item"])
    assert code_of(lambda: pass_(pair, found["id"])) == "life.no_such_step"
    stop = lambda: passing.stop(pair.aus, found["id"], by=SECOND, reason="r")  # noqa: E731
    assert code_of(stop) == "life.no_such_step"


def test_who_holds_and_who_passes_are_two_and_of_the_duties(pair):
    found = hold(pair, by=Actor("aus.release"))
    assert (
        code_of(lambda: pass_(pair, found["id"], by=Actor("aus.release"))) == "export.same_person"
    )
    assert code_of(lambda: pass_(pair, found["id"], by=Actor("aus.clerk"))) == "person.duty"
    assert code_of(lambda: pass_(pair, found["id"], by=Actor("aus.nobody"))) == "person.unknown"
    assert code_of(lambda: hold(pair, by=Actor("aus.clerk"))) == "person.duty"
    assert code_of(lambda: hold(pair, by=Actor("aus.clerk"), domain="none")) == (
        "export.unknown_domain"
    )
    assert code_of(lambda: pass_(pair, "X-999999")) == "export.unknown"
    staff(pair.aus, "aus.officer", "release-officer")
    assert pass_(pair, found["id"], by=Actor("aus.officer"))[0] == PLAIN


def test_the_originator_of_a_registered_file_does_not_pass_it(pair):
    staff(pair.aus, "aus.both", "release-officer", duties=["originator", "release-officer"])
    item = derive(pair.aus, register(pair.aus, label=LOWEST), data=PLAIN, actor=Actor("aus.both"))
    found = hold(pair)
    assert found["item"] == item["item"]
    assert code_of(lambda: pass_(pair, found["id"], by=Actor("aus.both"))) == "export.same_person"


LOWEST = label()


@pytest.mark.parametrize(
    ("domain", "mark", "code"),
    [
        ("internet", label("OFFICIAL: Sensitive"), "export.above_ceiling"),
        ("office", label("SECRET"), "export.above_ceiling"),
        (
            "office",
            label("PROTECTED", Category("Caveat", "restrictive", ("AUSTEO",))),
            "export.caveat",
        ),
        (
            "internet",
            label("OFFICIAL", Category("Releasable To", "permissive", ("AUS", "JPN"))),
            "export.limited",
        ),
        ("office", label("OFFICIAL", Category("Releasable To", "permissive", ("AUS",))), None),
        ("office", label("PROTECTED"), None),
        ("internet", label("OFFICIAL"), None),
    ],
)
def test_a_label_stands_on_a_domain_or_does_not(pair, domain, mark, code):
    data = labelled(docx(), mark)
    if code is None:
        assert hold(pair, data, domain)["state"] == "held"
    else:
        assert code_of(lambda: hold(pair, data, domain)) == code
        assert told(pair.aus, "export.refused")[-1]["reason"] == code


def test_a_mark_lies_in_the_file_beside_it_or_frames_its_text(pair):
    for data, carrier in ((docx(), "ooxml"), (printed("They sail"), "pdf")):
        assert hold(pair, labelled(data, label()))["carrier"] == carrier
    bare = b"nothing is said here"
    lies = beside(pair, bare)
    assert hold(pair, bare, sidecar=lies)["carrier"] == "sidecar"
    for wrong in (lies, "<no/>", lies.replace("OFFICIAL", "SECRET")):
        found = code_of(lambda wrong=wrong: hold(pair, b"another", sidecar=wrong))
        assert found == "export.mark_unclear"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"nothing is said here", "export.no_mark"),
        (b"OFFICIAL\nopen at one end", "export.mark_unclear"),
        (b"OFFICIAL\nx\nPROTECTED", "export.mark_unclear"),
        (printed("OFFICIAL", "x", "PROTECTED"), "export.mark_unclear"),
        (b"", "export.no_mark"),
        ("取扱注意\nx\n取扱注意".encode(), "export.no_mark"),
        (b"TLP:RED\nx\nTLP:RED", "export.above_ceiling"),
    ],
)
def test_what_has_no_clear_mark_of_its_own_does_not_leave(pair, data, code):
    assert code_of(lambda: hold(pair, data)) == code


def test_marks_that_disagree_are_none_and_a_damaged_one_is_said(pair):
    data = labelled(docx(), label("OFFICIAL: Sensitive"))
    assert code_of(lambda: hold(pair, data, sidecar=beside(pair, data))) == "export.mark_unclear"
    altered = changed(data, "word/header1.xml", b"<h>x</h>")
    assert code_of(lambda: hold(pair, altered)) == "export.mark_unclear"


def beside(pair, data):
    digest = base64.b64encode(hashlib.sha384(data).digest()).decode()
    return write_binding(label(), pair.aus.schemes, {"note.txt": digest})


def test_keywords_of_both_languages_and_higher_marks_hold_it_for_a_reason(pair):
    data = "OFFICIAL\nThe ORDER  of Batt\u200ble, 特定 秘密, and SECRET.\nOFFICIAL\n".encode()
    found = hold(pair, data)
    words = {(one["what"], one["word"]) for one in found["findings"]}
    assert words == {
        ("keyword", "order of battle"),
        ("keyword", "特定秘密"),
        ("mark", "SECRET"),
    }
    assert code_of(lambda: pass_(pair, found["id"])) == "export.reason_needed"
    assert code_of(lambda: pass_(pair, found["id"], reason="  ")) == "export.reason_needed"
    assert pass_(pair, found["id"], reason="of the last war")[0] == data
    assert kept.show(pair.aus, found["id"], by=SECOND)["words"] == "of the last war"


def test_what_nobody_reads_leaves_for_a_reason_that_the_second_sees(pair):

    data = changed(document("They sail"), "word/media/image1.png", b"\x89PNG\r\n\x1a\n")
    data = labelled(data, label())
    with pytest.raises(Refused) as caught:
        hold(pair, data)
    assert caught.value.code == "export.unread"
    assert {one["why"] for one in caught.value.details["unread"]} >= {"picture"}
    found = hold(pair, data, reason="the crest")
    assert (found["reason"], bool(found["unread"])) == ("the crest", True)
    assert code_of(lambda: pass_(pair, found["id"])) == "export.reason_needed"
    assert pass_(pair, found["id"], reason="seen")[0] == data


def test_hidden_layers_are_findings(pair):
    found = hold(pair, labelled(workbook(), label()))
    assert {one["what"] for one in found["findings"]} == {"hidden", "comment"}


def test_what_stands_under_an_agreement_never_leaves(pair):
    given = nations.share(pair, PLAIN)
    assert code_of(lambda: hold(pair)) == "export.not_own"
    read = nations.read(pair, given)
    assert read == PLAIN
    jpn = holding.HoldAsked(
        domain="office", name="n", media_type="text/plain", actor=Actor("jpn.release")
    )
    mark = "注意\nx\n注意".encode()
    with pytest.raises(Refused) as caught:
        holding.hold(pair.jpn, jpn, io.BytesIO(PLAIN))
    assert caught.value.code in ("export.no_mark", "export.not_own")
    assert holding.hold(pair.jpn, jpn, io.BytesIO(mark))["state"] == "held"


def test_a_received_file_is_known_by_its_bytes_once_it_was_opened(pair):
    mark = "注意\nthey sail\n注意".encode()
    given = nations.share(pair, mark)
    asked = holding.HoldAsked(
        domain="office", name="n", media_type="text/plain", actor=Actor("jpn.release")
    )
    assert nations.read(pair, given) == mark
    with pytest.raises(Refused) as caught:
        holding.hold(pair.jpn, asked, io.BytesIO(mark))
    assert caught.value.code == "export.not_own"
    assert "AUS" in caught.value.message


def test_what_was_made_from_a_partners_matter_does_not_leave(pair):
    makers(pair.jpn)
    source = nations.share(pair)
    arrival.accept(pair.jpn, source, "jpn.clerk")
    data = "注意\nin our words\n注意".encode()
    derive(pair.jpn, source, data=data)
    asked = holding.HoldAsked(
        domain="office", name="n", media_type="text/plain", actor=Actor("jpn.release")
    )
    with pytest.raises(Refused) as caught:
        holding.hold(pair.jpn, asked, io.BytesIO(data))
    assert caught.value.code == "export.not_own"


def test_a_registered_file_whose_mark_says_less_does_not_leave(pair):
    derive(pair.aus, register(pair.aus), data=PLAIN)
    assert code_of(lambda: hold(pair)) == "export.mark_below_item"


HIGH = b"""
format = "sealane-domains/1"
[[domain]]
id = "high"
name = { en = "High", ja = "\xe9\xab\x98\xe4\xbd\x8d" }
ceiling = { AUS = ["SECRET"] }
readers = ["own", "JPN"]
"""
MARKED = b"SECRET//REL AUS/JPN\nThe harbour is open.\nSECRET//REL AUS/JPN\n"


def test_what_is_released_or_recalled_meanwhile_does_not_pass(pair):
    domains = read_domains(HIGH, "AUS", pair.aus.schemes)
    pair = SimpleNamespace(aus=dataclasses.replace(pair.aus, domains=domains))
    released, recalled = (
        derive(pair.aus, register(pair.aus), data=MARKED.replace(b"open", word))["item"]
        for word in (b"open", b"shut")
    )
    first, second = hold(pair, MARKED, "high"), hold(pair, MARKED.replace(b"open", b"shut"), "high")
    assert (first["item"], second["item"]) == (released, recalled)
    release_held(pair.aus, released)
    assert code_of(lambda: pass_(pair, first["id"])) == "export.not_own"
    recall.recall(pair.aus, recalled, reason="r", person="aus.analyst")
    assert code_of(lambda: pass_(pair, second["id"])) == "export.changed"


@pytest.mark.parametrize("step", ["own.recorded", "export.read"])
def test_what_died_before_it_was_recorded_has_not_passed(pair, step):
    found = hold(pair)

    def died(point):
        if point == step:
            raise Died

    pair.clock.at = died
    with pytest.raises(Died):
        pass_(pair, found["id"])
    pair.clock.at = lambda _: None
    assert kept.show(pair.aus, found["id"], by=SECOND)["state"] == "held"
    assert not told(pair.aus, "export.passed")
    assert pass_(pair, found["id"])[0] == PLAIN


def test_of_two_who_pass_it_at_once_one_does(pair):
    found = hold(pair)
    pair.clock.at = stopped_meanwhile(pair, found["id"])
    assert code_of(lambda: pass_(pair, found["id"])) == "life.no_such_step"
    assert kept.show(pair.aus, found["id"], by=SECOND)["state"] == "stopped"


def stopped_meanwhile(pair, export):
    def stop(point):
        if point == "export.read":
            pair.clock.at = lambda _: None
            passing.stop(pair.aus, export, by=HELD_BY, reason="r")

    return stop


class Died(BaseException):
    """The process ended here."""


def test_who_holds_it_or_could_pass_it_stops_it(pair):
    found = hold(pair)
    stopped = passing.stop(pair.aus, found["id"], by=HELD_BY, reason="its second line")
    assert (stopped["state"], stopped["words"]) == ("stopped", "its second line")
    assert code_of(lambda: pass_(pair, found["id"])) == "life.no_such_step"
    assert (
        code_of(lambda: passing.stop(pair.aus, hold(pair)["id"], by=Actor("aus.clerk"), reason="r"))
        == "person.duty"
    )


def test_an_export_that_was_changed_by_hand_does_not_pass(pair):
    found = hold(pair)
    with pair.aus.store.writing() as tx:
        pair.aus.records.exports.change(tx, {"id": found["id"]}, domain="internet", findings=[])
    assert code_of(lambda: pass_(pair, found["id"])) == "directory.altered"


def test_a_domain_that_is_not_signed_any_more_lets_nothing_pass(pair):
    found = hold(pair)
    bare = dataclasses.replace(pair.aus, domains={})
    with pytest.raises(NotFound) as caught:
        passing.pass_(bare, found["id"], io.BytesIO(), by=SECOND)
    assert caught.value.code == "export.unknown_domain"


def test_lists_are_read_by_pages_and_by_whose_duty_it_is(pair):
    ids = [hold(pair)["id"] for _ in range(3)]
    first = kept.listed(pair.aus, by=SECOND, limit=2)
    assert [one["id"] for one in first["exports"]] == ids[:0:-1]
    rest = kept.listed(pair.aus, by=SECOND, limit=2, after=first["after"])
    assert ([one["id"] for one in rest["exports"]], rest["after"]) == (ids[:1], None)
    pass_(pair, ids[0])
    held = kept.listed(pair.aus, by=SECOND, held_alone=True, limit=9)
    assert [one["id"] for one in held["exports"]] == ids[:0:-1]
    assert code_of(lambda: kept.listed(pair.aus, by=Actor("aus.clerk"), limit=1)) == "person.duty"
    known = kept.domains(pair.aus, by=SECOND)["domains"]
    assert [one["id"] for one in known] == ["internet", "office"]
    assert known[1]["readers"] == ["AUS"]
