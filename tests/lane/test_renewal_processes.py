"""Certificates and keys renewed between two node processes that go on serving: nobody starts anew,
and nothing is refused.
"""

import hashlib
import socket
import ssl

import pytest

from tests.lane import processes
from tests.nations import AGREEMENT


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with processes.running(tmp_path_factory.mktemp("renewal")) as made:
        yield made


def keys(stage, party):
    return stage.must("node", "keys", stage.folder(party))["keys"]


def status(stage, party):
    return stage.run("node", "status", stage.folder(party))[1]


def shown(stage, party):
    """SHA-256 of the certificate that a nation's door shows now."""
    host, port = status(stage, party)["peer"].removeprefix("https://").split(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host, int(port)), timeout=10) as raw,
        context.wrap_socket(raw) as line,
    ):
        return hashlib.sha256(line.getpeercert(binary_form=True)).hexdigest()


def knows(stage, party, number):
    """Whether the other nation told this one that it knows its card of this number."""
    (row,) = status(stage, party)["own_cards"]["partners"]
    return row["known"] == number


def test_both_certificates_change_while_both_nodes_serve_and_items_go_on(stage):
    processes.released(stage, b"before", reference="r-1")
    before = {party: shown(stage, party) for party in ("AUS", "JPN")}
    for party in ("AUS", "JPN"):
        done = stage.must("node", "renew", stage.folder(party), "--role", "tls")
        assert (done["card"], done["by_hand"]) == (2, [])
        processes.released(stage, b"during", reference=f"r-{party}")
        assert stage.until(lambda party=party: knows(stage, party, 2))
        assert stage.until(lambda party=party: shown(stage, party) != before[party])
        processes.released(stage, b"after", reference=f"r-after-{party}")
    for party in ("AUS", "JPN"):
        states = {one["state"] for one in keys(stage, party) if one["role"] == "tls"}
        assert states == {"in use", "put by"}
        log = (stage.root / party.lower() / "node.log").read_text()
        assert "fault of its own" not in log


def test_every_key_of_a_serving_node_is_renewed_and_accepted_by_two_people_there(stage):
    number = status(stage, "AUS")["own_cards"]["number"] + 1
    done = stage.must("node", "renew", stage.folder("AUS"))
    assert done["told"] == ["JPN"]
    assert stage.until(lambda: knows(stage, "AUS", number))
    (waits,) = status(stage, "JPN")["cards_waiting"]
    assert waits["fingerprint"] == done["fingerprint"]
    processes.released(stage, b"waiting", reference="r-3")
    code, answer = stage.run("node", "enrol", stage.folder("JPN"), "--waiting", "AUS")
    assert (code, answer["error"]["code"]) == (1, "peer.second_needed")
    people = ("--as", "operator", "--second", "jpn.security")
    stage.must(
        "node",
        "enrol",
        stage.folder("JPN"),
        "--waiting",
        "AUS",
        "--fingerprint",
        done["fingerprint"],
        *people,
    )
    assert stage.until(
        lambda: status(stage, "AUS")["own_cards"]["partners"][0]["accepted"] == number
    )
    item = processes.released(stage, b"accepted", reference="r-4")
    assert {one["state"] for one in keys(stage, "AUS")} == {"in use", "put by"}

    def proven():
        (log,) = [one for one in status(stage, "AUS")["ledgers"] if one["agreement"] == AGREEMENT]
        return log["proven_to_both_up_to"] == log["size"]

    assert stage.until(proven)
    out = stage.root / "item.evidence"
    assert stage.until(lambda: stage.run("evidence", "export", item, str(out), party="AUS")[0] == 0)
    told = stage.must("evidence", "verify", str(out), keys=False)
    assert told["verified"]
