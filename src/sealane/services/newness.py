"""What a node that may be older than what it said refuses every act with.

Spec: spec/ledger.md §7.
"""

from __future__ import annotations

from sealane.base.errors import Unavailable, declare
from sealane.registry.records import Newness

IN_DOUBT = declare(
    "node.in_doubt",
    Unavailable,
    "This node may be older than what it said: its folder was moved, copied or restored, or the"
    " machine started anew. It signs, releases, opens and answers nothing before every partner was"
    " asked.",
    "このノードは、過去に述べた内容より古い可能性があります（フォルダーの移動・複写・復元、"
    "または機械の再起動）。すべての相手国に確かめるまで、署名、提供、開封、回答を行いません。",
    "The node's operator: run it while its partners run, and it asks them by itself. Where a"
    " partner stays away, two people may decide without it: `sealane node resume`.",
    "ノードの運用者へ：相手国のノードが稼働している間に起動すれば、自動で確かめます。"
    "相手国が応答しない場合は、二人の決定により `sealane node resume` で再開できます。",
)
BEHIND = declare(
    "node.behind",
    Unavailable,
    "This node is older than what it said: a partner, or the place for last signed heads, shows"
    " more than it holds. It signs, releases, opens and answers nothing.",
    "このノードは、過去に述べた内容より古い状態です。相手国、または最後の署名済み先端の置き場が、"
    "ここにない記録を示しています。署名、提供、開封、回答を行いません。",
    "The node's operator: stop it and run `sealane ledger recover`, while the partners run.",
    "ノードの運用者へ：ノードを止め、相手国のノードの稼働中に"
    " `sealane ledger recover` を実行してください。",
)
REFUSED_WHILE = {Newness.MOVED: IN_DOUBT, Newness.BEHIND: BEHIND}
"""What every act is refused with, while the node is not known to be the newest."""
