"""Compare two parties' logs of one agreement, statement by statement, from what each tells:
nobody's database is believed.

Our copy of the partner's log is proven against its signed head; ours against the head that the
partner cosigned. So each difference names whose claim has proof. Spec: R59; spec/ledger.md §7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sealane.ledger import telling
from sealane.ledger.log.checkpoint import parse_checkpoint
from sealane.ledger.telling import Told
from sealane.ports import Log, Tx

ANSWERED = {
    "offer": ("transfer.received", "transfer.rejected", "withdrawn"),
    "withdrawn": ("acknowledged", "rejected"),
    "recall.ordered": ("destroyed", "destroy.failed"),
    "open.request": ("key.released", "key.refused"),
    "assurance.request": ("assurance", "rejected"),
    "transfer.rejected": ("acknowledged",),
}
"""Which statements want an answer, and by which types."""

TODO = {
    "only_ours": (
        "Send it again; if the partner denies it, our cosigned head proves that we logged it.",
        "再送してください。相手国が否認しても、連署済み先端が記録を証明します。",
    ),
    "only_theirs": (
        (
            "Fetch it from the mirror and process it; the partner's signed head proves that it was"
            " logged."
        ),
        "写しから取り込んで処理してください。相手国の署名済み先端が記録を証明します。",
    ),
    "not_yet_proven": ("Wait for the next cosignature.", "次の連署を待ってください。"),
    "unanswered": (
        "Ask the partner for its answer, or answer.",
        "回答を求めるか、回答してください。",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing on which the two logs differ; `proof` says whose signed head proves the claim, or
    nobody's yet.
    """

    kind: str
    statement: str
    type: str
    by: str
    item: str | None
    at: str
    proof: str | None

    def as_json(self) -> dict[str, Any]:
        todo, todo_ja = TODO[self.kind]
        return {
            "kind": self.kind,
            "statement": self.statement,
            "type": self.type,
            "by": self.by,
            "item": self.item,
            "at": self.at,
            "proof": self.proof,
            "todo": todo,
            "todo_ja": todo_ja,
        }


@dataclass(frozen=True, slots=True)
class _Said:
    index: int
    told: telling.Told


def compare(tx: Tx, own: Log, partner: Log, proven: int) -> list[Difference]:
    """Every difference, in the order of the statements' instants.

    Args:
        own: this node's log of the agreement.
        partner: our mirror of the partner's.
        proven: entries of our log that the partner has cosigned.
    """
    ours, theirs = _statements(tx, own), _statements(tx, partner)
    head = partner.checkpoint(tx)
    shown = parse_checkpoint(head).head.size if head is not None else 0
    found = []
    for name, said in (ours | theirs).items():
        if name not in theirs:
            found.append(
                _difference(
                    "only_ours" if said.index < proven else "not_yet_proven",
                    name,
                    said,
                    own.origin if said.index < proven else None,
                )
            )
        elif name not in ours:
            found.append(
                _difference(
                    "only_theirs",
                    name,
                    said,
                    partner.origin if theirs[name].index < shown else None,
                )
            )
    found += _unanswered(ours | theirs)
    return sorted(found, key=lambda one: (one.at, one.statement, one.kind))


def _statements(tx: Tx, log: Log) -> dict[str, _Said]:
    told = (
        (index, telling.told(entry)) for index, entry in enumerate(log.entries(tx, 0, log.size(tx)))
    )
    return {one.statement: _Said(index, one) for index, one in told if one is not None}


def _unanswered(said: dict[str, _Said]) -> list[Difference]:
    answers = {(one.told.answers, one.told.type) for one in said.values()}
    return [
        _difference("unanswered", name, one, None)
        for name, one in said.items()
        if one.told.type in ANSWERED
        and not _is_itself_the_answer(one.told, answers)
        and not any((name, kind) in answers for kind in ANSWERED[one.told.type])
    ]


def _is_itself_the_answer(told: Told, answers: set[tuple[str | None, str]]) -> bool:
    """Whether a rejection was the answer to its offer, and not said later by the registry clerk of
    what had been received.
    """
    received = (told.answers, "transfer.received") in answers
    return told.type == "transfer.rejected" and not received


def _difference(kind: str, name: str, said: _Said, proof: str | None) -> Difference:
    found = said.told
    return Difference(
        kind=kind,
        statement=name,
        type=found.type,
        by=found.by,
        item=found.item,
        at=found.said,
        proof=proof,
    )
