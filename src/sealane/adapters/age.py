"""The age of what a node's folder holds, told by names of versions in a fixed order: what is older
is upgraded knowingly, what is newer is left alone.

Spec: spec/interfaces.md §8; docs/operators.md "Upgrade".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sealane.base.errors import Misconfigured, declare

OLDER = declare(
    "db.older",
    Misconfigured,
    "The node's {part} is of version {found}; this program wants {wanted}.",
    "ノードの{part_ja}の版は {found} ですが、このプログラムは {wanted} を必要とします。",
    "Stop the node, make a backup with `sealane node backup DIR OUT`, then run `sealane db upgrade"
    " --node DIR`; nothing upgrades itself.",
    "ノードを止め、`sealane node backup DIR OUT` でバックアップを取り、"
    "`sealane db upgrade --node DIR` を実行してください。自動では更新されません。",
)
NEWER = declare(
    "db.newer",
    Misconfigured,
    "The node's {part} is of version {found}; this program knows {wanted} at most.",
    "ノードの{part_ja}の版は {found} で、このプログラムが知る {wanted} より新しいものです。",
    "Install the release that upgraded this folder, or put back the backup made before.",
    "このフォルダーを更新した版のプログラムを導入するか、更新前のバックアップに戻してください。",
)
FIRST = "0.1.0"
"""The first release: what it made has this version for ever."""
UNRELEASED = "0"
"""The version of what was made before any release."""
DATABASE_PART = {"part": "database", "part_ja": "データベース"}
FOLDER_PART = {"part": "folder", "part_ja": "フォルダー"}
FILE_PART = {"part": "exported database", "part_ja": "書き出したデータベース"}


def is_older(found: str, order: Sequence[str]) -> bool:
    """Whether a version comes before the newest of this program; one that is not known does not."""
    return found == UNRELEASED or found in order[:-1]


def require(found: str, order: Sequence[str], part: Mapping[str, Any]) -> None:
    """What is found is the newest that this program knows. Raises: Misconfigured `db.older`,
    `db.newer`.
    """
    if found != order[-1]:
        code = OLDER if is_older(found, order) else NEWER
        facts = {"found": found[:40], "wanted": order[-1], **part}
        raise code(**facts)


def require_no_newer(found: str, order: Sequence[str], part: Mapping[str, Any]) -> None:
    """What is found is the newest that this program knows, or older. Raises: Misconfigured
    `db.newer`.
    """
    if not is_older(found, order):
        require(found, order, part)
