"""Proofs from a stored log: one entry's tlog-proof, and a party's view of an item for its evidence
file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sealane.base import canonical
from sealane.base.errors import NotFound, Untrusted, declare
from sealane.base.values import Instant
from sealane.crypto.keys import PublicKey
from sealane.ledger import entries, receipt, telling
from sealane.ledger.log.checkpoint import parse_checkpoint
from sealane.ledger.log.note import VerifierKey
from sealane.ledger.log.policy import LogPolicy, parse_policy, write_policy
from sealane.ledger.proofs import left_out
from sealane.ledger.proofs.evidence import EvidenceInput, Logged, PartyView
from sealane.ledger.proofs.proof import LogProof
from sealane.ports import Log, Tx

NOTHING = declare(
    "evidence.nothing",
    NotFound,
    "The ledgers hold no statement about item {item}.",
    "台帳に項目 {item} に関する文書がありません。",
    "Check the item's id with `sealane item list`.",
    "`sealane item list` で項目の識別子を確かめてください。",
)
NOT_YET = declare(
    "ledger.not_yet_proven",
    NotFound,
    "No checkpoint of {origin} that covers this satisfies its policy yet.",
    "{origin} には、これを含みポリシーを満たすチェックポイントがまだありません。",
    "Wait until the partner has cosigned, then try again.",
    "相手国の連署を待って再試行してください。",
)

NO_SUCH_ENTRY = declare(
    "ledger.entry_unknown",
    NotFound,
    "The log does not hold this entry.",
    "ログにこの記録はありません。",
    "Give an index below the size, or the exact bytes of the entry.",
    "サイズ未満の番号か、記録の正確なバイト列を指定してください。",
)


def prove(tx: Tx, log: Log, index: int, policy: LogPolicy | None = None) -> LogProof:
    """The proof of an entry under the newest checkpoint that covers it and satisfies the policy.

    Raises: NotFound `ledger.not_yet_proven`, `ledger.no_entry`.
    """
    size, note = _judged(tx, log, policy)
    if index >= size:
        raise NOT_YET(origin=log.origin)
    return LogProof(index, tuple(log.inclusion(tx, index, size)), note)


def view(tx: Tx, log: Log, party: PartyView, item: str, statements: Sequence[bytes]) -> PartyView:
    """The party's view with every provable entry about the item or one of the statements, in log
    order.

    Args:
        party: the view without entries.
    Raises: NotFound `ledger.not_yet_proven` when nothing of the log is proven.
    """
    size, note = _judged(tx, log, parse_policy(party.policy))
    digests = {receipt.digest(one) for one in statements}
    logged = []
    for index, entry in _about(tx, log, [item, *sorted(digests)], size):
        if _concerns(entry, item, digests):
            proof = LogProof(index, tuple(log.inclusion(tx, index, size)), note)
            logged.append(Logged(entry=entry, proof=proof.encode()))
    return PartyView(
        party=party.party,
        node=party.node,
        keys=party.keys,
        origin=log.origin,
        policy=party.policy,
        logged=tuple(logged),
        cards=party.cards,
    )


def bare(party: str, node: str, keys: Sequence[PublicKey], origin: str, policy: bytes) -> PartyView:
    """A view that `view` fills."""
    return PartyView(
        party=party, node=node, keys=tuple(keys), origin=origin, policy=policy, logged=()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSide:
    """One party for an evidence file: its keys, its log as it stands in our database, and who must
    have cosigned it.
    """

    party: str
    node: str
    keys: Sequence[PublicKey]
    log: Log
    log_key: VerifierKey | Sequence[VerifierKey]
    cosigners: Mapping[str, VerifierKey | Sequence[VerifierKey]]
    cards: Sequence[bytes] = ()
    """Its cards, oldest first, where its statement keys were renewed; `keys` are the first's."""


def gather(
    tx: Tx,
    sides: Sequence[LogSide],
    item: str,
    agreement: tuple[str, bytes],
    made: Instant,
    *,
    page: bytes,
    statements: Sequence[bytes],
) -> EvidenceInput:
    """Everything our database proves about an item, ready for `evidence.build`.

    Args:
        agreement: its id and the exact bytes of its file.
        statements: the exact bytes of the statements about the item that we hold; the logs name
            them by digest.
    Raises: NotFound `ledger.not_yet_proven`, when a log has no cosigned head; NotFound
    `evidence.nothing`.
    """
    version = (agreement[0], canonical.sha384(agreement[1]))
    kept, left = left_out.parted(
        statements, parties={side.party for side in sides}, agreement=version
    )
    found = {receipt.digest(one): one for one in kept}
    if not found:
        raise NOTHING(item=item)
    views = [
        view(
            tx,
            side.log,
            replace(
                bare(
                    side.party,
                    side.node,
                    side.keys,
                    side.log.origin,
                    write_policy(side.log_key, side.cosigners),
                ),
                cards=tuple(side.cards),
            ),
            item,
            kept,
        )
        for side in sides
    ]
    proven = {name for one in views for name in _proven(one, found)}
    if not proven:
        raise NOT_YET(origin=sides[0].log.origin)
    return EvidenceInput(
        item=item,
        agreement=agreement[0],
        agreement_file=agreement[1],
        made=made,
        page=page,
        statements=tuple(one for one in found.values() if receipt.digest(one) in proven),
        parties=tuple(views),
        extras=left_out.extras(left),
    )


def _proven(party: PartyView, statements: Mapping[str, bytes]) -> set[str]:
    """Which statements this view's entries tell of; one logged after the newest cosigned head waits
    for the next.
    """
    return {
        found.statement for logged in party.logged if (found := telling.told(logged.entry))
    } & set(statements)


def _judged(tx: Tx, log: Log, policy: LogPolicy | None) -> tuple[int, bytes]:
    for size, _, note in log.signed(tx):
        if policy is None:
            return size, note
        try:
            policy.judge(parse_checkpoint(note))
        except Untrusted:
            continue
        return size, note
    raise NOT_YET(origin=log.origin)


def proven_head(tx: Tx, log: Log, policy: LogPolicy) -> bytes:
    """The newest signed head of a log that satisfies a policy, as it was signed. Raises: NotFound
    `ledger.not_yet_proven`.
    """
    return _judged(tx, log, policy)[1]


def _about(tx: Tx, log: Log, words: Sequence[str], size: int) -> Iterator[tuple[int, bytes]]:
    found: dict[int, bytes] = {}
    for at in range(0, len(words), 20):
        found.update(log.mentioning(tx, words[at : at + 20], size))
    return iter(sorted(found.items()))


def _concerns(entry: bytes, item: str, digests: set[str]) -> bool:
    """Whether an entry may stand in this item's file: it tells of one of the statements, or is
    about the item.
    """
    found = entries.known(entry)
    if found is None:
        return False
    told = found.kind.startswith(telling.PREFIX) and found.fields.get("statement") in digests
    return told or found.fields.get("object") == item
