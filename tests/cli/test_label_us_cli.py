"""`sealane label` with US and NATO marks as outsiders drive it: exits, JSON shapes, batches. Spec:
spec/interfaces.md §1.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sealane.cli.labels.label import label

AUS = {
    "policy": "AUS",
    "classification": "SECRET",
    "originator": "AUS",
    "categories": [{"tag": "Releasable To", "type": "permissive", "values": ["AUS", "JPN"]}],
}
READER = {
    "policy": "AUS",
    "classifications": ["SECRET"],
    "categories": [],
    "citizenships": ["JPN"],
    "organisation": "MOD",
    "organisation_country": "JPN",
}


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
    assert found["label"]["categories"] == [
        {"tag": "Releasable To", "type": "permissive", "values": ["FVEY", "USA"]}
    ]


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("SECRET NOFORN", 2, "label.unknown_token"),
        ("SECRET//NOFORN/REL TO USA, AUS", 1, "label.contradiction"),
        ("", 2, "label.truncated"),
    ],
)
def test_malformed_is_two_and_refused_is_one(text: str, status: int, code: str) -> None:
    found = run("parse", "--syntax", "us-banner", text)
    assert (found[0], found[1]["error"]["code"]) == (status, code)
    assert {"code", "message", "message_ja", "position"} <= set(found[1]["error"])


def test_a_mark_comes_through_stdin_too() -> None:
    assert (
        run("parse", "--syntax", "us-banner", "-", given="SECRET//NOFORN\n")[1]["canonical"]
        == "SECRET//NOFORN"
    )


def test_wrong_usage_is_two() -> None:
    assert run("parse", "SECRET")[0] == 2
    assert (
        run("parse", "--syntax", "no-such", "SECRET")[1]["error"]["code"] == "label.unknown_syntax"
    )
    assert run("merge", "-", given=[1])[1]["error"]["code"] == "label.malformed"


def test_render_undoes_parse() -> None:
    found = run("parse", "--syntax", "us-banner", "SECRET//REL TO USA, AUS, JPN")[1]
    assert run("render", "--syntax", "us-banner", "-", given=found["label"]) == (
        0,
        {"text": "SECRET//REL TO USA, AUS, JPN"},
    )
    assert run("render", "--syntax", "us-portion", "-", given=found["label"]) == (
        0,
        {"text": "(S//REL TO USA, AUS, JPN)"},
    )
    assert (
        run("render", "--syntax", "us-banner", "-", given=AUS)[1]["error"]["code"]
        == "label.wrong_syntax"
    )


def test_portions_make_a_banner() -> None:
    found = run(
        "merge",
        "--syntax",
        "us-portion",
        "-",
        given=["(S//REL TO USA, FVEY)", "(TS//REL TO USA, AUS, JPN)"],
    )
    assert (found[0], found[1]["canonical"]) == (0, "TOP SECRET//REL TO USA, AUS")


def test_access_permits_and_refuses_with_every_reason(tmp_path: Path) -> None:
    clearance = tmp_path / "c.json"
    clearance.write_text(json.dumps(READER))
    status, found = run("access", "--clearance", str(clearance), "-", given=AUS)
    assert (status, found["decision"], {one["met"] for one in found["reasons"]}) == (
        0,
        "permit",
        {True},
    )
    status, found = run(
        "access", "--clearance", str(clearance), "-", given={**AUS, "classification": "TOP SECRET"}
    )
    assert (status, found["decision"]) == (1, "refuse")
    assert [one["code"] for one in found["reasons"] if not one["met"]] == ["access.level"]


def test_a_batch_answers_every_line_in_order() -> None:
    found = batch(
        "parse",
        {"text": "SECRET"},
        {"text": "(S//NF)", "syntax": "us-portion"},
        {"text": "X"},
        "{bad",
        {},
        options=("--syntax", "us-banner"),
    )
    assert [one.get("canonical", one.get("error", {}).get("code")) for one in found] == [
        "SECRET",
        "(S//NF)",
        "label.unknown_token",
        "json.malformed",
        "batch.member",
    ]
    assert batch("access", {"label": AUS, "clearance": READER})[0]["decision"] == "permit"
    assert (
        batch("merge", {"labels": ["(U)", "(S//NF)"], "syntax": "us-portion"})[0]["canonical"]
        == "SECRET//NOFORN"
    )
    assert (
        batch("render", {"label": AUS, "syntax": "us-banner"})[0]["error"]["code"]
        == "label.wrong_syntax"
    )


def test_a_label_that_only_the_us_rules_refuse_is_refused_by_every_verb(tmp_path: Path) -> None:
    us = {
        "policy": "USA",
        "classification": "SECRET",
        "categories": [{"tag": "SCI Controls", "type": "restrictive", "values": ["ZZ-TOP"]}],
    }
    assert (
        run("render", "--syntax", "us-banner", "-", given=us)[1]["error"]["code"]
        == "label.unknown_token"
    )
    assert run("merge", "-", given=[us])[1]["error"]["code"] == "label.unknown_token"
    assert (
        run("render", "--syntax", "nato-4774", "-", given=us)[1]["error"]["code"]
        == "label.unknown_token"
    )
    clearance = tmp_path / "c.json"
    clearance.write_text(
        json.dumps(
            {**READER, "policy": "USA", "citizenships": ["USA"], "organisation_country": "USA"}
        )
    )
    assert run("access", "--clearance", str(clearance), "-", given=us)[1]["decision"] == "refuse"


def test_display_only_permits_a_view_and_no_copy(tmp_path: Path) -> None:
    shown = run("parse", "--syntax", "us-banner", "SECRET//DISPLAY ONLY AFG")[1]["label"]
    clearance = tmp_path / "c.json"
    clearance.write_text(
        json.dumps(
            {**READER, "policy": "USA", "citizenships": ["AFG"], "organisation_country": "AFG"}
        )
    )
    status, found = run("access", "--clearance", str(clearance), "-", given=shown)
    assert (status, found["decision"], found["rights"]) == (0, "permit", ["view"])
