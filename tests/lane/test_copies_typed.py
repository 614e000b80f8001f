"""The verbs about numbered copies as a clerk types them: what `--json` holds, and how it exits."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from sealane.base.values import DAY, Instant, format_instant
from sealane.cli.main import cli
from sealane.labels.model.label import label_from_json
from sealane.services.exchange import relabel
from tests import nations
from tests.lane.copied import accepted
from tests.nations import PASSPHRASE, Pair, read
from tests.who_may_world import stay_open

CUSTODY = {
    "nation",
    "number",
    "holder",
    "place",
    "state",
    "level",
    "since",
    "authority",
    "by",
    "proof",
    "certificate",
}


@pytest.fixture
def typed(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Any:
    stay_open(pair, monkeypatch)
    (pair.root / "pass").write_bytes(PASSPHRASE)

    def run(party: str, *words: str, person: str | None = None, text: bool = False) -> Any:
        who = [] if person is None else ["--as", person]
        at = ["--node", str(pair.root / party.lower())]
        keys = ["--passphrase-file", str(pair.root / "pass")]
        form = [] if text else ["--json"]
        ran = CliRunner().invoke(cli, ["item", *words, *who, *at, *keys, *form])
        return ran.exit_code, ran.stdout if text else json.loads(ran.stdout)

    return run


def test_a_copy_lives_from_its_making_to_its_certificate(pair: Pair, typed: Any) -> None:
    item = accepted(pair)
    clerk = {"person": "jpn.clerk"}
    place = ("--place", "jpn.registry")
    status, made = typed("JPN", "copy", item, *place, "--holder", "jpn.sato", **clerk)
    assert (status, made["item"], made["copy"]) == (0, item, 2)
    assert made["answers"] == ["acknowledged"]
    status, moved = typed("JPN", "move", item, "--copy", "2", *place, **clerk)
    assert (status, moved["item"], moved["copy"], moved["holder"]) == (0, item, 2, "JPN")
    status, told = typed("JPN", "custody", item)
    assert (status, told["item"], [one["number"] for one in told["copies"]]) == (0, item, [1, 2])
    assert all(set(one) == CUSTODY for one in told["copies"])
    before = format_instant(Instant(pair.clock.now() - 30 * DAY))
    status, told = typed("JPN", "custody", item, "--at", before)
    assert (status, told) == (0, {"item": item, "at": before, "copies": []})
    words = ("--copy", "2", "--witness", "jpn.security", "--means", "shredded")
    status, ended = typed("JPN", "destroy", item, *words, **clerk)
    assert status == 0
    certificate = ended["certificate"]
    assert {"item", "copy", "by", "witness", "at", "means", "statement"} <= set(certificate)
    assert (certificate["witness"], certificate["means"]) == ("jpn.security", "shredded")
    status, back = typed("JPN", "return", item, "--copy", "1", **clerk)
    assert (status, back["state"]) == (0, "returned")
    status, told = typed("AUS", "custody", item, person="aus.auditor")
    states = {(one["nation"], one["number"]): one["state"] for one in told["copies"]}
    assert states == {("AUS", 0): "held", ("JPN", 1): "returned", ("JPN", 2): "destroyed"}


def test_what_refuses_exits_with_its_code(pair: Pair, typed: Any) -> None:
    item = accepted(pair)
    place = ("--place", "jpn.registry")
    for words, person, status, code in (
        (("copy", item, *place), None, 2, "usage.person"),
        (("copy", item, *place), "nobody", 1, "person.unknown"),
        (("copy", "none", *place), "jpn.clerk", 1, "item.unknown"),
        (("copy", item, "--place", "nowhere"), "jpn.clerk", 1, "facility.unknown"),
        (("copy", item, *place), "jpn.sato", 1, "person.duty"),
        (("destroy", item, "--copy", "7"), "jpn.clerk", 1, "copy.unknown"),
        (("custody", item), "jpn.sato", 1, "person.duty"),
        (("custody", item, "--at", "yesterday"), None, 2, "value.instant"),
    ):
        found = typed("JPN", *words, person=person)
        assert (found[0], found[1]["error"]["code"]) == (status, code), words


def test_at_the_top_a_copy_needs_consent_and_its_end_a_witness(pair: Pair, typed: Any) -> None:
    item = accepted(pair)
    top = label_from_json({**nations.LABEL, "classification": "TOP SECRET"})
    relabel.relabel(pair.aus, item, top, reason="r", person="aus.release")
    pair.settle(2)
    status, told = typed("JPN", "copy", item, "--place", "jpn.registry", person="jpn.clerk")
    assert (status, told["error"]["code"]) == (1, "decision.refused")
    reasons = told["error"]["details"]["decision"]["reasons"]
    assert "6.2" in {one["clause"] for one in reasons if not one["met"]}
    status, told = typed("JPN", "destroy", item, "--copy", "1", person="jpn.clerk")
    assert (status, told["error"]["code"]) == (1, "item.witness_needed")


def test_readings_are_listed_with_how_each_reader_was_proven(pair: Pair, typed: Any) -> None:
    item = accepted(pair)
    read(pair, item)
    status, told = typed("JPN", "disclosures", item, person="jpn.auditor")
    assert status == 0
    (one,) = told["readers"]
    assert (one["person"], one["purpose"], one["proof"]) == ("jpn.sato", "assessment", "unproven")
    for words in (("disclosures", item), ("custody", item), ("show", item)):
        assert typed("JPN", *words, text=True)[0] == 0
