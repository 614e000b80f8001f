"""Every field that may stand in a ledger entry, with its type: identifiers, digests, numbers and
codes, never content or free text.

Spec: spec/ledger.md §3; R57.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sealane.base import base64url, canonical
from sealane.base.values import country, identifier, parse_instant
from sealane.crypto import jws
from sealane.ledger.log.checkpoint import parse_checkpoint

_HEX384 = re.compile(r"[0-9a-f]{96}")
_HEX256 = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_GRADE = re.compile(r"(?:[A-F][1-6])?")
_ORIGIN = re.compile(r"[!-~]{1,255}")
_CLAUSE = re.compile(
    r"[\w.():/§-]{1,64}(?: [\w.():/§-]{1,40})?"
)  # a number, or a word and a number; no sentence
MAX_NOTE_FIELD = MAX_RESULT = 48_000


COMMON = (
    "node",
    "peer",
    "actor",
    "proof",
    "second",
    "second_proof",
    "object",
    "copy",
    "agreement",
    "agreement_digest",
    "label_digest",
    "purpose",
    "rule",
    "outcome",
    "decision",
    "reason",
    "statement",
    "prev",
)
"""Fields any kind may hold: who, what, why, under which clause, with which outcome (R57)."""


def _text(pattern: re.Pattern[str]) -> Callable[[Any], object]:
    def check(value: Any) -> object:
        if not isinstance(value, str) or pattern.fullmatch(value) is None:
            raise ValueError
        return value

    return check


def _number(value: Any) -> object:
    if type(value) is not int or value < 0:
        raise ValueError
    return value


def _truth(value: Any) -> object:
    if type(value) is not bool:
        raise ValueError
    return value


def _many(check: Callable[[Any], object]) -> Callable[[Any], object]:
    def each(value: Any) -> object:
        if not isinstance(value, list) or len(value) > 256:
            raise ValueError
        return [check(one) for one in value]

    return each


def _note(value: Any) -> object:
    if not isinstance(value, str) or len(value) > MAX_NOTE_FIELD:
        raise ValueError
    return parse_checkpoint(value.encode())


def _result(value: Any) -> object:
    """A signed list of logs with their sizes, roots and faults; its form, not its signatures."""
    if not isinstance(value, str) or len(value) > MAX_RESULT:
        raise ValueError
    payload, _ = jws.read(value.encode())
    held = canonical.decode(base64url.decode(payload))
    if not isinstance(held, dict) or set(held) != {"v", "at", "held", "logs"}:
        raise ValueError
    parse_instant(held["at"])
    for log in held["logs"]:
        if set(log) != {"origin", "size", "root", "heads", "error"}:
            raise ValueError
        _text(_ORIGIN)(log["origin"])
    return held


_id, _code, _digest = identifier, _text(_CODE), _text(_HEX384)
FIELDS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "node": ("identifier", _id),
    "peer": ("country or identifier", _id),
    "actor": ("identifier", _id),
    "proof": ("code", _code),
    "second": ("identifier", _id),
    "second_proof": ("code", _code),
    "object": ("identifier", _id),
    "copy": ("number", _number),
    "agreement": ("identifier", _id),
    "agreement_digest": ("SHA-384", _digest),
    "label_digest": ("SHA-384", _digest),
    "purpose": ("code", _code),
    "rule": ("clause", _text(_CLAUSE)),
    "outcome": ("code", _code),
    "decision": ("SHA-384", _digest),
    "reason": ("code", _code),
    "statement": ("SHA-384", _digest),
    "prev": ("SHA-384", _digest),
    "origin": ("log origin", _text(_ORIGIN)),
    "size": ("number", _number),
    "root": ("SHA-256", _text(_HEX256)),
    "shadow_root": ("SHA-384", _digest),
    "note": ("checkpoint text", _note),
    "kid": ("identifier", _id),
    "kids": ("identifiers", _many(_id)),
    "suite": ("code", _text(re.compile(r"[A-Za-z0-9-]{1,40}"))),
    "party": ("country", country),
    "parties": ("countries", _many(country)),
    "away": ("countries", _many(country)),
    "object_digest": ("SHA-384", _digest),
    "object_sha256": ("SHA-256", _text(_HEX256)),
    "policy": ("identifier", _id),
    "clauses": ("clauses", _many(_text(_CLAUSE))),
    "people": ("identifiers", _many(_id)),
    "items": ("identifiers", _many(_id)),
    "due": ("instant", parse_instant),
    "until": ("instant", parse_instant),
    "from_index": ("number", _number),
    "to_index": ("number", _number),
    "count": ("number", _number),
    "threshold": ("number", _number),
    "state": ("code", _code),
    "version": ("code", _code),
    "before": ("code", _code),
    "path": ("code", _code),
    "means": ("code", _code),
    "result": ("signed result", _result),
    "lacking": ("codes", _many(_code)),
    "covered": ("codes", _many(_code)),
    "grades": ("grades of sources, or empty", _many(_text(_GRADE))),
    "settled": ("truth", _truth),
    "facility": ("identifier", _id),
    "record": ("SHA-384", _digest),
    "row": ("SHA-384", _digest),
    "briefing": ("identifier", _id),
    "by": ("country", country),
    "to": ("country", country),
    "said": ("instant", parse_instant),
    "answers": ("SHA-384", _digest),
    "type": ("code", _code),
    "register": ("code", _code),
    "role": ("code", _code),
    "credential": ("identifier", _id),
    "act": ("code", _code),
    "source": ("SHA-256", _text(_HEX256)),
}
"""Every field that may ever stand in an entry, with its type."""

MEMBER_FIELDS = {
    "answers": "answers",
    "decision": "decision",
    "container": "object_digest",
    "purpose": "purpose",
    "code": "reason",
    "clauses": "clauses",
    "state": "state",
    "suite": "suite",
    "copy": "copy",
}
"""Members of a statement's body that its entry tells, where they have the field's shape, and the
field they stand in.
"""
