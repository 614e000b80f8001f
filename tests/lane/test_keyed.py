"""`Idempotency-Key`: on every POST the same key with the same question acts once and is answered
the same; generated from the table of operations.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from starlette.testclient import TestClient

from sealane.base.errors import SealaneError
from sealane.office.operation import Carries
from sealane.office.table import OPERATIONS
from sealane.registry.person_proof import PersonProof
from sealane.services.register import accounts, keyed
from sealane.services.register.acts import Actor
from tests import engines
from tests.nations import Pair, share
from tests.web.visiting import HOME, PASSPHRASE, Console

CLERK = Actor("jpn.clerk", PersonProof.TOKEN)
DIGEST = "0" * 96
KEY = {"idempotency-key": "k-1"}


def client(pair: Pair, party: str, person: str) -> TestClient:
    console = Console(pair, party)
    accounts.set_passphrase(console.node, person, PASSPHRASE)
    token = accounts.Accounts(console.node, console.site.secret).token(person, 1)
    return TestClient(console.app, base_url=HOME, headers={"authorization": f"Bearer {token}"})


def rows(pair: Pair) -> list[dict[str, Any]]:
    found = []
    for node in (pair.aus, pair.jpn):
        with node.store.reading() as tx:
            found.append({name: one for name, one in engines.rows(tx).items() if name != "calls"})
    return found


def test_the_same_call_again_changes_nothing_and_is_answered_the_same(pair: Pair) -> None:
    item = share(pair)
    clerk = client(pair, "JPN", "jpn.clerk")
    path = f"/api/v1/items/{item}/accept"
    first = clerk.post(path, headers=KEY)
    assert first.status_code == 200, first.text
    before = rows(pair)
    again = clerk.post(path, headers=KEY)
    assert (again.status_code, again.json()) == (200, first.json())
    assert rows(pair) == before
    plain = clerk.post(path)
    assert plain.status_code == 409
    assert plain.json()["code"] == "life.no_such_step"


def test_a_key_stands_for_one_question_of_one_person(pair: Pair) -> None:
    items = [share(pair, reference=name) for name in ("a", "b")]
    clerk = client(pair, "JPN", "jpn.clerk")
    assert clerk.post(f"/api/v1/items/{items[0]}/accept", headers=KEY).status_code == 200
    other = clerk.post(f"/api/v1/items/{items[1]}/accept", headers=KEY)
    assert (other.status_code, other.json()["code"]) == (409, "api.key_reused")
    body = {"reason": "another act"}
    reject = clerk.post(f"/api/v1/items/{items[0]}/reject", json=body, headers=KEY)
    assert reject.json()["code"] == "api.key_reused"
    officer = client(pair, "AUS", "aus.release")
    assert officer.post(f"/api/v1/items/{items[0]}/recall", json=body, headers=KEY).is_success


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 201])
def test_a_key_is_visible_ascii_on_every_post(pair: Pair, key: str) -> None:
    clerk, asked = client(pair, "JPN", "jpn.clerk"), 0
    for one in OPERATIONS.values():
        if one.method != "POST" or one.carries is not Carries.NOTHING or one.open_to_all:
            continue
        body = dict(one.example or {})
        headers = {"idempotency-key": key.encode("utf-8")}
        answer = clerk.post(
            one.path.format_map(defaultdict(lambda: "X")), json=body, headers=headers
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "api.key"), one.id
        asked += 1
    assert asked >= 7


def test_who_was_killed_after_acting_does_not_act_again(pair: Pair) -> None:
    class Killed(BaseException):
        """The process ends."""

    def acts_and_dies(node: Any, _: str) -> dict[str, Any]:
        with node.store.writing() as tx:
            node.records.serial(tx, "acted")
        raise Killed

    def acts(node: Any, _: str) -> dict[str, Any]:
        with node.store.writing() as tx:
            return {"number": node.records.serial(tx, "acted")}

    def code(do: Any, **how: Any) -> str:
        with pytest.raises(SealaneError) as refused:
            keyed.once(pair.jpn, CLERK, "k", DIGEST, do, **how)
        return refused.value.code

    with pytest.raises(Killed):
        keyed.once(pair.jpn, CLERK, "k", DIGEST, acts_and_dies)
    assert code(acts) == "api.key_acted"
    assert keyed.once(pair.jpn, CLERK, "k", DIGEST, acts, again=True) == {"number": 2}
    assert keyed.once(pair.jpn, CLERK, "k", DIGEST, acts) == {"number": 2}


def test_who_was_refused_may_ask_again_and_of_two_at_once_one_acts(pair: Pair) -> None:
    clerk = client(pair, "JPN", "jpn.clerk")
    nobody = clerk.post("/api/v1/items/none/accept", headers=KEY)
    assert nobody.json()["code"] == "item.unknown"
    assert clerk.post("/api/v1/items/none/accept", headers=KEY).json() == nobody.json()

    def overtaken(node: Any, _: str) -> dict[str, Any]:
        assert keyed.once(pair.jpn, CLERK, "two", DIGEST, lambda *_: {"by": "second"})
        with node.store.writing():
            raise AssertionError("it writes beside the other")

    with pytest.raises(SealaneError) as found:
        keyed.once(pair.jpn, CLERK, "two", DIGEST, overtaken)
    assert found.value.code == "api.key_taken"
    assert keyed.once(pair.jpn, CLERK, "two", DIGEST, overtaken) == {"by": "second"}
