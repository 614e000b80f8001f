"""Who at a partner could read one item: what the partner last said about exactly this, and when it
said so, or that we do not know.

An answer is about one label, project and purpose; what was said about another tells nothing.
Spec: R26, R30; spec/exchange.md §5.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.base import canonical
from sealane.base.values import SECOND, parse_instant
from sealane.labels.model.label import Label, label_from_json
from sealane.ledger import bodies
from sealane.ledger.bodies import AssuranceAnswer
from sealane.ports import Tx
from sealane.registry.records import Direction
from sealane.services.node import Node
from sealane.services.register import agreement_life

SERVES_HOURS = 24
"""How long an answer serves where the agreement's clock `readers` says nothing."""
MOST = 256
"""Answers kept for one partner, area and level; the oldest give way."""
PEOPLE_MOST = 20_000
"""People in all of those answers together: the partner says how many it tells of, and one row holds
them. The newest answer stays, whatever it tells.
"""


@dataclass(frozen=True, slots=True)
class ReadersThere:
    """The posts that could read it, and the instant of that answer; None: nobody said so yet."""

    posts: tuple[str, ...] = ()
    """One for each person; several people may hold one post."""
    as_of: str | None = None
    blocked: tuple[str, ...] = ()
    """The clause that keeps it closed, for each person who is named for it and could not read."""

    def as_json(self) -> dict[str, Any]:
        return {"posts": list(self.posts), "as_of": self.as_of}

    def counted(self) -> dict[str, Any]:
        """How many posts and people, and how many are kept out by which clause."""
        return {
            "posts": list(dict.fromkeys(self.posts)),
            "people": len(self.posts),
            "blocked": [
                {"clause": clause, "people": count}
                for clause, count in sorted(Counter(self.blocked).items())
            ],
            "as_of": self.as_of,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadersQuestion:
    """What an answer about readers is about. A label's own dates are no part of it."""

    agreement: str
    area: str
    label: Label
    project: str | None
    purpose: str

    @property
    def key(self) -> str:
        """One text for equal questions under one agreement, area and level."""
        undated = replace(self.label, created=None, review=None, succession=None)
        return canonical.digest([undated.as_json(), self.project, self.purpose])


def with_answer(
    earlier: Mapping[str, Any], question: ReadersQuestion, given: AssuranceAnswer, at: str
) -> dict[str, Any]:
    """The answers kept beside an assurance, with one more."""
    said = bodies.as_json(given)
    told = {"posts": said["posts"], "blocked": said.get("blocked") or [], "as_of": at}
    kept = {**earlier, question.key: told}
    newest = sorted(kept, key=lambda one: (str(kept[one]["as_of"]), one))[-MOST:]
    people, held = 0, list[str]()
    for one in reversed(newest):
        people += len(kept[one]["posts"]) + len(kept[one].get("blocked", ()))
        if held and people > PEOPLE_MOST:
            break
        held.append(one)
    return {one: kept[one] for one in reversed(held)}


def readers_there(node: Node, tx: Tx, party: str, question: ReadersQuestion) -> ReadersThere:
    """The partner's last answer about exactly this; nobody, as of now, while the agreement lets
    nobody open.
    """
    row = node.agreement_row(tx, question.agreement)
    if not agreement_life.standing(node, tx, row).effect.opens:
        return ReadersThere(as_of=node.now()[1])
    held = node.records.assurances.get(
        tx,
        agreement=question.agreement,
        by=party,
        to=node.party,
        area=question.area,
        level=question.label.classification,
    )
    if held is None or parse_instant(held.data["until"]) <= node.host.now():
        return ReadersThere()
    found = held.data.get("readers", {}).get(question.key)
    if found is None:
        return ReadersThere()
    return ReadersThere(tuple(found["posts"]), found["as_of"], tuple(found.get("blocked", ())))


def of_item(node: Node, tx: Tx, item: Mapping[str, Any]) -> dict[str, ReadersThere]:
    """By each party that we gave an item to: who could read it there for the purpose it was
    released for; nobody's are told of what was called back.

    Args:
        item: as `views.item` tells it.
    """
    question = question_about(item)
    if question is None:
        return {}
    return {party: readers_there(node, tx, party, question) for party in item["released_to"]}


def old_answers(node: Node, tx: Tx, item: Mapping[str, Any]) -> list[str]:
    """The parties whose answer about an item is not there, or older than the agreement's clock
    `readers` lets it serve.
    """
    found = of_item(node, tx, item)
    agreement = node.agreements(tx).get(item["agreement"]) if found else None
    return [party for party, there in found.items() if is_old(node, agreement, there)]


def is_old(node: Node, agreement: Agreement | None, there: ReadersThere) -> bool:
    """Whether an answer is not there, or older than the agreement's clock `readers` lets it
    serve.
    """
    if there.as_of is None:
        return True
    said = parse_instant(there.as_of)
    agreed = None if agreement is None else agreement.due("readers", said)
    return node.host.now() >= (agreed or said + SERVES_HOURS * 3600 * SECOND)


def question_about(item: Mapping[str, Any]) -> ReadersQuestion | None:
    """What a partner is asked about an item of ours: its label, project and the purpose that it was
    released for; None for one of which nothing is asked.
    """
    if item["direction"] != Direction.OUT or item["recalled"] is not None or not item["purposes"]:
        return None
    return ReadersQuestion(
        agreement=item["agreement"],
        area=item["area"],
        label=label_from_json(item["label"]),
        project=item["project"],
        purpose=item["purposes"][0],
    )
