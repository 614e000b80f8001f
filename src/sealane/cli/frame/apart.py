"""The verbs that no operation of a node's API answers, and why: what is done with files in hand, or
by whoever runs the node at its own folder.

A test holds this table to the commands and the operations as they are.
Spec: docs/adr/0038-one-operation-an-act.md; docs/commands.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FILES = (
    "works on files in hand; no node is asked",
    "手元のファイルに対する操作で、ノードには問い合わせない",
)
FOLDER = (
    "of the node's operator, at its own folder: keys, database and processes never leave it",
    "ノードのフォルダーで運用者が行う（鍵、データベース、プロセスは外に出ない）",
)
KEYS = (
    "signs with keys that lie in a folder, which no request can reach",
    "フォルダー内の鍵で署名するもので、要求からは届かない",
)
BY_HAND = (
    "a container by hand, with the folder's keys; an item is opened and released by number",
    "フォルダーの鍵でコンテナを直接扱う。項目の開封と提供は番号で行う",
)
OTHER_DOOR = (
    "served at an address of its own, for programs of another protocol",
    "別の規約のプログラム向けに、専用のアドレスで提供する",
)
HERE = ("ends this machine's own sign-in", "この機器のサインインを終える")

APART: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "label": FILES,
        "scheme": FILES,
        "inspect": FILES,
        "demo": FILES,
        "logout": HERE,
        "decide": OTHER_DOOR,
        "ledger feed": OTHER_DOOR,
        "people redeem": OTHER_DOOR,
        "seal": BY_HAND,
        "open": BY_HAND,
        "item vouch": BY_HAND,
        "agreement sign": KEYS,
        "agreement notice": KEYS,
        "agreement": FILES,
        "evidence scitt": KEYS,
        "evidence": FILES,
        "assess verify": FILES,
        "export check": FILES,
        "ledger attest": KEYS,
        "ledger authorise": FOLDER,
        "ledger copy": FOLDER,
        "ledger compare": FOLDER,
        "ledger dispose": FOLDER,
        "ledger prune": FOLDER,
        "ledger recover": FOLDER,
        "ledger check-consistency": FILES,
        "ledger check-proof": FILES,
        "ledger equivocation": FILES,
        "ledger prove": FILES,
        "ledger verify": FILES,
        "pack inspect": FILES,
        "pack": FOLDER,
        "node": FOLDER,
        "db": FOLDER,
    }
)
"""By a verb, or by a group whose other verbs are not named: (English, Japanese)."""


def why(verb: str) -> tuple[str, str] | None:
    """Why a verb has no operation; None: it is not said."""
    return APART.get(verb) or APART.get(verb.partition(" ")[0])
