"""People, facilities and clients count only as the ledger says they were entered: what somebody
changes in the database by hand is refused when it is used, and found by `audit reconcile`.
"""

import json
from contextlib import suppress

import pytest

from sealane.base.errors import SealaneError, Untrusted
from sealane.crypto.keys import PrivateKey
from sealane.labels.model.label import label_from_json
from sealane.ledger import entries
from sealane.ledger.fields import MAX_NOTE_FIELD
from sealane.ledger.log.checkpoint import Checkpoint, Head
from sealane.ledger.log.note import Note
from sealane.registry.bound_tables import TABLES
from sealane.services.audit.reconcile import directory_rows
from sealane.services.deciding import previews
from sealane.services.exchange import assurance
from sealane.services.ledgers.equivocations import noting
from sealane.services.opentdf import clients
from sealane.services.opentdf.surface import token_issuer
from sealane.services.register import (
    accounts,
    agreement_life,
    directory,
    enrolment,
    identities,
    own_cards,
)
from sealane.services.register.acts import Actor
from sealane.services.register.credentials import Credentials
from sealane.services.register.readers_there import ReadersQuestion
from tests import engines
from tests.lane import years
from tests.nations import AGREEMENT, LABEL, opened, read, share, two

PASSPHRASE = "a passphrase of one's own"


def by_hand(node, text, *values):
    with node.store.writing() as tx:
        engines.by_hand(tx, text, *values)


def person(node, name):
    with node.store.reading() as tx:
        return json.loads(json.dumps(node.records.people.get(tx, id=name).data))


def found(node):
    with node.store.reading() as tx:
        return [(one.kind, one.about.get("name")) for one in directory_rows(node, tx)]


def test_a_clearance_copied_onto_a_person_by_hand_opens_nothing_and_is_found(pair):
    item, node = share(pair), pair.jpn
    assert read(pair, item) == b"harbour"
    data = person(node, "jpn.suzuki")
    data["clearances"] = person(node, "jpn.sato")["clearances"]
    by_hand(node, "UPDATE people SET data = ? WHERE id = 'jpn.suzuki'", json.dumps(data))
    with pytest.raises(Untrusted, match=r"directory\.altered"):
        read(pair, item, person="jpn.suzuki")
    with node.store.reading() as tx:
        listed = previews.readers(node, tx, node.item(tx, item), purpose="assessment")
    assert [one["id"] for one in listed] == ["jpn.sato"]
    assert found(node) == [("directory.altered", "jpn.suzuki")]
    directory.enter(node, data)
    assert found(node) == []
    assert read(pair, item, person="jpn.suzuki") == b"harbour"


def test_a_verifier_put_in_by_hand_signs_nobody_in_and_is_never_taken_over(pair):
    node, site = pair.jpn, pair.sites["JPN"]
    held = accounts.Accounts(node, site.secret)
    accounts.set_passphrase(node, "jpn.clerk", PASSPHRASE)
    held.sign_in("jpn.clerk", PASSPHRASE)
    by_hand(
        node,
        "UPDATE people SET verifier = (SELECT verifier FROM people WHERE id = 'jpn.clerk')"
        " WHERE id = 'jpn.sato'",
    )
    for act in (
        lambda: held.sign_in("jpn.sato", PASSPHRASE),
        lambda: held.token("jpn.sato", 1),
    ):
        with pytest.raises(Untrusted, match=r"directory\.altered"):
            act()
    directory.enter(node, person(node, "jpn.sato"))
    with pytest.raises(SealaneError, match=r"login\.denied"):
        held.sign_in("jpn.sato", PASSPHRASE)


def test_a_session_ends_when_its_person_is_changed_by_hand(pair):
    node, site = pair.jpn, pair.sites["JPN"]
    held = accounts.Accounts(node, site.secret)
    accounts.set_passphrase(node, "jpn.clerk", PASSPHRASE)
    ticket = held.sign_in("jpn.clerk", PASSPHRASE)
    data = {**person(node, "jpn.clerk"), "duties": ["security-officer"]}
    by_hand(node, "UPDATE people SET data = ? WHERE id = 'jpn.clerk'", json.dumps(data))
    with pytest.raises(SealaneError, match=r"login\.required"):
        held.who(ticket, accounts.SESSION)


def test_an_older_record_brought_back_with_its_older_entry_stays_refused(pair):
    """A suspended clearance must not come back from the row, and the entry, of before."""
    item, node = share(pair), pair.jpn
    before = person(node, "jpn.sato")
    suspended = json.loads(json.dumps(before))
    suspended["clearances"][0]["status"] = "suspended"
    directory.enter(node, suspended)
    row = node.bound.row_of("people", "jpn.sato")
    with node.store.writing() as tx:
        log = node.internal
        told = [one for one in log.entries(tx, 0, log.size(tx)) if row.encode() in one]
        log.append(tx, [told[0]])
    by_hand(node, "UPDATE people SET data = ? WHERE id = 'jpn.sato'", json.dumps(before))
    with pytest.raises(Untrusted, match=r"directory\.altered"):
        read(pair, item)


def test_a_facility_raised_by_hand_is_refused(pair):
    item, node = share(pair), pair.jpn
    by_hand(
        node,
        "UPDATE facilities SET data = replace(data, '極秘', '機密') WHERE id = 'jpn.registry'",
    )
    with pytest.raises(Untrusted, match=r"directory\.altered"):
        read(pair, item)
    assert found(node) == [("directory.altered", "jpn.registry")]


def test_a_person_added_or_taken_away_by_hand_is_found(pair):
    node = pair.jpn
    by_hand(
        node,
        "INSERT INTO people SELECT 'mole', replace(data, 'jpn.sato', 'mole'), verifier, since,"
        " ended FROM people WHERE id = 'jpn.sato'",
    )
    with node.store.reading() as tx, pytest.raises(Untrusted, match=r"directory\.altered"):
        node.person(tx, "mole")
    by_hand(node, "DELETE FROM people WHERE id = 'jpn.tanaka'")
    assert found(node) == [("directory.altered", "mole"), ("directory.missing", None)]


def test_a_client_changed_by_hand_gets_no_token(pair):
    node = pair.jpn
    with node.store.writing() as tx:
        clients.enrol(
            clients.Office.of(node), tx, client="c", person="jpn.tanaka", rule={}, purpose=None
        )
    by_hand(node, "UPDATE clients SET person = 'jpn.sato' WHERE id = 'c'")
    issuer = token_issuer(node, origin="http://127.0.0.1:1", signer=PrivateKey.generate("ES384"))
    with pytest.raises(Untrusted, match=r"directory\.altered"):
        issuer.clients("c")
    assert found(node) == [("directory.altered", "c")]


def test_the_entries_hold_no_name_in_the_digests_and_two_nodes_digests_differ(pair):
    with pair.jpn.store.reading() as tx:
        log = pair.jpn.internal
        told = [entries.read(one).fields for one in log.entries(tx, 0, log.size(tx))]
    rows = [one["row"] for one in told if "row" in one]
    assert len(rows) == len(set(rows))
    assert pair.aus.bound.row_of("people", "x") != pair.jpn.bound.row_of("people", "x")


def test_what_another_step_entered_and_never_kept_does_not_count(pair):
    node = pair.jpn
    data = person(node, "jpn.sato")
    with suppress(KeyboardInterrupt), node.store.writing() as tx:
        changed = {**data, "roles": ["x"]}
        directory.keep_person(node, tx, changed, kind="person.changed", actor=None)
        assert node.person(tx, "jpn.sato")["roles"] == ["x"]
        raise KeyboardInterrupt
    with node.store.reading() as tx:
        assert node.person(tx, "jpn.sato") == data
    directory.enter(node, {**data, "roles": ["y"]})
    with node.store.reading() as tx:
        assert node.person(tx, "jpn.sato")["roles"] == ["y"]


FORGED = {
    "partners": ("AUS", "UPDATE partners SET url = 'https://127.0.0.1:1' WHERE party = 'JPN'"),
    "cards": ("AUS", "UPDATE cards SET accepted = '2026-01-01T00:00:00Z' WHERE party = 'JPN'"),
    "card_standings": ("AUS", "UPDATE card_standings SET accepted = 9 WHERE party = 'JPN'"),
    "agreements": ("JPN", "UPDATE agreements SET signatures = '[]' WHERE id = 'jpn-aus-2022'"),
    "notices": ("AUS", "UPDATE notices SET file = x'5b5d'"),
    "assurances": ("JPN", "UPDATE assurances SET level = 'TOP SECRET'"),
    "equivocations": ("AUS", "UPDATE equivocations SET settled = '2026-01-01T00:00:00Z'"),
}
"""What somebody with the folder writes into a table whose rows people entered or accepted."""


def caught(node):
    """JPN was proven to have signed two histories."""
    checkpoint = Checkpoint(
        Head("tokyo.jpn.example/x", 1, b"1" * 32), Note("x" * MAX_NOTE_FIELD, ())
    )
    with node.store.writing() as tx:
        noting(node, "JPN")(tx, checkpoint, b"fraud")


def counts(pair, table):
    """Whether what was written by hand counts for anything."""
    about = ReadersQuestion(
        agreement=AGREEMENT,
        area="maritime",
        label=label_from_json({**LABEL, "classification": "TOP SECRET"}),
        project=None,
        purpose="assessment",
    )
    with suppress(SealaneError):
        if table == "assurances":
            return assurance.obtain(pair.aus, "JPN", about)[0] is not None
        if table == "card_standings":
            return pair.aus.own_card("JPN") is not None
        with pair.aus.store.reading() as tx:
            if table in ("partners", "cards"):
                return pair.aus.partner(tx, "JPN") is not None
            if table == "equivocations":
                pair.aus.require_honest(tx, "JPN")
                return True
        with pair.line.nodes[FORGED[table][0]].store.reading() as tx:
            return pair.line.nodes[FORGED[table][0]].agreement_row(tx, AGREEMENT) is not None
    return False


@pytest.mark.parametrize("table", sorted(FORGED))
def test_a_row_that_others_words_are_judged_by_counts_only_as_it_was_entered(pair, table):
    party, text = FORGED[table]
    node = pair.line.nodes[party]
    agreement_life.give(pair.aus, AGREEMENT, "suspend")
    agreement_life.give(pair.aus, AGREEMENT, "resume")
    caught(pair.aus)
    assert found(node) == []
    by_hand(node, text)
    assert "directory.altered" in {one for one, _ in found(node)}
    if table != "assurances":
        pair.close()
        pair = opened(pair.root, pair.clock)
    assert not counts(pair, table)
    pair.close()


OWN_CARD = "UPDATE cards SET number = 7 WHERE party = 'AUS'"
STANDING_GONE = "DELETE FROM card_standings WHERE party = 'JPN'"


def known_there(node, party="JPN"):
    with node.store.reading() as tx:
        return own_cards.standing_of(node.records, node.bound, tx, party)


def test_an_own_card_changed_by_hand_is_shown_to_nobody_and_never_succeeded(pair):
    by_hand(pair.aus, OWN_CARD)
    pair.close()
    pair = opened(pair.root, pair.clock)
    with pytest.raises(Untrusted, match=r"directory\.altered"):
        pair.aus.own_card()
    with pytest.raises(Untrusted, match=r"directory\.altered"):
        years.renew(pair, "AUS", "kas")
    pair.close()


@pytest.mark.parametrize("text", [FORGED["card_standings"][1], STANDING_GONE])
def test_what_a_partner_knows_of_our_cards_is_mended_by_two_people_alone(pair, text):
    card = enrolment.card_statement(pair.jpn)
    by_hand(pair.aus, text)
    pair.close()
    pair = opened(pair.root, pair.clock)
    enrolment.enrol(pair.aus, card)
    with pytest.raises(Untrusted, match=r"directory\.altered"):
        pair.aus.own_card("JPN")
    assert own_cards.told(pair.sites["AUS"].cards.line())["partners"] == [
        {"party": "JPN", "known": None, "accepted": None, "refused": "directory.altered"}
    ]
    enrolment.enrol(pair.aus, card, by=two("operator", "aus.security"))
    assert (known_there(pair.aus).accepted, found(pair.aus)) == (1, [])
    assert pair.aus.own_card("JPN").number == 1
    share(pair)
    pair.close()


def test_a_partner_s_own_word_takes_the_place_of_a_standing_changed_by_hand(pair):
    years.renew(pair, "AUS", "log")
    by_hand(pair.aus, FORGED["card_standings"][1])
    pair.settle(2)
    assert (known_there(pair.aus).known, known_there(pair.aus).accepted) == (2, 1)
    assert found(pair.aus) == []


def test_a_name_at_the_provider_changed_by_hand_is_nobodys(pair):
    identities.name_person(pair.jpn, "jpn.sato", "sato@ministry")
    by_hand(pair.jpn, "UPDATE identities SET person = 'jpn.clerk' WHERE name = 'sato@ministry'")
    assert "directory.altered" in {one for one, _ in found(pair.jpn)}
    with pair.jpn.store.reading() as tx:
        assert identities.person_named(pair.jpn, tx, "sato@ministry") is None


def test_a_used_recovery_code_is_not_made_good_by_hand(pair):
    held = Credentials(pair.jpn, pair.sites["JPN"].secret)
    code, *_ = held.new_codes("jpn.sato", by=Actor("jpn.sato"))
    assert held.use_code("jpn.sato", code)
    by_hand(pair.jpn, "UPDATE credentials SET ended = NULL")
    assert "directory.altered" in {one for one, _ in found(pair.jpn)}
    assert not held.use_code("jpn.sato", code)


ELSEWHERE = {
    "people": "above",
    "facilities": "above",
    "clients": "above",
    "credentials": "above",
    "identities": "above",
    "cases": "tests/lane/test_consents.py",
    "case_own": "tests/lane/test_visits.py",
    "custody": "tests/lane/test_copies.py",
    "release_forms": "tests/lane/test_release_desk.py",
    "past_people": "tests/lane/test_people_register.py",
    "inventory_lines": "tests/lane/test_inventories.py",
    "posts": "tests/lane/test_posts.py",
    "exports": "tests/lane/test_guarded_export.py",
    "placings": "tests/lane/test_posts.py",
    "waiting_acts": "tests/lane/test_waiting_acts.py",
    "injects": "tests/lane/test_injects.py",
    "feeds": "tests/lane/test_feeds.py",
}
"""Tables that are forged by tests of their own."""


def test_every_bound_table_is_forged():
    assert set(TABLES) == {*ELSEWHERE, *FORGED}
