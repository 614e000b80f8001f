"""Packs that were altered, mixed, forged, misdirected or played in any order.

Spec: spec/pack.md §5; docs/threat-model.md.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import random

import msgspec
import pytest

from sealane.base.errors import SealaneError
from sealane.ledger import bodies
from sealane.protocol import pack_form
from sealane.protocol.pack_form import PackNode
from sealane.services.exchange import arrival, outbox, recall
from sealane.services.packs import exporting
from sealane.services.register.acts import OPERATOR
from sealane.services.statements.journal import compose
from tests import nations
from tests.lane import dialogue
from tests.lane.packing import carried, crafted, cut, made, taken, to_and_fro, types
from tests.lane.test_packs import assured, code_of, counts


def small(pair):
    """A pack with a statement and an offer with its container."""
    dialogue.officers(cut(pair))
    assured(pair)
    dialogue.opened(pair.aus, "rfi", dialogue.RFI)
    return made(pair.aus)


def places(pack):
    """Every byte of the first page and some of each part, and each first and last of a part."""
    page = pack_form.read_page(io.BytesIO(pack))
    found = set(range(0, page.start, 7))
    for entry, at in page.places():
        for size in (entry.sealed.size, entry.container.size if entry.container else 0):
            if size:
                found |= {at, at + size - 1, *range(at, at + size, 211)}
                at += size
    return sorted(found)


def test_any_byte_that_is_another_is_damage_and_leaves_nothing(pair):
    pack = small(pair)
    before = counts(pair.jpn)
    for number, place in enumerate(places(pack)):
        bad = bytearray(pack)
        bad[place] ^= 1 << (number % 8)
        assert code_of(lambda bad=bad: taken(pair.jpn, bytes(bad))) == "pack.damaged", place
    assert counts(pair.jpn) == before
    assert types(taken(pair.jpn, pack)["taken"]) == ["offer", "case.opened"]


def test_a_pack_that_is_cut_or_longer_is_damage(pair):
    pack = small(pair)
    rng = random.Random(1)
    for size in (0, 1, 14, 15, *rng.sample(range(len(pack)), 60), len(pack) - 1):
        assert code_of(lambda size=size: taken(pair.jpn, pack[:size])) == "pack.damaged", size
    for more in (b"\0", b"\n", pack, b"x" * 100_000):
        assert code_of(lambda more=more: taken(pair.jpn, pack + more)) == "pack.damaged"
    for other in (b"", b"PK\x03\x04" + bytes(100), b"\n" * 100_000, bytes(1 << 20)):
        assert code_of(lambda other=other: taken(pair.jpn, other)) == "pack.damaged"


def parts_of(pack):
    page = pack_form.read_page(io.BytesIO(pack))
    return page, pack[page.start :]


def resigned(page, parts, *, signed=None, **head):
    """A pack with another first page and a check made anew."""
    text = pack_form.page_bytes(
        msgspec.structs.replace(page.head, **head), head.pop("lines", page.entries)
    )
    return pack_form.opening(text, signed or page.signed) + parts


def test_a_page_written_anew_is_not_its_maker_s(pair):
    pack = small(pair)
    page, parts = parts_of(pack)
    other = PackNode(party="USA", node="washington.usa.example")
    for change in ({"whole": not page.head.whole}, {"at": "2026-11-22T00:00:00Z"}, {"by": other}):
        code = code_of(lambda change=change: taken(pair.jpn, resigned(page, parts, **change)))
        assert code == "pack.other_page"
    less = page.entries[:-1]
    whole = pack_form.page_bytes(msgspec.structs.replace(page.head, entries=len(less)), less)
    last = page.entries[-1]
    cut_off = parts[: -(last.sealed.size + (last.container.size if last.container else 0))]
    bad = pack_form.opening(whole, page.signed) + cut_off
    assert code_of(lambda: taken(pair.jpn, bad)) == "pack.other_page"
    altered = bytearray(page.signed)
    altered[-20] ^= 1
    bad = pack_form.opening(whole, bytes(altered)) + cut_off
    assert code_of(lambda: taken(pair.jpn, bad)) in ("signature.invalid", "jws.malformed")


def test_parts_of_two_packs_make_none(pair):
    first = small(pair)
    second = made(pair.aus)
    one, _ = parts_of(first)
    other, parts = parts_of(second)
    assert [entry.digest for entry in one.entries] == [entry.digest for entry in other.entries]
    assert code_of(lambda: taken(pair.jpn, first[: one.start] + parts)) == "pack.damaged"
    # its maker signs a page over parts that its own key does not open
    lines = other.entries
    page = pack_form.page_bytes(one.head, lines)
    word = compose(
        pair.aus,
        bodies.PackMade(page=hashlib.sha384(page).hexdigest()),
        to="JPN",
        agreement=("", ""),
        item=None,
        at=one.head.at,
    )
    before = counts(pair.jpn)
    assert code_of(lambda: taken(pair.jpn, pack_form.opening(page, word.data) + parts)) == (
        "pack.damaged"
    )
    assert counts(pair.jpn) == before


def offered(pair):
    """An item that Japan has, and its own agreement."""
    cut(pair)
    item = assured(pair)
    carried(pair, "AUS")
    carried(pair, "JPN")
    row = nations.given(pair.aus, item)
    return item, (row.agreement, row.agreement_digest)


def test_what_a_partner_packs_is_judged_as_on_the_line(pair):
    item, agreement = offered(pair)
    # Japan calls Australia's item back, which is not its own to do
    order = compose(
        pair.jpn,
        bodies.RecallOrdered(reason="r", copies=(1,)),
        to="AUS",
        agreement=agreement,
        item=item,
    )
    # and a statement that Australia said itself, played back
    with pair.aus.store.reading() as tx:
        own = bytes(
            pair.aus.records.statements.get(tx, digest=nations.given(pair.aus, item).offer).data
        )
    # and one that is to another nation
    astray = compose(
        pair.jpn, bodies.Acknowledged(answers="0" * 96), to="USA", agreement=agreement, item=None
    )
    pack = crafted(
        pair.jpn,
        "AUS",
        [
            (order.data, "recall.ordered", None),
            (astray.data, "acknowledged", None),
        ],
    )
    done = taken(pair.aus, pack)
    assert [one["code"] for one in done["refused"]] == [
        "statement.no_standing",
        "statement.wrong_type",
    ]
    assert done["taken"] == []
    assert own
    assert nations.given(pair.aus, item).recalled is None


def test_an_answer_to_nothing_is_refused(pair):
    item, agreement = offered(pair)
    answer = compose(
        pair.jpn,
        bodies.Acknowledged(answers="a" * 96),
        to="AUS",
        agreement=agreement,
        item=item,
    )
    done = taken(pair.aus, crafted(pair.jpn, "AUS", [(answer.data, "acknowledged", "a" * 96)]))
    assert [one["code"] for one in done["refused"]] == ["pack.not_asked"]


def test_an_answer_that_is_none_to_what_it_names_is_refused(pair):
    item, agreement = offered(pair)
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    with pair.aus.store.reading() as tx:
        row = pair.aus.records.outbox.find(tx, order="id", type="recall.ordered")[0]
    answer = compose(
        pair.jpn,
        bodies.Acknowledged(answers=row.statement),
        to="AUS",
        agreement=agreement,
        item=item,
    )
    pack = crafted(pair.jpn, "AUS", [(answer.data, "acknowledged", row.statement)])
    for dry_run in (True, False):
        done = taken(pair.aus, pack, dry_run=dry_run)
        assert [one["code"] for one in done["refused"]] == ["statement.other_answer"]
    assert [one["type"] for one in outbox.waiting(pair.aus)] == ["recall.ordered"]


def test_a_claim_that_came_by_a_pack_is_answered_by_its_offer_and_spoils_no_pack(pair):
    item, agreement = offered(pair)
    row = nations.given(pair.aus, item)
    claim = compose(
        pair.jpn,
        bodies.Claim(container=row.container, policy_uuid=row.policy_uuid, seal="d" * 96),
        to="AUS",
        agreement=agreement,
        item=None,
    )
    assert types(taken(pair.aus, crafted(pair.jpn, "AUS", [(claim.data, "claim", None)]))["taken"])
    back = taken(pair.jpn, made(pair.aus))
    assert {one["type"]: one["code"] for one in back["refused"]} == {"offer": "pack.not_asked"}


def test_a_page_that_tells_otherwise_of_a_statement_is_damage(pair):
    _, agreement = offered(pair)
    said = compose(
        pair.jpn, bodies.Acknowledged(answers="b" * 96), to="AUS", agreement=agreement, item=None
    )
    for kind, answers in (("case.said", None), ("acknowledged", "c" * 96)):
        pack = crafted(pair.jpn, "AUS", [(said.data, kind, answers)])
        assert code_of(lambda pack=pack: taken(pair.aus, pack)) == "pack.damaged"


def test_a_pack_for_somebody_else_is_not_ours(three):
    dialogue.officers(cut(three))
    dialogue.opened(three.aus, "rfi", dialogue.RFI)
    for_jpn, for_usa = made(three.aus, "JPN"), made(three.aus, "USA")
    assert code_of(lambda: taken(three.line.nodes["USA"], for_jpn)) == "statement.not_for_us"
    assert code_of(lambda: taken(three.jpn, for_usa)) == "statement.not_for_us"
    assert code_of(lambda: taken(three.aus, for_jpn)) == "statement.stranger"
    assert types(taken(three.jpn, for_jpn)["taken"]) == ["case.opened"]


def test_a_pack_by_nobody_who_is_enrolled_is_nobody_s(pair):
    pack = small(pair)
    page, parts = parts_of(pack)
    with pair.jpn.store.writing() as tx:
        pair.jpn.records.partners.change(tx, {"party": "AUS"}, party="NZL")
    assert code_of(lambda: taken(pair.jpn, pack)) == "statement.stranger"
    assert page.entries
    assert parts


def without_containers(pack):
    """The first page and the sealed statements; a container tells what container.md lets it."""
    page = pack_form.read_page(io.BytesIO(pack))
    parts = [pack[at : at + one.sealed.size] for one, at in page.places()]
    return pack[: page.start] + b"".join(parts)


def test_a_pack_tells_no_word_of_what_it_carries(pair):
    cut(pair)
    item = assured(pair)
    arrived = taken(pair.jpn, made(pair.aus))
    assert arrived["taken"]
    recall.recall(pair.aus, item, reason="harbour closed", person="aus.release")
    for pack in (made(pair.aus), made(pair.jpn)):
        pack = without_containers(pack)
        for word in (item, "harbour", "maritime", "SECRET", "aus.release", "jpn-aus-2022"):
            assert word.encode() not in pack


def journey(pair):
    """Packs of a whole job, made at each step: by whom, and the bytes."""
    dialogue.officers(cut(pair))
    item = assured(pair)
    case = dialogue.opened(pair.aus, "rfi", dialogue.RFI)["id"]
    packs = [("AUS", made(pair.aus))]
    carried(pair, "AUS")
    arrival.accept(pair.jpn, item, "jpn.clerk")
    dialogue.said(pair.jpn, case, "accept")
    packs.append(("JPN", made(pair.jpn)))
    carried(pair, "JPN")
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    packs.append(("AUS", made(pair.aus)))
    carried(pair, "AUS")
    packs.append(("JPN", made(pair.jpn)))
    carried(pair, "JPN")
    packs.append(("AUS", made(pair.aus)))
    carried(pair, "AUS")
    return item, case, packs


def test_packs_in_any_order_and_number_come_to_the_same(pair):
    item, case, packs = journey(pair)
    whole = dialogue.alike(pair, case)
    before = [nations.given(node, item) for node in (pair.aus, pair.jpn)]
    for order in itertools.permutations(packs, 3):
        for party, pack in order:
            done = taken(pair.line.nodes[nations.other(party)], pack)
            assert (done["taken"], done["waiting"], done["refused"]) == ([], [], [])
    assert dialogue.alike(pair, case) == whole
    assert [nations.given(node, item) for node in (pair.aus, pair.jpn)] == before
    assert outbox.waiting(pair.aus) == []


@pytest.mark.parametrize("seed", range(6))
def test_media_that_are_lost_repeated_and_mixed_up_settle_in_the_end(pair, seed):
    rng = random.Random(seed)
    dialogue.officers(cut(pair))
    item = assured(pair)
    case = dialogue.opened(pair.aus, "rfi", dialogue.RFI)["id"]
    acts = [
        lambda: arrival.accept(pair.jpn, item, "jpn.clerk"),
        lambda: dialogue.said(pair.jpn, case, "accept"),
        lambda: dialogue.said(pair.jpn, case, "interim", note="soon"),
        lambda: dialogue.said(pair.aus, case, "withdraw"),
        lambda: recall.recall(pair.aus, item, reason="r", person="aus.release"),
    ]
    shelf = []
    for _ in range(14):
        party = rng.choice(["AUS", "JPN"])
        shelf.append((party, made(pair.line.nodes[party])))
        pair.clock.pass_(3600)
        for maker, pack in rng.sample(shelf, rng.randint(0, min(3, len(shelf)))):
            taken(pair.line.nodes[nations.other(maker)], pack)
        if acts and rng.random() < 0.6:
            act = rng.choice(acts)
            try:
                act()
            except SealaneError:
                continue
            acts.remove(act)
    to_and_fro(pair, 4)
    for node in (pair.aus, pair.jpn):
        assert outbox.waiting(node) == []
    one, other = (nations.given(node, item) for node in (pair.aus, pair.jpn))
    assert (one.state, one.recalled is None) == (other.state, other.recalled is None)
    dialogue.alike(pair, case)


def test_a_container_that_changed_at_home_leaves_in_no_pack(pair, tmp_path):
    cut(pair)
    item = assured(pair)
    path = next(
        (pair.root / "aus" / "containers").glob(nations.given(pair.aus, item).container + "*")
    )
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(bytes(data))
    assert code_of(lambda: made(pair.aus)) == "pack.container_altered"


def test_a_node_that_may_be_behind_makes_and_takes_no_pack(pair):
    pack = small(pair)
    with pair.jpn.store.writing() as tx:
        pair.jpn.records.currency.change(tx, {"id": "node"}, state="behind")
    assert code_of(lambda: taken(pair.jpn, pack)) == "node.behind"
    assert code_of(lambda: made(pair.jpn)) == "node.behind"


def test_a_partner_that_is_not_enrolled_gets_none(pair):
    assert code_of(lambda: exporting.export(pair.aus, "NZL", OPERATOR, io.BytesIO())) == (
        "partner.unknown"
    )
