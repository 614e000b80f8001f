"""`sealane release` to several recipients, as a person types it at a node's folder.

Spec: spec/interfaces.md §1 (release).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sealane.base.values import DAY, Instant, format_instant
from sealane.cli.main import main
from sealane.services.exchange import assurance, outbox
from tests import nations, nations_three
from tests.clock import Clock, now
from tests.lane import several
from tests.nations_three import TRILATERAL, Three

MARK, TEXT = "SECRET//REL AUS/JPN/USA", b"harbour survey"


@pytest.fixture
def three(tmp_path: Path) -> Any:
    """Three nations in the machine's own time, for commands read it themselves."""
    nations.build_live(tmp_path / "pair")
    made = nations_three.build(
        tmp_path / "pair", tmp_path / "three", Clock(now()), written=nations.renewed
    )
    nations_three.staff(made)
    yield made
    made.close()


def test_the_command_takes_several_recipients_each_way_of_typing_them(
    three: Three, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pass").write_bytes(nations.PASSPHRASE)
    (tmp_path / "survey.txt").write_bytes(TEXT)
    for party in ("JPN", "USA"):
        ask_assurance(three, party)

    until = format_instant(Instant(three.clock.now() + 90 * DAY))

    def run(*words: str, mark: str = MARK) -> tuple[int, dict[str, Any], str]:
        with pytest.raises(SystemExit) as done:
            main(
                [
                    "release",
                    str(tmp_path / "survey.txt"),
                    *words,
                    *("--label", mark, "--area", "maritime", "--purpose", "assessment"),
                    *("--originator", "aus.analyst", "--as", "aus.release"),
                    *("--project", nations.PROJECT, "--second", "aus.second", "--until", until),
                    *("--node", str(three.root / "aus")),
                    *("--passphrase-file", str(tmp_path / "pass"), "--json"),
                ]
            )
        assert isinstance(done.value.code, int)
        out, err = capsys.readouterr()
        return done.value.code, json.loads(out), err

    status, found, told = run("--to", "JPN,USA", "--to", "JPN")
    assert status == 0, found
    assert [(one["to"], one["state"]) for one in found["transfers"]] == [
        ("JPN", "queued"),
        ("USA", "queued"),
    ]
    assert set(found["readers"]) == {"JPN", "USA"}
    status, again, told = run("--to", "JPN", "--to", "USA")
    assert [one["code"] for one in again["warnings"]][-2:] == ["release.duplicate"] * 2
    assert "release.duplicate" in told
    status, refused, _ = run("--to", "JPN,USA", mark="SECRET//REL AUS/JPN")
    assert (status, refused["error"]["code"]) == (1, "decision.refused")
    assert [one["state"] for one in refused["error"]["details"]["transfers"]] == [
        "not released",
        "refused",
    ]
    status, some, _ = run("--to", "JPN,USA", "--each", mark="SECRET//REL AUS/JPN")
    assert status == 0
    assert [one["state"] for one in some["transfers"]] == ["queued", "refused"]
    for words in (("--to", "JPN,GBR"), ("--to", "JPN,GBR", "--each")):
        status, unknown, _ = run(*words)
        assert (status, unknown["error"]["code"]) == (4, "partner.unknown")
    assert len(several.items(three.aus)) == 3
    three.clock.pass_(120)
    outbox.deliver_due(three.aus)
    assert several.opened(three.usa, found["item"]) == TEXT


def ask_assurance(three: Three, party: str) -> None:
    """What AUS holds of a partner's assurance before the line between processes is gone."""
    assurance.obtain(
        three.aus,
        partner=party,
        agreement=TRILATERAL,
        area="maritime",
        label=several.LABEL,
        project=nations.PROJECT,
        purpose="assessment",
    )
