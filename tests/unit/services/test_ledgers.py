"""From keys and names alone, two nodes' ledgers are put together and prove one another; a
contradiction is an entry.
"""

import pytest

from sealane.adapters import sql
from sealane.adapters.anchor import FileAnchor
from sealane.adapters.log import SqlLog
from sealane.adapters.records import SqlRecords, SqlStore
from sealane.adapters.tables import make_tables
from sealane.adapters.witness_book import SqlWitness
from sealane.crypto.keys import PrivateKey
from sealane.http.log import Board, routes
from sealane.ledger import entries
from sealane.ledger.log.checkpoint import parse_checkpoint, sign_head
from sealane.ledger.log.policy import parse_policy, write_policy
from sealane.ledger.log.witness import encode_request
from sealane.services.ledgers import equivocations
from sealane.services.ledgers.ledger import OwnKeys, PartnerKeys, Ports, connect
from sealane.settings import Settings
from tests import tilelogs
from tests.nations_log import Host, Peer
from tests.nodes import node_of

PARTIES = {"jp": "JPN", "au": "AUS"}
NODES = {"jp": "jp.example", "au": "au.example"}


def keys(*algorithms: str) -> list[PrivateKey]:
    return [PrivateKey.generate(one) for one in algorithms]


def public(signers):
    return [one.public for one in signers]


@pytest.fixture(params=[True, False], ids=["with mirrors", "without mirror keys"])
def sides(request, tmp_path):
    from starlette.applications import Starlette

    own = {
        name: OwnKeys(
            log=keys("Ed25519", "ML-DSA-44"),
            witness=keys("Ed25519", "ML-DSA-44"),
            mirror=keys("ML-DSA-44") if request.param else [],
            head=keys("ES384", "ML-DSA-87"),
        )
        for name in NODES
    }
    made, engines = {}, []
    for name, other in (("jp", "au"), ("au", "jp")):
        engine = sql.open_engine(tmp_path / f"{name}.db")
        engines.append(engine)
        make_tables(engine)
        store, host = SqlStore(engine), Host()
        log, mirrored, internal = (
            SqlLog(f"{NODES[name]}/x/a"),
            SqlLog(f"{NODES[other]}/x/a", role="mirror"),
            SqlLog(f"{NODES[name]}/internal"),
        )
        with store.writing() as tx:
            for one in (log, mirrored, internal):
                one.open(tx)
        ports = Ports(
            store=store,
            book=SqlWitness(),
            host=host,
            anchor=FileAnchor(tmp_path / f"{name}.head"),
            own=log,
            partner=mirrored,
        )
        theirs = own[other]
        partner = PartnerKeys(
            log=public(theirs.log), witness=public(theirs.witness), mirror=public(theirs.mirror)
        )
        node = node_of(
            PARTIES[name],
            settings=Settings(party=PARTIES[name], node=NODES[name]),
            store=store,
            records=SqlRecords(),
            host=host,
            log={internal.origin: internal}.__getitem__,
        )
        side = connect(
            ports,
            (NODES[name], NODES[other]),
            own[name],
            partner,
            equivocations.noting(node, PARTIES[other]),
        )
        board = Board(
            store=store,
            log=log,
            reader=PARTIES[other],
            witness=side.mirror.witness,
            mirror=side.mirror,
        )
        app = Starlette(routes=routes({"a": board}, allow=lambda *_: True))
        made[name] = (side, Peer(app, "a"), internal)
    yield made, own
    for engine in engines:
        engine.dispose()


def test_rounds_prove_both_logs_to_both(sides):
    made, _ = sides
    (jp, jp_peer, _), (au, au_peer, _) = made["jp"], made["au"]
    with jp.publisher.store.writing() as tx:
        jp.publisher.log.append(tx, [b"x"])
    for _ in range(3):
        jp.round(au_peer)
        found = au.round(jp_peer)
    assert found.marks.proven == found.marks.size == 1
    publisher = jp.publisher
    policy = write_policy(
        publisher.signers[0].verifier,
        {
            "w": publisher.witnesses[0],
            "w2": publisher.witnesses[1],
            **({"m": publisher.mirrors[0]} if publisher.mirrors else {}),
        },
    )
    judged = parse_policy(policy).judge(parse_checkpoint(jp_peer.fetch("checkpoint")))
    assert set(judged.witnesses) == ({"w", "w2", "m"} if publisher.mirrors else {"w", "w2"})


def test_a_contradiction_becomes_an_entry_of_the_internal_log(sides):
    made, _ = sides
    (jp, _, _), (au, au_peer, internal) = made["jp"], made["au"]
    for items in ([b"x"], [b"y"]):
        raw = sign_head(
            tilelogs.head("jp.example/x/a", items), jp.publisher.signers, tilelogs.AT
        ).encode()
        au_peer.post("add-checkpoint", encode_request(0, [], raw))
    with au.publisher.store.reading() as tx:
        entry = entries.read(internal.entry(tx, 0))
    told = [entry.fields[name] for name in ("peer", "outcome", "size")]
    assert (entry.kind, told) == ("head.conflict", ["JPN", "proven", 1])
