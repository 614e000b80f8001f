"""The certificate that a courier carries: the journey, the couriers, every package and every item
of the list, in both languages. Spec: spec/case.md §9; R43.
"""

from __future__ import annotations

import pytest

from sealane import shipped
from sealane.adapters.paper import pdf_of
from sealane.services.dialogue import printing
from tests.lane import journeys
from tests.lane.dialogue import alike, settled
from tests.lane.made import register, release, told
from tests.lane.test_visit_forms import flat, pages


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_certificate_tells_the_whole_journey(pair, lang):
    journeys.clerks(pair)
    items = [register(pair.aus, "paper"), register(pair.aus, "equipment")]
    for item in items:
        release(pair.aus, item)
    settled(pair, 1)
    case = journeys.under_way(pair, *items)
    data, _ = printing.printed(
        pair.jpn,
        case,
        "certificate",
        lang=lang,
        kind="courier",
        person=journeys.clerk(pair.jpn),
        paper=pdf_of,
    )
    (assured,) = alike(pair, case)["form"]["assurances"]
    text = flat("".join(pages(data)))
    form = shipped.printed_forms()["courier"]["certificate"]
    for section in form.section:
        for words in (section.title, *(box.title for box in section.box)):
            assert flat(words.en) in text, words
            assert flat(words.ja) in text, words
    packages = journeys.form(pair, pair.aus)["packages"]
    for value in (
        case,
        *items,
        *packages,
        "Canberra",
        "東京 Tokyo",
        assured["level"],
        assured["name"],
    ):
        assert flat(value) in text, value
    assert [one["object"] for one in told(pair.jpn, "case.printed")] == [case]
