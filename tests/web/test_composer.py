"""The composer at the release desk: what remains is offered, the rest says why not, and no invalid
mark comes out.
"""

import html
import re

import pytest

from sealane.decisions.decide import Decision
from sealane.labels.composing.choices import compose
from sealane.web.pages import mark_form
from tests import nations

CHOICE = {
    "target": "jpn-aus-2022:JPN",
    "level": "SECRET",
    "area": "maritime",
    "purpose": "assessment",
    "project": nations.PROJECT,
    "until": "2027-11-22",
}
JAPANESE = re.compile(r"[\u3041-\u3096]")
FILE = {"file": ("survey.txt", b"survey", "text/plain")}


def words(page, name):
    """Every choice of a field: its value, whether it may be chosen, and what is said of it."""
    found = {}
    for shut, tag, rest in re.findall(
        rf'<label class="choice( shut)?"><input ([^>]*name="{name}"[^>]*)>(.*?)</label>',
        page.text,
        re.DOTALL,
    ):
        value = html.unescape(re.search(r'value="([^"]*)"', tag)[1])
        found[value] = (not shut, html.unescape(re.sub(r"<[^>]+>|\s+", " ", rest)))
    return found


def unmet(page):
    """The clauses that the page says would refuse."""
    part = re.search(r'<ul class="unmet">(.*?)</ul>', page.text, re.DOTALL)
    return set() if part is None else set(re.findall(r"<b>([0-9.]+)</b>", part[1]))


@pytest.fixture
def officer(canberra):
    return canberra.visitor("aus.release")


def test_levels_that_the_agreement_refuses_are_shown_shut_with_their_clause(officer):
    found = words(officer.get("/release", **CHOICE), "level")
    assert {name for name, (open_, _) in found.items() if open_} == {
        "OFFICIAL: Sensitive",
        "SECRET",
    }
    assert "2.1 The label's level must have a row" in found["OFFICIAL"][1]
    assert "2.3 The level must not exceed the ceiling" in found["TOP SECRET"][1]
    assert "No longer in use." in found["CONFIDENTIAL"][1]


def test_reasons_are_told_in_the_readers_language(officer):
    officer.lang = "ja"
    found = words(officer.get("/release", **CHOICE), "level")
    assert "2.1 ラベルの区分がこの分野の表に行を持ち" in found["OFFICIAL"][1]
    assert "現在は使われていません。" in found["CONFIDENTIAL"][1]
    assert JAPANESE.search(
        words(officer.get("/release", **CHOICE), "c")["Caveat|AUSTEO"][1].removeprefix(" AUSTEO")
    )


def test_a_caveat_is_shut_by_the_agreement_and_a_contradiction_by_the_scheme(officer):
    found = words(officer.get("/release", **CHOICE), "c")
    assert found["Caveat|ORCON"][0] is False
    assert "carry no caveat" in found["Caveat|ORCON"][1]
    assert found["Caveat|AUSTEO"][0] is False
    assert "exclude one another" in found["Caveat|AUSTEO"][1]
    assert found["Access|Legal-Privilege"][0] is True


def test_the_area_decides_which_levels_remain(officer):
    opened = {
        area: {
            name
            for name, (open_, _) in words(
                officer.get("/release", **{**CHOICE, "area": area}), "level"
            ).items()
            if open_
        }
        for area in ("defence", "energy", "disaster")
    }
    assert opened == {
        "defence": {"TOP SECRET", "SECRET", "OFFICIAL: Sensitive"},
        "energy": {"PROTECTED", "OFFICIAL: Sensitive"},
        "disaster": {"OFFICIAL: Sensitive"},
    }


def test_the_mark_is_shown_as_it_will_be_printed_and_is_what_arrives(officer, canberra, pair):
    page = officer.get("/release", **CHOICE, countries="gbr, USA", c="Access|Legal-Privilege")
    assert '<p class="printed c-rose">SECRET//REL AUS/GBR/JPN/USA//Legal Privilege</p>' in page.text
    done = officer.send(
        page, "/release", files=FILE, originator="aus.analyst", kind="file", answer="r"
    )
    name = done.url.path.rsplit("/", 1)[1]
    canberra.visitor("aus.second").send(f"/items/{name}", f"/items/{name}/countersign")
    with pair.jpn.store.reading() as tx:
        categories = {
            one["tag"]: one["values"] for one in pair.jpn.item(tx, name).label["categories"]
        }
    assert categories == {
        "Releasable To": ["AUS", "GBR", "JPN", "USA"],
        "Access": ["Legal-Privilege"],
    }


def test_an_unknown_country_is_named_and_nothing_can_be_sent(officer):
    page = officer.get("/release", **CHOICE, countries="USA XXQ")
    assert "Not a country or group that may stand here: XXQ." in page.text
    assert 'type="file"' not in page.text
    assert words(page, "level")["SECRET"][0] is True


def test_a_form_that_names_what_was_shut_makes_no_invalid_label(officer, pair):
    desk = officer.get("/release", **CHOICE)
    for c, status in (("Caveat|AUSTEO", 400), ("Caveat|ORCON", 403), ("Nonsense|X", 303)):
        form = re.search(r'<form method="post" action="/release".*?</form>', desk.text, re.DOTALL)[
            0
        ]
        hidden = {
            name: html.unescape(value)
            for name, value in re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form)
        }
        sent = officer.client.post(
            "/release",
            data={**hidden, "c": c, "originator": "aus.analyst", "kind": "file", "answer": "r"},
            files=FILE,
            follow_redirects=False,
        )
        if status == 403:
            sent = officer.client.get(sent.headers["location"])
            assert "2.1" in sent.text
        assert sent.status_code == status, c
    with pair.aus.store.reading() as tx:
        labels = [row.label for row in pair.aus.records.items.find(tx, order="id")]
    assert [[one["tag"] for one in label["categories"]] for label in labels] == [["Releasable To"]]


@pytest.mark.parametrize(
    ("level", "area"),
    [
        ("SECRET", "maritime"),
        ("TOP SECRET", "disaster"),
        ("PROTECTED", "maritime"),
        ("OFFICIAL: Sensitive", "climate"),
        ("SECRET", "energy"),
    ],
)
def test_what_the_page_foresees_is_what_is_then_decided(officer, level, area):
    page = officer.send(
        officer.get("/release", **{**CHOICE, "level": level, "area": area}), "/release/ask"
    )
    foreseen = unmet(page)
    sent = officer.send(
        page, "/release", files=FILE, originator="aus.analyst", kind="file", answer="r"
    )
    decided = (
        set(re.findall(r"Clause ([0-9.]+)", re.sub(r"<[^>]+>", "", sent.text))) - {"3.8"}
        if sent.status_code == 403
        else set()
    )
    assert foreseen == decided


@pytest.mark.parametrize(
    ("policy", "level"),
    [("AUS", "SECRET"), ("AUS", "OFFICIAL: Sensitive"), ("JPN", "極秘"), ("GBR", "SECRET")],
)
def test_every_choice_on_offer_leads_to_a_label_that_its_scheme_accepts(pair, policy, level):
    at, schemes = pair.clock.now(), pair.aus.schemes
    desk = mark_form.MarkForm(
        schemes=schemes,
        policy=policy,
        parties=("AUS", "JPN") if policy != "GBR" else ("GBR", "JPN"),
        at=at,
        lang="en",
        foresee=lambda _: None,
    )
    found = desk.offer(mark_form.Wish(level=level))
    assert found.foreseen is None or isinstance(found.foreseen, Decision)
    for one in (word for group in found.groups for word in group.words if not word.why):
        made = desk.compose(mark_form.Wish(level=level, picked=(one.value,)))
        assert made.label is not None or made.missing in (
            "label.requires",
            "label.selection",
        ), one.value
        if made.label is not None:
            schemes.check(made.label)
    shut = {one.name for one in found.levels if one.why}
    assert {
        one.name for one in compose(policy, None, {}, schemes, at=at).levels if not one.open
    } <= shut


def test_a_project_that_the_register_does_not_know_is_said_with_those_it_knows(officer, pair):
    nations.share(pair)
    slip = {**CHOICE, "project": nations.PROJECT + "x"}
    assert f"it knows: {nations.PROJECT}" in officer.get("/release", **slip).text
    assert "既知の事業" in officer.get("/release", **slip, lang="ja").text
    assert "it knows" not in officer.get("/release", **CHOICE).text
