"""One STIX object as it is taken: by its name and version, as it was written.

Properties that nobody here knows are kept. What an object must have is asked of it alone; one that
lacks it is refused with the reason, and stops no other.
Spec: STIX 2.1 §2.9, §3.2, §3.6; TAXII 2.1 §3.4.1 (versions); spec/feeds.md §What is taken.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Malformed, declare
from sealane.base.values import DAY, Instant, parse_instant
from sealane.feeds.stream import OBJECT_MOST
from sealane.labels.stix.definitions import is_id

AHEAD = DAY
"""How far an object's dates may lie ahead: a clock that is off is not one of next year."""
DEFINITION = "marking-definition"
_TYPE = re.compile(r"[a-z0-9-]{3,64}", re.ASCII)
# fmt: off
DATED = frozenset({
    "attack-pattern", "campaign", "course-of-action", "grouping", "identity", "incident",
    "indicator", "infrastructure", "intrusion-set", "location", "malware", "malware-analysis",
    "note", "observed-data", "opinion", "report", "threat-actor", "tool", "vulnerability",
    "relationship", "sighting", "language-content", "extension-definition",
})
# fmt: on
"""Types whose objects say when they were made and last changed."""

BAD_OBJECT = declare(
    "feed.object",
    Malformed,
    "This is no STIX object: {why}.",
    "STIX オブジェクトではありません：{why}。",
    "Write it as STIX 2.1 says; the others of the bundle were taken.",
    "STIX 2.1 のとおりに書いてください。バンドルの他のオブジェクトは受け付けました。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedObject:
    """One object: its id and type, its version as it is written and as an instant (None: it has
    none, and takes the time at which it comes), its text, and a digest of what it says.
    """

    id: str
    type: str
    version: Instant | None
    version_text: str | None
    spec: str
    text: str
    digest: str
    value: dict[str, Any]


def read_object(text: str, *, at: Instant) -> FeedObject:
    """An object from its text. Raises: Malformed `feed.object`, `json.*`."""
    value = canonical.parse(text, limit=OBJECT_MOST)
    # 1. it has a name, and the name says of what type it is
    if not isinstance(value, dict):
        raise BAD_OBJECT(why="not an object")
    kind, name = value.get("type"), value.get("id")
    if not isinstance(kind, str) or not _TYPE.fullmatch(kind) or kind == "bundle":
        raise BAD_OBJECT(position="type", why="it has no type")
    if not is_id(name) or str(name).partition("--")[0] != kind:
        raise BAD_OBJECT(position="id", why="its id is not type--UUID")
    # 2. it was written to a version of the specification that is known
    created, modified = _instant(value, "created"), _instant(value, "modified")
    spec = value.get("spec_version", "2.0" if created is not None else "2.1")
    if spec not in ("2.0", "2.1"):
        raise BAD_OBJECT(position="spec_version", why="spec_version is 2.1")
    # 3. its dates are dates, in order, and none is far ahead of now
    if kind in DATED and (created is None or modified is None):
        raise BAD_OBJECT(position="created", why="it lacks created or modified")
    if kind == DEFINITION and created is None:
        raise BAD_OBJECT(position="created", why="it lacks created")
    if modified is not None and (created is None or modified < created):
        raise BAD_OBJECT(position="modified", why="modified lies before created")
    if max(created or 0, modified or 0) > at + AHEAD:
        raise BAD_OBJECT(position="modified", why="its dates lie in the future")
    member = "modified" if modified is not None else "created"
    return FeedObject(
        id=str(name),
        type=kind,
        version=modified if modified is not None else created,
        version_text=value.get(member),
        spec=str(spec),
        text=text,
        digest=digest_of(value),
        value=value,
    )


def name_of(text: str) -> str:
    """What an object that was not taken calls itself, as far as that can be told."""
    try:
        value = canonical.parse(text, limit=OBJECT_MOST)
    except Malformed:
        return "-"
    name = value.get("id") if isinstance(value, dict) else None
    return name[:120] if isinstance(name, str) and name.isprintable() else "-"


def digest_of(value: Any) -> str:
    """SHA-256 of what an object says, whatever the order and the spaces in which it says so."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _instant(value: dict[str, Any], member: str) -> Instant | None:
    if member not in value:
        return None
    try:
        return parse_instant(value[member])
    except Malformed:
        raise BAD_OBJECT(position=member, why=f"{member} is no timestamp") from None
