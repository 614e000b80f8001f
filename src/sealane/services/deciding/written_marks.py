"""What a line of text says as a mark, as this nation writes marks.

Spec: spec/labels.md; spec/export.md §2; spec/residue.md §1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sealane.base.errors import SealaneError
from sealane.labels.model.label import Label
from sealane.labels.nations import SYNTAX_PLACES, SYNTAXES, syntaxes_of
from sealane.services.node import Node

LONGEST = 500
"""Characters of a line that may be a mark."""


def read_mark(node: Node, line: str) -> Label | None:
    """The label that a line is the mark of, as this nation or one that shares no nation writes it;
    None where it is none.
    """
    if not line or len(line) > LONGEST:
        return None
    for syntax, text in _ways(node, line):
        try:
            label = SYNTAXES[syntax].parse(text, node.schemes, at=node.host.now()).label
        except SealaneError:
            continue
        return replace(label, originator=label.originator or node.party)
    return None


def _ways(node: Node, line: str) -> Iterable[tuple[str, str]]:
    """Each syntax, and the line as it would stand in it: a portion's in brackets."""
    own = node.schemes.get(node.party)
    for name in (*(() if own is None else syntaxes_of(own)), "tlp"):
        yield name, line
        portion = name.replace("banner", "portion")
        if portion != name and portion in SYNTAX_PLACES:
            yield portion, f"({line})"
