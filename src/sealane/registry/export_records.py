"""What a register keeps of files that are to leave for a domain of lower protection.

Spec: spec/export.md §4; R37.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ExportState(StrEnum):
    """Where an export stands: the states of its life."""

    HELD = "held"
    """It waits for a second person."""
    PASSED = "passed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardedExport:
    """One file that is to leave, as it was checked, and what became of it."""

    id: str
    item: str
    """Under which the file is registered and sealed here."""
    domain: str
    document: str
    """SHA-384 of the file, hex: what leaves is this and nothing else."""
    size: int
    name: str
    media_type: str
    label: dict[str, Any]
    carrier: str
    """Where its mark was found: `pdf`, `ooxml`, `sidecar`, `text`."""
    findings: list[dict[str, Any]]
    unread: list[dict[str, Any]]
    """What nobody here can read of it, which who holds it answers for by `reason`."""
    reason: str | None = None
    state: ExportState = ExportState.HELD
    held_by: str
    since: str
    settled_by: str | None = None
    settled: str | None = None
    words: str | None = None
    """What the second person said."""
    slip: str | None = None
    """What the node signed when it passed."""
