"""Every shipped agreement's scenarios come out as told, and one that is told wrongly fails."""

import pytest

from sealane import shipped
from sealane.adapters.policy import policy_root
from sealane.agreements.parse import parse_agreement
from sealane.decisions import clauses
from sealane.decisions.rehearsal import scenarios
from tests.decisions import Willing

FOLDER = policy_root() / "agreements"


class Countries:
    """Releasable To with countries only: the scenarios name no groups."""

    def expand(self, tokens, *, at, created=None):
        return frozenset(tokens)


SCHEMES = Willing(Countries())


def outcomes(name, change=lambda text: text):
    made = parse_agreement(change((FOLDER / f"{name}.toml").read_text(encoding="utf-8")).encode())
    return list(scenarios.run(made, agreements=shipped.agreements(), schemes=SCHEMES))


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.toml")))
def test_every_scenario_of_every_shipped_agreement_comes_out_as_told(name):
    found = outcomes(name)
    assert found
    assert [
        (one.scenario.name.en, one.verdict, one.unmet) for one in found if not one.as_told
    ] == []


def test_a_wrong_verdict_a_missing_clause_and_an_extra_clause_all_fail():
    for wrong in (
        'expect = "permit"\nclauses = ["2.2"]',
        'expect = "refuse"\nclauses = []',
        'expect = "refuse"\nclauses = ["2.2", "3.6"]',
    ):
        found = outcomes(
            "jpn-aus-2022",
            lambda text, wrong=wrong: text.replace(
                'expect = "refuse"\nclauses = ["2.2"]', wrong, 1
            ),
        )
        assert [one.as_told for one in found].count(False) == 1
        assert found[1].as_json()["found"] == {"decision": "refuse", "clauses": ["2.2"]}


def test_a_scenario_that_is_no_request_is_told_as_an_error_and_fails():
    found = outcomes(
        "jpn-aus-2022", lambda text: text.replace('kind = "file"', 'kind = "smell"', 1)
    )
    assert found[0].verdict == "error"
    assert found[0].error.code == "request.malformed"
    assert not found[0].as_told


def test_a_clause_that_errs_refuses_is_named_and_fails_the_scenario(monkeypatch):
    def broken(case):
        raise RuntimeError("broken")

    code, _ = clauses.CHECKS["briefed"]
    monkeypatch.setitem(clauses.CHECKS, "briefed", (code, broken))
    found = next(
        one
        for one in outcomes("jpn-aus-2022", lambda text: f"{text}# compiled for this test alone\n")
        if one.scenario.base == "open" and one.scenario.expect == "permit"
    )
    assert found.verdict == "refuse"
    assert found.erring == ("4.6",)
    assert not found.as_told
