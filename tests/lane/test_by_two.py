"""Every act of two people, by everybody who may stand beside and everybody who may not, at once and
by waiting; the acts are the table's, and each is really done.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sealane.base.errors import SealaneError
from sealane.ledger import entries
from sealane.office.operation import NodeOffice, OfficeQuestion
from sealane.office.table import OPERATIONS
from sealane.office.waiting_acts import CAN_WAIT, WAITS, answered
from sealane.registry.person_proof import PersonProof
from sealane.registry.who_may import WHO_MAY
from sealane.services.node import Node
from sealane.services.register.acts import Actor
from tests.nations import Pair
from tests.two_people_world import WAYS, Way, doing, office_at, production, proven, question, world
from tests.who_may_world import books

BY_NAME = {way.name: way for way in WAYS}
WAITING = [way for way in WAYS if way.operation]


@pytest.fixture
def two(pair: Pair) -> Pair:
    return world(pair)


def code(do: Any) -> str | None:
    """What came of it: None, or the code of the error."""
    try:
        do()
    except SealaneError as error:
        return error.code
    return None


def test_every_act_of_two_in_the_table_is_done_here_by_every_operation_that_does_it() -> None:
    assert {way.act for way in WAYS} == {act for act, row in WHO_MAY.items() if row.second}
    by_two = {one.id for one in OPERATIONS.values() if one.by_two is not None}
    files = {one.id for one in OPERATIONS.values() if one.by_two is not None and not one.can_wait}
    assert {way.operation for way in WAITING} == by_two - files == set(CAN_WAIT)
    assert files == {"partners.enrol", "people.import"}


@pytest.mark.parametrize("name", BY_NAME)
def test_nobody_does_it_alone_or_with_themselves_or_with_a_wrong_second(
    two: Pair, name: str
) -> None:
    way = BY_NAME[name]
    node = production(two.line.nodes[way.party])
    do = doing(way, two, node)
    code(lambda: do(way.first))  # what it is about is there from the first try on
    before = books(node)
    for beside in (None, way.first, Actor(way.seconds[0].person)):
        assert code(lambda beside=beside: do(replace(way.first, second=beside))) == way.lacking
    for other in way.others:
        assert code(lambda other=other: do(replace(way.first, second=other))) == "person.duty"
    assert books(node) == before
    assert code(lambda: do(replace(way.first, second=way.seconds[0]))) is None


def calls(office: NodeOffice, operation: str, by: Actor, **says: Any) -> dict[str, Any]:
    asked = OfficeQuestion(says=says, stated=frozenset(says))
    return OPERATIONS[operation].do(office, by, asked)


@pytest.mark.parametrize("way", WAITING, ids=[way.name for way in WAITING])
def test_it_waits_for_a_second_in_a_session_of_their_own(two: Pair, way: Way) -> None:
    node = production(two.line.nodes[way.party])
    office = office_at(two, node)
    asked = question(way, way.says(two, node), waits=True)
    first, second = way.first, replace(way.seconds[-1], proof=PersonProof.SESSION_PASSKEY)
    before = books(node)
    told = answered(office, OPERATIONS[way.operation], first, asked)[WAITS]
    assert changed(before, books(node)) == {"waiting_acts", *LOG}
    assert (told["act"], told["person"], told["state"]) == (str(way.act), first.person, "waiting")
    # 1. nobody else confirms it
    before, name = books(node), told["id"]
    digest = told["digest"]

    def confirmed(by: Actor, digest: str = digest) -> Any:
        return calls(office, "acts.confirm", by, act=name, digest=digest)

    assert code(lambda: confirmed(first)) == "act.own"
    for other in way.others:
        assert code(lambda other=other: confirmed(other)) == "act.unknown"
        assert (
            code(lambda other=other: calls(office, "acts.show", other, act=name)) == "act.unknown"
        )
        assert calls(office, "acts.list", other)["waiting"] == []
    assert code(lambda: confirmed(Actor(second.person))) == "person.unproven"
    assert code(lambda: confirmed(second, "0" * 96)) == "act.other_content"
    assert books(node) == before
    # 2. everybody who may be the second sees exactly what is asked
    for one in way.seconds:
        (seen,) = calls(office, "acts.list", one)["waiting"]
        assert (seen["says"], seen["yours"]) == (dict(asked.says), True)
    # 3. one of them confirms, and it is done once, in the name of both
    done = confirmed(second)
    assert (done["act"]["state"], done["act"]["by"]) == ("done", second.person)
    assert changed(before, books(node)) > {"waiting_acts", *LOG} or way.operation in LOGGED
    whole = [first.person, "token", second.person, "session.passkey"]
    of_both = told_in(node, whole)
    assert "act.confirmed" in of_both
    assert len(of_both) > 1, of_both
    assert code(lambda: confirmed(second)) == "life.no_such_step"


LOGGED = ("people.warn", "agreements.sign")
"""What changes nothing but the log."""
LOG = {"entry_refs", "log", "log_entry"}


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """The tables that hold something else."""
    return {name for name in after if before.get(name) != after[name]}


def told_in(node: Node, people: list[Any]) -> list[str]:
    """The kinds of entries that name these two and how they were proven."""
    with node.store.reading() as tx:
        log = node.internal
        every = [entries.read(log.entry(tx, at)) for at in range(log.size(tx))]
    names = ("actor", "proof", "second", "second_proof")
    return [one.kind for one in every if [one.fields.get(name) for name in names] == people]


def test_a_file_does_not_wait_and_the_first_is_told(two: Pair) -> None:
    import io

    node = production(two.jpn)
    office = NodeOffice(node=node, deliver=lambda _: ())
    asked = OfficeQuestion(
        says={"fingerprint": "ab"},
        stated=frozenset({"fingerprint"}),
        file=io.BytesIO(b"{}"),
        waits=True,
    )
    before = books(node)
    operation = OPERATIONS["partners.enrol"]
    by = proven("t.security-officer")
    assert code(lambda: answered(office, operation, by, asked)) == "act.cannot_wait"
    assert books(node) == before
