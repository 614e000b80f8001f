"""`sealane decide --batch` against spec/interfaces.md §4, sentence by sentence: hundreds of
requests, one process.
"""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
from typing import Any

import pytest

from tests.cli.contract.consent_cases import VISIT
from tests.cli.contract.decisions import every
from tests.cli.contract_cases import AT, FAR, LONG_AGO, opening, release, yes

CASES = every()


def batch(lines: list[bytes], *more: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "sealane.cli.main", "decide", "--batch", *more],
        input=b"\n".join(lines),
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(lines)
    return answers


def line(request: Any) -> bytes:
    return json.dumps(request, ensure_ascii=False).encode()


@pytest.fixture(scope="module")
def answers() -> list[dict[str, Any]]:
    return batch([line(case.request) for case in CASES])


def test_there_are_hundreds_of_cases_and_both_verdicts_are_common() -> None:
    assert len(CASES) > 700
    assert (
        min(
            sum(case.expect == verdict for case in CASES)
            for verdict in ("permit", "refuse", "error")
        )
        > 100
    )


def test_every_sentence_comes_out_as_written(answers: list[dict[str, Any]]) -> None:
    wrong = []
    for case, answer in zip(CASES, answers, strict=True):
        got = "error" if "error" in answer else answer["decision"]
        unmet = {reason["code"] for reason in answer.get("reasons", ()) if not reason["met"]}
        if got != case.expect or not case.codes <= unmet:
            wrong.append((case.name, case.expect, sorted(case.codes), got, sorted(unmet)))
    assert wrong == []


def test_a_decision_has_the_contract_s_shape(answers: list[dict[str, Any]]) -> None:
    for answer in answers:
        if "error" in answer:
            assert (
                {"code", "message", "message_ja"}
                <= set(answer["error"])
                <= {"code", "message", "message_ja", "position", "remedy", "details", "remedy_ja"}
            )
            continue
        assert set(answer) == {"decision", "reasons", "obligations", "agreement", "digest"}
        assert set(answer["agreement"]) == {"id", "version", "digest"}
        assert all(
            set(reason) == {"clause", "code", "met", "text", "text_ja"}
            for reason in answer["reasons"]
        )
        assert answer["decision"] == (
            "permit" if all(reason["met"] for reason in answer["reasons"]) else "refuse"
        )
        assert answer["decision"] == "permit" or answer["obligations"] == []


def test_different_requests_have_different_digests(answers: list[dict[str, Any]]) -> None:
    digests: dict[str, str] = {}
    for case, answer in zip(CASES, answers, strict=True):
        if "digest" in answer:  # the two optional members mean the same absent as at their default
            text = json.dumps(
                {"accept_unverified": False, "third_agreement": None, **case.request},
                sort_keys=True,
            )
            assert digests.setdefault(answer["digest"], text) == text, case.name


def shuffled(rng: random.Random, value: Any) -> Any:
    """The same request with every set in another order, some members of it twice, and members in
    another order.
    """
    if isinstance(value, dict):
        members = list(value.items())
        rng.shuffle(members)
        return {name: shuffled(rng, member) for name, member in members}
    if isinstance(value, list):
        members = [shuffled(rng, member) for member in value]
        rng.shuffle(members)
        return members
    return value


def test_the_order_of_sets_is_in_neither_verdict_nor_digest() -> None:
    rng, rich = random.Random(7), []
    for made in (
        release(),
        opening(),
        opening(action="onward"),
        opening("AUS", "TOP SECRET", "defence", "copy"),
        opening(action="downgrade"),
        opening(action="visit", visit=VISIT),
    ):
        full = copy.deepcopy(made)
        full["item"]["purposes"] = ["assessment", "planning", "training", "research"]
        full["item"]["released_to"] = ["JPN", "USA", "GBR"]
        full["label"]["categories"][0]["values"] = ["AUS", "GBR", "JPN", "USA"]
        full["subject"]["nationality"] = ["JPN", "USA", "BRA"]
        full["subject"]["roles"], full["subject"]["duties"] = (
            ["x", "y", "z"],
            ["registry-clerk", "reader", "operator"],
        )
        full["subject"]["briefings"] = [
            {"agreement": name, "on": LONG_AGO, "until": FAR} for name in ("jpn-aus-2022", "a", "b")
        ]
        full["subject"]["clearances"] = [
            {
                "issuer": "JPN",
                "policy": "JPN",
                "level": level,
                "basis": "assessed",
                "granted": LONG_AGO,
                "expires": FAR,
                "sponsor": "s",
                "status": "active",
            }
            for level in ("極秘", "機密", "秘")
        ]
        full["subject"]["authorisations"] = [
            {"item": name, "by": "x", "from": LONG_AGO, "until": FAR}
            for name in ("I-1", "I-2", "I-3")
        ]
        full["consents"] = [
            {**yes(act), "paragraphs": ["1", "2", "4"]} for act in ("copy", "onward", "downgrade")
        ]
        if full["action"] == "visit":
            full["visit"] = {**VISIT, "people": ["p", "q", "r"]}
        rich.append(full)
    lines = [line(full) for full in rich for _ in range(6)]
    lines = [
        data if place % 6 == 0 else line(shuffled(rng, json.loads(data)))
        for place, data in enumerate(lines)
    ]
    found = batch(lines)
    for first in range(0, len(found), 6):
        assert len({answer["digest"] for answer in found[first : first + 6]}) == 1
        assert len({json.dumps(answer, sort_keys=True) for answer in found[first : first + 6]}) == 1


def test_duplicate_keys_are_malformed_wherever_they_stand() -> None:
    text = line(opening(consents=[yes("copy")])).decode()
    doubled = [text.replace('"action": "open"', '"action": "open", "action": "open"', 1)]
    for member in (
        '"area": "maritime"',
        '"policy": "AUS"',
        '"status": "active"',
        '"answer": "yes"',
        '"country": "JPN"',
    ):
        assert member in text
        doubled.append(text.replace(member, f"{member}, {member}", 1))
    assert ["error" in answer for answer in batch([one.encode() for one in doubled])] == [
        True
    ] * len(doubled)


def test_a_bad_line_never_stops_the_batch() -> None:
    bad = [
        b"{",
        b"[]",
        b"null",
        b"1",
        b'"x"',
        b"\xff",
        b"{}",
        b"[" * 10_000,
        b"{" * 500,
        b"nonsense",
        b"\x00",
    ]
    good = line(opening())
    found = batch([*(one for pair in zip(bad, [good] * len(bad), strict=True) for one in pair)])
    assert ["error" in one for one in found] == [True, False] * len(bad)


def test_equal_instants_are_one_instant() -> None:
    plain, fraction = opening(), opening(at=AT.replace("Z", ".000Z"))
    first, second = batch([line(plain), line(fraction)])
    assert first["digest"] == second["digest"]


def test_the_requester_s_edition_names_only_their_own_attributes() -> None:
    hidden = opening(
        subject__briefings=[], label__categories=[], item__recalled=True, label__originator="JPN"
    )
    officer, own = batch([line(hidden)])[0], batch([line(hidden)], "--audience", "requester")[0]
    assert own["digest"] == officer["digest"]
    told = {reason["code"] for reason in own["reasons"] if not reason["met"]}
    assert "access.not_briefed" in told
    assert told.isdisjoint(
        {"access.not_releasable", "item.recalled", "release.label_not_providers"}
    )
