"""Bytes of statements are erased under a recorded authority only, once the agreement keeps them no
longer, and the logs still verify.
"""

from contextlib import nullcontext

import pytest

from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.ledger import receipt
from sealane.ledger.proofs import evidence
from sealane.services.audit import evidence as item_evidence
from sealane.services.audit import reconcile
from sealane.services.ledgers import maintenance, slices
from sealane.services.recovery import authority, disposal
from sealane.services.recovery.authority import Thing
from sealane.services.register import views
from sealane.services.register.acts import Actor
from sealane.services.statements import inbox
from sealane.services.statements.journal import Said, statements_about
from sealane.shipped import verifier_page
from tests import nations
from tests.nations import AGREEMENT, read, share

RETENTION = 7 * 366 * 86_400
"""Seconds for which this agreement keeps statements; twelve months would not do."""


def authority_of(node, item):
    own = node.party.lower()
    return authority.authorise(
        node,
        Thing(item=item),
        paper=canonical.sha384(b"The archive's decision of today."),
        by=Actor(f"{own}.security", second=Actor(f"{own}.auditor")),
    )


def held(node, item):
    with node.store.reading() as tx:
        return statements_about(node, tx, item, nations.other(node.party))


def entries_of(node, agreement, kind):
    with node.store.reading() as tx:
        log = nations.log_of(node, agreement)
        return [
            entry.fields for _, entry in maintenance.search(tx, log, maintenance.Query(kind=kind))
        ]


def test_statements_still_to_be_kept_and_an_authority_without_shape_dispose_of_nothing(
    pair,
):
    item = share(pair)
    given = authority_of(pair.aus, item)
    for named, code in (
        ("", "disposal.authority"),
        ("AB" * 48, "disposal.authority"),
        ("ab" * 48, "disposal.no_authority"),
        (given, "disposal.too_young"),
    ):
        with pytest.raises(SealaneError) as caught:
            disposal.dispose(pair.aus, item, named)
        assert caught.value.code == code
    with pytest.raises(SealaneError, match=r"item\.unknown"):
        disposal.dispose(pair.aus, "AUS-2026-999999", given)
    pair.clock.pass_(RETENTION / 2)  # longer than twelve months, and shorter than was agreed
    with pytest.raises(SealaneError, match=r"disposal\.too_young"):
        disposal.dispose(pair.aus, item, given)
    assert len(held(pair.aus, item)) == 2
    assert entries_of(pair.aus, None, "statements.disposed") == []


def test_an_authority_takes_two_people_of_their_duties_and_is_for_one_thing(pair):
    item, other = share(pair), share(pair, b"other", reference="r-2")
    for person, second, code in (
        ("aus.security", None, "disposal.two_needed"),
        ("aus.security", "aus.security", "disposal.two_needed"),
        ("aus.security", "aus.release", "person.duty"),
        ("aus.auditor", "aus.security", "person.duty"),
        ("aus.security", "nobody", "person.unknown"),
    ):
        with pytest.raises(SealaneError) as caught:
            authority.authorise(
                pair.aus,
                Thing(item=item),
                paper=canonical.sha384(b"x"),
                by=Actor(person, second=Actor(second) if second else None),
            )
        assert caught.value.code == code
    assert entries_of(pair.aus, None, "disposal.authorised") == []
    given = authority_of(pair.aus, item)
    (entry,) = entries_of(pair.aus, None, "disposal.authorised")
    assert (entry["record"], entry["actor"], entry["second"]) == (
        given,
        "aus.security",
        "aus.auditor",
    )
    pair.clock.pass_(RETENTION)
    with pytest.raises(SealaneError, match=r"disposal\.other_authority"):
        disposal.dispose(pair.aus, other, given)
    log = nations.log_of(pair.aus, AGREEMENT)
    with pytest.raises(SealaneError, match=r"disposal\.other_authority"):
        disposal.prune(pair.aus, log, 1, given)
    with pair.aus.store.reading() as tx:
        row = pair.aus.records.authorities.get(tx, digest=given)
    with pair.jpn.store.writing() as tx:
        pair.jpn.records.authorities.add(tx, row)
    with pytest.raises(SealaneError, match=r"disposal\.authority_altered"):
        disposal.dispose(pair.jpn, item, given)


def test_an_authority_to_prune_reaches_no_further_than_it_says(pair):
    share(pair)
    log = nations.log_of(pair.aus, AGREEMENT)
    given = authority.authorise(
        pair.aus,
        Thing(origin=log.origin, below=256),
        paper=canonical.sha384(b"x"),
        by=Actor("aus.security", second=Actor("aus.clerk")),
    )
    for below, code in ((257, "disposal.other_authority"), (256, "ledger.no_disposal_authority")):
        with pytest.raises(SealaneError) as caught:
            disposal.prune(pair.aus, log, below, given)
        assert caught.value.code == code


def test_after_the_agreed_time_the_bytes_go_on_the_record_and_log_proofs_and_history_stay(
    pair,
):
    item, other = share(pair), share(pair, b"other", reference="r-2")
    assert read(pair, item) == b"harbour"
    pair.settle()
    pair.rounds(2)
    count = len(held(pair.aus, item))
    given = authority_of(pair.aus, item)
    pair.clock.pass_(RETENTION)
    assert disposal.dispose(pair.aus, item, given).erased == count > 2
    assert disposal.dispose(pair.aus, item, given).erased == 0
    assert held(pair.aus, item) == []
    assert len(held(pair.aus, other)) == 2
    (said,) = entries_of(pair.aus, None, "statements.disposed")
    assert (said["object"], said["record"], said["count"]) == (item, given, count)
    node = pair.aus
    with node.store.reading() as tx:
        finding = slices.finding(lambda: nullcontext(tx), nations.log_of(node, AGREEMENT))
        assert (finding["error"], finding["size"] > count) == (None, True)
        assert sum(one["statement"] is not None for one in views.history(node, tx, item)) == count
    partnership = next(
        one for _, name, one in pair.sites["AUS"].partnerships() if name == AGREEMENT
    )
    report = reconcile.reconcile(node, "JPN", AGREEMENT, partnership)
    assert [one for one in report["differences"] if "bytes" in one["difference"]] == []
    whole = evidence.verify(
        evidence.build(
            item_evidence.evidence_input(
                pair.jpn,
                item,
                "AUS",
                next(one for _, name, one in pair.sites["JPN"].partnerships() if name == AGREEMENT),
                verifier_page(),
            )
        )
    )
    assert len(whole.statements) == count, "the partner's own copy is the partner's to keep"
    with pytest.raises(SealaneError, match=r"evidence\.nothing"):
        item_evidence.evidence_input(node, item, "JPN", partnership, verifier_page())


def test_evidence_names_what_a_log_tells_of_and_the_file_does_not_hold(pair):
    item = share(pair)
    pair.rounds(2)
    with pair.aus.store.reading() as tx:
        row = next(
            row
            for row in pair.aus.records.statements.find(tx, order="kept", item=item)
            if row.type == "offer"
        )
    with pair.aus.store.writing() as tx:
        pair.aus.records.statements.change(tx, {"digest": row.digest}, data=None)
    partnership = next(
        one for _, name, one in pair.sites["AUS"].partnerships() if name == AGREEMENT
    )
    report = evidence.verify(
        evidence.build(
            item_evidence.evidence_input(pair.aus, item, "JPN", partnership, verifier_page())
        )
    )
    assert [one["type"] for one in report.statements] == ["transfer.received"]
    assert report.absent == ({"type": "offer", "digest": row.digest, "told_in": ["AUS", "JPN"]},)


def disposed_of(pair):
    """What JPN held of an item that it then disposed of, and what it was told of that."""
    item = share(pair, title="Harbour watch, week 47")
    pair.settle()
    pair.rounds()
    statements = held(pair.jpn, item)
    pair.clock.pass_(RETENTION)
    told = disposal.dispose(pair.jpn, item, authority_of(pair.jpn, item))
    with pytest.raises(SealaneError, match=r"statement\.disposed"), pair.jpn.store.reading() as tx:
        inbox.earlier_answer(pair.jpn, tx, Said.of(receipt.peek(statements[0]), statements[0]))
    return statements, told


def test_what_is_disposed_of_is_told_for_what_it_is(pair, engine):
    """On SQLite it stands nowhere in the file; PostgreSQL let go of it and cannot promise more."""
    statements, told = disposed_of(pair)
    if engine == "postgresql":
        assert told.remains == ("pages", "journal", "replicas")
        with pair.jpn.store.reading() as tx:
            tx.exec_driver_sql("SELECT pg_stat_clear_snapshot()")
            vacuumed = tx.exec_driver_sql(
                "SELECT count(*) FROM pg_stat_user_tables WHERE vacuum_count > 0"
                " AND relname IN ('statements', 'inbox')"
            )
            assert vacuumed.scalar_one() == 2
        return
    assert told.remains == ()
    pair.close()
    stored = (pair.root / "jpn" / "node.db").read_bytes()
    assert not (pair.root / "jpn" / "node.db-wal").exists()
    for data in statements:
        for at in range(1500, len(data) - 64, 1500):
            assert data[at : at + 64] not in stored
