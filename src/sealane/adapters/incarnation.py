"""Which process this is, in a word that no other process ever has, and whether the process of such
a word still runs, as far as it can be known from here.

A number of a process is one machine's, and is given again: the word names machine, start of the
machine, number and start of the process. Spec: docs/operators.md "Several processes".
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
from functools import lru_cache
from pathlib import Path

_WORD = re.compile(r"([0-9a-f]{12})-([0-9a-f]{8})-([0-9]{1,10})-([0-9]{1,20})", re.ASCII)
_ENDED = frozenset("ZXx")


def own() -> str:
    """The word of this process."""
    return _own(os.getpid())


@lru_cache(maxsize=1)
def _own(pid: int) -> str:
    return f"{_machine()}-{_boot()}-{pid}-{_started(pid) or 0}"


def runs(word: str) -> bool | None:
    """Whether the process of a word runs; None where that cannot be known here: it is another
    machine's, or the word is none.
    """
    found = _WORD.fullmatch(word)
    if found is None or found[1] != _machine():
        return None
    if found[2] != _boot():
        return False
    started = _started(int(found[3]))
    return started is not None and started == int(found[4])


@lru_cache(maxsize=1)
def _machine() -> str:
    """This machine, container or pod: what shares our process numbers."""
    parts = [_text(Path("/etc/machine-id")), socket.gethostname()]
    try:
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    except OSError:
        parts.append("")
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:12]


@lru_cache(maxsize=1)
def _boot() -> str:
    text = _text(Path("/proc/sys/kernel/random/boot_id"))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _started(pid: int) -> int | None:
    """When a process began, in ticks since the machine did; None where none of that number runs;
    0 where the system does not tell.
    """
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return _asked(pid)
    # the name in parentheses may hold anything
    state, *rest = told.rpartition(")")[2].split()
    return None if state in _ENDED else int(rest[18])


def _asked(pid: int) -> int | None:
    if Path("/proc/self/stat").exists():
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return 0
    return 0
