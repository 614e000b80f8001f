"""An entry as a line of the Common Event Format, version 0.

A header's `|` and `\\`, an extension's `=` and `\\`, and every end of a line are escaped, so that
no value can begin another field or another event. Spec: docs/operators.md "The ledger as a feed".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from sealane.ledger.kinds import KINDS
from sealane.ledger.siem.fed import Fed, actor, sort_of, succeeded, thing

MILLISECOND = 1_000_000
_SEVERITY = {1: 2, 2: 4, 3: 6, 4: 8, 5: 10}
_ENDS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""Whatever any reader takes for the end of a line."""
LABELLED = ("agreement", "statement", "decision", "purpose", "clauses", "leaf")
"""What stands in the six custom strings, in this order."""


def line(entry: Fed, version: str) -> str:
    """The event, without the end of its line. Args: version: the program's."""
    sort = sort_of(entry)
    says = KINDS[entry.kind].says if entry.kind in KINDS else entry.kind
    head = ("CEF:0", "Sealane", "Sealane", version, entry.kind, says)
    words = [*(_in_head(one) for one in head), str(_SEVERITY[sort.severity])]
    told = " ".join(f"{key}={_in_extension(value)}" for key, value in _extension(entry))
    return "|".join([*words, told])


def _extension(entry: Fed) -> Iterator[tuple[str, str]]:
    kind, name = thing(entry)
    yield "rt", str(entry.at // MILLISECOND)
    yield "externalId", entry.uid
    yield "dvchost", entry.node
    yield "cat", sort_of(entry).of.value[2]
    yield "act", entry.kind
    yield "outcome", "success" if succeeded(entry) else "failure"
    if isinstance(reason := entry.fields.get("reason"), str):
        yield "reason", reason
    if (who := actor(entry)) is not None:
        yield "suser", who
    yield "fileType", kind
    yield "fname", name
    held: dict[str, Any] = {**entry.fields, "leaf": entry.leaf}
    for number, field in enumerate(LABELLED, 1):
        if field in held:
            yield f"cs{number}", _words(held[field])
            yield f"cs{number}Label", field
    rest = {
        field: value
        for field, value in sorted(held.items())
        if field not in (*LABELLED, "reason", "actor", "object", "result", "note")
    }
    if rest:
        yield "msg", json.dumps(rest, separators=(",", ":"), sort_keys=True)


def _words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _in_head(text: str) -> str:
    return _ENDS.sub(" ", text.replace("\\", "\\\\").replace("|", "\\|"))


def _in_extension(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("=", "\\=").replace("\r\n", "\n")
    return _ENDS.sub(lambda end: "\\r" if end[0] == "\r" else "\\n", escaped)
