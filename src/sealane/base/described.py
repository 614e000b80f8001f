"""Types that are read are described when their module is loaded, never first by two threads at
once.
"""

from __future__ import annotations

from typing import Any

import msgspec


def described(*shapes: Any) -> None:
    """Have the library describe these types now.

    msgspec 0.22 makes the description of a record when it first reads one, and keeps it before it
    is whole: a second thread that reads the same type meanwhile ends the process. A module is
    loaded by one thread, while others wait.
    """
    for shape in shapes:
        msgspec.json.Decoder(shape)
