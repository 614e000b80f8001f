"""Every page in a real browser, in both languages, narrow, wide and widest: nothing sticks out,
nothing serious for axe-core; and what is printed is whole on its paper.

Where this machine has no Chromium, or axe-core is not installed, the run says so.
"""

import itertools
import re
from contextlib import ExitStack
from pathlib import Path

import pytest

from sealane.web import console
from sealane.web.words import say
from tests import nations
from tests.clock import Clock
from tests.web import audit_scenes, browser, pictures
from tests.web.visiting import PASSPHRASE

SAVED = (
    "/verify",
    "/items/{item}/proof",
    "/ledger/proof",
    "/agreements/{agreement}/notices/file",
)
"""What a browser saves as a file; where there is none, the page that says so is looked at."""
WIDTHS = (390, 1440, 2560)
AXE = Path(__file__).parents[2] / ".peers" / "axe" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def hung(tmp_path_factory):
    program = browser.found()
    if program is None:
        yield None
        return
    with ExitStack() as stack:
        root = tmp_path_factory.mktemp("browser") / "pair"
        clock = Clock()
        nations.build(root, clock)
        pair = nations.opened(root, clock)
        stack.callback(pair.close)
        pictures.people(pair)
        names = pictures.full(pair, count=2)
        made = pictures.Gallery(stack, pair, program)
        made.scenes = list(
            {
                scene[2]: scene
                for scene in (*pictures.scenes(names), *audit_scenes.scenes(pair.jpn))
            }.values()
        )  # each kind of page once
        yield made


@pytest.fixture
def gallery(request, hung):
    request.node.user_properties.append(("peer", "Chromium"))
    if hung is None:
        pytest.skip("there is no Chromium on this machine")
    return hung


SERIOUS = """axe.run(document, {resultTypes: ['violations']}).then(found => found.violations
    .filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => one.id + ': '
        + one.nodes.slice(0, 3).map(node => node.target).join(' ; ')))"""


@pytest.fixture(scope="module")
def looked(hung):
    """What sticks out of each page, and what is serious for axe-core, in both languages and at
    every width; each page is opened once for both.
    """
    found = {"overflow": {}, "serious": {}}
    axe = AXE.read_text(encoding="utf-8") if AXE.exists() else None
    scenes = () if hung is None else hung.scenes
    for scene, lang in itertools.product(scenes, pictures.LANGS):
        tab = hung.show(scene, lang, WIDTHS[0])
        if axe is not None:
            tab.ask(axe)
        for width in WIDTHS:
            tab.wide(width)
            title = pictures.title(scene, lang, width)
            found["overflow"][title] = tab.overflow()
            found["serious"][title] = tab.ask(SERIOUS) if axe is not None else []
    return {kind: {at: said for at, said in told.items() if said} for kind, told in found.items()}


def test_a_person_signs_in_and_out_with_a_real_browser(gallery):
    tab = gallery.browser.tab(width=1440, lang="en", script=False)
    tab.visit(f"{gallery.homes['JPN']}/sign-in?lang=en")
    tab.press("form[action='/sign-in'] button", person="jpn.sato", passphrase=PASSPHRASE)
    assert tab.ask("location.pathname") == "/"
    assert "Sato Haruka" in tab.ask("document.body.innerText")
    tab.press(".tools form button")
    assert tab.ask("location.pathname") == "/sign-in"
    assert tab.ask("document.querySelector('.done').innerText") == say("en", "signin.ended")
    tab.visit(tab.ask("location.href"))
    assert tab.ask("document.querySelector('.done') === null")


@pytest.mark.timeout(1200)
def test_nothing_sticks_out_of_any_page(gallery, looked):
    assert looked["overflow"] == {}


def test_axe_finds_nothing_serious_on_any_page(gallery, looked, request):
    request.node.user_properties.append(("peer", "axe-core"))
    if not AXE.exists():
        pytest.skip("axe-core is not installed: make peers")
    assert looked["serious"] == {}


def test_the_keyboard_reaches_every_control_in_the_order_of_the_page(gallery):
    for scene in gallery.scenes[::3]:
        tab = gallery.show(scene, "en", 1440)
        tab.ask("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        wanted = tab.ask(
            """[...document.querySelectorAll(
                'a[href], button, input:not([type=hidden]), select, textarea, summary')]
            .filter(one => !one.disabled && one.checkVisibility()).length"""
        )
        tab.ask("""document.body.tabIndex = -1; document.body.focus(); window.reached = [];
            document.addEventListener('focusin', event => reached.push(event.target))""")
        # a date has parts, and an instant more of them
        parts = 7 * tab.ask("document.querySelectorAll('[type^=date]').length")
        for _ in range(wanted + parts):
            tab.key("Tab", 9)
        order = tab.ask(
            "[...new Set(reached)].every((one, at, all) => at === 0"
            " || all[at - 1].compareDocumentPosition(one) & 4)"
        )
        assert order, pictures.title(scene, "en", 1440)
        assert tab.ask("new Set(reached).size") >= wanted - 1, pictures.title(scene, "en", 1440)


def test_every_page_of_the_console_is_among_those_looked_at(gallery):
    pages = console.routes(gallery.node, secret=b"")
    seen = {first_route(pages, gallery.show(scene, "en", 1440)) for scene in gallery.scenes}
    tab = gallery.tab("JPN", "jpn.security", "en", 1440)
    lacking = [
        one.path
        for one in pages
        if "GET" in one.methods
        and one.path not in {*seen, *SAVED}
        and tab.ask(answered(re.sub(r"\{[^}]*\}", "1", one.path))) == "basic text/html"
    ]
    assert not lacking, lacking


def first_route(routes, tab):
    """The path, as the console writes it, of the page that the tab shows."""
    path = tab.ask("location.pathname")
    return next(one.path for one in routes if one.path_regex.fullmatch(path))


def answered(path):
    """What a page finds at a path: a page, a file of ours, or a way back to where a form stood."""
    return f"""fetch({path!r}, {{redirect: 'manual'}}).then(answer =>
        answer.type + ' ' + (answer.headers.get('content-type') || '').split(';')[0])"""
