"""`sealane client` from the outside: a secret once, a list without
secrets, an end that is final; and no client without the keystore's passphrase.
"""

import json

import pytest
from click.testing import CliRunner

from sealane.adapters.records import SqlStore
from sealane.adapters.sql import open_engine
from sealane.cli.node.client import client
from sealane.ledger import entries
from sealane.services.opentdf.clients import client as registered
from sealane.services.opentdf.issuer import secret_digest
from sealane.settings import Settings
from sealane.wiring.site import create_site, opened_site
from tests import nations

PASSPHRASE = nations.PASSPHRASE


@pytest.fixture
def folder(tmp_path):
    settings = Settings(party="AUS", node="canberra.aus.example")
    create_site(tmp_path / "node", settings, PASSPHRASE).dispose()
    (tmp_path / "pass").write_bytes(PASSPHRASE)
    (tmp_path / "pass").chmod(0o600)
    return tmp_path / "node"


def run(folder, *arguments, passphrase=True):
    told = ["--passphrase-file", str(folder.parent / "pass")] if passphrase else []
    done = CliRunner().invoke(client, [*arguments, "--node", str(folder), *told, "--json"])
    return done.exit_code, json.loads(done.stdout)


def test_a_client_is_enrolled_listed_and_let_go_and_each_is_in_the_log(folder):
    status, made = run(
        folder,
        "add",
        "go-1",
        "--person",
        "operator",
        "--kind",
        "web-sdk",
        "--purpose",
        "assessment",
    )
    assert (status, len(made["secret"]), made["rule"]["request_age"]) == (0, 43, 3660)
    again = run(folder, "add", "go-1", "--person", "operator")[1]
    assert again["error"]["code"] == "client.exists"
    status, found = run(folder, "list", passphrase=False)
    assert [(one["id"], one["person"], one["ended"]) for one in found["clients"]] == [
        ("go-1", "operator", None)
    ]
    assert made["secret"] not in json.dumps(found)
    assert secret_digest(made["secret"]) not in json.dumps(found)
    assert run(folder, "end", "go-1") == (0, {"id": "go-1", "ended": True})
    assert run(folder, "end", "go-1")[1]["error"]["code"] == "client.unknown"
    with opened_site(folder, PASSPHRASE) as site, site.node.store.reading() as tx:
        log = site.node.internal
        told = [entries.read(log.entry(tx, index)) for index in range(log.size(tx))]
        assert registered(site.node, tx, "go-1") is None
    assert [
        (one.kind, one.fields["credential"], one.fields["people"])
        for one in told
        if one.kind.startswith("client.")
    ] == [("client.enrolled", "go-1", ["operator"]), ("client.ended", "go-1", ["operator"])]


def test_a_client_needs_the_passphrase_and_a_person_who_is_there(folder, monkeypatch):
    monkeypatch.delenv("SEALANE_PASSPHRASE_FILE", raising=False)
    status, told = run(folder, "add", "go-1", "--person", "operator", passphrase=False)
    assert (status, told["error"]["code"]) == (4, "passphrase.missing")
    assert run(folder, "add", "go-1", "--person", "x")[1]["error"]["code"] == "person.unknown"
    assert run(folder, "list", passphrase=False)[1] == {"clients": []}


def test_a_client_put_into_the_database_by_hand_is_refused(folder):
    secret = run(folder, "add", "go-1", "--person", "operator")[1]["secret"]
    with SqlStore(open_engine(folder / "node.db")).writing() as tx:
        tx.exec_driver_sql(
            "INSERT INTO clients SELECT 'mine', person, ?, rule, purpose, since, ended"
            " FROM clients",
            (secret_digest(secret),),
        )
    with opened_site(folder, PASSPHRASE) as site, site.node.store.reading() as tx:
        assert registered(site.node, tx, "go-1") is not None
        with pytest.raises(Exception, match=r"directory\.altered"):
            registered(site.node, tx, "mine")


def test_a_folder_that_is_no_node_is_misconfigured(tmp_path):
    status, told = run(tmp_path, "list", passphrase=False)
    assert (status, told["error"]["code"]) == (4, "node.missing")
