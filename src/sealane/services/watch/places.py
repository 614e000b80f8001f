"""How far each log was read, as a cursor that whoever reads keeps; it is of no worth elsewhere.

A cursor carries the node's own word for what it says, and to whom and of what it was given: reading
on from one needs no record of its own only for whoever's beginning is on record.
Spec: docs/operators.md "The ledger as a feed"; R57.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sealane.base import base64url, canonical
from sealane.base.errors import Malformed, SealaneError, declare
from sealane.services.node import Node

MAX_CURSOR = 65_536
FORM = 2

BAD_CURSOR = declare(
    "feed.cursor",
    Malformed,
    "The cursor is none that this feed gave.",
    "カーソルがこのフィードの発行したものではありません。",
    "Send the last `after` as it came, or none to begin anew.",
    "直前の `after` をそのまま送るか、最初から始める場合は省略してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReader:
    """Who reads the logs: what that is called on record, who it is, and whether of each entry the
    whole is shown, or the operator's edition.
    """

    register: str
    person: str | None
    whole: bool


def mark(origin: str) -> str:
    """What stands for a log, or a person, in a cursor."""
    return hashlib.sha256(origin.encode()).hexdigest()[:16]


def written(node: Node, places: Mapping[str, int], reader: LedgerReader) -> str:
    """The cursor of these places, by origin, as it is given to who reads."""
    held = {mark(origin): place for origin, place in places.items() if place}
    told = {"v": FORM, "of": reader.register, "by": mark(reader.person or ""), "at": held}
    return base64url.encode(canonical.encode({**told, "word": _word(node, told)}))


def read(node: Node, text: str | None, register: str) -> dict[str, int]:
    """The places of a cursor, by `mark`. Raises: Malformed `feed.cursor`."""
    return {} if not text else dict(_proven(node, text, register)["at"])


def begins(node: Node, text: str | None, register: str, person: str | None) -> bool:
    """Whether who sends a cursor begins to read: with none, or with one that was given to somebody
    else. Raises: Malformed `feed.cursor`.
    """
    return not text or _proven(node, text, register)["by"] != mark(person or "")


def _proven(node: Node, text: str, register: str) -> dict[str, Any]:
    """What a cursor says, once it is this node's own word about this register."""
    try:
        if len(text) > MAX_CURSOR:
            raise BAD_CURSOR()
        told = canonical.decode(base64url.decode(text), limit=MAX_CURSOR)
    except (SealaneError, ValueError):
        raise BAD_CURSOR() from None
    word = told.pop("word", None) if isinstance(told, dict) else None
    if not isinstance(word, str) or not hmac.compare_digest(
        word.encode("utf-8", "replace"), _word(node, told).encode()
    ):
        raise BAD_CURSOR()
    if (told["v"], told["of"]) != (FORM, register):
        raise BAD_CURSOR()
    return dict(told)


def _word(node: Node, told: Mapping[str, Any]) -> str:
    """The node's word; one without a keystore gives no cursor and knows none."""
    if node.bound is None:
        raise BAD_CURSOR()
    return node.bound.vouches("ledger cursor", told)[:48]
