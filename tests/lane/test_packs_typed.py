"""`sealane pack export|inspect|import` as an operator types them: what `--json` holds, and how each
exits.

Spec: spec/interfaces.md §5; spec/pack.md.
"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from sealane.cli.main import cli
from sealane.services.packs import exporting, importing
from sealane.services.register.acts import Actor
from tests.lane import dialogue
from tests.lane.packing import cut, made, taken
from tests.lane.test_packs import assured, code_of
from tests.nations import PASSPHRASE, Pair
from tests.who_may_world import stay_open

FATES = ("taken", "known", "waiting", "refused")


@pytest.fixture
def typed(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Any:
    dialogue.officers(cut(pair))
    stay_open(pair, monkeypatch)
    (pair.root / "pass").write_bytes(PASSPHRASE)

    def run(*words: str, at: str | None = None, keys: bool = True, text: bool = False) -> Any:
        place = [] if at is None else ["--node", str(pair.root / at.lower())]
        if at is not None and keys:
            place += ["--passphrase-file", str(pair.root / "pass")]
        ran = CliRunner().invoke(cli, ["pack", *words, *place, *([] if text else ["--json"])])
        return ran.exit_code, ran.stdout if text else json.loads(ran.stdout)

    return run


def told(status: int, found: Any) -> tuple[int, Any]:
    return status, found["error"]["code"]


def test_a_pack_is_made_looked_at_tried_and_taken(pair: Pair, typed: Any) -> None:
    assured(pair)
    dialogue.opened(pair.aus, "rfi", dialogue.RFI)
    out = pair.root / "to-jpn.pack"
    status, written = typed("export", "--to", "JPN", str(out), at="AUS")
    assert status == 0
    assert written == {
        "pack": written["pack"],
        "to": "JPN",
        "out": str(out),
        "statements": 3,
        "answers": 0,
        "containers": 1,
        "whole": True,
        "size": out.stat().st_size,
    }
    assert out.stat().st_mode & 0o777 == 0o600
    status, shown = typed("inspect", str(out))
    assert status == 0
    assert [one["type"] for one in shown["statements"]] == [
        "assurance.request",
        "offer",
        "case.opened",
    ]
    assert all(len(one["digest"]) == 96 for one in shown["statements"])
    assert (shown["by"], shown["to"], shown["pack"]) == ("AUS", "JPN", written["pack"])
    assert shown["statements"][1]["container"]["size"] > 1000
    status, tried = typed("import", str(out), "--dry-run", at="JPN")
    assert (status, tried["dry_run"], len(tried["taken"])) == (0, True, 3)
    status, done = typed("import", str(out), at="JPN")
    assert (status, {**done, "dry_run": True, "ledgers": []}) == (0, tried)
    assert max(one["mirrored"] for one in done["ledgers"]) > 0
    assert set(done) >= set(FATES)
    assert all(set(one) == {"digest", "type"} for one in done["taken"])
    status, again = typed("import", str(out), at="JPN")
    assert (status, again["taken"], again["known"]) == (0, [], done["taken"])
    status, back = typed("export", "--to", "AUS", str(pair.root / "b.pack"), at="JPN")
    assert (status, back["answers"]) == (0, 3)
    status, heard = typed("import", str(pair.root / "b.pack"), at="AUS")
    assert (status, len(heard["taken"])) == (0, 3)
    assert max(one["cosigned"] for one in heard["ledgers"]) > 0
    assert all("code" not in one for one in [*done["ledgers"], *heard["ledgers"]])


def test_one_that_is_too_early_exits_with_nothing_wrong(pair: Pair, typed: Any) -> None:
    case = dialogue.opened(pair.aus, "rfi", dialogue.RFI)["id"]
    taken(pair.jpn, made(pair.aus))
    for word in ({"event": "accept"}, {"event": "interim", "note": "soon"}):
        dialogue.said(pair.jpn, case, **word)
    with pair.jpn.store.writing() as tx:
        row = pair.jpn.records.outbox.find(tx, order="id", type="case.said")[0]
        pair.jpn.records.outbox.change(tx, {"id": row.id}, done=pair.jpn.now()[1])
    path = pair.root / "early.pack"
    path.write_bytes(made(pair.jpn))
    status, done = typed("import", str(path), at="AUS")
    assert (status, [one["code"] for one in done["waiting"]]) == (0, ["case.waits"])
    status, tried = typed("import", "--dry-run", str(path), at="AUS")
    assert (status, [one["code"] for one in tried["waiting"]]) == (0, ["case.waits"])


def test_what_is_wrong_exits_as_the_contract_says(pair: Pair, typed: Any) -> None:
    pack = bytearray(made(pair.aus))
    pack[-1] ^= 1
    path = pair.root / "bad.pack"
    path.write_bytes(bytes(pack))
    assert told(*typed("import", str(path), at="JPN")) == (1, "pack.damaged")
    assert told(*typed("import", str(path), "--dry-run", at="JPN")) == (1, "pack.damaged")
    assert told(*typed("inspect", str(path))) == (1, "pack.damaged")
    assert told(*typed("inspect", str(pair.root / "none"))) == (2, "input.unreadable")
    assert told(*typed("import", str(path))) == (4, "node.not_given")
    out = str(pair.root / "nzl.pack")
    assert told(*typed("export", "--to", "NZL", out, at="AUS")) == (4, "partner.unknown")
    named = ("export", "--to", "JPN", out, "--as", "aus.analyst")
    assert told(*typed(*named, at="AUS")) == (1, "person.duty")
    assert not (pair.root / "nzl.pack").exists()
    nowhere = str(pair.root / "no" / "x.pack")
    assert told(*typed("export", "--to", "JPN", nowhere, at="AUS")) == (2, "output.refused")


def test_people_read_it_in_both_languages(pair: Pair, typed: Any) -> None:
    out = str(pair.root / "x.pack")
    status, text = typed("export", "--to", "JPN", out, "--lang", "ja", at="AUS", text=True)
    assert (status, "宛て文書" in text) == (0, True)
    status, text = typed("inspect", out, text=True)
    assert (status, "AUS (canberra.aus.example) to JPN" in text) == (0, True)
    status, text = typed("import", out, "--lang", "ja", at="JPN", text=True)
    assert (status, "取込み: 0" in text) == (0, True)


def test_the_operator_does_it_by_the_passphrase_in_production_too(pair: Pair) -> None:
    cut(pair)
    strict = replace(
        pair.aus, settings=replace(pair.aus.settings, profile="production", accept_unverified=False)
    )
    pack = made(strict)
    assert taken(pair.jpn, pack)["refused"] == []
    by_name = Actor("aus.analyst")
    for act in (
        lambda: exporting.export(pair.aus, "JPN", by_name, io.BytesIO()),
        lambda: importing.load(pair.aus, io.BytesIO(pack), by_name),
    ):
        assert code_of(act) == "person.duty"
