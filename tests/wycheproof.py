"""The cases of Project Wycheproof that concern the primitives which Sealane wraps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parent / "vectors" / "wycheproof"


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of one file; see the README beside it."""
    found = json.loads((VECTORS / f"{name}.json").read_bytes())["cases"]
    assert found, name
    return list(found)
