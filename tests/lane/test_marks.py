"""The mark "proven to both up to" is shown wherever a ledger is, and moves only when the partner
has cosigned and mirrored.
"""

import json

import pytest

from sealane.cli.main import main
from sealane.ledger.proofs import evidence
from sealane.services.audit import evidence as item_evidence
from sealane.services.register import views
from sealane.shipped import verifier_page
from tests import nations
from tests.nations import AGREEMENT, share


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as done:
        main([*map(str, arguments), "--json"])
    assert done.value.code == 0
    return json.loads(capsys.readouterr().out)


def test_every_view_of_a_ledger_shows_the_mark(pair, capsys, tmp_path):
    share(pair)
    pair.rounds(2)
    item = share(pair, b"later", reference="r-2")
    node = pair.aus
    origin, folder = nations.log_of(node, AGREEMENT).origin, pair.root / "aus"
    with node.store.reading() as tx:
        mark, size = (
            node.proven(tx, nations.log_of(node, AGREEMENT).origin).proven,
            nations.log_of(node, AGREEMENT).size(tx),
        )
        told = views.history(node, tx, item)
    assert 0 < mark < size
    shared = [one for one in told if one["origin"] == origin]
    assert shared
    assert all(one["proven_to_both"] is (one["index"] < mark) for one in shared)
    assert all(one["proven_to_both"] is None for one in told if one["origin"] != origin)
    (status,) = [
        one
        for one in run(capsys, "ledger", "status", "--node", folder)["logs"]
        if (one["origin"], one["role"]) == (origin, "own")
    ]
    (walked,) = [
        one
        for one in run(capsys, "ledger", "walk", "--node", folder)["logs"]
        if one["origin"] == origin
    ]
    assert status["proven_to_both_up_to"] == walked["proven_to_both_up_to"] == mark
    found = run(capsys, "ledger", "search", "--node", folder, "--origin", origin)
    assert found["proven_to_both_up_to"] == {origin: mark}
    assert [one["proven_to_both"] for one in found["entries"]] == [
        index < mark for index in range(size)
    ]
    (tmp_path / "pass").write_bytes(nations.PASSPHRASE)
    (kept,) = [
        one
        for one in run(capsys, "node", "status", folder, "--passphrase-file", tmp_path / "pass")[
            "ledgers"
        ]
        if one["origin"] == origin
    ]
    assert (kept["proven_to_both_up_to"], kept["grace_seconds"]) == (mark, 900)


def test_evidence_shows_how_far_each_log_in_it_is_proven(pair):
    item = share(pair)
    pair.rounds(2)
    partnership = next(
        one for _, name, one in pair.sites["AUS"].partnerships() if name == AGREEMENT
    )
    report = evidence.verify(
        evidence.build(
            item_evidence.evidence_input(pair.aus, item, "JPN", partnership, verifier_page())
        )
    ).as_json()
    assert all(one["proven_to_both_up_to"] == one["size"] > 0 for one in report["logs"])
    assert all(one["cosigned_by"] for one in report["logs"])
