"""Keys by which a caller repeats a call: each stands for one thing that was asked, for ever.

Recorded before anything is done, so that neither a lost answer nor a restart makes two of one.
Keys are per caller: another person's key of the same words is another key.
Spec: spec/interfaces.md §6; spec/openapi.yaml.
"""

from __future__ import annotations

import re

from sealane.base import canonical
from sealane.base.errors import Conflict, Malformed, declare
from sealane.ledger import entries
from sealane.services.node import Node
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import record

BAD_KEY = declare(
    "api.key",
    Malformed,
    "Idempotency-Key has 1 to 200 visible ASCII characters.",
    "Idempotency-Key は 1～200 字の ASCII 図形文字です。",
    "Send a fresh random key for each thing that is asked.",
    "要求ごとに新しい無作為な鍵を送ってください。",
)
KEY_REUSED = declare(
    "api.key_reused",
    Conflict,
    "This Idempotency-Key stands for something else that was asked before.",
    "この Idempotency-Key は、以前の別の要求に使われています。",
    "Send a fresh key for what is new; the same key repeats the same call.",
    "新しい要求には新しい鍵を送ってください。同じ鍵は同じ要求の繰り返しを意味します。",
)


def hold(node: Node, caller: Actor, key: str, asked: str) -> str:
    """Let a key stand for what is asked, and its own name here: the same for the same caller and
    key. Asked again, it is the same.

    Args:
        asked: the digest of the whole body.
    Raises: Malformed `api.key`; Conflict `api.key_reused`: it stands for another body.
    """
    if re.fullmatch(r"[!-~]{1,200}", key) is None:
        raise BAD_KEY()
    name = canonical.digest([caller.person, key])
    with node.store.writing() as tx:
        held = node.records.entry_refs.get(tx, kind="call.keyed", item=name)
        if held is None:
            record(node, tx, "call.keyed", item=name, record=asked, **caller.told())
        else:
            told = entries.read(node.log(held.origin).entry(tx, held.index)).fields
            if told["record"] != asked:
                raise KEY_REUSED()
    return name
