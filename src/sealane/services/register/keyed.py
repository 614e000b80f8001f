"""Keys by which a caller repeats a call: each stands for one thing that was asked, for ever.

Recorded with the first thing that is done, in one step, so that neither a lost answer nor a restart
makes two of one, and what is refused before anything is done leaves nothing. The same key with the
same question gives the same answer; whatever the first call records is recorded together with the
mark that it acted, so that no second call acts beside it.
Keys are per caller: another person's key of the same words is another key.
Spec: spec/interfaces.md §6; spec/openapi.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Conflict, Malformed, SealaneError, Unavailable, declare
from sealane.base.values import DAY
from sealane.ledger import entries
from sealane.ports import Tx
from sealane.registry.passing import KeyedCall
from sealane.services.leadership import FencedStore
from sealane.services.node import Node
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import record

ANSWER_DAYS = 30
"""How long an answer is kept for who asks again."""

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
KEY_ACTED = declare(
    "api.key_acted",
    Conflict,
    "What this Idempotency-Key asked was done or is being done, and its answer is not known.",
    "この Idempotency-Key による要求は実行済みか実行中で、その回答は残っていません。",
    "See what it is about as it stands now; nothing was done twice.",
    "対象の現在の状態を確かめてください。二重には行っていません。",
)
KEY_TAKEN = declare(
    "api.key_taken",
    Unavailable,
    "The same call by this Idempotency-Key came again meanwhile and goes on in its place.",
    "この Idempotency-Key による同じ要求が再び届き、そちらで続けています。",
    "Ask again with the same key for the answer.",
    "同じ鍵で再度求めれば、回答が得られます。",
)


def once(
    node: Node,
    caller: Actor,
    key: str,
    asked: str,
    do: Callable[[Node, str], dict[str, Any]],
    *,
    again: bool = False,
    kept: bool = True,
) -> dict[str, Any]:
    """What `do` answers, however often it is asked: it acts once.

    Args:
        asked: the digest of the whole question.
        do: given the node through which it writes, and the key's own name here.
        again: whether `do` itself finds what it did before.
        kept: whether the answer is there for who asks again; what is shown once is not.
    Raises: Malformed `api.key`; Conflict `api.key_reused`, `api.key_acted`; Unavailable
        `api.key_taken`; as `do`, and then the call may be made again.
    """
    # 1. the key stands for no other question
    name = _name_of(node, caller, key, asked)
    # 2. who was answered is answered the same
    turn = node.host.entropy(16).hex()
    held = _begin(node, name, turn, again=again)
    if held.answer is not None:
        return held.answer
    if held.turn != turn:
        raise KEY_ACTED()

    # 3. whatever is written from here on says that this try acted; another's writes nothing
    def marked(tx: Tx) -> None:
        if not node.records.calls.change(tx, {"name": name, "turn": turn}, acted=1):
            raise KEY_TAKEN()

    def held_by_it(tx: Tx) -> None:
        _hold(node, tx, caller=caller, name=name, asked=asked)

    try:
        answer = do(replace(node, store=FencedStore(node.store, marked, held_by_it)), name)
    except SealaneError:
        over = {"acted": 0, "until": int(node.host.now())}
        with node.store.hinting() as tx:
            node.records.calls.change(tx, {"name": name, "turn": turn}, **over)
        raise
    # 4. the answer is there for who asks again, unless it is shown once
    if not kept:
        return answer
    with node.store.hinting() as tx:
        node.records.calls.change(tx, {"name": name, "turn": turn}, answer=answer)
    return answer


def _begin(node: Node, name: str, turn: str, *, again: bool) -> KeyedCall:
    """The call as it stands, with this try's turn unless another has acted."""
    now = int(node.host.now())
    fresh = KeyedCall(name=name, turn=turn, until=now + ANSWER_DAYS * DAY)
    with node.store.hinting() as tx:
        node.records.calls.forget(tx, now)
        held = node.records.calls.get(tx, name=name)
        if held is None:
            node.records.calls.add(tx, fresh)
            return fresh
        if held.answer is not None or (held.acted and not again):
            return held
        node.records.calls.change(tx, {"name": name}, turn=turn)
        return replace(held, turn=turn)


def _name_of(node: Node, caller: Actor, key: str, asked: str) -> str:
    """A key's own name here. Raises: Malformed `api.key`; Conflict `api.key_reused`."""
    if re.fullmatch(r"[!-~]{1,200}", key) is None:
        raise BAD_KEY()
    name = named(caller, key)
    with node.store.reading() as tx:
        _is_held(node, tx, name, asked)
    return name


def _hold(node: Node, tx: Tx, *, caller: Actor, name: str, asked: str) -> None:
    """Let a key stand for what is asked, for ever, in a step that does it; held already, it is the
    same. Raises: Conflict `api.key_reused`: it stands for something else by now.

    Args:
        asked: the digest of the whole question.
    """
    if not _is_held(node, tx, name, asked):
        record(node, tx, "call.keyed", item=name, record=asked, **caller.told())


def _is_held(node: Node, tx: Tx, name: str, asked: str) -> bool:
    """Whether a key stands for this question. Raises: Conflict `api.key_reused`: for another."""
    held = node.records.entry_refs.get(tx, kind="call.keyed", item=name)
    if held is None:
        return False
    told = entries.read(node.log(held.origin).entry(tx, held.index)).fields
    if told["record"] != asked:
        raise KEY_REUSED()
    return True


def named(caller: Actor, key: str) -> str:
    """A key's own name here: the same for the same caller and key."""
    return canonical.digest([caller.person, key])


def reference(name: str) -> str:
    """The reference that stays with what is released by a key of this name."""
    return f"key-{name[:40]}"
