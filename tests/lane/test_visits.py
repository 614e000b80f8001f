"""Visits between two nodes: who is assured and how far, what an amendment takes back, and what the
host keeps for itself. Spec: spec/case.md §7, §8; R37, R50.
"""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from sealane.base import base64url
from sealane.base.errors import SealaneError
from sealane.base.values import parse_instant
from sealane.crypto import jws
from sealane.ledger import bodies, entries
from sealane.services.dialogue import keeping
from sealane.services.inspection import assessment
from sealane.services.register import directory
from sealane.services.register.acts import Actor
from tests import engines, nations
from tests.lane import dialogue, visits
from tests.lane.dialogue import alike, at, hears, said, settled, shown
from tests.lane.made import code_of
from tests.lane.packing import made, taken
from tests.lane.test_assessment import ledgers
from tests.lane.visits import ASKS, DAY, HOSTS, LEVEL
from tests.lane.within import typing

VETTING = {"basis", "granted", "sponsor", "status", "issuer", "clearances", "authorisations"}
LIMITS = {"rooms": ["aus.briefing"], "subjects": ["berths"], "words": "never the radar"}


@pytest.fixture
def two(pair):
    dialogue.officers(pair)
    return pair


def changed(node, person, **members):
    """Somebody's record with other members."""
    with node.store.reading() as tx:
        record = json.loads(json.dumps(node.person(tx, person)))
    directory.enter(node, {**record, **members})


def clearance(node, person):
    with node.store.reading() as tx:
        return dict(node.person(tx, person)["clearances"][0])


def test_what_is_assured_of_a_visitor_is_the_same_at_both_and_holds_no_vetting(two):
    case = visits.asked(two)
    (assured,) = alike(two, case)["form"]["assurances"]
    told = assured["person"], assured["policy"], assured["level"]
    assert told == ("jpn.sato", "JPN", "特定秘密")
    assert assured["mapped"] == ["SECRET", "PROTECTED", "OFFICIAL: Sensitive"]
    assert assured["nationality"] == ["JPN"]
    assert assured["until"] == clearance(two.jpn, "jpn.sato")["expires"]
    assert not VETTING & set(assured)
    with two.aus.store.reading() as tx:
        row = two.aus.records.cases.get(tx, id=case)
        kept = two.aus.records.statements.get(tx, digest=row.statement)
    said_ = base64url.decode(jws.read(bytes(kept.data))[0]).decode()
    assert "特定秘密" in said_
    assert clearance(two.jpn, "jpn.sato")["granted"] not in said_


@pytest.mark.parametrize(
    "lacks",
    [
        {"clearances": []},
        {"status": "suspended"},
        {"status": "revoked"},
        {"expires": 42},
        {"level": "取扱注意"},
        {"level": "重要経済安保情報"},
        {"issuer": "AUS"},
        {"sponsor": None},
        {"basis": "temporary"},
    ],
)
def test_a_visitor_without_a_clearance_for_it_is_not_requested(two, lacks):
    held = clearance(two.jpn, "jpn.sato")
    if "expires" in lacks:
        lacks = {"expires": at(two, 42 * DAY)}
    given = [] if "clearances" in lacks else [{**held, **lacks}]
    changed(two.jpn, "jpn.sato", clearances=given)
    with pytest.raises(SealaneError) as refused:
        visits.asked(two)
    assert refused.value.code == "visit.assurance"
    assert refused.value.details == {"people": ["jpn.sato"]}
    assert dialogue.seeing.listed(two.jpn, dialogue.seeing.CasesAsked(), person=ASKS)["cases"] == []


def test_who_is_not_in_the_register_is_assured_nothing(two):
    assert code_of(lambda: visits.asked(two, visitors=["jpn.sato", "nobody"])) == "visit.assurance"


def test_a_clearance_that_reaches_to_the_last_day_is_enough(two):
    held = clearance(two.jpn, "jpn.sato")
    end = at(two, 43 * DAY)
    changed(two.jpn, "jpn.sato", clearances=[{**held, "expires": end}])
    case = visits.asked(two, until=end)
    assert alike(two, case)["form"]["assurances"][0]["until"] == end


@pytest.mark.parametrize("level", ["x", "OFFICIAL", "秘", "CONFIDENTIAL"])
def test_a_level_that_has_no_row_is_named_as_the_wrong_field(two, level):
    with pytest.raises(SealaneError) as wrong:
        visits.asked(two, level=level)
    assert (wrong.value.code, wrong.value.details) == ("case.form", {"field": "level"})


def test_nobody_writes_an_assurance_by_hand(two):
    with pytest.raises(SealaneError) as wrong:
        visits.asked(two, assurances=[{"person": "jpn.sato"}])
    assert (wrong.value.code, wrong.value.details) == ("case.form", {"field": "assurances"})


def forged(two, **changes):
    """What the host says to a request whose assurance was made up."""
    case = alike(two, visits.asked(two))
    form = {**case["form"]}
    (assured,) = form["assurances"]
    if "assurances" in changes:
        form |= changes
    else:
        form["assurances"] = [assured | changes]
    form = {name: value for name, value in form.items() if value is not None}
    return hears(
        two, bodies.CaseOpened(case="JPN-AUS-2026-C00077", kind="visit", form=form, items=())
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "acknowledged"),
        ({"assurances": None}, "case.form"),
        ({"assurances": []}, "case.form"),
        ({"assurances": [{"person": "jpn.sato"}]}, "case.form"),
        ({"person": "jpn.tanaka"}, "case.form"),
        ({"granted": "2020-01-01T00:00:00Z"}, "case.form"),
        ({"until": "tomorrow"}, "case.form"),
        ({"nationality": ["Japan"]}, "case.form"),
        ({"policy": "AUS"}, "case.form"),
        ({"level": "取扱注意"}, "case.form"),
        ({"mapped": ["TOP SECRET", "SECRET"]}, "case.form"),
        ({"mapped": ["PROTECTED"]}, "visit.assurance"),
        ({"until": "2026-11-23T00:00:00Z"}, "visit.assurance"),
    ],
)
def test_the_host_works_out_itself_what_an_assurance_reaches(two, changes, code):
    assert forged(two, **changes) == code


def test_the_host_approves_no_level_that_is_not_assured(two):
    held = clearance(two.jpn, "jpn.sato")
    longer = {"by": "jpn.authority", "until": held["expires"], "reference": "2026-7"}
    old = {"granted": "2021-06-01T00:00:00Z", "extension": longer}
    changed(two.jpn, "jpn.sato", clearances=[held | old])
    case = visits.asked(two)
    # five years after its grant this clearance no longer covers that level in every area
    assert alike(two, case)["form"]["assurances"][0]["mapped"] == ["SECRET", "OFFICIAL: Sensitive"]
    for level, code in (
        ("TOP SECRET", "visit.assurance"),
        ("PROTECTED", "visit.assurance"),
        ("secret", "case.form"),
    ):
        assert code_of(lambda level=level: visits.approve(two, case, level)) == code
    visits.approve(two, case)
    assert alike(two, case)["state"] == "approved"


def test_the_level_may_be_named_as_the_visitors_call_it(two):
    case = visits.asked(two, level="極秘")
    visits.approve(two, case, "極秘")
    assert alike(two, case)["state"] == "approved"


def test_what_was_approved_and_is_amended_waits_for_the_host_again(two):
    case = visits.asked(two)
    visits.approve(two, case)
    said(two.jpn, case, "amend", person=ASKS, visitors=["jpn.sato", "jpn.tanaka"])
    settled(two)
    whole = alike(two, case)
    assert whole["state"] == "requested"
    assert [one["person"] for one in whole["form"]["assurances"]] == ["jpn.sato", "jpn.tanaka"]
    two.clock.pass_(41 * DAY)
    settled(two)
    assert alike(two, case)["state"] == "requested"  # no date lets in whom nobody looked at
    visits.approve(two, case)
    assert alike(two, case)["state"] == "under-way"


def test_an_amendment_assures_whoever_it_names_and_to_the_new_end(two):
    case = visits.asked(two)
    amend = lambda **form: said(two.jpn, case, "amend", person=ASKS, **form)  # noqa: E731
    assert code_of(lambda: amend(visitors=["jpn.suzuki"])) == "visit.assurance"
    held = clearance(two.jpn, "jpn.sato")
    changed(two.jpn, "jpn.sato", clearances=[{**held, "expires": at(two, 50 * DAY)}])
    assert code_of(lambda: amend(until=at(two, 51 * DAY))) == "visit.assurance"
    amend(until=at(two, 49 * DAY))
    settled(two)
    assured = alike(two, case)["form"]["assurances"][0]
    assert assured["until"] == clearance(two.jpn, "jpn.sato")["expires"]


def test_a_partner_cannot_amend_without_assuring(two):
    case = alike(two, visits.asked(two))
    body = {"case": case["id"], "follows": case["digest"], "event": "amend", "items": ()}
    for form in ({"visitors": ["jpn.tanaka"]}, {"until": at(two, 400 * DAY)}):
        assert hears(two, bodies.CaseSaid(**body, form=form)) in ("case.form", "visit.assurance")


def test_an_emergency_visit_is_not_amended(two):
    case = visits.asked(two, type="emergency")
    later = at(two, 44 * DAY)
    assert code_of(lambda: said(two.jpn, case, "amend", person=ASKS, until=later)) == (
        "visit.amendment"
    )


def test_an_emergency_is_asked_for_without_weeks_ahead_and_never_for_the_past(two):
    soon = {"from": at(two, 2 * DAY), "until": at(two, 3 * DAY)}
    assert code_of(lambda: visits.asked(two, **soon)) == "visit.lead_time"
    case = alike(two, visits.asked(two, type="emergency", **soon))
    assert case["state"] == "requested"
    past = {**soon, "from": at(two, -DAY)}
    assert code_of(lambda: visits.asked(two, type="emergency", **past)) == "visit.lead_time"


# --- what the host keeps for itself


def limit(node, case, person=HOSTS, **form):
    keeping.keep(node, case, "limits", form=form, kind="visit", person=person)


def test_limits_are_kept_by_the_host_and_shown_to_its_staff_alone(two):
    case = visits.asked(two)
    before = alike(two, case)["digest"]
    limit(two.aus, case, **LIMITS, escorts=["aus.security"])
    assert shown(two.aus, case)["own"]["limits"] == {**LIMITS, "escorts": ["aus.security"]}
    limit(two.aus, case, words=None, rooms=["aus.briefing", "aus.registry"])
    held = shown(two.aus, case)["own"]["limits"]
    assert "words" not in held
    assert held["rooms"] == ["aus.briefing", "aus.registry"]
    assert held["subjects"] == ["berths"]
    settled(two)
    assert alike(two, case)["digest"] == before
    assert "limits" not in shown(two.jpn, case)["own"]
    with two.aus.store.reading() as tx:
        log = two.aus.internal
        told = [
            entries.read(log.entry(tx, ref.index)).fields
            for ref in two.aus.records.entry_refs.find(tx, order="index", kind="case.kept")
        ]
    assert [(one["actor"], one["type"]) for one in told] == [(HOSTS, "limits")] * 2


@pytest.mark.parametrize(
    ("party", "person", "form", "code"),
    [
        ("JPN", "jpn.security", LIMITS, "life.not_yours"),
        ("AUS", "aus.release", LIMITS, "person.duty"),
        ("AUS", "nobody", LIMITS, "person.unknown"),
        ("AUS", HOSTS, {"rooms": "a b"}, "case.form"),
        ("AUS", HOSTS, {"roof": "x"}, "case.form"),
        ("AUS", HOSTS, {"words": "x" * 2001}, "case.form"),
        ("AUS", HOSTS, {"escorts": ["jpn.sato"]}, "person.unknown"),
    ],
)
def test_limits_that_are_not_theirs_or_no_limits_are_refused(two, party, person, form, code):
    case = visits.asked(two)
    node = two.line.nodes[party]
    assert code_of(lambda: limit(node, case, person, **form)) == code
    assert "limits" not in shown(two.aus, case)["own"]


def test_a_visit_that_is_over_is_not_limited(two):
    case = visits.asked(two)
    said(two.aus, case, "decline", person=HOSTS)
    assert code_of(lambda: limit(two.aus, case, **LIMITS)) == "life.no_such_step"
    other = dialogue.opened(two.aus, "rfi", dialogue.RFI)["id"]
    keep = lambda kind: keeping.keep(  # noqa: E731
        two.aus, other, "limits", form=LIMITS, kind=kind, person=HOSTS
    )
    assert code_of(lambda: keep("visit")) == "case.unknown"
    assert code_of(lambda: keep(None)) == "life.no_such_step"


def test_nothing_that_leaves_holds_a_limit_on_the_line_in_a_pack_or_for_an_inspector(two):
    case = visits.asked(two)
    limit(two.aus, case, **LIMITS)
    visits.approve(two, case)
    limit(two.aus, case, subjects=["cranes"])
    said(two.jpn, case, "amend", person=ASKS, until=at(two, 44 * DAY))
    settled(two)
    two.line.down = {"JPN"}
    said(two.aus, case, "approve", person=HOSTS, level=LEVEL, subject="Port security")
    assert taken(two.jpn, made(two.aus))["taken"] != []
    two.line.down = set()
    settled(two)
    two.rounds(3)
    inspected, _ = assessment.exported(
        two.aus, ledgers(two, "AUS"), "JPN", agreement=None, by=Actor("aus.auditor")
    )
    there = written(two.jpn)
    assert "Port security" in there
    with zipfile.ZipFile(io.BytesIO(inspected)) as pack:
        left = there + "".join(
            pack.read(name).decode("utf-8", "replace") for name in pack.namelist()
        )
    assert left.count(case) > 3
    here = written(two.aus)
    for word in ("never the radar", "cranes", "aus.briefing"):
        assert word in here
        assert word not in left, word


def written(node):
    """Every row of a node, its statements as they read."""
    with node.store.reading() as tx:
        kept = [bytes(one.data) for one in node.records.statements.find(tx, order="digest")]
        payloads = [base64url.decode(jws.read(one)[0]) for one in kept]
        return str(engines.rows(tx)) + b"".join(payloads).decode()


def test_limits_changed_by_hand_are_found_and_shown_to_nobody(two):
    case = visits.asked(two)
    limit(two.aus, case, **LIMITS)
    with two.aus.store.writing() as tx:
        engines.by_hand(tx, "UPDATE case_own SET form = '{}'")
    assert code_of(lambda: shown(two.aus, case)) == "directory.altered"
    with two.aus.store.reading() as tx:
        found = [one.kind for one in nations_rows(two.aus, tx)]
    assert "directory.altered" in found


def nations_rows(node, tx):
    from sealane.services.audit.reconcile import directory_rows

    return list(directory_rows(node, tx))


def test_dates_of_a_visit_are_instants_at_both(two):
    case = alike(two, visits.begun(two))
    assert case["state"] == "under-way"
    assert parse_instant(case["due"]) == parse_instant(case["form"]["until"])


def test_a_visit_as_it_is_typed_from_its_request_to_the_room(two, tmp_path, monkeypatch):
    typed = typing(two, monkeypatch)
    start, end = at(two, 40 * DAY), at(two, 43 * DAY)
    fields = {"subject": "Port security", "level": LEVEL, "facility": "aus.registry"}
    fields |= {"from": start, "until": end, "visitors": "jpn.sato"}
    sets = [word for name, value in fields.items() for word in ("--set", f"{name}={value}")]
    terms = ["--with", "AUS", "--agreement", nations.AGREEMENT, *sets]
    code, asked = typed("JPN", "visit", "request", *terms, person=ASKS)
    assert (code, asked["state"]) == (0, "requested")
    case = asked["id"]
    settled(two)
    limits = ["--set", "rooms=aus.registry", "--set", "escorts=aus.second"]
    _, limited = typed("AUS", "visit", "limit", case, *limits, person=HOSTS)
    assert limited["own"]["limits"] == {"rooms": ["aus.registry"], "escorts": ["aus.second"]}
    approval = ["--set", f"level={LEVEL}", "--set", "subject=Port security"]
    code, _ = typed("AUS", "rfi", "decline", case, "--set", "reason=resources", person=HOSTS)
    assert code == 1
    assert typed("AUS", "visit", "approve", case, *approval, person=HOSTS)[0] == 0
    settled(two)
    _, there = typed("JPN", "visit", "show", case, person=ASKS)
    assert (there["state"], "limits" in there["own"]) == ("approved", False)
    out = tmp_path / "visit.pdf"
    code, printed = typed("JPN", "visit", "print", case, str(out), "--form", "aus", person=ASKS)
    assert (code, printed["bytes"], printed["lang"]) == (0, out.stat().st_size, "en")
    two.clock.pass_(41 * DAY)
    settled(two)
    _, room = typed("AUS", "room", "enter", "aus.registry", "--person", "jpn.sato", person=HOSTS)
    assert [one["person"] for one in room["people"]] == ["JPN:jpn.sato"]
    code, refused = typed(
        "JPN", "visit", "request", *terms[:-1], "visitors=jpn.suzuki", person=ASKS
    )
    assert (code, refused["error"]["code"]) == (1, "visit.lead_time")
