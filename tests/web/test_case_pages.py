"""A visit at the console and over the API: what the host keeps for itself, and the forms that it is
printed on.
"""

from __future__ import annotations

import io

import pypdf
import pytest

from sealane.services.register import accounts
from tests.lane import dialogue, visits
from tests.lane.dialogue import settled, shown
from tests.web.test_api import caller
from tests.web.visiting import PASSPHRASE, Console


@pytest.fixture
def visit(pair):
    dialogue.officers(pair)
    for node, person in ((pair.aus, visits.HOSTS), (pair.jpn, visits.ASKS)):
        accounts.set_passphrase(node, person, PASSPHRASE)
    return visits.asked(pair)


def test_the_host_limits_a_visit_by_a_form_and_the_visitors_see_nothing_of_it(pair, visit):
    officer = Console(pair, "AUS").visitor(visits.HOSTS)
    place, keep = f"/cases/{visit}", f"/cases/{visit}/keep"
    page = officer.get(place).text
    assert "Sato Haruka" in page
    assert "特定秘密" in page
    filled = {
        "f-rooms": "aus.briefing\naus.mess",
        "f-subjects": "Berths",
        "f-words": "not the radar",
    }
    assert "Kept, here alone." in officer.send(place, keep, **filled).text
    page = officer.get(place, lang="ja").text
    assert "訪問の制限" in page
    assert "not the radar" in page
    # a form that comes filled in, and what is emptied goes
    assert "Berths</textarea>" in page
    officer.send(place, keep, **{"f-rooms": "aus.mess"})
    assert shown(pair.aus, visit)["own"]["limits"] == {"rooms": ["aus.mess"]}
    wrong = officer.send(place, keep, **{"f-rooms": "a b"})
    assert wrong.status_code == 400
    assert "case.form" in wrong.text
    assert "a b</textarea>" in wrong.text
    settled(pair)
    there = Console(pair, "JPN").visitor(visits.ASKS).get(place).text
    assert keep not in there
    assert "aus.mess" not in there


def test_a_visit_is_printed_from_its_page_on_the_form_that_is_chosen(pair, visit):
    officer = Console(pair, "JPN").visitor(visits.ASKS)
    place = f"/cases/{visit}"
    page = officer.get(place).text
    for form in ("usa", "jpn", "aus"):
        assert f'<option value="{form}">' in page
    sent = officer.send(place, f"{place}/print", form="jpn", lang_of="")
    assert sent.headers["content-type"] == "application/pdf"
    assert f"{visit}-jpn.pdf" in sent.headers["content-disposition"]
    text = pypdf.PdfReader(io.BytesIO(sent.content)).pages[0].extract_text()
    assert text.index("訪問許可申請書") < text.index("Application for a visit")
    assert officer.send(place, f"{place}/print", form="gbr", lang_of="").status_code == 404


def test_the_api_keeps_limits_and_prints(pair, visit):
    host = caller(Console(pair, "AUS"), visits.HOSTS)
    path = f"/api/v1/cases/{visit}"
    kept = host.post(f"{path}/own/limits", json={"form": {"words": "x"}})
    assert kept.json()["own"]["limits"] == {"words": "x"}
    assert host.post(f"{path}/own/other", json={"form": {}}).status_code == 409
    wrong_kind = host.post(f"{path}/own/limits", json={"form": {}, "kind": "rfi"})
    assert (wrong_kind.status_code, wrong_kind.json()["code"]) == (404, "case.unknown")
    answer = host.post(f"{path}/printed", json={"form": "usa", "lang": "ja"})
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    there = caller(Console(pair, "JPN"), visits.ASKS)
    assert there.post(f"{path}/own/limits", json={"form": {}}).json()["code"] == "life.not_yours"
    assert "limits" not in there.get(path).json()["own"]


def test_a_decision_shows_what_inspections_say_of_its_subcontractors(pair):
    dialogue.officers(pair)
    accounts.set_passphrase(pair.aus, "aus.security", PASSPHRASE)
    form = {
        "elements": ["seeker"],
        "end_use": "coastal defence",
        "members": ["AUS:aus.release", "JPN:jpn.release"],
        "subcontractors": ["Kure Optics", "Harima Castings"],
        "until": dialogue.at(pair, 30 * 86_400),
    }
    case = dialogue.opened(pair.aus, "transfer-decision", form)["id"]
    officer = Console(pair, "AUS").visitor("aus.security")
    place = f"/cases/{case}"
    page = officer.get(place).text
    assert page.count("Never inspected") == 2
    words = {
        "f-subcontractor": "Kure Optics",
        "f-site": "Hall 2",
        "f-on": dialogue.at(pair, -86_400),
        "f-next": dialogue.at(pair, 86_400),
        "f-points": ["storage", "copying"],
    }
    officer.send(place, f"{place}/say", event="inspect", **words)
    page = officer.get(place).text
    assert page.count("Never inspected") == 1
    assert "Hall 2" in page
    assert "a responsible person is named" in page
    assert "責任者を指名している" in officer.get(place, lang="ja").text
