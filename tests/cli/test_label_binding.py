"""`sealane label bind`, `verify`, `unbind` on files of every kind, as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sealane.cli import access
from sealane.cli.labels.label import label as label_group
from tests.unit.labels.test_binding import LABEL, docx, pdf

GROUP = label_group
FILES = {
    "plan.txt": b"the plan",
    "plan 計画.bin": bytes(range(256)),
    "plan.docx": docx(),
    "plan.pdf": pdf(),
}


def sealane_label(*arguments: str) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(GROUP, [*arguments, "--json"])
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def label(tmp_path: Path) -> str:
    path = tmp_path / "label.json"
    path.write_text(json.dumps(LABEL.as_json()))
    return str(path)


@pytest.mark.parametrize("name", FILES)
def test_a_bound_label_is_verified_and_any_later_change_of_the_file_is_refused(
    name: str, label: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(FILES[name])
    assert sealane_label("bind", str(file), "--label", label)[0] == 0
    status, answer = sealane_label("verify", str(file))
    assert (status, answer["label"], answer["verified"]) == (0, LABEL.as_json(), True)
    bound = file.read_bytes()
    file.write_bytes(
        bound[:-40] + bytes([bound[-40] ^ 1]) + bound[-39:] if len(bound) > 40 else bound + b"!"
    )
    status, answer = sealane_label("verify", str(file))
    assert status in (1, 2)
    assert answer["error"]["code"].startswith(("binding.", "xml."))
    assert LABEL.classification not in json.dumps(answer)


@pytest.mark.parametrize("name", FILES)
def test_unbinding_gives_back_a_file_without_a_label(name: str, label: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(FILES[name])
    sealane_label("bind", str(file), "--label", label)
    assert sealane_label("unbind", str(file))[0] == 0
    status, answer = sealane_label("verify", str(file))
    assert (status, answer["error"]["code"]) == (1, "binding.missing")
    if not name.endswith(".docx"):
        assert file.read_bytes() == FILES[name]


def test_a_sidecar_of_another_file_is_refused(label: str, tmp_path: Path) -> None:
    one, other = tmp_path / "one.txt", tmp_path / "other.txt"
    one.write_bytes(b"one")
    other.write_bytes(b"one")
    sealane_label("bind", str(one), "--label", label)
    (tmp_path / "one.txt.bdo").rename(tmp_path / "other.txt.bdo")
    status, answer = sealane_label("verify", str(other))
    assert (status, answer["error"]["code"]) == (1, "binding.dangling")


def test_a_label_its_scheme_refuses_is_never_bound(tmp_path: Path) -> None:
    file, wrong = tmp_path / "plan.txt", tmp_path / "label.json"
    file.write_bytes(b"the plan")
    wrong.write_text(json.dumps({**LABEL.as_json(), "classification": "SECRETISH"}))
    assert (
        sealane_label("bind", str(file), "--label", str(wrong))[1]["error"]["code"]
        == "label.unknown_token"
    )
    assert not (tmp_path / "plan.txt.bdo").exists()


@pytest.mark.parametrize("name", FILES)
def test_a_signed_binding_names_who_bound_it_and_no_other_signer_will_do(
    name: str, label: str, tmp_path: Path
) -> None:
    file, secret = tmp_path / name, tmp_path / "passphrase"
    file.write_bytes(FILES[name])
    secret.write_text("correct horse battery staple")
    keys = [tmp_path / "aus.keys", tmp_path / "jpn.keys"]
    for party, path in zip(("AUS", "JPN"), keys, strict=True):
        access.make_party_keys(path, party, b"correct horse battery staple")
    signing = ("--key", str(keys[0]), "--passphrase-file", str(secret))
    assert sealane_label("bind", str(file), "--label", label, *signing)[1]["signed"] is True
    status, answer = sealane_label("verify", str(file), "--signer", str(keys[0]))
    assert (status, len(answer["signed_by"]), answer["signature"]) == (0, 2, "present")
    assert sealane_label("verify", str(file))[1]["signed_by"] == []
    status, answer = sealane_label("verify", str(file), "--signer", str(keys[1]))
    assert (status, answer["error"]["code"]) == (1, "jws.unknown_key")
    sealane_label("unbind", str(file))
    sealane_label("bind", str(file), "--label", label)
    status, answer = sealane_label("verify", str(file), "--signer", str(keys[0]))
    assert (status, answer["error"]["code"]) == (1, "binding.unsigned")


def test_an_xml_signature_is_unverified_until_a_key_is_named(tmp_path: Path) -> None:
    vectors = Path(__file__).parents[1] / "vectors" / "xmldsig"
    file = tmp_path / "plan.txt"
    file.write_bytes(b"the plan\n")
    (tmp_path / "plan.txt.bdo").write_bytes((vectors / "rsa.bdo").read_bytes())
    status, found = sealane_label("verify", str(file))
    assert (status, found["verified"], found["xml_signature"]) == (1, False, "unverified")
    assert found["label"]["classification"] == "SECRET"
    status, found = sealane_label("verify", str(file), "--certificate", str(vectors / "rsa.pem"))
    assert (status, found["verified"], found["xml_signature"]) == (0, True, "verified")
    status, found = sealane_label("verify", str(file), "--certificate", str(vectors / "ecdsa.pem"))
    assert (status, found["error"]["code"]) == (1, "signature.foreign_invalid")
