"""Home: what waits for a person by duty, the earliest due first, found wherever it stands in the
register, and the same over the API and at the console.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from sealane.base.values import DAY, Instant
from sealane.registry.records import Duty
from sealane.services.exchange import arrival, outbox, recall
from sealane.services.home.kinds import KINDS, HomeAsked
from sealane.services.register import accounts
from sealane.services.register.acts import Actor
from tests import nations
from tests.nations import Pair
from tests.web.visiting import HOME, TEXT, Console


def home(console: Console, person: str, **query: Any) -> Any:
    client = TestClient(console.app, base_url=HOME)
    token = accounts.Accounts(console.node, console.site.secret).token(person, 1)
    client.headers["authorization"] = f"Bearer {token}"
    answer = client.get("/api/v1/home", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def waits(console: Console, person: str) -> list[tuple[str, str | None]]:
    return [(one["kind"], one["item"]) for one in home(console, person)["waiting"]]


def test_an_arrival_waits_for_the_clerk_alone_however_much_is_newer(
    pair: Pair, tokyo: Console
) -> None:
    first = nations.share(pair, TEXT, title="the first")
    for number in range(12):
        newer = nations.share(pair, TEXT, reference=f"newer-{number}")
        arrival.accept(pair.jpn, newer, Actor("jpn.clerk"))
    pair.settle()
    assert waits(tokyo, "jpn.clerk") == [("accept", first)]
    page = tokyo.visitor("jpn.clerk").get("/")
    assert re.search(rf'href="/items/{first}"><b>Arrived: check and accept</b>', page.text)
    assert "accept" not in home(tokyo, "jpn.sato")["counts"]


def test_what_is_due_first_stands_first_and_what_is_over_says_so(
    pair: Pair, tokyo: Console, canberra: Console
) -> None:
    ends = nations.share(pair, TEXT, until=Instant(pair.aus.host.now() + DAY))
    arrival.accept(pair.jpn, ends, Actor("jpn.clerk"))
    later = nations.share(pair, TEXT, reference="later")
    pair.settle()
    pair.clock.pass_(2 * 86_400)
    told = home(tokyo, "jpn.clerk")
    assert [(one["kind"], one["item"], one["overdue"]) for one in told["waiting"]] == [
        ("return-or-destroy-here", ends, True),
        ("accept", later, False),
    ]
    assert told["counts"] == {"accept": 1, "return-or-destroy-here": 1}
    page = tokyo.visitor("jpn.clerk").get("/").text
    assert page.index(f'"/items/{ends}#copies"') < page.index(f'"/items/{later}"')
    assert "1 overdue" in page
    assert ("receipt", later) in waits(canberra, "aus.release")
    assert ("return-or-destroy-there", ends) in waits(canberra, "aus.release")


def test_an_unanswered_recall_waits_for_who_may_call_back_until_it_is_answered(
    pair: Pair, canberra: Console
) -> None:
    item = nations.share(pair, TEXT)
    pair.line.down.add("JPN")
    recall.recall(pair.aus, item, reason="superseded", person="aus.release")
    outbox.deliver_due(pair.aus)
    assert waits(canberra, "aus.release") == [("recall-there", item)]
    pair.line.down.clear()
    pair.settle()
    assert waits(canberra, "aus.release") == []


def test_only_so_many_are_shown_and_all_are_counted(pair: Pair, tokyo: Console) -> None:
    names = [nations.share(pair, TEXT, reference=f"r-{number}") for number in range(4)]
    told = home(tokyo, "jpn.clerk", limit=2)
    assert [one["item"] for one in told["waiting"]] == names[:2]
    assert (told["counts"]["accept"], told["total"]) == (4, 4)


def test_one_kind_alone_is_shown_where_it_is_asked_for(pair: Pair, tokyo: Console) -> None:
    nations.share(pair, TEXT)
    assert home(tokyo, "jpn.clerk", kind="remark-here")["waiting"] == []
    assert home(tokyo, "jpn.clerk", kind="remark-here")["counts"] == {"accept": 1}


def test_nothing_waiting_says_what_comes_and_where_to_look(canberra: Console) -> None:
    assert waits(canberra, "aus.auditor") == []
    page = canberra.visitor("aus.auditor").get("/").text
    assert "Nothing waits for you." in page
    assert "Look into the register meanwhile." in page


@pytest.mark.parametrize("kind", KINDS, ids=lambda one: str(one.name))
def test_every_kind_is_for_duties_that_exist_and_is_found_without_fault(
    pair: Pair, kind: Any
) -> None:
    assert kind.duties is None or kind.duties <= set(Duty)
    nations.share(pair, TEXT)
    with pair.jpn.store.reading() as tx:
        person = pair.jpn.person(tx, "jpn.security")
        found = kind.find(HomeAsked(pair.jpn, tx, person, 10))
    assert found.count >= len(found.rows) >= 0
