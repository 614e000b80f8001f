"""What a person hands over, or is handed, as a file: refusals of what is unreadable or larger than
such a thing may be, and a private spool given out piece by piece.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from sealane.base.errors import Malformed, declare

UNREADABLE = declare(
    "input.unreadable",
    Malformed,
    "{path} cannot be read: {why}.",
    "{path} を読み取れません：{why}。",
    "Check the path and its permissions.",
    "パスと権限を確かめてください。",
)
TOO_LARGE = declare(
    "input.too_large",
    Malformed,
    "{path} has more than {limit} bytes.",
    "{path} は {limit} バイトを超えます。",
    "Give a smaller file.",
    "より小さなファイルを指定してください。",
)


PIECE = 1 << 18


def given_out(spool: BinaryIO) -> Iterator[bytes]:
    """A private spool from where it stands to its end, closed afterwards whatever comes of it."""
    with spool:
        while piece := spool.read(PIECE):
            yield piece
