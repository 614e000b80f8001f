"""The roll-up scenarios of the ODNI package, as their authors wrote them.

Spec: tests/vectors/us-rollup/README.md; IC ISM 2021-NOV (roll-up).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sealane.labels.model.xml_tree import parse_xml
from sealane.labels.us.ism_write import NAMESPACE
from sealane.labels.us.product import merge_us
from tests.unit.labels.shipped import NOW, parsed, rendered, shipped


def scenarios() -> list[dict[str, object]]:
    path = Path(__file__).parents[2] / "vectors" / "us-rollup" / "scenarios.json"
    return json.loads(path.read_text())  # type: ignore[no-any-return]


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda one: str(one["name"]))
def test_the_public_roll_up_scenarios_come_out_as_their_authors_say(
    scenario: dict[str, list[dict[str, str]]],
) -> None:
    portions = []
    for attributes in scenario["portions"]:
        written = " ".join(f'ism:{name}="{value}"' for name, value in attributes.items())
        portions.append(parsed("us-ism", f'<p xmlns:ism="{NAMESPACE}" {written}/>'))
    banner = parse_xml(rendered("us-ism", merge_us(portions, shipped()["USA"], NOW))).attributes
    for name, expects, value in scenario["expect"]:
        held = banner.get(f"{NAMESPACE} {name}", "")
        met = {
            "has": value in held.split(),
            "lacks": value not in held.split(),
            "is": held == value,
            "present": bool(held),
            "absent": not held,
        }
        assert met[expects], (name, expects, value, held)
