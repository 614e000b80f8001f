"""`sealane agreement check` from outside: shipped files pass, hostile ones are refused whole."""

import subprocess
import sys

import pytest

from tests.cli.agreement_typing import FOLDER, TEXT, sealane, words


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_file_passes_its_check(path):
    status, found, _ = sealane("check", path)
    assert (status, found["passed"], found["failing"]) == (0, True, [])
    assert found["scenarios"] >= 2
    assert found["agreement"]["id"] == path.stem
    assert {row["status"] for row in found["warnings"]} <= {"unverified"}
    assert len(found["warnings"]) == found["rows"]
    for row in found["warnings"]:
        assert row["source"]["en"]
        assert row["source"]["ja"]
        assert path.read_text(encoding="utf-8").splitlines()[row["line"] - 1] == "[[row]]"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_unverified_rows_in_use_are_refused_even_in_a_model(path):
    status, found, _ = sealane("check", path, "--in-use")
    errors = [one["code"] for one in found["findings"] if one["severity"] == "error"]
    assert (status, errors) == ((1, ["check.unverified_row"]) if found["rows"] else (0, []))


def test_unverified_rows_of_a_file_that_is_no_model_are_refused(file):
    file.write_text(TEXT.replace("model = true", "model = false", 1), encoding="utf-8")
    status, found, _ = sealane("check", file)
    assert (status, [one["code"] for one in found["findings"] if one["severity"] == "error"]) == (
        1,
        ["check.unverified_row"],
    )


def test_a_clause_that_can_err_is_refused_without_a_scenario(file):
    group = (
        '[[group]]\nid = "AOSC"\nmembers = ["AUS", "JPN"]\nname = { en = "x", ja = "群"'
        " }\n\n[[clock]]"
    )
    file.write_text(TEXT.replace("[[clock]]", group, 1), encoding="utf-8")
    status, found, _ = sealane("check", file)
    assert (status, {one["code"] for one in found["findings"] if one["severity"] == "error"}) == (
        1,
        {"check.can_err"},
    )


def test_check_works_by_id_through_the_real_front_door_and_speaks_japanese():
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "sealane.cli.main",
            "agreement",
            "check",
            "jpn-aus-2022",
            "--lang",
            "ja",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert "日豪安全保障協力" in done.stdout
    assert "シナリオ 30/30" in done.stdout


def test_a_failing_scenario_is_printed_with_its_line_and_exits_1(file):
    file.write_text(TEXT.replace('expect = "permit"', 'expect = "refuse"', 1), encoding="utf-8")
    status, found, _ = sealane("check", file)
    assert status == 1
    assert found["error"]["code"] == "agreement.check_failed"
    [failing] = found["failing"]
    assert failing["found"]["decision"] == "permit"
    assert TEXT.splitlines()[failing["line"] - 1] == "[[scenario]]"
    assert "came out permit" in words("check", file)[1]


def test_a_lint_error_exits_1_and_points_at_its_line(file):
    file.write_text(TEXT.replace("ceiling = 1\n", "ceiling = 0\n", 1), encoding="utf-8")
    status, found, _ = sealane("check", file)
    [error] = [one for one in found["findings"] if one["severity"] == "error"]
    assert (status, error["code"]) == (1, "check.area_without_row")
    assert TEXT.splitlines()[error["position"] - 1] == "[[area]]"


HOSTILE = {
    "a doubled key": (
        TEXT.replace("model = true\n", "model = true\nmodel = true\n", 1),
        "agreement.not_toml",
        6,
    ),
    "an unknown member": (
        TEXT.replace("model = true\n", "model = true\nmodal = 1\n", 1),
        "agreement.malformed",
        6,
    ),
    "an unknown member of a clause": (
        TEXT.replace('unless = "in-force"', 'unles = "in-force"', 1),
        "agreement.malformed",
        None,
    ),
    "two articles with one number": (
        TEXT.replace('number = "2"', 'number = "1"', 1),
        "agreement.duplicate",
        None,
    ),
    "two clauses with one id": (
        TEXT.replace('id = "2.2"', 'id = "2.1"', 1),
        "agreement.duplicate",
        None,
    ),
    "a clause without its article": (
        TEXT.replace('article = "2"', 'article = "99"', 1),
        "agreement.dangling",
        None,
    ),
    "an unknown check": (
        TEXT.replace('unless = "in-force"', 'unless = "in-farce"', 1),
        "agreement.dangling",
        None,
    ),
    "a missing party": (
        TEXT[: TEXT.index('[[party]]\nid = "JPN"')] + TEXT[TEXT.index("# --- areas") :],
        "agreement.malformed",
        None,
    ),
    "itself as its predecessor": (
        TEXT.replace('"jpn-aus-2007"', '"jpn-aus-2022"', 1),
        "agreement.malformed",
        None,
    ),
    "a period that ends before it begins": (
        TEXT.replace('"indefinite"', '"2020-01-01T00:00:00Z"', 1),
        "agreement.malformed",
        None,
    ),
    "overlapping suspensions": (
        TEXT.replace(
            'until = "indefinite"\n',
            'until = "indefinite"\nsuspended = [{ since = "2023-01-01T00:00:00Z", until ='
            ' "2023-03-01T00:00:00Z" }, { since = "2023-02-01T00:00:00Z", until ='
            ' "2023-04-01T00:00:00Z" }]\n',
            1,
        ),
        "agreement.malformed",
        None,
    ),
    "a later version without a predecessor": (
        TEXT.replace("version = 1", "version = 2", 1),
        "agreement.malformed",
        None,
    ),
    "a missing text": (
        TEXT.replace('en = "A model, not the treaty.', 'e = "A model, not the treaty.', 1),
        "agreement.malformed",
        None,
    ),
    "another format": (
        TEXT.replace("sealane-agreement-1", "sealane-agreement-9", 1),
        "agreement.malformed",
        None,
    ),
    "nothing": ("", "agreement.malformed", None),
    "deep nesting": ("x = " + "[" * 5000, "agreement.not_toml", None),
    "an impossible date": (
        TEXT.replace("2022-10-22T00:00:00Z", "2022-02-30T00:00:00Z", 1),
        "agreement.malformed",
        None,
    ),
    "a foundation in a circle": (
        TEXT.replace('id = "jpn-aus-2022"', 'id = "jpn-aus-2012-isa"', 1).replace(
            '"jpn-aus-2012-isa"]', '"jpn-aus-raa-2022"]', 1
        ),
        "agreement.circular",
        None,
    ),
    "a predecessor that goes on": (
        TEXT.replace('succeeds = "jpn-aus-2007"', 'succeeds = "jpn-aus-2012-isa"', 1),
        "agreement.succession_overlap",
        None,
    ),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_file_with_a_fault_is_refused_whole_with_its_code_and_a_remedy(name, file):
    text, code, line = HOSTILE[name]
    assert text != TEXT
    file.write_text(text, encoding="utf-8")
    status, found, errors = sealane("check", file)
    assert (status, found["error"]["code"]) == (2, code)
    assert found["error"]["remedy"]
    assert found["error"]["remedy_ja"]
    if line is not None:
        assert found["error"]["position"] == line
    assert code in errors


def test_an_agreement_of_fifty_megabytes_is_refused(file):
    with file.open("ab") as out:
        out.truncate(50 << 20)
    status, found, _ = sealane("check", file)
    assert (status, found["error"]["code"]) == (2, "agreement.too_large")


@pytest.mark.parametrize("data", [b"\xff\xfe", b"\x00", b"id = 'x\n", TEXT.encode("utf-16")])
def test_bytes_that_are_no_toml_are_refused(file, data):
    file.write_bytes(data)
    assert sealane("check", file)[0] == 2
