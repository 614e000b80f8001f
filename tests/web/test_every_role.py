"""Every page of the console by people of every duty and by nobody, with every verb; and every way
to make a browser, a cookie, a path or a header speak for somebody who did not ask.

The pages are those that the node serves; who sees which is worked out from the table of who may.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import pytest
from starlette.routing import Match, Route

from sealane.office.table import OPERATIONS
from sealane.registry.records import Duty
from sealane.registry.who_may import STAFF, WHO_MAY, Act
from sealane.web.words import say
from tests import nations
from tests.nations import Pair
from tests.web.visiting import HOME
from tests.who_may_world import NOBODY, PEOPLE, Doors, books, finished, staffed

VERBS = ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
NEEDED: dict[str, Collection[Duty] | None] = {
    "/items/{item}": STAFF,
    "/facilities": STAFF,
    "/assurances": STAFF,
    "/release": WHO_MAY[Act.RELEASE].duties,
    "/upkeep": WHO_MAY[Act.SEE_UPKEEP].duties,
    "/items/{item}/recall": STAFF,
    "/items/{item}/proof": STAFF,
    "/items/{item}/sign": STAFF,
    "/release/sent/{item}": STAFF,
    "/release/queue": STAFF,
    "/release/forms": WHO_MAY[Act.RELEASE].duties,
    "/register/new": WHO_MAY[Act.REGISTER].duties,
    "/inventories": WHO_MAY[Act.SEE_INVENTORIES].duties,
    "/exports": WHO_MAY[Act.SEE_EXPORTS].duties,
    "/posts": WHO_MAY[Act.SEE_PLACES].duties,
    "/duties": WHO_MAY[Act.SEE_DUTIES].duties,
    "/ledger/entries": WHO_MAY[Act.READ_FEED].duties,
    "/ledger/heads": STAFF | {Duty.OPERATOR},
    "/ledger/verify": STAFF | {Duty.OPERATOR},
    "/audit/reconcile": {Duty.AUDITOR},
    "/audit/statistics": {Duty.AUDITOR},
    "/clients": {Duty.SECURITY_OFFICER, Duty.OPERATOR},
    "/horizon": WHO_MAY[Act.SEE_CLEARANCES].duties,
    "/people/register": WHO_MAY[Act.SEE_CLEARANCES].duties,
    "/people/{person}": WHO_MAY[Act.SEE_CLEARANCES].duties,
}
"""Pages that are not for everybody who is signed in, by the duties of which one is needed."""
FILES = ("/console.css", "/desk.js", "/htmx.js", "/passkey.js")
DOORS = ("/sign-in", "/invitation", "/reminders/end", *FILES)
HEALTH = ("/healthz", "/readyz")
OTHER_SURFACES = (
    "/api/",
    "/scim/",
    "/ledger/{name}/",
    "/access/",
    "/x/",
    "/metrics",
    "/.well-known",
    "/taxii2",
)
OTHERWISE = {
    "/acts/{act}": 404,
    "/exercise": 403,
    "/cases/{case}": 404,
    "/inventories/{inventory}": 404,
    "/exports/{export}": 404,
    "/items/{item}/view/{page:int}": 409,
    "/refusals/{name}": 404,
    "/ledger/entry": 400,
    "/ledger/proof": 400,
}
"""What pages answer that show nothing without more."""
ALSO = {"/items/{item}/recall": 409, "/items/{item}/proof": 404}
"""What comes of an item that is over, or another nation's, for who sees it."""
EVIL = "evil.example"


@pytest.fixture(scope="module")
def pair(template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    made = staffed(template, tmp_path_factory.mktemp("roles") / "pair")
    yield made
    made.close()


@pytest.fixture(scope="module")
def item(pair: Pair) -> str:
    return finished(pair)


@pytest.fixture(scope="module")
def doors(pair: Pair) -> Doors:
    return Doors(pair, "JPN")


@pytest.fixture(scope="module")
def abroad(pair: Pair) -> Doors:
    return Doors(pair, "AUS")


@pytest.fixture
def nothing_changes(pair: Pair, item: str, doors: Doors, abroad: Doors) -> Iterator[None]:
    """Whatever is tried here, no row of either node is another afterwards."""
    before = [books(node) for node in (pair.aus, pair.jpn)]
    yield
    assert [books(node) for node in (pair.aus, pair.jpn)] == before


def routes(doors: Doors) -> list[Route]:
    """The console's, without what other programs ask."""
    found = [one for one in doors.console.app.routes if isinstance(one, Route)]
    return [one for one in found if not f"{one.path}/".startswith(OTHER_SURFACES)]


def place(path: str, item: str) -> str:
    """A path with something in it that is there."""
    named = {"item": item, "person": "t.reader", "agreement": nations.AGREEMENT, "act": "debrief"}
    for name, value in {
        **named,
        "page:int": "1",
        "form": "x",
        "case": "AUS-JPN-2026-C00001",
        "path:path": "no/page",
        "name": "x",
    }.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def shown(route: Route, person: str | None) -> set[int]:
    """What a person's browser may be answered, worked out here: the page, a way back from it, the
    door, a refusal, or a page that is not there for them.
    """
    if route.path == "/{path:path}":
        return {404}
    if route.path == "/sign-in/certificate":
        return {403}  # a means that this deployment does not take
    if route.path.startswith(DOORS) or route.path in HEALTH:
        return {200, 303}
    if person is None:
        return {303}
    if route.path in OTHERWISE:
        return {OTHERWISE[route.path]}
    duties = NEEDED.get(route.path)
    own = route.path == "/people/{person}" and person == "t.reader"
    if duties is None or own or PEOPLE[person] & set(duties):
        return {200, 303, ALSO.get(route.path, 200)}
    return {404} if "{item}" in route.path else {403}


def test_every_page_is_shown_by_the_duties_of_who_asks(doors: Doors, item: str) -> None:
    pages = [one for one in routes(doors) if "GET" in (one.methods or ())]
    assert set(NEEDED) <= {one.path for one in pages}
    for route in pages:
        for person, visitor in doors.visitors.items():
            answer = visitor.client.get(place(route.path, item), follow_redirects=False)
            assert answer.status_code in shown(route, person), (route.path, person)
            if person is None and answer.status_code == 303:
                assert item not in answer.text


def test_no_address_makes_a_page_tell_of_an_act_that_nobody_did(
    doors: Doors, item: str, pair: Pair
) -> None:
    """Every success line of the console comes from what was done, whatever a link says."""
    told = ("recalled", "set", "ended", "act.done_recalled", "JPN", "given", "0" * 24)
    for route in routes(doors):
        if "GET" not in (route.methods or ()) or route.path == "/register/print":
            continue
        for visitor in (doors.visitors["t.security-officer"], doors.visitors[None]):
            for word in told:
                page = visitor.client.get(place(route.path, item), params={"done": word})
                assert 'class="done" role="status"' not in page.text, (route.path, word)


def test_no_page_that_is_shown_says_anything_to_a_partner(template: Any, tmp_path: Any) -> None:
    """Whatever is old by then, and whatever the address asks: what acts is a form."""
    pair = staffed(template, tmp_path / "pair")
    item = nations.share(pair, b"harbour")
    said: list[bytes] = []
    composed = {"target": f"{nations.AGREEMENT}:JPN", "level": "SECRET", "project": "other"}
    asked = {**composed, "to": "JPN", "preview": "1", "asked": "1"}
    pair.clock.pass_(30 * 3600)
    pair.line.mangle = lambda data: said.append(data) or data
    for party in ("AUS", "JPN"):
        here = Doors(pair, party)
        pages = [one.path for one in routes(here) if "GET" in (one.methods or ())]
        reads = [one.path for one in OPERATIONS.values() if one.reads]
        for person in ("t.release-officer", "t.second-signer", "t.auditor"):
            for path in (*pages, *reads):
                here.visitors[person].client.get(place(path, item), params=asked)
    assert said == []
    # and the world in which it would be heard
    officer = Doors(pair, "AUS").visitors["t.release-officer"]
    officer.send("/release", "/release/compose", **composed, area="maritime", purpose="assessment")
    assert said
    pair.close()


def test_what_was_done_is_told_once_to_who_did_it_and_on_its_own_page(
    doors: Doors, pair: Pair
) -> None:
    mine = doors.visitors["t.security-officer"]
    form = {"lang_of": "en", "zone": "UTC"}
    page = mine.client.get("/account")
    key = page.text.partition('name="form_key" value="')[2].partition('"')[0]

    def done() -> str:
        answer = mine.client.post(
            "/account/preferences", data={**form, "form_key": key}, follow_redirects=False
        )
        return str(answer.headers["location"])

    line = say("en", "account_done.kept")
    led = done()
    assert line in mine.client.get(led).text
    assert line not in mine.client.get(led).text
    for visitor, path in (
        (doors.visitors["t.reader"], done()),
        (mine, f"/?{done().split('?')[1]}"),
    ):
        assert line not in visitor.client.get(path, params={"lang": "en"}).text


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("person", [None, NOBODY, "t.release-officer", "t.registry-clerk"])
def test_a_page_answers_the_verbs_it_has_and_no_other(
    doors: Doors, item: str, person: str | None
) -> None:
    client = doors.visitors[person].client
    for route in routes(doors):
        path = place(route.path, item)
        for verb in VERBS:
            scope = {"type": "http", "path": path, "method": verb, "root_path": ""}
            offered = any(one.matches(scope)[0] is Match.FULL for one in doors.console.app.routes)
            # another site's form is what doors refuse too, before anybody's name is read
            headers = {"sec-fetch-site": "cross-site"} if path.startswith(DOORS) else {}
            answer = client.request(verb, path, headers=headers, follow_redirects=False)
            if not offered:
                assert answer.status_code == 405, (verb, path, person)
            elif not path.startswith(DOORS):  # and no key of a form
                assert answer.status_code in (303, 403), (path, person)
            else:
                assert answer.status_code == 403, (path, person)


FORGERIES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "no key": ({}, {}),
    "a key of zeros": ({"form_key": "0" * 64}, {}),
    "another person's key": ({"form_key": "theirs"}, {}),
    "a key twice as long": ({"form_key": "twice"}, {}),
    "another site's form": ({"form_key": "mine"}, {"origin": f"http://{EVIL}"}),
    "another scheme": ({"form_key": "mine"}, {"origin": "null"}),
    "another site, by the browser": ({"form_key": "mine"}, {"sec-fetch-site": "cross-site"}),
    "a site beside": ({"form_key": "mine"}, {"sec-fetch-site": "same-site"}),
    "a name that leads here": ({"form_key": "mine"}, {"host": EVIL}),
}


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("how", FORGERIES)
def test_a_form_that_is_not_this_sessions_own_does_nothing(
    doors: Doors, item: str, how: str
) -> None:
    form, headers = FORGERIES[how]
    acts = [
        one
        for one in routes(doors)
        if "POST" in (one.methods or ()) and not one.path.startswith(DOORS)
    ]
    assert len(acts) > 20
    for route in acts:
        for person in ("t.release-officer", "t.registry-clerk", "t.security-officer"):
            keys = {"mine": doors.keys[person], "theirs": doors.keys[NOBODY]}
            keys["twice"] = doors.keys[person] * 2
            sent = {name: keys.get(value, value) for name, value in form.items()}
            answer = doors.visitors[person].client.post(
                place(route.path, item),
                data={"reason": "r", "person": "t.reader", **sent},
                headers=headers,
                follow_redirects=False,
            )
            assert answer.status_code == 403, (route.path, person)


def forged(doors: Doors, abroad: Doors) -> dict[str, str]:
    """Cookies that are nobody's, each made of one that is somebody's."""
    real = doors.visitors["t.auditor"].client.cookies[doors.console.accounts_cookie[:-1]]
    theirs = abroad.visitors["t.auditor"].client.cookies[abroad.console.accounts_cookie[:-1]]
    last = "A" if real[-1] != "A" else "B"
    return {
        "empty": "",
        "cut": real[:-1],
        "a byte more": f"{real}A",
        "one changed": real[:-1] + last,
        "first changed": ("A" if real[0] != "A" else "B") + real[1:],
        "other case": real.swapcase(),
        "quoted": f'"{real}"x',
        "of the partner's node": theirs,
        "a person's name": "t.auditor",
        "a token of theirs": doors.tokens["t.auditor"],
        "long": "A" * 6000,
        "markup": "<script>alert(1)</script>",
        "a path": "../../etc/passwd",
        "a statement": "' OR 1=1 --",
        "bytes": "\xff\xfe".encode("latin-1").decode("latin-1"),
    }


@pytest.mark.usefixtures("nothing_changes")
def test_a_forged_cookie_is_nobodys(doors: Doors, abroad: Doors, item: str) -> None:
    name = doors.console.accounts_cookie[:-1]
    for how, value in forged(doors, abroad).items():
        for path in ("/", f"/items/{item}", "/people", "/account", "/release"):
            client = doors.console.visitor().client
            answer = client.get(
                path,
                headers={"cookie": f"{name}={value}".encode("latin-1")},
                follow_redirects=False,
            )
            assert answer.status_code == 303, (how, path)
            assert answer.headers["location"].startswith("/sign-in"), (how, path)
            assert "t.auditor" not in answer.text


PATHS = (
    "//evil.example/",
    "/%2f%2fevil.example",
    "/\\evil.example",
    "/items/../upkeep",
    "/items/..%2f..%2fetc%2fpasswd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/items/{item}%00",
    "/items/{item}/",
    "/items/{item};x=1",
    "/items/{item}%20",
    "/ITEMS/{item}",
    "/items/%E2%80%AE{item}",
    "/console.css/../upkeep",
    "/console.css%00.html",
    "/sign-in/../upkeep",
    "/upkeep/.",
    "/upkeep%3f",
    "/upkeep.json",
    "/templates/base.html",
    "/.env",
    "/static/..%5c..%5cnode.toml",
)
HEADERS = (
    {"x-original-url": "/upkeep"},
    {"x-rewrite-url": "/upkeep"},
    {"x-forwarded-path": "/upkeep"},
    {"x-forwarded-prefix": "/upkeep"},
    {"x-http-method-override": "POST"},
    {"x-method-override": "DELETE"},
    {"x-forwarded-host": EVIL},
    {"x-forwarded-proto": "https"},
    {"x-forwarded-for": "127.0.0.1"},
    {"forwarded": f"for=127.0.0.1;host={EVIL};proto=https"},
    {"x-forwarded-user": "t.security-officer"},
    {"x-remote-user": "t.security-officer"},
    {"remote-user": "t.security-officer"},
    {"authorization": "Basic dC5zZWN1cml0eS1vZmZpY2VyOng="},
    {"client-cert": ":MIIB:"},
    {"x-ssl-client-verify": "SUCCESS"},
    {"accept": "application/json"},
    {"accept-language": "../../../etc/passwd"},
    {"range": "bytes=0-1"},
)


@pytest.mark.usefixtures("nothing_changes")
def test_no_path_leads_around_what_a_page_asks(doors: Doors, item: str) -> None:
    for person in (None, "t.reader"):
        client = doors.visitors[person].client
        for path in PATHS:
            answer = client.get(HOME + path.replace("{item}", item), follow_redirects=False)
            assert answer.status_code in (303, 307, 400, 403, 404), (path, person)
            leads = answer.headers.get("location", "/")
            assert leads.startswith(("/", "http://127.0.0.1/")), (path, leads)
            assert not leads.startswith(("//", "/\\")), (path, leads)
            assert "root:" not in answer.text
            assert "passphrase_" not in answer.text


@pytest.mark.usefixtures("nothing_changes")
def test_no_header_makes_somebody_of_anybody(doors: Doors, item: str) -> None:
    for person in (None, NOBODY):
        client = doors.visitors[person].client
        for path in ("/", "/upkeep", f"/items/{item}", "/people/t.reader", "/no/page"):
            plain = client.get(path, follow_redirects=False)
            for headers in HEADERS:
                answer = client.get(path, headers=headers, follow_redirects=False)
                assert answer.status_code == plain.status_code, (path, person, headers)
                assert answer.headers.get("location") == plain.headers.get("location")
                assert EVIL not in answer.text
