"""A nation's Cedar overlay refuses more and never less; whatever errs in it refuses."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from sealane.adapters.cedar import CedarOverlay
from sealane.base.errors import Malformed
from sealane.cli.agreements.agreement import agreement as group
from sealane.decisions.overlay import class_facts, nationally, overlaid
from sealane.labels.model.label import label_from_json
from tests.cli.contract_cases import release
from tests.decisions import decided

NO_SPACE = """
@id("no-space") @en("Space products stay at home.") @ja("宇宙関係の情報は国外に出さない。")
forbid(principal, action == Action::"release", resource) when { context.area == "space" };
@id("no-orcon") @en("Nothing with ORCON.") @ja("ORCON 付きは不可。")
forbid(principal, action, resource) when { context.caveats.contains("Caveat:ORCON") };
"""
ERRING = """
@id("errs") @en("x") @ja("x")
forbid(principal, action, resource) when { context.no_such_member == "x" };
"""


def facts(**changes):
    label = label_from_json(
        {
            "policy": "AUS",
            "classification": "SECRET",
            "categories": [
                {"tag": "Releasable To", "type": "permissive", "values": ["AUS", "JPN"]},
                *(
                    {"tag": "Caveat", "type": "restrictive", "values": [value]}
                    for value in changes.pop("caveats", [])
                ),
            ],
        }
    )
    plain = {
        "action": "release",
        "agreement": "jpn-aus-2022",
        "provider": "AUS",
        "recipient": "JPN",
        "area": "cyber",
        "purpose": "assessment",
    }
    return class_facts(label, **(plain | changes))


def codes(overlay, **changes):
    return [reason.code for reason in overlay.forbids(facts(**changes))]


def test_a_forbid_refuses_what_the_agreement_permits_and_names_its_rule_in_both_languages():
    overlay = CedarOverlay("AUS", NO_SPACE)
    found = overlaid(True, "d" * 96, facts(area="space"), [overlay])
    assert not found.permit
    assert [reason.clause for reason in found.reasons] == ["overlay:AUS/no-space"]
    assert found.reasons[0].text_ja == "宇宙関係の情報は国外に出さない。"


def test_a_silent_overlay_leaves_the_verdict_as_it_was():
    overlay = CedarOverlay("AUS", NO_SPACE)
    assert overlaid(True, "d" * 96, facts(), [overlay]).permit
    assert not overlaid(False, "d" * 96, facts(), [overlay]).permit


def test_every_rule_that_forbids_is_named():
    assert len(CedarOverlay("AUS", NO_SPACE).forbids(facts(area="space", caveats=["ORCON"]))) == 2


def test_an_erring_rule_refuses_even_beside_rules_that_do_not_err():
    assert codes(CedarOverlay("AUS", ERRING)) == ["overlay.erred"]
    assert "overlay.erred" in codes(CedarOverlay("AUS", NO_SPACE + ERRING), area="space")


def test_the_partners_edition_does_not_name_the_rule():
    plain = decided(release(area="space"))
    found = nationally(plain, [CedarOverlay("AUS", NO_SPACE)])
    assert plain.permit
    assert not found.permit
    assert found.digest == plain.digest
    assert [reason.clause for reason in found.unmet] == ["overlay:AUS/no-space"]
    for audience in ("partner", "requester"):
        told = str(found.as_json(audience))
        assert "no-space" not in told
        assert "Space" not in told
        assert any(not reason.met for reason in found.edition(audience))


def test_it_adds_its_reasons_to_a_refusal_and_permits_nothing():
    refused = decided(release(area="space", item__recalled=True))
    assert [
        reason.clause for reason in nationally(refused, [CedarOverlay("AUS", NO_SPACE)]).unmet
    ] == ["3.10", "overlay:AUS/no-space"]
    assert nationally(refused, [CedarOverlay("AUS", NO_SPACE.replace("space", "cyber"))]) is refused


def test_an_overlay_is_asked_once_per_label_class():
    overlay = CedarOverlay("AUS", NO_SPACE)
    for _ in range(50):
        overlay.forbids(facts())
        overlay.forbids(facts(area="space"))
    assert overlay.calls == 2


def test_the_command_shows_the_rules_and_decides_with_them_upon_the_agreement(tmp_path):
    path = tmp_path / "aus.cedar"
    path.write_text(NO_SPACE.replace('"space"', '"maritime"'), encoding="utf-8")
    request = Path(__file__).resolve().parents[3] / "examples" / "release-secret-maritime.json"
    done = CliRunner().invoke(group, ["overlay", str(path), "--nation", "AUS", "--json"])
    assert (done.exit_code, json.loads(done.stdout)["rules"]) == (0, ["no-orcon", "no-space"])
    done = CliRunner().invoke(
        group, ["overlay", str(path), "--nation", "AUS", "--request", str(request), "--json"]
    )
    answer = json.loads(done.stdout)
    assert (done.exit_code, answer["decision"], answer["obligations"]) == (1, "refuse", [])
    assert [reason["clause"] for reason in answer["reasons"] if not reason["met"]] == [
        "overlay:AUS/no-space"
    ]
    path.write_text(NO_SPACE, encoding="utf-8")
    assert (
        CliRunner()
        .invoke(group, ["overlay", str(path), "--nation", "AUS", "--request", str(request)])
        .exit_code
        == 0
    )
    path.write_text("permit(principal, action, resource);")
    assert (
        CliRunner().invoke(group, ["overlay", str(path), "--nation", "AUS", "--json"]).exit_code
        == 2
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "forbid(",
        "permit(principal, action, resource);",
        '@id("p") @en("x") @ja("x") permit(principal, action, resource);',
        "forbid(principal, action, resource);",
        '@id("a") @en("x") forbid(principal, action, resource);',
        '@id("a") @en("x") @ja("x") forbid(principal == ?principal, action, resource);',
        '@id("a") @en("x") @ja("x") forbid(principal, action, resource);' * 2,
        '@id("sealane-base") @en("x") @ja("x") forbid(principal, action, resource);',
        '@id("../a") @en("x") @ja("x") forbid(principal, action, resource);',
        " " * (1 << 20) + " ",
    ],
)
def test_an_overlay_that_is_not_made_of_named_bilingual_forbids_is_refused_at_load(text):
    with pytest.raises(Malformed):
        CedarOverlay("AUS", text)


@given(
    permit=st.booleans(),
    area=st.sampled_from(["space", "cyber"]),
    caveats=st.sampled_from([[], ["ORCON"], ["X"]]),
    action=st.sampled_from(["release", "open"]),
    text=st.sampled_from([NO_SPACE, ERRING, NO_SPACE + ERRING]),
)
def test_no_overlay_ever_permits_what_the_agreement_refuses(permit, area, caveats, action, text):
    found = overlaid(
        permit,
        "d" * 96,
        facts(area=area, caveats=caveats, action=action),
        [CedarOverlay("AUS", text)],
    )
    assert permit or not found.permit
    assert found.permit == (permit and not found.reasons)


def test_the_overlays_digest_changes_with_its_text_and_its_verdict():
    one = overlaid(True, "d" * 96, facts(), [CedarOverlay("AUS", NO_SPACE)])
    other = overlaid(True, "d" * 96, facts(), [CedarOverlay("AUS", NO_SPACE + " ")])
    refused = overlaid(True, "d" * 96, facts(area="space"), [CedarOverlay("AUS", NO_SPACE)])
    assert len({one.digest, other.digest, refused.digest}) == 3
