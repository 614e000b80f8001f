"""What was done is not done again: the same card, the same agreement, the same reference."""

from __future__ import annotations

import dataclasses
import io

from sealane.base import canonical
from sealane.services.exchange import release
from sealane.services.register import enrolment
from tests import nations
from tests.lane.test_story import code_of

LOWER = {"classification": "PROTECTED"}


def entries(node):
    with node.store.reading() as tx:
        return {
            name or "-": nations.log_of(node, name).size(tx) for name in (None, nations.AGREEMENT)
        }


def test_the_card_that_is_held_already_is_taken_as_it_is(pair):
    with pair.aus.store.reading() as tx:
        card = bytes(pair.aus.records.partners.get(tx, party="JPN").card)
    before = entries(pair.aus)
    assert enrolment.enrol(pair.aus, card).party == "JPN"
    assert entries(pair.aus) == before


def test_the_same_card_signed_anew_is_taken_as_the_one_that_is_held(pair):
    before = entries(pair.aus)
    enrolment.enrol(pair.aus, enrolment.card_statement(pair.jpn))
    assert entries(pair.aus) == before


def test_the_agreement_that_is_held_already_is_taken_as_it_is(pair):
    with pair.aus.store.reading() as tx:
        held = pair.aus.agreement_row(tx, nations.AGREEMENT)
    before = entries(pair.aus)
    signatures = canonical.encode(held.signatures)
    assert enrolment.adopt(pair.aus, bytes(held.file), signatures).id == nations.AGREEMENT
    assert entries(pair.aus) == before


def test_a_reference_with_the_same_mark_gives_the_earlier_item_though_the_mark_is_read_later(pair):
    item = nations.share(pair)
    asked = nations.wanted(pair.aus)
    later = dataclasses.replace(asked.label, created="2027-01-01T00:00:00Z")
    before = entries(pair.aus)
    again = release.release(
        pair.aus, dataclasses.replace(asked, label=later), io.BytesIO(b"harbour")
    )
    assert (again.item, again.earlier) == (item, True)
    assert entries(pair.aus) == before


def test_a_reference_with_another_level_is_another_release(pair):
    nations.share(pair)
    asked = nations.wanted(pair.aus)
    other = dataclasses.replace(asked, label=dataclasses.replace(asked.label, **LOWER))
    code = code_of(lambda: release.release(pair.aus, other, io.BytesIO(b"harbour")))
    assert code == "release.reference_taken"
