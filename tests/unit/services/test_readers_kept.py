"""What a partner says of its readers is kept, and never without bound."""

from __future__ import annotations

from sealane.labels.model.label import Label
from sealane.ledger.bodies import AssuranceAnswer
from sealane.services.register.readers_there import PEOPLE_MOST, ReadersQuestion, with_answer


def asked(number: int) -> ReadersQuestion:
    return ReadersQuestion(
        agreement="jpn-aus-2022",
        area="maritime",
        label=Label(policy="AUS", classification="SECRET"),
        project=f"project-{number}",
        purpose="assessment",
    )


def answer(people: int) -> AssuranceAnswer:
    return AssuranceAnswer(
        answers="0" * 96,
        area="maritime",
        level="SECRET",
        clearance=True,
        need=True,
        protection=True,
        until="2030-01-01T00:00:00Z",
        by_person="jpn.security",
        posts=("Analyst",) * people,
        blocked=("7.2",) * people,
    )


def test_large_answers_give_way_to_newer_ones_and_the_newest_stays() -> None:
    kept: dict[str, object] = {}
    for number in range(10):
        at = f"2026-11-22T00:00:0{number}Z"
        kept = with_answer(kept, asked(number), answer(PEOPLE_MOST // 8), at)
    assert list(kept) == [asked(number).key for number in range(6, 10)]
    whole = with_answer(kept, asked(10), answer(PEOPLE_MOST), "2026-11-22T00:01:00Z")
    assert list(whole) == [asked(10).key]


def test_small_answers_stand_beside_one_another() -> None:
    kept: dict[str, object] = {}
    for number in range(10):
        kept = with_answer(kept, asked(number), answer(3), f"2026-11-22T00:00:0{number}Z")
    assert len(kept) == 10
