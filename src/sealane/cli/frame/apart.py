"""The verbs that ask no operation of a node's API, and why: what is done with files in hand, or by
whoever runs the node at its own folder. Where an operation does the same at a running node, it is
named beside.

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
TWIN = (
    "at the node's own folder, with its passphrase; at a running node the operation beside",
    "ノードのフォルダーで、その鍵のパスフレーズにより行う。稼働中のノードでは右の操作による",
)
STARTS = (
    "makes, starts, stops or looks after the node's own processes on their machine",
    "ノードのプロセスを、その機器上で作成、起動、停止又は点検する",
)
MOVES = (
    "copies or takes in the node's whole folder or database, which holds everything that is secret",
    "秘密の全てを含むノードのフォルダー又はデータベースの全体を、複製又は取り込む",
)
SIGNED_FILES = (
    "signs a file of the folder that counts from the next start; no running node changes its own",
    "次の起動から有効となるフォルダー内のファイルに署名する。稼働中のノードは自らの設定や前提を変えない",
)
KEYS = (
    "makes, shares out, ends or signs with the keys of the folder, which no request can reach",
    "フォルダー内の鍵を作成、分散、失効し、又はそれで署名するもので、要求からは届かない",
)
SERVICES = (
    "files that operators exchange about what programs of another protocol are told",
    "別の規約のプログラム向けの情報を、運用者間で交換するファイルにより示し、又は受け入れる",
)
LEDGERS = (
    "reads, mends or shortens the ledger's own files on the node's machine",
    "台帳のファイル自体を、ノードの機器上で読み出し、修復し、又は整理する",
)
MEDIUM = (
    "goes to a medium in the operator's hand, or comes from one",
    "運用者が手にする媒体に書き出し、又はそこから取り込む",
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

TWINS: Mapping[str, str] = MappingProxyType(
    {
        "agreement sign": "agreements.sign",
        "agreement notice": "agreements.notify",
        "node adopt": "agreements.adopt",
        "node agreement": "agreements.notify",
        "node notice": "agreements.take-notices",
        "node notices": "agreements.notices",
        "node enrol": "partners.enrol",
        "node readmit": "partners.readmit",
        "node resume": "node.resume",
        "node status": "node.status",
        "node keys": "node.upkeep",
        "ledger authorise": "ledger.authorise",
        "ledger feed": "ledger.entries",
        "people redeem": "invitations.redeem",
    }
)
"""By a verb that works at a folder or at a door of its own: the operation that does the same at a
running node.
"""
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
        "agreement sign": TWIN,
        "agreement notice": TWIN,
        "agreement": FILES,
        "evidence scitt": KEYS,
        "evidence": FILES,
        "assess verify": FILES,
        "export check": FILES,
        "ledger attest": KEYS,
        "ledger authorise": TWIN,
        "ledger copy": LEDGERS,
        "ledger compare": LEDGERS,
        "ledger dispose": LEDGERS,
        "ledger prune": LEDGERS,
        "ledger recover": LEDGERS,
        "ledger check-consistency": FILES,
        "ledger check-proof": FILES,
        "ledger equivocation": FILES,
        "ledger prove": FILES,
        "ledger verify": FILES,
        "pack inspect": FILES,
        "pack export": MEDIUM,
        "pack import": MEDIUM,
        "node adopt": TWIN,
        "node agreement": TWIN,
        "node notice": TWIN,
        "node notices": TWIN,
        "node enrol": TWIN,
        "node readmit": TWIN,
        "node resume": TWIN,
        "node status": TWIN,
        "node keys": TWIN,
        "node init": STARTS,
        "node run": STARTS,
        "node serve": STARTS,
        "node work": STARTS,
        "node health": STARTS,
        "node dashboards": FILES,
        "node policy": SIGNED_FILES,
        "node issuer": SIGNED_FILES,
        "node card": KEYS,
        "node renew": KEYS,
        "node retire": KEYS,
        "node ceremony": KEYS,
        "node services": SERVICES,
        "node trust": SERVICES,
        "node distrust": SERVICES,
        "node backup": MOVES,
        "node restore": MOVES,
        "node copy": MOVES,
        "db": MOVES,
    }
)
"""By a verb, or by a group whose other verbs are not named: (English, Japanese)."""


def named(verb: str) -> str | None:
    """The row that speaks of a verb: its own, else the nearest of its groups; None: none does."""
    words = verb.split(" ")
    groups = (" ".join(words[:count]) for count in range(len(words), 0, -1))
    return next((one for one in groups if one in APART), None)


def why(verb: str) -> tuple[str, str] | None:
    """Why a verb has no operation; None: it is not said."""
    row = named(verb)
    return None if row is None else APART[row]
