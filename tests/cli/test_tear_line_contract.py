"""A tear-line as the black-box contract has it: a release officer cuts it, cleared or not, with
nothing but a file, a kind and a label; its recipient sees that it is bound, and never to what.

Spec: spec/interfaces.md §1; spec/residue.md.
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
from sealane.services.register import directory
from sealane.services.register.readers_there import ReadersQuestion
from tests import nations
from tests.clock import Clock, now
from tests.nations import Pair

MARK = "SECRET//REL AUS/JPN"
LOWER = json.dumps({**nations.LABEL, "classification": "OFFICIAL: Sensitive"})
Run = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    nations.build_live(tmp_path / "pair")
    made = nations.opened(nations.copy_of(tmp_path / "pair", tmp_path / "two"), Clock(now()))
    for person in ("aus.release", "aus.second"):  # as in the demonstration: no clearance at all
        with made.aus.store.reading() as tx:
            held = made.aus.person(tx, person)
        directory.enter(made.aus, {**held, "clearances": []})
    yield made
    made.close()


@pytest.fixture
def run(pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    (tmp_path / "pass").write_bytes(nations.PASSPHRASE)

    def typed(person: str, *words: str, nation: str = "aus") -> tuple[int, dict[str, Any], str]:
        keys = ["--node", str(pair.root / nation), "--passphrase-file", str(tmp_path / "pass")]
        with pytest.raises(SystemExit) as done:
            main([*words, "--as", person, *keys, "--json"])
        out, err = capsys.readouterr()
        assert isinstance(done.value.code, int)
        return done.value.code, json.loads(out), err

    return typed


def written(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_from_a_released_file_whose_key_two_nations_share(
    pair: Pair, run: Run, tmp_path: Path
) -> None:
    source = nations.share(pair, b"They sail at noon from berth four.", second="aus.second")
    line = written(tmp_path, "line.txt", "Ships will move this week.\n")
    cutting = ("item", "derive", source, line, "--kind", "tear-line", "--label", LOWER)
    status, found, said = run("aus.release", *cutting)
    assert status == 0, found
    assert set(found) >= {"item", "label", "sources"}
    assert found["sources"] == [source]
    assert found["label"]["classification"] == "OFFICIAL: Sensitive"
    assert found["check"]["uncompared"] == [{"item": source, "why": "not-kept"}]
    assert "No check was made" in said
    assurance.give(
        pair.jpn,
        agreement=AGREEMENT,
        area="maritime",
        level="OFFICIAL: Sensitive",
        officer="jpn.security",
        until=Instant(pair.clock.now() + 90 * DAY),
    )
    about = ReadersQuestion(
        agreement=AGREEMENT,
        area="maritime",
        label=label_from_json(json.loads(LOWER)),
        project=nations.PROJECT,
        purpose="assessment",
    )
    assurance.obtain(pair.aus, "JPN", about)  # typed commands have no line to a node that rests
    # released, and at the recipient bound to what it cannot learn
    until = format_instant(Instant(pair.clock.now() + 90 * DAY))
    terms = ("--to", "JPN", "--agreement", AGREEMENT, "--until", until)
    status, sent, _ = run("aus.release", "item", "release", found["item"], *terms)
    assert status == 0, sent
    pair.clock.pass_(120)
    outbox.deliver_due(pair.aus)
    status, bound, _ = run("jpn.clerk", "item", "sources", found["item"], nation="jpn")
    assert (status, bound) == (0, {"bound": True, "by": "AUS"})
    status, shown, _ = run("jpn.clerk", "item", "show", found["item"], nation="jpn")
    assert source not in json.dumps(shown)


def test_from_items_that_this_node_keeps(run: Run, tmp_path: Path) -> None:
    about = ("--title", "Brief", "--label", MARK, "--area", "maritime", "--purpose", "assessment")
    told = run("aus.analyst", "item", "register", "--kind", "oral", *about)[1]["item"]
    text = "They sail at noon from berth four.\nThe second group follows them on Friday.\n"
    making = ("item", "derive", told, written(tmp_path, "made.txt", text), "--kind", "summary")
    made = run("aus.analyst", *making)[1]["item"]
    line = written(tmp_path, "line.txt", "Ships will move this week.\n")
    cutting = ("--kind", "tear-line", "--label", LOWER)
    status, found, _ = run("aus.release", "item", "derive", made, line, *cutting, "--from", told)
    assert (status, found["sources"]) == (0, [made, told])
    assert (found["findings"], found["check"]["uncompared"]) == ([], [])
    assert run("aus.analyst", "item", "derive", made, line, *cutting)[1]["error"]["code"] == (
        "person.duty"
    )
    left = written(tmp_path, "left.txt", "They sail at noon from berth four.\n")
    status, refused, _ = run("aus.release", "item", "derive", made, left, *cutting)
    assert (status, refused["error"]["code"]) == (1, "derive.residue")
    assert "berth" not in json.dumps(refused, ensure_ascii=False)
