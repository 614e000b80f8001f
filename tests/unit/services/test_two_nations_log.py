"""Two nations witness, mirror and entangle one another; liars are refused with proof."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sealane.adapters.log import SqlLog
from sealane.adapters.tilelog import LOG_AWAY
from sealane.base.errors import Unavailable, Untrusted
from sealane.base.values import SECOND, Instant
from sealane.ledger import entries
from sealane.ledger.log import checkpoint as cp
from sealane.ledger.log import equivocation, marks, note, witness
from sealane.ledger.log.checkpoint import parse_checkpoint, sign_head
from sealane.ledger.log.policy import parse_policy, write_policy
from sealane.services.ledgers.pair import Partnership
from sealane.services.ledgers.publisher import origin_hash
from tests import tilelogs
from tests.nations_log import Keys, Node, cycle, marks_of, some


def test_a_cosigned_mirrored_checkpoint_satisfies_the_policy_of_both(pair, keys):
    jp, au = pair
    jp.append(*some(300))
    cycle(jp, au)
    checkpoint = parse_checkpoint(jp.peer.fetch("checkpoint"))
    policy = parse_policy(
        write_policy(
            keys[0].log.verifier,
            {"au": keys[1].witness[1].verifier, "au-mirror": keys[1].mirror[0].verifier},
        )
    )
    assert set(policy.judge(checkpoint).witnesses) == {"au", "au-mirror"}
    assert marks_of(jp).as_json() == {
        "origin": keys[0].origin,
        "size": 300,
        "signed": 300,
        "cosigned": 300,
        "mirrored": 300,
        "proven_to_both_up_to": 300,
        "uncosigned_since": None,
    }
    mirrored = au.peer.fetch(f"mirror/{origin_hash(keys[0].origin)}/checkpoint")
    assert parse_checkpoint(mirrored).head == checkpoint.head
    watched = parse_checkpoint(jp.peer.fetch("checkpoint"))
    assert (
        parse_checkpoint(au.peer.fetch(f"witness/{origin_hash(keys[0].origin)}/checkpoint")).head
        == watched.head
    )


def test_the_mark_stays_where_both_can_prove_while_the_partner_is_away(pair):
    jp, au = pair
    jp.append(*some(3))
    cycle(jp, au)
    at = jp.host.now()
    with jp.store.writing() as tx:
        jp.log.append(tx, [entries.make("node.started", at, bytes(16))])
    jp.publisher.publish()
    found = marks_of(jp)
    assert (found.size, found.signed, found.proven, found.uncosigned_since) == (4, 4, 3, at)
    marks.within_grace(found, Instant(at + 59 * SECOND), 60 * SECOND)
    for grace in (0, 60 * SECOND):
        with pytest.raises(Unavailable):
            marks.within_grace(found, Instant(at + 60 * SECOND), grace)


def test_growing_in_steps_keeps_mirror_and_log_byte_for_byte_alike(pair):
    jp, au = pair
    for step in (1, 1, 254, 1, 300, 513, 2):
        jp.append(*some(step, f"step {step}"))
        cycle(jp, au)
        with au.store.reading() as tx:
            assert list(au.mirror.log.entries(tx, 0, 10_000)) == jp.stored()


def test_heads_are_entangled_once_and_two_nodes_do_not_answer_for_ever(pair):
    jp, au = pair
    jp.append(*some(2))
    for _ in range(5):
        for one, other in ((jp, au), (au, jp)):
            one.publisher.publish()
            one.publisher.seek_cosignature(other.peer)
            other.publisher.entangle(one.peer.fetch("checkpoint"))
    assert (len(jp.stored()), len(au.stored())) == (3, 1)
    held = entries.read(au.stored()[0])
    assert (held.kind, held.fields["size"]) == ("head.entangled", 2)
    assert parse_checkpoint(held.fields["note"].encode()).head.root.hex() == held.fields["root"]


def test_a_witness_answers_each_case_with_the_specified_status(pair, keys):
    jp, au = pair
    log, stranger = keys[0].log, tilelogs.signer(keys[0].origin)

    def ask(old, items, path=None, signers=(log,), origin=keys[0].origin, root=None):
        head = tilelogs.head(origin, items)
        head = cp.Head(origin, head.size, root) if root else head
        leaves = tilelogs.leaves_of(items)
        path = (
            (tilelogs.consistency(leaves, old) if 0 < old <= len(items) else [])
            if path is None
            else path
        )
        return au.peer.post(
            "add-checkpoint",
            witness.encode_request(old, path, sign_head(head, signers, jp.host.now()).encode()),
        )

    assert au.peer.post("add-checkpoint", b"nonsense")[0] == 400
    assert ask(0, some(3), origin="other.example")[0] == 404
    assert ask(0, some(3), signers=(stranger,))[0] == 403
    broken = note.Note(
        tilelogs.head(keys[0].origin, some(3)).body,
        (note.Signature(log.name, log.verifier.key_id, bytes(64)),),
    )
    assert au.peer.post("add-checkpoint", witness.encode_request(0, [], broken.encode()))[0] == 403
    assert ask(5, some(3))[0] == 400
    assert ask(2, some(3)) == (409, b"0\n")
    assert ask(0, [], root=bytes(32))[0] == 422
    assert ask(0, [])[0] == 200
    assert ask(0, some(3), path=[bytes(32)])[0] == 422
    status, lines = ask(0, some(3))
    assert status == 200
    assert [one.split(" ")[1] for one in lines.decode().splitlines()] == ["au.example/witness"] * 2
    assert ask(3, some(3))[0] == 200
    assert ask(3, some(2, "x"))[0] == 400
    assert ask(3, some(3, "x"))[0] == 422
    assert ask(3, some(3), path=[bytes(32)])[0] == 422
    assert ask(3, some(9), path=[])[0] == 422
    assert ask(3, some(9), path=[bytes(32)] * 64)[0] == 400
    assert ask(0, some(9)) == (409, b"3\n")
    assert ask(3, some(9))[0] == 200
    assert ask(9, [*some(2), b"x", *some(9)[3:], b"y"])[0] == 422
    with au.store.reading() as tx:
        assert len(au.book.conflicts(tx, keys[0].origin)) >= 3


def test_a_published_witness_script_comes_out_as_published(tmp_path):
    script = json.loads(
        (Path(__file__).parents[2] / "vectors" / "witness" / "litewitness.json").read_text()
    )
    node = Node(tmp_path / "w", Keys("jp"), Keys("au"))
    key = note.VerifierKey(script["origin"], note.ED25519, bytes.fromhex(script["key"]))
    service = replace(
        node.witness, trusted=lambda origin: [key] if origin == script["origin"] else []
    )
    for case in script["cases"]:
        reply = service.add_checkpoint(case["body"].encode())
        unknown_origin = "e563\n" in case["body"]
        assert reply.status == (404 if unknown_origin else case["status"])
        if case["answer"] is not None:
            assert reply.body.decode() == case["answer"]
    node.close()


def test_a_409_answer_has_the_specified_content_type(pair, keys):
    jp, au = pair
    from starlette.testclient import TestClient

    raw = sign_head(tilelogs.head(keys[0].origin, some(3)), [keys[0].log], jp.host.now()).encode()
    answer = TestClient(au.app).post(
        "/ledger/x/add-checkpoint", content=witness.encode_request(2, [], raw)
    )
    assert (answer.status_code, answer.headers["content-type"]) == (409, "text/x.tlog.size")


def test_two_heads_of_one_size_leave_a_fraud_proof_with_the_witness(pair, keys):
    jp, au = pair
    for items in (some(3), some(3, "forged")):
        raw = sign_head(tilelogs.head(keys[0].origin, items), [keys[0].log], jp.host.now()).encode()
        au.peer.post("add-checkpoint", witness.encode_request(0, [], raw))
    with au.store.reading() as tx:
        ((_, _, fraud),) = au.book.conflicts(tx, keys[0].origin)
    equivocation.verify(equivocation.read(fraud), [keys[0].log.verifier])


def test_a_partner_that_rewrites_its_past_is_caught_with_a_proof_anybody_can_check(
    pair, keys, tmp_path
):
    jp, au = pair
    jp.append(*some(300))
    cycle(jp, au)
    forged = Node(tmp_path / "forged", keys[0], keys[1])
    forged.append(*some(150), b"another past", *some(300)[151:], b"more")
    forged.publisher.publish()
    with pytest.raises(Untrusted, match="partner_log"):
        au.mirror.pull(forged.peer)
    with au.store.reading() as tx:
        frauds = [fraud for _, _, fraud in au.book.conflicts(tx, keys[0].origin) if fraud]
        assert list(au.mirror.log.entries(tx, 0, 1000)) == some(300)
    equivocation.verify(equivocation.read(frauds[0]), [keys[0].log.verifier])
    forged.close()


def test_entries_are_uploaded_to_the_mirror_as_the_specification_has_it(pair, keys):
    import gzip

    from starlette.testclient import TestClient

    from sealane.ledger.log import merkle, mirror
    from sealane.ledger.log.mirror import Package, encode_upload, parse_info

    jp, au = pair
    items = some(600)
    jp.append(*items)
    jp.publisher.publish()
    client = TestClient(au.app)

    def packages(start, end):
        with jp.store.reading() as tx:
            nodes = jp.log.nodes(tx, end)
            return [
                Package(
                    low,
                    tuple(items[low:high]),
                    tuple(merkle.subtree_consistency_path(low - low % 256, high, end, nodes)),
                )
                for low, high in mirror.Upload("", start, end, b"", 0).spans()
            ]

    def upload(start, end, parts, **more):
        body = encode_upload(keys[0].origin, start, end, b"", parts)
        return client.post(
            "/ledger/x/add-entries",
            content=gzip.compress(body),
            headers={"content-encoding": "gzip"},
            **more,
        )

    assert upload(0, 600, packages(0, 600)).status_code == 422
    jp.publisher.seek_cosignature(au.peer)
    assert upload(0, 599, packages(0, 599)).status_code == 409
    answer = upload(1, 600, packages(1, 600))
    assert (answer.status_code, answer.headers["content-type"]) == (409, "text/x.tlog.mirror-info")
    assert parse_info(answer.content) == (600, 0, b"")
    assert upload(0, 600, [Package(0, (b"x",) * 256, ())]).status_code == 422
    assert (
        client.post(
            "/ledger/x/add-entries",
            content=encode_upload(keys[0].origin, 0, 600, b"", packages(0, 600))[:500],
        ).status_code
        == 400
    )
    assert (
        client.post(
            "/ledger/x/add-entries", content=encode_upload("other", 0, 600, b"", [])
        ).status_code
        == 404
    )
    answer = upload(0, 600, packages(0, 600)[:1])
    assert (answer.status_code, parse_info(answer.content)) == (202, (600, 256, b""))
    answer = upload(200, 600, packages(200, 600))
    assert answer.status_code == 200
    checkpoint = parse_checkpoint(au.mirror.checkpoint())
    cp.require(checkpoint, [keys[0].log.verifier, keys[1].mirror[0].verifier])
    assert answer.text.startswith("\u2014 au.example/mirror ")


def test_nothing_beyond_the_signed_head_is_served(pair):
    jp, _ = pair
    jp.append(*some(5))
    assert jp.peer.fetch("checkpoint") is None
    assert jp.peer.fetch("tile/0/000.p/5") is None
    jp.publisher.publish()
    jp.append(*some(5))
    assert jp.peer.fetch("tile/entries/000.p/5") is not None
    assert jp.peer.fetch("tile/entries/000.p/6") is None
    assert jp.peer.fetch("tile/0/0") is None
    assert json.loads(jp.peer.fetch("checkpoint.v2"))["signatures"]


def test_a_partner_log_is_copied_as_a_log_of_its_own(pair, keys):
    jp, au = pair
    jp.append(*some(2))
    cycle(jp, au)
    with au.store.reading() as tx:
        assert SqlLog(keys[0].origin, role="mirror").size(tx) == 2
        assert au.log.size(tx) == 0


def test_rounds_bring_both_sides_to_one_proven_state_and_then_rest(pair):
    jp, au = pair
    jp.append(*some(3))
    au.append(*some(2, "ours"))
    sides = [
        (Partnership(publisher=one.publisher, mirror=one.mirror), other)
        for one, other in ((jp, au), (au, jp))
    ]
    for _ in range(4):
        for side, other in sides:
            found = side.round(other.peer)
            assert found.waiting == ()
    assert [marks_of(one).proven for one in pair] == [marks_of(one).size for one in pair] == [4, 3]
    for side, other in sides:
        side.start(other.peer)


def test_a_hundred_rounds_without_news_write_nothing_new(pair):
    jp, au = pair
    jp.append(*some(3))
    sides = [
        (Partnership(publisher=one.publisher, mirror=one.mirror), other)
        for one, other in ((jp, au), (au, jp))
    ]

    def shown():
        return [
            one.peer.fetch(path)
            for one in pair
            for path in (
                "checkpoint",
                *(
                    f"{area}/{origin_hash(other.log.origin)}/checkpoint"
                    for other in pair
                    for area in ("witness", "mirror")
                ),
            )
        ]

    for at in range(112):
        for side, other in sides:
            side.round(other.peer)
        if at == 11:
            settled = shown()
    assert shown() == settled
    assert max(len(note.parse(one).signatures) for one in settled if one) == 6


class Away:
    def fetch(self, path):
        raise LOG_AWAY(place="au", why="away")

    def post(self, path, body):
        raise LOG_AWAY(place="au", why="away")


def test_a_round_without_the_partner_still_signs_and_says_what_waits(pair):
    jp, au = pair
    side = Partnership(publisher=jp.publisher, mirror=jp.mirror)
    jp.append(*some(2))
    side.round(au.peer)
    jp.append(*some(1))
    found = side.round(Away())
    assert (found.marks.signed, found.marks.cosigned, len(found.waiting)) == (3, 2, 3)


def test_a_process_signs_nothing_before_the_partner_has_said_what_it_saw(pair):
    jp, au = pair
    jp.append(*some(3))
    side = Partnership(publisher=jp.publisher, mirror=jp.mirror)
    assert side.round(Away()).marks.signed == 0
    assert side.round(au.peer).marks.signed == 3


def test_a_process_signs_nothing_when_what_is_stored_was_altered(pair):
    jp, au = pair
    jp.append(*some(300))
    Partnership(publisher=jp.publisher, mirror=jp.mirror).round(au.peer)
    with jp.store.writing() as tx:
        tx.exec_driver_sql("UPDATE log_entry SET data = x'00' WHERE idx = 7")
    with pytest.raises(Untrusted, match="entry 7"):
        Partnership(publisher=jp.publisher, mirror=jp.mirror).round(au.peer)


def test_a_partner_s_slow_clock_does_not_stop_keys(pair):
    jp, au = pair
    jp.append(*some(1))
    cycle(jp, au)
    slow = jp.host.at - 3600 * SECOND
    with jp.store.writing() as tx:
        jp.log.append(tx, [entries.make("node.started", Instant(slow), bytes(16))])
    marks.within_grace(marks_of(jp), jp.host.now(), 60 * SECOND)


def test_a_log_stands_at_its_own_origin_too_for_verifiers_that_want_one_string(pair):
    jp, au = pair
    jp.append(*some(300))
    cycle(jp, au)
    peer = jp.peer
    for path in ("checkpoint", "checkpoint.v2", "tile/0/000", "tile/entries/001.p/44"):
        answer = peer._client.get(f"/x/x/{path}")
        assert answer.status_code == 200
        assert answer.content == peer.fetch(path)
    assert peer._client.get("/x/y/checkpoint").status_code == 404
    assert peer._client.post("/x/x/add-checkpoint", content=b"nonsense").status_code == 400
