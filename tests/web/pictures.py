"""`make pictures`: every page of the console in both languages and at both widths, as each kind of
person sees it.

Two real nodes with a full register stand behind it; names and texts are as long as they may come.
The pictures that the documents show are written to docs/pictures, all others to the folder that is
named.
"""

from __future__ import annotations

import io
import itertools
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from sealane.base.errors import SealaneError
from sealane.services.exchange import arrival, outbox, recall, release
from tests import nations
from tests.clock import Clock
from tests.nations import Pair
from tests.nations_three import Three
from tests.web import browser, troubled
from tests.web.visiting import PASSPHRASE, Console

WIDTHS, LANGS = (1440, 390), ("ja", "en")
DOCUMENTS = Path(__file__).parents[2] / "docs" / "pictures"
SHOWN = {
    "jpn-clerk-item-1440-ja": "console-item-ja",
    "jpn-suzuki-refusal-1440-en": "console-refusal-en",
    "aus-release-composed-1440-en": "console-release-en",
    "jpn-sato-item-390-ja": "console-item-narrow-ja",
}
LONG_EN = (
    "Quarterly assessment of vessel movements, port calls and harbour infrastructure in the"
    " north-eastern approaches, annex C"
)
LONG_JA = (
    "北東方面海域における船舶の動向、"
    "寄港及び港湾施設に関する四半期評価報告（別紙ハ：関係機関による照会への回答を含む。）"
)
TEXT = (
    "Vessel movements, north-eastern approaches.\n\n船舶の動向（北東方面海域）\n".encode()
    + "　一　概況　二隻が入港した。\n".encode() * 20
)

COMPOSED = (
    "target=jpn-aus-2022:JPN&level=SECRET&area=maritime&purpose=assessment&project=harbour-watch"
    "&until=2027-11-22"
)


def people(pair: Pair) -> None:
    """Everybody gets a passphrase."""
    for node in (pair.aus, pair.jpn):
        troubled.with_passphrase(node)


def full(pair: Pair, count: int = 12) -> Any:
    """A register with an item in every state; the names of those that pages are shown of."""
    found = {}
    for number in range(count):
        name = nations.share(
            pair,
            TEXT,
            title=f"{'港湾調査' if number % 2 else 'Harbour survey'} {number}",
            reference=f"h-{number}",
        )
        if number % 3 == 0:
            arrival.accept(pair.jpn, name, "jpn.clerk")
    found["opened"] = nations.share(
        pair, TEXT, title=LONG_JA[:200], media_type="text/plain", reference="opened"
    )
    nations.read(pair, found["opened"])
    nations.read(pair, found["opened"], purpose="planning")
    for person, purpose in (("jpn.suzuki", "assessment"), ("jpn.sato", "acquisition")):
        with suppress(SealaneError):
            nations.read(pair, found["opened"], person, purpose)
    arrival.accept(pair.jpn, found["opened"], "jpn.clerk")
    found["delivered"] = nations.share(
        pair, TEXT, title=LONG_EN, media_type="text/plain", reference="delivered"
    )
    recalled = found["recalled"] = nations.share(
        pair, TEXT, title="Superseded survey.pdf", reference="recalled"
    )
    pair.settle()
    recall.recall(pair.aus, recalled, reason="superseded", person="aus.analyst")
    pair.settle()
    waits = nations.wanted(
        pair.aus, second=None, title="Needs a second signer.pdf", reference="waits"
    )
    found["waits"] = release.release(pair.aus, waits, io.BytesIO(TEXT)).item
    pair.line.down.add("JPN")
    try:
        late = nations.share(pair, TEXT, title="Line is down.pdf", reference="late")
        recall.recall(pair.aus, late, reason="sent in error", person="aus.analyst")
    except SealaneError:
        recall.recall(pair.aus, found["delivered"], reason="sent in error", person="aus.analyst")
    outbox.deliver_due(pair.aus)
    return found


def scenes(names: Any) -> Iterator[Any]:
    """(party, person, name of the picture, path, buttons to press)."""
    held = f"/items/{names['opened']}"
    for party, person in (("JPN", None), ("AUS", None)):
        yield party, person, "sign-in", "/sign-in", ()
        yield (
            party,
            person,
            "sign-in-wrong",
            "/sign-in",
            (("main button", {"person": "nobody", "passphrase": "not the one at all"}),),
        )
        yield party, person, "invitation", "/invitation", ()
        yield party, person, "no-page", "/no/such/page", ()
    for person in (
        "jpn.clerk",
        "jpn.sato",
        "jpn.suzuki",
        "jpn.tanaka",
        "jpn.security",
        "jpn.auditor",
    ):
        yield "JPN", person, "register", "/", ()
        yield "JPN", person, "item", held, ()
        yield "JPN", person, "item-recalled", f"/items/{names['recalled']}", ()
    yield "JPN", "jpn.clerk", "item-delivered", f"/items/{names['delivered']}", ()
    for page in (
        "ledger",
        "people",
        "agreements",
        "agreements/jpn-aus-2022",
        "agreements/jpn-aus-2012-isa",
    ):
        for person in ("jpn.security", "jpn.sato"):
            yield "JPN", person, page.replace("/", "-"), f"/{page}", ()
    yield "JPN", "jpn.sato", "view", held, (("button[value=view]", {"purpose": "assessment"}),)
    yield "JPN", "jpn.sato", "refusal", held, (("button[value=open]", {"purpose": "acquisition"}),)
    for person in ("jpn.suzuki", "jpn.tanaka", "jpn.miller"):
        yield "JPN", person, "refusal", held, (("button[value=open]", {"purpose": "assessment"}),)
    yield "JPN", "jpn.sato", "error", "/items/JPN-2026-999999", ()
    for person in ("aus.release", "aus.second", "aus.analyst", "aus.clerk", "aus.auditor"):
        yield "AUS", person, "register", "/", ()
        yield "AUS", person, "item-waits", f"/items/{names['waits']}", ()
        yield "AUS", person, "item-recalled", f"/items/{names['recalled']}", ()
        yield "AUS", person, "item", held, ()
    yield "AUS", "aus.release", "release", "/release", ()
    yield "AUS", "aus.release", "composed", f"/release?{COMPOSED}", ()
    yield (
        "AUS",
        "aus.release",
        "composed-other",
        "/release?target=jpn-aus-2022:JPN&level=TOP+SECRET&area=disaster&c=Caveat|ORCON&countries=USA,XXQ",
        (),
    )
    yield (
        "AUS",
        "aus.release",
        "composed-rel",
        f"/release?{COMPOSED}&countries=GBR+USA&c=Access|Legal-Privilege",
        (),
    )
    yield "AUS", "aus.auditor", "release", "/release", ()
    yield "AUS", "aus.security", "people", "/people", ()
    yield "AUS", "aus.auditor", "ledger", "/ledger", ()


class Gallery:
    """Consoles of both nations served, a browser, and one signed-in tab per person, language and
    width.
    """

    def __init__(self, stack: Any, pair: Pair | Three, program: str) -> None:
        self.homes = {
            party: stack.enter_context(browser.served(Console(pair, party).app))
            for party in ("AUS", "JPN")
        }
        self.browser = stack.enter_context(browser.Browser(program))
        self.node = pair.jpn
        self._tabs: dict[Any, Any] = {}

    def tab(self, party: str, person: str, lang: str, width: int) -> Any:
        key = (party, person, lang)
        if key not in self._tabs:
            tab = self._tabs[key] = self.browser.tab(width=width, lang=lang)
            tab.visit(f"{self.homes[party]}/sign-in?lang={lang}")
            if person is not None:
                tab.press("main button", person=person, passphrase=PASSPHRASE)
        tab = self._tabs[key]
        if tab.width != width:
            tab.wide(width)
        return tab

    def show(self, scene: Any, lang: str, width: int) -> Any:
        """The scene's page in a tab."""
        party, person, _, path, presses = scene
        tab = self.tab(party, person, lang, width)
        tab.visit(self.homes[party] + path)
        for selector, fields in presses:
            tab.press(selector, **fields)
        return tab


def title(scene: Any, lang: str, width: int) -> Any:
    person = scene[1].replace(".", "-") if scene[1] else f"{scene[0].lower()}-nobody"
    return f"{person}-{scene[2]}-{width}-{lang}"


def take(gallery: Gallery, shown: Iterable[troubled.Scene], out: Path, wanted: str) -> None:
    """A picture of every wanted scene in both languages and widths; what sticks out is told."""
    for scene, lang, width in itertools.product(shown, LANGS, WIDTHS):
        name = title(scene, lang, width)
        if wanted not in name:
            continue
        tab = gallery.show(scene, lang, width)
        if beyond := tab.overflow():
            sys.stderr.write(f"{name}: sticks out: {beyond[:5]}\n")
        tab.picture(out / f"{name}.png")
        if name in SHOWN and not wanted:
            shutil.copyfile(out / f"{name}.png", DOCUMENTS / f"{SHOWN[name]}.png")


def main(out: Path, wanted: str = "") -> None:
    program = browser.found()
    if program is None:
        raise SystemExit("no Chromium on this machine: no pictures were taken")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        root, clock = Path(folder), Clock()
        nations.build(root / "pair", clock)
        nations.copy_of(root / "pair", root / "alarmed")
        pair = nations.opened(root / "pair", clock)
        stack.callback(pair.close)
        people(pair)
        take(Gallery(stack, pair, program), list(scenes(full(pair))), out, wanted)

        three, item = troubled.three(root / "alarmed", root / "three")
        stack.callback(three.close)
        take(Gallery(stack, three, program), troubled.three_scenes(item), out, wanted)

        alarmed = nations.opened(root / "alarmed", Clock())
        item = troubled.troubled(alarmed)
        take(Gallery(stack, alarmed, program), troubled.troubled_scenes(item), out, wanted)
        alarmed.close()
        back = troubled.set_back(root / "alarmed", root / "back", alarmed.clock)
        stack.callback(back.close)
        take(Gallery(stack, back, program), troubled.set_back_scenes(item), out, wanted)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
