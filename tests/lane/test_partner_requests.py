"""A partner's signed `open.request` is held against our own record by the same checks at both
doors, and what both decide is one decision.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from sealane.base.errors import SealaneError
from sealane.base.values import SECOND, Instant, format_instant
from sealane.ledger import bodies, entries, receipt
from sealane.services.statements.journal import statement_bytes
from tests import nations
from tests.lane.test_partner_issuers import Platform, given, reader_facts, reasons, trust, vouched
from tests.lane.test_story import kinds


def later(pair: nations.Pair, seconds: int) -> str:
    return format_instant(Instant(pair.clock.now() + seconds * SECOND))


def request_with(**changes: Any) -> Callable[..., dict[str, Any]]:
    return lambda pair, body: {"request": {**body["request"], **changes}}


def subject_with(**changes: Any) -> Callable[..., dict[str, Any]]:
    def change(pair: nations.Pair, body: dict[str, Any]) -> dict[str, Any]:
        request = body["request"]
        return {"request": {**request, "subject": {**request["subject"], **changes}}}

    return change


WRONG: dict[str, tuple[Callable[..., dict[str, Any]], str]] = {
    "another policy": (
        lambda pair, body: {"policy_uuid": "00000000-0000-4000-8000-000000000000"},
        "key.other_object",
    ),
    "another key access object": (
        lambda pair, body: {"key_access": "0" * 96},
        "key.other_object",
    ),
    "another label": (
        request_with(label={**nations.LABEL, "classification": "OFFICIAL"}),
        "key.other_object",
    ),
    "another agreement": (request_with(agreement="jpn-aus-2012-isa"), "key.other_object"),
    "an act for which no key leaves": (request_with(action="export"), "key.other_action"),
    "an act that nobody knows": (request_with(action="launder"), "key.other_action"),
    "an instant a minute and a second old": (
        lambda pair, body: {"request": {**body["request"], "at": later(pair, -61)}},
        "key.request_expired",
    ),
    "an instant a minute and a second ahead": (
        lambda pair, body: {"request": {**body["request"], "at": later(pair, 61)}},
        "key.request_expired",
    ),
    "an instant that is none": (request_with(at="now"), "key.request_expired"),
    "an end that is now": (lambda pair, body: {"until": later(pair, 0)}, "key.request_expired"),
    "an end beyond the bound": (
        lambda pair, body: {"until": later(pair, 121)},
        "key.request_expired",
    ),
    "a reader of a third nation": (
        subject_with(organisation_country="USA"),
        "key.reader_unvouched",
    ),
    "another recipient": (request_with(recipient="AUS"), "key.reader_unvouched"),
}


def resigned(pair: nations.Pair, data: bytes, change: Callable[..., dict[str, Any]]) -> bytes:
    """The same statement with other words in it, signed by the same nation."""
    said = receipt.peek(data)
    body = bodies.as_json(said.body)
    other = bodies.read(said.type, {**body, **change(pair, body)})
    return receipt.sign(dataclasses.replace(said, body=other), pair.jpn.keys.signers("statement"))


def refusal_between_nodes(
    pair: nations.Pair, item: str, change: Callable[..., dict[str, Any]]
) -> str:
    """The code that the provider's node gives for a reader's request so changed."""

    def lie(data: bytes) -> bytes:
        return resigned(pair, data, change) if kind(data) == "open.request" else data

    pair.line.mangle = lie
    with pytest.raises(SealaneError):
        nations.read(pair, item)
    pair.line.mangle = lambda data: data
    [why] = answers(pair, item, "key.refused")[-1]["reasons"]
    return str(why["code"])


def kind(data: bytes) -> str:
    return receipt.peek(data).type


def answers(pair: nations.Pair, item: str, of: str) -> list[dict[str, Any]]:
    """What AUS answered about an item, in order."""
    with pair.aus.store.reading() as tx:
        refs = pair.aus.records.entry_refs.find(
            tx, order="index", item=item, kind=f"statement.{of}"
        )
        found = [statement_bytes(pair.aus, tx, ref.statement) for ref in refs]
    return [bodies.as_json(receipt.peek(data).body) for data in found if data is not None]


@pytest.mark.parametrize("name", WRONG)
def test_both_doors_refuse_the_same_request_by_the_same_code(pair: nations.Pair, name: str) -> None:
    change, code = WRONG[name]
    trust(pair)
    item, container = given(pair)
    statement = resigned(pair, vouched(pair, item), change)
    assert "PermissionDenied" in Platform(pair).ask(container, statement=statement)
    assert reasons(pair, item)[:2] == ("key.refused", code)
    assert refusal_between_nodes(pair, item, change) == code
    assert "statement.key.released" not in kinds(pair.aus, item)


def test_an_end_at_the_bound_opens_at_both_doors(pair: nations.Pair) -> None:
    trust(pair)
    item, container = given(pair)

    def longest(pair: nations.Pair, body: dict[str, Any]) -> dict[str, Any]:
        return {"until": later(pair, 120)}

    statement = resigned(pair, vouched(pair, item), longest)
    assert Platform(pair).ask(container, statement=statement) == 32
    pair.line.mangle = lambda data: (
        resigned(pair, data, longest) if kind(data) == "open.request" else data
    )
    with pytest.raises(SealaneError, match=r"statement\.other_answer"):
        nations.read(pair, item)  # the answer names the changed statement, not the one it asked
    assert "statement.key.released" in kinds(pair.aus, item)


def test_a_view_is_the_nodes_to_show_and_no_programs_to_keep(pair: nations.Pair) -> None:
    trust(pair)
    item, container = given(pair)
    statement = resigned(pair, vouched(pair, item), request_with(action="view"))
    assert "PermissionDenied" in Platform(pair).ask(container, statement=statement)
    assert reasons(pair, item)[:2] == ("key.refused", "key.other_action")


@pytest.mark.parametrize("action", [None, 7, ["open"], {"open": True}])
def test_an_act_of_another_type_is_refused_and_breaks_nothing(
    pair: nations.Pair, action: object
) -> None:
    item, _ = given(pair)
    assert refusal_between_nodes(pair, item, request_with(action=action)) == "key.other_action"


def test_by_node_by_statement_and_by_token_the_same_facts_make_one_decision(
    pair: nations.Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust(pair)
    item, container = given(pair)
    instant = pair.clock.now()
    monkeypatch.setattr(pair.clock, "now", lambda: instant)
    nations.read(pair, item)
    [between_nodes] = answers(pair, item, "key.released")
    platform = Platform(pair)
    assert platform.ask(container, statement=vouched(pair, item)) == 32
    assert platform.ask(container, sealane_reader=reader_facts(pair)) == 32
    with pair.aus.store.reading() as tx:
        log = nations.log_of(pair.aus, nations.AGREEMENT)
        told = [entries.read(log.entry(tx, index)) for index in range(log.size(tx))]
    to_clients = [
        one.fields["decision"]
        for one in told
        if one.kind == "key.released" and one.fields.get("object") == item
    ]
    assert to_clients == [between_nodes["decision"]] * 2
