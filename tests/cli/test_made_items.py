"""What is made at a node, and what comes before a second signature, as a person types it at a
node's folder: `sealane item register`, `derive`, `sources`, `release`, `decline`, `send-back`,
`resubmit` and `open --for-signature`.

Spec: spec/interfaces.md §1; docs/who-may.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sealane.base.values import DAY, Instant, format_instant
from sealane.cli.demo.cast import AGREEMENT
from sealane.cli.main import main
from sealane.labels.model.label import label_from_json
from sealane.services.exchange import assurance, outbox
from sealane.services.register.readers_there import ReadersQuestion
from tests import nations
from tests.clock import Clock, now
from tests.lane.made import cleared
from tests.nations import Pair

MARK, LOWER = "SECRET//REL AUS/JPN", "PROTECTED//REL AUS/JPN"
Run = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    nations.build_live(tmp_path / "pair")
    made = nations.opened(nations.copy_of(tmp_path / "pair", tmp_path / "two"), Clock(now()))
    about = ReadersQuestion(
        agreement=AGREEMENT,
        area="maritime",
        label=label_from_json(nations.LABEL),
        project=nations.PROJECT,
        purpose="assessment",
    )
    assurance.obtain(made.aus, "JPN", about)
    cleared(made.aus, "aus.second")
    cleared(made.aus, "aus.release")
    yield made
    made.close()


@pytest.fixture
def run(pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    (tmp_path / "pass").write_bytes(nations.PASSPHRASE)
    (tmp_path / "survey.txt").write_bytes(b"they sail at noon")
    keys = ["--node", str(pair.root / "aus"), "--passphrase-file", str(tmp_path / "pass"), "--json"]

    def typed(person: str | None, *words: str) -> tuple[int, dict[str, Any], str]:
        who = [] if person is None else ["--as", person]
        with pytest.raises(SystemExit) as done:
            main(["item", *words, *who, *keys])
        out, err = capsys.readouterr()
        assert isinstance(done.value.code, int)
        return done.value.code, json.loads(out), err

    return typed


def registered(run: Run, kind: str = "oral") -> str:
    about = ("--title", "Harbour briefing", "--label", MARK, "--area", "maritime", "--pages", "3")
    purposes = ("--purpose", "assessment", "--project", nations.PROJECT)
    status, found, _ = run("aus.analyst", "register", "--kind", kind, *about, *purposes)
    assert (status, found["pages"], found["state"]) == (0, 3, "sealed")
    return str(found["item"])


def test_what_has_no_file_is_registered_released_and_told(
    pair: Pair, run: Run, tmp_path: Path
) -> None:
    item = registered(run)
    until = format_instant(Instant(pair.clock.now() + 90 * DAY))
    terms = ("--to", "JPN", "--agreement", AGREEMENT, "--until", until, "--reference", "once")
    releasing = ("release", item, *terms, "--second", "aus.second")
    status, found, told = run("aus.release", *releasing)
    assert status == 0, found
    assert [(one["to"], one["state"]) for one in found["transfers"]] == [("JPN", "queued")]
    assert [one["code"] for one in found["warnings"]] == ["release.new_recipient"]
    assert "release.new_recipient" in told
    assert found["readers"]["JPN"]["posts"]
    status, again, _ = run("aus.release", *releasing)
    assert (status, again["item"], again["earlier"]) == (0, item, True)
    status, shown, _ = run("aus.clerk", "show", item)
    assert (shown["pages"], shown["kind"], shown["agreement_state"]) == (3, "oral", "in-force")
    pair.clock.pass_(120)
    outbox.deliver_due(pair.aus)
    assert json.loads(nations.read(pair, item))["kind"] == "oral"


def test_what_is_derived_says_its_sources_here_and_a_binding_there(
    pair: Pair, run: Run, tmp_path: Path
) -> None:
    source, other = registered(run), registered(run, "paper")
    file = str(tmp_path / "survey.txt")
    status, found, _ = run("aus.analyst", "derive", source, file, "--kind", "extract")
    assert (status, found["sources"], found["label"]["classification"]) == (0, [source], "SECRET")
    both = ("derive", source, file, "--from", other, "--kind", "summary")
    graded = (*both, "--grade", "B2", "--grade", f"{other}=F6")
    made = run("aus.analyst", *graded)[1]
    assert (made["sources"], made["grades"]) == ([source, other], {source: "B2", other: "F6"})
    assert run("aus.clerk", "sources", made["item"])[1]["grades"] == made["grades"]
    status, refused, _ = run("aus.analyst", *both, "--grade", "G9")
    assert (status, refused["error"]["code"]) == (2, "derive.grade")
    low = ("derive", source, file, "--label", LOWER)
    status, refused, _ = run("aus.analyst", *low, "--kind", "summary")
    assert (status, refused["error"]["code"]) == (1, "derive.label_below_sources")
    assert refused["error"]["details"]["demanded"]["classification"] == "SECRET"
    status, refused, _ = run("aus.analyst", *low, "--kind", "tear-line")
    assert (status, refused["error"]["code"]) == (1, "person.duty")
    status, cut, _ = run("aus.release", *low, "--kind", "tear-line")
    assert (status, cut["label"]["classification"]) == (0, "PROTECTED")
    status, told, _ = run("aus.clerk", "sources", cut["item"])
    assert (told["bound"], told["by"], told["sources"]) == (True, "AUS", [source])
    assert run("aus.clerk", "sources", source)[1]["bound"] is False
    status, recalled, _ = run("aus.analyst", "recall", source, "--reason", "over")
    assert cut["item"] in recalled["derived"]


def test_the_second_signer_reads_sends_back_and_declines(run: Run, tmp_path: Path) -> None:
    item, out = registered(run, "visual"), tmp_path / "out"
    until = format_instant(Instant(now() + 90 * DAY))
    terms = ("--to", "JPN", "--agreement", AGREEMENT, "--until", until, "--reason", "they asked")
    assert run("aus.release", "release", item, *terms)[1]["state"] == "awaiting second signer"
    reading = ("open", item, str(out), "--for-signature")
    status, refused, _ = run("aus.clerk", *reading)
    assert (status, refused["error"]["code"], out.exists()) == (1, "person.duty", False)
    status, read, _ = run("aus.second", *reading)
    assert (status, read["item"]) == (0, item)
    assert b"Harbour briefing" in out.read_bytes()
    for words in ((), ("--for-signature", "--purpose", "assessment")):
        status, wrong, _ = run("aus.second", "open", item, str(out), *words)
        assert (status, wrong["error"]["code"]) == (2, "usage.wrong")
    for person, verb, state in (
        ("aus.second", "send-back", "sent back"),
        ("aus.release", "resubmit", "awaiting second signer"),
        ("aus.second", "decline", "declined"),
    ):
        status, found, _ = run(person, verb, item, "--reason", verb)
        assert (status, found["state"], found["told"]) == (0, state, [])
    said = run("aus.clerk", "show", item)[1]["remarks"]
    assert [one["text"] for one in said] == ["they asked", "send-back", "resubmit", "decline"]
    status, gone, _ = run("aus.second", "decline", item, "--reason", "r")
    assert (status, gone["error"]["code"]) == (1, "life.no_such_step")
