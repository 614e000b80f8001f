"""`node services`, `trust`, `distrust`, `issuer` and `card`, as people type them at two nodes."""

import json
import subprocess
import sys

import pytest

from sealane.protocol import jwt
from tests import nations
from tests.oauth import Key

ISSUING = Key("ES384")


def issuer(audience):
    return {
        "issuer": "https://issuer.jpn.example",
        "audience": audience,
        "keys": [jwt.jwk(ISSUING.public)],
        "clients": {"desk": {}, "old": {"loose_proof": True}},
    }


@pytest.fixture
def told(live_pair):
    root = live_pair.root
    live_pair.close()
    (root / "pw").write_bytes(nations.PASSPHRASE)

    def tell(*words):
        key = [] if words[0] == "ledger" else ["--passphrase-file", "pw"]
        done = subprocess.run(
            [sys.executable, "-m", "sealane.cli.main", *words, "--json", *key],
            cwd=root,
            capture_output=True,
            check=False,
            timeout=120,
        )
        return done.returncode, json.loads(done.stdout)

    tell.root = root
    return tell


def test_a_partners_issuer_is_stated_accepted_listed_and_ended(told):
    status, answer = told("node", "status", "aus")
    assert (status, answer["services"], answer["issuer"]) == (0, [], None)
    audience = answer["console"].rstrip("/") + "/kas"
    (told.root / "issuer.json").write_text(json.dumps(issuer(audience)))
    assert (
        told(
            "node",
            "services",
            "jpn",
            "--to",
            "AUS",
            "--agreement",
            nations.AGREEMENT,
            "--issuer",
            "issuer.json",
            "--server",
            "https://kas.jpn.example/kas",
            "--out",
            "services.jws",
        )[0]
        == 0
    )
    status, answer = told("node", "trust", "aus", "services.jws")
    assert (status, answer["party"], answer["issuer"]["clients"]) == (
        0,
        "JPN",
        {"desk": {}, "old": {"loose_proof": True}},
    )
    assert answer["issuer"]["keys"] == [{"kid": ISSUING.public.thumbprint, "alg": "ES384"}]
    assert [
        (one["party"], one["ended"]) for one in told("node", "status", "aus")[1]["services"]
    ] == [("JPN", None)]
    assert (
        told("node", "distrust", "aus", "--party", "JPN", "--agreement", nations.AGREEMENT)[0] == 0
    )
    status, answer = told(
        "node", "distrust", "aus", "--party", "JPN", "--agreement", nations.AGREEMENT
    )
    assert (status, answer["error"]["code"]) == (1, "services.unknown")
    for kind in ("services.accepted", "services.ended"):
        status, answer = told("ledger", "search", "--node", "aus", "--kind", kind)
        assert (status, len(answer["entries"])) == (0, 1)


def test_a_nations_own_issuer_counts_only_as_its_operator_signed_it(told):
    audience = told("node", "status", "aus")[1]["console"].rstrip("/") + "/kas"
    ends = {
        name: f"https://issuer.aus.example/{name}"
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
    }
    own = {
        "trusted": issuer(audience) | {"issuer": "https://issuer.aus.example"},
        "endpoints": ends,
    }
    (told.root / "own.json").write_text(json.dumps(own))
    assert told("node", "issuer", "aus", "own.json")[1] == {
        "issuer": "https://issuer.aus.example",
        "clients": ["desk", "old"],
    }
    assert told("node", "status", "aus")[1]["issuer"] == "https://issuer.aus.example"
    (told.root / "jpn" / "issuer.jws").write_bytes((told.root / "aus" / "issuer.jws").read_bytes())
    status, answer = told("node", "status", "jpn")
    assert (status, answer["error"]["code"]) == (4, "issuer.unsigned")
    own["trusted"]["audience"] = "https://kas.elsewhere.example/kas"
    (told.root / "own.json").write_text(json.dumps(own))
    assert told("node", "issuer", "aus", "own.json")[1]["error"]["code"] == "issuer.other_service"
    assert told("node", "issuer", "aus", "--built-in")[0] == 0
    assert told("node", "status", "aus")[1]["issuer"] is None
    assert told("node", "issuer", "aus")[0] == 2


def test_a_card_written_anew_has_the_same_fingerprint_while_nothing_changed(told):
    first = told("node", "card", "aus", "--out", "a.json")[1]["fingerprint"]
    assert told("node", "card", "aus")[1]["fingerprint"] == first
    card = told.root / "aus" / "node.toml"
    card.write_text(
        card.read_text().replace('opentdf_url = ""', 'opentdf_url = "https://kas.aus.example"')
    )
    changed = told("node", "card", "aus")[1]["fingerprint"]
    assert changed != first
    again = ("node", "enrol", "jpn", "aus/card.json", "--fingerprint", changed)
    assert told(*again)[0] == 1
    assert told(*again, "--as", "operator", "--second", "jpn.security")[0] == 0
