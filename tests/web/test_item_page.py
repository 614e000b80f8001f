"""The item's page: every act on its copies by form, custody at a past instant, proofs behind ticks,
recall with its reach, what is made here, and forms that were overtaken.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from sealane.ledger.proofs import evidence
from sealane.ledger.proofs.proof import parse_proof
from sealane.registry.means import Means
from sealane.services.exchange import arrival, recall
from sealane.services.register import custody, directory
from sealane.services.register.accounts import Accounts
from sealane.services.register.acts import Actor
from sealane.services.register.sessions import Began
from tests import nations
from tests.nations import Pair
from tests.web.visiting import PASSPHRASE, TEXT, Console


def copies(node: Any, item: str) -> dict[tuple[str, int], tuple[str, str, str]]:
    with node.store.reading() as tx:
        found = custody.of_item(node, tx, item)["copies"]
    return {
        (one["nation"], one["number"]): (one["state"], one["place"], one["holder"]) for one in found
    }


@pytest.fixture
def held(pair: Pair, item: str) -> str:
    """An item that Japan accepted."""
    arrival.accept(pair.jpn, item, Actor("jpn.clerk"))
    pair.settle()
    return item


def test_a_copy_is_made_moved_and_destroyed_by_forms(pair: Pair, tokyo: Console, held: str) -> None:
    clerk, page = tokyo.visitor("jpn.clerk"), f"/items/{held}"
    made = clerk.send(page, f"{page}/copy", place="jpn.registry")
    assert "The copy is registered." in made.text
    assert copies(pair.jpn, held)["JPN", 2] == ("held", "jpn.registry", "JPN")
    moved = clerk.send(page, f"{page}/move", copy="2", place="jpn.registry", holder="jpn.sato")
    assert "Noted where the copy is." in moved.text
    assert copies(pair.jpn, held)["JPN", 2][2] == "jpn.sato"
    done = clerk.send(page, f"{page}/destroy", copy="2", means="shredded")
    assert "Destroyed and certified." in done.text
    assert "shredded, certified by jpn.clerk" in done.text
    assert copies(pair.jpn, held)["JPN", 2][0] == "destroyed"
    pair.settle()
    assert copies(pair.aus, held)["JPN", 2][0] == "destroyed"


def test_a_witness_proves_to_be_there_and_stands_in_the_certificate(
    pair: Pair, tokyo: Console, held: str
) -> None:
    clerk, page = tokyo.visitor("jpn.clerk"), f"/items/{held}"
    witness = {"second": "jpn.security", "second_passphrase": "not the one"}
    wrong = clerk.send(page, f"{page}/destroy", copy="1", **witness)
    assert (wrong.status_code, copies(pair.jpn, held)["JPN", 1][0]) == (403, "held")
    assert "login.denied" in wrong.text
    witness["second_passphrase"] = PASSPHRASE
    done = clerk.send(page, f"{page}/destroy", copy="1", **witness)
    assert "before jpn.security" in done.text


def test_where_no_passphrases_are_taken_one_of_earlier_days_makes_no_witness(
    pair: Pair, held: str
) -> None:
    settings = replace(pair.jpn.settings, sign_in="passkey recovery")
    pair.sites["JPN"] = replace(pair.sites["JPN"], node=replace(pair.jpn, settings=settings))
    console, page = Console(pair, "JPN"), f"/items/{held}"
    clerk, accounts = console.visitor(), Accounts(console.site.node, console.site.secret)
    session = accounts.admit("jpn.clerk", Began(means=Means.RECOVERY))
    clerk.client.cookies.set(accounts.cookie, session)
    witness = {"second": "jpn.security", "second_passphrase": PASSPHRASE}
    refused = clerk.send(page, f"{page}/destroy", copy="1", **witness)
    assert (refused.status_code, "login.not_taken" in refused.text) == (403, True)
    assert copies(pair.jpn, held)["JPN", 1][0] == "held"


def test_who_may_not_is_offered_no_form_and_refused_with_one(tokyo: Console, held: str) -> None:
    reader = tokyo.visitor("jpn.sato")
    page = reader.get(f"/items/{held}")
    for verb in ("copy", "move", "destroy", "return", "accept"):
        assert f'action="/items/{held}/{verb}"' not in page.text
    key = re.search(r'name="form_key" value="([0-9a-f]+)"', page.text)
    assert key
    tried = reader.client.post(f"/items/{held}/copy", data={"form_key": key[1]})
    assert (tried.status_code, "person.duty" in tried.text) == (403, True)


def test_copies_are_shown_as_they_stood_then(pair: Pair, tokyo: Console, held: str) -> None:
    pair.clock.pass_(86_400)
    clerk, page = tokyo.visitor("jpn.clerk"), f"/items/{held}"
    clerk.send(page, f"{page}/destroy", copy="1")
    now = clerk.get(page)
    assert "s-destroyed" in now.text
    then = clerk.get(page, at="2026-11-22T12:00")
    assert "as of 22 Nov 2026, 12:00" in then.text
    assert "s-destroyed" not in then.text
    assert f'action="{page}/copy"' not in then.text
    before = clerk.get(page, at="2020-01-01T00:00")
    assert "No copy existed then." in before.text


def test_a_form_that_was_overtaken_does_nothing_and_says_what_happened(
    pair: Pair, tokyo: Console, item: str
) -> None:
    clerk, page = tokyo.visitor("jpn.clerk"), f"/items/{item}"
    read = clerk.get(page)
    recall.recall(pair.aus, item, reason="superseded", person="aus.release")
    pair.settle()
    before = copies(pair.jpn, item)
    late = clerk.send(read, f"{page}/accept")
    assert late.status_code == 409
    assert "Something happened meanwhile" in late.text
    assert re.search(r"<b>Recall ordered</b> by Australia", late.text)
    assert copies(pair.jpn, item) == before
    with pair.jpn.store.reading() as tx:
        assert pair.jpn.item(tx, item).state == "delivered"
    ja = tokyo.visitor("jpn.clerk", lang="ja").get(page)
    assert "回収を命令" in ja.text


def test_a_form_of_a_page_that_still_holds_acts(tokyo: Console, item: str) -> None:
    clerk, page = tokyo.visitor("jpn.clerk"), f"/items/{item}"
    read = clerk.get(page)
    clerk.get(page)
    assert "Accepted. The provider has been told" in clerk.send(read, f"{page}/accept").text


def test_every_green_tick_leads_to_a_proof_of_its_entry(
    pair: Pair, tokyo: Console, held: str
) -> None:
    pair.rounds(3)
    clerk = tokyo.visitor("jpn.clerk")
    page = clerk.get(f"/items/{held}").text
    links = re.findall(r'<a class="tick" href="([^"]+)"', page)
    assert links
    for link in links:
        answer = clerk.client.get(link.replace("&amp;", "&"))
        assert answer.status_code == 200
        index = int(link.rsplit("index=", 1)[1])
        assert parse_proof(answer.content).index == index
    other = nations.share(pair, TEXT, reference="other")
    stolen = links[0].replace(held, other).replace("&amp;", "&")
    assert clerk.client.get(stolen).status_code == 404
    assert tokyo.visitor("jpn.sato").client.get(links[0].replace("&amp;", "&")).status_code == 403


def test_history_stands_newest_first(tokyo: Console, held: str) -> None:
    page = tokyo.visitor("jpn.clerk").get(f"/items/{held}").text
    story = page[page.index('id="history"') :]
    assert story.index("Accepted by the registry clerk") < story.index("Released and offered")


def test_a_recall_shows_its_reach_and_wants_to_be_confirmed(
    pair: Pair, canberra: Console, held: str
) -> None:
    officer, page = canberra.visitor("aus.release"), f"/items/{held}/recall"
    shown = officer.get(page)
    assert "1 copies elsewhere are called back now" in shown.text
    form = {"listed": "superseded"}
    unsure = officer.send(shown, page, **form)
    assert (unsure.status_code, "web.not_confirmed" in unsure.text) == (400, True)
    with pair.aus.store.reading() as tx:
        assert pair.aus.item(tx, held).recalled is None
    done = officer.send(shown, page, confirmed="yes", **form)
    assert "Recalled. Answers appear below as they arrive." in done.text
    assert "answered by signed word" in done.text
    assert "reason: superseded by a newer version" in re.sub(r"<[^>]+>", "", done.text)
    assert canberra.visitor("aus.auditor").get(page).status_code == 403


def test_an_unanswered_copy_stands_there_with_the_age_of_the_question(
    pair: Pair, canberra: Console, held: str
) -> None:
    pair.line.down.add("JPN")
    recall.recall(pair.aus, held, reason="superseded", person="aus.release")
    pair.clock.pass_(3 * 86_400)
    page = canberra.visitor("aus.release").get(f"/items/{held}").text
    assert "called back, no answer for 3 days" in page


def test_the_banner_tells_each_nations_mark_and_what_the_receipt_says(
    pair: Pair, canberra: Console, tokyo: Console, held: str
) -> None:
    page = canberra.visitor("aus.release").get(f"/items/{held}").text
    banner = page[page.index('class="banner top-mark"') :][:1500]
    assert "極秘" in banner
    assert "by its receipt" in banner
    assert "特定秘密" not in banner


def test_an_own_item_is_registered_without_a_file_and_a_summary_is_made_of_it(
    pair: Pair, canberra: Console
) -> None:
    analyst = canberra.visitor("aus.analyst")
    made = analyst.send(
        "/register/new",
        "/register/new",
        form="oral",
        title="Harbour briefing",
        label="SECRET//REL AUS/JPN",
        area="maritime",
        purposes="assessment",
        pages="3",
    )
    assert "Registered." in made.text
    name = made.url.path.rsplit("/", 1)[1]
    derived = analyst.send(
        f"/items/{name}",
        f"/items/{name}/derive",
        files={"file": ("summary.txt", b"in short", "text/plain")},
        form="summary",
        title="In short",
        grades="B2",
    )
    assert "In short" in derived.text
    assert f'Made from</dt><dd><a href="/items/{name}">' in derived.text
    assert "B2: usually reliable; probably true" in derived.text
    told = analyst.send(
        f"/items/{name}",
        f"/items/{name}/derive",
        files={"file": ("summary.txt", b"in short", "text/plain")},
        form="summary",
        grades="2B",
    )
    assert (told.status_code, "derive.grade" in told.text) == (400, True)
    assert f'<a href="{derived.url.path}">' in analyst.get(f"/items/{name}").text
    bare = analyst.send(f"/items/{name}", f"/items/{name}/derive", form="summary")
    assert (bare.status_code, "web.no_file" in bare.text) == (400, True)
    wrong = analyst.send(
        "/register/new", "/register/new", form="oral", title="x", label="NONSENSE", area="maritime"
    )
    assert wrong.status_code == 400
    assert 'value="NONSENSE"' in wrong.text


def test_who_recalls_as_originator_alone_reads_of_nothing_that_was_made_from_it(
    pair: Pair, canberra: Console
) -> None:
    analyst = canberra.visitor("aus.analyst")
    made = analyst.send(
        *("/register/new", "/register/new"),
        form="oral",
        title="Said at lunch",
        label="SECRET//REL AUS/JPN",
        area="maritime",
    )
    page, sheet = made.url.path, {"file": ("summary.txt", b"in short", "text/plain")}
    analyst.send(page, f"{page}/derive", files=sheet, form="summary", title="In short")
    assert "In short" in analyst.get(f"{page}/recall").text
    with pair.aus.store.reading() as tx:
        person = pair.aus.person(tx, "aus.analyst")
    named = {
        "item": page.rsplit("/", 1)[1],
        "by": "aus.security",
        "from": "2026-01-01T00:00:00Z",
        "until": "2028-01-01T00:00:00Z",
    }
    directory.enter(pair.aus, {**person, "duties": ["reader"], "authorisations": [named]})
    reach = analyst.get(f"{page}/recall")
    assert reach.status_code == 200
    assert "In short" not in reach.text


def test_the_evidence_of_an_item_is_one_click_and_its_page_needs_no_node(
    pair: Pair, tokyo: Console, held: str
) -> None:
    pair.rounds(3)
    clerk = tokyo.visitor("jpn.clerk")
    answer = clerk.send(f"/items/{held}", f"/items/{held}/evidence")
    assert answer.status_code == 200, answer.text
    assert evidence.verify(answer.content).as_json()["verified"] is True
    page = clerk.get("/verify")
    assert 'filename="sealane-verify.html"' in page.headers["content-disposition"]
    assert b"<script" in page.content
