"""Every act, by everybody, at both sides of an item, over the command line, the console and the
API: what the table of who may does not give is refused by the table's code, and changes no row.

What is expected is worked out from the table's columns, never by the code that the services run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from sealane.base.errors import SealaneError
from sealane.cli.docs import walk
from sealane.ledger import entries
from sealane.office.operation import Operation
from sealane.office.table import OPERATIONS
from sealane.registry.person_proof import PersonProof
from sealane.registry.who_may import STAFF, WHO_MAY, Act, ActSide
from sealane.services.node import Node
from sealane.services.register import acts, directory
from sealane.services.register.acts import Actor
from tests import nations
from tests.case_world import CASE
from tests.nations import Pair, share
from tests.who_may_world import (
    AUTHOR,
    NOBODY,
    PEOPLE,
    REFUSED,
    STRANGER,
    Doors,
    Typing,
    books,
    expected,
    finished,
    staffed,
    stay_open,
    typed_for,
)

EVERYBODY = (*PEOPLE, AUTHOR, STRANGER)
COMMANDS = [
    (act, typed_for(act, command)) for act, row in WHO_MAY.items() for command in row.commands
]
PARTIES = ("AUS", "JPN")
ABOUT = {act for act, row in WHO_MAY.items() if row.side is not ActSide.NONE} | {
    Act.SEE_HISTORY,
    Act.FORESEE,
    Act.DERIVE,
    Act.PROVE,
}


@pytest.fixture(scope="module")
def pair(template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    made = staffed(template, tmp_path_factory.mktemp("who") / "pair")
    yield made
    made.close()


@pytest.fixture(scope="module")
def item(pair: Pair) -> str:
    return finished(pair)


@pytest.fixture(scope="module")
def doors(pair: Pair) -> dict[str, Doors]:
    return {party: Doors(pair, party) for party in PARTIES}


@pytest.fixture
def typing(
    pair: Pair, tmp_path: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Typing:
    stay_open(pair, monkeypatch)
    return Typing(pair, tmp_path / "typed", capsys)


def both(pair: Pair) -> list[dict[str, Any]]:
    return [books(node) for node in (pair.aus, pair.jpn)]


def about(act: Act, command: str) -> bool:
    """Whether an item is named that is there, so that its side is asked."""
    return act in ABOUT and command.startswith(("item ", "evidence ", "access request"))


def test_every_act_has_a_row_and_every_surface_of_a_row_is_there(doors: dict[str, Doors]) -> None:
    assert set(WHO_MAY) == set(Act)
    verbs = {" ".join(words) for words, _ in walk()}
    routes = {getattr(route, "path", "") for route in doors["AUS"].console.app.routes}
    for row in WHO_MAY.values():
        assert set(row.commands) <= verbs
        assert {row.page} - {None} <= routes
    assert {one.path for one in OPERATIONS.values()} <= routes
    forms = {
        route.path
        for route in doors["AUS"].console.app.routes
        if "POST" in (getattr(route, "methods", None) or ())
        and route.path.startswith("/items/{item}/")
    }
    assert forms == {
        row.page for row in WHO_MAY.values() if row.page and row.page.startswith("/items/{item}/")
    }


@pytest.mark.parametrize("party", PARTIES)
def test_at_the_command_line_who_may_not_changes_nothing(
    pair: Pair, item: str, typing: Typing, party: str
) -> None:
    before, seen = both(pair), 0
    for act, command in COMMANDS:
        if command == "release" and party == "JPN":
            continue  # it makes an item of that nation's own
        for person in EVERYBODY:
            if person == AUTHOR and party == "JPN":
                continue  # not there
            wanted = expected(act, person, party, about=about(act, command))
            if wanted is not None:
                found = typing.code(command, item, party, person)
                assert found == wanted, (command, person, party)
                seen += 1
        if not WHO_MAY[act].keystore:
            assert typing.code(command, item, party, None) == "usage.person", command
    assert both(pair) == before
    assert seen > 100


def address(page: str, item: str) -> str:
    """Where a page is, of this item, of somebody else, and of the agreement in force."""
    return page.format(
        item=item, person="t.reader", agreement=nations.AGREEMENT, party="USA", case=CASE
    )


def operations_of(act: Act) -> list[Operation]:
    """What the API offers of an act, but for what makes an item of any nation's own."""
    return [one for one in OPERATIONS.values() if one.act is act and one.id != "releases.make"]


def by_item(operation: Operation, act: Act, person: str | None, party: str) -> str | None:
    """What is expected of an operation, which is about the item that its address names."""
    if person is None:
        return "login.required"
    about = "{item}" in operation.path and act in ABOUT
    # to whom an item is not shown it is not there, whatever else the table would say
    if about and not PEOPLE[person] & STAFF:
        return "item.unknown"
    return expected(act, person, party, about=about)


@pytest.mark.parametrize("party", PARTIES)
def test_at_the_console_and_the_api_who_may_not_changes_nothing(
    pair: Pair, item: str, doors: dict[str, Doors], party: str
) -> None:
    before, seen = both(pair), 0
    for act, row in WHO_MAY.items():
        for person in (*PEOPLE, None):
            wanted: str | None = "login.required"
            if person is not None:
                of_item = act in ABOUT and act is not Act.RELEASE
                wanted = expected(act, person, party, about=of_item)
            if wanted is None:
                continue
            if row.page and row.page != "/people":
                path = address(row.page, item)
                assert doors[party].page(path, person) == wanted, (act, person)
                seen += 1
            for operation in operations_of(act):
                found = doors[party].asks(operation, person, item)
                assert found == by_item(operation, act, person, party), (operation.id, person)
                seen += 1
    assert both(pair) == before
    assert seen > 60


@pytest.mark.parametrize("party", PARTIES)
def test_who_may_is_stopped_by_nothing_of_the_table(
    pair: Pair, item: str, typing: Typing, doors: dict[str, Doors], party: str
) -> None:
    for act, row in WHO_MAY.items():
        for person in (*PEOPLE, *([AUTHOR] if party == "AUS" else [])):
            for command in (typed_for(act, verb) for verb in row.commands):
                if command == "release" and party == "JPN":
                    continue
                if expected(act, person, party, about=about(act, command)) is None:
                    assert typing.code(command, item, party, person) not in REFUSED, command
            if person == AUTHOR or expected(act, person, party, about=True) is not None:
                continue
            if row.page and row.page.startswith("/items/"):
                found = doors[party].page(address(row.page, item), person)
                assert found not in REFUSED, (act, person)
            for operation in operations_of(act):
                if by_item(operation, act, person, party) is None:
                    assert doors[party].asks(operation, person, item) not in REFUSED, operation.id
        if row.keystore:
            for command in row.commands:
                assert typing.code(command, item, party, None) not in REFUSED, command


def told(node: Node, kind: str) -> dict[str, Any]:
    """The newest entry of a kind in the internal log."""
    with node.store.reading() as tx:
        log = node.internal
        for index in range(log.size(tx) - 1, -1, -1):
            entry = entries.read(log.entry(tx, index))
            if entry.kind == kind:
                return dict(entry.fields)
    raise AssertionError(kind)


def test_the_entry_of_an_act_names_who_did_it_and_how_that_was_proven(
    pair: Pair, typing: Typing, doors: dict[str, Doors]
) -> None:
    by_name = share(pair, reference="named")
    assert typing.code("item recall", by_name, "AUS", "t.release-officer") is None
    entry = told(pair.aus, "recall.ordered")
    assert (entry["object"], entry["actor"], entry["proof"]) == (
        by_name,
        "t.release-officer",
        "unproven",
    )
    by_session = share(pair, reference="session")
    path = f"/items/{by_session}/recall"
    assert doors["AUS"].page(path, "t.security-officer") is None
    assert told(pair.aus, "recall.ordered")["proof"] == "session"
    by_token = share(pair, reference="token")
    assert doors["JPN"].api(f"/api/v1/items/{by_token}/accept", "t.registry-clerk", None) is None
    entry = told(pair.jpn, "person.acted")
    assert [entry[name] for name in ("object", "act", "actor", "proof")] == [
        by_token,
        "accept",
        "t.registry-clerk",
        "token",
    ]
    assert NOBODY not in str(entry)


BY_TWO = [act for act, row in WHO_MAY.items() if row.second is not None]


@pytest.mark.parametrize("act", BY_TWO, ids=str)
def test_in_production_an_act_of_two_is_done_by_two_who_each_prove_themselves(
    pair: Pair, act: Act
) -> None:
    row = WHO_MAY[act]
    assert row.duties is not None
    assert row.second is not None
    settings = replace(pair.aus.settings, profile="production", accept_unverified=False)
    node = replace(pair.aus, settings=settings)
    first = min(row.duties)
    second = min(row.second - {first})

    def said(by: Actor, beside: Actor | None) -> str | None:
        with node.store.reading() as tx:
            try:
                acts.require(node, tx, act, replace(by, second=beside))
            except SealaneError as error:
                return error.code
        return None

    one, two = (Actor(f"t.{duty}", PersonProof.TOKEN) for duty in (first, second))
    assert said(acts.OPERATOR, two) == "usage.person"
    assert said(Actor(one.person), two) == "person.unproven"
    for beside in (None, one, Actor(two.person)):
        assert said(one, beside) == "person.second_needed"
    assert said(one, Actor(NOBODY, PersonProof.TOKEN)) == "person.duty"
    assert said(one, two) is None


ALIKE = ("AUS.second", "aus-second", "aus_Second", "aus.sec0nd")


@pytest.mark.parametrize("name", ALIKE)
def test_one_person_is_not_entered_twice_under_another_spelling(pair, name):
    with pair.aus.store.reading() as tx:
        held = pair.aus.person(tx, "aus.second")
    with pytest.raises(SealaneError, match=r"person\.alike"):
        directory.enter(pair.aus, {**held, "id": name})
    directory.enter(pair.aus, held)  # the same person, changed
    directory.enter(pair.aus, {**held, "id": "aus.third"})
