"""Two node processes and the command line: an item's key moves to another suite, and both sides tell the same."""

import pytest

from tests.lane import processes


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with processes.running(tmp_path_factory.mktemp("nations")) as made:
        yield made


def test_a_delivered_item_is_rewrapped_between_two_processes_and_opens(stage):
    data = b"harbour " * 100_000
    item = processes.released(stage, data)
    before = stage.must("item", "show", item, party="JPN")["container"]
    found = stage.must("item", "rewrap", item, "--suite", "X-Wing", "--as", "aus.security", party="AUS")
    assert (found["suite"], found["replaces"]) == ("X-Wing", before)

    def both():
        return {stage.must("item", "show", item, party=party)["container"] for party in ("AUS", "JPN")}

    assert stage.until(lambda: both() == {found["container"]})
    for party in ("AUS", "JPN"):
        held = list((stage.root / party.lower() / "containers").glob("*.tdf"))
        assert [path.stem for path in held] == [found["container"]]
        told = [line["kind"] for line in stage.must("item", "history", item, party=party)["history"]]
        assert {"statement.rewrap.request", "statement.rewrapped", "statement.acknowledged"} <= set(told)
        assert stage.must("inspect", str(held[0]), keys=False)["failed"] == []
    out = stage.root / "opened"
    stage.must("item", "open", item, str(out), "--as", "jpn.sato", "--purpose", "assessment", party="JPN")
    assert out.read_bytes() == data
