"""A visit on each partner's own form: every value where the form asks for it, in both languages,
with mark, page numbers, who and when; and nothing that the host keeps for itself. Spec:
spec/case.md §9; R37, R50.
"""

from __future__ import annotations

import io

import pypdf
import pytest

from sealane import shipped
from sealane.adapters.paper import pdf_of
from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.cases.kind import FieldType
from sealane.services.cases import books
from sealane.services.dialogue import keeping, printing
from tests import nations
from tests.lane import dialogue, visits
from tests.lane.dialogue import alike, shown
from tests.lane.made import told
from tests.lane.visits import ASKS, HOSTS

FORMS = shipped.printed_forms()["visit"]
WHOLE = {
    "type": "one-time",
    "agency": "Ministry of Defence 防衛省",
    "programme": "Harbour watch 港湾監視",
    "point_of_contact": "Pat Hughes",
    "remarks": "By air. 航空機による。",
    "visitors": ["jpn.sato", "jpn.tanaka"],
}


@pytest.fixture
def two(pair):
    dialogue.officers(pair)
    return pair


def whole(two):
    """An approved visit with every field filled in and its limits set."""
    case = visits.asked(two, **WHOLE)
    keeping.keep(
        two.aus, case, "limits", form={"words": "never the radar"}, kind=None, person=HOSTS
    )
    visits.approve(two, case)
    return case


def printed(node, case, form, lang=None, person=HOSTS):
    data, answer = printing.printed(
        node, case, form, lang=lang, kind="visit", person=person, paper=pdf_of
    )
    assert answer["bytes"] == len(data)
    return data


def pages(data):
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def flat(text):
    """A text without the ends of its lines, which are where the boxes are narrow."""
    return "".join(text.split())


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_visit_is_printed_on_each_partners_form_in_both_languages(two, form, lang):
    case = whole(two)
    data = printed(two.aus, case, form, lang)
    texts = pages(data)
    text = flat("".join(texts))
    described, told_ = FORMS[form], alike(two, case)
    for section in described.section:
        for words in (section.title, *(box.title for box in section.box)):
            assert flat(words.en) in text, words
            assert flat(words.ja) in text, words
    for value in (
        case,
        "aus.registry",
        "Port security",
        "SECRET",
        "特定秘密",
        "佐藤 遥",
        "Sato Haruka",
    ):
        assert flat(value) in text, value
    for value in (WHOLE["agency"], WHOLE["programme"], WHOLE["point_of_contact"], WHOLE["remarks"]):
        assert flat(value) in text, value
    until = told_["form"]["until"]
    year, month, day = until[:4], int(until[5:7]), int(until[8:10])
    assert (f"{year}年{month}月{day}日" if lang == "ja" else until[:10]) in text
    assert "never the radar" not in text
    for number, page in enumerate(texts, 1):
        assert page.count(described.mark) == 2
        assert f"{number} / {len(texts)}" in page
        assert HOSTS in page
        assert told_["digest"][:16] in page
    reader = pypdf.PdfReader(io.BytesIO(data))
    fonts = [font for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert all("/FontFile2" in one.get_object()["/FontDescriptor"] for one in fonts)


def test_both_nations_print_the_same_but_for_who_and_when(two):
    case = whole(two)
    ours, theirs = printed(two.aus, case, "usa"), printed(two.jpn, case, "usa", person=ASKS)
    found = [
        [line for line in page.splitlines() if HOSTS not in line and ASKS not in line]
        for data in (ours, theirs)
        for page in pages(data)
    ]
    assert found[: len(found) // 2] == found[len(found) // 2 :]


def test_that_it_was_printed_is_on_record_before_it_is_handed_over(two):
    case = whole(two)
    data = printed(two.aus, case, "jpn")
    (entry,) = told(two.aus, "case.printed")
    assert (entry["actor"], entry["type"], entry["object"]) == (HOSTS, "jpn", case)
    assert entry["record"] == canonical.sha384(data)
    assert told(two.aus, "case.printed", nations.AGREEMENT) == []


@pytest.mark.parametrize(
    ("form", "person", "code"),
    [
        ("gbr", HOSTS, "case.no_form"),
        ("usa", "nobody", "person.unknown"),
        ("usa", "aus.reader", "case.unknown"),
    ],
)
def test_who_may_not_see_it_prints_nothing(two, form, person, code):
    case = visits.asked(two)
    dialogue.like(two.aus, "aus.reader", "reader", lambda *_: None)
    with pytest.raises(SealaneError) as refused:
        printed(two.aus, case, form, person=person)
    assert refused.value.code == code
    assert told(two.aus, "case.printed") == []


def test_hostile_words_stay_words_and_long_ones_go_on_on_further_pages(two):
    text = "\u202e<b>x</b> & %s {0} \U0001f600 " + "長い文 " * 300 + "\n" * 80 + "the end"
    case = visits.asked(two, remarks=text[:1900] + "the end")
    texts = pages(printed(two.aus, case, "usa"))
    assert len(texts) > 2
    assert "\u202e" not in "".join(texts)
    assert "<b>x</b>" in flat("".join(texts))
    assert "theend" in flat("".join(texts))
    assert shown(two.aus, case)["form"]["remarks"].startswith("\u202e")


def test_every_field_that_a_person_fills_in_stands_on_every_form():
    kind = shipped.case_kinds()["visit"]
    asked = {one.name for one in kind.field if one.type is not FieldType.OBJECT}
    for form in FORMS.values():
        sources = {box.from_ for section in form.section for box in section.box}
        named = {source.partition(".")[2] for source in sources if source} | {"visitors"}
        assert asked <= named, form.form


def test_an_instant_is_printed_with_its_hour_and_midnight_as_the_day(two):
    case = visits.asked(two, until="2027-01-05T00:00:00Z")
    with two.aus.store.reading() as tx:
        found = books.course(two.aus, tx, two.aus.records.cases.get(tx, id=case))
    sheet = printing.sheet_of(two.aus, found, FORMS["aus"], "en", HOSTS)
    said = {one.number: one.value for part in sheet.sections for one in part.boxes}
    assert said["C3"].endswith("UTC")
    assert said["C4"] == "2027-01-05"
