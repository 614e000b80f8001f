"""The table of authority by itself: every type has a row, rows fit how a type travels, and the
question that is asked of it needs no node.
"""

import dataclasses
import re
from pathlib import Path

import pytest

from sealane.base.errors import Code
from sealane.base.values import DAY, Instant, parse_instant
from sealane.ledger import bodies
from sealane.ledger.bodies import Way
from sealane.ledger.receipt import Statement
from sealane.protocol import authority, authority_page
from sealane.protocol.authority import Seen
from sealane.protocol.authority_table import CALLED_BACK, TABLE, Version, Who
from sealane.registry.records import CopyState, Direction, Given, ItemState, Transfer
from tests import mistyped

ROOT = Path(__file__).resolve().parents[3]
AT = "2026-11-22T00:00:00Z"
NOW = parse_instant(AT)
PAIR = frozenset({"AUS", "JPN"})
ITEM = Given(
    to="JPN",
    offer="3" * 96,
    id="AUS-2026-000001",
    direction=Direction.IN,
    provider="AUS",
    agreement="pair",
    agreement_digest="1" * 96,
    facts={},
    label={},
    title="t",
    media_type="text/plain",
    size=1,
    container="2" * 96,
    policy_uuid="00000000-0000-4000-8000-000000000000",
    sealed={},
    request={},
    decision="",
    state=ItemState.DELIVERED,
    created=AT,
)


def statement(
    kind: str, *, by: str = "AUS", item: str | None = ITEM.id, **body: object
) -> Statement:
    return Statement(
        agreement="pair",
        agreement_digest="1" * 96,
        by=by,
        to="JPN",
        node="n",
        item=item,
        at=AT,
        nonce="0" * 32,
        body=bodies.read(kind, mistyped.good(kind, **body)),
    )


def asked(said: Statement, **seen: object) -> str | None:
    books = Seen(**{"party": "JPN", "parties": PAIR, "governing": True, **seen})
    code = authority.may_say(TABLE, said, books, now=NOW, until=authority.too_late(NOW))
    return None if code is None else code.code


def test_every_type_has_a_row_and_no_row_is_of_no_type():
    assert list(TABLE) == list(bodies.TYPES)


@pytest.mark.parametrize("kind", TABLE)
def test_a_row_fits_how_its_type_travels_and_what_its_body_has(kind):
    row, members = TABLE[kind], bodies.members(kind)
    ways = bodies.TYPES[kind][1]
    if row.who is Who.ASKED:
        assert ways == (Way.ANSWER,)
        assert row.version is Version.ASKED
    if row.who in (Who.PROVIDER, Who.HOLDER):
        assert row.direction is (Direction.IN if row.who is Who.PROVIDER else Direction.OUT)
    assert row.refers is None or ("answers" in members and row.refers in TABLE)
    assert row.copies is not None or "copies" not in members
    assert row.copies is None or {"copies", "copy"} & set(members)
    assert not row.container or "container" in members
    assert row.may
    assert re.search(r"[぀-ヿ一-鿿]", row.may_ja)


def test_a_statement_of_the_provider_about_its_item_is_its_to_make():
    assert asked(statement("relabelled"), item=ITEM) is None


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        ({"item": None}, "statement.no_standing"),
        ({"item": dataclasses.replace(ITEM, provider="USA")}, "statement.no_standing"),
        ({"item": dataclasses.replace(ITEM, direction=Direction.OUT)}, "statement.no_standing"),
        ({"item": dataclasses.replace(ITEM, agreement="other")}, "statement.no_standing"),
        ({"item": dataclasses.replace(ITEM, agreement_digest="3" * 96)}, "statement.no_standing"),
        ({"item": ITEM, "parties": frozenset({"JPN", "USA"})}, "statement.no_standing"),
    ],
)
def test_in_any_other_relation_it_is_not(seen, code):
    assert asked(statement("relabelled"), **seen) == code


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("AUS-2026-000009", None),
        ("AUS-2026-1000000", None),
        ("JPN-2026-000009", "statement.other_number"),
        ("AUS-2026-00009", "statement.other_number"),
        ("AUS-2026-000009x", "statement.other_number"),
        ("XAUS-2026-000009", "statement.other_number"),
        ("aus-2026-000009", "statement.other_number"),
        ("AUS-2026-٠٠٠٠٠٩", "statement.other_number"),
    ],
)
def test_a_new_item_has_a_number_of_its_providers_own_series(number, code):
    assert asked(statement("offer", item=number)) == code


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("USA-2026-000009", None),
        ("AUS-2026-000009", "statement.other_number"),
        ("JPN-2026-000009", "statement.other_number"),
        ("GBR-2026-000009", "statement.other_number"),
    ],
)
def test_an_item_passed_on_has_a_number_of_another_partys_series(number, code):
    three = frozenset({"AUS", "JPN", "USA"})
    assert asked(statement("offer", item=number, onward="AAAA"), parties=three) == code
    plain = asked(statement("offer", item=number), parties=three)
    assert (plain is None) is number.startswith("AUS")


PASSED_ON = dataclasses.replace(
    ITEM, direction=Direction.OUT, provider="USA", facts={"provider": "JPN"}, to="AUS"
)
"""An item of JPN's, the receiver's, that USA passed on to AUS, who speaks."""


@pytest.mark.parametrize("kind", [kind for kind, row in TABLE.items() if row.who is Who.HOLDER])
def test_whose_item_was_passed_on_hears_of_openings_from_the_third_party_and_of_nothing_else(kind):
    transfer = Transfer(
        item=ITEM.id, to="AUS", state=ItemState.DELIVERED, since=AT, request={}, decision=""
    )
    code = asked(statement(kind), item=PASSED_ON, transfer=transfer)
    told = {"open.request", "open.denied", "opened"}
    assert (code == "statement.no_standing") is (kind not in told)
    assert {name for name, row in TABLE.items() if row.keyed} == told


def test_a_new_item_rests_on_the_governing_version_alone():
    assert asked(statement("offer"), governing=False) == "statement.no_standing"


@pytest.mark.parametrize("ahead", [0, 1])
def test_a_statement_counts_until_the_last_instant_of_its_time(ahead):
    until = authority.too_late(NOW)
    books = Seen(party="JPN", parties=PAIR, governing=True, item=ITEM)
    code = authority.may_say(
        TABLE, statement("relabelled"), books, now=Instant(until + ahead), until=until
    )
    assert (code is None) is (ahead == 0)
    assert until == NOW + 180 * DAY


def test_copies_that_are_called_back_are_those_that_can_be_reported_destroyed():
    assert {CopyState.RECALLED, CopyState.NOT_DESTROYED} == CALLED_BACK


def test_the_specification_names_every_type_and_every_code():
    text = (ROOT / "spec" / "exchange.md").read_text(encoding="utf-8")
    section = text.partition("### 3.1 ")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([a-z.]+)`", section))
    assert set(TABLE) - named == set()
    codes = {one.code for one in vars(authority).values() if isinstance(one, Code)}
    assert {code for code in codes if f"`{code}`" not in section} == set()


def test_the_page_has_a_line_for_every_type():
    lines = [line for line in authority_page.page().splitlines() if line.startswith("| `")]
    assert [line.split("`")[1] for line in lines] == list(bodies.TYPES)
