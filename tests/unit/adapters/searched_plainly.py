"""A register to search in, and the oracle: what a plain reading of every row finds."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any

from sealane.base.values import Instant, format_instant, parse_instant
from sealane.labels.model.label import label_from_json
from sealane.registry import search_words
from sealane.registry.records import Direction, Item, ItemState
from sealane.registry.searched import Counted, LabelClass, PageAsked, Sought, VisiblePart, class_of

START = parse_instant("2026-11-01T00:00:00Z")
WORDS = (
    "harbour",
    "watch",
    "survey",
    "cable",
    "港湾監視",
    "船舶動向",
    "報告",
    "海底",
    "ケーブル",
    "戦闘機",
)
PROJECTS = (None, "harbour-watch", "blue", "青", "north", "south")
AREAS, LEVELS = ("maritime", "cyber", "defence"), ("SECRET", "PROTECTED", "TOP SECRET")


def made(number: int, dice: random.Random, **changes: Any) -> Item:
    facts = {
        "originator": dice.choice(("aus.analyst", "aus.hayes", None)),
        "project": dice.choice(PROJECTS),
        "area": dice.choice(AREAS),
        "kind": dice.choice(("file", "oral")),
    }
    categories = [{"tag": "Caveat", "type": "restrictive", "values": ["X"]}]
    row: dict[str, Any] = {
        "id": f"AUS-2026-{number:06d}",
        "direction": dice.choice(list(Direction)),
        "provider": dice.choice(("AUS", "JPN")),
        "agreement": dice.choice(("jpn-aus-2022", "")),
        "agreement_digest": "",
        "facts": facts,
        "label": {
            "policy": "AUS",
            "classification": dice.choice(LEVELS),
            "categories": categories if dice.random() < 0.2 else [],
            "created": format_instant(Instant(START + number)),
        },
        "handle_as": dice.choice((None, "極秘", "SECRET")),
        "title": " ".join(dice.choices(WORDS, k=dice.randint(0, 4))),
        "media_type": "text/plain",
        "state": dice.choice(list(ItemState)),
        "created": format_instant(Instant(START + number * 10**9)),
        "reference": dice.choice((None, f"ref-{number} survey")),
    }
    return Item(**(row | changes))


def label_class(item: Item) -> LabelClass:
    label = label_from_json(item.label)
    return class_of(label, item.agreement, item.provider, item.facts["area"])


def plainly(items: Sequence[Item], sought: Sought, sight: Any) -> list[Item]:
    """What a reading of every row finds: the oracle, newest first."""
    found = []
    for item in reversed(items):
        label, facts = item.label, item.facts
        projects, names, reached = sight or ((), (), ())
        told = sight is None or label_class(item) in reached
        if sight is not None and facts["project"] not in projects and item.id not in names:
            continue
        text = f"{item.id} {item.provider} {facts['originator'] or ''}"
        if told:
            text += f" / {item.title} / {item.reference or ''} / {facts['project'] or ''}"
        if sought.words is not None and not has(text, sought.words):
            continue
        asked = {
            "area": (facts["area"],),
            "level": (label["classification"], item.handle_as),
            "originator": (item.provider,),
            "author": (facts["originator"],),
            "state": (item.state,),
            "direction": (item.direction,),
            "kind": (facts["kind"],),
        }
        if any(getattr(sought, one) not in (None, *held) for one, held in asked.items()):
            continue
        created = parse_instant(item.created)
        if (sought.since or 0) <= created < (sought.until or created + 1):
            found.append(item)
    return found


def has(text: str, words: Any) -> bool:
    """Every word, each in its order; none at all is not found."""
    cut = search_words.cut(text)
    return bool(words) and all(
        any(begins(cut[at : at + len(phrase)], phrase) for at in range(len(cut)))
        for phrase in words
    )


def begins(cut: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether these are the words of a phrase, of which one with a star says how a word begins."""
    return len(cut) == len(phrase) and all(
        one.startswith(word[:-1]) if word.endswith("*") else one == word
        for one, word in zip(cut, phrase, strict=True)
    )


def words(text: str | None) -> Any:
    return None if text is None else tuple(map(tuple, search_words.asked(text)))


def facets(counted: Iterable[Counted]) -> dict[Any, int]:
    told: dict[Any, int] = {}
    for one in counted:
        key = one.area, one.level, one.originator, one.state
        told[key] = told.get(key, 0) + one.count
    return told


def facets_of(items: Iterable[Item]) -> dict[Any, int]:
    told: dict[Any, int] = {}
    for one in items:
        key = one.facts["area"], one.label["classification"], one.provider, str(one.state)
        told[key] = told.get(key, 0) + 1
    return told


def seeing(
    projects: Iterable[str] = (), items: Iterable[str] = (), reached: Iterable[int] = ()
) -> VisiblePart:
    return VisiblePart(
        projects=frozenset(projects), items=frozenset(items), reached=frozenset(reached)
    )


def both(records: Any, tx: Any, sought: Sought, sight: Any, items: Sequence[Item]) -> None:
    """The pages of an index and of the oracle agree, and so do the counts."""
    visible = None
    if sight is not None:
        reached = [number for number, one in records.search.classes(tx).items() if one in sight[2]]
        visible = seeing(sight[0], sight[1], reached)
    wanted = plainly(items, sought, sight)
    after: str | None = None
    found: list[str] = []
    while page := records.search.page(tx, sought, visible, PageAsked(limit=23, after=after)):
        found += page
        after = page[-1]
    assert found == [one.id for one in wanted], (sought, sight)
    assert facets(records.search.counts(tx, sought, visible)) == facets_of(wanted)
    ranked = PageAsked(limit=1000, by_relevance=True)
    assert set(records.search.page(tx, sought, visible, ranked)) == set(found)
