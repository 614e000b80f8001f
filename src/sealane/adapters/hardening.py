"""Keep key bytes out of core dumps, other processes' debuggers and swap, as far as the system
allows.

Spec: R62; docs/operators.md §Keys.
"""

from __future__ import annotations

import ctypes
import os
import sys

_PR_SET_DUMPABLE = 4
_MCL_CURRENT, _MCL_ONFAULT = 1, 4


PROTECTIONS = ("no_core_dump", "not_traceable", "not_swapped")


def harden_process() -> tuple[str, ...]:
    """What was achieved, by name: `no_core_dump`, `not_traceable`, `not_swapped`; call before a
    keystore is opened.

    What the system refuses is left out of the answer and never stops the node; operators see the
    answer in its status. Pages that come later are locked by calling it again after the keystore is
    open.
    """
    found = []
    if _no_core_dump():
        found.append("no_core_dump")
    library = _libc()
    if library is not None:
        if library.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0:
            found.append("not_traceable")
        if library.mlockall(_MCL_CURRENT | _MCL_ONFAULT) == 0:
            found.append("not_swapped")
    return tuple(found)


def _no_core_dump() -> bool:
    if os.name != "posix":
        return False
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)


def _libc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    try:
        return ctypes.CDLL(None, use_errno=True)
    except OSError:
        return None
