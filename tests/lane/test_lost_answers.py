"""An answer that was lost on its way comes home by the partner's own log, once, and nothing else
that is shown in its place is taken.
"""

import base64
from contextlib import suppress

import pytest

from sealane.adapters.peers import PARTNER_AWAY
from sealane.base.errors import SealaneError, Unavailable, Untrusted
from sealane.ledger import bodies, receipt
from sealane.services.exchange import reseal
from sealane.services.recovery.lost_answers import LATE_SECONDS, REST_SECONDS, LostAnswers
from tests import mistyped, nations
from tests.lane.test_ledgers import rounds
from tests.lane.test_reconciling import audit, kinds
from tests.nations import AGREEMENT, share


def lost_on_its_way(pair, what):
    """The next answers to this kind of question are given, and arrive nowhere."""
    honest = pair.line.say

    def losing(party, statement):
        answer = honest(party, statement)
        if receipt.peek(statement).type == what:
            raise PARTNER_AWAY(party=party, why="cut in the middle of the answer")
        return answer

    pair.line.say = losing
    return honest


def asked(pair, what):
    """Ask so that the answer is lost; who asked."""
    item = share(pair)
    rounds(pair, 3)
    honest = lost_on_its_way(pair, what)
    acts = {
        "assurance.request": ("AUS", lambda: share(pair, b"second", reference="r-2")),
        "open.request": ("JPN", lambda: nations.read(pair, item)),
        "rewrap.request": (
            "AUS",
            lambda: reseal.rewrap(pair.aus, item, suite="X-Wing", person="aus.release"),
        ),
    }
    party, act = acts[what]
    if what == "assurance.request":
        act()  # the one that is held serves
    else:
        with pytest.raises(SealaneError):
            act()
    pair.line.say = honest
    pair.settle()
    rounds(pair, 3)
    return party


def seeker(pair, party):
    (one,) = [one for _, name, one in pair.sites[party].partnerships() if name == AGREEMENT]
    node = pair.line.nodes[party]
    return LostAnswers(node, nations.other(party), AGREEMENT, one.mirror.log)


def late(pair, found):
    """As a lane does it: a look, and another when the answer is late."""
    assert found.bring_home() == 0
    pair.clock.pass_(LATE_SECONDS + 1)
    return found.bring_home()


@pytest.mark.parametrize("what", ["assurance.request", "open.request", "rewrap.request"])
def test_an_answer_lost_on_its_way_is_a_difference_until_it_is_brought_home(pair, what):
    party = asked(pair, what)
    answer = {"assurance.request": "assurance"}.get(what, "key.released")
    assert [kind for kind, _, _ in kinds(audit(pair, party))] == ["receipt.only_theirs"]
    node, found = pair.line.nodes[party], seeker(pair, party)
    assert late(pair, found) == 1
    with node.store.reading() as tx:
        refs = node.records.entry_refs.find(tx, order="index", kind=f"statement.{answer}")
    assert refs
    pair.settle()
    rounds(pair, 3)
    assert found.bring_home() == 0
    assert late(pair, seeker(pair, party)) == 0
    for one in pair.sites:
        assert kinds(audit(pair, one)) == []


def test_an_answer_that_is_on_its_way_is_not_asked_for(pair):
    party = asked(pair, "open.request")
    found, node = seeker(pair, party), pair.line.nodes[party]
    before = size(node)
    for _ in range(5):
        assert found.bring_home() == 0
    assert size(node) == before


def test_a_partner_that_gives_no_answer_is_asked_less_and_less(pair):
    party = asked(pair, "open.request")
    found, node = seeker(pair, party), pair.line.nodes[party]
    pair.line.down.add("AUS")
    assert found.bring_home() == 0
    before = size(node)
    for _ in range(2 * 24 * 60):
        pair.clock.now_ += LATE_SECONDS * 10**9
        with suppress(Unavailable):
            found.bring_home()
    # doubled up to an hour, so some fifty times in two days
    assert size(node) - before < 10 + 2 * 86_400 / REST_SECONDS
    pair.line.down.clear()
    pair.clock.pass_(REST_SECONDS)
    assert found.bring_home() == 1


def said_otherwise(pair, data):
    """The same answer, said anew with other words and both of the partner's signatures."""
    said = receipt.peek(data)
    body = {**bodies.as_json(said.body), "decision": "ab" * 48}
    terms = {"id": said.agreement, "digest": said.agreement_digest}
    return mistyped.said(pair.aus, said.type, body, to="JPN", item=said.item, agreement=terms)


SPOILT = {
    "another answer": said_otherwise,
    "a bit off": lambda _, data: data[:-3] + bytes([data[-3] ^ 1]) + data[-2:],
}


@pytest.mark.parametrize("how", sorted(SPOILT))
def test_bytes_that_the_log_does_not_name_are_taken_for_no_answer(pair, how):
    party = asked(pair, "open.request")
    found, node, honest = seeker(pair, party), pair.line.nodes[party], pair.line.say

    def lying(to, statement):
        answer = receipt.peek(honest(to, statement))
        body = bodies.as_json(answer.body)
        spoilt = [SPOILT[how](pair, base64.b64decode(one)) for one in body["held"]]
        body["held"] = [base64.b64encode(one).decode() for one in spoilt]
        terms = {"id": answer.agreement, "digest": answer.agreement_digest}
        return mistyped.said(pair.aus, "statements", body, to="JPN", item=None, agreement=terms)

    pair.line.say = lying
    with pytest.raises(Untrusted, match=r"statement\.other_answer"):
        late(pair, found)
    with node.store.reading() as tx:
        kept = node.records.entry_refs.find(tx, order="index", kind="statement.key.released")
    assert kept == []


def size(node):
    with node.store.reading() as tx:
        return nations.log_of(node, AGREEMENT).size(tx)
