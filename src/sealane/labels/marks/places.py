"""A scheme's verdict on a mark that is being read: what it refuses in the label is pointed at in
the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sealane.base.errors import SealaneError
from sealane.base.values import Instant
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Scheme

_CATEGORY = re.compile(r"categories\[(\d{1,4})\]")


def check_in_text(
    scheme: Scheme,
    label: Label,
    places: Mapping[str, int],
    *,
    at: Instant | None = None,
    start: int = 0,
) -> None:
    """Accept the label that a text says, or refuse it with the place in the text.

    Args:
        places: where each tag, and `classification`, stands in the text.
        start: where to point when what is wrong stands nowhere by itself.
    Raises: as `Scheme.check`.
    """
    try:
        scheme.check(label, at=at)
    except SealaneError as error:
        error.position = _in_text(error.position, label, places, start)
        raise


def _in_text(
    position: int | str | None, label: Label, places: Mapping[str, int], start: int
) -> int:
    in_label = str(position)
    category = _CATEGORY.match(in_label)
    if category is not None and int(category[1]) < len(label.categories):
        return places.get(label.categories[int(category[1])].tag, start)
    return places.get(in_label, start)
