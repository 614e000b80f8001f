"""What a reader of a feed asks for: which objects, which of their versions, from where, how many.

Spec: TAXII 2.1 §3.4 (filtering), §3.5 (paging).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sealane.base.errors import Malformed, declare
from sealane.base.values import Instant, parse_instant
from sealane.labels.stix.definitions import is_id

PAGE_MOST, VALUES_MOST = 10_000, 1_000
"""Objects of one page, which is the usual page too: some programs read the first page only."""
_TYPE = re.compile(r"[a-z0-9-]{1,64}", re.ASCII)
MATCHES = ("id", "type", "version", "spec_version")

BAD_FILTER = declare(
    "feed.filter",
    Malformed,
    "{what} is not as TAXII 2.1 says.",
    "{what} の指定が TAXII 2.1 のとおりではありません。",
    "See TAXII 2.1, 3.4: added_after, limit, next, match[id|type|version|spec_version].",
    "TAXII 2.1 の 3.4（added_after、limit、next、match[...]）を参照してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFilter:
    """One question, without where it goes on: the same question has the same `digest`."""

    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    specs: tuple[str, ...] = ()
    last: bool = True
    first: bool = False
    every: bool = False
    versions: tuple[int, ...] = ()
    """Versions that are named, in nanoseconds since 1970."""
    added_after: int | None = None
    """In microseconds since 1970, as `date_added` is."""

    @property
    def digest(self) -> str:
        """Of all of it."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def read_filter(
    given: Iterable[tuple[str, str]], *, allowed: Iterable[str] = MATCHES, every: bool = False
) -> FeedFilter:
    """The filter that a question's parameters state; those that are none of ours are left.

    Args:
        allowed: what `match[...]` may be about here.
        every: whether all versions are meant where none is named.
    Raises: Malformed `feed.filter`.
    """
    says: dict[str, Any] = {"every": every, "last": not every}
    seen: set[str] = set()
    for name, text in given:
        if name in seen:
            raise BAD_FILTER(what=name[:40])
        seen.add(name)
        if name == "added_after":
            says["added_after"] = _instant(text, name) // 1000
        if not name.startswith("match["):
            continue
        what = name.removeprefix("match[").removesuffix("]")
        if not name.endswith("]") or what not in set(allowed):
            raise BAD_FILTER(what=name[:40])
        says |= _matched(what, text)
    return FeedFilter(**says)


def read_limit(text: str | None) -> int:
    """How many objects are wanted; more than a page holds is a page. Raises: Malformed
    `feed.filter`.
    """
    if text is None:
        return PAGE_MOST
    if not re.fullmatch(r"[0-9]{1,18}", text, re.ASCII) or int(text) < 1:
        raise BAD_FILTER(what="limit")
    return min(int(text), PAGE_MOST)


def _matched(what: str, text: str) -> dict[str, Any]:
    values = tuple(dict.fromkeys(text.split(",")))
    if not 1 <= len(values) <= VALUES_MOST:
        raise BAD_FILTER(what=f"match[{what}]")
    if what == "version":
        return _versions(values)
    fits: dict[str, Callable[[str], object]] = {
        "id": is_id,
        "type": _TYPE.fullmatch,
        "spec_version": lambda one: one in ("2.0", "2.1"),
    }
    if not all(fits[what](one) for one in values):
        raise BAD_FILTER(what=f"match[{what}]")
    return {{"id": "ids", "type": "types", "spec_version": "specs"}[what]: values}


def _versions(values: tuple[str, ...]) -> dict[str, Any]:
    words = {"first": "first", "last": "last", "all": "every"}
    dates = [one for one in values if one not in words]
    return {
        **{member: word in values for word, member in words.items()},
        "versions": tuple(sorted(_instant(one, "match[version]") for one in dates)),
    }


def _instant(text: str, what: str) -> Instant:
    try:
        return parse_instant(text)
    except Malformed:
        raise BAD_FILTER(what=what) from None
