"""The refusal card: every unmet clause, what is missing, who can mend it; kept a while so that the
toggle keeps its place.

The ledger holds the refusal itself; what is kept here is only for showing, in memory, to the person
who asked.
Spec: R36, R37, R66; docs/console.md §The refusal card.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import RedirectResponse

from sealane.agreements.agreement import Agreement
from sealane.base.errors import NotFound, SealaneError, declare
from sealane.decisions.decide import Audience
from sealane.decisions.explain import Lang, RefusalCard, cards
from sealane.registry.records import Duty
from sealane.services.deciding.decision import DecisionRefused
from sealane.services.node import Node
from sealane.web import shown
from sealane.web.visit import Page, Reply, Visit

KEPT = 500
OFFICERS = {Duty.SECURITY_OFFICER, Duty.RELEASE_OFFICER, Duty.SECOND_SIGNER}

GONE = declare(
    "web.refusal_gone",
    NotFound,
    "This refusal is no longer held for display; the ledger keeps it.",
    "この拒否の表示は終了しました。台帳には残っています。",
    "Ask again, or see the item's history.",
    "もう一度求めるか、項目の経緯を見てください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A refusal and who met it."""

    person: str
    error: SealaneError
    item: str | None
    action: str
    purpose: str | None
    at: str


@dataclass(slots=True)
class Refusals:
    """The refusals of this process, the newest few hundred."""

    node: Node
    _held: OrderedDict[str, Kept] = field(default_factory=OrderedDict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def keep(
        self,
        visit: Visit,
        error: SealaneError,
        *,
        item: str | None,
        action: str,
        purpose: str | None = None,
    ) -> Reply:
        """Keep it under a name that cannot be guessed, and go there."""
        name = self.node.host.entropy(12).hex()
        with self._turn:
            self._held[name] = Kept(
                person=visit.person["id"],
                error=error,
                item=item,
                action=action,
                purpose=purpose,
                at=self.node.now()[1],
            )
            while len(self._held) > KEPT:
                self._held.popitem(last=False)
        return RedirectResponse(f"/refusals/{name}", 303)

    def show(self, visit: Visit) -> Reply:
        """The card, to the person who met it only. Raises: NotFound `web.refusal_gone`."""
        kept = self._held.get(visit.params["name"])
        if kept is None or kept.person != visit.person["id"]:
            raise GONE()
        lang: Lang = "ja" if visit.lang == "ja" else "en"
        officer = bool(OFFICERS & set(visit.person["duties"]))
        with self.node.store.reading() as tx:
            held = self.node.agreements(tx)
            agreement = held.get(_agreement_of(kept, self.node, tx))
            provider = None if kept.item is None else self.node.item(tx, kept.item).provider
        told = _cards(kept.error, agreement, lang, "officer" if officer else "requester")
        decision = kept.error.decision if isinstance(kept.error, DecisionRefused) else None
        return Page(
            "refusal.html",
            {
                "kept": kept,
                "cards": told,
                "agreement": agreement,
                "officer": officer,
                "purpose_name": shown.agreement_words(agreement, visit.lang)(kept.purpose or ""),
                "digest": None if decision is None else decision.digest,
                "by": provider if decision is None else None,
            },
            403,
        )


def _agreement_of(kept: Kept, node: Node, tx: Any) -> str:
    if isinstance(kept.error, DecisionRefused):
        return kept.error.decision.agreement.id
    return str(node.item(tx, str(kept.item)).agreement)


def _cards(
    error: SealaneError, agreement: Agreement | None, lang: Lang, audience: Audience
) -> list[RefusalCard]:
    if isinstance(error, DecisionRefused):
        return list(cards(error.decision, agreement, lang=lang, audience=audience))
    reasons = (error.details or {}).get("reasons", [])
    return [_told(reason, agreement, lang) for reason in reasons if not reason.get("met", False)]


def _told(reason: Mapping[str, Any], agreement: Agreement | None, lang: Lang) -> RefusalCard:
    """A clause that the partner's key service names, with our own copy of its article beside it."""
    ja, number = lang == "ja", str(reason.get("clause", ""))
    title = mend = ""
    clauses = () if agreement is None else agreement.clauses
    clause = next((clause for clause in clauses if clause.id == number), None)
    if agreement is not None and clause is not None:
        article = agreement.article(clause.article)
        if article is not None:
            title = article.title.ja if ja else article.title.en
        if clause.mend is not None:
            mend = clause.mend.ja if ja else clause.mend.en
    return RefusalCard(
        clause=number,
        code=str(reason.get("code", "")),
        text=str(reason.get("text_ja" if ja else "text", "")),
        title=title,
        missing="",
        mend=mend,
    )
