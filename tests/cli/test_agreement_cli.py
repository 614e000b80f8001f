"""`sealane agreement show`, `diff` and `list` from outside: statuses, JSON, both languages."""

import json
from pathlib import Path

import pytest

from sealane.cli.main import main
from tests.cli.agreement_typing import (
    FOLDER,
    SHIPPED,
    TEXT,
    sealane,
    words,
)


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
            'title = { en = "Release", ja = "提供" }', 'title = { en = "Giving", ja = "引渡し" }', 1
        ).replace("ceiling = 4", "ceiling = 3", 1),
        encoding="utf-8",
    )
    status, found, _ = sealane("diff", SHIPPED, file)
    assert status == 0
    assert [(one["article"], one["change"]) for one in found["articles"]] == [("3", "changed")]
    assert [(one["part"], one["name"]) for one in found["parts"]] == [("area", "intelligence")]
    assert "引渡し" in words("diff", SHIPPED, file, lang="ja")[1]
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
