"""The label and scheme commands as outsiders drive them: exits, JSON shapes, batches."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sealane import shipped
from sealane.labels.sources.handbook import handbook


def sealane(*arguments, stdin=""):
    done = subprocess.run(
        [sys.executable, "-m", "sealane.cli.main", *arguments],
        input=stdin.encode(),
        capture_output=True,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def answer(*arguments, stdin=""):
    status, out, _ = sealane(*arguments, "--json", stdin=stdin)
    return status, json.loads(out)


AUS = {
    "policy": "AUS",
    "classification": "SECRET",
    "categories": [{"tag": "Releasable To", "type": "permissive", "values": ["AUS", "JPN"]}],
}
PERSON = {
    "policy": "AUS",
    "classifications": ["SECRET"],
    "categories": [],
    "citizenships": ["JPN"],
    "organisation": "MOD",
    "organisation_country": "JPN",
}


def test_parse_and_render_are_each_other_s_inverse(tmp_path):
    status, found = answer("label", "parse", "--syntax", "au-document", "SECRET//REL AUS/JPN")
    assert (status, found["canonical"], found["notes"]) == (0, "SECRET//REL AUS/JPN", [])
    assert set(found["label"]) == {
        "policy",
        "classification",
        "categories",
        "originator",
        "privacy_mark",
        "created",
        "review",
        "succession",
    }
    path = tmp_path / "l.json"
    path.write_text(json.dumps(found["label"]))
    assert answer("label", "render", "--syntax", "au-document", str(path)) == (
        0,
        {"text": "SECRET//REL AUS/JPN"},
    )


def test_a_refusal_is_typed_bilingual_and_placed():
    status, found = answer("label", "parse", "--syntax", "au-document", "SECRET//NOFORN")
    assert status == 2
    assert found["error"]["code"] == "label.unknown_token"
    assert found["error"]["position"] == 8
    assert found["error"]["message_ja"]
    status, out, err = sealane("label", "parse", "--syntax", "jp", "機密性", "--lang", "ja")
    assert (status, out) == (2, "")
    assert "途中で切れて" in err


def test_merge_map_and_access_answer_with_the_contract_s_exits(tmp_path):
    status, found = answer("label", "merge", "-", "--syntax", "jp", stdin='["秘", "極秘"]')
    assert (status, found["canonical"], found["label"]["classification"]) == (0, "極秘", "極秘")
    path, clearance = tmp_path / "l.json", tmp_path / "c.json"
    path.write_text(json.dumps(AUS))
    status, found = answer("label", "map", "--agreement", "jpn-aus-2022", "--to", "JPN", str(path))
    assert (status, found["label"]["classification"], found["verified"], found["handle_as"]) == (
        0,
        "極秘",
        False,
        None,
    )
    clearance.write_text(json.dumps(PERSON))
    status, found = answer("label", "access", "--clearance", str(clearance), str(path))
    assert (status, found["decision"]) == (0, "permit")
    clearance.write_text(json.dumps({**PERSON, "citizenships": ["FRA"]}))
    status, found = answer("label", "access", "--clearance", str(clearance), str(path))
    assert (status, found["decision"]) == (1, "refuse")
    status, found = answer("label", "map", "--agreement", "no-such", "--to", "JPN", str(path))
    assert (status, found["error"]["code"]) == (1, "agreement.unknown")


LINES = {
    "parse": [
        {"syntax": "tlp", "text": "TLP:RED"},
        {"syntax": "tlp", "text": "TLP:PINK"},
        {"syntax": "nope", "text": "x"},
        {"syntax": "jp"},
        {"syntax": "au-document", "text": "SECRET // ORCON", "lenient": True},
    ],
    "render": [
        {"syntax": "tlp", "label": {"policy": "TLP", "classification": "RED"}},
        {"syntax": "tlp", "label": {"policy": "TLP", "classification": "PINK"}},
        {"syntax": "tlp", "label": 3},
    ],
    "merge": [
        {"labels": [AUS, AUS]},
        {"labels": []},
        {"labels": ["TLP:RED"], "syntax": "tlp"},
        {"labels": ["TLP:RED"]},
    ],
    "map": [
        {"label": AUS, "agreement": "jpn-aus-2022", "to": "JPN", "at": "2026-11-23T00:00:00Z"},
        {"label": AUS, "agreement": "jpn-aus-2022", "to": "JPN", "at": "yesterday"},
    ],
    "access": [
        {"label": AUS, "clearance": PERSON},
        {"label": AUS, "clearance": {}},
        {"label": AUS},
    ],
}


@pytest.mark.parametrize("name", LINES)
def test_a_batch_answers_every_line_in_order_and_never_stops(name):
    lines = [json.dumps(line) for line in LINES[name]]
    given = [lines[0], "no json", *lines[1:], '{"a":1,"a":2}', "[]", "[" * 5000, lines[0]]
    status, out, _ = sealane("label", name, "--batch", stdin="\n".join(given) + "\n")
    found = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert len(found) == len(given)
    assert "error" not in found[0]
    assert found[0] == found[-1]
    assert [entry["error"]["code"].split(".")[0] for entry in found[-4:-1]] == [
        "json",
        "batch",
        "json",
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["label", "parse"],
        ["label", "parse", "--syntax", "tlp"],
        ["label", "render"],
        ["label", "merge"],
        ["label", "map", "x"],
        ["label", "access", "x"],
    ],
)
def test_wrong_usage_is_exit_2(arguments):
    status, found = answer(*arguments)
    assert status == 2
    assert found["error"]["code"].startswith("usage.")


def test_scheme_list_and_check():
    status, found = answer("scheme", "list")
    assert status == 0
    assert {"AUS", "JPN", "USA", "NATO", "GBR", "TLP"} <= {one["id"] for one in found["schemes"]}
    status, found = answer("scheme", "check", "policy/schemes/jpn.toml")
    assert (status, found["counts"]["levels"], found["vectors"]["failed"]) == (0, 18, 0)


def test_a_wrong_scheme_names_its_vector(tmp_path):
    path = tmp_path / "x.toml"
    text = (
        Path("policy/schemes/tlp.toml")
        .read_text()
        .replace('canonical = "TLP:CLEAR"', 'canonical = "TLP:WHITE"')
    )
    path.write_text(text)
    status, found = answer("scheme", "check", str(path))
    assert (status, found["error"]["code"]) == (1, "scheme.vector")


KOREA = """
format = "sealane-scheme/1"
id = "KOR"
country = "KOR"
version = "1"
status = "read"
name = { en = "Korea", ja = "韓国" }
[[source]]
id = "gsomia"
title = "2016 agreement, Article 4"
status = "read"
[[level]]
name = "군사III급비밀"
order = 1
text = { en = "Grade III", ja = "III級" }
source = "gsomia"
[[level]]
name = "군사II급비밀"
order = 2
text = { en = "Grade II", ja = "II級" }
source = "gsomia"
[[tag]]
name = "Releasable To"
type = "permissive"
domain = "countries"
absent = "national"
text = { en = "Releasable to", ja = "開示先" }
[[tag]]
name = "Words"
type = "informative"
domain = "text"
text = { en = "Words", ja = "語" }
[[vector]]
syntax = "kor-mark"
text = "군사II급비밀//REL JPN/KOR//Words=a b"
categories = { "Releasable To" = ["JPN", "KOR"], "Words" = ["a b"] }
[[vector]]
syntax = "kor-mark"
text = "군사II급비밀//NOFORN"
error = "label.unknown_token"
[[vector]]
syntax = "kor-mark"
text = "군사II급비밀//REL KOR/JPN"
error = "label.order"
[[vector]]
syntax = "kor-mark"
text = "군사II급비밀//"
error = "label.truncated"
[[vector]]
syntax = "kor-mark"
text = "군사II급비밀//REL JPN/KOR//REL JPN/KOR"
error = "label.duplicate"
"""


def test_a_nation_is_added_by_one_file(tmp_path):
    path = tmp_path / "kor.toml"
    path.write_text(KOREA)
    status, found = answer("scheme", "check", str(path))
    assert (status, found["vectors"]) == (0, {"run": 5, "failed": 0})


def test_the_handbook_is_the_one_the_schemes_write():
    assert Path("docs/labels.md").read_text(encoding="utf-8") == handbook(shipped.schemes()), (
        "run: sealane scheme docs --out docs/labels.md"
    )


def test_stix_objects_are_marked_and_read(tmp_path):
    thing, label, out = tmp_path / "o.json", tmp_path / "l.json", tmp_path / "b.json"
    thing.write_text(
        json.dumps(
            {
                "type": "identity",
                "spec_version": "2.1",
                "id": "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
                "created": "2026-01-01T00:00:00Z",
                "modified": "2026-01-01T00:00:00Z",
                "name": "Platform",
            }
        )
    )
    label.write_text(json.dumps({"policy": "TLP", "classification": "AMBER"}))
    assert answer("label", "mark", str(thing), "--label", str(label), "--out", str(out))[0] == 0
    label.write_text(json.dumps({"policy": "TLP", "classification": "RED"}))
    assert (
        answer(
            "label",
            "mark",
            str(out),
            "--label",
            str(label),
            "--selector",
            "name",
            "--out",
            str(out),
        )[0]
        == 0
    )
    status, found = answer("label", "marked", str(out))
    (one,) = found["objects"]
    assert (status, one["label"]["classification"], one["canonical"]) == (0, "AMBER", "TLP:RED")
    assert one["parts"][0]["selectors"] == ["name"]
    status, found = answer(
        "label", "mark", str(out), "--label", str(label), "--selector", "nothing"
    )
    assert (status, found["error"]["code"]) == (2, "stix.selector")
