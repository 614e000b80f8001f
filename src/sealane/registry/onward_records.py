"""What a holder passed on to a third party, with the consent of the nation whose item it is.

Spec: R6, R32; spec/onward.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sealane.registry.records import Direction, Item, ItemState


@dataclass(frozen=True, slots=True, kw_only=True)
class Onward:
    """One leg beyond the first: an item as a holder gave it to a third party, under the agreement
    of these two; at the holder, and at the nation whose item it is.
    """

    item: str
    to: str
    """The third party."""
    by: str
    """The holder that passed it on."""
    agreement: str
    agreement_digest: str
    facts: dict[str, Any]
    """As the holder's offer states them."""
    state: ItemState
    """Of the one transfer that it is."""
    recalled: str | None = None
    """When the item, or this leg of it, was called back."""
    part: dict[str, Any] | None = None
    """At the nation whose item it is: its key access object, and the policy text that this is bound
    to.
    """

    def seen(self, item: Item) -> Item:
        """The item as it is between the holder and the third party: given by that holder under the
        agreement of the two. Its label is the item's own, and so is its recall.
        """
        return replace(
            item,
            direction=Direction.OUT,
            provider=self.by,
            agreement=self.agreement,
            agreement_digest=self.agreement_digest,
            facts=self.facts,
            handle_as=None,
            document=None,
            state=self.state,
            recalled=item.recalled or self.recalled,
        )
