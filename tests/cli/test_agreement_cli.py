"""`sealane agreement` as outsiders drive it: statuses, JSON, both languages, hostile files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sealane.adapters.policy import policy_root
from sealane.cli.agreements.agreement import agreement
from sealane.cli.main import main
from tests import clock

FOLDER = policy_root() / "agreements"
SHIPPED = FOLDER / "jpn-aus-2022.toml"
TEXT = SHIPPED.read_text(encoding="utf-8")
PASSPHRASE = "correct horse battery"


def sealane(*arguments):
    """One run through the front door, in this process: (status, stdout parsed, stderr)."""
    done = CliRunner().invoke(agreement, [*map(str, arguments), "--json"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, json.loads(done.stdout), done.stderr


def words(*arguments, lang="en"):
    done = CliRunner().invoke(agreement, [*map(str, arguments), "--lang", lang])
    return done.exit_code, done.stdout


@pytest.fixture(scope="module")
def keyring(tmp_path_factory):
    """Key files of two parties and a stranger, with the passphrase file."""
    folder = tmp_path_factory.mktemp("keyring")
    secret = folder / "passphrase"
    secret.write_text(PASSPHRASE + "\n")
    for name, party in (("aus", "AUS"), ("jpn", "JPN"), ("other", "JPN"), ("fra", "FRA")):
        status, made, _ = sealane(
            "keygen", folder / name, "--party", party, "--passphrase-file", secret
        )
        assert status == 0
        assert [key["alg"] for key in made[party]] == ["ES384", "ML-DSA-87"]
    (folder / "keys.json").write_text(
        json.dumps(sealane("keys", folder / "aus", folder / "jpn")[1])
    )
    return folder


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "agreement.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def sign(file, keyring, name, *more):
    return sealane(
        "sign", file, "--key", keyring / name, "--passphrase-file", keyring / "passphrase", *more
    )


def verify(file, keyring):
    return sealane("verify", file, "--keys", keyring / "keys.json")


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
    assert "シナリオ 28/28" in done.stdout


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
    node = tmp_path / "node"
    node.mkdir()
    (node / "keys.sealed").write_bytes((keyring / "jpn").read_bytes())
    (node / "node.toml").write_text('party = "JPN"\nnode = "tokyo.jpn.example"\n')
    assert sealane("sign", file, "--key", node, "--passphrase-file", keyring / "passphrase")[0] == 0
    status, found, _ = sealane("verify", file, "--keys", keyring / "aus", "--keys", node)
    assert (status, found["complete"]) == (0, True)
    (node / "node.toml").unlink()
    assert sealane("verify", file, "--keys", node)[1]["error"]["code"] == "agreement.party_unknown"


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


def sign_kids(keyring, name):
    from sealane.adapters import partykeys

    return [key.kid for key in partykeys.public(keyring / name)]


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


def told(file, keyring, name, kind, *more):
    return sealane(
        "notice",
        file,
        kind,
        "--key",
        keyring / name,
        "--passphrase-file",
        keyring / "passphrase",
        *more,
    )


def standing_at(file, keyring, *more):
    return sealane("status", file, "--keys", keyring / "keys.json", *more)[1]


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


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_the_document_leaves_no_rule_level_or_notice_out(path):
    from sealane.agreements.parse import parse_agreement

    whole = parse_agreement(path.read_bytes())
    english, japanese, both = (
        words("show", path, *more, lang=lang)[1]
        for lang, more in (("en", ()), ("ja", ()), ("en", ("--both",)))
    )
    for text in (english, both):
        assert whole.notice.en in text
        assert all(
            clause.text.en in text and f"**{clause.id}**" in text for clause in whole.clauses
        )
    for text in (japanese, both):
        assert all(article.text.ja in text for article in whole.articles)
        assert all(
            word in text for row in whole.rows for several in row.holds.values() for word in several
        )
    assert ("| 未検証 |" in japanese) == bool(whole.rows)
    assert "Refused unless" not in japanese


def test_diff_shows_articles_side_by_side_in_both_languages(file):
    file.write_text(
        TEXT.replace(
            'title = { en = "Release", ja = "開示" }', 'title = { en = "Giving", ja = "提供" }', 1
        ).replace("ceiling = 4", "ceiling = 3", 1),
        encoding="utf-8",
    )
    status, found, _ = sealane("diff", SHIPPED, file)
    assert status == 0
    assert [(one["article"], one["change"]) for one in found["articles"]] == [("3", "changed")]
    assert [(one["part"], one["name"]) for one in found["parts"]] == [("area", "intelligence")]
    assert "提供" in words("diff", SHIPPED, file, lang="ja")[1]
    assert "effect" not in found


def registry(tmp_path):
    """Two items and two people as plain JSON, from the shipped file's own fixture."""
    from sealane.agreements.parse import parse_agreement, scenario_requests

    requests = [
        value
        for scenario, value in scenario_requests(parse_agreement(TEXT.encode()))
        if scenario.name.en == "A cleared, named and briefed reader opens"
    ]
    [request] = requests
    other = json.loads(json.dumps(request["item"])) | {"id": "AU-2026-0002", "area": "intelligence"}
    person = json.loads(json.dumps(request["subject"]))
    person["authorisations"].append(person["authorisations"][0] | {"item": "AU-2026-0002"})
    stranger = person | {"id": "stranger", "authorisations": []}
    path = tmp_path / "registry.json"
    path.write_text(
        json.dumps(
            {
                "items": [
                    {"item": item, "label": request["label"], "consents": []}
                    for item in (request["item"], other)
                ],
                "people": [
                    {"subject": one, "facility": request["facility"]} for one in (person, stranger)
                ],
            }
        )
    )
    return path


def test_diff_with_a_registry_shows_which_items_become_readable_by_whom_and_which_stop(
    file, tmp_path
):
    file.write_text(
        TEXT.replace('ja = "海洋安全保障" }\nceiling = 3', 'ja = "海洋安全保障" }\nceiling = 2', 1),
        encoding="utf-8",
    )
    known = [
        "--registry",
        registry(tmp_path),
        "--at",
        "2026-11-25T00:00:00Z",
        "--accept-unverified",
    ]
    stops = [{"items": ["AU-2026-0001"], "readers": ["jpn-reader"]}]
    assert sealane("diff", SHIPPED, file, *known)[1]["effect"] == {
        "items_gained": 0,
        "items_lost": 1,
        "gained": [],
        "lost": stops,
    }
    assert sealane("diff", file, SHIPPED, *known)[1]["effect"] == {
        "items_gained": 1,
        "items_lost": 0,
        "gained": stops,
        "lost": [],
    }
    assert "1 items become readable" in words("diff", file, SHIPPED, *known)[1]


def test_nothing_changes_for_an_operator_who_accepts_no_unverified_row(file, tmp_path):
    file.write_text(TEXT.replace("ceiling = 3", "ceiling = 1"), encoding="utf-8")
    known = ["--registry", registry(tmp_path), "--at", "2026-11-25T00:00:00Z"]
    assert sealane("diff", SHIPPED, file, *known)[1]["effect"]["items_lost"] == 0


@pytest.mark.parametrize(
    "data", ["[]", "{}", '{"items": [], "people": [{}]}', '{"items": [{}], "people": []}', "x"]
)
def test_a_malformed_registry_is_refused(tmp_path, data):
    path = tmp_path / "registry.json"
    path.write_text(data)
    assert sealane("diff", SHIPPED, SHIPPED, "--registry", path)[0] == 2


def test_a_folder_that_is_no_node_is_said_to_hold_no_registry(tmp_path):
    status, found, _ = sealane("diff", SHIPPED, SHIPPED, "--registry", tmp_path)
    assert (status, found["error"]["code"]) == (4, "registry.absent")


def test_list_names_every_shipped_file():
    assert {one["id"] for one in sealane("list")[1]["agreements"]} == {
        path.stem for path in FOLDER.glob("*.toml")
    }


def test_a_missing_file_and_a_missing_argument_follow_the_contract(capsys):
    assert sealane("check", "/nowhere/at-all.toml")[1]["error"]["code"] == "input.unreadable"
    with pytest.raises(SystemExit) as stopped:
        main(["agreement", "check", "--json"])
    assert stopped.value.code == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage.wrong"


def test_the_spec_of_paths_is_no_way_around_the_policy_folder():
    status, found, _ = sealane("check", "../agreements/jpn-aus-2022")
    assert status == 2
    assert found["error"]["code"] == "input.unreadable"
    assert Path(found["error"]["message"].split()[0]).name == "jpn-aus-2022"
