"""Every page in a real browser, at both widths and in both languages: nothing sticks out, nothing
serious for axe-core.

Where this machine has no Chromium, or axe-core is not installed, the run says so.
"""

import re
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import nations
from tests.clock import Clock
from tests.web import browser, pictures
from tests.web.visiting import PASSPHRASE

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
            {scene[2]: scene for scene in pictures.scenes(names)}.values()
        )  # each kind of page once
        yield made


@pytest.fixture
def gallery(request, hung):
    request.node.user_properties.append(("peer", "Chromium"))
    if hung is None:
        pytest.skip("there is no Chromium on this machine")
    return hung


def troubles(gallery, check):
    """What a check says of each page, in turn narrow and Japanese, wide and English; a page that it
    praises is left out.
    """
    found = {}
    for scene in gallery.scenes:
        for lang, width in (("ja", 390), ("en", 1440)):
            if said := check(gallery.show(scene, lang, width)):
                found[pictures.title(scene, lang, width)] = said
    return found


def test_a_person_signs_in_and_out_with_a_real_browser(gallery):
    tab = gallery.browser.tab(width=1440, lang="en", script=False)
    tab.visit(f"{gallery.homes['JPN']}/sign-in?lang=en")
    tab.press("main button", person="jpn.sato", passphrase=PASSPHRASE)
    assert tab.ask("location.pathname") == "/"
    assert "Sato Haruka" in tab.ask("document.body.innerText")
    tab.press(".tools form button")
    assert tab.ask("location.pathname + location.search") == "/sign-in?done=ended"


def test_nothing_sticks_out_of_any_page(gallery):
    assert troubles(gallery, lambda tab: tab.overflow()) == {}


def test_axe_finds_nothing_serious_on_any_page(gallery, request):
    request.node.user_properties.append(("peer", "axe-core"))
    if not AXE.exists():
        pytest.skip("axe-core is not installed: make peers")
    program = AXE.read_text(encoding="utf-8")

    def serious(tab):
        tab.ask(program)
        return tab.ask(
            """axe.run(document, {resultTypes: ['violations']}).then(found => found.violations
            .filter(one => ['serious', 'critical'].includes(one.impact))
            .map(one => one.id + ': '
                + one.nodes.slice(0, 3).map(node => node.target).join(' ; ')))"""
        )

    assert troubles(gallery, serious) == {}


def test_the_keyboard_reaches_every_control_in_the_order_of_the_page(gallery):
    for scene in gallery.scenes[::3]:
        tab = gallery.show(scene, "en", 1440)
        wanted = tab.ask(
            """[...document.querySelectorAll(
                'a[href], button, input:not([type=hidden]), select, textarea, summary')]
            .filter(one => !one.disabled
                && (one.offsetParent !== null || one.className === 'skip')).length"""
        )
        tab.ask("""document.body.tabIndex = -1; document.body.focus(); window.reached = [];
            document.addEventListener('focusin', event => reached.push(event.target))""")
        for _ in range(
            wanted + 3 * tab.ask("document.querySelectorAll('[type=date]').length")
        ):  # a date has parts
            tab.key("Tab", 9)
        order = tab.ask(
            "reached.every((one, at) => at === 0 || reached[at - 1].compareDocumentPosition(one)"
            " & 4)"
        )
        assert order, pictures.title(scene, "en", 1440)
        assert tab.ask("new Set(reached).size") >= wanted - 1, pictures.title(scene, "en", 1440)


def test_every_page_of_the_console_is_among_those_looked_at(gallery):
    from sealane.web import console

    shown = {path.split("?")[0] for _, _, _, path, _ in gallery.scenes} | {"/console.css"}
    pages = [
        one for one in console.routes(gallery.node, secret=b"") if "GET" in (one.methods or ())
    ]
    lacking = [
        one.path
        for one in pages
        if not any(re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", one.path), path) for path in shown)
    ]
    assert [
        one
        for one in lacking
        if "{item}/" not in one and one not in ("/refusals/{name}", "/{path:path}")
    ] == []
