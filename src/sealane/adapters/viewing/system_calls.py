"""A filter of system calls: what a drawing child never needs is answered "not permitted".

Spec: docs/console.md §Page by page.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Collection, Mapping

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _MACHINE = 0, 4
"""Where the call's number and the machine's word lie in what a filter is shown."""
_OTHER_ABI = 0x40000000
"""From here on x86_64 counts the calls of another ABI (x32)."""
MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""The machine's word, and which number of `CALLS` is its own."""

Calls = Mapping[str, tuple[int, int | None]]

NETWORK: Calls = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "accept": (43, 202),
    "accept4": (288, 242),
    "bind": (49, 200),
    "listen": (50, 201),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
}
PROCESSES: Calls = {
    "clone": (56, 220),
    "clone3": (435, 435),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "kill": (62, 129),
    "tkill": (200, 130),
    "pidfd_send_signal": (424, 424),
}
FILES: Calls = {
    "open": (2, None),
    "openat": (257, 56),
    "openat2": (437, 437),
    "creat": (85, None),
}
REACH: Calls = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "open_by_handle_at": (304, 265),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "shmget": (29, 194),
    "mq_open": (240, 180),
}
"""Into other processes, other namespaces and the kernel's wider doors."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def refuse(*groups: Calls) -> bool:
    """From now on this process and its children are refused these calls; False where the system or
    this kind of machine has no such filter.
    """
    known = MACHINES.get(platform.machine())
    if known is None:
        return False
    word, mine = known
    numbers = [pair[mine] for group in groups for pair in group.values()]
    code = _program(word, [one for one in numbers if one is not None], wide=mine == 0)
    held = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.cast(held, ctypes.c_void_p))
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    done: int = library.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0)
    return done == 0


def _program(word: int, numbers: Collection[int], *, wide: bool) -> bytes:
    """1. another machine's calls end the process; 2. another ABI's are refused; 3. so are these."""
    refused = _ERRNO | errno.EPERM
    lines = [
        _line(_LOAD | 0x00, _MACHINE),
        _line(_EQUAL, word, 1, 0),
        _line(_RETURN, _KILL),
        _line(_LOAD | 0x00, _NUMBER),
    ]
    if wide:
        lines += [_line(_AT_LEAST, _OTHER_ABI, 0, 1), _line(_RETURN, refused)]
    for number in numbers:
        lines += [_line(_EQUAL, number, 0, 1), _line(_RETURN, refused)]
    return b"".join([*lines, _line(_RETURN, _ALLOW)])


def _line(code: int, value: int, then: int = 0, other: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, other, value)
