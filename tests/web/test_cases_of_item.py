"""An item's page leads to the cases that concern it, as far as this person may know of them, and to
a new one about it.

Spec: docs/console.md §The item; spec/case.md §6.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from sealane.services.dialogue import seeing
from sealane.services.dialogue.seeing import CasesAsked
from sealane.services.register.acts import Actor
from sealane.web.words import say
from tests import nations
from tests.lane import dialogue
from tests.lane.dialogue import RFI, opened, said, settled
from tests.web.test_release_desk import plain
from tests.web.visiting import TEXT, Console

CONSENT = {"act": "new-purpose", "purpose": "training", "reason": "A course."}


@pytest.fixture
def concerned(pair: Any, item: str) -> tuple[str, str]:
    """A case about the item, which Japan opened, and one about nothing."""
    dialogue.officers(pair)
    about = opened(pair.jpn, "consent", CONSENT, item)["id"]
    nothing = opened(pair.aus, "rfi", RFI)["id"]
    settled(pair)
    return about, nothing


def section(page: Any) -> str:
    found = re.search(r'<section class="card" id="cases">.*?</section>', page.text, re.DOTALL)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_cases_of_an_item_stand_on_its_page_at_both_nodes(
    canberra: Console, tokyo: Console, item: str, concerned: tuple[str, str], lang: str
) -> None:
    about, nothing = concerned
    for console, person in ((canberra, "aus.auditor"), (tokyo, "jpn.clerk")):
        visitor = console.visitor(person, lang)
        part = section(visitor.get(f"/items/{item}"))
        assert f'href="/cases/{about}"' in part
        assert nothing not in part
        assert say(lang, "case.title") in part
        whole = visitor.get("/cases", item=item, all="on").text
        assert about in whole
        assert nothing not in whole


def test_who_spoke_in_no_case_reads_of_none(
    tokyo: Console, pair: Any, item: str, concerned: tuple[str, str]
) -> None:
    part = section(tokyo.visitor("jpn.sato").get(f"/items/{item}"))
    assert say("en", "case.none_of_item") in part
    assert concerned[0] not in part
    own = opened(pair.jpn, "rfi", RFI, item, person="jpn.sato")["id"]
    part = section(tokyo.visitor("jpn.sato").get(f"/items/{item}"))
    assert own in part
    assert concerned[0] not in part


def test_an_item_that_is_not_there_for_somebody_leads_to_no_case(pair: Any, item: str) -> None:
    dialogue.officers(pair)
    other = nations.share(pair, TEXT, title="Another", reference="another", project="elsewhere")
    own = opened(pair.jpn, "rfi", RFI, person="jpn.sato")["id"]
    settled(pair)
    said(pair.aus, own, "accept")
    settled(pair)
    said(pair.aus, own, "answer", other, text="As in the item named.")
    settled(pair)
    asked = CasesAsked(item=other)
    staff = seeing.listed(pair.jpn, asked, person=Actor("jpn.clerk"))
    assert [one["id"] for one in staff["cases"]] == [own]
    nothing = {"cases": [], "after": None}
    assert seeing.listed(pair.jpn, asked, person=Actor("jpn.sato")) == nothing
    absent = CasesAsked(item="AUS-1999-000001")
    assert seeing.listed(pair.jpn, absent, person=Actor("jpn.clerk")) == nothing


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_case_about_it_begins_from_its_page_with_its_number(
    tokyo: Console, item: str, concerned: tuple[str, str], lang: str
) -> None:
    reader = tokyo.visitor("jpn.sato", lang)
    part = section(reader.get(f"/items/{item}"))
    assert say(lang, "case.open_about") in part
    first = reader.get("/cases/new", item=item)
    assert f"item={item}" in first.text
    form = reader.get("/cases/new", item=item, kind="rfi")
    assert item in form.text
    done = reader.send(
        form,
        "/cases/new",
        **{"items": item, "f-subject": "Ships", "f-question": "Which?", "f-urgency": "routine"},
    )
    assert say(lang, "case.done_opened") in plain(done)
    assert say(lang, "case.open_about") not in section(
        tokyo.visitor("jpn.auditor", lang).get(f"/items/{item}")
    )
