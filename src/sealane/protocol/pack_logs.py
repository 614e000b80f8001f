"""What a pack carries of the ledgers: resources of logs, as a log's own address would show them.

Each is a line (whose log, which path, how many bytes) and then its bytes; nothing else. What they
are worth is judged by whoever reads them, exactly as on the line.
Spec: spec/pack.md §4; C2SP tlog-tiles; R42, R59.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.protocol.pack_form import DAMAGED, LINE_MOST

Resources = Mapping[str, Mapping[str, bytes]]
"""By the origin of the maker's log, then by path under its address: the bytes."""


def encoded(logs: Resources) -> bytes:
    """The plain bytes of the ledgers' part."""
    found = bytearray()
    for origin, resources in sorted(logs.items()):
        for path, data in sorted(resources.items()):
            line = canonical.encode({"origin": origin, "path": path, "size": len(data)})
            found += line + b"\n" + data
    return bytes(found)


def decoded(data: bytes) -> dict[str, dict[str, bytes]]:
    """The resources of each log. Raises: Untrusted `pack.damaged`."""
    found: dict[str, dict[str, bytes]] = {}
    at = 0
    while at < len(data):
        end = data.find(b"\n", at, at + LINE_MOST)
        origin, path, size = _line(data[at:end] if end >= 0 else b"")
        at = end + 1 + size
        resources = found.setdefault(origin, {})
        if at > len(data) or path in resources:
            raise DAMAGED(why="its part of the ledgers is of another form")
        resources[path] = data[end + 1 : at]
    return found


def _line(line: bytes) -> tuple[str, str, int]:
    try:
        told: Any = canonical.decode(line)
    except SealaneError:
        told = None
    if isinstance(told, dict) and told.keys() == {"origin", "path", "size"}:
        origin, path, size = told["origin"], told["path"], told["size"]
        if isinstance(origin, str) and isinstance(path, str) and type(size) is int and size >= 0:
            return origin, path, size
    raise DAMAGED(why="its part of the ledgers is of another form")
