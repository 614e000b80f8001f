"""Notices at two nodes: they stop new acts and keys at once on both, leave duties standing, and
cannot be forged or undone by others."""

import json
import subprocess
import sys

import pytest

from sealane.agreements import notice, noticefile, signing
from sealane.base import canonical
from sealane.base.errors import Conflict, Malformed
from sealane.base.values import DAY, SECOND, Instant, format_instant, parse_instant
from sealane.cli.demo.cast import AGREEMENT
from sealane.crypto.keys import PrivateKey
from sealane.ledger import bodies
from sealane.services import dispatch
from sealane.services.exchange import arrival, outbox, recall
from sealane.services.register import agreement_life, views
from sealane.services.statements.journal import compose
from tests import nations
from tests.lane.notices import (
    clauses_of,
    code_of,
    drafted,
    held,
    paper_of,
    recorded,
    release_again,
    state,
)
from tests.nations import read, share


def test_a_suspension_stops_releases_and_openings_at_both_and_resuming_lets_them_go_on(pair):
    item = share(pair)
    agreement_life.give(pair.jpn, AGREEMENT, "suspend", detail={"reason": "exercise"})
    outbox.deliver_due(pair.jpn)
    assert (state(pair.aus), state(pair.jpn)) == ("suspended", "suspended")
    assert clauses_of(lambda: read(pair, item)) == ["1.1"]
    assert clauses_of(lambda: release_again(pair, "r-2")) == ["1.1"]
    for node in (pair.aus, pair.jpn):
        assert len(recorded(node, "agreement.suspended")) == 1
        assert len(recorded(node, "statement.agreement.state")) == 1
    agreement_life.give(pair.jpn, AGREEMENT, "resume")
    outbox.deliver_due(pair.jpn)
    assert (state(pair.aus), state(pair.jpn)) == ("in-force", "in-force")
    assert read(pair, item) == b"harbour"
    assert release_again(pair, "r-2").state == "queued"


def test_the_provider_s_keys_stop_at_once_even_while_the_partner_has_not_heard(pair):
    item = share(pair)
    pair.line.down.add("JPN")
    agreement_life.give(pair.aus, AGREEMENT, "suspend")
    outbox.deliver_due(pair.aus)
    assert state(pair.jpn) == "in-force"
    assert code_of(lambda: read(pair, item)) == "key.refused"
    pair.line.down.clear()
    pair.settle()
    assert state(pair.jpn) == "suspended"


def test_only_who_suspended_resumes_and_it_lasts_until_both_have(pair):
    agreement_life.give(pair.aus, AGREEMENT, "suspend")
    pair.settle()
    assert (
        code_of(lambda: agreement_life.give(pair.jpn, AGREEMENT, "resume"))
        == "agreement.not_suspended_by"
    )
    assert recorded(pair.jpn, "agreement.resumed") == []
    agreement_life.give(pair.jpn, AGREEMENT, "suspend")
    pair.settle()
    agreement_life.give(pair.aus, AGREEMENT, "resume")
    pair.settle()
    assert (state(pair.aus), state(pair.jpn)) == ("suspended", "suspended")
    agreement_life.give(pair.jpn, AGREEMENT, "resume")
    pair.settle()
    assert (state(pair.aus), state(pair.jpn)) == ("in-force", "in-force")


def test_a_dated_notice_takes_effect_at_its_instant_and_not_before(pair):
    item = share(pair)
    when = Instant(pair.clock.now() + 3600 * SECOND)
    agreement_life.give(pair.jpn, AGREEMENT, "suspend", effective=when)
    pair.settle(1)
    assert read(pair, item) == b"harbour"
    pair.clock.now_ = when - 1000
    assert clauses_of(lambda: read(pair, item)) == ["1.1"]
    assert (
        code_of(
            lambda: agreement_life.give(
                pair.jpn, AGREEMENT, "resume", effective=parse_instant("2026-01-01T00:00:00Z")
            )
        )
        == "agreement.notice_backdated"
    )


def test_after_the_end_nothing_new_happens_and_every_duty_stays(pair):
    item = share(pair)
    arrival.accept(pair.jpn, item, "jpn.clerk")
    end = format_instant(Instant(pair.clock.now() + 200 * DAY))
    assert (
        code_of(
            lambda: agreement_life.give(
                pair.aus,
                AGREEMENT,
                "give-notice",
                detail={"until": format_instant(Instant(pair.clock.now() + 9 * DAY))},
            )
        )
        == "agreement.notice_too_short"
    )
    agreement_life.give(pair.aus, AGREEMENT, "give-notice", detail={"until": end})
    pair.settle()
    assert state(pair.jpn) == "in-force"
    assert read(pair, item) == b"harbour"
    pair.clock.now_ = parse_instant(end)
    assert (state(pair.aus), state(pair.jpn)) == ("ended", "ended")
    assert "1.1" in clauses_of(lambda: read(pair, item))
    assert "1.1" in clauses_of(lambda: release_again(pair, "r-2"))
    recall.recall(pair.aus, item, reason="ended", person="aus.analyst")
    pair.settle()
    with pair.aus.store.reading() as tx:
        copies = views.item(pair.aus, tx, item)["copies"]
    assert [copy["state"] for copy in copies] == ["held", "destroyed"]


def test_notices_by_file_are_enrolled_on_each_side_and_a_later_delivery_changes_nothing(pair):
    pair.line.down |= {"AUS", "JPN"}
    agreement_life.give(pair.jpn, AGREEMENT, "suspend")
    with pair.jpn.store.reading() as tx:
        file = agreement_life.file_of(pair.jpn, tx, AGREEMENT)
    assert [one.kind for one in agreement_life.enrol(pair.aus, file, {})] == ["suspend"]
    assert state(pair.aus) == "suspended"
    assert agreement_life.enrol(pair.aus, file, {}) == ()
    pair.line.down.clear()
    pair.settle()
    assert len(held(pair.aus)) == 1
    assert len(recorded(pair.aus, "agreement.suspended")) == 1


def test_a_gap_a_stranger_s_key_and_another_version_change_nothing(pair):
    agreement, paper = paper_of(pair.jpn)
    signers, now = pair.jpn.keys.signers("statement"), pair.clock.now()

    def given(kind, beside=None, signers=signers, paper=paper, effective=None):
        return notice.give(
            agreement,
            paper,
            notice.Draft(kind=kind, party="JPN", effective=effective or now),
            beside=beside,
            at=now,
            signers=signers,
        )

    first = given("suspend")
    second = json.loads(given("resume", first))["notices"][1]
    gap = canonical.encode({"v": 1, "notices": [second]})
    stranger = given("suspend", signers=[PrivateKey.generate(alg) for alg in signing.SUITES])
    other = given(
        "suspend",
        paper=signing.Paper(
            **{
                **{name: getattr(paper, name) for name in paper.__slots__},
                "data": paper.data + b"\n",
            }
        ),
    )
    future = notice.give(
        agreement,
        paper,
        notice.Draft(kind="suspend", party="JPN", effective=Instant(now + DAY)),
        beside=None,
        at=Instant(now + DAY),
        signers=signers,
    )
    for data, code in (
        (gap, "agreement.notice_chain"),
        (stranger, "agreement.signature_wrong_key"),
        (other, "agreement.no_notice"),
        (future, "agreement.notice_from_the_future"),
        (noticefile.file_of(()), "agreement.no_notice"),
    ):
        assert code_of(lambda data=data: agreement_life.enrol(pair.aus, data, {})) == code
    assert held(pair.aus) == ()
    assert state(pair.aus) == "in-force"


def test_a_partner_that_tells_another_party_s_notice_is_answered_by_a_signed_rejection(pair):
    with pair.jpn.store.writing() as tx:
        forged = drafted(pair.aus, "AUS", pair.clock.now(), pair.aus.keys.signers("statement"))
        held_ = pair.jpn.agreement_row(tx, AGREEMENT)
        said = compose(
            pair.jpn,
            bodies.AgreementState(notices=canonical.parse(forged)),
            to="AUS",
            agreement=(AGREEMENT, held_.digest),
            item=None,
        )
    answer = dispatch.answer(pair.aus, said.data)
    assert b"rejected" in signing.jws.peek(answer)
    assert held(pair.aus) == ()


def test_an_authority_s_new_keys_come_by_notice_and_the_old_ones_no_longer_count(pair):
    new = [PrivateKey.generate(alg) for alg in signing.SUITES]
    now = format_instant(pair.clock.now())
    agreement_life.give(
        pair.jpn,
        AGREEMENT,
        "change-authority",
        detail={
            "id": "jpn-agreement",
            "role": "agreement",
            "since": now,
            "until": None,
            "name": {"en": "Ministry", "ja": "省"},
            "keys": [key.public.kid for key in new],
        },
    )
    pair.settle()
    assert (
        code_of(lambda: agreement_life.give(pair.jpn, AGREEMENT, "suspend"))
        == "agreement.signature_wrong_key"
    )
    with pair.jpn.store.reading() as tx:
        beside = agreement_life.file_of(pair.jpn, tx, AGREEMENT)
    signed = drafted(pair.jpn, "JPN", pair.clock.now(), new, beside)
    assert (
        code_of(lambda: agreement_life.enrol(pair.aus, signed, {}))
        == "agreement.signature_wrong_key"
    )
    for node in (pair.aus, pair.jpn):
        agreement_life.enrol(node, signed, {"JPN": [key.public for key in new]})
        assert state(node) == "suspended"


def test_a_change_of_law_blocks_nothing_and_shows_on_every_item(pair):
    item = share(pair)
    agreement_life.give(
        pair.jpn,
        AGREEMENT,
        "notify-law-change",
        detail={"text": {"en": "The act was amended.", "ja": "法改正。"}},
    )
    pair.settle()
    for node in (pair.aus, pair.jpn):
        with node.store.reading() as tx:
            shown = views.item(node, tx, item)["law_changes"]
        assert [one["detail"]["text"]["ja"] for one in shown] == ["法改正。"]
    assert read(pair, item) == b"harbour"


@pytest.mark.parametrize(
    ("kind", "detail", "error"),
    [
        ("suspend", {"why": "x"}, Malformed),
        ("suspend", {"reason": "x" * 501}, Malformed),
        ("give-notice", {}, Malformed),
        ("resume", {}, Conflict),
        ("change-authority", {"id": "x"}, Malformed),
        ("notify-law-change", {"text": "x"}, Malformed),
    ],
)
def test_a_notice_that_says_too_much_or_too_little_is_refused_and_recorded_nowhere(
    pair, kind, detail, error
):
    with pytest.raises(error):
        agreement_life.give(pair.aus, AGREEMENT, kind, detail=detail)
    assert held(pair.aus) == ()
    assert recorded(pair.aus, "statement.agreement.state") == []


def test_the_commands_give_enrol_and_hand_on_notices(live_pair, tmp_path):
    pair = live_pair
    secret = tmp_path / "pass"
    secret.write_bytes(nations.PASSPHRASE)
    key = ("--passphrase-file", secret)
    pair.close()

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "sealane.cli.main", "node", *map(str, arguments), "--json"],
            capture_output=True,
            timeout=300,
            check=False,
        )
        return done.returncode, json.loads(done.stdout)

    jpn, aus, file = pair.root / "jpn", pair.root / "aus", tmp_path / "n.notices"
    status, said = run("agreement", jpn, AGREEMENT, "suspend", "--reason", "audit", *key)
    assert (status, said["state"], said["told"][0]["answer"]) == (0, "suspended", None)
    assert run("notices", jpn, AGREEMENT, file, *key)[0] == 0
    status, said = run("notice", aus, file, *key)
    assert (status, said["state"], said["notices"][0]["detail"]) == (
        0,
        "suspended",
        {"reason": "audit"},
    )
    assert (
        run("agreement", aus, AGREEMENT, "resume", *key)[1]["error"]["code"]
        == "agreement.not_suspended_by"
    )
    assert run("agreement", aus, AGREEMENT, "give-notice", *key)[0] == 2
    held = {one["id"]: one["state"] for one in run("status", aus, *key)[1]["agreements"]}
    assert held == {AGREEMENT: "suspended", "jpn-aus-2012-isa": "in force"}


def test_what_the_line_mangles_is_not_believed(pair):
    pair.line.mangle = lambda data: data.replace(b"A", b"B", 1)
    agreement_life.give(pair.jpn, AGREEMENT, "suspend")
    sent = outbox.deliver_due(pair.jpn)
    assert sent[0].trouble is not None
    assert state(pair.aus) == "in-force"
