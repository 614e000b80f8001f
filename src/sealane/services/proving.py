"""Proofs from a stored log: one entry's tlog-proof, and a party's view of an item for its evidence file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sealane.base.errors import NotFound, SealaneError, Untrusted, declare
from sealane.crypto.keys import PublicKey
from sealane.ledger import entries, receipt
from sealane.ledger.checkpoint import parse_checkpoint
from sealane.ledger.evidence import Logged, PartyView
from sealane.ledger.policy import Policy, parse_policy
from sealane.ledger.proof import LogProof
from sealane.ports import Log, Tx

NOT_YET = declare(
    "ledger.not_yet_proven", NotFound,
    "No checkpoint of {origin} that covers this satisfies its policy yet.", "{origin} には、これを含みポリシーを満たすチェックポイントがまだありません。",
    "Wait until the partner has cosigned, then try again.", "相手国の連署を待って再試行してください。",
)


def prove(tx: Tx, log: Log, index: int, policy: Policy | None = None) -> LogProof:
    """The proof of an entry under the newest checkpoint that covers it and satisfies the policy.

    Raises: NotFound `ledger.not_yet_proven`, `ledger.no_entry`.
    """
    size, note = _judged(tx, log, policy)
    if index >= size:
        raise NOT_YET(origin=log.origin)
    return LogProof(index, tuple(log.inclusion(tx, index, size)), note)


def view(tx: Tx, log: Log, party: PartyView, item: str, statements: Sequence[bytes]) -> PartyView:
    """The party's view with every provable entry about the item or one of the statements, in log order.

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
    return PartyView(party=party.party, node=party.node, keys=party.keys, origin=log.origin, policy=party.policy, logged=tuple(logged))


def bare(party: str, node: str, keys: Sequence[PublicKey], origin: str, policy: bytes) -> PartyView:
    """A view that `view` fills."""
    return PartyView(party=party, node=node, keys=tuple(keys), origin=origin, policy=policy, logged=())


def _judged(tx: Tx, log: Log, policy: Policy | None) -> tuple[int, bytes]:
    for size, _, note in log.signed(tx):
        if policy is None:
            return size, note
        try:
            policy.judge(parse_checkpoint(note))
        except Untrusted:
            continue
        return size, note
    raise NOT_YET(origin=log.origin)


def _about(tx: Tx, log: Log, words: Sequence[str], size: int) -> Iterator[tuple[int, bytes]]:
    found: dict[int, bytes] = {}
    for at in range(0, len(words), 50):
        found.update(log.mentioning(tx, words[at : at + 50], size))
    return iter(sorted(found.items()))


def _concerns(entry: bytes, item: str, digests: set[str]) -> bool:
    """Whether an entry may stand in this item's file: it is or names one of the statements, or is about the item."""
    try:
        found = entries.read(entry)
    except SealaneError:
        return False
    if receipt.digest(entry) in digests or found.fields.get("statement") in digests:
        return True
    return found.fields.get("object", found.fields.get("item")) == item
