"""A register to search in: mixed Japanese and English titles, five thousand labels, two hundred
projects; the same for every engine and every run.
"""

from __future__ import annotations

import itertools
import random
from bisect import bisect
from collections.abc import Iterator
from typing import Any

from sealane.base.values import SECOND, Instant, format_instant, parse_instant
from sealane.registry.records import Direction, Item, ItemState

START = parse_instant("2024-01-01T00:00:00Z")
NATIONS = ("AUS", "JPN", "USA", "GBR", "CAN", "NZL", "FRA", "DEU", "KOR", "PHL", "IND", "ITA")
AREAS = (
    "intelligence",
    "defence",
    "exercises",
    "logistics",
    "technology",
    "cyber",
    "space",
    "maritime",
    "disaster",
    "climate",
    "health",
    "energy",
    "critical-minerals",
    "economic-security",
    "training",
    "policy",
)
LEVELS = ("TOP SECRET", "SECRET", "PROTECTED", "OFFICIAL: Sensitive")
STATES = {"accepted": 80, "delivered": 12, "queued": 4, "rejected": 2, "withdrawn": 2}
PROJECTS, WORDS, LABELS = 200, 12_000, 5000


def _zipf(count: int) -> list[float]:
    return list(itertools.accumulate(1 / (rank + 1) for rank in range(count)))


class Register:
    """Items by number, from 0 on, each made anew when it is asked for."""

    def __init__(self, count: int) -> None:
        dice = random.Random(20261130)
        kanji = [chr(code) for code in range(0x4E00, 0x4E00 + 1800)]
        self.count = count
        self.japanese = [
            "".join(dice.choices(kanji, k=dice.choice((2, 2, 3)))) for _ in range(WORDS)
        ]
        self.english = [
            "".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=dice.randint(4, 10)))
            for _ in range(WORDS)
        ]
        self.projects = [f"project-{number}" for number in range(PROJECTS)]
        self._ranks, self._sizes = _zipf(WORDS), _zipf(PROJECTS)
        self.labels = [self._label(dice, number) for number in range(LABELS)]

    @staticmethod
    def _label(dice: random.Random, number: int) -> tuple[dict[str, Any], str]:
        """A label and the area in which it is used."""
        to = sorted({"AUS", "JPN", *dice.sample(NATIONS, dice.randint(0, 8))})
        categories = [{"tag": "Releasable To", "type": "permissive", "values": to}]
        if number % 25 == 0:
            categories.append({"tag": "Caveat", "type": "restrictive", "values": [f"C{number}"]})
        label = {
            "policy": "AUS",
            "classification": dice.choice(LEVELS),
            "categories": categories,
            "originator": "AUS",
        }
        return label, dice.choice(AREAS)

    def __iter__(self) -> Iterator[Item]:
        dice = random.Random(7)
        for number in range(self.count):
            yield self._item(dice, number)

    def _item(self, dice: random.Random, number: int) -> Item:
        project = bisect(self._sizes, dice.random() * self._sizes[-1])
        label, area = self.labels[(project * 25 + dice.randrange(60)) % LABELS]
        own = dice.random() < 0.3
        title = self._title(dice, self.english if number % 2 else self.japanese)
        (state,) = dice.choices(list(STATES), weights=list(STATES.values()))
        return Item(
            id=f"AUS-2026-{number:08d}",
            direction=Direction.OUT if own else Direction.IN,
            provider="AUS",
            agreement="jpn-aus-2022",
            agreement_digest="0" * 96,
            facts={
                "id": f"AUS-2026-{number:08d}",
                "area": area,
                "kind": "file" if dice.random() < 0.95 else "paper",
                "provider": "AUS",
                "purposes": ["assessment"],
                "released_to": ["JPN"],
                "project": self.projects[project],
                "until": "2034-01-01T00:00:00Z",
                "originator": f"aus.author-{project}",
                "release_officer": "aus.release",
                "second_signer": None,
                "joint_committee_ref": None,
            },
            label=label,
            title=title,
            media_type="application/pdf",
            state=ItemState(state),
            created=format_instant(Instant(START + number * 60 * SECOND)),
            reference=f"R-{number}",
        )

    def _title(self, dice: random.Random, words: list[str]) -> str:
        picked = [words[bisect(self._ranks, dice.random() * self._ranks[-1])] for _ in range(8)]
        return "".join(picked) if words is self.japanese else " ".join(picked)

    def seeing(self, share: float) -> list[str]:
        """Projects that together have about this share of the items: small ones for a small share,
        else the greatest.
        """
        sizes = [
            (self._sizes[one] - (self._sizes[one - 1] if one else 0)) / self._sizes[-1]
            for one in range(PROJECTS)
        ]
        found, total = [], 0.0
        order = range(PROJECTS - 1, -1, -1) if share < 0.1 else range(PROJECTS)
        for one in order:
            if total + sizes[one] <= share + 0.002:
                found.append(self.projects[one])
                total += sizes[one]
        return found
