"""The keys and policies that a verifier trusts from elsewhere, held against the checkpoints of an
evidence file.

Spec: spec/evidence.md §3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sealane.base.errors import Untrusted, declare
from sealane.ledger.log.checkpoint import Checkpoint, require
from sealane.ledger.log.note import VerifierKey
from sealane.ledger.log.policy import LogPolicy

NOT_PINNED = declare(
    "evidence.pins",
    Untrusted,
    "The evidence rests on other keys than those you trust: {why}.",
    "証拠は、指定された信頼鍵とは別の鍵によっています：{why}。",
    "Compare the log keys and policies with those the parties published.",
    "各当事者が公開した鍵とポリシーと照らし合わせてください。",
)


def hold(
    checkpoints: Mapping[str, Mapping[bytes, Checkpoint]],
    policies: Sequence[LogPolicy],
    vkeys: Sequence[VerifierKey],
) -> bool:
    """Whether there were pins, all of which hold.

    Args:
        checkpoints: those of the file, by party and bytes.
    Raises: Untrusted `evidence.pins`.
    """
    every = [one for of_party in checkpoints.values() for one in of_party.values()]
    for policy in policies:
        origins = {key.name for key in policy.logs}
        named = [one for one in every if one.head.origin in origins]
        if not named:
            raise NOT_PINNED(why="no log here is named by the policy")
        _require_each(named, policy)
    for key in vkeys:
        signed = [one for one in checkpoints.values() if one and _all_signed(one.values(), key)]
        if not signed:
            raise NOT_PINNED(why=f"no log's checkpoints are all signed by {key.name}")
    return bool(policies or vkeys)


def _all_signed(checkpoints: Iterable[Checkpoint], key: VerifierKey) -> bool:
    try:
        for one in checkpoints:
            require(one, [key])
    except Untrusted:
        return False
    return True


def _require_each(checkpoints: Sequence[Checkpoint], policy: LogPolicy) -> None:
    for one in checkpoints:
        try:
            policy.judge(one)
        except Untrusted as error:
            raise NOT_PINNED(why=error.message) from None
