"""`sealane decide` as outsiders drive it: statuses, batch, audience, agreements by path."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli import contract_cases
from tests.decisions import decided

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(
    path for path in (ROOT / "examples").glob("*.json") if "action" in json.loads(path.read_text())
)
PERMITTED = {
    "release-secret-maritime",
    "open-in-japan",
    "copy-top-secret-with-consent",
    "view-at-the-provider",
    "onward-with-consent",
    "new-purpose-with-consent",
    "downgrade-with-consent",
    "translate",
    "visit-briefed-at-the-base",
}
ACTS = {
    "release",
    "open",
    "view",
    "copy",
    "translate",
    "onward",
    "new-purpose",
    "downgrade",
    "export",
    "visit",
}


def sealane(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "sealane.cli.main", "decide", *arguments],
        input=given,
        capture_output=True,
        timeout=60,
        check=False,
    )


def example(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((ROOT / "examples" / f"{name}.json").read_text())
    return value


@pytest.mark.parametrize(
    "path",
    [path for path in EXAMPLES if path.stem in {"open-in-japan", "export"}],
    ids=lambda path: path.stem,
)
def test_the_status_says_what_the_decision_says(path: Path) -> None:
    done = sealane("--json", str(path))
    answer = json.loads(done.stdout)
    assert done.returncode == (0 if path.stem in PERMITTED else 1)
    assert (answer["decision"] == "permit") == (done.returncode == 0)
    assert set(answer) == {"decision", "reasons", "obligations", "agreement", "digest"}
    assert answer == decided(json.loads(path.read_text())).as_json()


def test_a_batch_answers_every_line_in_order_whatever_stands_in_it() -> None:
    lines = [
        json.dumps(json.loads(path.read_text()), ensure_ascii=False).encode() for path in EXAMPLES
    ]
    bad = [
        b"{",
        b"[]",
        b'{"action": "release"}',
        b"\xff\xfe",
        b'{"action": 1, "action": 1}',
        b"x" * (1 << 21),
    ]
    done = sealane("--batch", given=b"\n".join([*bad, *lines, *bad]))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert len(answers) == len(lines) + 2 * len(bad)
    middle = answers[len(bad) : -len(bad)]
    assert [one["decision"] == "permit" for one in middle] == [
        path.stem in PERMITTED for path in EXAMPLES
    ]
    assert all(set(one) == {"error"} for one in answers[: len(bad)] + answers[-len(bad) :])


def test_every_act_has_an_example_that_is_permitted_or_never_is() -> None:
    acts = {path.stem: json.loads(path.read_text())["action"] for path in EXAMPLES}
    assert set(acts.values()) == ACTS
    assert {acts[name] for name in PERMITTED} == ACTS - {"export"}


def test_malformed_is_two_and_says_where() -> None:
    request = example("open-in-japan")
    request["item"]["kind"] = "hologram"
    done = sealane("--json", "-", given=json.dumps(request).encode())
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "request.malformed"
    assert error["position"] == "item.kind"


def test_an_agreement_may_be_given_by_its_path(tmp_path: Path) -> None:
    text = (ROOT / "policy" / "agreements" / "jpn-aus-2022.toml").read_text()
    own = tmp_path / "own.toml"
    own.write_text(
        text.replace(
            'since = "2022-10-22T00:00:00Z"\nuntil = "indefinite"',
            'since = "2022-10-22T00:00:00Z"\nuntil = "2026-01-01T00:00:00Z"',
        )
    )
    request = {**example("open-in-japan"), "agreement": str(own)}
    done = sealane("--json", "-", given=json.dumps(request).encode())
    answer = json.loads(done.stdout)
    assert done.returncode == 1
    assert answer["agreement"]["id"] == "jpn-aus-2022"
    assert [one["clause"] for one in answer["reasons"] if not one["met"]] == ["1.1"]
    own.write_text("format = 7")
    done = sealane("--json", "-", given=json.dumps(request).encode())
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"].startswith("agreement.")


def test_an_agreement_by_path_brings_its_own_words(tmp_path: Path) -> None:
    text = (ROOT / "policy" / "agreements" / "jpn-aus-2022.toml").read_text()
    own = tmp_path / "own-agreement"
    own.write_text(
        text.replace('id = "jpn-aus-2022"', 'id = "own"').replace(
            'id = "maritime"', 'id = "astronomy"'
        )
    )
    request = {**example("open-in-japan"), "agreement": str(own)}
    request["item"]["area"] = "astronomy"
    request["subject"]["briefings"][0]["agreement"] = "own"
    lines = [
        json.dumps({**request, "agreement": name}).encode()
        for name in (str(own), "jpn-aus-2022", str(tmp_path), "\0")
    ]
    mine, shipped, folder, odd = (
        json.loads(line) for line in sealane("--batch", given=b"\n".join(lines)).stdout.splitlines()
    )
    assert (mine["decision"], mine["agreement"]["id"]) == ("permit", "own")
    assert (
        shipped["error"]["code"]
        == folder["error"]["code"]
        == odd["error"]["code"]
        == "request.unknown_word"
    )


def test_the_digest_does_not_depend_on_how_the_agreement_was_named() -> None:
    request = example("open-in-japan")
    path = str(ROOT / "policy" / "agreements" / "jpn-aus-2022.toml")
    lines = [json.dumps({**request, "agreement": name}).encode() for name in ("jpn-aus-2022", path)]
    done = sealane("--batch", given=b"\n".join(lines))
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first == second


def test_an_unknown_agreement_and_a_missing_file_are_decisions() -> None:
    for name in ("no-such", "no/such.toml", "x" * 900, "/dev/null", str(ROOT)):
        done = sealane(
            "--json",
            "-",
            given=json.dumps({**example("open-in-japan"), "agreement": name}).encode(),
        )
        assert done.returncode == 1
        assert json.loads(done.stdout)["reasons"][0]["code"] == "agreement.unknown"


def test_people_read_cards_in_their_language() -> None:
    english = sealane("--lang", "en", str(ROOT / "examples" / "onward-without-consent.json"))
    japanese = sealane("--lang", "ja", str(ROOT / "examples" / "onward-without-consent.json"))
    assert b"REFUSE" in english.stdout
    assert b"who can mend it: The provider" in english.stdout
    assert "対処できる者：提供国".encode() in japanese.stdout


def test_wrong_usage_is_two() -> None:
    for arguments in ([], ["--batch", "x.json"], ["--audience", "press", "-"]):
        assert sealane(*arguments).returncode == 2


def test_a_preview_over_people_is_what_each_would_be_answered(tmp_path: Path) -> None:
    request = example("open-in-japan")
    stranger = {**request["subject"], "id": "stranger", "authorisations": []}
    people = [
        {"subject": request["subject"], "facility": request["facility"]},
        {"subject": stranger, "facility": request["facility"]},
        {"subject": stranger, "facility": None},
    ]
    path = tmp_path / "people.json"
    path.write_text(json.dumps(people))
    done = sealane("--json", str(ROOT / "examples" / "open-in-japan.json"), "--people", str(path))
    answer = json.loads(done.stdout)
    assert done.returncode == 0
    assert answer["may"] == [request["subject"]["id"]]
    assert [one["clauses"] for one in answer["may_not"]] == [["4.5"], ["4.5", "4.9"]]
    for bad in ("{}", "[{}]", '[{"subject": {}, "facility": null}]'):
        path.write_text(bad)
        assert (
            sealane(
                "--json", str(ROOT / "examples" / "open-in-japan.json"), "--people", str(path)
            ).returncode
            == 2
        )


def test_a_stateless_decision_point_answers_authzen(tmp_path: Path) -> None:
    import contextlib
    import socket
    import time
    import urllib.request

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    request = example("open-in-japan")
    subject, item = dict(request.pop("subject")), dict(request.pop("item"))
    evaluation = {
        "subject": {"type": "person", "id": subject.pop("id"), "properties": subject},
        "action": {"name": request.pop("action")},
        "resource": {
            "type": "item",
            "id": item.pop("id"),
            "properties": {**item, "label": request.pop("label")},
        },
        "context": request,
    }
    command = [sys.executable, "-m", "sealane.cli.main", "decide", "--listen", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            asked = urllib.request.Request(
                f"http://127.0.0.1:{port}/access/v1/evaluation",
                data=json.dumps(evaluation).encode(),
                headers={"Content-Type": "application/json"},
            )
            for _ in range(200):
                with (
                    contextlib.suppress(OSError),
                    urllib.request.urlopen(asked, timeout=5) as answer,
                ):
                    found = json.load(answer)
                    break
                time.sleep(0.05)
            assert found["decision"] is True
            assert found["context"]["agreement"]["id"] == "jpn-aus-2022"
        finally:
            server.terminate()
            server.wait(10)
    for wrong in ("8181", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:0", "127.0.0.1:70000"):
        assert sealane("--listen", wrong).returncode == 2


def test_the_examples_come_out_as_their_table_says() -> None:
    rows = [
        line.split("|")
        for line in (ROOT / "examples" / "README.md").read_text().splitlines()
        if line.startswith("| `")
    ]
    told = {row[1].strip(" `"): row[2].strip() for row in rows}
    ours = {
        path.name
        for path in EXAMPLES
        if "subject" in json.loads(path.read_text()) and "action" in json.loads(path.read_text())
    }
    assert set(told) == ours
    for name, answer in told.items():
        decision = decided(json.loads((ROOT / "examples" / name).read_text()))
        assert decision.permit == answer.startswith("permit"), name
        clauses = {part.strip(",") for part in answer.split() if part[0].isdigit()}
        assert clauses <= {one.clause for one in decision.unmet}, name


def test_the_items_preview_equals_deciding_each(tmp_path: Path) -> None:
    rng, person = random.Random(4), contract_cases.opening()
    items, requests = [], []
    for number in range(60):
        case = contract_cases.opening(
            classification=rng.choice(
                ["SECRET", "PROTECTED", "OFFICIAL: Sensitive", "CONFIDENTIAL"]
            ),
            area=rng.choice(["maritime", "logistics", "health"]),
            item__id=f"I-{number}",
            item__recalled=rng.random() < 0.2,
            item__until=rng.choice([contract_cases.FAR, contract_cases.AT, None]),
            item__project=rng.choice(["P", None]),
            label__categories__0__values=rng.choice([["AUS", "JPN"], ["AUS", "USA"]]),
        )
        items.append({"item": case["item"], "label": case["label"], "consents": []})
        requests.append(case)
    named = [
        {"project": "P", "by": "x", "from": contract_cases.LONG_AGO, "until": contract_cases.FAR},
        {"item": "I-3", "by": "x", "from": contract_cases.LONG_AGO, "until": contract_cases.FAR},
    ]
    person["subject"]["authorisations"] = named
    for request in requests:
        request["subject"] = person["subject"]
    (tmp_path / "items.json").write_text(json.dumps(items, ensure_ascii=False))
    done = sealane(
        "--json", "-", "--items", str(tmp_path / "items.json"), given=json.dumps(person).encode()
    )
    answer = json.loads(done.stdout)
    lines = sealane(
        "--batch", given=b"\n".join(json.dumps(one).encode() for one in requests)
    ).stdout.splitlines()
    permitted = [
        request["item"]["id"]
        for request, line in zip(requests, lines, strict=True)
        if json.loads(line)["decision"] == "permit"
    ]
    assert answer["may"] == permitted
    assert 0 < len(permitted) < 60
    assert (done.returncode, answer["asked"], answer["person"]) == (0, 60, "r")
    both = sealane("-", "--items", "x", "--people", "y", given=b"{}")
    assert both.returncode == 2
