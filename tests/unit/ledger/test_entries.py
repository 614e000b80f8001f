"""Entries hold identifiers and digests only, are salted, and read back as written."""

import importlib
import re
from pathlib import Path

import pytest

from sealane.base.errors import Malformed
from sealane.base.table import Table
from sealane.base.values import Instant
from sealane.ledger import catalogue, entries, fields, kinds

AT = Instant(1_764_000_000_000_000_000)
SALT = bytes(range(16))


def test_an_entry_reads_back_as_written():
    data = entries.make(
        "key.released",
        AT,
        SALT,
        actor="p-1",
        object="item-1",
        kid="ab",
        decision="0" * 96,
        reason=None,
    )
    found = entries.read(data)
    assert (found.kind, found.at) == ("key.released", AT)
    assert found.fields == {"actor": "p-1", "object": "item-1", "kid": "ab", "decision": "0" * 96}


@pytest.mark.parametrize(
    "given",
    [
        {"title": "Secret plan"},
        {"actor": "a b"},
        {"reason": "Because of the plan"},
        {"decision": "00"},
        {"copy": -1},
        {"copy": True},
        {"settled": True},
        {"actor": ["x"]},
        {"object": "../x"},
    ],
)
def test_content_free_text_and_unlisted_fields_have_no_place(given):
    with pytest.raises(Malformed):
        entries.make("key.released", AT, SALT, **given)


def test_a_kind_that_is_not_in_the_catalogue_is_refused():
    with pytest.raises(Malformed):
        entries.make("key.whatever", AT, SALT)


def test_an_entry_without_sixteen_random_bytes_is_refused():
    with pytest.raises(Malformed):
        entries.make("node.started", AT, SALT[:15])


def test_every_kind_names_known_fields_and_a_requirement():
    for kind in kinds.KINDS.values():
        assert set(kind.fields) <= set(fields.FIELDS)
        assert kind.serves[0] == "R"
        assert kind.writer
        assert kind.says


def test_every_step_of_every_life_leaves_an_entry_of_a_known_kind():
    found = 0
    for floor in ("registry", "agreements", "protocol"):
        for place in sorted((Path(__file__).parents[3] / "src" / "sealane" / floor).glob("*.py")):
            module = importlib.import_module(f"sealane.{floor}.{place.stem}")
            for table in (one for one in vars(module).values() if isinstance(one, Table)):
                for row in table.rows:
                    assert row.entry is None or row.entry in kinds.KINDS, row.event
                    found += 1
    assert found


def test_the_catalogue_in_docs_is_the_one_in_the_code():
    assert (
        Path(__file__).parents[3] / "docs" / "ledger-entries.md"
    ).read_text() == catalogue.catalogue()


def test_the_specification_names_which_field_is_which_member_of_a_statement():
    text = (Path(__file__).parents[3] / "spec" / "ledger.md").read_text(encoding="utf-8")
    told = re.search(r"(?s)<!-- members told -->(.*)<!-- end of members told -->", text)
    assert told is not None
    rows = re.findall(r"\| `(\w+)` \| `body\.(\w+)` \| where it fits \|", told[1])
    assert [(member, field) for field, member in rows] == list(fields.MEMBER_FIELDS.items())
