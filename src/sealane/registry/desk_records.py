"""What the release desk keeps before anything leaves: drafts, templates and distribution lists.

Spec: docs/console.md §The release desk; R30.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class FormKind(StrEnum):
    """What a kept form is: one officer's draft, or what all of them begin with."""

    DRAFT = "draft"
    TEMPLATE = "template"
    LIST = "list"
    """Partners, with what is released to them: purpose, project, area."""


class FormState(StrEnum):
    """Where a kept form stands; nothing is deleted."""

    KEPT = "kept"
    SENT = "sent"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseForm:
    """The terms of a release that was not made yet, by the members of the operation that makes one;
    never its file.
    """

    id: str
    kind: FormKind
    name: str
    by: str
    """Whose draft it is, or who made the template or list."""
    since: str
    state: FormState = FormState.KEPT
    changed: str
    changed_by: str
    terms: dict[str, Any]
    item: str | None = None
    """What a draft was sent as."""
