"""The one way to say, hand on, ask, answer and reject.

Whatever leaves is logged in the transaction that makes it so; whatever is heard as an answer is
proven before anything of it is kept.
Spec: spec/exchange.md §3; spec/receipt.md §2, §5; R44, R59.
"""

from __future__ import annotations

from dataclasses import dataclass

from sealane.base.errors import SealaneError, Unavailable, Untrusted, declare
from sealane.base.values import SECOND, parse_instant
from sealane.ledger import bodies, receipt
from sealane.ledger.bodies import Body
from sealane.ports import Tx
from sealane.services.node import Node
from sealane.services.statements import speaker_keys
from sealane.services.statements.journal import Said, compose, log_statement, queue

AWAY = "partner.unavailable"
"""The code of a line at whose other end nobody answers."""
NO_ANSWER = declare(
    "partner.no_answer",
    Unavailable,
    "{party}'s node does not answer what it is asked ({type}).",
    "{party} のノードが照会（{type}）に応答しません。",
    "Ask again when the partner is back; where there is no line, a question for an assurance goes"
    " with the next `sealane pack export`.",
    "相手の復旧後に再度行ってください。回線がない場合、保証の照会は次の `sealane pack export` に含まれます。",  # noqa: E501
)
SKEW_SECONDS = 60
"""How far the two nations' clocks may be apart."""
REASON = 500
"""Characters of a reason that are told to a partner."""

OTHER_ANSWER = declare(
    "statement.other_answer",
    Untrusted,
    "{party} answered something else than was asked ({what}).",
    "{party} の回答が問いと一致しません（{what}）。",
    "Nothing was changed or opened here; tell the partner's operator and the security officer.",
    "こちらでは何も変更も開封もされていません。相手国の運用者と保全責任者に知らせてください。",
)
SET_BACK = declare(
    "statement.clock_set_back",
    Unavailable,
    "The clock here was set back before {at}, when the statement that it answers was said.",
    "こちらの時計が、回答する文書の日時 {at} より前に戻されました。",
    "Nothing was done; it is answered once the clock is right.",
    "何も行っていません。時計が正しくなれば回答されます。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was said to a partner, as far as its answer must fit it."""

    digest: str
    type: str
    party: str
    agreement: tuple[str, str]
    """Its id, and the digest of the version that the question rests on."""
    item: str | None
    at: str
    """When it was said."""

    @classmethod
    def of(cls, asked: Said) -> Question:
        statement = asked.statement
        return cls(
            digest=asked.digest,
            type=statement.type,
            party=statement.to,
            agreement=(statement.agreement, statement.agreement_digest),
            item=statement.item,
            at=statement.at,
        )


def hand(
    node: Node,
    tx: Tx,
    body: Body,
    *,
    to: str,
    agreement: tuple[str, str],
    item: str | None,
    at: str | None = None,
) -> Said:
    """A statement that is composed and logged; the caller hands it on, or offers it. Raises:
    Unavailable `node.in_doubt`, `node.behind`.
    """
    node.require_current(tx)
    said = compose(node, body, to=to, agreement=agreement, item=item, at=at)
    log_statement(node, tx, said)
    return said


def tell(
    node: Node,
    tx: Tx,
    body: Body,
    *,
    to: str,
    agreement: tuple[str, str],
    item: str | None,
    container: str | None = None,
    at: str | None = None,
) -> Said:
    """A statement that is composed, logged and queued for its addressee, with a container or
    without.
    """
    said = hand(node, tx, body, to=to, agreement=agreement, item=item, at=at)
    queue(node, tx, said, container=container)
    return said


def ask(
    node: Node, body: Body, *, to: str, agreement: tuple[str, str], item: str | None = None
) -> Said:
    """The partner's answer to a question, proven and logged; the question is logged before it
    leaves.

    Raises: Unavailable `partner.no_answer`; Untrusted `statement.other_answer`, `jws.*`,
    `signature.invalid`; Malformed `statement.*`: nothing of such an answer is kept.
    """
    with node.store.writing() as tx:
        # Only a node that seeks what it lost may ask while it does not know itself to be current.
        if not isinstance(body, bodies.StatementsRequest):
            node.require_current(tx)
        asked = compose(node, body, to=to, agreement=agreement, item=item)
        log_statement(node, tx, asked)
    node.host.reached(f"ask.{asked.statement.type}")
    try:
        data = node.peers.say(to, asked.data)
    except Unavailable as error:
        if error.code != AWAY:
            raise
        # A question waits in no outbox: whoever asked asks again.
        raise NO_ANSWER(party=to, type=asked.statement.type, details=error.details) from None
    with node.store.writing() as tx:
        answer = answer_to(node, tx, Question.of(asked), data)
        log_statement(node, tx, answer)
    node.host.reached(f"asked.{asked.statement.type}")
    return answer


def answer_to(node: Node, tx: Tx, question: Question, data: bytes) -> Said:
    """The answer to a question of ours, proven; nothing of it is kept here.

    Raises: Untrusted `statement.other_answer`, `jws.*`, `signature.invalid`; Malformed
    `statement.*`; Misconfigured `partner.unknown`.
    """
    partner = node.partner(tx, question.party)
    # 1. Signed by both statement keys of the very partner that was asked, by a card of it that
    #    counts: whoever else stands at the line's end, or in it, proves nothing.
    said = receipt.hear(
        data, lambda claimed: speaker_keys.fitting(node, tx, partner, claimed, data)
    )
    # 2. In that partner's own name and from its enrolled node: keys speak for nobody else.
    if (said.by, said.node) != (partner.party, partner.node):
        raise OTHER_ANSWER(party=question.party, what="speaker")
    # 3. Said to us: what it told another nation is not told to us.
    if said.to != node.party:
        raise OTHER_ANSWER(party=question.party, what="addressee")
    # 4. Of a type that answers this question: an acknowledgement is no proof of destruction, and
    #    a share is never taken for anything but an answer to the request for it.
    if said.type not in bodies.ANSWERS[question.type]:
        raise OTHER_ANSWER(party=question.party, what=said.type)
    # 5. Under the same agreement: each is a line of its own, with a log of its own.
    if said.agreement != question.agreement[0]:
        raise OTHER_ANSWER(party=question.party, what="agreement")
    # 6. To these very bytes, about this item: an earlier answer, played again, answers nothing. An
    #    offer that is claimed is older than the claim and is tied by its container, by who claims.
    if said.type == "offer":
        return Said.of(said, data)
    if said.answers != question.digest:
        raise OTHER_ANSWER(party=question.party, what="answers")
    if said.item != question.item:
        raise OTHER_ANSWER(party=question.party, what="item")
    # 7. Under the very version that it rests on, and not before it was asked: what names the
    #    question's digest was said after it, whatever it says of its own time.
    if said.agreement_digest != question.agreement[1]:
        raise OTHER_ANSWER(party=question.party, what="version of the agreement")
    if parse_instant(said.at) < parse_instant(question.at) - SKEW_SECONDS * SECOND:
        raise OTHER_ANSWER(party=question.party, what="time")
    return Said.of(said, data)


def reply(node: Node, tx: Tx, heard: Said, body: Body) -> Said:
    """Our logged answer to a partner's statement: to its speaker, under its agreement version,
    about its item, and not dated before it. Raises: Unavailable `statement.clock_set_back`; as
    `hand`.
    """
    said = heard.statement
    answer = hand(
        node,
        tx,
        body,
        to=said.by,
        agreement=(said.agreement, said.agreement_digest),
        item=said.item,
    )
    # Whoever asked would never believe an answer from before the question, and the same bytes get
    # the same answer for ever: none is given by a clock that was set back since they were heard.
    if parse_instant(answer.statement.at) < parse_instant(said.at) - SKEW_SECONDS * SECOND:
        raise SET_BACK(at=said.at)
    return answer


def acknowledge(node: Node, tx: Tx, heard: Said) -> Said:
    """Our logged answer that a statement is stored and logged."""
    return reply(node, tx, heard, bodies.Acknowledged(answers=heard.digest))


def reject(node: Node, tx: Tx, heard: Said, error: SealaneError) -> Said:
    """Our logged answer that a statement is not accepted, and why; a rejection is evidence too."""
    return reply(
        node,
        tx,
        heard,
        bodies.Rejected(answers=heard.digest, code=error.code, reason=error.message[:REASON]),
    )
