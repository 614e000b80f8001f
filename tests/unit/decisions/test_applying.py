"""Which agreements apply to an act, and the command that holds all of them."""

import json
from pathlib import Path

from click.testing import CliRunner

from sealane import shipped
from sealane.agreements.parse import parse_agreement
from sealane.cli.agreements.agreement import agreement as group
from sealane.decisions.applying import applying
from sealane.decisions.request import request_from_json
from sealane.decisions.several import decide_several
from tests.decisions import schemes

KNOWN = shipped.agreements()
OPEN = json.loads(
    (Path(__file__).resolve().parents[3] / "examples" / "open-in-japan.json").read_text(
        encoding="utf-8"
    )
)


def changed(**members):
    whole = json.loads(json.dumps(OPEN))
    for path, member in members.items():
        *folders, last = path.split("__")
        place = whole
        for folder in folders:
            place = place[folder]
        place[last] = member
    return request_from_json(whole)


def test_what_applies_is_named_rested_on_or_binds_the_same_states_on_the_subject():
    assert applying(changed(), KNOWN) == ("jpn-aus-2012-isa", "jpn-aus-2022")
    assert applying(changed(item__area="technology"), KNOWN) == (
        "jpn-aus-2012-isa",
        "jpn-aus-2022",
        "jpn-aus-dett-2014",
    )
    earlier = {"at": "2021-06-01T00:00:00Z"}
    assert "jpn-aus-2007" not in applying(changed(item__area="technology", **earlier), KNOWN)
    assert "jpn-aus-2007" in applying(changed(item__area="health", **earlier), KNOWN)


def test_the_agreement_named_applies_even_where_it_is_unknown_so_that_it_refuses():
    assert "nowhere" in applying(changed(agreement="nowhere"), KNOWN)


def test_a_suspended_agreement_still_applies_and_refuses():
    text = shipped.agreement_file("jpn-aus-2012-isa").read_text(encoding="utf-8")
    gap = (
        'until = "indefinite"\nsuspended = [{ since = "2026-01-01T00:00:00Z", until ='
        ' "2027-06-01T00:00:00Z" }]'
    )
    suspended = KNOWN.with_(parse_agreement(text.replace('until = "indefinite"', gap, 1).encode()))
    names = applying(changed(), suspended)
    assert "jpn-aus-2012-isa" in names
    verdict = decide_several(changed(), names, agreements=suspended, schemes=schemes())
    assert "jpn-aus-2012-isa:1.1" in {reason.clause for reason in verdict.unmet}


def test_the_shipped_protection_agreement_adds_duties_and_takes_no_permit_away():
    both = decide_several(
        changed(), applying(changed(), KNOWN), agreements=KNOWN, schemes=schemes()
    )
    assert both.permit
    assert {duty.clause.partition(":")[0] for duty in both.obligations} == {
        "jpn-aus-2022",
        "jpn-aus-2012-isa",
    }


def test_the_command_answers_with_every_agreements_reasons(tmp_path):
    path = tmp_path / "request.json"
    path.write_text(json.dumps(OPEN))
    done = CliRunner().invoke(group, ["together", str(path), "--json"])
    answer = json.loads(done.stdout)
    assert (done.exit_code, answer["decision"]) == (0, "permit")
    assert {one["id"] for one in answer["agreements"]} == {"jpn-aus-2022", "jpn-aus-2012-isa"}
    done = CliRunner().invoke(
        group, ["together", str(path), "--with", "jpn-aus-acsa-2017", "--lang", "ja"]
    )
    assert done.exit_code == 1
    assert done.stdout.startswith("拒否")
    assert (
        CliRunner().invoke(group, ["together", str(path), "--with", "nowhere", "--json"]).exit_code
        == 1
    )
