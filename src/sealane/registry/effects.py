"""What a signed statement does to a register: one pure function for each type, whoever asks.

A live node applies them as statements are said and heard, recovery applies them again, and an audit
works out with them what either party's register must say. States are stepped by the two tables of
`transfer` alone; a statement that moves nothing now leaves the holding as it is.
Spec: spec/exchange.md §4, §6 to §10; R39, R42, R47, R48.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sealane.base.table import Row, Table
from sealane.base.values import parse_instant
from sealane.labels.model.label import label_from_json
from sealane.registry.numbered import FIRST, ORIGINAL, kept_number, level_of
from sealane.registry.onward_records import Onward
from sealane.registry.records import (
    Copy,
    CopyState,
    Given,
    Item,
    ItemContainer,
    ItemState,
    Transfer,
)
from sealane.registry.transfer import COPY, GONE, HOLDER, PROVIDER, TRANSFER, standing

ORIGINATOR = "originator"
"""By whose word the original is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One item of one party's register, whole: its row, its containers, its copies and its
    transfers; without those of its onward legs, each of which is a holding of its own.
    """

    item: Item
    """Of a leg: as it is on that leg (`Onward.seen`)."""
    containers: tuple[ItemContainer, ...] = ()
    copies: tuple[Copy, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    onward: Onward | None = None
    """The leg that this is; None: the item as its provider gives it."""

    def given(self, party: str) -> Given | None:
        """The item as a party has it; None where nothing was sealed for it."""
        sealed = next((one for one in self.containers if one.to == party), None)
        if sealed is None:
            return None
        transfer, item = self.transfer_to(party), self.item
        row = {field.name: getattr(item, field.name) for field in fields(Item)}
        if transfer is not None:
            row |= {"facts": {**item.facts, "released_to": [party]}, "state": transfer.state}
        return Given(
            **row,
            to=party,
            container=sealed.container,
            size=sealed.size,
            policy_uuid=sealed.policy_uuid,
            sealed=sealed.sealed,
            request={} if transfer is None else transfer.request,
            decision="" if transfer is None else transfer.decision,
            offer=None if transfer is None else transfer.offer,
            ended=any(
                copy.state in GONE and copy.number == kept_number(item, party)
                for copy in self.copies_of(party)
            ),
            onward=self.onward is not None,
            part=None if self.onward is None else self.onward.part,
        )

    def copies_of(self, party: str) -> tuple[Copy, ...]:
        """The copies that a party holds or held."""
        return tuple(copy for copy in self.copies if copy.holder == party)

    def transfer_to(self, party: str) -> Transfer | None:
        """The item's movement to a party, if there was one."""
        for transfer in self.transfers:
            if transfer.to == party:
                return transfer
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A signed statement, as far as every effect turns on it."""

    type: str
    by: str
    to: str
    digest: str
    at: str
    """When it takes effect: as it was said, or when this register heard it."""
    answers: str | None = None

    @property
    def entry(self) -> str:
        """The kind of the ledger entry that tells of it."""
        return f"statement.{self.type}"


def original(holding: Holding, *, place: str, at: str) -> Holding:
    """With the copy that the originator keeps, if it is not there yet."""
    if any(copy.number == ORIGINAL for copy in holding.copies_of(holding.item.provider)):
        return holding
    copy = Copy(
        item=holding.item.id,
        number=ORIGINAL,
        holder=holding.item.provider,
        place=place,
        state=CopyState.HELD,
        level=level_of(holding.item),
        since=at,
        authority=ORIGINATOR,
    )
    return replace(holding, copies=(*holding.copies, copy))


def prepared(
    holding: Holding, container: ItemContainer, request: dict[str, Any], decision: str, *, at: str
) -> Holding:
    """With a container for one more party and its transfer, which waits until it is offered."""
    transfer = Transfer(
        item=holding.item.id,
        to=container.to,
        state=ItemState(TRANSFER.start),
        since=at,
        request=request,
        decision=decision,
    )
    held = replace(holding, containers=(*holding.containers, container))
    return _with_transfer(held, transfer)


def decided_anew(holding: Holding, to: str, request: dict[str, Any], decision: str) -> Holding:
    """With another decision under a party's transfer, made before it is offered."""
    transfer = holding.transfer_to(to)
    if transfer is None or transfer.offer is not None:
        return holding
    return _with_transfer(holding, replace(transfer, request=request, decision=decision))


def offered(holding: Holding, offer: Spoken, *, place: str, due: str | None) -> Holding:
    """Under way to the party that the offer was made to, with the copy that is made there; its
    transfer was `prepared` before.
    """
    transfer = holding.transfer_to(offer.to)
    if transfer is None or transfer.offer is not None:
        return holding
    copy = Copy(
        item=holding.item.id,
        number=FIRST,
        holder=offer.to,
        place=place,
        state=CopyState.HELD,
        level=level_of(holding.item),
        since=offer.at,
        authority=offer.digest,
    )
    under_way = replace(
        transfer, state=ItemState.QUEUED, since=offer.at, due=due, offer=offer.digest
    )
    return _with_transfer(replace(holding, copies=(*holding.copies, copy)), under_way)


def answered(holding: Holding, receipt: Spoken) -> Holding:
    """What the addressee of an offer says of it: received, rejected or accepted. A rejection ends
    the copies that it has.
    """
    return _moved(holding, receipt, party=receipt.by, receipt=receipt.digest, authority=None)


def withdrawn(holding: Holding, word: Spoken) -> Holding:
    """The provider takes its offer back; every copy that the addressee has, or would have had, is
    withdrawn.
    """
    return _moved(holding, word, party=word.to, receipt=None, authority=word.digest)


def unoffered(holding: Holding, transfers: Iterable[Transfer], event: str, *, at: str) -> Holding:
    """The provider's own act on transfers that it offered to nobody yet: nobody is to be told."""
    for transfer in transfers:
        if transfer.offer is None:
            step = TRANSFER.step(transfer.state, event, by=PROVIDER)
            holding = _with_transfer(holding, replace(transfer, state=ItemState(step.to), since=at))
    return holding


def recalled(
    holding: Holding, order: Spoken, *, register: str, numbers: Sequence[int] = (FIRST,)
) -> Holding:
    """The provider orders copies back; no key of the item is used from here on.

    Args:
        register: the party whose register this is. In the holder's own, the order is about every
            copy it has; in the provider's, about the copies that it names.
    """
    if _role(holding, order) != PROVIDER:
        return holding
    item = replace(holding.item, recalled=holding.item.recalled or order.at)
    covered = _covered(holding, order.to, register, numbers)
    return _step_copies(replace(holding, item=item), order, covered, authority=order.digest)


def destroyed(
    holding: Holding, receipt: Spoken, *, register: str, numbers: Sequence[int] = (FIRST,)
) -> Holding:
    """The holder says which copies it erased, or could not erase. It acts by the order; the
    provider's register rests on what the holder signed.
    """
    authority = receipt.answers if receipt.by == register else receipt.digest
    covered = _numbered(holding, receipt.by, numbers)
    return _step_copies(holding, receipt, covered, authority=authority)


def ended(holding: Holding, word: Spoken, *, numbers: Sequence[int]) -> Holding:
    """The holder certifies that copies of its own were destroyed, or says that they went back."""
    covered = _numbered(holding, word.by, numbers)
    return _step_copies(holding, word, covered, authority=word.digest)


def resealed(
    holding: Holding, party: str, *, replaces: str | None, made: tuple[str, int, Mapping[str, Any]]
) -> Holding:
    """Another container of the same document in the place of a party's that it replaces; None where
    only the lost bytes could tell which.

    Args:
        made: the new container's digest, size and record.
    """
    container, size, sealed = made
    containers = [
        replace(one, container=container, size=size, sealed=dict(sealed))
        if one.to == party and replaces in (None, one.container)
        else one
        for one in holding.containers
    ]
    return replace(holding, containers=tuple(containers))


def relabelled(
    holding: Holding, *, replaces: str | None, label: Mapping[str, Any], handle_as: str | None
) -> Holding:
    """Another label in the place of the one whose digest is `replaces`; None where only the lost
    bytes could tell which.
    """
    if replaces is not None and replaces != label_from_json(holding.item.label).digest():
        return holding
    item = replace(holding.item, label=dict(label), handle_as=handle_as)
    return replace(holding, item=item)


def _moved(
    holding: Holding, word: Spoken, *, party: str, receipt: str | None, authority: str | None
) -> Holding:
    """The transfer to a party, the item and that party's copies, stepped by one statement about
    the offer.
    """
    transfer = holding.transfer_to(party)
    if transfer is None or transfer.offer != word.answers:
        return holding
    step = _step(TRANSFER, transfer.state, word, _role(holding, word))
    if step is None:
        return holding
    state = ItemState(step.to)
    moved = replace(
        transfer,
        state=state,
        since=_not_before(transfer.since, word),
        due=transfer.due if step.stops is None else None,
        receipt=receipt or transfer.receipt,
    )
    covered = holding.copies_of(party)
    return _step_copies(_with_transfer(holding, moved), word, covered, authority=authority)


def _with_transfer(holding: Holding, transfer: Transfer) -> Holding:
    """A party's transfer in the place of the one before, or added; the item stands where its
    transfers do.
    """
    others = [one for one in holding.transfers if one.to != transfer.to]
    transfers = tuple(sorted((*others, transfer), key=lambda one: one.to))
    state = standing(one.state for one in transfers)
    return replace(holding, item=replace(holding.item, state=state), transfers=transfers)


def _covered(holding: Holding, holder: str, register: str, numbers: Sequence[int]) -> list[Copy]:
    """The holder's copies that an order or its receipt is about, as a register sees it."""
    if register == holder:
        return list(holding.copies_of(holder))
    return _numbered(holding, holder, numbers)


def _numbered(holding: Holding, holder: str, numbers: Sequence[int]) -> list[Copy]:
    """The holder's copies of these numbers."""
    return [copy for copy in holding.copies_of(holder) if copy.number in numbers]


def _step_copies(
    holding: Holding, word: Spoken, covered: Sequence[Copy], *, authority: str | None
) -> Holding:
    """These copies, stepped where the statement moves them; by the same authority as before where
    none is given.
    """
    role, copies = _role(holding, word), []
    for copy in holding.copies:
        moves = copy in covered and copy.number != ORIGINAL
        step = _step(COPY, copy.state, word, role) if moves else None
        if step is None:
            copies.append(copy)
            continue
        state, by = CopyState(step.to), authority or copy.authority
        since = _not_before(copy.since, word)
        copies.append(replace(copy, state=state, since=since, authority=by))
    return replace(holding, copies=tuple(copies))


def _not_before(since: str, word: Spoken) -> str:
    """When a word moved something that stood as it was since an instant: no word makes it so that
    the second step came before the first.
    """
    return max(since, word.at, key=parse_instant)


def _step(table: Table, state: str, word: Spoken, role: str) -> Row | None:
    """The step that a statement is in a state; None where it moves nothing now, or is not this
    side's to say.
    """
    row = table.row_of(state, word.entry)
    if row is None or row.who != role:
        return None
    return table.step(state, row.event, by=role)


def _role(holding: Holding, word: Spoken) -> str:
    """As what a party speaks of the item: nobody's word does what belongs to the other side."""
    return PROVIDER if word.by == holding.item.provider else HOLDER
