"""Cases come back from what the ledgers prove, with what crossed and what was refused. Spec:
spec/ledger.md §7.
"""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from sealane.adapters.case_tables import CASE_EVENTS, CASE_ITEMS, CASES
from sealane.ledger import bodies, telling
from sealane.services.recovery.replay import Rebuilt, replay
from sealane.services.statements.journal import held_statement
from tests import nations
from tests.lane import dialogue
from tests.lane.dialogue import RFI, opened, said, settled, shown


@pytest.fixture
def two(pair):
    dialogue.officers(pair)
    return pair


def lost_and_found(node):
    """The tables of cases emptied, and every statement of the log replayed in its order."""
    done = Rebuilt()
    with node.store.writing() as tx:
        for table in (CASES, CASE_EVENTS, CASE_ITEMS):
            tx.execute(delete(table))
        log = nations.log_of(node, nations.AGREEMENT)
        for entry in log.entries(tx, 0, log.size(tx)):
            told = telling.told(entry)
            kept = None if told is None else held_statement(node, tx, told.statement)
            if kept is not None:
                replay(node, tx, kept, done)
    return done.refused


def taken(node):
    """When the other side took each of our words."""
    with node.store.reading() as tx:
        words = node.records.case_events.find(tx, order="place", by=node.party)
    return {one.statement: one.taken for one in words}


def told(node, case):
    whole = shown(node, case)
    whole["own"].pop("acted", None)
    return whole


def test_every_case_comes_back_as_it_was(two):
    item = nations.share(two)
    settled(two)
    first = opened(two.aus, "rfi", RFI)["id"]
    consent = opened(two.jpn, "consent", {"act": "copy"}, item)["id"]
    settled(two)
    said(two.aus, first, "withdraw")
    said(two.jpn, first, "accept")
    settled(two)
    said(two.jpn, first, "answer", text="three")
    said(two.jpn, consent, "withdraw")
    settled(two)
    for node in (two.aus, two.jpn):
        before = [told(node, one) for one in (first, consent)], taken(node)
        assert None not in before[1].values()
        assert lost_and_found(node) == []
        assert ([told(node, one) for one in (first, consent)], taken(node)) == before


def test_what_we_refused_of_a_partner_takes_no_case_of_its_back(two):
    """It opened a case, and another by the same number, which we rejected."""
    case = opened(two.jpn, "rfi", RFI)["id"]
    settled(two)
    again = bodies.CaseOpened(case=case, kind="rfi", form=RFI, items=())
    assert dialogue.hears(two, again) == "case.other_number"
    before = told(two.aus, case)
    lost_and_found(two.aus)
    assert told(two.aus, case) == before
