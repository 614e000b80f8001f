"""The nodes' ledgers in the lane: keys wait for the partner's witness, and a node from an old backup recovers."""

import shutil
from dataclasses import replace

import pytest
from starlette.applications import Starlette

from sealane.base.errors import Conflict, SealaneError
from sealane.http.log import routes
from sealane.services.comparing import compare
from tests import nations
from tests.nations import AGREEMENT, copy_of, opened, read, share
from tests.nations_log import Peer


def rounds(pair, count=2):
    peers = {party: Peer(Starlette(routes=routes(site.board)), AGREEMENT) for party, site in pair.sites.items()}
    for _ in range(count):
        for party, site in pair.sites.items():
            other = next(one for one in pair.sites if one != party)
            for _, name, one in site.partnerships():
                if name == AGREEMENT:
                    assert one.round(peers[other]).waiting == ()


def log_of(pair, party):
    node = pair.line.nodes[party]
    with node.store.reading() as tx:
        return list(node.log(AGREEMENT).entries(tx, 0, 10_000))


def hasten(pair, seconds):
    for party, site in pair.sites.items():
        settings = replace(site.node.settings, grace_seconds=seconds)
        node = replace(site.node, settings=settings, peers=pair.line)
        pair.sites[party] = replace(site, node=node)
        pair.line.nodes[party] = node


def test_no_key_leaves_while_the_partner_s_witness_is_behind_the_grace(template, tmp_path):
    pair = opened(copy_of(template, tmp_path / "w"), nations.Clock())
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


def test_a_node_from_an_old_backup_signs_nothing_recovers_and_both_logs_agree(template, tmp_path):
    pair = opened(copy_of(template, tmp_path / "w"), nations.Clock())
    share(pair)
    rounds(pair)
    pair.close()
    shutil.copytree(tmp_path / "w" / "aus", tmp_path / "backup")
    pair = opened(tmp_path / "w", pair.clock)
    share(pair, b"second", reference="r-2")
    rounds(pair)
    whole = log_of(pair, "AUS")
    pair.close()
    shutil.rmtree(tmp_path / "w" / "aus")
    shutil.copytree(tmp_path / "backup", tmp_path / "w" / "aus")
    pair = opened(tmp_path / "w", pair.clock)
    assert log_of(pair, "AUS") == whole[: len(log_of(pair, "AUS"))] != whole
    with pytest.raises(Conflict, match="behind"):
        rounds(pair)
    peer = Peer(Starlette(routes=routes(pair.sites["JPN"].board)), AGREEMENT)
    (publisher,) = [one.publisher for _, name, one in pair.sites["AUS"].partnerships() if name == AGREEMENT]
    publisher.recover(peer)
    assert log_of(pair, "AUS") == whole
    rounds(pair)
    (mirror,) = [one.mirror for _, name, one in pair.sites["AUS"].partnerships() if name == AGREEMENT]
    with pair.aus.store.reading() as tx:
        assert [one for one in compare(tx, publisher.log, mirror.log, publisher.marks(tx).cosigned) if one.kind != "unanswered"] == []
    pair.close()
