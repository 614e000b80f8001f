"""How a label is told in a line of text. Spec: spec/interfaces.md §1; R12."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.base.visible import visible


def marked(label: Mapping[str, Any]) -> str:
    """The mark in the form in which its nation writes it, after the nation's code."""
    from sealane import shipped
    from sealane.web import shown

    return f"{label['policy']} {visible(shown.mark_of(shipped.schemes(), label).text)}"
