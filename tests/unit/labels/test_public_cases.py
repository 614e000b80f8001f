"""What the public registers and rules say of small marks, case by case.

Spec: tests/vectors/marks/README.md names the sources; each case names its own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sealane.base.errors import SealaneError
from sealane.labels.marks.syntax import Parsed
from sealane.labels.model.clearance import clearance_from_json
from sealane.labels.model.label import RELEASABLE_TO, Label
from sealane.labels.model.xml_tree import parse_xml
from sealane.labels.nations import SYNTAXES
from sealane.labels.rules.access import access
from sealane.labels.rules.rollup import merge
from sealane.labels.us.ism_write import NAMESPACE
from tests.unit.labels.shipped import NOW, parsed, rendered, shipped

Case = dict[str, Any]


def cases(verb: str) -> list[Case]:
    path = Path(__file__).parents[2] / "vectors" / "marks" / "cases.ndjson"
    found = [json.loads(line) for line in path.read_text().splitlines()]
    return [case for case in found if case["verb"] == verb]


def named(case: Case) -> str:
    return str(case["id"])


def read(given: dict[str, str]) -> Parsed | None:
    try:
        return SYNTAXES[given["syntax"]].parse(given["text"], shipped(), at=NOW)
    except SealaneError:
        return None


@pytest.mark.parametrize("case", cases("label parse"), ids=named)
def test_a_mark_is_read_or_refused_as_its_source_says(case: Case) -> None:
    found, expect = read(case["input"]), case["expect"]
    if "same_as" in expect:
        plain = read({**case["input"], "text": expect["same_as"]})
        assert found is not None
        assert plain is not None
        assert found.label == plain.label
    elif "notes" in expect:
        assert found is not None
        assert "label.version" in [note.code for note in found.notes]
    else:
        assert (found is not None) is expect["ok"], case["right"]


def product(case: Case) -> Label:
    given = case["input"]
    labels = [parsed(given["syntax"], mark) for mark in given["labels"]]
    return merge(labels, shipped(), at=NOW)


@pytest.mark.parametrize("case", cases("label merge"), ids=named)
def test_a_product_is_marked_as_its_source_says(case: Case) -> None:
    made, expect = product(case), case["expect"]
    for name, value in expect.get("ism", {}).items():
        written = parse_xml(rendered("us-ism", made)).attributes
        assert written[f"{NAMESPACE} {name}"] == value
    if "releasable_to" in expect:
        assert sorted(made.values(RELEASABLE_TO)) == expect["releasable_to"]
    if "banner" in expect:
        assert rendered("us-banner", made) == rendered(
            "us-banner", parsed("us-banner", expect["banner"])
        )


@pytest.mark.parametrize("case", cases("label access"), ids=named)
def test_a_person_may_or_may_not_have_what_is_marked_as_its_source_says(case: Case) -> None:
    mark = case["input"]["label"]["$parse"]
    person = clearance_from_json(case["input"]["clearance"])
    verdict = access(parsed(mark["syntax"], mark["text"]), person, shipped(), at=NOW, trusted=True)
    assert verdict.permit is (case["expect"]["decision"] == "permit"), case["right"]
