"""Refusals of what a person hands over as a file or an address: unreadable, or larger than such a
thing may be.
"""

from __future__ import annotations

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
