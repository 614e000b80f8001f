"""`sealane label bind`, `verify`, `unbind` on files of every kind, as a person runs them."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sealane.cli import access
from sealane.cli.labels.label import label as label_group
from sealane.settings import Settings
from tests.carriers import LABEL, LOWER, VECTORS
from tests.made_files import docx, parts_of, pdf
from tests.unit.labels.test_microsoft import FILE, SECRET

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
    assert (status, answer["error"]["code"]) == (1, "binding.tampered")
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


def test_what_is_bound_is_answered_by_file_and_carrier(label: str, tmp_path: Path) -> None:
    expected = {
        "plan.txt": "sidecar",
        "plan 計画.bin": "sidecar",
        "plan.docx": "ooxml",
        "plan.pdf": "pdf",
    }
    for name, carrier in expected.items():
        file = tmp_path / name
        file.write_bytes(FILES[name])
        status, answer = sealane_label("bind", str(file), "--label", label)
        assert (status, answer["file"], answer["carrier"]) == (0, str(file), carrier)
        assert sealane_label("verify", str(file))[1]["carrier"] == carrier
        status, answer = sealane_label("unbind", str(file))
        assert (status, answer["file"], answer["carrier"]) == (0, str(file), carrier)


@pytest.mark.parametrize("name", [*FILES, "drawing.vsdx"])
def test_out_is_where_the_labelled_file_goes_and_the_input_is_untouched(
    name: str, label: str, tmp_path: Path
) -> None:
    data = FILES[name] if name in FILES else (VECTORS / name).read_bytes()
    file, out = tmp_path / name, tmp_path / f"out{Path(name).suffix}"
    file.write_bytes(data)
    assert sealane_label("bind", str(file), "--label", label, "--out", str(out))[0] == 0
    assert sealane_label("verify", str(out))[1]["label"] == LABEL.as_json()
    assert file.read_bytes() == data
    assert sealane_label("verify", str(file))[1]["error"]["code"] == "binding.missing"
    bare = tmp_path / f"bare{Path(name).suffix}"
    assert sealane_label("unbind", str(out), "--out", str(bare))[0] == 0
    assert sealane_label("verify", str(out))[0] == 0
    assert sealane_label("verify", str(bare))[1]["error"]["code"] == "binding.missing"


@pytest.fixture
def lower(tmp_path: Path) -> str:
    path = tmp_path / "lower.json"
    path.write_text(json.dumps(LOWER.as_json()))
    return str(path)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("how", [(), ("--sidecar",)])
def test_a_second_label_is_refused_inside_and_beside(
    name: str, how: tuple[str, ...], label: str, lower: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(FILES[name])
    for first in ((), ("--sidecar",)):
        sealane_label("bind", str(file), "--label", label, *first)
        status, answer = sealane_label("bind", str(file), "--label", lower, *how)
        assert (status, answer["error"]["code"]) == (1, "binding.exists")
        assert sealane_label("verify", str(file))[1]["label"] == LABEL.as_json()
        assert sealane_label("unbind", str(file))[0] == 0


@pytest.mark.parametrize("name", ["plan.docx", "plan.pdf"])
def test_labels_inside_and_beside_that_disagree_are_told_together_and_neither_counts(
    name: str, label: str, lower: str, tmp_path: Path
) -> None:
    file, other = tmp_path / name, tmp_path / "other" / name
    other.parent.mkdir()
    file.write_bytes(FILES[name])
    sealane_label("bind", str(file), "--label", label)
    other.write_bytes(FILES[name])
    sealane_label("bind", str(other), "--label", lower, "--sidecar")
    shutil.copy(f"{other}.bdo", f"{file}.bdo")
    status, answer = sealane_label("verify", str(file))
    assert (status, answer["error"]["code"]) == (1, "binding.conflict")
    told = answer["error"]["details"]["labels"]
    assert [(one["carrier"], one["label"]["classification"], one["verified"]) for one in told] == [
        (Path(name).suffix[1:].replace("docx", "ooxml"), "SECRET", True),
        ("sidecar", "OFFICIAL", False),
    ]
    assert sealane_label("unbind", str(file))[0] == 0
    assert sealane_label("verify", str(file))[1]["error"]["code"] == "binding.missing"


def test_a_label_beside_that_does_not_hold_is_not_passed_over_for_one_inside(
    label: str, tmp_path: Path
) -> None:
    file = tmp_path / "plan.pdf"
    file.write_bytes(FILES["plan.pdf"])
    sealane_label("bind", str(file), "--label", label, "--sidecar")
    beside = (tmp_path / "plan.pdf.bdo").read_bytes()
    sealane_label("unbind", str(file))
    sealane_label("bind", str(file), "--label", label)
    (tmp_path / "plan.pdf.bdo").write_bytes(beside)
    status, answer = sealane_label("verify", str(file))
    assert (status, answer["error"]["code"]) == (1, "binding.tampered")


@pytest.mark.parametrize("name", FILES)
def test_a_private_file_stays_private_through_every_rewrite(
    name: str, label: str, tmp_path: Path
) -> None:
    file, before = tmp_path / name, os.umask(0o022)
    try:
        file.write_bytes(FILES[name])
        file.chmod(0o600)
        copy, bare = tmp_path / "copy.bin", tmp_path / "bare.bin"
        sealane_label("bind", str(file), "--label", label, "--out", str(copy))
        sealane_label("unbind", str(copy), "--out", str(bare))
        sealane_label("bind", str(file), "--label", label)
        sealane_label("verify", str(file))
        made = [path for path in tmp_path.iterdir() if path.name != "label.json"]
        assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}
        sealane_label("unbind", str(file))
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_what_only_has_the_name_of_a_label_is_not_deleted(label: str, tmp_path: Path) -> None:
    file, beside = tmp_path / "plan.txt", tmp_path / "plan.txt.bdo"
    file.write_bytes(b"the plan")
    beside.write_bytes(b"somebody's own")
    status, answer = sealane_label("unbind", str(file))
    assert (status, answer["error"]["code"]) == (1, "binding.foreign_sidecar")
    assert beside.read_bytes() == b"somebody's own"
    beside.unlink()
    sealane_label("bind", str(file), "--label", label)
    beside.write_bytes(beside.read_bytes()[:-9])
    assert sealane_label("unbind", str(file))[0] == 0
    assert not beside.exists()


def test_no_copy_lies_about_without_the_label_that_could_not_be_written(
    label: str, tmp_path: Path
) -> None:
    file, long = tmp_path / "plan.txt", tmp_path / ("x" * 255)
    file.write_bytes(b"the plan")
    status, answer = sealane_label("bind", str(file), "--label", label, "--out", str(long))
    assert (status, answer["error"]["code"]) == (2, "output.refused")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["label.json", "plan.txt"]


def test_nothing_lies_beside_a_pipe(label: str, tmp_path: Path) -> None:
    file, pipe = tmp_path / "plan.txt", tmp_path / "pipe"
    file.write_bytes(b"the plan")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    status, answer = sealane_label("bind", str(file), "--label", label, "--out", str(pipe))
    assert (status, answer["error"]["code"]) == (2, "output.refused")
    assert os.read(reader, 99) == b""
    os.close(reader)
    assert not (tmp_path / "pipe.bdo").exists()


@pytest.mark.parametrize("name", FILES)
def test_a_link_is_followed_and_stays_a_link(name: str, label: str, tmp_path: Path) -> None:
    file, link = tmp_path / "folder" / name, tmp_path / f"link{Path(name).suffix}"
    file.parent.mkdir()
    file.write_bytes(FILES[name])
    link.symlink_to(Path("folder") / name)
    assert sealane_label("bind", str(link), "--label", label)[0] == 0
    assert link.is_symlink()
    assert sealane_label("verify", str(file))[1]["verified"] is True
    assert sealane_label("verify", str(link))[1]["verified"] is True
    assert sealane_label("unbind", str(link))[0] == 0
    assert (link.is_symlink(), sealane_label("verify", str(file))[0]) == (True, 1)


@pytest.mark.parametrize(
    "name", ["-plan.pdf", "plan\n.pdf", "p" * 251 + ".pdf", "pl\udcffn.pdf", "pl\udcffn.txt"]
)
def test_a_file_of_any_name_is_labelled(name: str, label: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(pdf())
    status, answer = sealane_label("bind", str(file), "--label", label)
    assert status == 0, answer
    assert sealane_label("verify", str(file))[1]["verified"] is True
    assert sealane_label("unbind", str(file))[0] == 0
    assert file.read_bytes() == pdf()


@pytest.mark.parametrize(
    "name", ["attachment.pdf", "orphan.pdf", "id-bracket.pdf", "two-tables.pdf", "document2.docx"]
)
def test_what_is_oddly_made_is_labelled_and_given_back(
    name: str, label: str, tmp_path: Path
) -> None:
    file, data = tmp_path / name, (VECTORS / name).read_bytes()
    file.write_bytes(data)
    assert sealane_label("bind", str(file), "--label", label)[0] == 0
    assert sealane_label("verify", str(file))[1]["verified"] is True
    assert sealane_label("unbind", str(file))[0] == 0
    again = file.read_bytes()
    assert again == data or parts_of(again) == parts_of(data)


def test_a_file_with_a_labelled_attachment_has_no_label_and_loses_no_byte(tmp_path: Path) -> None:
    file, data = tmp_path / "x.pdf", (VECTORS / "labelled-inside.pdf").read_bytes()
    file.write_bytes(data)
    assert sealane_label("verify", str(file))[1]["error"]["code"] == "binding.missing"
    status, answer = sealane_label("unbind", str(file))
    assert (status, answer["error"]["code"], file.read_bytes()) == (1, "binding.missing", data)


@pytest.mark.parametrize("name", ["zip-trailing.docx", "zip-hidden-entry.docx"])
def test_a_package_with_hidden_bytes_is_labelled_beside_and_only_there(
    name: str, label: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    shutil.copy(VECTORS / name, file)
    assert sealane_label("verify", str(file))[1]["error"]["code"] == "binding.tampered"
    bare = tmp_path / "bare.docx"
    bare.write_bytes(docx() + b"behind")
    status, answer = sealane_label("bind", str(bare), "--label", label)
    assert (status, answer["error"]["code"]) == (1, "binding.package_structure")
    assert "--sidecar" in answer["error"]["remedy"]
    assert sealane_label("bind", str(bare), "--label", label, "--sidecar")[0] == 0
    assert sealane_label("verify", str(bare))[1]["carrier"] == "sidecar"


def test_settings_that_name_a_tenant_s_labels_have_them_written_too(
    label: str, tmp_path: Path
) -> None:
    node, tenant = tmp_path / "node", tmp_path / "tenant.toml"
    node.mkdir()
    tenant.write_text(FILE)
    settings = Settings(party="AUS", node="a.aus.example", sensitivity_labels=str(tenant))
    (node / "node.toml").write_text(settings.dump())
    file = tmp_path / "plan.docx"
    file.write_bytes(docx())
    status, answer = sealane_label("bind", str(file), "--label", label, "--node", str(node))
    assert (status, answer["sensitivity"]) == (0, SECRET)
    notes = sealane_label("verify", str(file))[1]["notes"]
    assert [note["code"] for note in notes] == ["label.microsoft"]
    sealane_label("unbind", str(file))
    assert parts_of(file.read_bytes()) == parts_of(docx())


def test_without_the_reader_of_pdf_a_sidecar_is_bound_and_nothing_is_believed(
    label: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "plan.pdf"
    file.write_bytes(pdf())
    monkeypatch.setitem(sys.modules, "pyhanko.pdf_utils", None)
    status, answer = sealane_label("bind", str(file), "--label", label)
    assert (status, answer["error"]["code"]) == (4, "binding.pdf_reader")
    assert "--sidecar" in answer["error"]["remedy"]
    assert file.read_bytes() == pdf()
    assert sealane_label("bind", str(file), "--label", label, "--sidecar")[0] == 0
    assert sealane_label("verify", str(file))[0] == 4
    monkeypatch.undo()
    assert sealane_label("verify", str(file))[1]["carrier"] == "sidecar"
