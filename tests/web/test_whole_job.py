"""The whole job as people do it, in both languages: three live nations, each a process of its
own, a real browser, a software passkey, a real identity provider.

Where this machine has no Chromium, or the provider is not installed (`make peers`), the run says
so.
"""

import re
import shutil

import pytest
from playwright.sync_api import expect

from sealane.cli.demo.cast import PROJECT
from sealane.web.words import name_of
from tests import sheets
from tests.clock import in_days
from tests.nations_three import TRILATERAL
from tests.web import browser, live, ministry

ASKERS = {"ja": "jpn.suzuki", "en": "jpn.ito"}
"""Named for the project; the one was never cleared, the other's clearance has lapsed."""
SECURITY_POST = {"ja": "保全責任者", "en": "Security officer"}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    program = browser.found()
    if program is None or not (ministry.PLACE / "node_modules").is_dir():
        yield None
        return
    with live.world(tmp_path_factory.mktemp("day"), program) as made:
        yield made


@pytest.fixture
def people(request, world):
    request.node.user_properties.extend((("peer", "Chromium"), ("peer", "oidc-provider")))
    if world is None or shutil.which("node") is None:
        pytest.skip("there is no Chromium on this machine, or no oidc-provider: make peers")
    return world


@pytest.mark.timeout(900)  # the world of three nodes with it, and their own times of waiting
@pytest.mark.parametrize("lang", ["ja", pytest.param("en", marks=pytest.mark.deep)])
def test_an_item_goes_from_one_nation_to_two_is_read_refused_recalled_and_proven(
    people, lang, tmp_path
):
    title = f"Harbour survey 港湾調査 {lang}"
    officer = signed_in_by_passkey(people, lang)
    composed(officer)
    item = released(officer, title, tmp_path)
    countersigned(people, lang, item)
    accepted(people, lang, item, title)
    reader = people.desk("JPN", lang).by_ministry("jpn.sato")
    read_page_by_page(reader, item)
    refused(reader, item)
    asker = people.desk("JPN", lang).sign_in(ASKERS[lang])
    asked_for(asker, item)
    mended(people.desk("JPN", lang).sign_in("jpn.security"), asker, item)
    recalled(officer, reader, people, item)
    proven(people, lang, item, tmp_path)
    assert [one for desk in people.desks for one in desk.faults] == []


def signed_in_by_passkey(people, lang):
    """The release officer makes a passkey of her own, goes, and comes back by it alone."""
    desk = people.desk("AUS", lang, host="localhost").with_authenticator()
    desk.sign_in("aus.release")
    desk.visit("/account")
    desk.field("account.passkey_name").fill(f"Laptop {lang}")
    desk.button("account.add_passkey").click()
    desk.sees(f"Laptop {lang}")
    desk.button("shell.sign_out").click()
    desk.sees(desk.say("signin.ended"))
    desk.button("signin.passkey").click()
    expect(desk.button("shell.sign_out")).to_be_visible()
    return desk


def composed(desk):
    """She says what goes where and for what, and sees who could read it there before she decides:
    both partners are asked, and answer signed.
    """
    page = desk.page
    desk.menu("shell.release")
    page.get_by_role("combobox", name=desk.say("release.to")).select_option(f"{TRILATERAL}:JPN")
    for name, value in (("area", "maritime"), ("purpose", "assessment")):
        page.get_by_role("combobox", name=desk.say(f"release.{name}")).select_option(value)
    desk.button("release.compose").click()
    page.locator("input[name=to][value=USA]").check()
    page.locator("input[name=level][value=SECRET]").check()
    desk.field("release.project").fill(PROJECT)
    desk.field("release.until").fill(in_days(90)[:10])
    desk.button("release.compose").click()
    expect(page.locator(".printed")).to_have_text(re.compile("SECRET.*REL.*AUS.*JPN.*USA"))
    page.locator("form[action='/release/ask'] button").click()
    readers = page.locator("#readers")
    expect(readers.get_by_text("USA reader").first).to_be_visible()
    expect(readers.get_by_text(post_of_sato(desk)).first).to_be_visible()
    desk.sees(desk.say("release.foreseen_waits"))


def post_of_sato(desk):
    """The reader's post in Japan, as its node tells it to a partner."""
    found = desk.page.locator("#readers li").all_inner_texts()
    return next(one for one in found if "USA" not in one)


def released(desk, title, folder):
    """She gives the file, says why where it is unusual (the first release to a partner is), and
    decides; the item waits for a second signature.
    """
    paper = folder / "survey.pdf"
    pages = (sheets.words(f"Harbour survey {desk.lang} {page}") for page in (1, 2, 3))
    paper.write_bytes(sheets.pdf(*pages))
    page = desk.page
    page.locator("input[name=file]").set_input_files(paper)
    desk.field("release.item_title").fill(title)
    page.get_by_role("combobox", name=desk.say("release.originator")).select_option("aus.analyst")
    if (asked := page.locator("textarea[name=answer]")).count():
        asked.fill("asked for by both liaisons")
    desk.button("release.button").click()
    desk.sees(desk.say("act.done_waiting"))
    return desk.path.removeprefix("/release/sent/")


def countersigned(people, lang, item):
    """The second signer signs; nothing had left before."""
    assert people.stage.run("item", "show", item, party="JPN")[0] == 1
    desk = people.desk("AUS", lang).sign_in("aus.second")
    desk.visit(f"/items/{item}")
    desk.button("act.sign_button").click()
    desk.sees(desk.say("act.done_signed"))


def accepted(people, lang, item, title):
    """It comes to both partners by itself; Japan's clerk finds it in the register, and accepts."""
    desk = people.desk("JPN", lang).sign_in("jpn.clerk")
    desk.until_there(f"/items/{item}")
    desk.visit("/")
    desk.page.locator("table").get_by_role("link", name=item).click()
    desk.sees(title)
    desk.button("act.accept_button").click()
    desk.sees(desk.say("act.done_accepted"))
    people.desk("USA", lang).sign_in("usa.clerk").until_there(f"/items/{item}")


def read_page_by_page(desk, item):
    """The reader turns three pages, each a picture with her post on it; nothing is saved."""
    desk.visit(f"/items/{item}")
    desk.button("act.view").click()
    seen = set()
    for number in (1, 2, 3):
        desk.sees(desk.say("view.page", page=number, pages=3))
        sheet = desk.page.get_by_role("img", name=desk.say("view.picture", page=number, pages=3))
        assert sheet.evaluate("one => one.complete && one.naturalWidth > 400")
        seen.add(sheet.get_attribute("src"))
        if number < 3:
            desk.page.get_by_role("link", name=desk.say("view.after")).first.click()
    assert len(seen) == 3


def refused(desk, item):
    """Another purpose is refused, with the clause and who can mend it."""
    desk.visit(f"/items/{item}")
    desk.page.get_by_role("combobox", name=desk.say("act.purpose")).select_option("exercise")
    desk.button("act.view").click()
    expect(desk.page.locator("h1.refused")).to_have_text(desk.say("refusal.title"))
    for said in ("refusal.missing", "refusal.mend"):
        desk.sees(desk.say(said))


def asked_for(desk, item):
    """Somebody who is named for the project, and neither cleared nor briefed, is refused; the card
    names the post that can mend it, and takes the request there.
    """
    desk.visit("/")
    desk.page.locator("table").get_by_role("link", name=item).click()
    desk.page.get_by_role("combobox", name=desk.say("act.purpose")).select_option("assessment")
    desk.button("act.view").click()
    expect(desk.page.locator("h1.refused")).to_have_text(desk.say("refusal.title"))
    desk.sees(re.compile(re.escape(SECURITY_POST[desk.lang])))
    desk.field("access.why").fill("For the quarterly assessment 四半期評価")
    desk.button("access.ask_button").click()
    expect(desk.page.locator("h1")).to_have_text(desk.say("access.title"))
    desk.sees(name_of(desk.lang, "state", "asked"))


def mended(officer, asker, item):
    """The security officer finds the request on her home page, agrees, and does what mends it, each
    where the request leads; then the item opens to who asked, and not before.
    """
    kind = name_of(officer.lang, "home_kind", "access")
    officer.page.get_by_role("link", name=kind, exact=True).first.click()
    officer.sees("For the quarterly assessment 四半期評価")
    officer.field("access.reason").fill("needed 必要と認める")
    officer.button("access.grant").click()
    officer.sees(officer.say("access.done_grant"))
    cannot_view(asker, item)
    officer.page.locator(f"a.do[href^='/people/{ASKERS[officer.lang]}?mend=clearances']").click()
    officer.page.locator("#clearances [name=grade]").select_option("JPN|JPN|特定秘密")
    officer.page.locator("#clearances [name=basis]").select_option("assessed")
    officer.page.locator("#clearances [name=granted]").fill(in_days(-1)[:10])
    officer.page.locator("#clearances [name=expires]").fill(in_days(365)[:10])
    officer.page.locator("#clearances [name=sponsor]").fill("jpn.defence")
    officer.button("person.add_clearance_button").click()
    officer.sees(officer.say("person.done_changed"))
    cannot_view(asker, item)
    mending = name_of(officer.lang, "home_kind", "access-mend")
    officer.visit("/")
    officer.page.get_by_role("link", name=mending, exact=True).first.click()
    expect(officer.page.locator("#briefings select[name=agreement]")).to_have_value(TRILATERAL)
    officer.page.locator("#briefings details[open] [name=until]").fill(in_days(90)[:10])
    officer.button("person.brief_button").click()
    officer.sees(officer.say("person.done_changed"))
    officer.visit("/")
    expect(officer.page.get_by_role("link", name=mending, exact=True)).to_have_count(0)
    answered = name_of(asker.lang, "home_kind", "access-granted")
    asker.visit("/")
    expect(asker.page.get_by_role("link", name=answered, exact=True)).to_have_count(1)
    views(asker, item)


def cannot_view(desk, item):
    """The next opening is decided anew, and what is not mended yet refuses it."""
    desk.visit(f"/items/{item}")
    desk.page.get_by_role("combobox", name=desk.say("act.purpose")).select_option("assessment")
    desk.button("act.view").click()
    expect(desk.page.locator("h1.refused")).to_have_text(desk.say("refusal.title"))


def views(desk, item):
    desk.visit(f"/items/{item}")
    desk.page.get_by_role("combobox", name=desk.say("act.purpose")).select_option("assessment")
    desk.button("act.view").click()
    desk.sees(desk.say("view.page", page=1, pages=3))


def recalled(officer, reader, people, item):
    """The officer calls every copy back; the reader cannot read on, and both partners' answers
    come.
    """
    officer.visit(f"/items/{item}/recall")
    officer.page.locator("form[action$='/recall'] [name=reason]").fill("sent in error")
    officer.page.locator("form[action$='/recall'] [name=confirmed]").check()
    officer.button("act.recall_button").click()
    officer.sees(officer.say("act.done_recalled"))
    reader.until(f"/items/{item}", lambda: reader.page.locator("[role=alert]").count() > 0)
    reader.sees(reader.say("register.recalled"))
    expect(reader.button("act.view")).to_have_count(0)
    reader.visit(f"/items/{item}/view/2")
    expect(reader.page.locator("img.sheet")).to_have_count(0)
    destroyed = officer.say("event.statement.destroyed")
    officer.until(
        f"/items/{item}",
        lambda: officer.page.locator(".timeline b", has_text=destroyed).count() == 2,
    )


def proven(people, lang, item, folder):
    """Everything that was recorded is proven to both; the file that is made of it proves it to
    anybody, on a page that has no network.
    """
    desk = people.desk("AUS", lang).sign_in("aus.auditor")
    shared = desk.page.locator(".timeline li:not(.internal)")
    desk.until(f"/items/{item}", lambda: shared.count() == desk.page.locator(".proven").count() > 6)
    people.stage.must("evidence", "page", str(folder / "verify.html"), keys=False)
    desk.context.set_offline(True)
    for party in ("JPN", "USA"):
        proof = folder / f"{party}.evidence"
        people.stage.must("evidence", "export", item, str(proof), "--with", party, party="AUS")
        desk.page.goto((folder / "verify.html").as_uri())
        desk.page.locator("#file").set_input_files(proof)
        expect(desk.page.locator("#verdict")).to_have_class(re.compile("holds|open"))
        for said in ("opened", "recall.ordered", "destroyed") if party == "JPN" else ("destroyed",):
            expect(desk.page.get_by_text(said, exact=True).first).to_be_visible()
