"""A partner that signs nonsense, as a question and as an answer: a typed refusal, nothing kept, and
what waits behind it still leaves.

Every member of every type comes missing, null, of another type, too long, too deep and too large
(tests/mistyped.py, from the records themselves). Both nodes hear all of it.
"""

import dataclasses
import io
from collections.abc import Callable, Iterable
from functools import cache

import pytest

from sealane.base.errors import SealaneError
from sealane.base.values import SECOND
from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies, receipt
from sealane.ledger.bodies import Way
from sealane.services import dispatch
from sealane.services.audit import inventory
from sealane.services.exchange import arrival, assurance, hand_carried, outbox, release, reseal
from sealane.services.opening import key_parts, open_item
from sealane.services.recovery import missing_statements
from sealane.services.register import enrolment
from sealane.services.register.readers_there import ReadersQuestion
from sealane.services.statements.talk import tell
from sealane.settings import Settings
from sealane.wiring import site
from tests import engines, mistyped, nations
from tests.clock import START, Clock
from tests.nations import AGREEMENT, LABEL, PASSPHRASE, share
from tests.nations_three import TRILATERAL

ROUND = 60
"""Rows with a bad answer in one round of the outbox, which tries 64."""
ASKING = (
    "log",
    "log_entry",
    "log_head",
    "log_tile",
    "statements",
    "entry_refs",
    "serials",
    "outbox",
)
"""Where a node keeps what it asked and what good rows brought; all else stays as it was."""


@pytest.fixture(scope="module")
def hostile(template, tmp_path_factory):
    """Both nodes with an item delivered each way of the line, and a third party that behaves."""
    root = tmp_path_factory.mktemp("hostile")
    made = nations.opened(
        nations.copy_of(template, root / "pair"),
        Clock(START + 600 * SECOND),
    )
    settings = Settings(
        party="USA", node="dc.usa.example", accept_unverified=True, peer_port=0, console_port=0
    )
    third = site.create_site(root / "usa", settings, PASSPHRASE, host=made.clock)
    for node in (made.aus, made.jpn):
        enrolment.enrol(node, enrolment.card_statement(third.node))
        enrolment.enrol(third.node, enrolment.card_statement(node))
    nations.adopted(TRILATERAL, (made.aus, made.jpn, third.node), made.clock)
    made.item = share(made)
    made.settle(1)
    made.third = third.node
    made.spoken = {}
    made.by_hand = sealed_for_hand(made)
    yield made
    made.close()
    third.dispose()


def tables(node) -> dict[str, list]:
    """Everything that the node's database holds, by table."""
    with node.store.reading() as tx:
        return engines.rows(tx)


def kept(before: dict[str, list], after: dict[str, list], but: tuple[str, ...] = ()) -> list:
    """Tables that differ."""
    return [name for name in before if name not in but and before[name] != after[name]]


def gained(before: dict[str, list], after: dict[str, list], table: str) -> int:
    return len(after[table]) - len(before[table])


def agreement(node) -> dict[str, str]:
    with node.store.reading() as tx:
        return {"id": AGREEMENT, "digest": str(node.agreement_row(tx, AGREEMENT).digest)}


def refused(work: Callable[[], object], case: object) -> str:
    """The code of the typed refusal that this must end in."""
    try:
        outcome = work()
    except SealaneError as error:
        return error.code
    except Exception as error:  # noqa: BLE001 - this is what must not be
        pytest.fail(f"{case}: {type(error).__name__}: {error}")
    pytest.fail(f"{case}: taken, {outcome!r:.200}")


@cache
def spoilt(kind: str) -> tuple[mistyped.Spoilt, ...]:
    return tuple(mistyped.spoilt(kind))


def spoken(pair, speaker, case: mistyped.Spoilt, to: str) -> bytes:
    """A spoilt statement as its speaker signs it; once for all tests."""
    key = (speaker.party, str(case))
    if key not in pair.spoken:
        pair.spoken[key] = mistyped.said(
            speaker, case.kind, case.body, to=to, agreement=agreement(speaker), item=pair.item
        )
    return pair.spoken[key]


@pytest.mark.parametrize(("speaker", "hearer"), [("aus", "jpn"), ("jpn", "aus")])
def test_a_question_with_any_member_spoilt_is_refused_and_leaves_no_trace(hostile, speaker, hearer):
    says, hears = getattr(hostile, speaker), getattr(hostile, hearer)
    before = tables(hears)
    for kind, (_, ways) in bodies.TYPES.items():
        for case in spoilt(kind):
            data = spoken(hostile, says, case, hears.party)
            if Way.OFFERED in ways:
                code = refused(lambda d=data: arrival.receive(hears, d, io.BytesIO(b"x")), case)
            else:
                code = refused(lambda d=data: dispatch.answer(hears, d), case)
            assert code == "statement.malformed", case
    assert kept(before, tables(hears)) == []


def waiting(node, to: str) -> str:
    """A statement of ours in the outbox, by its digest."""
    name = TRILATERAL if to == "USA" else AGREEMENT
    with node.store.writing() as tx:
        row = node.agreement_row(tx, name)
        version, body = (name, row.digest), bodies.AgreementState(notices={})
        return tell(node, tx, body, to=to, agreement=version, item=None).digest


class Hostile:
    """The line, at whose other end a partner gives the next of its spoilt answers; after the last
    of them, and for a third party, what the door there answers.
    """

    def __init__(self, pair, speaker, cases: Iterable[mistyped.Spoilt]) -> None:
        self.pair, self.speaker, self.cases = pair, speaker, iter(cases)
        self.given: list[str] = []

    def say(self, party: str, statement: bytes) -> bytes:
        if party == self.pair.third.party:
            return acknowledged(self.pair.third, statement)
        case = next(self.cases, None)
        if case is None:
            return acknowledged(self.speaker, statement)
        if case.body.get("answers") == "0" * 96:
            body = {**case.body, "answers": receipt.digest(statement)}
            data = answering(self.speaker, statement, case.kind, body)
        else:
            data = spoken(self.pair, self.speaker, case, receipt.peek(statement).by)
        self.given.append(receipt.digest(data))
        return data

    def offer(self, party: str, statement: bytes, container) -> bytes:
        return self.say(party, statement)


def answering(node, statement: bytes, kind: str, body: dict) -> bytes:
    """An answer that fits the question in all but what its body says."""
    asked = receipt.peek(statement)
    return mistyped.said(
        node,
        kind,
        body,
        to=asked.by,
        agreement={"id": asked.agreement, "digest": asked.agreement_digest},
        item=asked.item,
    )


def acknowledged(node, statement: bytes) -> bytes:
    return answering(node, statement, "acknowledged", {"answers": receipt.digest(statement)})


def heard(node, line: Hostile) -> list[str]:
    """The spoilt answers that the node kept; none must be."""
    with node.store.reading() as tx:
        return [name for name in line.given if node.records.statements.get(tx, digest=name)]


@pytest.mark.parametrize(("asker", "partner"), [("aus", "jpn"), ("jpn", "aus")])
def test_an_answer_with_any_member_spoilt_is_its_row_s_trouble_and_the_next_rows_leave(
    hostile, asker, partner
):
    asks, speaks = getattr(hostile, asker), getattr(hostile, partner)
    cases = [case for kind in bodies.TYPES for case in spoilt(kind)]
    bad = [waiting(asks, speaks.party) for _ in range(ROUND)]
    for at in range(0, len(cases), ROUND):
        some = cases[at : at + ROUND]
        line = Hostile(hostile, speaks, some)
        node = dataclasses.replace(asks, peers=line)
        good = [waiting(node, party) for party in ("USA", speaks.party)]
        due(node, bad[: len(some)])
        before = tables(node)
        sent = outbox.deliver_due(node)
        assert [one.trouble for one in sent] == ["statement.malformed"] * len(some) + [None, None]
        after = tables(node)
        assert kept(before, after, ASKING) == []
        assert (gained(before, after, "statements"), heard(node, line)) == (2, [])
        with node.store.reading() as tx:
            rows = [node.records.outbox.get(tx, statement=name) for name in (*bad, *good)]
        assert [row.done is None for row in rows] == [True] * ROUND + [False, False]
    with asks.store.writing() as tx:
        for name in bad:
            asks.records.outbox.change(tx, {"statement": name}, done="-")


def due(node, names: list[str]) -> None:
    """Of the rows that wait, these alone are due now."""
    with node.store.writing() as tx:
        for name in names:
            node.records.outbox.change(tx, {"statement": name}, due=0)


def sealed_for_hand(pair) -> bytes:
    """A container of an item that is released and has not left."""
    item = release.release(
        pair.aus, nations.wanted(pair.aus, reference="r-hand"), io.BytesIO(b"by hand")
    ).item
    with pair.aus.store.writing() as tx:
        row = pair.aus.given(tx, item, "JPN")
        pair.aus.records.outbox.change(tx, {"item": item}, done="-")
    with pair.aus.blobs.read(row.container) as file:
        return file.read()


def assured(node, _) -> object:
    about = ReadersQuestion(
        agreement=AGREEMENT,
        area="maritime",
        label=label_from_json(LABEL),
        project="another",
        purpose="assessment",
    )
    return assurance.obtain(node, "JPN", about)


def opened(node, pair) -> object:
    return open_item.open_item(
        node,
        pair.item,
        person="jpn.sato",
        purpose="assessment",
        action="open",
        sink=io.BytesIO(),
    )


def rewrapped(node, pair) -> object:
    return reseal.rewrap(node, pair.item, suite="X-Wing", person="aus.release")


def claimed(node, pair) -> object:
    file = io.BytesIO(pair.by_hand)
    return hand_carried.take_in(node, key_parts.manifest_of(file), file)


def listed(node, _) -> object:
    return inventory.ask(node, "AUS", AGREEMENT)


def fetched(node, _) -> object:
    return missing_statements.retrieve(node, "AUS", AGREEMENT)


ASKS = [
    (assured, "aus", ("assurance", "rejected")),
    (opened, "jpn", ("key.released", "key.refused")),
    (rewrapped, "aus", ("key.released", "rejected")),
    (claimed, "jpn", ("offer", "rejected")),
    (listed, "jpn", ("inventory",)),
    (fetched, "jpn", ("statements",)),
]


@pytest.mark.parametrize(("ask", "asker", "kinds"), ASKS, ids=[ask.__name__ for ask, *_ in ASKS])
def test_whoever_asks_for_a_person_refuses_a_spoilt_answer_and_keeps_nothing_of_it(
    hostile, ask, asker, kinds
):
    asks, speaks = getattr(hostile, asker), hostile.jpn if asker == "aus" else hostile.aus
    cases = [case for kind in kinds for case in spoilt(kind)]
    line = Hostile(hostile, speaks, cases)
    node = dataclasses.replace(asks, peers=line)
    if ask is fetched:
        with node.store.writing() as tx:
            tx.exec_driver_sql("DELETE FROM statements WHERE type = 'offer'")
    before = tables(node)
    for case in cases:
        assert refused(lambda: ask(node, hostile), case) == "statement.malformed", case
    assert kept(before, tables(node), ASKING) == []
    assert (len(line.given), heard(node, line)) == (len(cases), [])
