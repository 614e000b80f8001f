"""A partner's word in a case: judged by the case's own table, in the order in which it was said.

What comes before what it follows is answered once that has come; of two words that crossed, both
nodes let the same one stand. A refusal is signed and says nothing but what the speaker said itself.
Spec: spec/case.md §4, §5; R59.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sealane.base.errors import Conflict, SealaneError, Unavailable, Untrusted, declare
from sealane.base.values import SECOND, parse_instant
from sealane.cases import form as forms
from sealane.cases.course import CaseStep, Course
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry.case_records import KeptCase, KeptCaseEvent, WordStanding
from sealane.services.cases import books
from sealane.services.cases.between import CaseNaming, require_shared
from sealane.services.cases.books import TALK, Consequences
from sealane.services.node import Node
from sealane.services.statements.journal import Said, log_statement
from sealane.services.statements.talk import SKEW_SECONDS, acknowledge, reject

WAITS = declare(
    "case.waits",
    Unavailable,
    "What this follows has not come yet.",
    "これに先立つものがまだ届いていません。",
    "It is sent again by itself.",
    "自動的に再送されます。",
)
OTHER_NUMBER = declare(
    "case.other_number",
    Untrusted,
    "Cases that {party} opens are numbered in its own series; {case} is no such number.",
    "{party} が開く案件は {party} の番号系列で採番されます。{case} は異なります。",
    "Number cases as spec/case.md §4 says.",
    "spec/case.md §4 のとおりに採番してください。",
)
FORKED = declare(
    "case.forked",
    Untrusted,
    "{party} said two things after one and the same state of case {case}.",
    "{party} は案件 {case} の同じ時点の後に二つのことを述べました。",
    "Only one can count; compare both nodes' cases.",
    "有効なのは一つだけです。両ノードの案件を照合してください。",
)


BACKDATED = declare(
    "case.backdated",
    Untrusted,
    "{party} dates its word in case {case} at {at}, before what it follows.",
    "{party} の案件 {case} での発言の日時 {at} は、それに先立つものより前です。",
    "Compare the two nodes' clocks.",
    "双方の時計を確かめてください。",
)
TOO_MANY = declare(
    "case.too_many",
    Conflict,
    "{party} has {most} cases open here; no more are taken until some have ended.",
    "{party} が開いた未了の案件が {most} 件あります。減るまで新しい案件は受け付けません。",
    "Close what has ended.",
    "終わった案件を終了してください。",
)
OPEN_MOST = 20_000
"""Cases that one partner may have open here."""


def hear_opened(
    node: Node,
    tx: Tx,
    heard: Said,
    consequences: Consequences,
    follow: Callable[[Node, Tx, Course, Consequences], None],
) -> Said:
    """Take a case that a partner opens, or refuse it by a signed word.

    Args: follow: opens what follows from a case that has begun.
    """
    log_statement(node, tx, heard)
    try:
        begun = _begun(node, tx, heard)
        consequences.get(begun.head.kind, TALK).opening(node, tx, begun)
    except Unavailable:
        raise
    except SealaneError as error:
        return reject(node, tx, heard, error)
    books.add(node, tx, begun)
    follow(node, tx, begun, consequences)
    return acknowledge(node, tx, heard)


def _begun(node: Node, tx: Tx, heard: Said) -> Course:
    said = heard.statement
    opened = said.saying(bodies.CaseOpened)
    # 1. a number of the speaker's own series with us, that is not here yet
    fresh = node.records.cases.get(tx, id=opened.case) is None
    of_series = books.is_number(opened.case, said.by, node.party, year=said.at[:4])
    if not (fresh and of_series):
        raise OTHER_NUMBER(party=said.by, case=opened.case)
    if node.records.cases.count(tx, opener=said.by, over=0) >= OPEN_MOST:
        raise TOO_MANY(party=said.by, most=OPEN_MOST)
    # 2. of a kind that the agreement carries
    agreement = books.version(node, tx, said.agreement, said.agreement_digest)
    kind = books.case_kind(node, agreement, opened.kind)
    # 3. about items that are between the two, as many as the kind says
    named = CaseNaming(opener=said.by, partner=said.by, agreement=said.agreement)
    require_shared(node, tx, kind, opened.items, named)
    # 4. every field as it has to be
    forms.require(kind.field, opened.form, books.agreed_words(agreement))
    return books.begun(heard, kind, agreement)


def hear_said(node: Node, tx: Tx, heard: Said, consequences: Consequences) -> Said:
    """Take what a partner says in a case, or refuse it by a signed word. Raises: Unavailable
    `case.waits`.
    """
    said = heard.statement
    told = said.saying(bodies.CaseSaid)
    # 1. a case between the two, under the version of the agreement that it rests on; one that is
    #    another's is no more here than one that has not come
    row = node.records.cases.get(tx, id=told.case)
    if row is None or said.by not in (row.opener, row.with_) or row.refused is not None:
        raise WAITS()
    log_statement(node, tx, heard)
    step = books.as_step(heard, told.event, told.form, told.items)
    try:
        if said.agreement_digest != row.agreement_digest or said.agreement != row.agreement:
            raise books.NO_CASE(case=told.case)
        take(node, tx, row, step, follows=told.follows, consequences=consequences)
    except Unavailable:
        raise
    except SealaneError as error:
        return reject(node, tx, heard, error)
    return acknowledge(node, tx, heard)


def take(
    node: Node,
    tx: Tx,
    row: KeptCase,
    step: CaseStep,
    *,
    follows: str,
    consequences: Consequences,
) -> None:
    """Take a partner's word in its place, or keep it beside. Raises: Unavailable `case.waits`; what
    refuses it.
    """
    whole = books.events(node, tx, row.id)
    standing = books.counting(whole)
    # 2. it follows the newest state: it is the next
    if follows == row.digest:
        newest = books.course_of(node, tx, row, standing)
        _judge(node, tx, newest, step, consequences)
        _say(node, tx, newest, step, consequences)
        return
    # 3. one side says one thing after one state, whether it counts or not
    if any((one.by, one.follows) == (step.by, follows) for one in whole):
        raise FORKED(party=step.by, case=row.id)
    # 4. it follows what crossed with ours, or an earlier state: the word of the side that did not
    #    open the case stands, the opener's is kept beside; each is judged by what it follows
    crossed = next((one for one in whole if one.digest == follows), None)
    if crossed is not None and crossed.counting != WordStanding.STANDS:
        chain = _chain(whole, follows)
        _beside(node, tx, row, chain, step=step, consequences=consequences)
        return
    place = _place(node, tx, row, standing, follows)
    later = standing[place:]
    # 5. what the speaker has acknowledged before it spoke did not cross with its word
    known = [one for one in later if one.by == step.by or (one.taken or step.at) < step.at]
    if known:
        raise FORKED(party=step.by, case=row.id)
    if step.by == row.opener:
        _beside(node, tx, row, standing[:place], step=step, consequences=consequences)
        return
    earlier = books.course_of(node, tx, row, standing[:place])
    _judge(node, tx, earlier, step, consequences)
    for one in later:
        mark(node, tx, one, WordStanding.CROSSED)
    _say(node, tx, earlier, step, consequences)


def _judge(node: Node, tx: Tx, found: Course, step: CaseStep, consequences: Consequences) -> None:
    """Whether it may be said: theirs, now, about items that are between the two, every field as it
    has to be.
    """
    # what follows is not said before what it follows, but for the difference of two clocks
    last = found.steps[-1].at if found.steps else found.head.opened
    if parse_instant(step.at) < parse_instant(last) - SKEW_SECONDS * SECOND:
        raise BACKDATED(party=step.by, case=found.head.id, at=step.at)
    event = found.kind.event_of(step.event)
    if event is None or not found.signs(step):
        event = found.require(step.event, step.by, parse_instant(step.at))
    named = CaseNaming(found.head.opener, step.by, found.head.agreement)
    require_shared(node, tx, event, step.items, named)
    forms.require(event.field, step.form, books.agreed_words(found.agreement))
    consequences.get(found.head.kind, TALK).before(node, tx, found, step)


def _say(node: Node, tx: Tx, found: Course, step: CaseStep, consequences: Consequences) -> None:
    after = books.say(node, tx, found, step, follows=found.digest())
    consequences.get(found.head.kind, TALK).after(node, tx, after, step)


def _beside(
    node: Node,
    tx: Tx,
    row: KeptCase,
    chain: Sequence[KeptCaseEvent],
    *,
    step: CaseStep,
    consequences: Consequences,
) -> None:
    """Keep a word that crossed with ours: it does not count, and what follows it neither.

    Args:
        chain: what it follows, as its speaker had the case.
    """
    there = books.course_of(node, tx, row, chain)
    _judge(node, tx, there, step, consequences)
    digests = (there.digest(), there.with_step(step).digest())
    books.note(node, tx, row.id, step, digests=digests, counting=WordStanding.CROSSED)


def _chain(whole: Sequence[KeptCaseEvent], follows: str) -> list[KeptCaseEvent]:
    """The words up to a digest, each following the one before."""
    found: list[KeptCaseEvent] = []
    while True:
        before = next((one for one in whole if one.digest == follows), None)
        if before is None:
            return found
        found.insert(0, before)
        follows = before.follows


def _place(node: Node, tx: Tx, row: KeptCase, standing: list[KeptCaseEvent], follows: str) -> int:
    """After how many events that count the case had a digest. Raises: Unavailable `case.waits`:
    never, as far as is known here.
    """
    if books.course_of(node, tx, row, ()).digest() == follows:
        return 0
    for place, one in enumerate(standing, 1):
        if one.digest == follows:
            return place
    raise WAITS()


def mark(
    node: Node, tx: Tx, one: KeptCaseEvent, counting: WordStanding, code: str | None = None
) -> None:
    """Say of an event that it does not count any more."""
    key = {"case": one.case, "place": one.place}
    node.records.case_events.change(tx, key, counting=counting, code=code)
