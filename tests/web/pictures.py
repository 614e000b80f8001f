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
from dataclasses import replace
from pathlib import Path
from typing import Any

from sealane.base.errors import SealaneError
from sealane.registry.desk_records import FormKind
from sealane.services.exchange import (
    arrival,
    outbox,
    recall,
    release,
    release_forms,
    signature,
)
from sealane.services.register import directory
from sealane.services.register.acts import Actor
from sealane.services.reminders import wishes
from tests import nations, sheets
from tests.clock import Clock
from tests.lane.drill import Drill
from tests.nations import Pair
from tests.nations_three import Three
from tests.web import (
    audit_scenes,
    browser,
    case_scenes,
    drill_scenes,
    troubled,
    two_scenes,
    within_scenes,
)
from tests.web.visiting import PASSPHRASE, Console

SIGN_IN = "form[action='/sign-in'] button"
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
    found["report"] = nations.share(
        pair,
        sheets.pdf(*(sheets.words(f"Vessel movements, sheet {one}") for one in (1, 2, 3))),
        title=LONG_EN,
        media_type="application/pdf",
        reference="report",
    )
    recalled = found["recalled"] = nations.share(
        pair, TEXT, title="Superseded survey.pdf", reference="recalled"
    )
    pair.settle()
    recall.recall(pair.aus, recalled, reason="superseded", person="aus.analyst")
    pair.settle()
    found |= on_the_desk(pair)
    found |= case_scenes.cases(pair, found["opened"])
    found |= within_scenes.within(pair)
    found |= two_scenes.two(pair)
    pair.line.down.add("JPN")
    try:
        late = nations.share(pair, TEXT, title="Line is down.pdf", reference="late")
        recall.recall(pair.aus, late, reason="sent in error", person="aus.analyst")
    except SealaneError:
        recall.recall(pair.aus, found["delivered"], reason="sent in error", person="aus.analyst")
    outbox.deliver_due(pair.aus)
    with pair.jpn.store.reading() as tx:
        sato = pair.jpn.person(tx, "jpn.sato")
    sooner = [{**one, "expires": "2027-03-01T00:00:00Z"} for one in sato["clearances"]]
    directory.enter(pair.jpn, {**sato, "clearances": sooner})
    return found


def reminded(pair: Pair) -> None:
    """Japan's node has a mail server; one person is told by e-mail, and another has still to prove
    where.
    """
    site = pair.sites["JPN"]
    settings = replace(
        site.node.settings, mail_server="localhost", mail_sender="sealane@tokyo.jpn.example"
    )
    node = replace(site.node, settings=settings)
    pair.sites["JPN"], pair.line.nodes["JPN"] = replace(site, node=node), node
    for name in ("jpn.clerk", "jpn.suzuki"):
        address = f"{name}.of-the-registry-of-classified-documents@tokyo.jpn.example"
        wishes.wish(node, Actor(name), wishes.ReminderWish(address=address))
    with node.store.reading() as tx:
        row = node.records.reminders.get(tx, person="jpn.clerk")
    assert row is not None
    assert row.wanted is not None
    code = wishes.code_of(site.secret, row.person, row.wanted, row.nonce)
    wishes.confirm(node, site.secret, Actor("jpn.clerk"), code)


def on_the_desk(pair: Pair) -> dict[str, str]:
    """What lies on the release desk: waiting, sent back, a draft, a template and a list."""
    made = {}
    for name, title in (("waits", "Needs a second signer.pdf"), ("held", LONG_JA[:80])):
        reason = "Their liaison asked for it at the meeting of 12 November. 連絡官の要請による。"
        asked = nations.wanted(
            pair.aus, second=None, title=title, reference=name, media_type="text/plain"
        )
        asked = replace(asked, reason=reason)
        made[name] = release.release(pair.aus, asked, io.BytesIO(TEXT)).item
    signature.send_back(pair.aus, made["held"], "aus.second", reason="Which survey is meant?")
    terms = {"to": ["JPN"], "agreement": nations.AGREEMENT, "purpose": "assessment"}
    for kind, name in (
        (FormKind.DRAFT, "Harbour survey, annex C"),
        (FormKind.TEMPLATE, "Weekly vessel movements"),
        (FormKind.LIST, "海洋分野の相手国（四半期評価）"),
    ):
        terms |= {"area": "maritime", "project": nations.PROJECT}
        release_forms.keep(pair.aus, Actor("aus.release"), kind=kind, name=name, terms=terms)
    return made


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
            ((SIGN_IN, {"person": "nobody", "passphrase": "not the one at all"}),),
        )
        yield party, person, "invitation", "/invitation", ()
        yield party, person, "sign-in-certificate", "/sign-in/certificate", ()
        yield party, person, "no-page", "/no/such/page", ()
    for person in (
        "jpn.clerk",
        "jpn.sato",
        "jpn.suzuki",
        "jpn.tanaka",
        "jpn.security",
        "jpn.auditor",
    ):
        yield "JPN", person, "home", "/", ()
        yield "JPN", person, "register", "/register", ()
        yield "JPN", person, "item", held, ()
        yield "JPN", person, "item-recalled", f"/items/{names['recalled']}", ()
    yield "JPN", "jpn.clerk", "item-delivered", f"/items/{names['delivered']}", ()
    yield "JPN", "jpn.clerk", "register-list", "/register", ()
    yield "JPN", "jpn.clerk", "register-dense", "/register?state=delivered&view=dense", ()
    yield "JPN", "jpn.clerk", "register-print", "/register/print", ()
    yield "JPN", "jpn.security", "access", "/access", ()
    yield "AUS", "aus.release", "recall-reach", f"{held}/recall", ()
    yield "AUS", "aus.analyst", "register-new", "/register/new", ()
    for page in (
        "ledger",
        "people",
        "agreements",
        "agreements/jpn-aus-2022",
        "agreements/jpn-aus-2012-isa",
        "agreements/jpn-aus-2022/versions",
        "partners",
        "people/jpn.sato",
    ):
        for person in ("jpn.security", "jpn.sato"):
            if page.endswith("/versions") and person == "jpn.sato":
                continue  # not hers to see
            yield "JPN", person, page.replace("/", "-"), f"/{page}", ()
    for page in (
        "people/new",
        "people/register",
        "people/jpn.suzuki",
        "facilities",
        "assurances",
        "upkeep",
        "horizon?days=365",
    ):
        name = page.partition("?")[0].replace("/", "-")
        yield "JPN", "jpn.security", name, f"/{page}", ()
    yield "JPN", "jpn.clerk", "register-print", "/register/print", ()
    yield "JPN", "jpn.security", "access", "/access", ()
    yield "AUS", "aus.analyst", "register-new", "/register/new", ()
    yield "AUS", "aus.analyst", "item-recall", f"{held}/recall", ()
    yield "JPN", "jpn.sato", "account", "/account", ()
    yield "JPN", "jpn.clerk", "account-told", "/account", ()
    yield "JPN", "jpn.suzuki", "account-to-prove", "/account", ()
    yield "AUS", "aus.analyst", "account-no-mail", "/account", ()
    feed = {"feed_name": "Desk 3", "feed_days": "90"}
    press = (("form[action='/account/feed'] button", feed),)
    yield "JPN", "jpn.clerk", "account-feed", "/account", press
    yield "JPN", "jpn.clerk", "reminder-end", "/reminders/end?word=x", ()
    yield (
        "JPN",
        "jpn.tanaka",
        "account-codes",
        "/account",
        (("form[action='/account/codes'] button", {}),),
    )
    yield "JPN", "jpn.sato", "view", held, (("button[value=view]", {"purpose": "assessment"}),)
    report = f"/items/{names['report']}"
    yield "JPN", "jpn.sato", "pages", report, (("button[value=view]", {"purpose": "assessment"}),)
    yield "JPN", "jpn.sato", "refusal", held, (("button[value=open]", {"purpose": "acquisition"}),)
    for person in ("jpn.suzuki", "jpn.miller"):
        yield "JPN", person, "refusal", held, (("button[value=open]", {"purpose": "assessment"}),)
    yield "JPN", "jpn.sato", "error", "/items/JPN-2026-999999", ()
    for person in ("aus.release", "aus.second", "aus.analyst", "aus.clerk", "aus.auditor"):
        yield "AUS", person, "home", "/", ()
        yield "AUS", person, "register", "/register", ()
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
    yield "AUS", "aus.release", "desk-preview", f"/release?{COMPOSED}&preview=1", ()
    for shelf in ("drafts", "waiting", "held", "sent"):
        yield "AUS", "aus.release", f"desk-{shelf}", f"/release/queue?shelf={shelf}", ()
    yield "AUS", "aus.release", "desk-forms", "/release/forms", ()
    yield "AUS", "aus.release", "desk-became", f"/release/sent/{names['waits']}", ()
    yield "AUS", "aus.second", "desk-sign", f"/items/{names['waits']}/sign", ()
    yield "AUS", "aus.release", "desk-answer", f"/items/{names['held']}/sign", ()
    yield "AUS", "aus.auditor", "release", "/release", ()
    yield "AUS", "aus.security", "people", "/people", ()
    yield "AUS", "aus.auditor", "ledger", "/ledger", ()
    yield from case_scenes.scenes(names)
    yield from within_scenes.scenes(names)
    yield from two_scenes.scenes(names)


class Gallery:
    """Consoles of both nations served, a browser, and one signed-in tab per person, language and
    width.
    """

    def __init__(self, stack: Any, pair: Pair | Three | Drill, program: str) -> None:
        self.homes = {
            party: stack.enter_context(browser.served(Console(pair, party).app))
            for party in pair.sites
        }
        self.browser = stack.enter_context(browser.Browser(program))
        self.node = pair.line.nodes.get("JPN")
        self._tabs: dict[Any, Any] = {}

    def tab(self, party: str, person: str, lang: str, width: int) -> Any:
        key = (party, person, lang)
        if key not in self._tabs:
            tab = self._tabs[key] = self.browser.tab(width=width, lang=lang)
            tab.visit(f"{self.homes[party]}/sign-in?lang={lang}")
            if person is not None:
                tab.press(SIGN_IN, person=person, passphrase=PASSPHRASE)
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
        reminded(pair)
        found = [*scenes(full(pair)), *audit_scenes.scenes(pair.jpn)]
        take(Gallery(stack, pair, program), found, out, wanted)
        two_scenes.at_production(pair)
        take(Gallery(stack, pair, program), two_scenes.production_scenes(), out, wanted)

        three, item = troubled.three(root / "alarmed", root / "three")
        stack.callback(three.close)
        take(Gallery(stack, three, program), troubled.three_scenes(item), out, wanted)

        drill, item = drill_scenes.drilled(root / "drill")
        stack.callback(drill.close)
        take(Gallery(stack, drill, program), drill_scenes.drill_scenes(item), out, wanted)

        alarmed = nations.opened(root / "alarmed", Clock())
        item = troubled.troubled(alarmed)
        take(Gallery(stack, alarmed, program), troubled.troubled_scenes(item), out, wanted)
        alarmed.close()
        back = troubled.set_back(root / "alarmed", root / "back", alarmed.clock)
        stack.callback(back.close)
        take(Gallery(stack, back, program), troubled.set_back_scenes(item), out, wanted)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
