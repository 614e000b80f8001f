"""The item's page where an item goes onward: the form of who holds it, its card when the agreements
refuse, and what each nation's page shows afterwards; and the same act at the API.

Spec: docs/console.md §The item; spec/onward.md.
"""

from __future__ import annotations

from typing import Any

import pytest

from sealane.services.register import accounts
from tests.lane import passing_on
from tests.nations_three import TRILATERAL, Three
from tests.web.visiting import PASSPHRASE, Console

WAY = f"{TRILATERAL} USA"
BESIDE = {"second": "jpn.second", "second_passphrase": PASSPHRASE}


@pytest.fixture
def held(three: Three) -> tuple[Three, str]:
    """An item that Japan accepted, and its release officer with a second signer."""
    passing_on.staffed(three)
    for node, people in (
        (three.jpn, ("jpn.release", "jpn.second")),
        (three.usa, ("usa.clerk", "usa.security")),
    ):
        for person in people:
            accounts.set_passphrase(node, person, PASSPHRASE)
    return three, passing_on.given(three)


def test_a_release_officer_passes_an_item_on_from_its_page(held: tuple[Three, str]) -> None:
    three, item = held
    passing_on.granted(three, item)
    page = f"/items/{item}"
    officer = Console(three, "JPN").visitor("jpn.release")
    form = officer.get(page)
    assert f'<option value="{WAY}">United States' in form.text
    done = officer.send(form, f"{page}/onward", way=WAY, purpose="", **BESIDE)
    assert "Passed on and recorded. The provider is told." in done.text
    assert "Japan → United States: " in done.text
    three.settle(2)
    assert f'action="{page}/onward"' not in officer.get(page).text
    there = Console(three, "USA").visitor("usa.clerk").get(page)
    assert "Passed on by" in there.text
    assert f'action="{page}/onward"' not in there.text
    provider = Console(three, "AUS").visitor("aus.auditor")
    shown = provider.get(page)
    assert "Japan → United States: " in shown.text
    assert "Passed on to a third party, its provider told" in shown.text
    ja = Console(three, "JPN").visitor("jpn.release", lang="ja").get(page)
    assert "第三国への提供" in ja.text


def test_what_the_agreements_refuse_leads_to_its_card_and_nothing_is_sent(
    held: tuple[Three, str],
) -> None:
    three, item = held
    page = f"/items/{item}"
    officer = Console(three, "JPN").visitor("jpn.release")
    refused = officer.send(page, f"{page}/onward", way=WAY, purpose="assessment", **BESIDE)
    assert (refused.status_code, "6.1" in refused.text) == (403, True)
    passing_on.granted(three, item)
    alone = officer.send(page, f"{page}/onward", way=WAY, purpose="")
    assert (alone.status_code, "3.8" in alone.text) == (403, True)
    wrong = {**BESIDE, "second_passphrase": "not the one"}
    denied = officer.send(page, f"{page}/onward", way=WAY, purpose="", **wrong)
    assert (denied.status_code, "login.denied" in denied.text) == (403, True)
    with three.jpn.store.reading() as tx:
        assert three.jpn.records.onwards.find(tx, order="to") == []


def test_nobody_else_is_offered_the_form(held: tuple[Three, str]) -> None:
    three, item = held
    page = f"/items/{item}"
    for person in ("jpn.clerk", "jpn.auditor"):
        shown = Console(three, "JPN").visitor(person).get(page)
        assert f'action="{page}/onward"' not in shown.text
    assert (
        f'action="{page}/onward"' not in Console(three, "AUS").visitor("aus.release").get(page).text
    )


def test_the_api_passes_an_item_on_once(held: tuple[Three, str]) -> None:
    three, item = held
    passing_on.granted(three, item)
    console = Console(three, "JPN")
    known = accounts.Accounts(console.node, console.site.secret)
    tokens = {person: known.token(person, 1) for person in ("jpn.release", "jpn.second")}

    def post(**body: Any) -> Any:
        headers = {
            "Authorization": f"Bearer {tokens['jpn.release']}",
            "Second-Authorization": f"Bearer {tokens['jpn.second']}",
        }
        client = console.visitor().client
        return client.post(f"/api/v1/items/{item}/onward", json=body, headers=headers)

    asked = {"to": "USA", "agreement": TRILATERAL, "second": "jpn.second"}
    first = post(**asked)
    assert first.status_code == 200, first.text
    told = first.json()
    assert (told["item"], told["to"], told["earlier"]) == (item, "USA", False)
    again = post(**asked)
    assert (again.status_code, again.json()["earlier"]) == (200, True)
    none = post(to="USA", second="jpn.second")
    assert none.json()["earlier"] is True
