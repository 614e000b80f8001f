"""Each kind of difference between two registers and two ledgers is found from either side, named,
and told what to do about.
"""

import dataclasses

import pytest

from sealane.base.errors import SealaneError, Untrusted
from sealane.base.values import SECOND, Instant, format_instant
from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies
from sealane.ledger.telling import Told
from sealane.services.audit import inventory, reconcile
from sealane.services.audit.findings import WORDS
from sealane.services.exchange import arrival, outbox, recall, relabel
from sealane.services.statements.journal import compose, log_statement
from tests import engines, holdings, nations
from tests.clock import START
from tests.lane.test_ledgers import rounds
from tests.nations import AGREEMENT, read, share


def audit(pair, party, *, ask=True):
    """One nation's reconciliation: the differences as (kind, item, whose statement proves it)."""
    partner = next(one for one in pair.sites if one != party)
    node = pair.line.nodes[party]
    (ledgers,) = [
        one
        for who, name, one in pair.sites[party].partnerships()
        if (who, name) == (partner, AGREEMENT)
    ]
    theirs = inventory.ask(node, partner, AGREEMENT) if ask else None
    ledgers.mirror.pull(nations.peer(pair.sites[partner], nations.other(partner), AGREEMENT))
    report = reconcile.reconcile(node, partner, AGREEMENT, ledgers, theirs=theirs)
    audit.last = report
    assert report["agree"] is (report["differences"] == [])
    for one in report["differences"]:
        assert one["do"]
        assert one["do_ja"]
        assert "{" not in one["difference"] + one["difference_ja"]
    return report["differences"]


def kinds(found):
    return sorted((one["kind"], one["item"], one["proven_by"]) for one in found)


@pytest.fixture
def item(pair):
    """One item shared, accepted and read; both logs proven to both."""
    found = share(pair)
    arrival.accept(pair.jpn, found, "jpn.clerk")
    assert read(pair, found) == b"harbour"
    pair.settle()
    rounds(pair, 3)
    return found


def alter(node, sql, *values):
    with node.store.writing() as tx:
        assert engines.by_hand(tx, sql, *values) > 0


def test_after_a_whole_story_nothing_differs_for_either(pair, item):
    lower = label_from_json({**nations.LABEL, "classification": "PROTECTED"})
    other = share(pair, b"second", reference="r-2")
    relabel.relabel(
        pair.aus, other, lower, reason="r", person=nations.two("aus.release", "aus.second")
    )
    gone = share(pair, b"third", reference="r-3")
    recall.recall(pair.aus, gone, reason="r", person="aus.release")
    pair.settle()
    rounds(pair, 3)
    for party in ("AUS", "JPN"):
        assert audit(pair, party) == []
        assert audit(pair, party, ask=False) == []


def test_before_the_first_round_nothing_differs_under_any_agreement(pair):
    for party, site in pair.sites.items():
        for partner, agreement, ledgers in site.partnerships():
            found = reconcile.reconcile(pair.line.nodes[party], partner, agreement, ledgers)
            assert (found["agree"], found["differences"]) == (True, []), agreement


ALTERED = [
    ("UPDATE containers SET container = 'x' WHERE item = ?", "row.altered", "AUS"),
    ("UPDATE containers SET policy_uuid = 'x' WHERE item = ?", "row.altered", "AUS"),
    ("UPDATE transfers SET decision = 'x' WHERE item = ?", "row.altered", "AUS"),
    (
        "UPDATE items SET label = replace(label, 'SECRET', 'OFFICIAL') WHERE id = ?",
        "row.altered",
        "AUS",
    ),
    ("UPDATE items SET state = 'delivered' WHERE id = ?", "transfer.state", "JPN"),
    ("UPDATE transfers SET state = 'delivered' WHERE item = ?", "transfer.state", "JPN"),
    ("UPDATE items SET recalled = '2026-11-22T00:00:00Z' WHERE id = ?", "recall.differs", "AUS"),
    ("UPDATE copies SET state = 'destroyed' WHERE item = ? AND number = 1", "copy.state", "AUS"),
    ("DELETE FROM copies WHERE item = ? AND number = 1", "copy.missing", "AUS"),
    (
        (
            "INSERT INTO copies SELECT item, 7, holder, place, state, since, authority, person,"
            " level, waits FROM copies WHERE item = ? AND number = 1"
        ),
        "copy.unproven",
        "AUS",
    ),
    ("DELETE FROM items WHERE id = ?", "item.missing", "JPN"),
]


@pytest.mark.parametrize("where", ["AUS", "JPN"])
def test_a_register_altered_by_hand_is_found_at_home_and_by_the_partner(pair, item, where):
    node = pair.line.nodes[where]
    for sql, kind, proven_by in ALTERED:
        with node.store.writing() as tx:
            kept = {
                table: tx.exec_driver_sql(f"SELECT * FROM {table}").fetchall()
                for table in ("items", "containers", "copies", "transfers")
            }
        alter(node, sql, item)
        for party in ("AUS", "JPN"):
            found = audit(pair, party)
            assert (kind, item, proven_by) in kinds(found), (sql, where, party, found)
            named = [one for one in found if one["kind"] == kind]
            assert all(one["difference"].startswith(f"{where}'s register") for one in named)
            assert all(len(one["proof"]) == 2 for one in named), (
                "both logs hold the statement that proves it"
            )
        with node.store.writing() as tx:
            for table, rows in kept.items():
                tx.exec_driver_sql(f"DELETE FROM {table}")
                for row in rows:
                    marks = ", ".join("?" * len(row))
                    engines.by_hand(tx, f"INSERT INTO {table} VALUES ({marks})", *row)
    assert audit(pair, "AUS") == []


def test_a_row_that_no_statement_made_is_unproven(pair, item):
    with pair.jpn.store.writing() as tx:
        row = dataclasses.replace(
            pair.jpn.held(tx, item), id="AUS-2026-009999", policy_uuid="other"
        )
        holdings.enter(pair.jpn.records, tx, row)
    for party in ("AUS", "JPN"):
        assert kinds(audit(pair, party)) == [("item.unproven", "AUS-2026-009999", None)]


def test_a_statement_that_one_side_alone_logged_is_named_with_its_proof_from_both_sides(pair, item):
    with pair.jpn.store.writing() as tx:
        row = pair.jpn.held(tx, item)
        made = compose(
            pair.jpn,
            bodies.Opened(
                answers="0" * 96,
                action="open",
                post="p",
                purpose="assessment",
                decision=row.decision,
            ),
            to="AUS",
            agreement=(AGREEMENT, row.agreement_digest),
            item=item,
        )
        log_statement(pair.jpn, tx, made)  # and it never leaves
    rounds(pair, 3)
    assert kinds(audit(pair, "JPN")) == [("receipt.only_ours", item, "JPN")]
    assert kinds(audit(pair, "AUS")) == [("receipt.only_theirs", item, "JPN")]
    (one,) = audit(pair, "JPN")
    assert one["proof"] == [f"{nations.NAMES['JPN']}/x/{AGREEMENT}"]


def test_a_question_that_never_arrived_is_listed_as_lapsed_and_is_no_difference(pair, item):
    pair.line.down.add("AUS")
    with pytest.raises(SealaneError):
        read(pair, item)
    pair.line.down.clear()
    rounds(pair, 3)
    for party in ("AUS", "JPN"):
        assert audit(pair, party) == []
        assert [(one["type"], one["by"], one["item"]) for one in audit.last["lapsed"]] == [
            ("open.request", "JPN", item)
        ]


def test_an_order_that_waits_for_its_answer_is_named_at_both(pair, item):
    pair.line.down.add("JPN")
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    outbox.deliver_due(pair.aus)
    pair.line.down.clear()
    rounds(pair, 3)
    assert audit(pair, "AUS") == [], "it waits in the outbox: nobody need do anything"
    assert [(one["type"], one["item"]) for one in audit.last["under_way"]] == [
        ("recall.ordered", item)
    ]
    assert ("receipt.only_theirs", item, "AUS") in kinds(audit(pair, "JPN"))
    pair.settle()
    rounds(pair, 3)
    assert audit(pair, "AUS") == audit(pair, "JPN") == []


def test_statements_bytes_lost_or_altered_are_named(pair, item):
    with pair.aus.store.writing() as tx:
        (row,) = pair.aus.records.statements.find(tx, order="kept", type="transfer.accepted")
        pair.aus.records.statements.change(
            tx, {"digest": row.digest}, data=row.data.replace(b"A", b"B")
        )
    alter(pair.aus, "DELETE FROM statements WHERE type = 'opened'")
    assert kinds(audit(pair, "AUS")) == [
        ("bytes.altered", item, "JPN"),
        ("bytes.missing", item, "JPN"),
    ]
    assert audit(pair, "JPN") == []


def test_an_altered_ledger_is_a_difference_and_a_partner_that_rewrote_its_own_is_caught(pair, item):
    alter(
        pair.aus,
        "UPDATE log_entry SET data = ? WHERE idx = 3 AND log = (SELECT id FROM log WHERE origin"
        " LIKE ? AND role = 'own')",
        b"\0",
        f"%/x/{AGREEMENT}",
    )
    found = audit(pair, "AUS", ask=False)
    assert "ledger.altered" in {one["kind"] for one in found}
    assert "entry 3" in next(one for one in found if one["kind"] == "ledger.altered")["difference"]
    share(pair, b"more", reference="r-9")
    (ledgers,) = [one for _, name, one in pair.sites["AUS"].partnerships() if name == AGREEMENT]
    with pytest.raises(Untrusted):
        ledgers.start(nations.peer(pair.sites["JPN"], "AUS", AGREEMENT))


@pytest.mark.parametrize(("off", "told"), [(0, []), (100, []), (3600, ["3599"]), (-7200, ["7200"])])
def test_two_clocks_that_differ_are_named_with_about_how_much(off, told):
    start = START

    def said(name, by, at, answers=None):
        return Told(
            type="x",
            statement=name,
            by=by,
            to="",
            said=format_instant(Instant(at)),
            item="i",
            answers=answers,
            container=None,
        )

    held = [
        (start, said("asked", "JPN", start)),
        (start + SECOND, said("answer", "AUS", start + off * SECOND, "asked")),
    ]
    found = reconcile.clocks(held, "JPN")
    assert [one.about["seconds"] for one in found] == told


def test_every_kind_of_difference_has_words_in_both_languages_and_a_remedy():
    for kind, words in WORDS.items():
        assert len(words) == 4, kind
        assert all(words), kind


def test_a_refused_assurance_is_an_answer_and_no_difference(pair, item):
    with pytest.raises(SealaneError):
        share(pair, reference="r-9", area="cyber")  # nobody at Japan assured it
    pair.settle()
    rounds(pair, 3)
    for party in pair.sites:
        assert audit(pair, party) == []
