"""While the store does not answer, every door says that it is unavailable: no path of any of them
meets a fault without words.
"""

from contextlib import contextmanager
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sealane.adapters.sql import STORE_UNAVAILABLE
from sealane.services.register import accounts
from sealane.services.statements.refusal_limits import Crowd
from sealane.wiring import doors
from tests import nations
from tests.web.visiting import HOME, PASSPHRASE

NAMES = {"item": "AUS-2026-000001", "name": nations.AGREEMENT, "path": "checkpoint"}


class Failing:
    """A store whose server went away."""

    def __init__(self, store):
        self._store, self.away = store, False

    @contextmanager
    def _step(self, name):
        if self.away:
            raise STORE_UNAVAILABLE(why="the server closed the connection")
        with getattr(self._store, name)() as tx:
            yield tx

    def reading(self):
        return self._step("reading")

    def writing(self):
        return self._step("writing")

    def hinting(self):
        return self._step("hinting")

    def let_go(self):
        return self._store.let_go()


def paths(routes):
    """Every path with every method, its words filled in."""
    for route in routes:
        path = route.path
        for name in route.param_convertors:
            for form in (f"{{{name}}}", f"{{{name}:path}}"):
                path = path.replace(form, NAMES.get(name, "x"))
        for method in sorted((route.methods or {"GET", "POST"}) - {"HEAD", "OPTIONS"}):
            yield method, path


@pytest.fixture
def site(pair):
    found = pair.sites["AUS"]
    accounts.set_passphrase(found.node, "aus.auditor", PASSPHRASE)
    store = Failing(found.node.store)

    def board(name):
        with store.reading():
            return found.board(name)

    return replace(found, node=replace(found.node, store=store), board=board), store


def answered(routes, store, token=None):
    word = {"Authorization": f"Bearer {token}"} if token else {}
    app = Starlette(routes=routes)
    store.away = True
    with TestClient(app, base_url=HOME, headers=word, raise_server_exceptions=False) as client:
        for method, path in paths(routes):
            found = client.request(method, path, follow_redirects=False)
            yield method, path, found.status_code, found.text[:200]


def test_no_door_of_this_machine_meets_a_fault_without_words(site):
    found, store = site
    token = accounts.Accounts(found.node, found.secret).token("aus.auditor", 1)
    told = list(answered(doors.behind_sign_in(found, Crowd()), store, token))
    assert [one for one in told if one[2] >= 500 and one[2] != 503] == []
    assert {one[1] for one in told if one[2] == 503} >= {"/", "/sign-in", "/api/v1/items"}
    assert "/healthz" in {one[1] for one in told if one[2] == 200}


@pytest.mark.parametrize(("lang", "words"), [("en", "does not answer"), ("ja", "応答しません")])
def test_the_console_tells_people_what_is_wrong_while_the_store_is_away(site, lang, words):
    found, store = site
    app = Starlette(routes=doors.behind_sign_in(found, Crowd()))
    with TestClient(app, base_url=HOME, headers={"Origin": HOME}) as client:
        told = {"person": "aus.auditor", "passphrase": PASSPHRASE}
        assert client.post("/sign-in", data=told, follow_redirects=False).status_code == 303
        store.away = True
        page = client.get("/", params={"lang": lang}, follow_redirects=False)
        assert (page.status_code, words in page.text) == (503, True)
        assert STORE_UNAVAILABLE.code in page.text
        store.away = False
        assert client.get("/", follow_redirects=False).status_code == 200


def test_no_path_of_the_partners_door_meets_a_fault_without_words(site):
    found, store = site
    told = list(answered(doors.for_partners(found), store))
    assert [one for one in told if one[2] >= 500 and one[2] != 503] == []
    assert {one[1] for one in told if one[2] == 503} >= {f"/ledger/{nations.AGREEMENT}/checkpoint"}
