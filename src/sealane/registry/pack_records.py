"""What a register keeps of packs: which answers wait to go back by one.

Spec: spec/pack.md §5.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PackAnswer:
    """A partner's statement that came by a pack: its answer goes back by packs until the partner's
    own packs show that it was heard.
    """

    statement: str
    """The digest of the partner's statement; the inbox holds the answer."""
    partner: str
    asked: str
    """When the newest pack that carried it was made, by the partner's clock."""
    heard: str | None = None
    """When a later pack came that carries it no more."""
