"""A node's registry as facts: what its tables hold is what the effect of a version is worked out
on.
"""

import json

import pytest
from click.testing import CliRunner

from sealane.adapters.policy import policy_root
from sealane.adapters.records import SqlRecords, SqlStore
from sealane.adapters.registryfacts import registry_facts
from sealane.adapters.sql import DATABASE, open_engine
from sealane.adapters.tables import make_tables
from sealane.agreements.parse import parse_agreement, scenario_requests
from sealane.base.errors import Misconfigured
from sealane.cli.agreements.agreement import agreement as group
from sealane.decisions.outlook.facts import facts_from_json
from sealane.registry.records import Direction, FacilityEntry, Given, ItemState, PersonEntry
from tests import holdings

FILE = policy_root() / "agreements" / "jpn-aus-2022.toml"
TEXT = FILE.read_text(encoding="utf-8")
[OPEN] = [
    value
    for scenario, value in scenario_requests(parse_agreement(TEXT.encode()))
    if scenario.name.en == "A cleared, named and briefed reader opens"
]


def fill(folder, *, recalled=None):
    engine = open_engine(folder / DATABASE)
    make_tables(engine)
    records, store = SqlRecords(), SqlStore(engine)
    facts = {name: value for name, value in OPEN["item"].items() if name != "recalled"}
    with store.writing() as tx:
        records.facilities.add(
            tx,
            FacilityEntry(
                id="jpn-facility-1",
                data=OPEN["facility"],
                since="2026-01-01T00:00:00Z",
            ),
        )
        person = {
            **OPEN["subject"],
            "name": "Sato",
            "name_ja": "佐藤",
            "post": "Analyst",
            "post_ja": "分析官",
            "facility": "jpn-facility-1",
        }
        records.people.add(
            tx,
            PersonEntry(id="jpn-reader", data=person, verifier=None, since="2026-01-01T00:00:00Z"),
        )
        holdings.enter(
            records,
            tx,
            Given(
                to="JPN",
                id=facts["id"],
                direction=Direction.IN,
                provider="AUS",
                agreement="jpn-aus-2022",
                agreement_digest="0" * 96,
                facts=facts,
                label=OPEN["label"],
                handle_as=None,
                title="t",
                media_type="text/plain",
                size=1,
                container="c",
                policy_uuid="u",
                sealed={},
                request={},
                decision="d",
                state=ItemState.DELIVERED,
                created="2026-11-22T00:00:00Z",
                recalled=recalled,
                reference="r",
            ),
        )
    engine.dispose()


def test_items_people_and_facilities_come_out_in_the_form_of_a_request(tmp_path):
    fill(tmp_path)
    [held], [reader] = facts_from_json(registry_facts(tmp_path, {}))
    assert (held.item.id, held.item.recalled, held.consents) == (OPEN["item"]["id"], False, ())
    assert (reader.subject.id, reader.facility.id) == ("jpn-reader", "jpn-facility-1")


def test_a_recalled_item_is_recalled(tmp_path):
    fill(tmp_path, recalled="2026-11-23T00:00:00Z")
    [held], _ = facts_from_json(registry_facts(tmp_path, {}))
    assert held.item.recalled


def test_a_folder_without_a_database_is_no_registry(tmp_path):
    with pytest.raises(Misconfigured, match=r"registry\.absent"):
        registry_facts(tmp_path, {})


def test_the_effect_on_a_nodes_registry_is_shown_by_the_command(tmp_path):
    fill(tmp_path)
    newer = tmp_path / "newer.toml"
    newer.write_text(
        TEXT.replace('ja = "海洋安全保障" }\nceiling = 3', 'ja = "海洋安全保障" }\nceiling = 2', 1),
        encoding="utf-8",
    )
    done = CliRunner().invoke(
        group,
        [
            "diff",
            str(FILE),
            str(newer),
            "--registry",
            str(tmp_path),
            "--accept-unverified",
            "--at",
            "2026-11-25T00:00:00Z",
            "--json",
        ],
    )
    assert done.exit_code == 0
    assert json.loads(done.stdout)["effect"]["lost"] == [
        {"items": ["AU-2026-0001"], "readers": ["jpn-reader"]}
    ]
