"""The nodes' ledgers in the lane: keys wait for the partner's witness, and a node from an old
backup recovers.
"""

import shutil
from dataclasses import replace

import pytest

from sealane.adapters import nodefolder
from sealane.base.errors import Conflict, SealaneError, Unavailable
from sealane.base.values import SECOND
from sealane.ledger import entries, telling
from sealane.registry.records import Newness
from sealane.services.audit.compare_logs import compare
from sealane.services.exchange import recall
from sealane.services.recovery import missing_statements, restore
from sealane.services.register import views
from sealane.services.statements.journal import statement_bytes
from sealane.wiring.internal_log import begin_internal
from sealane.wiring.lanes import Lanes
from tests import engines, nations
from tests.clock import Clock
from tests.nations import AGREEMENT, copy_of, opened, read, share


def rounds(pair, count=2):
    pair.rounds(count)


def log_of(pair, party):
    node = pair.line.nodes[party]
    with node.store.reading() as tx:
        return list(nations.log_of(node, AGREEMENT).entries(tx, 0, 10_000))


def hasten(pair, seconds):
    for party, site in pair.sites.items():
        settings = replace(site.node.settings, grace_seconds=seconds)
        node = replace(site.node, settings=settings, peers=pair.line)
        pair.sites[party] = replace(site, node=node)
        pair.line.nodes[party] = node


def test_no_key_leaves_while_the_partner_s_witness_is_behind_the_grace(template, tmp_path):
    pair = opened(copy_of(template, tmp_path / "w"), Clock())
    hasten(pair, 300)
    item = share(pair)
    rounds(pair)
    assert read(pair, item) == b"harbour"
    pair.clock.pass_(301)
    with pytest.raises(SealaneError) as refused:
        read(pair, item)
    assert "ledger.not_cosigned" in repr(refused.value) + str(refused.value.details)
    rounds(pair)
    assert read(pair, item) == b"harbour"
    pair.close()


def test_the_agreement_sets_the_grace_and_a_node_s_setting_can_only_be_stricter(pair):
    for setting, grace in ((86_400, 900), (900, 900), (899, 899), (1, 1)):
        node = replace(pair.aus, settings=replace(pair.aus.settings, grace_seconds=setting))
        with node.store.reading() as tx:
            assert node.grace(tx, AGREEMENT) == grace
            assert node.grace(tx, "jpn-aus-2012-isa") == setting, (
                "an agreement that is silent leaves it to the node"
            )


def test_in_a_partition_keys_leave_until_the_agreed_age_and_again_after_the_next_cosignature(
    pair,
):
    share(pair)
    rounds(pair)
    pair.line.down.add("JPN")
    item = share(pair, reference="r-2")
    node = pair.aus
    with node.store.reading() as tx:
        since = node.proven(tx, nations.log_of(node, AGREEMENT).origin).uncosigned_since
        assert node.item(tx, item).state == "queued"
        pair.clock.now_ = since + 900 * SECOND - 1001
        node.require_proven(tx, AGREEMENT, "JPN")
        pair.clock.now_ = since + 900 * SECOND - 1000
        with pytest.raises(SealaneError, match="not_cosigned"):
            node.require_proven(tx, AGREEMENT, "JPN")
    pair.line.down.clear()
    rounds(pair)
    with node.store.reading() as tx:
        node.require_proven(tx, AGREEMENT, "JPN")


def test_a_node_from_an_old_backup_signs_nothing_recovers_and_both_logs_agree(template, tmp_path):
    pair = opened(copy_of(template, tmp_path / "w"), Clock())
    share(pair)
    rounds(pair)
    pair.close()
    engines.copy_folder(tmp_path / "w" / "aus", tmp_path / "backup")
    pair = opened(tmp_path / "w", pair.clock)
    share(pair, b"second", reference="r-2")
    rounds(pair)
    whole = log_of(pair, "AUS")
    pair.close()
    shutil.rmtree(tmp_path / "w" / "aus")
    engines.copy_folder(tmp_path / "backup", tmp_path / "w" / "aus")
    nations.reseated(tmp_path / "w" / "aus")  # as where nothing outside tells of the loss
    pair = opened(tmp_path / "w", pair.clock)
    assert log_of(pair, "AUS") == whole[: len(log_of(pair, "AUS"))] != whole
    with pytest.raises(Conflict, match="behind"):
        rounds(pair)
    peer = nations.peer(pair.sites["JPN"], "AUS", AGREEMENT)
    (publisher,) = [
        one.publisher for _, name, one in pair.sites["AUS"].partnerships() if name == AGREEMENT
    ]
    publisher.recover(peer)
    assert log_of(pair, "AUS") == whole
    rounds(pair)
    (mirror,) = [
        one.mirror for _, name, one in pair.sites["AUS"].partnerships() if name == AGREEMENT
    ]
    with pair.aus.store.reading() as tx:
        assert [
            one
            for one in compare(tx, publisher.log, mirror.log, publisher.marks(tx).cosigned)
            if one.kind != "unanswered"
        ] == []
    pair.close()


def restored(pair, tmp_path, work, party="aus"):
    """The pair after a nation was brought back, whole folder, from before `work`; and what its log
    held then.
    """
    pair.close()
    engines.copy_folder(tmp_path / "w" / party, tmp_path / "backup")
    pair = opened(tmp_path / "w", pair.clock)
    work(pair)
    rounds(pair)
    whole = log_of(pair, party.upper())
    pair.close()
    shutil.rmtree(tmp_path / "w" / party)
    engines.copy_folder(tmp_path / "backup", tmp_path / "w" / party)
    return opened(tmp_path / "w", pair.clock), whole


def recovered(pair, party="AUS", partner="JPN"):
    peer = nations.peer(pair.sites[partner], nations.other(partner), AGREEMENT)
    (one,) = [one for _, name, one in pair.sites[party].partnerships() if name == AGREEMENT]
    found = restore.restore(pair.line.nodes[party], partner, AGREEMENT, one, peer)
    pair.ask(party)
    return found


def test_what_a_restored_node_did_before_it_recovered_keeps_its_entries_and_its_history(
    template, tmp_path
):
    pair = opened(copy_of(template, tmp_path / "w"), Clock())
    first = share(pair)
    rounds(pair)
    pair, whole = restored(pair, tmp_path, lambda pair: read(pair, first))
    with pytest.raises(Unavailable, match=r"node\.in_doubt"):
        recall.recall(pair.aus, first, reason="refused at once", person="aus.release")
    nations.reseated(tmp_path / "w" / "aus")  # as where nothing outside tells of the loss
    recall.recall(pair.aus, first, reason="before anybody noticed", person="aus.release")
    late = log_of(pair, "AUS")
    found = recovered(pair)
    assert (found.first, found.end, found.moved) == (
        len(whole) - (found.end - found.first),
        len(whole),
        len(late) - found.first,
    )
    assert log_of(pair, "AUS")[:-2] == [
        *whole,
        *late[found.first :],
    ]  # then the lost statements were asked for and given
    rounds(pair)
    pair.settle()
    rounds(pair)
    with pair.aus.store.reading() as tx:
        kinds = [one["kind"] for one in views.history(pair.aus, tx, first)]
    assert kinds.count("statement.recall.ordered") == kinds.count("statement.destroyed") == 1
    pair.close()


def test_an_item_s_number_given_twice_by_a_restored_node_is_refused_with_a_signed_reason(
    template, tmp_path
):
    pair = opened(copy_of(template, tmp_path / "w"), Clock())
    rounds(pair)
    pair, _ = restored(pair, tmp_path, share)
    nations.reseated(tmp_path / "w" / "aus")  # as where nothing outside tells of the loss
    again = share(pair, b"other bytes", reference="r-2")
    with pair.aus.store.reading() as tx:
        assert pair.aus.item(tx, again).state == "rejected"
        (said,) = [
            one["says"]
            for one in views.history(pair.aus, tx, again)
            if one["kind"] == "statement.transfer.rejected"
        ]
    assert said["code"] == "offer.inconsistent"
    pair.close()


def test_one_partner_s_trouble_stops_no_other_and_nothing_internal_is_signed_before_one_spoke(
    template, tmp_path
):
    pair = opened(copy_of(template, tmp_path / "w"), Clock())
    share(pair)
    rounds(pair)
    pair, _ = restored(pair, tmp_path, lambda pair: share(pair, b"second", reference="r-2"))
    site = replace(
        pair.sites["AUS"],
        peer=lambda party, agreement: nations.peer_of(pair, party, agreement),
    )
    lanes = Lanes(site)
    lanes.round("JPN", AGREEMENT)
    lanes.ask()
    lanes.sign_internal()
    with pair.aus.store.reading() as tx:
        assert pair.aus.newness(tx) == Newness.BEHIND
        assert site.internal.log.checkpoint(tx) is None
    recovered(pair)
    lanes.round("JPN", AGREEMENT)
    lanes.sign_internal()
    with pair.aus.store.reading() as tx:
        assert site.internal.log.checkpoint(tx) is not None
    pair.close()


def test_heads_on_storage_of_their_own_outlive_the_folder_and_the_internal_log_begins_anew(
    template, tmp_path
):
    folder = copy_of(template, tmp_path / "w")
    heads = tmp_path / "heads"
    nodefolder.save(folder / "aus", replace(nodefolder.load(folder / "aus"), heads=str(heads)))
    assert nodefolder.heads_apart(folder / "aus", nodefolder.load(folder / "aus"))
    pair = opened(folder, Clock())
    with pytest.raises(SealaneError, match="heads"):
        pair.sites["AUS"].internal.publish()  # a missing mount is not an empty one
    heads.mkdir()
    pair.sites["AUS"].internal.publish()
    pair, _ = restored(
        pair, tmp_path, lambda pair: (share(pair), pair.sites["AUS"].internal.publish())
    )
    internal = pair.sites["AUS"].internal
    with pytest.raises(SealaneError, match=r"ledger\.(behind|forked)"):
        internal.publish()
    assert restore.internal_lost(internal, [recovered(pair)])
    pair.close()
    name = nations.NAMES["AUS"]
    for number in (2, 3):
        begun = begin_internal(folder / "aus", nations.PASSPHRASE, host=pair.clock)
        assert begun == f"{name}/internal-{number}"
    pair = opened(folder, pair.clock)
    pair.ask("AUS")
    rounds(pair)
    pair.sites["AUS"].internal.publish()
    assert sorted(path.name for path in (heads / name).iterdir()) == [
        "internal-3.head",
        "internal.head",
        f"{AGREEMENT}.head",
    ]
    with pair.aus.store.reading() as tx:
        entry = pair.aus.internal.entry(tx, 1)
        assert entries.read(entry).fields["origin"] == f"{name}/internal-2"
    pair.close()


def test_the_bytes_that_a_recovered_log_names_come_back_from_the_partner_and_are_proven_by_the_log(
    template, tmp_path
):
    pair = opened(copy_of(template, tmp_path / "w"), Clock())
    rounds(pair)

    def work(pair):
        item = share(pair)
        assert read(pair, item) == b"harbour"
        pair.settle()
        for number in range(20):
            share(pair, b"more", reference=f"more-{number}")

    pair, whole = restored(pair, tmp_path, work)
    named = {one.statement for one in map(telling.told, whole) if one is not None}
    with pair.aus.store.reading() as tx:
        before = {name for name in named if statement_bytes(pair.aus, tx, name) is not None}
    found = recovered(pair)
    assert (found.statements, found.missing) == (len(named - before), [])
    assert found.statements > missing_statements.AT_ONCE / 2
    with pair.aus.store.reading() as tx:
        for entry in log_of(pair, "AUS"):
            if (one := telling.told(entry)) is not None:
                assert telling.binds(entry, statement_bytes(pair.aus, tx, one.statement))
    assert missing_statements.retrieve(pair.aus, "JPN", AGREEMENT) == missing_statements.Retrieved(
        0, ()
    )
    pair.close()


def test_bytes_that_neither_side_holds_are_reported_missing_and_forged_ones_are_refused(pair):
    item = share(pair)
    rounds(pair)
    with pair.aus.store.reading() as tx:
        rows = pair.aus.records.statements.find(tx, order="kept", item=item)
    offer = next(row for row in rows if row.type == "offer")
    for node in (pair.aus, pair.jpn):
        lose(node, offer.digest)
    assert missing_statements.retrieve(pair.aus, "JPN", AGREEMENT) == missing_statements.Retrieved(
        0, (offer.digest,)
    )
    other = next(row for row in rows if row.type != "offer")
    with pair.jpn.store.writing() as tx:
        pair.jpn.records.statements.add(tx, replace(offer, data=bytes(other.data)))
    with pytest.raises(SealaneError, match=r"statement\.other_answer"):
        missing_statements.retrieve(pair.aus, "JPN", AGREEMENT)


def lose(node, digest):
    with node.store.writing() as tx:
        engines.by_hand(tx, "DELETE FROM statements WHERE digest = ?", digest)
