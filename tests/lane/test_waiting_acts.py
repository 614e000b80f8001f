"""What waits for a second person is what was asked, for a day, by somebody who still may: nobody
changes it, and whatever is refused when it is confirmed leaves it waiting and nothing else.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from sealane.base.errors import SealaneError
from sealane.office.operation import NodeOffice, OfficeQuestion
from sealane.office.table import OPERATIONS
from sealane.office.waiting_acts import WAITS, answered
from sealane.registry.records import Duty
from sealane.registry.waiting_act_life import HOURS
from sealane.services.home import desk
from sealane.services.node import Node
from sealane.services.register import directory, leaving
from sealane.services.register.acts import OPERATOR, Actor
from sealane.services.two_people import answering, asking
from tests import engines, nations
from tests.lane.test_bound_directory import found as altered_rows
from tests.lane.within import Typed, changed, typing
from tests.nations import Pair
from tests.two_people_world import NOBODY, READER, production, proven, world
from tests.who_may_world import books, record_of

OFFICER, SIGNER, AUDITOR = (
    proven(f"t.{one}") for one in ("security-officer", "second-signer", "auditor")
)
CHANGE = {"person": READER, "post": "Desk"}


@pytest.fixture
def node(pair: Pair) -> Node:
    return production(world(pair).jpn)


def call(
    node: Node,
    name: str,
    by: Actor,
    *,
    waits: bool = False,
    match: str | None = None,
    **says: Any,
) -> dict[str, Any]:
    from sealane.office import stated

    operation = OPERATIONS[name]
    asked = OfficeQuestion(
        says=stated.read(operation, says), stated=frozenset(says), match=match, waits=waits
    )
    return answered(NodeOffice(node=node, deliver=lambda _: ()), operation, by, asked)


def asked(node: Node, name: str = "people.change", **says: Any) -> dict[str, Any]:
    told: dict[str, Any] = call(node, name, OFFICER, waits=True, **(says or CHANGE))[WAITS]
    return told


def confirmed(node: Node, told: dict[str, Any], by: Actor = SIGNER) -> Any:
    return call(node, "acts.confirm", by, act=told["id"], digest=told["digest"])


def code(do: Any) -> str | None:
    try:
        do()
    except SealaneError as error:
        return error.code
    return None


def state(node: Node, told: dict[str, Any], by: Actor = OFFICER) -> Any:
    return call(node, "acts.show", by, act=told["id"])["state"]


def post(node: Node) -> Any:
    with node.store.reading() as tx:
        return node.person(tx, READER)["post"]


def kinds(node: Node, person: str) -> list[tuple[str, str | None]]:
    """What waits at home, and what it is about."""
    with node.store.reading() as tx:
        rows, _ = desk.waiting(node, tx, node.person(tx, person))
    return [(row.kind, row.about) for row in rows if row.kind.startswith("act")]


def test_it_stands_on_the_home_of_whoever_may_be_the_second_and_of_nobody_else(
    node: Node,
) -> None:
    told = asked(node)
    for duty in ("second-signer", "auditor"):
        assert kinds(node, f"t.{duty}") == [("act", told["id"])]
    for person in (OFFICER.person, NOBODY, "t.registry-clerk", "t.operator"):
        assert kinds(node, str(person)) == []
    mine = call(node, "acts.list", OFFICER)
    assert [one["id"] for one in mine["own"]] == [told["id"]]
    assert (mine["waiting"], mine["ended"]) == ([], [])
    confirmed(node, told)
    assert kinds(node, "t.second-signer") == kinds(node, "t.auditor") == []
    assert kinds(node, str(OFFICER.person)) == [("act-done", told["id"])]
    assert post(node) == "Desk"


def test_the_same_question_waits_once_and_nobody_fills_the_house_with_them(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = asked(node)
    before = books(node)
    assert asked(node)["id"] == told["id"]
    assert books(node) == before
    assert asked(node, person=READER, post="Other")["id"] != told["id"]
    monkeypatch.setattr(asking, "OPEN_MOST", 2)
    assert code(lambda: asked(node, person=READER, post="Third")) == "act.too_many"
    assert asked(node)["id"] == told["id"]


def test_it_lapses_after_a_day_and_is_confirmed_by_nobody_then(pair: Pair, node: Node) -> None:
    told = asked(node)
    pair.clock.pass_(HOURS * 3600 - 60)
    assert state(node, told) == "waiting"
    pair.clock.pass_(120)
    before = books(node)
    assert code(lambda: confirmed(node, told)) == "life.no_such_step"
    assert code(lambda: call(node, "acts.take-back", OFFICER, act=told["id"])) == (
        "life.no_such_step"
    )
    assert (state(node, told), call(node, "acts.list", SIGNER)["waiting"]) == ("lapsed", [])
    assert kinds(node, str(OFFICER.person)) == [("act-lapsed", told["id"])]
    assert (books(node), post(node)) == (before, "t.reader")
    # asked again, it is another act
    assert asked(node)["id"] != told["id"]


def test_the_second_declines_and_says_why(node: Node) -> None:
    told = asked(node)
    for blank in ("", "  ", "x" * 501):
        with pytest.raises(SealaneError, match=r"act\.reason"):
            answering.decline(node, told["id"], by=AUDITOR, reason=blank)
    no = call(node, "acts.decline", AUDITOR, act=told["id"], reason="which desk?")
    assert (no["state"], no["by"], no["reason"]) == ("declined", AUDITOR.person, "which desk?")
    assert code(lambda: confirmed(node, told)) == "life.no_such_step"
    assert (post(node), kinds(node, str(OFFICER.person))) == (
        "t.reader",
        [("act-declined", told["id"])],
    )
    # who declined may read it on
    assert state(node, told, AUDITOR) == "declined"


def test_the_first_takes_it_back_and_nobody_else_does(node: Node) -> None:
    told = asked(node)
    for other in (SIGNER, proven(NOBODY)):
        assert code(lambda by=other: call(node, "acts.take-back", by, act=told["id"])) == (
            "act.unknown"
        )
    assert call(node, "acts.take-back", OFFICER, act=told["id"])["state"] == "taken-back"
    assert code(lambda: confirmed(node, told)) == "life.no_such_step"
    assert kinds(node, str(OFFICER.person)) == []


def test_it_is_judged_anew_by_the_version_that_it_was_decided_on(pair: Pair, node: Node) -> None:
    version = OPERATIONS["people.show"].version
    assert version is not None
    seen = version(call(node, "people.show", OFFICER, person=READER))
    told = call(node, "people.change", OFFICER, waits=True, match=seen, **CHANGE)[WAITS]
    changed(pair.jpn, READER, post="Other")
    before = books(node)
    assert code(lambda: confirmed(node, told)) == "edit.stale"
    assert (books(node), state(node, told), post(node)) == (before, "waiting", "Other")
    changed(pair.jpn, READER, post="t.reader")
    confirmed(node, told)
    assert post(node) == "Desk"


@pytest.mark.parametrize("what", ["duty", "gone"])
def test_it_is_judged_anew_by_what_the_first_person_still_may(
    pair: Pair, node: Node, what: str
) -> None:
    told = asked(node)
    person = str(OFFICER.person)
    if what == "duty":
        directory.enter(pair.jpn, record_of(pair.jpn, person, {Duty.READER}))
    else:
        leaving.leave(pair.jpn, person)
    before = books(node)
    wanted = {"duty": "person.duty", "gone": "person.left"}[what]
    assert code(lambda: confirmed(node, told)) == wanted
    assert (books(node), post(node)) == (before, "t.reader")


def test_who_loses_the_duty_meanwhile_is_no_second(pair: Pair, node: Node) -> None:
    told = asked(node)
    directory.enter(pair.jpn, record_of(pair.jpn, str(SIGNER.person), {Duty.READER}))
    assert code(lambda: confirmed(node, told)) == "act.unknown"
    assert code(lambda: call(node, "acts.show", SIGNER, act=told["id"])) == "act.unknown"


def says_of(told: dict[str, Any], **members: Any) -> str:
    return json.dumps({**told["says"], **members})


FORGERIES = {
    "what is asked": lambda told: ("says", says_of(told, post="Minister")),
    "whose act it is": lambda told: ("person", "t.auditor"),
    "how that was proven": lambda _: ("proof", "token.of.another"),
    "who may be the second": lambda _: ("duties", '["registry-clerk"]'),
    "what does it": lambda _: ("operation", "people.return"),
    "the version": lambda _: ("version", "other"),
    "the sentence": lambda _: ("summary", '{"en": "nothing", "ja": "無"}'),
    "its end": lambda _: ("until", "2040-01-01T00:00:00Z"),
    "its digest": lambda _: ("digest", "0" * 96),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_what_somebody_changed_by_hand_is_confirmed_by_nobody_and_found(
    pair: Pair, node: Node, what: str
) -> None:
    told = asked(node)
    column, value = FORGERIES[what](told)
    with node.store.writing() as tx:
        engines.by_hand(tx, f"UPDATE waiting_acts SET {column} = ?", value)
    clerk = proven("t.registry-clerk")
    assert {code(lambda by=by: confirmed(node, told, by)) for by in (SIGNER, clerk)} == {
        "directory.altered"
    }
    for by in (SIGNER, clerk, OFFICER):
        here = call(node, "acts.list", by)
        assert here == {"waiting": [], "own": [], "ended": []}
    assert ("directory.altered", told["id"]) in altered_rows(pair.jpn)
    assert post(node) == "t.reader"


def test_what_is_over_is_not_brought_back_by_hand(node: Node) -> None:
    told = asked(node)
    call(node, "acts.decline", SIGNER, act=told["id"], reason="no")
    with node.store.writing() as tx:
        engines.by_hand(
            tx,
            'UPDATE waiting_acts SET state = ?, "by" = NULL, by_proof = NULL, at = NULL,'
            " reason = NULL",
            "waiting",
        )
    assert code(lambda: confirmed(node, told)) == "directory.altered"
    assert call(node, "acts.list", AUDITOR)["waiting"] == []


def test_of_two_who_confirm_at_once_one_does_it(node: Node) -> None:
    told, done = asked(node), []

    def run(within: Node, two: Actor, row: Any) -> dict[str, Any]:
        if not done:
            done.append(confirmed(node, told, AUDITOR))
        return call(within, row.operation, two, **CHANGE)

    with pytest.raises(SealaneError, match=r"life\.no_such_step"):
        answering.confirm(node, told["id"], by=SIGNER, digest=told["digest"], run=run)
    entered = [one for one in history(node) if one == "person.changed"]
    assert len(entered) == 1
    assert call(node, "acts.show", OFFICER, act=told["id"])["by"] == AUDITOR.person


def history(node: Node) -> list[str]:
    with node.store.reading() as tx:
        refs = node.records.entry_refs.find(tx, order="index", limit=10_000)
    last = max((ref.index for ref in refs if ref.kind == "act.waits"), default=0)
    return [ref.kind for ref in refs if ref.index > last]


def test_what_fails_midway_was_not_confirmed_either(node: Node) -> None:
    told = asked(node)
    before = books(node)

    def run(within: Node, _: Actor, __: Any) -> dict[str, Any]:
        with within.store.writing():
            raise KeyError("the power")

    with pytest.raises(KeyError):
        answering.confirm(node, told["id"], by=SIGNER, digest=told["digest"], run=run)
    assert (books(node), state(node, told)) == (before, "waiting")


def test_what_takes_nobody_else_is_done_at_once_and_a_nameless_operator_waits_for_nobody(
    pair: Pair,
) -> None:
    embedded = world(pair).jpn
    told = call(embedded, "people.change", OFFICER, waits=True, **CHANGE)
    assert (WAITS in told, post(embedded)) == (False, "Desk")
    item = nations.share(pair)
    lower = {**nations.LABEL, "classification": "PROTECTED"}
    pair.settle(1)
    assert code(
        lambda: call(
            pair.aus, "items.relabel", OPERATOR, waits=True, item=item, label=lower, reason="r"
        )
    ) == ("usage.person")


def test_by_the_command_line_it_is_asked_shown_confirmed_declined_and_taken_back(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed: Typed = typing(world(pair), monkeypatch)
    item = nations.share(pair)
    pair.settle(1)
    label = pair.root / "label.json"
    label.write_text(json.dumps({**nations.LABEL, "classification": "PROTECTED"}))
    first, second = "t.release-officer", "t.second-signer"

    def ask(reason: str) -> Any:
        words = ("item", "relabel", item, "--label", str(label), "--reason", reason, "--wait")
        status, told = typed("AUS", *words, person=first)
        pair.clock.pass_(1)
        assert status == 0, told
        return told["waits"]

    one, two, three = (ask(reason) for reason in ("a", "b", "c"))
    status, listed = typed("AUS", "act", "list", person=second)
    assert [each["id"] for each in listed["waiting"]] == [one["id"], two["id"], three["id"]]
    _, text = typed("AUS", "act", "show", one["id"], person=second, text=True)
    assert f"--digest {one['digest']}" in text
    assert "PROTECTED" in text
    _, no = typed("AUS", "act", "decline", two["id"], "--reason", "too early", person=second)
    assert no["state"] == "declined"
    _, back = typed("AUS", "act", "take-back", three["id"], person=first)
    assert back["state"] == "taken-back"
    status, told = typed("AUS", "act", "confirm", one["id"], "--digest", "0" * 96, person=second)
    assert (status, told["error"]["code"]) == (1, "act.other_content")
    status, told = typed(
        "AUS", "act", "confirm", one["id"], "--digest", one["digest"], person=second
    )
    assert (status, told["act"]["state"]) == (0, "done")
    with pair.aus.store.reading() as tx:
        assert pair.aus.item(tx, item).label["classification"] == "PROTECTED"
