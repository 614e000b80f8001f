"""What kinds of case do beyond talking, between two nodes. Spec: spec/case.md §7."""

from __future__ import annotations

import io
from dataclasses import replace

import msgspec
import pytest

from sealane import shipped
from sealane.base.errors import SealaneError
from sealane.base.values import parse_instant
from sealane.labels.model.label import label_from_json
from sealane.registry.records import Duty
from sealane.services.dialogue import chains
from sealane.services.exchange import assurance, outbox, release
from sealane.services.home import desk
from sealane.services.register.acts import Actor
from tests import nations
from tests.lane import dialogue
from tests.lane.dialogue import alike, at, opened, said, settled, shown
from tests.lane.made import LOW, code_of

DAY = 86_400
BY_TWO = Actor("aus.release", second=Actor("aus.second"))
TRANSFER = {
    "elements": ["seeker", "casing"],
    "end_use": "coastal defence",
    "members": ["AUS:aus.release", "JPN:jpn.release"],
}


@pytest.fixture
def two(pair):
    dialogue.officers(pair)
    return pair


def visit(two, **changes):
    form = {
        "subject": "Port security",
        "level": "SECRET",
        "facility": "aus.hq",
        "from": at(two, 40 * DAY),
        "until": at(two, 43 * DAY),
        "visitors": ["jpn.sato"],
    }
    return opened(two.jpn, "visit", form | changes, person="jpn.security")


def chained(node, case, event, form):
    """What the provider says by two, with what goes with it."""
    chains.say(
        node,
        case,
        event,
        form=form,
        items=(),
        person=BY_TWO,
        deliver=lambda one: outbox.deliver_due(node, item=one),
    )


def levels(two, item):
    found = []
    for node in (two.aus, two.jpn):
        with node.store.reading() as tx:
            found.append(label_from_json(node.item(tx, item).label).classification)
    return found


def test_a_consent_lowers_the_level_with_the_word_or_not_at_all(two):
    item = nations.share(two)
    two.settle()
    asked = {"act": "downgrade", "level": LOW.classification}
    case = opened(two.jpn, "consent", asked, item)["id"]
    settled(two)
    before = levels(two, item)
    past = {"until": at(two, -DAY)}
    assert code_of(lambda: chained(two.aus, case, "grant", past)) == "case.form"
    settled(two)
    assert (levels(two, item), shown(two.aus, case)["state"]) == (before, "asked")
    chained(two.aus, case, "grant", {"until": at(two, DAY)})
    settled(two)
    assert alike(two, case)["state"] == "granted"
    assert levels(two, item) == [LOW.classification] * 2


def test_a_challenge_changes_the_label_everywhere_by_itself(two):
    item = nations.share(two)
    two.settle()
    case = opened(two.jpn, "challenge", {"reason": "it is in the papers"}, item)["id"]
    settled(two)
    form = {"label": LOW.as_json()}
    alone = code_of(lambda: said(two.aus, case, "change", label=LOW.as_json()))
    assert alone == "person.second_needed"
    chained(two.aus, case, "change", form)
    settled(two)
    assert alike(two, case)["state"] == "changed"
    for node in (two.aus, two.jpn):
        with node.store.reading() as tx:
            assert label_from_json(node.item(tx, item).label).classification == LOW.classification


def test_the_second_has_a_duty_that_the_kind_itself_names(two):
    """The kind's own file may say fewer than the table of authority does."""
    kind = two.aus.case_kinds["challenge"]
    narrow = [
        msgspec.structs.replace(one, second=(Duty.SECURITY_OFFICER,)) if one.second else one
        for one in kind.event
    ]
    kinds = {
        **two.aus.case_kinds,
        "challenge": msgspec.structs.replace(kind, event=tuple(narrow)),
    }
    item = nations.share(two)
    two.settle()
    case = opened(two.jpn, "challenge", {"reason": "it is in the papers"}, item)["id"]
    settled(two)
    with pytest.raises(SealaneError) as wrong:
        chained(replace(two.aus, case_kinds=kinds), case, "change", {"label": LOW.as_json()})
    assert wrong.value.code == "person.duty"
    assert "security-officer" in wrong.value.message
    assert "second-signer" not in wrong.value.message


def test_an_unanswered_challenge_is_escalated_and_can_still_be_answered(two):
    item = nations.share(two)
    two.settle()
    case = opened(two.jpn, "challenge", {"reason": "too high"}, item)["id"]
    settled(two)
    two.clock.pass_(31 * DAY)
    assert shown(two.aus, case)["state"] == "escalated"
    said(two.aus, case, "uphold", reason="sources")
    settled(two)
    assert alike(two, case)["state"] == "upheld"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"from": 27}, "visit.lead_time"),
        ({"until": 40 + 367}, "visit.too_long"),
        ({"until": 39}, "case.form"),
    ],
)
def test_a_visit_is_asked_in_time_and_not_for_too_long(two, changes, code):
    days = {name: at(two, count * DAY) for name, count in changes.items()}
    assert code_of(lambda: visit(two, **days)) == code


def test_a_visit_is_amended_approved_begins_and_ends_by_its_dates(two):
    case = visit(two)["id"]
    settled(two)
    person = "jpn.security"
    earlier = at(two, 39 * DAY)
    assert (
        code_of(lambda: said(two.jpn, case, "amend", person=person, **{"from": earlier}))
        == "visit.amendment"
    )
    assert code_of(lambda: said(two.jpn, case, "amend", person=person, subject="x")) == "case.form"
    said(two.jpn, case, "amend", person=person, visitors=["jpn.sato", "jpn.tanaka"])
    settled(two)
    assert alike(two, case)["form"]["visitors"] == ["jpn.sato", "jpn.tanaka"]
    said(two.aus, case, "approve", person="aus.security", level="SECRET", subject="Port security")
    settled(two)
    two.clock.pass_(41 * DAY)
    settled(two)
    assert alike(two, case)["state"] == "under-way"
    two.clock.pass_(4 * DAY)
    settled(two)
    whole = alike(two, case)
    assert whole["state"] == "closed"
    assert [(one["event"], one["by"]) for one in whole["events"]] == [
        ("amend", "JPN"),
        ("approve", "AUS"),
        ("begin", "AUS"),
        ("close", "AUS"),
    ]


def test_an_activity_begins_at_its_date_and_not_before(two):
    form = {"title": "Exercise", "from": at(two, DAY), "until": at(two, 5 * DAY)}
    case = opened(two.aus, "activity", form)["id"]
    settled(two)
    assert code_of(lambda: said(two.jpn, case, "begin")) == "life.too_early"
    said(two.jpn, case, "join", person="jpn.security", people=["jpn.sato"])
    two.clock.pass_(DAY)
    said(two.jpn, case, "begin")
    settled(two)
    assert alike(two, case)["state"] == "under-way"
    two.clock.pass_(5 * DAY)
    settled(two)
    assert alike(two, case)["state"] == "ended"


def decided(two, **changes):
    form = {**TRANSFER, "until": at(two, 30 * DAY)} | changes
    case = opened(two.aus, "transfer-decision", form)["id"]
    settled(two)
    said(two.aus, case, "decide", member="AUS:aus.release")
    settled(two)
    assert alike(two, case)["state"] == "proposed"
    said(two.jpn, case, "decide", member="JPN:jpn.release")
    settled(two)
    assert alike(two, case)["state"] == "decided"
    return case


def test_a_committee_has_decided_once_each_member_has(two):
    case = decided(two)
    assert code_of(lambda: said(two.jpn, case, "refuse", member="JPN:jpn.release")) == (
        "life.no_such_step"
    )
    two.clock.pass_(31 * DAY)
    assert shown(two.jpn, case)["state"] == "expired"


def test_a_member_speaks_for_nobody_else(two):
    form = {**TRANSFER, "until": at(two, 30 * DAY)}
    case = opened(two.aus, "transfer-decision", form)["id"]
    settled(two)
    other = code_of(lambda: said(two.aus, case, "decide", member="JPN:jpn.release"))
    assert other == "life.not_yours"
    assert (
        code_of(
            lambda: said(two.aus, case, "decide", member="AUS:aus.release", person="aus.second")
        )
        == "life.not_yours"
    )
    assert code_of(lambda: opened(two.aus, "transfer-decision", {**form, "members": ["x"]})) == (
        "case.form"
    )


def test_equipment_goes_only_by_a_decision_that_covers_it(two):
    case = decided(two)
    terms = {"area": "technology", "kind": "technical-data", "project": None}

    assurance.give(
        two.jpn,
        agreement=nations.AGREEMENT,
        area="technology",
        level="SECRET",
        officer="jpn.security",
        until=parse_instant(at(two, 300 * DAY)),
    )
    assert "release.no_committee" in str(_refused(two, terms, committee=None))
    assert "release.no_committee" in str(_refused(two, terms, committee="JC-1"))
    assert "release.no_committee" in str(_refused(two, terms, committee=case, elements=("engine",)))
    wanted = nations.wanted(two.aus, **terms, committee=case, elements=("seeker",))
    assert release.release(two.aus, wanted, io.BytesIO(b"x")).item


POINTS = next(
    field.values
    for field in shipped.case_kinds()["transfer-decision"].event_of("inspect").field
    if field.name == "points"
)


def inspected(two, case, **changes):
    form = {
        "subcontractor": "Kure Optics",
        "site": "Kure, hall 2",
        "on": at(two, -DAY),
        "next": at(two, 300 * DAY),
        "points": list(POINTS),
    }
    said(two.jpn, case, "inspect", person="jpn.security", **(form | changes))
    settled(two)


def test_subcontractors_stand_by_dated_inspections_of_fifteen_points(two):
    case = decided(two, subcontractors=["Kure Optics", "Harima Castings"])
    assert len(POINTS) == 15

    def sites(node):
        told = shown(node, case)["own"]["subcontractors"]
        return [(one["subcontractor"], one["holds"], len(one["missing"])) for one in told]

    assert sites(two.aus) == [("Kure Optics", False, 15), ("Harima Castings", False, 15)]
    inspected(two, case, points=list(POINTS[:-1]))
    assert sites(two.aus)[0] == ("Kure Optics", False, 1)
    inspected(two, case)
    inspected(two, case, on=at(two, -30 * DAY), points=["storage"])  # an older one comes late
    assert sites(two.aus) == sites(two.jpn)
    assert sites(two.aus)[0] == ("Kure Optics", True, 0)
    inspected(two, case, site="Kure, hall 3", points=["storage"])
    assert [one[1] for one in sites(two.jpn)] == [True, False, False]
    assert alike(two, case)["state"] == "decided"


def test_an_inspection_is_of_a_subcontractor_of_the_decision_and_was_made(two):
    case = decided(two, subcontractors=["Kure Optics"])
    for wrong in (
        {"subcontractor": "Somebody"},
        {"on": at(two, DAY)},
        {"next": at(two, -2 * DAY)},
        {"points": ["no-such-point"]},
    ):
        assert code_of(lambda wrong=wrong: inspected(two, case, **wrong)) == "case.form"
    assert code_of(lambda: said(two.jpn, case, "inspect", subcontractor="Kure Optics")) == (
        "person.duty"
    )


def test_a_release_warns_of_subcontractors_that_no_inspection_covers(two):
    case = decided(two, subcontractors=["Kure Optics"])
    assurance.give(
        two.jpn,
        agreement=nations.AGREEMENT,
        area="technology",
        level="SECRET",
        officer="jpn.security",
        until=parse_instant(at(two, 300 * DAY)),
    )
    terms = {"area": "technology", "kind": "technical-data", "project": None}
    terms |= {"committee": case, "elements": ("seeker",)}

    def warned(reference):
        wanted = nations.wanted(two.aus, **terms, reference=reference)
        given = release.release(two.aus, wanted, io.BytesIO(reference.encode()))
        return [one.code for one in given.warnings if one.code == "release.uninspected"]

    assert warned("a") == ["release.uninspected"]
    inspected(two, case, next=at(two, 10 * DAY))
    assert warned("b") == []
    two.clock.pass_(11 * DAY)
    assert warned("c") == ["release.uninspected"]


def _refused(two, terms, **changes):
    wanted = nations.wanted(two.aus, **terms, **changes)
    with pytest.raises(SealaneError) as caught:
        release.release(two.aus, wanted, io.BytesIO(b"x"))
    return caught.value.details


def notices(node, person):
    """The cases that home tells this person of, whoever's word is due."""
    with node.store.reading() as tx:
        record = node.person(tx, person)
    waiting = desk.home(node, record, limit=50, only="case-notice")["waiting"]
    return [one["about"] for one in waiting]


def test_an_incident_tells_its_reach_and_closes_once_it_was_acknowledged(two):
    item = nations.share(two)
    two.settle()
    nations.read(two, item)
    two.settle()
    form = {"what": "possible", "text": "a cabinet stood open"}
    case = opened(two.jpn, "incident", form, item, person="jpn.security")
    assert case["own"]["reach"] == {
        "items": [item],
        "copies": [{"item": item, "number": 1, "holder": "JPN"}],
        "people": ["jpn.sato"],
        "parties": ["JPN"],
        "derived": [],
    }
    settled(two)
    whole = alike(two, case["id"])
    assert (whole["form"]["copies"], whole["form"]["readers"]) == (1, 1)
    assert "jpn.sato" not in str(whole)
    assert shown(two.aus, case["id"])["own"]["reach"]["people"] == []
    assert shown(two.aus, case["id"])["own"]["reach"]["copies"] == case["own"]["reach"]["copies"]
    security = {"AUS": "aus.security", "JPN": "jpn.security"}
    assert notices(two.aus, "aus.security") == [case["id"]]
    assert notices(two.aus, "aus.auditor") == notices(two.jpn, "jpn.security") == []
    close = lambda: said(two.jpn, case["id"], "close", person="jpn.security")  # noqa: E731
    assert code_of(close) == "life.no_such_step"
    for node, event, filled in (
        (two.jpn, "investigate", {"findings": "nobody came"}),
        (two.jpn, "measures", {"measures": "a lock"}),
        (two.aus, "acknowledge", {}),
        (two.jpn, "close", {}),
    ):
        said(node, case["id"], event, person=security[node.party], **filled)
        settled(two)
    assert alike(two, case["id"])["state"] == "closed"
    assert notices(two.aus, "aus.security") == []


def test_an_incident_names_items_of_the_provider_that_is_told(two):
    item = nations.share(two)
    two.settle()
    form = {"what": "loss", "text": "a bag"}
    assert (
        code_of(lambda: opened(two.aus, "incident", form, item, person="aus.security"))
        == "item.not_yours"
    )
