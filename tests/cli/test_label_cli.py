"""`sealane label` and `sealane scheme` as outsiders drive them: exits, JSON shapes, batches. Spec: spec/interfaces.md §1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sealane.cli.label import label
from sealane.cli.scheme import scheme

AUS = {"policy": "AUS", "classification": "SECRET", "originator": "AUS",
       "categories": [{"tag": "Releasable To", "type": "permissive", "values": ["AUS", "JPN"]}]}
READER = {"policy": "AUS", "classifications": ["SECRET"], "citizenships": ["JPN"], "organisation": "MOD", "organisation_country": "JPN"}


def run(*arguments: str, given: object = None, group: Any = label) -> tuple[int, Any]:
    text = given if isinstance(given, str) else json.dumps(given)
    result = CliRunner().invoke(group, [*arguments, "--json"], input=text)
    return result.exit_code, json.loads(result.stdout)


def batch(verb: str, *lines: object, options: tuple[str, ...] = ()) -> list[Any]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    result = CliRunner().invoke(label, [verb, "--batch", *options], input=text)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_mark_is_parsed_to_label_canonical_text_and_notes() -> None:
    status, found = run("parse", "--syntax", "us-banner", "SECRET//REL TO USA, FVEY")
    assert (status, set(found)) == (0, {"label", "canonical", "notes"})
    assert found["label"]["categories"] == [{"tag": "Releasable To", "type": "permissive", "values": ["FVEY", "USA"]}]


@pytest.mark.parametrize(("text", "status", "code"), [
    ("SECRET NOFORN", 2, "label.unknown_token"), ("SECRET//NOFORN/REL TO USA, AUS", 1, "label.contradiction"), ("", 2, "label.truncated"),
])
def test_malformed_is_two_and_refused_is_one(text: str, status: int, code: str) -> None:
    found = run("parse", "--syntax", "us-banner", text)
    assert (found[0], found[1]["error"]["code"]) == (status, code)
    assert {"code", "message", "message_ja", "position"} <= set(found[1]["error"])


def test_a_mark_comes_through_stdin_too() -> None:
    assert run("parse", "--syntax", "us-banner", "-", given="SECRET//NOFORN\n")[1]["canonical"] == "SECRET//NOFORN"


def test_wrong_usage_is_two() -> None:
    assert run("parse", "SECRET")[1]["error"]["code"] == "usage.wrong"
    assert run("parse", "--syntax", "no-such", "SECRET")[1]["error"]["code"] == "label.unknown_syntax"
    assert run("merge", "-", given=[1])[1]["error"]["code"] == "label.malformed"


def test_render_undoes_parse() -> None:
    found = run("parse", "--syntax", "us-banner", "SECRET//REL TO USA, AUS, JPN")[1]
    assert run("render", "--syntax", "us-banner", "-", given=found["label"]) == (0, {"text": "SECRET//REL TO USA, AUS, JPN"})
    assert run("render", "--syntax", "us-portion", "-", given=found["label"]) == (0, {"text": "(S//REL TO USA, AUS, JPN)"})
    assert run("render", "--syntax", "us-banner", "-", given=AUS)[1]["error"]["code"] == "label.wrong_syntax"


def test_portions_make_a_banner() -> None:
    found = run("merge", "--syntax", "us-portion", "-", given=["(S//REL TO USA, FVEY)", "(TS//REL TO USA, AUS, JPN)"])
    assert (found[0], found[1]["canonical"]) == (0, "TOP SECRET//REL TO USA, AUS")


def test_labels_without_a_common_reader_are_refused() -> None:
    one = {"policy": "JPN", "classification": "秘", "categories": [{"tag": "Releasable To", "type": "permissive", "values": ["AUS"]}]}
    other = {**one, "categories": [{"tag": "Releasable To", "type": "permissive", "values": ["USA"]}]}
    assert run("merge", "-", given=[one, other])[1]["error"]["code"] == "label.unsatisfiable"


@pytest.mark.parametrize(("level", "handle_as", "equivalent"), [("SECRET", "極秘", True), ("TOP SECRET", "機密", True), ("PROTECTED", "秘", False)])
def test_a_label_maps_exactly_as_the_agreement_says(level: str, handle_as: str, equivalent: bool) -> None:
    status, found = run("map", "--agreement", "jpn-aus-2022", "--to", "JPN", "-", given={**AUS, "classification": level})
    assert (status, found["handle_as"], found["verified"]) == (0, handle_as, False)
    assert (found["label"] is not None) == equivalent
    if equivalent:
        assert (found["label"]["policy"], found["label"]["classification"]) == ("JPN", handle_as)


@pytest.mark.parametrize(("change", "to", "code"), [
    ({"classification": "OFFICIAL"}, "JPN", "label.no_equivalent"), ({}, "USA", "label.no_equivalent"),
    ({"categories": [{"tag": "Caveat", "type": "restrictive", "values": ["ORCON"]}]}, "JPN", "label.caveat_lost"),
    ({"policy": "JPN", "classification": "秘", "categories": []}, "AUS", "label.no_equivalent"),
])
def test_what_the_table_does_not_say_is_refused(change: dict[str, Any], to: str, code: str) -> None:
    status, found = run("map", "--agreement", "jpn-aus-2022", "--to", to, "-", given={**AUS, **change})
    assert (status, found["error"]["code"]) == (1, code)


def test_a_table_maps_nothing_before_its_agreement_is_in_force() -> None:
    found = run("map", "--agreement", "jpn-aus-2022", "--to", "JPN", "--at", "2022-10-21T23:59:59Z", "-", given=AUS)
    assert (found[0], found[1]["error"]["code"]) == (1, "label.map_not_in_force")


def test_access_permits_and_refuses_with_every_reason(tmp_path: Path) -> None:
    clearance = tmp_path / "c.json"
    clearance.write_text(json.dumps(READER))
    status, found = run("access", "--clearance", str(clearance), "-", given=AUS)
    assert (status, found["decision"], {one["met"] for one in found["reasons"]}) == (0, "permit", {True})
    status, found = run("access", "--clearance", str(clearance), "-", given={**AUS, "classification": "TOP SECRET"})
    assert (status, found["decision"]) == (1, "refuse")
    assert [one["code"] for one in found["reasons"] if not one["met"]] == ["access.level"]


def test_a_batch_answers_every_line_in_order() -> None:
    found = batch("parse", {"text": "SECRET"}, {"text": "(S//NF)", "syntax": "us-portion"}, {"text": "X"}, "{bad", {}, options=("--syntax", "us-banner"))
    assert [one.get("canonical", one.get("error", {}).get("code")) for one in found] == [
        "SECRET", "(S//NF)", "label.unknown_token", "json.malformed", "usage.wrong"]
    assert batch("access", {"label": AUS, "clearance": READER})[0]["decision"] == "permit"
    assert batch("merge", {"labels": ["(U)", "(S//NF)"], "syntax": "us-portion"})[0]["canonical"] == "SECRET//NOFORN"
    assert batch("map", {"label": AUS, "agreement": "jpn-aus-2022", "to": "JPN"})[0]["handle_as"] == "極秘"
    assert batch("render", {"label": AUS, "syntax": "us-banner"})[0]["error"]["code"] == "label.wrong_syntax"


def test_schemes_are_listed_with_levels_source_and_status() -> None:
    status, found = run("list", group=scheme)
    assert status == 0
    assert {"AUS", "JPN", "USA", "NATO", "GBR", "TLP"} <= {one["id"] for one in found["schemes"]}
    assert all({"name", "order", "source", "status"} <= set(level) for one in found["schemes"] for level in one["levels"])


def test_a_scheme_file_is_checked_and_a_wrong_one_named(tmp_path: Path) -> None:
    from sealane.adapters.policy import policy_root

    source = policy_root() / "schemes" / "nato.toml"
    status, found = run("check", str(source), group=scheme)
    assert (status, found["counts"]["levels"], found["counts"]["vectors"]) == (0, 5, 3)
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(source.read_text().replace('error = "label.selection"', 'error = "label.order"'))
    assert run("check", str(wrong), group=scheme)[1]["error"]["code"] == "scheme.vector"
    wrong.write_text("nonsense = 1")
    assert run("check", str(wrong), group=scheme) [1]["error"]["code"] == "scheme.malformed"
