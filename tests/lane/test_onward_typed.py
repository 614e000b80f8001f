"""`item onward` as a release officer types it: what `--json` holds, and how it exits; and the
custody that its provider types afterwards.

Spec: spec/interfaces.md §6 (Onward); spec/onward.md.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from sealane.cli.main import cli
from tests.lane import passing_on
from tests.lane.passing_on import AGREEMENT, TRILATERAL, given, granted
from tests.nations import PASSPHRASE
from tests.nations_three import Three
from tests.who_may_world import stay_open


@pytest.fixture
def typed(three: Three, monkeypatch: pytest.MonkeyPatch) -> Any:
    passing_on.staffed(three)
    stay_open(three, monkeypatch)
    (three.root / "pass").write_bytes(PASSPHRASE)

    def run(party: str, *words: str, person: str | None = None, text: bool = False) -> Any:
        who = [] if person is None else ["--as", person]
        at = ["--node", str(three.root / party.lower())]
        keys = ["--passphrase-file", str(three.root / "pass")]
        form = [] if text else ["--json"]
        ran = CliRunner().invoke(cli, ["item", *words, *who, *at, *keys, *form])
        return ran.exit_code, ran.stdout if text else json.loads(ran.stdout)

    return run


SECOND = ("--second", "jpn.second")
TO = ("--to", "USA", "--agreement", TRILATERAL)


def test_it_is_passed_on_opened_there_and_stands_in_the_providers_custody(
    three: Three, typed: Any, tmp_path: Any
) -> None:
    item = given(three)
    granted(three, item)
    status, told = typed("JPN", "onward", item, *TO, *SECOND, person="jpn.release")
    assert status == 0, told
    assert (told["item"], told["to"], told["agreement"]) == (item, "USA", TRILATERAL)
    assert (told["state"], told["earlier"]) == ("delivered", False)
    assert told["decision"]["decision"] == told["leave"]["decision"] == "permit"
    assert {(one["to"], one["type"]) for one in told["answers"]} >= {
        ("USA", "offer"),
        ("AUS", "onward.offered"),
    }
    status, told = typed("USA", "accept", item, person="usa.clerk")
    assert (status, told["state"]) == (0, "accepted")
    three.settle(2)
    passing_on.proven(three)
    out = tmp_path / "out"
    status, told = typed(
        "USA", "open", item, str(out), "--purpose", "assessment", person="usa.reader"
    )
    assert (status, out.read_bytes()) == (0, b"harbour")
    status, told = typed("AUS", "custody", item)
    assert status == 0
    assert [(one["holder"], one["number"], one["state"]) for one in told["copies"]] == [
        ("AUS", 0, "held"),
        ("JPN", 1, "held"),
        ("USA", 1, "held"),
    ]
    status, told = typed("USA", "show", item)
    assert (told["provider"], told["passed_on_by"]) == ("AUS", "JPN")
    status, told = typed("AUS", "show", item)
    assert [(one["by"], one["to"], one["state"]) for one in told["onward"]] == [
        ("JPN", "USA", "accepted")
    ]
    status, told = typed("JPN", "onward", item, *TO, *SECOND, person="jpn.release")
    assert (status, told["earlier"], told["state"]) == (0, True, "accepted")
    assert "JPN -> USA Accepted" in typed("JPN", "show", item, text=True)[1]


def test_what_refuses_exits_with_its_code_and_nothing_is_sent(three: Three, typed: Any) -> None:
    item = given(three)
    outside = ("--to", "GBR", "--agreement", TRILATERAL)
    for words, person, status, code in (
        ((item, *TO), None, 2, "usage.person"),
        ((item, *TO), "nobody", 1, "person.unknown"),
        (("none", *TO), "jpn.release", 1, "item.unknown"),
        ((item, *TO), "jpn.clerk", 1, "person.duty"),
        ((item, *TO, "--second", "jpn.clerk"), "jpn.release", 1, "person.duty"),
        ((item, *TO, "--second", "nobody"), "jpn.release", 1, "person.unknown"),
        ((item, *TO, *SECOND), "jpn.release", 1, "decision.refused"),
        ((item, "--to", "USA"), "jpn.release", 1, "decision.refused"),
        ((item, *outside), "jpn.release", 1, "decision.refused"),
    ):
        found = typed("JPN", "onward", *words, person=person)
        assert (found[0], found[1]["error"]["code"]) == (status, code), words
    assert typed("AUS", "onward", item, *TO, person="aus.release")[1]["error"]["code"] == (
        "item.not_yours"
    )
    granted(three, item)
    status, told = typed(
        "JPN",
        "onward",
        item,
        "--to",
        "USA",
        "--agreement",
        AGREEMENT,
        *SECOND,
        person="jpn.release",
    )
    assert (status, told["error"]["code"]) == (1, "decision.refused")
    assert typed("USA", "list")[1]["items"] == []
