"""Whether one label keeps out everybody whom another keeps out.

Spec: R5, R13, R16.
"""

from __future__ import annotations

from sealane.base.errors import SealaneError
from sealane.labels.model.label import Label
from sealane.labels.rules.rollup import merge
from sealane.services.node import Node


def keeps(node: Node, least: Label, label: Label) -> bool:
    """Whether nobody is admitted by a label whom `least` keeps out: a product made of portions
    under both would bear it.
    """
    try:
        both = merge([least, label], node.schemes, at=node.host.now())
    except SealaneError:
        return False
    return (both.classification, both.categories) == (label.classification, label.categories)
