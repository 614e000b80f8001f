"""A node as use cases see it: its settings and its ports, passed in plain sight."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sealane.agreements.agreement import Agreement
from sealane.agreements.loaded import Agreements
from sealane.base.errors import (
    Conflict,
    Misconfigured,
    NotFound,
    Refused,
    Untrusted,
    declare,
)
from sealane.base.values import SECOND, Instant, format_instant
from sealane.cases.kind import CaseKind
from sealane.cases.printed import PrintedForms
from sealane.crypto.keys import Signer
from sealane.decisions.overlay import Overlay
from sealane.labels.model.scheme import Schemes
from sealane.ledger.log.marks import Marks, within_grace
from sealane.ledger.log.origins import shared_origin
from sealane.ports import Blobs, Host, Keys, Log, Peers, Records, Seat, Store, Tx
from sealane.ports.reading import ContentReader
from sealane.protocol.card import Card
from sealane.protocol.card_chain import spoken_with
from sealane.registry.domain import ExportDomain
from sealane.registry.effects import Holding
from sealane.registry.records import (
    FacilityEntry,
    Given,
    HeldAgreement,
    Item,
    Newness,
    PersonEntry,
)
from sealane.registry.regime import Regimes
from sealane.services import held_cards, holding, people_kept
from sealane.services.bound_rows import BoundRows
from sealane.services.newness import REFUSED_WHILE
from sealane.settings import Settings

NO_PARTNER = declare(
    "partner.unknown",
    Misconfigured,
    "{party} is not enrolled at this node.",
    "{party} はこのノードに登録されていません。",
    "Exchange the card.json of both folders, then `sealane node enrol`.",
    "双方のフォルダーの card.json を交換し、`sealane node enrol` を実行してください。",
)
NO_AGREEMENT = declare(
    "agreement.not_held",
    Misconfigured,
    "This node holds no signed agreement {agreement!r}.",
    "このノードに署名済みの取決め {agreement!r} はありません。",
    "Sign and adopt it: `sealane agreement sign`, `sealane node adopt`.",
    "`sealane agreement sign` と `sealane node adopt` で採択してください。",
)
EQUIVOCATED = declare(
    "partner.equivocated",
    Untrusted,
    "{party} signed two histories of its log {origin}. No key goes to {party}.",
    "{party} はログ {origin} について二つの異なる履歴に署名しました。{party} に鍵は開示しません。",
    "Take it up with {party}; two people may then allow keys again: `sealane node readmit`.",
    "{party} と協議してください。その後、二人の承認により鍵の開示を再開できます："
    "`sealane node readmit`。",
)
NO_PERSON = declare(
    "person.unknown",
    NotFound,
    "{person!r} is not in this node's directory.",
    "{person!r} はこのノードの名簿にいません。",
    "Enter the person with `sealane people add`.",
    "`sealane people add` で登録してください。",
)
LEFT = declare(
    "person.left",
    Refused,
    "{person} left and has access to nothing.",
    "{person} は離任しており、アクセス権がありません。",
    "The security officer can let the person return: `sealane people return`.",
    "保全責任者が `sealane people return` で復帰させられます。",
)
NO_ITEM = declare(
    "item.unknown",
    NotFound,
    "Item {item!r} is not registered here.",
    "項目 {item!r} は登録されていません。",
    "List the register with `sealane item list`.",
    "`sealane item list` で一覧を見てください。",
)
WRONG_DUTY = declare(
    "person.duty",
    Refused,
    "{person} does not hold the duty {duty}.",
    "{person} には職務 {duty} がありません。",
    "Ask somebody who holds it.",
    "その職務を持つ人に依頼してください。",
)
NOT_YOURS = declare(
    "item.not_yours",
    Conflict,
    "For item {item} this is an act of {party}, not of this nation.",
    "項目 {item} について、これは {party} の行為であり、自国の行為ではありません。",
    "Ask {party} to do it.",
    "{party} に依頼してください。",
)
WRONG_STATE = declare(
    "item.state",
    Conflict,
    "Item {item} is {state}; this is not possible now.",
    "項目 {item} は「{state}」のため、今はできません。",
    "What was delivered is taken back by a recall; what has ended stays as it is.",
    "引き渡した項目は回収要請で取り戻します。終わった項目は変わりません。",
)


R = TypeVar("R")
NODE = "node"
"""The one row of `currency`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRegister:
    """A node's register alone, with no key in reach: what lists of it are read from."""

    settings: Settings
    host: Host
    store: Store
    records: Records

    @property
    def party(self) -> str:
        return self.settings.party


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Everything a use case may touch; put together by `wiring`, never looked up."""

    settings: Settings
    host: Host
    store: Store
    records: Records
    blobs: Blobs
    keys: Keys
    peers: Peers
    log: Callable[[str], Log]
    """One of our logs, by its origin."""
    schemes: Schemes
    agreements: Callable[[Tx], Agreements]
    card: Card
    """This node's card as it was when the node was opened; what counts now is `own_card`."""
    proven: Callable[[Tx, str], Marks]
    """How far one of our shared logs, by its origin, is proven to both."""
    overlays: tuple[Overlay, ...] = ()
    """The nation's own forbids, asked of every decision made here."""
    regimes: Regimes = field(default_factory=dict)
    case_kinds: Mapping[str, CaseKind] = field(default_factory=dict)
    printed_forms: PrintedForms = field(default_factory=dict)
    """The kinds of case that this program knows, and the forms on which they are printed."""
    bound: BoundRows | None = None
    """The tie of what people entered or accepted to the ledger; None only where no keystore is."""
    domains: Mapping[str, ExportDomain] = field(default_factory=dict)
    contents: ContentReader | None = None
    seat: Seat | None = None
    """Where what it has said lies; None for a node without a folder of its own."""
    cards: Callable[[str | None], Card] | None = None
    """Its card as a partner knows it, or with None the newest; None where it never changes."""
    doors: Callable[[], Mapping[str, str]] = dict
    """The certificates (PEM) of its other TLS doors, by role, as their files hold them now."""

    @property
    def party(self) -> str:
        return self.settings.party

    @property
    def interop_url(self) -> str:
        """The key access URL that OpenTDF clients reach: the local API's door, never the partners'
        one.
        """
        return f"{self.settings.kas_origin}/kas"

    def own_card(self, partner: str | None = None) -> Card:
        """This node's newest card with all before it; or the one that a partner judges us by."""
        return self.card if self.cards is None else self.cards(partner)

    def signers_for(self, partner: str | None = None) -> Sequence[Signer]:
        """Statement keys that count at a partner, or here. Raises: Misconfigured `key.ended`."""
        if self.cards is None or partner in (None, self.party):
            return self.keys.signers("statement")
        card, newest = self.own_card(partner), self.own_card()
        return self.keys.signers_of(spoken_with(card, newest, self.host.now()))

    def now(self) -> tuple[Instant, str]:
        """The instant and its text."""
        return (instant := self.host.now()), format_instant(instant)

    @property
    def internal(self) -> Log:
        """The log that is never shared."""
        return self.log(self.settings.internal_origin)

    def origin(self, tx: Tx, agreement: str, partner: str) -> str:
        """The origin of our log of what we do with one partner under an agreement. Raises:
        Misconfigured `agreement.not_held`.
        """
        return shared_origin(
            self.settings.node, agreement, self._named(tx, agreement, partner, partner)
        )

    def partner_origin(self, tx: Tx, agreement: str, partner: Card) -> str:
        """The origin of that partner's log of the same. Raises: as `origin`."""
        named = self._named(tx, agreement, partner.party, self.party)
        return shared_origin(partner.node, agreement, named)

    def _named(self, tx: Tx, agreement: str, partner: str, other: str) -> str | None:
        """Whom a log's origin names beside the agreement: nobody where the two are alone in it."""
        alone = self.agreements(tx).two_alone(agreement, self.party, partner)
        if alone is None:
            raise NO_AGREEMENT(agreement=agreement)
        return None if alone else other

    def shares(self, tx: Tx, agreement: str, partner: str) -> bool:
        """Whether we and this party are both parties to a version of the agreement held here."""
        return self.agreements(tx).two_alone(agreement, self.party, partner) is not None

    def shared_log(self, tx: Tx, agreement: str, partner: str) -> Log:
        """Our log of what we do with one partner under an agreement. Raises: as `origin`."""
        return self.log(self.origin(tx, agreement, partner))

    def newness(self, tx: Tx) -> Newness:
        """Whether this node may be older than what it said."""
        row = self.records.currency.get(tx, id=NODE) if self.seat is not None else None
        if self.seat is None:
            return Newness.CURRENT
        if row is None:
            return Newness.MOVED
        if row.state == Newness.CURRENT and not self.seat.is_at(tx, row.seat):
            return Newness.MOVED
        return row.state

    def require_current(self, tx: Tx) -> None:
        """A node that may be older than what it said does nothing that others could rest on.

        Raises: Unavailable `node.in_doubt`, `node.behind`. Spec: spec/ledger.md §7.
        """
        refusal = REFUSED_WHILE.get(self.newness(tx))
        if refusal is not None:
            raise refusal()

    def require_proven(self, tx: Tx, agreement: str, partner: str, *, lent: int = 0) -> None:
        """Keys leave only while this partner's witness keeps up; lent ones while it does so within
        `lent` seconds. Raises: Unavailable `ledger.not_cosigned`. Spec: spec/ledger.md §7.
        """
        marks = self.proven(tx, self.origin(tx, agreement, partner))
        within_grace(marks, self.host.now(), (lent or self.grace(tx, agreement)) * SECOND)

    def require_honest(self, tx: Tx, partner: str) -> None:
        """No key goes to a partner that was proven to have signed two histories, until two people
        said otherwise. Raises: Untrusted `partner.equivocated`. Spec: spec/ledger.md §6.
        """
        for row in self.records.equivocations.find(tx, order="since", party=partner):
            # settled by hand is not settled: two people say so, in the ledger
            if row.settled is None or not self.entered(tx, "equivocations", row):
                raise EQUIVOCATED(party=partner, origin=row.origin)

    def grace(self, tx: Tx, agreement: str) -> int:
        """Seconds a ledger tail may wait for its cosignature: what the agreement says, or this
        node's setting where it is stricter.
        """
        held = self.agreements(tx)
        clock = held[agreement].clock("cosignature") if agreement in held else None
        if clock is None:
            return self.settings.grace_seconds
        return min(clock.ends(Instant(0)) // SECOND, self.settings.grace_seconds)

    def partner(self, tx: Tx, party: str) -> Card:
        """An enrolled partner's card as it counts, with those before it (`held_cards.counting`).
        Raises: Misconfigured `partner.unknown`; Untrusted `directory.altered`.
        """
        row = self.records.partners.get(tx, party=party)
        if row is None:
            raise NO_PARTNER(party=party)
        self._require_entered(tx, "partners", row)
        return held_cards.counting(self.records, self.bound, tx, row)

    def partners(self, tx: Tx) -> list[Card]:
        """The cards of all partners, by party; one that was changed by hand is nobody's."""
        found = []
        for party in sorted(self.records.partners.column(tx, "party")):
            with suppress(Untrusted):
                found.append(self.partner(tx, party))
        return found

    def entered(self, tx: Tx, table: str, row: Any) -> bool:
        """Whether a row of a bound table is what the ledger says was entered."""
        return self.bound is None or self.bound.holds(tx, table, row)

    def entered_of(self, tx: Tx, table: str, rows: list[R]) -> list[R]:
        """Those of the rows that are; the ledger is looked at once for all of them."""
        return rows if self.bound is None else self.bound.holding(tx, table, rows)

    def _require_entered(self, tx: Tx, table: str, row: Any) -> None:
        if row is not None and self.bound is not None:
            self.bound.require(tx, table, row)

    def agreement_row(self, tx: Tx, agreement: str) -> HeldAgreement:
        """The held version that governs, or would. Raises: Misconfigured `agreement.not_held`;
        Untrusted `directory.altered`.
        """
        found = self.agreements(tx).at(agreement, self.host.now())
        row = (
            None
            if found is None
            else self.records.agreements.get(tx, id=agreement, digest=found.digest)
        )
        if row is None:
            raise NO_AGREEMENT(agreement=agreement)
        self._require_entered(tx, "agreements", row)
        return row

    def version(self, tx: Tx, row: Item) -> Agreement | None:
        """The agreement's version that an item was released under, as it stands."""
        return self.agreements(tx).version(row.agreement, row.agreement_digest)

    def person_entry(self, tx: Tx, person: str) -> PersonEntry | None:
        """A person's row, as the ledger says it was entered. Raises: Untrusted
        `directory.altered`.
        """
        row = self.records.people.get(tx, id=person)
        self._require_entered(tx, "people", row)
        return row

    def person(self, tx: Tx, person: str) -> dict[str, Any]:
        """A person's record. Raises: NotFound `person.unknown`; Refused `person.left`; Untrusted
        `directory.altered`.
        """
        row = self.person_entry(tx, person)
        if row is None:
            raise NO_PERSON(person=person)
        if row.ended is not None:
            raise LEFT(person=person)
        return dict(row.data)

    def people(self, tx: Tx, *, limit: int) -> list[PersonEntry]:
        """The people with access, as the ledger says that they were entered, in order of id; the
        list is shared, and nobody changes what is in it.
        """
        if self.bound is None:
            return self.records.people.find(tx, order="id", limit=limit, ended=None)
        return people_kept.everybody(self.records, self.bound, tx, limit)

    def facility(self, tx: Tx, facility: str) -> FacilityEntry | None:
        """A facility's row, as the ledger says it was entered. Raises: Untrusted
        `directory.altered`.
        """
        row = self.records.facilities.get(tx, id=facility)
        self._require_entered(tx, "facilities", row)
        return row

    def item(self, tx: Tx, item: str) -> Item:
        """An item's row. Raises: NotFound `item.unknown`."""
        row = self.records.items.get(tx, id=item)
        if row is None:
            raise NO_ITEM(item=item)
        return row

    def holding(self, tx: Tx, item: str) -> Holding:
        """An item with its containers, copies and transfers. Raises: NotFound `item.unknown`."""
        return holding.whole(self.records, tx, self.item(tx, item))

    def held(self, tx: Tx, item: str) -> Given:
        """An item whose container is this node's own: received, or sealed here and not released.

        Raises: NotFound `item.unknown`; Conflict `item.not_yours`: it was sealed for others alone.
        """
        whole = self.holding(tx, item)
        found = whole.given(self.party)
        if found is None:
            raise NOT_YOURS(item=item, party=", ".join(one.to for one in whole.containers))
        return found

    def given(self, tx: Tx, item: str, party: str) -> Given:
        """An item as a party has it. Raises: NotFound `item.unknown`: nothing was sealed for it."""
        found = holding.given(self.records, tx, item, party)
        if found is None:
            raise NO_ITEM(item=item)
        return found


def require_duty(person: Mapping[str, Any], *duties: str) -> None:
    """The person has one of these. Raises: Refused `person.duty`. Spec: R64."""
    if not set(duties) & set(person["duties"]):
        raise WRONG_DUTY(person=person["id"], duty=" / ".join(duties))
