"""`item search`: a page of items with its total and facets, each as far as the person sees.

Spec: spec/interfaces.md §5; docs/search.md; R11, R21.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sealane.base.errors import Malformed, declare
from sealane.base.values import parse_instant
from sealane.registry import search_words
from sealane.registry.searched import COUNTED, Counted, PageAsked, Sought
from sealane.services.deciding.reach import sight_of
from sealane.services.node import Node, OpenRegister
from sealane.services.register import views

USUAL, MOST = 50, 1000
LONGEST, DEEPEST = 500, 10_000
FACETS = ("area", "level", "originator", "state")
NEWEST, RELEVANCE = "newest", "relevance"

BAD_TEXT = declare(
    "search.text",
    Malformed,
    "A text to search for has at most {most} characters.",
    "検索する文字列は {most} 字までです。",
    "Name a few words.",
    "いくつかの語に絞ってください。",
)
BAD_LIMIT = declare(
    "search.limit",
    Malformed,
    "A page has 1 to {most} items.",
    "1 ページの件数は 1～{most} です。",
    "Ask for another number.",
    "別の件数を指定してください。",
)
BAD_CURSOR = declare(
    "search.cursor",
    Malformed,
    "There is no page after {after!r}.",
    "{after!r} の後のページはありません。",
    "Begin anew, and go on with the `after` of the page before.",
    "最初から検索し、前のページの `after` を使って続けてください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAsked:
    """A question as a person puts it; instants are RFC 3339 texts, and None asks nothing."""

    text: str | None = None
    area: str | None = None
    level: str | None = None
    originator: str | None = None
    """A nation, or a person."""
    state: str | None = None
    direction: str | None = None
    kind: str | None = None
    since: str | None = None
    until: str | None = None
    by: str = NEWEST

    def as_json(self) -> dict[str, str]:
        """What is asked, and nothing else."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def sought(self) -> Sought:
        """The same as the index is asked. Raises: Malformed `search.text`, `value.instant`."""
        if self.text is not None and len(self.text) > LONGEST:
            raise BAD_TEXT(most=LONGEST)
        words = None if not self.text else search_words.asked(self.text)
        if any("\0" in value for value in self.as_json().values()):
            words = []  # no row holds what no database of ours can
        nation = self.originator if re.fullmatch("[A-Z]{3}", self.originator or "") else None
        return Sought(
            words=None if words is None else tuple(map(tuple, words)),
            area=self.area,
            level=self.level,
            originator=nation,
            author=None if nation else self.originator,
            state=self.state,
            direction=self.direction,
            kind=self.kind,
            since=None if self.since is None else parse_instant(self.since),
            until=None if self.until is None else parse_instant(self.until),
        )


def search(
    node: Node | OpenRegister,
    reader: Mapping[str, Any] | None,
    asked: SearchAsked,
    *,
    limit: int = USUAL,
    after: str | None = None,
    counts: bool = True,
) -> dict[str, Any]:
    """One page of what is found, the newest first or the best, how many there are in all, and how
    many of each value; of what the person sees, and of nothing else. `exact` says whether that is
    all, or as many as are counted.

    Args:
        reader: the record of who asks; None: as staff.
        after: what the page before answered under this name.
        counts: whether anything is counted, as it need not be for a page that is not the first.
    Raises: Malformed `search.text`, `search.limit`, `search.cursor`, `value.instant`; Misconfigured
    `search.stale`.
    """
    if not 1 <= limit <= MOST:
        raise BAD_LIMIT(most=MOST)
    sought, page = asked.sought(), _page(asked, limit + 1, after)
    with node.store.reading() as tx:
        sight, index = sight_of(node, tx, reader), node.records.search
        visible = sight.visible(index.classes(tx))
        names = index.page(tx, sought, visible, page)
        if names is None:
            raise BAD_CURSOR(after=str(after)[:80])
        counted = index.counts(tx, sought, visible) if counts else []
        shown = names[:limit]
        items = [views.edition(sight, line) for line in views.named(node, tx, shown)]
    total = sum(one.count for one in counted)
    return {
        "items": items,
        "total": total if counts else None,
        "exact": counts and (sought.words is None or total < COUNTED),
        "facets": {name: _facet(counted, name) for name in FACETS},
        "after": _next(page, shown) if len(names) > limit else None,
    }


def _page(asked: SearchAsked, limit: int, after: str | None) -> PageAsked:
    """Newest first a page begins after an item; by relevance after so many. Raises: Malformed
    `search.cursor`.
    """
    if asked.by != RELEVANCE or not asked.text:
        return PageAsked(limit=limit, after=after)
    skip = after or "0"
    if not re.fullmatch("[0-9]{1,5}", skip) or int(skip) > DEEPEST:
        raise BAD_CURSOR(after=skip[:80])
    return PageAsked(limit=limit, skip=int(skip), by_relevance=True)


def _next(page: PageAsked, shown: list[str]) -> str | None:
    if not page.by_relevance:
        return shown[-1]
    skip = page.skip + len(shown)
    return str(skip) if skip <= DEEPEST else None


def _facet(counted: Iterable[Counted], name: str) -> dict[str, int]:
    """How many have each value, the most first."""
    counts: dict[str, int] = {}
    for one in counted:
        value = getattr(one, name)
        counts[value] = counts.get(value, 0) + one.count
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
