"""The door for signed statements from partners: who speaks, to whom, under which agreement, when,
and whether again.

Spec: spec/exchange.md §3; R10, R59.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from sealane.base.errors import Code, Conflict, SealaneError, Unavailable, Untrusted, declare
from sealane.base.exercise import require_same_world
from sealane.base.values import SECOND, parse_instant
from sealane.crypto.keys import PublicKey
from sealane.ledger import receipt
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.protocol import authority
from sealane.protocol.authority_table import TABLE
from sealane.registry.records import InboxRow
from sealane.services.node import NO_AGREEMENT, Node
from sealane.services.statements import partner_counts, speaker_keys, standing
from sealane.services.statements.journal import REFUSED, Said, is_refused, note_refused

FUTURE_SECONDS = 60
NOTED_A_DAY = 200
"""Refused statements of one partner that are noted one by one in a day."""

STRANGER = declare(
    "statement.stranger",
    Untrusted,
    "The statement speaks for {party}, which is not enrolled here.",
    "文書は、登録されていない {party} の名で語っています。",
    "Enrol the party first, after comparing fingerprints.",
    "指紋を照合してから登録してください。",
)
NOT_FOR_US = declare(
    "statement.not_for_us",
    Untrusted,
    "The statement is addressed to {to}, not to {party}.",
    "文書の宛先は {to} であり、{party} ではありません。",
)
OTHER_AGREEMENT = declare(
    "statement.other_agreement",
    Untrusted,
    "The statement rests on version {theirs} of {agreement}; held here: {ours}.",
    "文書は {agreement} の版 {theirs} に基づきますが、こちらの版は {ours} です。",
    "Sign and adopt the same version on both sides.",
    "双方で同じ版に署名し、採択してください。",
)
FROM_FUTURE = declare(
    "statement.from_the_future",
    Untrusted,
    "The statement is dated {at}, which has not come yet.",
    "文書の日時 {at} はまだ来ていません。",
    "Compare the two nodes' clocks.",
    "双方の時計を確かめてください。",
)
ANSWER_DISPOSED = declare(
    "statement.disposed",
    Conflict,
    "Statement {statement} was answered, and the answer is disposed of.",
    "文書 {statement} には回答済みで、回答は廃棄されました。",
    "The ledger still names both; the partner has its own copy.",
    "台帳には双方の記載が残り、相手国は自らの写しを持っています。",
)


def accept_envelope(node: Node, tx: Tx, data: bytes, *, types: Collection[str]) -> Said:
    """A statement proven to come from an enrolled party, for us, and its speaker's to make by the
    table of authority. Nothing of it is kept here.

    Raises: as `prove` and `admit`.
    """
    heard = prove(node, tx, data, types=types)
    admit(node, tx, heard.statement)
    return heard


def prove(node: Node, tx: Tx, data: bytes, *, types: Collection[str]) -> Said:
    """A statement proven to be said by an enrolled party to us, at this door; whether it is theirs
    to say is for `admit`.

    Raises: Untrusted `statement.stranger`, `statement.not_for_us`, `statement.key_ended`, `jws.*`,
    `signature.invalid`; Refused `exercise.mixed`; Malformed `statement.*`, `json.*`; Unavailable
    `partner.card_waits`.
    """

    def keys_of(claimed: Statement) -> Sequence[PublicKey]:
        # 1. The speaker is of our world, and enrolled: people compared its fingerprint; the line
        #    proves nobody.
        require_same_world(node.party, claimed.by)
        if node.records.partners.get(tx, party=claimed.by) is None:
            raise STRANGER(party=claimed.by)
        return speaker_keys.keys_of(node, tx, claimed, data)

    # 2. Both of its statement keys signed these bytes; every member is of its type and bounds.
    said = receipt.hear(data, keys_of)
    # 3. The type belongs to this door: an answer is taken by nobody but the one who asked.
    if said.type not in types:
        raise receipt.WRONG_TYPE(kind=said.type)
    # 4. Said to us: what was told to another nation is no order, offer or request to this one.
    if said.to != node.party:
        raise NOT_FOR_US(to=said.to, party=node.party)
    # 5. By the enrolled node: a party's other nodes have cards, ledgers and keys of their own.
    if said.node != node.partner(tx, said.by).node:
        raise STRANGER(party=f"{said.by}/{said.node}")
    return Said.of(said, data)


def admit(node: Node, tx: Tx, said: Statement, *, any_age: bool = False) -> None:
    """Refuse a proven statement that is not its speaker's to make here and now.

    Args:
        any_age: it was asked for, as an offer is by a claim, and may be as old as it is.
    Raises: Misconfigured `agreement.not_held`; Untrusted `statement.other_agreement`,
    `statement.from_the_future`, `statement.too_old`, `statement.no_standing`,
    `statement.other_number`, `statement.other_named`; Conflict `statement.out_of_turn`.
    Spec: spec/exchange.md §3.1.
    """
    versions = node.agreements(tx).versions(said.agreement)
    # 6. The speaker is a party of the agreement: to everybody else it is as if it were not held.
    if not any(version.party(said.by) for version in versions):
        raise NO_AGREEMENT(agreement=said.agreement)
    # 7. Under a version of the agreement that both hold; a new item under the governing one alone.
    ours = str(node.agreement_row(tx, said.agreement).digest)
    agreement = standing.version_of(node, tx, said)
    if agreement is None or (said.type == "offer" and ours != said.agreement_digest):
        raise OTHER_AGREEMENT(
            agreement=said.agreement, theirs=said.agreement_digest[:16], ours=ours[:16]
        )
    # 8. Not from the future: such a statement would count as newer than all that comes meanwhile.
    at, now = parse_instant(said.at), node.host.now()
    if at > now + FUTURE_SECONDS * SECOND:
        raise FROM_FUTURE(at=said.at)
    # 9. Theirs to say, about their item, in its turn, naming what is theirs, and not too late.
    refusal = authority.may_say(
        TABLE,
        said,
        standing.seen(node, tx, said),
        now=now,
        until=None if any_age else standing.too_late(agreement, at),
    )
    if refusal is not None:
        raise refused_by(refusal, said)


def admit_answer(node: Node, tx: Tx, said: Statement) -> None:
    """Refuse a proven answer to our question that is not its speaker's to give: about copies that
    are not its own, or out of turn. Raises: as `admit`.
    """
    refusal = authority.may_answer(TABLE, said, standing.seen(node, tx, said))
    if refusal is not None:
        raise refused_by(refusal, said)


def refused_by(refusal: Code, said: Statement) -> SealaneError:
    """The refusal in words that tell the speaker nothing but what it said itself."""
    return refusal(party=said.by, kind=said.type, item=said.item or "-", at=said.at)


@contextmanager
def refusals_recorded(node: Node, heard: Said) -> Iterator[None]:
    """Enter the refusal of a proven statement into the internal log, once for the same bytes, and
    pass it on. What could be answered again later is no refusal.
    """
    try:
        yield
    except SealaneError as error:
        if error.exit_status != Unavailable.exit_status:
            _record_refusal(node, heard, error)
        raise


def _record_refusal(node: Node, heard: Said, error: SealaneError) -> None:
    """Each by itself, up to so many of one partner in a day; of the rest, how many there were."""
    with node.store.reading() as tx:
        if is_refused(node, tx, heard):
            return
    with node.store.writing() as tx:
        if is_refused(node, tx, heard):
            return
        party = heard.statement.by
        today = partner_counts.note(node, tx, party, REFUSED)
        if today <= NOTED_A_DAY:
            note_refused(node, tx, heard, error.code)
        elif today == NOTED_A_DAY + 1:
            partner_counts.limited(node, tx, party, REFUSED)


def earlier_answer(node: Node, tx: Tx, heard: Said) -> bytes | None:
    """What was answered to exactly these bytes before: a duplicate is harmless. Raises: Conflict
    `statement.disposed`.
    """
    row = node.records.inbox.get(tx, statement=heard.digest)
    if row is not None and not row.answer:
        raise ANSWER_DISPOSED(statement=heard.digest[:24])
    return None if row is None else bytes(row.answer)


def keep_answer(node: Node, tx: Tx, heard: Said, answer: Said) -> None:
    """Remember the answer, in the transaction that records what it says."""
    node.records.inbox.add(
        tx,
        InboxRow(
            statement=heard.digest,
            by=heard.statement.by,
            answer=answer.data,
            at=node.now()[1],
        ),
    )
