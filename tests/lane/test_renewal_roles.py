"""`node renew DIR` beside processes that serve and work and hold no root key: they take up every
renewed key and nobody starts anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from sealane.adapters import nodefolder
from sealane.cli.demo.stage import Stage
from tests import engines, nations
from tests.lane import processes
from tests.lane.roles import Party
from tests.lane.test_renewal_processes import knows, shown, status


@pytest.fixture(scope="module")
def canberra(engine: str, tmp_path_factory: Any) -> Iterator[Any]:
    """Canberra as two processes that serve and one that works; Tokyo as one that does both."""
    root = tmp_path_factory.mktemp("renewal-roles")
    (root / "passphrase").write_bytes(nations.PASSPHRASE)
    (root / "label.json").write_text(json.dumps(nations.LABEL))
    nations.build_live(root, engine)
    stage = Stage(root, "en")
    try:
        stage.start("JPN")
        party = Party(stage, root / "aus")
        party.serve(peer_port=nodefolder.load(party.folder).peer_port)
        party.serve()
        party.work()
        party.leader()
        yield party
    finally:
        stage.stop()
        engines.dropped(root)


def published(origin: str) -> str:
    """The kid of the wrapping key that a process publishes to OpenTDF clients."""
    call = {"algorithm": "rsa:2048"}
    answer = httpx2.post(f"{origin}/kas.AccessService/PublicKey", json=call, trust_env=False)
    return str(answer.json()["kid"])


def test_processes_that_hold_no_root_key_take_up_every_renewed_key(canberra: Any) -> None:
    stage = canberra.stage
    origins = [origin for _, origin in canberra.servers]
    before, certificate = {published(one) for one in origins}, shown(stage, "AUS")
    done = stage.must("node", "renew", stage.folder("AUS"))
    number = done["card"]
    made = {one["kid"] for one in done["keys"] if one["role"] == "kas"}
    # published at once by every process that serves, and not the key of before
    assert len(before) == 1
    assert all(published(one) in made for one in origins)
    # told to the partner by the process that works, and shown at the door by the one that serves
    assert stage.until(lambda: knows(stage, "AUS", number))
    assert stage.until(lambda: shown(stage, "AUS") != certificate)
    people = ("--as", "operator", "--second", "jpn.security")
    told = ("--waiting", "AUS", "--fingerprint", done["fingerprint"])
    stage.must("node", "enrol", stage.folder("JPN"), *told, *people)
    assert stage.until(
        lambda: status(stage, "AUS")["own_cards"]["partners"][0]["accepted"] == number
    )
    # what is sealed to the new keys is opened by a process that began before they were made
    item = processes.released(stage, b"harbour", reference="renewed")
    stage.must("item", "accept", item, "--as", "jpn.clerk", party="JPN")
    out = stage.root / "opened"
    facts = ("--as", "jpn.sato", "--purpose", "assessment")
    stage.must("item", "open", item, str(out), *facts, party="JPN")
    assert out.read_bytes() == b"harbour"

    def proven() -> bool:
        ledgers = status(stage, "AUS")["ledgers"]
        (log,) = [one for one in ledgers if one["agreement"] == nations.AGREEMENT]
        return bool(log["proven_to_both_up_to"] == log["size"])

    assert stage.until(proven)
    for name in ("serve", "work"):
        told_by = (canberra.folder / f"{name}.log").read_text()
        assert ".fault" not in told_by
        assert "keystore." not in told_by
