"""`sealane agreement sign`, `verify` and its notices from outside: who signed which bytes, and what
an agreement lives through."""

import json

import pytest

from sealane.settings import Settings
from sealane.wiring.site import create_site
from tests import clock
from tests.cli.agreement_typing import (
    TEXT,
    sealane,
    sign,
    sign_kids,
    standing_at,
    told,
    verify,
    words,
)


def test_both_parties_sign_and_everybody_with_their_keys_can_verify(file, keyring):
    assert verify(file, keyring)[0] == 1
    assert sign(file, keyring, "aus")[0] == 0
    status, found, _ = verify(file, keyring)
    assert (status, found["signed"], found["open"]) == (1, ["AUS"], ["JPN"])
    assert found["error"]["code"] == "agreement.not_signed_by_all"
    assert sign(file, keyring, "jpn")[0] == 0
    status, found, _ = verify(file, keyring)
    assert (status, found["complete"], found["signed"]) == (0, True, ["AUS", "JPN"])
    assert [row["trust"] for row in found["signatures"]] == ["enrolled", "enrolled"]
    assert (
        words("verify", file, "--keys", keyring / "keys.json", lang="ja")[1].count("署名済み") == 2
    )


def test_key_files_and_nodes_folders_serve_as_enrolled_keys(file, keyring, tmp_path):
    sign(file, keyring, "aus")
    node, keys = tmp_path / "node", ("--passphrase-file", keyring / "passphrase")
    settings = Settings(party="JPN", node="tokyo.jpn.example")
    create_site(node, settings, (keyring / "passphrase").read_bytes().strip()).dispose()
    assert sealane("sign", file, "--key", node, *keys)[0] == 0
    status, found, _ = sealane("verify", file, "--keys", keyring / "aus", "--keys", node)
    assert (status, found["complete"]) == (0, True)
    (node / "node.toml").unlink()
    assert sealane("verify", file, "--keys", node)[1]["error"]["code"] == "agreement.party_unknown"


def test_a_nodes_keystore_is_no_key_file_and_a_key_file_has_no_people(file, keyring, tmp_path):
    keys = ("--passphrase-file", keyring / "passphrase")
    settings = Settings(party="JPN", node="tokyo.jpn.example")
    secret = (keyring / "passphrase").read_bytes().strip()
    create_site(tmp_path / "node", settings, secret).dispose()
    around = ("--key", tmp_path / "node" / "keys.sealed", "--party", "JPN")
    for verb in (("sign", file), ("notice", file, "suspend")):
        status, found, _ = sealane(*verb, *around, *keys)
        assert (status, found["error"]["code"]) == (1, "agreement.key_file")
        status, found, _ = sealane(*verb, "--key", keyring / "jpn", "--as", "operator", *keys)
        assert (status, found["error"]["code"]) == (2, "usage.wrong")
    assert [one.name for one in file.parent.glob("*.sigs")] == []


def test_a_signature_proves_nothing_without_the_partys_enrolled_key(file, keyring):
    sign(file, keyring, "aus")
    sign(file, keyring, "jpn")
    status, found, _ = sealane("verify", file)
    assert status == 1
    assert {row["error"]["code"] for row in found["signatures"]} == {
        "agreement.signature_key_unknown"
    }


def test_keys_that_the_file_itself_names_are_told_apart_from_enrolled_ones(file, keyring):
    kids = {
        party: [f'"{kid}"' for kid in sign_kids(keyring, name)]
        for party, name in (("AUS", "aus"), ("JPN", "jpn"))
    }
    text = TEXT
    for party, several in kids.items():
        text = text.replace(
            f'{{ id = "{party.lower()}-agreement", ',
            f'{{ keys = [{", ".join(several)}], id = "{party.lower()}-agreement", ',
            1,
        )
    file.write_text(text, encoding="utf-8")
    sign(file, keyring, "aus")
    assert sign(file, keyring, "other")[1]["error"]["code"] == "agreement.signature_wrong_key"
    sign(file, keyring, "jpn")
    status, found, _ = sealane("verify", file)
    assert status == 0
    assert [row["trust"] for row in found["signatures"]] == ["named-in-file", "named-in-file"]


def test_one_changed_byte_undoes_every_signature(file, keyring):
    sign(file, keyring, "aus")
    sign(file, keyring, "jpn")
    file.write_text(TEXT + "\n", encoding="utf-8")
    status, found, _ = verify(file, keyring)
    assert status == 1
    assert {row["error"]["code"] for row in found["signatures"]} == {
        "agreement.signature_other_bytes"
    }


def test_a_key_that_is_not_the_partys_is_found_and_a_stranger_cannot_sign(file, keyring):
    sign(file, keyring, "other")
    assert (
        verify(file, keyring)[1]["signatures"][1]["error"]["code"]
        == "agreement.signature_wrong_key"
    )
    status, found, _ = sign(file, keyring, "fra")
    assert (status, found["error"]["code"]) == (1, "agreement.signature_unknown_party")


def test_signing_twice_is_refused_and_a_wrong_passphrase_signs_nothing(file, keyring, tmp_path):
    sign(file, keyring, "aus")
    assert sign(file, keyring, "aus")[1]["error"]["code"] == "agreement.signed_twice"
    wrong = tmp_path / "wrong"
    wrong.write_text("not the passphrase")
    status, found, _ = sealane("sign", file, "--key", keyring / "jpn", "--passphrase-file", wrong)
    assert (status, found["error"]["code"]) == (4, "keystore.sealed")
    assert verify(file, keyring)[1]["signed"] == ["AUS"]


def test_the_life_of_an_agreement_from_draft_to_its_end(file, keyring):
    assert standing_at(file, keyring)["state"] == "draft"
    sign(file, keyring, "aus")
    assert standing_at(file, keyring)["state"] == "proposed"
    sign(file, keyring, "jpn")
    found = standing_at(file, keyring)
    assert (found["state"], found["new_acts"], found["duties"]) == ("in-force", True, True)
    assert [step["event"] for step in found["steps"]] == [
        "propose",
        "countersign",
        "enter-into-force",
    ]
    assert told(file, keyring, "jpn", "suspend")[0] == 0
    found = standing_at(file, keyring)
    assert (found["state"], found["new_acts"], found["duties"]) == ("suspended", False, True)
    assert told(file, keyring, "jpn", "resume")[0] == 0
    assert standing_at(file, keyring)["state"] == "in-force"
    assert told(file, keyring, "aus", "give-notice", "--until", "2099-12-31T00:00:00Z")[0] == 0
    found = standing_at(file, keyring, "--at", "2100-01-01T00:00:00Z")
    assert (found["state"], found["new_acts"], found["duties"]) == ("ended", False, True)
    assert "効力" not in words("status", file, "--keys", keyring / "keys.json")[1]
    assert "発効中" in words("status", file, "--keys", keyring / "keys.json", lang="ja")[1]


def test_an_authority_changes_by_a_dated_notice(file, keyring, tmp_path):
    sign(file, keyring, "aus")
    sign(file, keyring, "jpn")
    day, detail = clock.in_days(400), tmp_path / "authority.json"
    detail.write_text(
        json.dumps(
            {
                "id": "aus-new",
                "role": "agreement",
                "since": day,
                "until": None,
                "keys": [],
                "name": {"en": "New authority", "ja": "新当局"},
            }
        )
    )
    assert (
        told(
            file,
            keyring,
            "aus",
            "change-authority",
            "--detail",
            detail,
            "--effective",
            day,
        )[0]
        == 0
    )
    assert "aus-new" not in standing_at(file, keyring)["authorities"]["AUS"]
    assert "aus-new" in standing_at(file, keyring, "--at", day)["authorities"]["AUS"]


@pytest.mark.parametrize(
    ("kind", "more", "code"),
    [
        ("give-notice", (), "agreement.notice_detail"),
        ("change-authority", (), "agreement.notice_detail"),
        ("give-notice", ("--until", "2026-12-01T00:00:00Z"), "agreement.notice_too_short"),
        ("suspend", ("--effective", "2020-01-01T00:00:00Z"), "agreement.notice_backdated"),
    ],
)
def test_a_notice_that_does_not_fit_is_refused(file, keyring, kind, more, code):
    status, found, _ = told(file, keyring, "aus", kind, *more)
    assert (status, found["error"]["code"]) == (2, code)
