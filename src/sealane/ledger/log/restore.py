"""The restore rule: no head is signed below, or beside, one that was signed before.

Marks are heads this log is known to have signed: from separate storage and from the partner's
monitoring address. A node brought back from an old backup is behind its marks: it refuses, fetches
its own later entries from the partner's mirror, and goes on without a fork.
Spec: spec/ledger.md §7.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sealane.base.errors import Conflict, Untrusted, declare
from sealane.ledger.log.checkpoint import Head

BEHIND = declare(
    "ledger.behind",
    Conflict,
    "Log {origin} holds {size} entries, but {signed} were signed before; it was restored from an"
    " old backup. Nothing is signed.",
    "ログ {origin} の記録は {size} 件ですが、以前 {signed} 件に署名しています。"
    "古い控えから復元されています。署名しません。",
    "Run `sealane ledger recover`: the partner's mirror holds the missing entries.",
    "`sealane ledger recover` を実行してください。相手国の写しに不足分があります。",
)
FORKED = declare(
    "ledger.forked",
    Untrusted,
    "Log {origin}: the first {signed} entries are not those that were signed before. Nothing is"
    " signed.",
    "ログ {origin}：最初の {signed} 件が以前署名したものと異なります。署名しません。",
    "Stop the node; compare its entries with the partner's mirror.",
    "ノードを止め、記録を相手国の写しと比べてください。",
)

UNANCHORED = declare(
    "ledger.anchor_missing",
    Conflict,
    "Log {origin} has signed heads, but its last one is not in the place for last signed heads."
    " Nothing is signed.",
    "ログ {origin} には署名済み先端がありますが、最後の先端が置き場にありません。署名しません。",
    "Bring back the folder that `heads` names, or run `sealane ledger recover` so that the partner"
    " confirms the last head.",
    "`heads` の指すフォルダーを元に戻すか、`sealane ledger recover`"
    " で最後の先端を相手国に確かめてください。",
)


def may_sign(head: Head, root_at: Callable[[int], bytes], marks: Iterable[Head]) -> None:
    """Silence means the head extends every mark.

    Args:
        root_at: the root of the first n stored entries.
    Raises: Conflict `ledger.behind`; Untrusted `ledger.forked`.
    """
    for mark in marks:
        if mark.origin != head.origin:
            raise FORKED(origin=head.origin, signed=mark.size)
        if mark.size > head.size:
            raise BEHIND(origin=head.origin, size=head.size, signed=mark.size)
        root = head.root if mark.size == head.size else root_at(mark.size)
        if root != mark.root:
            raise FORKED(origin=head.origin, signed=mark.size)
