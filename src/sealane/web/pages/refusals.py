"""The refusal card: every unmet clause, what is missing, who can mend it; kept a while so that the
toggle keeps its place.

The ledger holds the refusal itself; what is kept here is only for showing, a quarter of an hour, to
the person who asked.
Spec: R36, R37, R66; docs/console.md §The refusal card.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import RedirectResponse

from sealane.agreements.agreement import Agreement
from sealane.base.errors import NotFound, SealaneError, declare
from sealane.base.values import SECOND
from sealane.decisions.decide import Audience
from sealane.decisions.explain import Lang, RefusalCard, cards
from sealane.ports import Tx
from sealane.registry.access_life import mending
from sealane.registry.passing import Shown
from sealane.registry.records import Duty
from sealane.services.access import told
from sealane.services.deciding.decision import DecisionRefused
from sealane.services.node import Node
from sealane.web import shown
from sealane.web.visit import Page, Reply, Visit

SHOWN_SECONDS = 900
OFFICERS = {Duty.SECURITY_OFFICER, Duty.RELEASE_OFFICER, Duty.SECOND_SIGNER}

GONE = declare(
    "web.refusal_gone",
    NotFound,
    "This refusal is no longer held for display; the ledger keeps it.",
    "この拒否の表示は終了しました。台帳には残っています。",
    "Ask again, or see the item's history.",
    "もう一度求めるか、項目の経緯を見てください。",
)


@dataclass(frozen=True, slots=True)
class Refusals:
    """The refusals of the last minutes, as whoever met them may read them in either language."""

    node: Node

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
        node, name = self.node, self.node.host.entropy(12).hex()
        now, at = node.now()
        officer = bool(OFFICERS & set(visit.person["duties"]))
        asked = {"item": item, "action": action, "purpose": purpose, "at": at, "officer": officer}
        with node.store.reading() as tx:
            data = {**asked, **_judged(node, tx, error, item, officer=officer)}
        until = int(now) + SHOWN_SECONDS * SECOND
        with node.store.hinting() as tx:
            node.records.shown.forget(tx, int(now))
            node.records.shown.add(
                tx,
                Shown(name=name, person=visit.person["id"], data=data, until=until),
            )
        return RedirectResponse(f"/refusals/{name}", 303)

    def show(self, visit: Visit) -> Reply:
        """The card, to the person who met it only. Raises: NotFound `web.refusal_gone`."""
        with self.node.store.reading() as tx:
            row = self.node.records.shown.get(tx, name=visit.params["name"])
            held = self.node.agreements(tx)
            asks = None if row is None else _reached(self.node, tx, row.data)
        ended = row is None or row.until <= self.node.host.now()
        if row is None or ended or row.person != visit.person["id"]:
            raise GONE()
        kept = row.data
        agreement = held.get(kept["agreement"])
        named = shown.agreement_words(agreement, visit.lang)
        return Page(
            "refusal.html",
            {
                "kept": kept,
                "cards": kept["cards"][visit.lang],
                "agreement": agreement,
                "officer": kept["officer"],
                "purpose_name": named(kept["purpose"] or ""),
                "digest": kept["digest"],
                "by": kept["by"],
                "asks": asks,
            },
            403,
            about=kept["agreement"] or None,
        )


def _reached(node: Node, tx: Tx, kept: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Whom a request for access would reach, duty by duty with its posts; None where there is
    nothing to ask for: the refusal is another nation's, or of another act.
    """
    if kept["item"] is None or kept["by"] is not None or kept["action"] not in ("open", "view"):
        return None
    duties = sorted({str(mending(one["code"]).duty) for one in kept["cards"]["en"]})
    posts = told.posts_of(node, tx, duties)
    return [{"duty": duty, "posts": posts[duty]} for duty in duties]


def _judged(
    node: Node, tx: Tx, error: SealaneError, item: str | None, *, officer: bool
) -> dict[str, Any]:
    """What the refusal tells its reader: whose decision it is, its cards in both languages."""
    decision = error.decision if isinstance(error, DecisionRefused) else None
    row = None if item is None else node.item(tx, item)
    name = str(row.agreement) if decision is None and row else ""
    if decision is not None:
        name = decision.agreement.id
    agreement = node.agreements(tx).get(name)
    audience: Audience = "officer" if officer else "requester"
    langs: tuple[Lang, ...] = ("en", "ja")
    return {
        "agreement": name,
        "digest": None if decision is None else decision.digest,
        "by": row.provider if decision is None and row is not None else None,
        "cards": {
            lang: [one.as_json() for one in _cards(error, agreement, lang, audience)]
            for lang in langs
        },
    }


def _cards(
    error: SealaneError, agreement: Agreement | None, lang: Lang, audience: Audience
) -> list[RefusalCard]:
    if isinstance(error, DecisionRefused):
        found = list(cards(error.decision, agreement, lang=lang, audience=audience))
        if audience == "requester" and error.decision.request.action == "new-purpose":
            # who stated a purpose is told what that purpose needs
            whole = cards(error.decision, agreement, lang=lang, audience="officer")
            found = [*(one for one in whole if one.code == "consent.missing"), *found]
        return found
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
