"""How far both sides are proven: the marks shown beside every log, and the grace a key may be
released under.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sealane.base.errors import Unavailable, declare
from sealane.base.values import Instant, format_instant

NOT_PROVEN = declare(
    "ledger.not_cosigned",
    Unavailable,
    "The partner has not cosigned this log since {since}; {grace} seconds are allowed. No key is"
    " released.",
    "相手国は {since} 以降このログに連署していません。猶予は {grace} 秒です。鍵は開示しません。",
    "Restore the connection to the partner's witness; keys follow by themselves.",
    "相手国の証人との接続を回復してください。鍵の開示は自動的に再開します。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Entries durable here, under a signed head, cosigned by the partner, held by the partner's
    mirror.
    """

    origin: str
    size: int
    signed: int
    cosigned: int
    mirrored: int
    uncosigned_since: Instant | None
    """When the oldest entry without cosignature was written; None when there is none."""

    @property
    def proven(self) -> int:
        """Entries proven to both: cosigned, and held by both where the partner mirrors."""
        return min(self.cosigned, self.mirrored)

    def as_json(self) -> dict[str, Any]:
        since = self.uncosigned_since
        return {
            "origin": self.origin,
            "size": self.size,
            "signed": self.signed,
            "cosigned": self.cosigned,
            "mirrored": self.mirrored,
            "proven_to_both_up_to": self.proven,
            "uncosigned_since": None if since is None else format_instant(since),
        }


def within_grace(marks: Marks, at: Instant, grace: int) -> None:
    """Silence means a key may leave: nothing has waited for its cosignature as long as `grace`
    nanoseconds.

    At exactly `grace` no key leaves any more. Raises: Unavailable `ledger.not_cosigned`.
    """
    since = marks.uncosigned_since
    if since is not None and at - since >= grace:
        raise NOT_PROVEN(since=format_instant(since), grace=grace // 1_000_000_000)
