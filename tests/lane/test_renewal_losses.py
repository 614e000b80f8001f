"""A node that came back from an old backup takes its partner's cards up again."""

import shutil

import pytest

from sealane.services.recovery import restore
from sealane.services.register import enrolment, renewal
from tests import nations
from tests.clock import Clock
from tests.lane import years
from tests.nations import copy_of, opened, read, share


def all_rounds(pair):
    """Rounds of every ledger between the two, both ways."""
    for party, site in pair.sites.items():
        for other, name, ledgers in site.partnerships():
            ledgers.round(nations.peer(pair.sites[other], party, name))


@pytest.mark.parametrize("role", ["kas", "all"])
def test_a_partner_s_card_that_was_lost_comes_back_from_the_ledger_or_by_two_people(
    template, tmp_path, role
):
    """Whose statement keys are still known is heard again; else its newest card comes by hand."""
    pair = opened(copy_of(template, tmp_path / "w"), Clock())
    all_rounds(pair)
    pair.close()
    shutil.copytree(tmp_path / "w" / "jpn", tmp_path / "backup")
    pair = opened(tmp_path / "w", pair.clock)
    years.renewed(pair, "AUS", role)
    for _ in range(3):
        all_rounds(pair)
    with pair.jpn.store.reading() as tx:
        before = pair.jpn.partner(tx, "AUS")
        name, _ = renewal.agreement_with(pair.jpn, tx, "AUS")
    pair.close()
    shutil.rmtree(tmp_path / "w" / "jpn")
    shutil.copytree(tmp_path / "backup", tmp_path / "w" / "jpn")
    pair = opened(tmp_path / "w", pair.clock)
    with pair.jpn.store.reading() as tx:
        assert pair.jpn.partner(tx, "AUS").number == 1
    if role == "all":
        by = nations.two("operator", "jpn.security")
        enrolment.enrol(pair.jpn, enrolment.card_statement(pair.aus), by=by)
    for agreement in (name, nations.AGREEMENT):
        (ledgers,) = [
            one for _, other, one in pair.sites["JPN"].partnerships() if other == agreement
        ]
        peer = nations.peer(pair.sites["AUS"], "JPN", agreement)
        assert restore.restore(pair.jpn, "AUS", agreement, ledgers, peer).rebuilt.refused == []
    pair.ask("JPN")
    with pair.jpn.store.reading() as tx:
        held = pair.jpn.partner(tx, "AUS")
    assert (held.number, held.statement, held.log) == (2, before.statement, before.log)
    assert read(pair, share(pair)) == b"harbour"
    pair.close()


def test_a_node_that_lost_a_renewal_forks_its_line_and_is_refused_until_people_settle_it(
    template, tmp_path
):
    pair = opened(copy_of(template, tmp_path / "w"), Clock())
    pair.close()
    shutil.copytree(tmp_path / "w" / "aus", tmp_path / "backup")
    pair = opened(tmp_path / "w", pair.clock)
    years.renew(pair, "AUS", "tls")
    pair.settle(2)
    pair.close()
    shutil.rmtree(tmp_path / "w" / "aus")
    shutil.copytree(tmp_path / "backup", tmp_path / "w" / "aus")
    nations.reseated(tmp_path / "w" / "aus")
    pair = opened(tmp_path / "w", pair.clock)
    years.renew(pair, "AUS", "tls")
    pair.settle(2)
    with pair.aus.store.reading() as tx:
        assert pair.aus.records.card_standings.get(tx, party="JPN").refused == "card.forked"
    with pair.jpn.store.reading() as tx:
        assert pair.jpn.partner(tx, "AUS").tls != pair.aus.own_card().tls

    by = nations.two("operator", "jpn.security")
    enrolment.enrol(pair.jpn, enrolment.card_statement(pair.aus), by=by)
    pair.settle(2)
    with pair.jpn.store.reading() as tx:
        assert pair.jpn.partner(tx, "AUS").tls == pair.aus.own_card().tls
    assert years.standing(pair.aus, "JPN") == (2, 2)
    with pair.aus.store.reading() as tx:
        assert pair.aus.records.card_standings.get(tx, party="JPN").refused is None
    pair.close()
