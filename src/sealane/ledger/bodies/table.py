"""Types, members and bounds of every statement as the table of spec/receipt.md §5, from the records
themselves.
"""

from __future__ import annotations

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from sealane.ledger.bodies import ANSWERS, TYPES
from sealane.ledger.bodies.shapes import Shape
from sealane.ledger.bodies.sizes import most_bytes


def markdown() -> str:
    """The table as it stands in the specification."""
    lines = [
        "| type | travels | is answered by | bytes at most | members |",
        "|---|---|---|---|---|",
    ]
    records: dict[type[Shape], None] = {}
    for name, (record, ways) in TYPES.items():
        travels = ", ".join(way.value for way in ways)
        answers = ", ".join(f"`{one}`" for one in sorted(ANSWERS.get(name, ()))) or "–"
        most = f"{most_bytes(name):,}"
        lines.append(f"| `{name}` | {travels} | {answers} | {most} | {_members(record, records)} |")
    lines += ["", "| object | members |", "|---|---|"]
    for shape in records:
        lines.append(f"| *{shape.__name__}* | {_members(shape, records)} |")
    return "\n".join(lines) + "\n"


def _members(record: type[Shape], records: dict[type[Shape], None]) -> str:
    hints = get_type_hints(record, include_extras=True)
    told = [f"`{member}`: {_bound(hint, records)}" for member, hint in hints.items()]
    return "; ".join(told)


def _bound(hint: Any, records: dict[type[Shape], None]) -> str:
    """One member's shape and bound in words; the records that it names are collected."""
    kind = get_origin(hint)
    if kind is Annotated:
        metas = [one for one in hint.__metadata__ if isinstance(one, msgspec.Meta)]
        for meta in metas:
            if meta.description:
                return meta.description
        most = next(meta.max_length for meta in metas if meta.max_length)
        return f"{_bound(hint.__origin__, records)} 0..{most}"
    if kind in (Union, types.UnionType):
        return " or ".join(_bound(one, records) for one in get_args(hint))
    if kind is tuple:
        return f"[{_bound(get_args(hint)[0], records)}]"
    if kind is dict:
        key, value = (_bound(one, records) for one in get_args(hint))
        return f"{{{key}: {value}}}"
    if kind is Literal:
        return " or ".join(f'"{word}"' for word in get_args(hint))
    if issubclass(hint, Shape):
        records[hint] = None
        return f"*{hint.__name__}*"
    return {bool: "true or false", type(None): "null", msgspec.UnsetType: "absent"}[hint]
