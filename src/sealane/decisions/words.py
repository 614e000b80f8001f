"""The controlled words a request may use; any other is a slip and not a question.

Spec: spec/interfaces.md §4 (everywhere).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sealane.agreements.agreement import Agreement
from sealane.agreements.loaded import Agreements


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The controlled words a request may use: its agreement's, or, where that is not loaded, any
    agreement's.
    """

    actions: frozenset[str]
    areas: frozenset[str]
    purposes: frozenset[str]
    under: Mapping[str, Words] = field(default_factory=dict)

    @staticmethod
    def of(agreements: Agreements) -> Words:
        """The words that the loaded agreements define.

        Under an agreement, its own and those of the agreements that succeed it or rest on it: what
        is said in the later one's words about the earlier one is a question and not a slip.
        """
        loaded = {name: agreements.versions(name) for name in agreements}
        under = {}
        for name in loaded:
            later = [
                one
                for several in loaded.values()
                for one in several
                if one.id == name or one.succeeds == name or name in one.rests_on
            ]
            under[name] = Words.union(later)
        return replace(
            Words.union([one for several in loaded.values() for one in several]), under=under
        )

    @staticmethod
    def union(agreements: Iterable[Agreement]) -> Words:
        """The words of any of these."""
        several = tuple(agreements)
        return Words(
            actions=frozenset(action for one in several for action in one.actions),
            areas=frozenset(area.id for one in several for area in one.areas),
            purposes=frozenset(purpose.id for one in several for purpose in one.purposes),
        )
