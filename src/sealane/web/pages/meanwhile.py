"""What happened to an item since somebody read its page: a form of that page carries what was seen,
and where the item is another by now nothing is done, and the page says what happened meanwhile.

Spec: R12, R42; docs/console.md §Forms.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sealane.web import acting

MEMBERS = ("label", "state", "recalled")


def seen(held: Mapping[str, Any], count: int) -> str:
    """What a page showed, for its forms to carry: a digest of what acts turn on, and how much of
    the history there was.
    """
    told = {
        **{name: held[name] for name in MEMBERS},
        "transfers": [(one["to"], one["state"]) for one in held["transfers"]],
        "copies": [
            (one["nation"], one["number"], one["state"], one["place"], one["holder"], one["level"])
            for one in held["copies"]
        ],
    }
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return f"{digest}.{count}"


def is_stale(carried: str, now: str) -> bool:
    """Whether the item is another than the page showed that carried this; a form that carries
    nothing is judged by the act alone.
    """
    return bool(carried) and carried.partition(".")[0] != now.partition(".")[0]


def since(carried: str) -> int:
    """How much of the history the page showed."""
    return acting.number_of(carried.partition(".")[2], 7) or 0
