"""What a signed statement does to a register: one pure function for each type, whoever asks.

A live node applies them as statements are said and heard, recovery applies them again, and an audit
works out with them what either party's register must say. States are stepped by the two tables of
`transfer` alone; a statement that moves nothing now leaves the holding as it is.
Spec: spec/exchange.md §4, §6 to §9; R39, R42, R47, R48.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sealane.base.table import Row, Table
from sealane.labels.model.label import label_from_json
from sealane.registry.records import Copy, CopyState, Item, ItemState, Transfer
from sealane.registry.transfer import COPY, HOLDER, PROVIDER, TRANSFER

ORIGINAL = 0
"""The number of the copy that stays with the originator; no statement moves it."""
FIRST = 1
"""The number of the copy that an offer makes."""
ORIGINATOR = "originator"
"""By whose word the original is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One item of one party's register, whole: its row, its copies and its transfers."""

    item: Item
    copies: tuple[Copy, ...] = ()
    transfers: tuple[Transfer, ...] = ()

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
    """With the copy that the originator keeps."""
    copy = Copy(
        item=holding.item.id,
        number=ORIGINAL,
        holder=holding.item.provider,
        place=place,
        state=CopyState.HELD,
        since=at,
        authority=ORIGINATOR,
    )
    return replace(holding, copies=(*holding.copies, copy))


def offered(holding: Holding, offer: Spoken, *, place: str, due: str | None) -> Holding:
    """Under way to the party that the offer was made to, with the copy that is made there."""
    item = holding.item.id
    copy = Copy(
        item=item,
        number=FIRST,
        holder=offer.to,
        place=place,
        state=CopyState.HELD,
        since=offer.at,
        authority=offer.digest,
    )
    transfer = Transfer(
        item=item,
        to=offer.to,
        state=ItemState.QUEUED,
        since=offer.at,
        due=due,
        offer=offer.digest,
    )
    return Holding(
        item=replace(holding.item, state=ItemState.QUEUED),
        copies=(*holding.copies, copy),
        transfers=(*holding.transfers, transfer),
    )


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
    covered = _covered(holding, receipt.by, register, numbers)
    return _step_copies(holding, receipt, covered, authority=authority)


def resealed(
    holding: Holding, *, replaces: str | None, container: str, size: int, sealed: Mapping[str, Any]
) -> Holding:
    """Another container of the same document in the place of the one that it replaces; None where
    only the lost bytes could tell which.
    """
    if replaces is not None and replaces != holding.item.container:
        return holding
    item = replace(holding.item, container=container, size=size, sealed=dict(sealed))
    return replace(holding, item=item)


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
        since=word.at,
        due=transfer.due if step.stops is None else None,
        receipt=receipt or transfer.receipt,
    )
    transfers = tuple(moved if one == transfer else one for one in holding.transfers)
    after = replace(holding, item=replace(holding.item, state=state), transfers=transfers)
    numbers = [copy.number for copy in holding.copies if copy.holder == party]
    return _step_copies(after, word, numbers, authority=authority)


def _covered(holding: Holding, holder: str, register: str, numbers: Sequence[int]) -> Sequence[int]:
    """The copies that an order or its receipt is about, as a register sees it."""
    if register != holder:
        return numbers
    return [copy.number for copy in holding.copies if copy.holder == register]


def _step_copies(
    holding: Holding, word: Spoken, numbers: Sequence[int], *, authority: str | None
) -> Holding:
    """The copies of these numbers, stepped where the statement moves them; by the same authority
    as before where none is given.
    """
    role, copies = _role(holding, word), []
    for copy in holding.copies:
        covered = copy.number in numbers and copy.number != ORIGINAL
        speaks = role == PROVIDER or copy.holder == word.by
        step = _step(COPY, copy.state, word, role) if covered and speaks else None
        if step is None:
            copies.append(copy)
            continue
        state, by = CopyState(step.to), authority or copy.authority
        copies.append(replace(copy, state=state, since=word.at, authority=by))
    return replace(holding, copies=tuple(copies))


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
