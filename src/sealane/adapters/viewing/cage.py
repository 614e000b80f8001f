"""What a child shuts itself out of before it looks at a byte of a document.

Spec: docs/console.md §Page by page.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
from collections.abc import Iterable, Mapping

_NEWNS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = (
    0x00020000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
ALONE = _NEWUSER | _NEWNET | _NEWIPC
"""Namespaces of a child that needs no file of its own."""
WITH_FILES = ALONE | _NEWNS | _NEWPID
"""… and of one that works in a file system of memory and starts programs."""

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_PR_SET_NO_NEW_PRIVS = 38
EXECUTE, READ = 1, 0b1100
_BITS_OF = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights over files each version of landlock knows; later ones as the last."""
_TRUNCATE = 1 << 14


def limit(*, memory: int, seconds: int, files: int, size: int, processes: int | None) -> None:
    """What the system itself ends a process for: no core dump, so much memory and processor time,
    so many open files and so large ones, and so many processes.
    """
    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_NOFILE: files,
        resource.RLIMIT_FSIZE: size,
    }
    if processes is not None:
        bounds[resource.RLIMIT_NPROC] = processes
    for kind, most in bounds.items():
        resource.setrlimit(kind, (most, most))


def leave(namespaces: int) -> bool:
    """Go where there is no network and no process to talk to; False where the system refuses."""
    user, group = os.getuid(), os.getgid()
    if ctypes.CDLL(None, use_errno=True).unshare(namespaces):
        return False
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        try:
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123 - the kernel's
                file.write(text)
        except OSError:  # still in the namespaces, as nobody
            break
    return True


def only(places: Mapping[int, Iterable[str]]) -> bool:
    """From now on no file is reached but below these folders, by their rights; False where the
    system has no landlock.
    """
    library = ctypes.CDLL(None, use_errno=True)
    version = library.syscall(_CREATE, None, 0, 1)
    if version < 1:
        return False
    every = (1 << _BITS_OF.get(version, _BITS_OF[5])) - 1
    # rights over files; then, where known, over TCP and over abstract sockets and signals
    words = [every, *([3] if version >= 4 else []), *([3] if version >= 6 else [])]
    rules = ctypes.create_string_buffer(struct.pack(f"={len(words)}Q", *words))
    held = library.syscall(_CREATE, rules, 8 * len(words), 0)
    if held < 0:
        return False
    for rights, names in places.items():
        for name in names:
            _add(library, held, rights & every, name)
    library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    done: int = library.syscall(_RESTRICT, held, 0)
    os.close(held)
    return done == 0


EVERYTHING = (1 << 16) - 1
_OF_A_FILE = EXECUTE | 0b110 | _TRUNCATE | (1 << 15)


def _add(library: ctypes.CDLL, held: int, rights: int, name: str) -> None:
    try:
        place = os.open(name, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # there is no such folder here
        return
    if not os.path.isdir(name):  # noqa: PTH112 - before the cage, a plain question
        rights &= _OF_A_FILE
    rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, place))
    library.syscall(_ADD, held, 1, rule, 0)
    os.close(place)
