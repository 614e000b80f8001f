"""Whose leave an item has to go onward: the standing answers of the nation whose item it is, and
the bounds that they set.

Asked before an item is passed on, at every opening of what was, and before anything that was made
from it goes out; by the holder and by the item's origin alike.
Spec: R6, R32; spec/onward.md §1, §4; spec/exchange.md §4.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.base.errors import Refused, declare
from sealane.base.values import Instant, parse_instant
from sealane.ports import Tx
from sealane.registry.records import Given, Item
from sealane.registry.transfer import TAKEN_BACK
from sealane.services import holding
from sealane.services.deciding.consents import standing_consents
from sealane.services.node import Node

NO_GRANT = declare(
    "onward.no_grant",
    Refused,
    "No consent of {provider} stands by which {item} goes from {holder} to {to} for this purpose.",
    "{item} を {holder} から {to} へこの目的で提供することへの {provider} の同意がありません。",
    "{holder} asks {provider} for its consent (`sealane case open`); silence is no.",
    "{holder} が `sealane case open` で {provider} の同意を求めます。回答がなければ不同意です。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnwardLeave:
    """How far one standing yes lets an item go to a third party."""

    consent: Mapping[str, Any]
    """The answer, as a request's `consents` has it."""
    purposes: tuple[str, ...]
    """Those of the item that the consent and the agreement with the third party both name."""
    until: str
    """The earlier of the item's last instant and the consent's."""


def granted(
    consents: Iterable[Mapping[str, Any]], item: Item, to: str, purpose: str, now: Instant
) -> Mapping[str, Any] | None:
    """Among these answers the origin's standing yes to an item going onward to a party, whole and
    for this purpose; None where there is none, or a standing no beside it.
    """
    answers = [one for one in consents if _is_about(one, item, to, now)]
    answers = [one for one in answers if one.get("purpose") in (None, purpose)]
    if any(one["answer"] != "yes" for one in answers):
        return None
    whole = [one for one in answers if one.get("paragraphs") is None]
    return max(whole, key=_reach, default=None)


def is_free(node: Node, tx: Tx, item: Item, to: str, purpose: str) -> bool:
    """Whether what this nation made from a received item may go to a party for a purpose: to its
    origin always, elsewhere with that nation's standing yes.
    """
    consents = standing_consents(node, tx, item.id, node.party)
    found = granted(consents, item, to, purpose, node.host.now())
    return to == item.origin or found is not None


def named_purpose(node: Node, tx: Tx, item: Item, to: str) -> str | None:
    """The purpose that a standing answer about a party names; None where none names one."""
    consents, now = standing_consents(node, tx, item.id, node.party), node.host.now()
    named = [one.get("purpose") for one in consents if _is_about(one, item, to, now)]
    return next((str(one) for one in named if one), None)


def leave(
    node: Node, tx: Tx, row: Given, to: str, purpose: str, *, agreement: Agreement
) -> OnwardLeave:
    """The bounds within which a holder may pass an item on. Raises: Refused `onward.no_grant`.

    Args:
        row: the item as the holder has it.
        agreement: the one between the holder and the third party.
    """
    consents = standing_consents(node, tx, row.id, row.to)
    found = granted(consents, row, to, purpose, node.host.now())
    if found is None:
        raise _none(row.id, row.origin, row.to, to)
    listed = {one.id for one in agreement.purposes}
    named = [purpose] if found.get("purpose") else row.facts["purposes"]
    return OnwardLeave(
        consent=found,
        purposes=tuple(one for one in named if one in listed),
        until=min(str(row.facts["until"]), str(found["until"]), key=parse_instant),
    )


def require_standing(node: Node, tx: Tx, row: Given, purpose: str) -> None:
    """Silence while what was passed on may still be opened: the item was not taken from the holder,
    and the consent of its origin stands.

    Args:
        row: the item as the third party has it.
    Raises: Refused `onward.no_grant`.
    """
    first = holding.between(node.records, tx, row.id, (row.origin, row.provider))
    given = None if first is None else first.given(row.provider)
    consents = standing_consents(node, tx, row.id, row.provider)
    is_held = given is not None and given.recalled is None and given.state not in TAKEN_BACK
    if not is_held or granted(consents, row, row.to, purpose, node.host.now()) is None:
        raise _none(row.id, row.origin, row.provider, row.to)


def _none(item: str, provider: str, holder: str, to: str) -> Refused:
    error = NO_GRANT(item=item, provider=provider, holder=holder, to=to)
    assert isinstance(error, Refused)
    return error


def _is_about(consent: Mapping[str, Any], item: Item, to: str, now: Instant) -> bool:
    asked = (consent["act"], consent["item"], consent["by"], consent["to"])
    if asked != ("onward", item.id, item.origin, to) or consent["until"] is None:
        return False
    if consent.get("level") not in (None, item.label.get("classification")):
        return False
    return parse_instant(consent["at"]) <= now < parse_instant(consent["until"])


def _reach(consent: Mapping[str, Any]) -> tuple[bool, int]:
    """The wider of two answers: one for every purpose, then the one that stands longer."""
    return consent.get("purpose") is None, parse_instant(consent["until"])
