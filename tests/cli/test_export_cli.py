"""`sealane export` and a tear-line's check as a person types them, with the bytes that leave, the
label beside them, and the slip that a guard proves with no node.

Spec: spec/export.md; spec/residue.md §3; spec/interfaces.md §6.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sealane.cli.main import main
from sealane.services.register import enrolment
from tests import nations
from tests.clock import Clock, now
from tests.lane.made import cleared
from tests.nations import Pair

Run = Callable[..., tuple[int, dict[str, Any], str]]
HIGH, LOW = "SECRET//REL AUS/JPN", "PROTECTED//REL AUS/JPN"
LABEL = {
    "policy": "AUS",
    "classification": "OFFICIAL",
    "categories": [],
    "originator": "AUS",
    "privacy_mark": None,
    "created": "2026-11-22T00:00:00Z",
    "review": None,
    "succession": None,
}


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    nations.build_live(tmp_path / "pair")
    made = nations.opened(nations.copy_of(tmp_path / "pair", tmp_path / "two"), Clock(now()))
    cleared(made.aus, "aus.release")
    yield made
    made.close()


@pytest.fixture
def run(pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    (tmp_path / "pass").write_bytes(nations.PASSPHRASE)
    (tmp_path / "label.json").write_text(json.dumps(LABEL))
    (tmp_path / "note.txt").write_bytes(b"the harbour is open")
    keys = ["--node", str(pair.root / "aus"), "--passphrase-file", str(tmp_path / "pass")]

    def typed(person: str | None, *words: str) -> tuple[int, dict[str, Any], str]:
        at = [] if person == "" else keys
        who = [] if not person else ["--as", person]
        with pytest.raises(SystemExit) as done:
            main([*map(str, words), *who, *at, "--json"])
        out, err = capsys.readouterr()
        assert isinstance(done.value.code, int)
        return done.value.code, json.loads(out), err

    return typed


def test_a_labelled_file_leaves_by_two_with_its_label_and_a_slip(
    pair: Pair, run: Run, tmp_path: Path
) -> None:
    note, out, slip = tmp_path / "note.txt", tmp_path / "out.txt", tmp_path / "slip"
    status, refused, _ = run("aus.analyst", "export", "hold", note, "--domain", "office")
    assert (status, refused["error"]["code"]) == (1, "export.no_mark")
    assert run("", "label", "bind", note, "--label", tmp_path / "label.json")[0] == 0
    status, held, _ = run("aus.analyst", "export", "hold", note, "--domain", "office")
    assert (status, held["state"], held["carrier"]) == (0, "held", "sidecar")
    status, listed, _ = run("aus.second", "export", "list", "--held")
    assert [one["id"] for one in listed["exports"]] == [held["id"]]
    words = ("export", "pass", held["id"], out, "--slip", slip)
    status, refused, _ = run("aus.analyst", *words)
    assert (status, refused["error"]["code"], out.exists()) == (1, "person.duty", False)
    status, passed, _ = run("aus.second", *words)
    assert (status, passed["state"], out.read_bytes()) == (0, "passed", note.read_bytes())
    assert run("", "label", "verify", out)[1]["label"]["classification"] == "OFFICIAL"
    card, theirs = tmp_path / "aus.card", tmp_path / "jpn.card"
    card.write_bytes(enrolment.card_statement(pair.aus))
    theirs.write_bytes(enrolment.card_statement(pair.jpn))
    status, proven, _ = run("", "export", "check", out, "--slip", slip, "--card", card)
    assert status == 0, proven
    assert (proven["verified"], proven["export"]) == (True, held["id"])
    assert "aus.second" not in json.dumps(proven)
    out.write_bytes(b"another")
    status, other, _ = run("", "export", "check", out, "--slip", slip, "--card", card)
    assert (status, other["error"]["code"]) == (1, "export.other_file")
    assert run("", "export", "check", note, "--slip", slip, "--card", theirs)[0] == 1
    status, over, _ = run("aus.second", *words)
    assert (status, over["error"]["code"]) == (1, "life.no_such_step")
    assert out.read_bytes() == b"another"


def test_domains_are_listed_and_the_nations_own_count_once_they_are_signed(
    pair: Pair, run: Run, tmp_path: Path
) -> None:
    assert [one["id"] for one in run("aus.second", "export", "domains")[1]["domains"]] == [
        "internet",
        "office",
    ]
    own = tmp_path / "domains.toml"
    own.write_text(
        'format = "sealane-domains/1"\n[[domain]]\nid = "press"\n'
        'name = { en = "Press", ja = "報道" }\npublic = true\n[domain.ceiling]\n'
        'AUS = ["UNOFFICIAL"]\n'
    )
    folder = str(pair.root / "aus")
    key = ("--passphrase-file", str(tmp_path / "pass"))
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(own.read_text().replace("UNOFFICIAL", "HUSH"))
    status, refused, _ = run("", "node", "policy", folder, "--domains", wrong, *key)
    assert (status, refused["error"]["code"]) == (2, "export.domains_malformed")
    status, signed, _ = run("", "node", "policy", folder, "--domains", own, *key)
    assert (status, len(signed["domains"])) == (0, 96)
    assert [one["id"] for one in run("aus.second", "export", "domains")[1]["domains"]] == ["press"]
    words = ("export", "hold", tmp_path / "note.txt", "--domain", "office")
    assert run("aus.analyst", *words)[1]["error"]["code"] == "export.unknown_domain"
    kept = pair.root / "aus" / "domains.toml"
    kept.write_text(own.read_text().replace("press", "other"))
    status, altered, _ = run("aus.second", "export", "domains")
    assert (status, altered["error"]["code"]) == (4, "settings.domains_altered")


def test_findings_of_a_tear_line_are_told_as_json(pair: Pair, run: Run, tmp_path: Path) -> None:
    note, cut = tmp_path / "note.txt", tmp_path / "cut.txt"
    note.write_text("The convoy leaves Kure at noon on Friday.\nThe weather will be fine today.\n")
    about = ("--kind", "oral", "--title", "t", "--area", "maritime", "--label", HIGH)
    oral = run("aus.analyst", "item", "register", *about)[1]["item"]
    derive = ("item", "derive", oral, note, "--kind", "summary")
    source = run("aus.analyst", *derive)[1]["item"]
    cut.write_text("The convoy leaves Kure at noon, it seems.")
    line = ("item", "derive", source, cut, "--kind", "tear-line", "--label", LOW)
    status, refused, _ = run("aus.release", *line)
    assert (status, refused["error"]["code"]) == (1, "derive.residue")
    (found,) = refused["error"]["details"]["findings"]
    assert (found["where"], found["what"], found["source"]["paragraph"]) == ("text", "words", 1)
    cut.write_text("The weather will be fine today.")
    assert run("aus.release", *line)[0] == 1
    status, made, _ = run("aus.release", *line, "--released", "2")
    assert (status, made["findings"], made["check"]["version"]) == (0, [], "residue-1")
    cut.write_bytes(b"\x00\x01")
    assert run("aus.release", *line)[1]["error"]["code"] == "derive.unread"
    status, made, _ = run("aus.release", *line, "--reason", "a crest")
    assert (status, made["check"]["unread"]) == (0, [{"where": "file", "why": "form"}])
    status, wrong, _ = run("aus.analyst", *derive, "--released", "2")
    assert (status, wrong["error"]["code"]) == (2, "usage.wrong")
