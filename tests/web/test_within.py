"""Inventories, duties, posts and rooms at the console: what each person finds and does there."""

from __future__ import annotations

import re
from typing import Any

from sealane.registry.post_records import PostKind
from sealane.services.inspection import counted
from sealane.services.inspection.counting import CountAsked, open_inventory
from sealane.services.placing import posts, reading
from sealane.services.placing.posts import Defining
from sealane.services.register.acts import Actor
from tests.lane.copied import accepted
from tests.lane.dialogue import officers
from tests.lane.within import CLERK, SECURITY, changed
from tests.nations import AGREEMENT, PROJECT, Pair
from tests.web.visiting import Console

BY = Actor(CLERK)


def test_a_clerk_opens_counts_and_closes_an_inventory_by_forms(pair: Pair, tokyo: Console) -> None:
    officers(pair)
    item = accepted(pair)
    clerk = tokyo.visitor(CLERK)
    page = clerk.get("/inventories").text
    assert "No inventory was opened yet." in page
    opened = {"assign": CLERK, "level": "極秘", "place": "", "due": ""}
    sent = clerk.send("/inventories", "/inventories/open", **opened)
    assert sent.status_code == 200
    where = sent.url.path
    number = where.rpartition("/")[2]
    page = clerk.get(where).text
    assert item in page
    assert f'aria-label="Present: {item} 1"' in page
    home = clerk.get("/").text
    assert f'href="/inventories/{number}"><b>Count what is assigned to you</b>' in home
    tick = {"inventory": number, "item": item, "copy": "1"}
    assert clerk.send(where, "/inventories/tick", **tick, found="absent").status_code == 200
    page = clerk.get(where).text
    assert "(1), is then missing" in page
    assert clerk.send(where, "/inventories/close").status_code == 200
    page = clerk.get(where).text
    case = re.search(r'href="/cases/(JPN-AUS-[^"]+)">Incident', page)
    assert case is not None
    assert 'action="/inventories/tick"' not in page
    assert case[1] in clerk.get("/duties").text
    # in the other language, and to whom it is nothing
    assert "不明" in clerk.get(where, lang="ja").text
    assert tokyo.visitor("jpn.sato").get(where).status_code == 403


def test_what_is_wrong_stands_where_the_form_was(pair: Pair, tokyo: Console) -> None:
    clerk = tokyo.visitor(CLERK)
    wrong = {"assign": CLERK, "level": "HUSH", "place": "", "due": ""}
    sent = clerk.send("/inventories", "/inventories/open", **wrong)
    assert (sent.status_code, "inventory.level" in sent.text) == (400, True)
    accepted(pair)
    number = open_inventory(pair.jpn, CountAsked(assigned=CLERK), by=BY)["id"]
    wrong = {"item": "AUS-1999-000001", "copy": "1", "found": "present"}
    sent = clerk.send(f"/inventories/{number}", "/inventories/tick", **wrong)
    assert "item.unknown" in sent.text
    assert counted.show(pair.jpn, number, by=BY)["state"] == "open"


def test_the_security_officer_places_people_and_reads_what_is_lacking(
    pair: Pair, tokyo: Console
) -> None:
    officer = tokyo.visitor(SECURITY)
    asks: dict[str, Any] = {"level": "極秘", "agreement": AGREEMENT, "project": PROJECT}
    asks |= {"kind": "post", "post": "desk", "facility": ""}
    assert officer.send("/posts", "/posts/define", **asks).status_code == 200
    sent = officer.send("/posts", "/posts/place", person="jpn.tanaka")
    assert "post.gap" in sent.text
    assert "no current authorisation names the person" in sent.text
    words = {"person": "jpn.tanaka", "exception": "needed at once"}
    assert officer.send("/posts", "/posts/place", **words).status_code == 200
    page = officer.get("/posts").text
    assert "excepted: authorisation" in page
    changed(pair.jpn, "jpn.tanaka", briefings=[])
    page = officer.get("/posts").text
    assert "lacks now: briefing" in page
    home = officer.get("/").text
    assert 'href="/posts/desk"><b>Somebody in a post or room lacks something by now</b>' in home
    assert officer.get("/posts/desk").url.path == "/posts"
    assert officer.send("/posts", "/posts/leave").status_code == 200
    with pair.jpn.store.reading() as tx:
        assert reading.open_placings(pair.jpn, tx) == []
    assert tokyo.visitor(CLERK).get("/posts").status_code == 403


def test_a_room_is_entered_and_left_by_forms(pair: Pair, tokyo: Console) -> None:
    wanted = Defining(id="vault", kind=PostKind.ROOM, level="極秘")
    posts.define(pair.jpn, wanted, by=Actor(SECURITY))
    officer = tokyo.visitor(SECURITY)
    assert officer.send("/posts", "/posts/place", person="jpn.sato").status_code == 200
    with pair.jpn.store.reading() as tx:
        assert [one.person for one in reading.open_placings(pair.jpn, tx)] == ["jpn.sato"]
    officer.send("/posts", "/posts/leave")
    with pair.jpn.store.reading() as tx:
        assert reading.open_placings(pair.jpn, tx) == []
