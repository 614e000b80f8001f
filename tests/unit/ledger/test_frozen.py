"""What an earlier version wrote still verifies (tests/vectors/evidence/README.md)."""

import json
from pathlib import Path

import pytest

from sealane.base.errors import SealaneError
from sealane.ledger.log import equivocation
from sealane.ledger.log.note import parse_vkey
from sealane.ledger.proofs import evidence

HERE = Path(__file__).parents[2] / "vectors" / "evidence"
KEYS = json.loads((HERE / "keys.json").read_text())


def test_the_frozen_evidence_holds_by_its_published_keys():
    data = (HERE / "good.evidence").read_bytes()
    report = evidence.verify(
        data, vkeys=[parse_vkey(one) for one in KEYS["evidence"].values()]
    ).as_json()
    assert (report["trust"], report["proven_to_both"]) == ("pinned", True)
    assert [(one["type"], one["by"], one["proven_in"]) for one in report["statements"]] == [
        ("acknowledged", "JPN", ["AUS", "JPN"])
    ]
    for wrong in (data + b"\x00", data[:4000] + bytes([data[4000] ^ 1]) + data[4001:], data[1:]):
        with pytest.raises(SealaneError):
            evidence.verify(wrong)


def test_the_frozen_fraud_proof_holds_by_its_published_key():
    equivocation.verify(
        equivocation.read((HERE / "fraud.json").read_bytes()), [parse_vkey(KEYS["fraud"])]
    )
