"""What a release would come to, before anything of it is made: for each recipient who could read it
there and what the agreement would answer, by the decision that the release itself asks.

Every number stands with the question that was asked and the instant of its answer; what is older
than the agreement lets it serve is asked anew. Nothing is sealed, entered or sent.
Spec: R26, R30; docs/console.md §The release desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.decisions.decide import Decision
from sealane.decisions.terms import Reason
from sealane.ports import Tx
from sealane.registry.records import Direction
from sealane.services.exchange import assurance, earlier_release, readers_anew, unusual
from sealane.services.exchange.asked_release import Release
from sealane.services.exchange.earlier_release import Warned
from sealane.services.exchange.judged_release import SECOND_SIGNER, foreseen, question_of
from sealane.services.exchange.projects import new_project
from sealane.services.node import Node
from sealane.services.register.readers_there import ReadersThere, is_old, readers_there
from sealane.services.search import find
from sealane.services.search.find import SearchAsked

SIMILAR = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """One recipient as things stand."""

    to: str
    assured: Mapping[str, Any] | None
    readers: ReadersThere
    old: bool
    """Whether nobody there answered exactly this, or too long ago."""
    decision: Decision

    @property
    def waits(self) -> bool:
        """Whether a second signer is still to sign."""
        return any(one.code == SECOND_SIGNER for one in self.decision.unmet)

    @property
    def unmet(self) -> tuple[Reason, ...]:
        """What refuses it, a second signer's signature apart."""
        return tuple(one for one in self.decision.unmet if one.code != SECOND_SIGNER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePreview:
    """A release as it would come out now."""

    recipients: tuple[Foreseen, ...]
    warnings: tuple[Warned, ...]


def preview(
    node: Node,
    asked: Release,
    *,
    anew: bool = True,
    document: str | None = None,
    size: int | None = None,
) -> ReleasePreview:
    """What `release` would answer to these terms now.

    Args:
        anew: whether recipients are asked whose answer is old or is not there.
        document: the file's SHA-384, where it is known already.
        size: its bytes.
    Raises: Misconfigured `partner.unknown`, `agreement.not_held`; Refused `person.duty`; Malformed
    `request.*`, `label.*`; NotFound `person.unknown`.
    """
    node.schemes[asked.label.policy].check(asked.label)
    with node.store.reading() as tx:
        for party in asked.to:
            node.partner(tx, party)
    question = question_of(asked)
    if anew:
        readers_anew.ask_about(node, question, asked.to)
    with node.store.reading() as tx:
        agreement = node.agreements(tx).get(asked.agreement)
        recipients = tuple(_foreseen(node, tx, asked, agreement, to) for to in asked.to)
        warnings = _warnings(node, tx, asked, recipients, document=document, size=size)
    return ReleasePreview(recipients=recipients, warnings=warnings)


def _foreseen(node: Node, tx: Tx, asked: Release, agreement: Agreement | None, to: str) -> Foreseen:
    key = assurance.key_of(node, asked.agreement, to, asked.area, asked.label)
    held = assurance.held(node, tx, key)
    told = None if held is None else assurance.member(held, to)
    there = readers_there(node, tx, to, question_of(asked))
    return Foreseen(
        to=to,
        assured=held,
        readers=there,
        old=is_old(node, agreement, there),
        decision=foreseen(node, tx, asked, to, told),
    )


def _warnings(
    node: Node,
    tx: Tx,
    asked: Release,
    recipients: tuple[Foreseen, ...],
    *,
    document: str | None,
    size: int | None,
) -> tuple[Warned, ...]:
    """What is unusual, in the order in which the release itself tells it."""
    answered = [one for one in recipients if one.readers.as_of is not None]
    return (
        *new_project(node, tx, asked.project),
        *([earlier_release.empty()] if size == 0 else []),
        *(earlier_release.no_readers(one.to) for one in answered if not one.readers.posts),
        *earlier_release.duplicates(node, tx, document, list(asked.to)),
        *unusual.found(node, tx, asked.label, list(asked.to)),
    )


def as_json(node: Node, asked: Release, found: ReleasePreview) -> dict[str, Any]:
    """A preview as programs read it."""
    with node.store.reading() as tx:
        agreement = node.agreements(tx).get(asked.agreement)
    question = question_of(asked)
    about = {
        "area": question.area,
        "label": question.label.as_json(),
        "project": question.project,
        "purpose": question.purpose,
    }
    return {
        "agreement": asked.agreement,
        "question": about,
        "recipients": [_recipient_json(one, agreement) for one in found.recipients],
        "warnings": [one.as_json() for one in found.warnings],
    }


def _recipient_json(one: Foreseen, agreement: Agreement | None) -> dict[str, Any]:
    given = one.assured
    return {
        "to": one.to,
        "permit": not one.unmet,
        "waits": one.waits,
        "unmet": [reason.as_json() for reason in one.unmet],
        "readers": with_words(one.readers.counted(), agreement),
        "old": one.old,
        "assurance": None if given is None else {"at": given["at"], "until": given["until"]},
    }


def with_words(counted: Mapping[str, Any], agreement: Agreement | None) -> dict[str, Any]:
    """Counts of readers, with the text of each clause that keeps somebody out."""
    texts = {} if agreement is None else {one.id: one.text for one in agreement.clauses}
    blocked = [
        {
            **one,
            "text": texts[one["clause"]].en if one["clause"] in texts else "",
            "text_ja": texts[one["clause"]].ja if one["clause"] in texts else "",
        }
        for one in counted["blocked"]
    ]
    return {**counted, "blocked": blocked}


def similar(
    node: Node,
    reader: Mapping[str, Any] | None,
    *,
    area: str,
    level: str,
    item: str | None = None,
) -> list[dict[str, Any]]:
    """The newest releases under the same area and level, as the register shows them to who asks.

    Args: item: what they are held beside, and is not among them.
    """
    about = SearchAsked(area=area, level=level, direction=str(Direction.OUT))
    found = find.search(node, reader, about, limit=SIMILAR + 1)["items"]
    return [one for one in found if one["id"] != item][:SIMILAR]
