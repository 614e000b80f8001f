"""What is made to go wrong in an exercise: each inject is the act that would follow if it were so,
stands in the ledger, and is no real node's. Spec: spec/exercise.md §4.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from sealane.http import wall
from sealane.ledger import entries
from sealane.protocol.client_certificate import CERTIFICATE
from sealane.services.dialogue import seeing
from sealane.services.exercise import injecting, lines
from sealane.services.packs import exporting, importing
from sealane.services.register import accounts
from sealane.services.register.acts import OPERATOR, Actor
from sealane.wiring.cards import address
from tests import engines
from tests.lane import drill as drills
from tests.lane.drill import Drill
from tests.lane.made import code_of
from tests.lane.test_bound_directory import found as altered_rows
from tests.nations import Pair
from tests.web.visiting import PASSPHRASE, Console

OFFICER = Actor("zzb.security")


def written(node: Any, kind: str) -> list[dict[str, Any]]:
    """The entries of a kind in a node's internal log."""
    with node.store.reading() as tx:
        log = node.internal
        found = [entries.read(log.entry(tx, at)) for at in range(log.size(tx))]
    return [one.fields for one in found if one.kind == kind]


def test_a_leak_opens_an_incident_with_its_reach_which_the_provider_hears_of(drill: Drill) -> None:
    item = drills.accepted(drill)
    assert drills.read(drill, item) == b"tide"
    told = injecting.leak(drill.zzb, item, text="found on a bench", by=OFFICER)
    drill.settle()
    case = seeing.show(drill.zzb, told["case"], person="zzb.security")
    assert case["kind"] == "incident"
    assert case["form"]["text"].startswith("EXERCISE EXERCISE EXERCISE")
    assert case["form"]["text"].endswith("found on a bench")
    assert case["own"]["reach"]["people"] == ["zzb.reader"]
    assert case["own"]["reach"]["items"] == [item]
    there = seeing.show(drill.zza, told["case"], person="zza.security")
    assert (there["digest"], there["items"]) == (case["digest"], [item])
    (entry,) = written(drill.zzb, "exercise.injected")
    assert (entry["type"], entry["object"], entry["actor"]) == ("leak", item, "zzb.security")
    assert injecting.listed(drill.zzb, by=OFFICER)["injects"] == [told]


def test_what_this_nation_gave_itself_leaks_at_its_recipient(drill: Drill) -> None:
    item = drills.accepted(drill)
    officer = Actor("zza.security")
    assert code_of(lambda: injecting.leak(drill.zza, item, text="t", by=officer)) == (
        "item.not_yours"
    )


def test_a_clearance_that_lapses_shuts_what_it_opened(drill: Drill) -> None:
    item = drills.accepted(drill)
    assert drills.read(drill, item) == b"tide"
    injecting.lapse(drill.zzb, "zzb.reader", by=OFFICER)
    assert code_of(lambda: drills.read(drill, item)) == "decision.refused"
    assert code_of(lambda: injecting.lapse(drill.zzb, "zzb.reader", by=OFFICER)) == (
        "exercise.no_clearance"
    )
    (entry,) = written(drill.zzb, "exercise.injected")
    assert (entry["type"], entry["people"]) == ("lapse", ["zzb.reader"])


def asked_by_address(drill: Drill) -> None:
    """The test's own line asks for the partner's address first, as the real one does."""
    say, offer = drill.line.say, drill.line.offer
    site = drill.sites["ZZA"]

    def said(to: str, statement: bytes) -> bytes:
        if to == "ZZB":
            address(site.node, site.keys, to)
        return say(to, statement)

    def offered(to: str, statement: bytes, container: Any) -> bytes:
        address(site.node, site.keys, to)
        return offer(to, statement, container)

    drill.line.say, drill.line.offer = said, offered  # type: ignore[method-assign]


def given(drill: Drill, item: str) -> str:
    with drill.zza.store.reading() as tx:
        (transfer,) = drill.zza.holding(tx, item).transfers
    return str(transfer.state)


def test_over_a_lost_line_nothing_goes_out_until_it_is_restored_but_by_hand(drill: Drill) -> None:
    officer = Actor("zza.security")
    drills.accepted(drill)  # after which an assurance stands
    asked_by_address(drill)
    injecting.cut(drill.zza, "ZZB", by=officer)
    assert code_of(lambda: injecting.cut(drill.zza, "ZZB", by=officer)) == "exercise.lost_already"
    first = drills.share(drill, reference="1")
    assert given(drill, first) == "queued"
    pack = io.BytesIO()
    exporting.export(drill.zza, "ZZB", OPERATOR, pack)
    taken = importing.load(drill.zzb, io.BytesIO(pack.getvalue()), OPERATOR).as_json()
    assert "offer" in [one["type"] for one in taken["taken"]]
    second = drills.share(drill, reference="2")
    drill.settle()
    assert given(drill, second) == "queued"
    injecting.restore(drill.zza, "ZZB", by=officer)
    assert code_of(lambda: injecting.restore(drill.zza, "ZZB", by=officer)) == (
        "exercise.line_stands"
    )
    drill.settle()
    assert (given(drill, first), given(drill, second)) == ("delivered", "delivered")
    (entry,) = written(drill.zza, "exercise.injected")
    (after,) = written(drill.zza, "exercise.restored")
    assert (entry["party"], after["party"]) == ("ZZB", "ZZB")


def test_over_a_lost_line_nothing_comes_in(drill: Drill) -> None:
    injecting.cut(drill.zzb, "ZZA", by=OFFICER)

    def require_line(party: str) -> None:
        with drill.zzb.store.reading() as tx:
            lines.require_standing(drill.zzb, tx, party)

    inner = Starlette(routes=[Route("/peer/v1/statements", lambda _: PlainTextResponse("heard"))])
    door = wall.Wall(inner, lambda: {b"a": "ZZA", b"c": "ZZC"}, require_line=require_line)
    assert (called(door, b"a"), called(door, b"c")) == (503, 200)
    injecting.restore(drill.zzb, "ZZA", by=OFFICER)
    assert called(door, b"a") == 200


def called(door: Any, certificate: bytes) -> int:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope.setdefault("state", {})[CERTIFICATE] = certificate
        await door(scope, receive, send)

    return TestClient(app).get("/peer/v1/statements").status_code


def test_a_real_node_knows_no_injects(pair: Pair) -> None:
    officer = Actor("jpn.security")
    acts: list[Callable[[], Any]] = [
        lambda: injecting.leak(pair.jpn, "AUS-2026-000001", text="t", by=officer),
        lambda: injecting.lapse(pair.jpn, "jpn.sato", by=officer),
        lambda: injecting.cut(pair.jpn, "AUS", by=officer),
        lambda: injecting.restore(pair.jpn, "AUS", by=officer),
        lambda: injecting.listed(pair.jpn, by=officer),
    ]
    assert {code_of(act) for act in acts} == {"exercise.real_node"}
    assert {code_of(lambda: injecting.lapse(pair.jpn, "jpn.sato", by=Actor("jpn.sato")))} == {
        "person.duty"
    }
    with pair.jpn.store.writing() as tx:
        engines.by_hand(
            tx,
            'INSERT INTO injects (id, kind, about, since, "by") VALUES'
            " ('X-1', 'line', 'AUS', '2026-01-01T00:00:00Z', 'x')",
        )
    with pair.jpn.store.reading() as tx:
        assert lines.lost(pair.jpn, tx, "AUS") is None


@pytest.mark.parametrize(
    "text",
    ["UPDATE injects SET about = 'ZZC'", "UPDATE injects SET ended = '2026-12-01T00:00:00Z'"],
)
def test_an_inject_that_was_changed_by_hand_is_found(drill: Drill, text: str) -> None:
    injecting.cut(drill.zzb, "ZZA", by=OFFICER)
    assert altered_rows(drill.zzb) == []
    with drill.zzb.store.writing() as tx:
        engines.by_hand(tx, text)
    assert {kind for kind, _ in altered_rows(drill.zzb)} == {"directory.altered"}
    assert injecting.listed(drill.zzb, by=OFFICER)["injects"] == []


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_console_puts_each_in_and_says_everywhere_that_it_is_an_exercise(
    drill: Drill, lang: str
) -> None:
    item = drills.accepted(drill)
    accounts.set_passphrase(drill.zzb, "zzb.security", PASSPHRASE)
    visitor = Console(drill, "ZZB").visitor(lang=lang)
    door = visitor.get("/sign-in")
    visitor.sign_in("zzb.security")
    visitor.send("/exercise", "/exercise/leak", item=item, text="found on a bench")
    visitor.send("/exercise", "/exercise/lapse", person="zzb.reader")
    visitor.send("/exercise", "/exercise/cut", party="ZZA")
    page = visitor.get("/exercise").text
    kinds = [one["kind"] for one in injecting.listed(drill.zzb, by=OFFICER)["injects"]]
    assert kinds == ["line", "lapse", "leak"]
    assert "/exercise/restore" in page
    visitor.send("/exercise", "/exercise/restore", party="ZZA")
    for path in ("/", "/exercise", "/register", "/cases", f"/items/{item}", "/account", "/none"):
        shown = visitor.get(path).text
        assert shown.count('class="exercise"') == 2, path
        assert shown.index("EXERCISE EXERCISE EXERCISE") < shown.index("<main")
        assert "訓練 訓練 訓練" in shown
    assert door.text.count('class="exercise"') == 2


def test_no_page_of_a_real_node_says_that_it_is_an_exercise(pair: Pair) -> None:
    accounts.set_passphrase(pair.jpn, "jpn.security", PASSPHRASE)
    visitor = Console(pair, "JPN").visitor("jpn.security")
    for path in ("/", "/people", "/cases"):
        assert "EXERCISE" not in visitor.get(path).text
    assert visitor.get("/exercise").status_code == 403
